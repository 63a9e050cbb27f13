"""The rows of the fidelity table: which lab meets them, what AWS does, and who measures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tools.fidelity import probes
from tools.fidelity.account import ProbedAccount

GUIDE = "https://docs.aws.amazon.com/lambda/latest/dg/"
IAM_GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"


@dataclass(frozen=True, slots=True)
class Row:
    """One fact: its id, the labs that meet it, AWS's side with its source, and the probe."""

    id: str
    labs: tuple[str, ...]
    aws: str
    source: str
    probe: Callable[[ProbedAccount], str]


BOTH = ("00", "01")
ROWS = (
    Row(
        "freeze",
        BOTH,
        "An execution environment is frozen between two events.",
        f"{GUIDE}lambda-runtime-environment.html",
        probes.freeze,
    ),
    Row(
        "account",
        BOTH,
        "The account is yours: twelve digits, and a bill.",
        f"{GUIDE}gettingstarted-concepts.html",
        probes.account_id,
    ),
    Row(
        "python-version",
        BOTH,
        "Runtime names the Python that runs the handler.",
        f"{GUIDE}lambda-runtimes.html",
        probes.python_version,
    ),
    Row(
        "packages",
        BOTH,
        "A Python runtime holds boto3, but not requests: other packages travel with your code.",
        f"{GUIDE}lambda-python.html",
        probes.packages,
    ),
    Row(
        "cold-start",
        BOTH,
        "A cold start takes from under 100 ms to over 1 s.",
        f"{GUIDE}lambda-runtime-environment.html",
        probes.cold_start,
    ),
    Row(
        "activation",
        BOTH,
        "A new function is Pending at first; it is Active within seconds.",
        f"{GUIDE}functions-states.html",
        probes.activation,
    ),
    Row(
        "log-delay",
        BOTH,
        "Log lines reach CloudWatch Logs some seconds after the invocation.",
        f"{GUIDE}monitoring-cloudwatchlogs-view.html",
        probes.log_delay,
    ),
    Row(
        "billed",
        BOTH,
        "Billed Duration is init and duration together, rounded up to a millisecond.",
        "https://aws.amazon.com/lambda/pricing/",
        probes.billed,
    ),
    Row(
        "network",
        BOTH,
        "A function runs in a network of AWS's; nothing of your computer is in reach.",
        f"{GUIDE}configuration-vpc.html",
        probes.network,
    ),
    Row(
        "processor",
        ("01",),
        "Architectures chooses the processor: x86_64 or arm64.",
        f"{GUIDE}foundation-arch.html",
        probes.processor,
    ),
    Row(
        "timeout",
        ("01",),
        "At its timeout the function is ended with Sandbox.Timedout; /tmp stays.",
        f"{GUIDE}configuration-timeout.html",
        probes.timeout,
    ),
    Row(
        "memory",
        ("01",),
        "A function that takes more memory than MemorySize is ended.",
        f"{GUIDE}configuration-memory.html",
        probes.memory,
    ),
    Row(
        "cpu-share",
        ("01",),
        "Processor power grows with memory; 1,769 MB give one whole vCPU.",
        f"{GUIDE}configuration-memory.html",
        probes.cpu_share,
    ),
    Row(
        "files",
        ("01",),
        "Code lies in /var/task, which is read-only, and /tmp has 512 MB unless you set more.",
        f"{GUIDE}configuration-ephemeral-storage.html",
        probes.file_paths,
    ),
    Row(
        "init-limit",
        ("01",),
        "Init may take 10 s; then it is tried again with the first event.",
        f"{GUIDE}lambda-runtime-environment.html",
        probes.init_limit,
    ),
    Row(
        "iam-delay",
        ("01",),
        "A change in IAM takes effect after some seconds.",
        f"{IAM_GUIDE}troubleshoot.html",
        probes.iam_delay,
    ),
    Row(
        "response-size",
        ("01",),
        "A response may have 6 MB; a larger one is an error, Function.ResponseSizeTooLarge.",
        f"{GUIDE}gettingstarted-limits.html",
        probes.response_size,
    ),
    Row(
        "credentials",
        ("01",),
        "A function gets temporary credentials of its execution role; the key starts with ASIA.",
        f"{GUIDE}lambda-intro-execution-role.html",
        probes.credentials,
    ),
    Row(
        "container-image",
        ("01",),
        "A function may be a container image instead of a zip.",
        f"{GUIDE}images-create.html",
        probes.container_image,
    ),
    Row(
        "concurrency",
        ("01",),
        "An account runs at most 1,000 events at once in a Region; new accounts have fewer.",
        f"{GUIDE}lambda-concurrency.html",
        probes.concurrency,
    ),
)
