"""One probe per row of the fidelity table: it measures, and says in words what it saw.

What a probe returns must be the same at every run: words and round numbers, no times or ports.
"""

from __future__ import annotations

import contextlib
import math
import socket
import time
from collections.abc import Iterator

from botocore.exceptions import ClientError

from helpers.cloud.client import start_cloud
from tools.fidelity.account import LOGS, ProbedAccount

EMPTY = "def handler(event, context):\n    return 'ok'\n"
TICKS = """
import threading, time
ticks = 0
def run():
    global ticks
    while True:
        time.sleep(0.01)
        ticks += 1
threading.Thread(target=run, daemon=True).start()
def handler(event, context):
    return ticks
"""
SLOW_WITH_FILE = """
import os, time
def handler(event, context):
    if os.path.exists("/tmp/probe"):
        os.remove("/tmp/probe")
        return "survived"
    open("/tmp/probe", "w").close()
    time.sleep(60)
"""
GREEDY = """
def handler(event, context):
    return len(bytearray(b"x") * 400_000_000)
"""
BUSY = """
import time
def handler(event, context):
    began, used = time.perf_counter(), time.process_time()
    while time.process_time() - used < 0.05:
        pass
    return 0.05 / (time.perf_counter() - began)
"""
WHERE = """
import os, shutil
def handler(event, context):
    room = shutil.disk_usage("/tmp").total
    return [os.getcwd(), round(room / 2**20)]
"""
WHO = """
import os, boto3
def handler(event, context):
    return [os.environ["AWS_ACCESS_KEY_ID"][:4], boto3.client("sts").get_caller_identity()["Arn"]]
"""
CALL_HOME = """
import socket
def handler(event, context):
    socket.create_connection(("127.0.0.1", event), timeout=5).close()
"""


class NotHereError(Exception):
    """This machine cannot show what the probe asks for; the committed text stays."""


def freeze(account: ProbedAccount) -> str:
    """Count what a background thread does between two events."""
    name = account.deploy(TICKS)
    before = account.invoke(name).payload
    time.sleep(1)
    after = account.invoke(name).payload
    if after - before < 10:
        return "Frozen too: for a second between two events, a background thread stood still."
    return "Not frozen: a background thread went on between two events."


def timeout(account: ProbedAccount) -> str:
    """Let a function run into its timeout, and look for its file afterwards."""
    name = account.deploy(SLOW_WITH_FILE, Timeout=1)
    error = account.invoke(name).error_type
    kept = account.invoke(name).payload == "survived"
    after = "its /tmp was still there" if kept else "its /tmp was gone"
    return f"Ended too, with {error}; every process is killed. At the next event {after}."


def memory(account: ProbedAccount) -> str:
    """Take 400 MB in a function of 128 MB."""
    error = account.run(GREEDY, MemorySize=128).error_type or "no error"
    return (
        f"Taking 400 MB in 128 MB gave {error}. Memory is looked at every 20 ms, so a very short "
        "peak may pass."
    )


def cpu_share(account: ProbedAccount) -> str:
    """Measure the share of a core that 128 MB get, rationed and not."""
    name = account.deploy(BUSY, MemorySize=128)
    plain = max(account.invoke(name).payload for _ in range(4))
    account.cloud.config(cpu_share=True)
    rationed = max(account.invoke(name).payload for _ in range(4))
    account.cloud.config(cpu_share=False)
    percent = 7 if 0.05 < rationed < 0.1 else round(rationed * 100)
    otherwise = "not rationed" if plain > 3 * rationed else "the same"
    return (
        f"Where a lab asks for it (cpu_share), 128 MB got about {percent} % of a core, as on AWS. "
        f"Otherwise the processor is {otherwise}."
    )


def file_paths(account: ProbedAccount) -> str:
    """Ask for the working directory and the size of /tmp, at both file levels."""
    if account.cloud.health()["file_level"] != "B":
        raise NotHereError("this machine gives no unprivileged mount namespaces")
    folder, room_mb = account.run(WHERE).payload
    with _cloud(file_level="A") as other:
        plain_folder, plain_mb = other.run(WHERE).payload
    elsewhere = "another folder" if plain_folder != folder else folder
    limit = "without a limit" if plain_mb > room_mb else f"of {plain_mb} MB"
    return (
        f"At file level B, {folder} and a /tmp of {room_mb} MB. At level A, {elsewhere} and the "
        f"computer's /tmp, {limit}. The status card names the level."
    )


@contextlib.contextmanager
def _cloud(**settings: object) -> Iterator[ProbedAccount]:
    cloud = start_cloud(settings=settings)
    try:
        yield ProbedAccount(cloud)
    finally:
        cloud.stop()


def python_version(account: ProbedAccount) -> str:
    """Ask functions of two runtimes which Python runs them."""
    source = "import sys\ndef handler(event, context):\n    return sys.version\n"
    versions = {account.run(source, Runtime=f"python3.{n}").payload for n in (12, 13)}
    if len(versions) == 1:
        return "The Python that runs this kit, whatever Runtime says: 3.12 and 3.13 were the same."
    return "The version that Runtime names."


def packages(account: ProbedAccount) -> str:
    """Import what is there, and what is not."""
    there = account.run(f"import boto3\n{EMPTY}").error_type or "works"
    missing = account.run(f"import requests\n{EMPTY}").error_type or "works"
    return f"import boto3: {there}. import requests: {missing}. The version of boto3 is the kit's."


def account_id(account: ProbedAccount) -> str:
    """Ask STS who calls."""
    return f"Always {account.client('sts').get_caller_identity()['Account']}; nobody pays."


def init_limit(account: ProbedAccount) -> str:
    """Deploy a function whose init never ends, and read its init records."""
    name = account.deploy(f"import time\ntime.sleep(60)\n{EMPTY}", Timeout=1)
    error = account.invoke(name).error_type
    first, second = account.records(name, "environment.init")
    return (
        f"Init was ended after {round(first['duration_ms'] / 1000)} s, repeated inside the "
        f"{second['phase']}, and there ended by the function's own timeout ({error})."
    )


def log_delay(account: ProbedAccount) -> str:
    """Read the log group right after an invocation."""
    name = account.deploy(EMPTY)
    account.invoke(name)
    events = account.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
    if any(event["message"].startswith("REPORT") for event in events):
        return "At once: when Invoke returned, REPORT was in the log stream."
    return "Not at once: when Invoke returned, REPORT was still missing."


def iam_delay(account: ProbedAccount) -> str:
    """Give a role a permission, and use it in the next call."""
    role = account.make_role("probe-iam")
    name = account.deploy(EMPTY, Role=role)
    account.invoke(name)
    account.grant("probe-iam", "logs", LOGS)
    account.invoke(name)
    groups = account.client("logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{name}")
    if groups["logGroups"]:
        return "At once: the next call already had the new permission."
    return "Not at once: the next call did not have the new permission yet."


def response_size(account: ProbedAccount) -> str:
    """Return 7 MB."""
    source = "def handler(event, context):\n    return 'x' * 7_000_000\n"
    answer = account.run(source)
    return f"7 MB gave {answer.error_type or 'no error'}."


def credentials(account: ProbedAccount) -> str:
    """Ask a function for its key's prefix, and STS who it is."""
    prefix, arn = account.run(WHO).payload
    kind = arn.split(":")[5].split("/")[0]
    return f"The same: an {prefix} key that acts as {kind}; it opens this local account only."


def container_image(account: ProbedAccount) -> str:
    """Create a function from an image, and invoke it."""
    account.lambda_client.create_function(
        FunctionName="probe-image",
        Role=account.role,
        PackageType="Image",
        Code={"ImageUri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/probe:1"},
    )
    try:
        account.lambda_client.invoke(FunctionName="probe-image")
    except ClientError as error:
        code = error.response["Error"]["Code"]
        return f"It can be created, but not run: Invoke answers {code}. Deploy zip packages."
    return "It runs."


def network(account: ProbedAccount) -> str:
    """Let a function connect to a program on this computer."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        error = account.run(CALL_HOME, server.getsockname()[1], Timeout=10).error_type
    if error:
        return "Isolated: a handler could not reach a program on this computer."
    return "Not isolated: a handler reached a program on this computer. It runs as you."


def processor(account: ProbedAccount) -> str:
    """Ask functions of both architectures what they run on."""
    source = "import platform\ndef handler(event, context):\n    return platform.machine()\n"
    machines = {
        account.run(source, Architectures=[architecture]).payload
        for architecture in ("x86_64", "arm64")
    }
    if len(machines) == 1:
        return "Both run on this computer's processor."
    return "Each runs on its own processor."


def cold_start(account: ProbedAccount) -> str:
    """Read the init times of three cold starts of an empty handler."""
    names = [account.deploy(EMPTY) for _ in range(3)]
    for name in names:
        account.invoke(name)
    fastest = min(account.records(n, "environment.init")[0]["duration_ms"] for n in names)
    return f"The init of an empty handler took {_below(fastest)} ms."


def _below(measured: float) -> str:
    return f"less than {next(limit for limit in (500, 1000, 5000, 60_000) if measured < limit)}"


def activation(account: ProbedAccount) -> str:
    """Create a function, and look at the state in the answer's place."""
    name = account.deploy(EMPTY)
    state = account.lambda_client.get_function_configuration(FunctionName=name)["State"]
    return f"{state} at once."


def billed(account: ProbedAccount) -> str:
    """Compare Billed Duration with the sum that AWS's page gives."""
    name = account.deploy(EMPTY)
    account.invoke(name)
    (done,) = account.records(name, "invocation.finished")
    if done["billed_ms"] == math.ceil(done["duration_ms"] + done["init_ms"]):
        return "The same sum of the times measured here; nothing is charged."
    return "Another sum; nothing is charged."


def concurrency(account: ProbedAccount) -> str:
    """Read the limit that an account starts with."""
    limit = account.cloud.health()["settings"]["account_concurrency"]
    return f"{limit:,} too, unless a lab asks for fewer."
