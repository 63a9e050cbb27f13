"""The account: whose it is, how long it lives, what it costs, and which services it has."""

from __future__ import annotations

import math
from typing import Any

from tools.fidelity.account import EMPTY, ProbedAccount, fetch, outcome
from tools.fidelity.rows import BOTH, LAMBDA, Area

AREA = Area("The account")


@AREA.row(
    "account",
    "The account is yours: twelve digits, and a bill.",
    f"{LAMBDA}gettingstarted-concepts.html",
    labs=BOTH,
)
def account_id(account: ProbedAccount) -> str:
    """Ask STS who calls."""
    return f"Always {account.client('sts').get_caller_identity()['Account']}; nobody pays."


@AREA.row(
    "activation",
    "A new function is Pending at first; it is Active within seconds.",
    f"{LAMBDA}functions-states.html",
    labs=BOTH,
)
def activation(account: ProbedAccount) -> str:
    """Create a function, and look at the state in the answer's place."""
    name = account.deploy(EMPTY)
    state = account.lambda_client.get_function_configuration(FunctionName=name)["State"]
    return f"{state} at once."


@AREA.row(
    "updates",
    "While a function is updated, for seconds, a second update is a ResourceConflictException.",
    f"{LAMBDA}functions-states.html",
)
def updates(account: ProbedAccount) -> str:
    """Update a function twice, without a wait in between."""
    name, update = account.deploy(EMPTY), account.lambda_client.update_function_configuration
    first = update(FunctionName=name, Timeout=5)["LastUpdateStatus"]
    second = outcome(update, FunctionName=name, Timeout=6)
    return f"The answer says {first}, but a second update at once {second}. Wait all the same."


@AREA.row(
    "billed",
    "Billed Duration is init and duration together, rounded up to a millisecond.",
    "https://aws.amazon.com/lambda/pricing/",
    labs=BOTH,
)
def billed(account: ProbedAccount) -> str:
    """Compare Billed Duration with the sum that AWS's page gives."""
    name = account.deploy(EMPTY)
    account.invoke(name)
    (done,) = account.records(name, "invocation.finished")
    if done["billed_ms"] == math.ceil(done["duration_ms"] + done["init_ms"]):
        return "The same sum of the times measured here; nothing is charged."
    return "Another sum; nothing is charged."


@AREA.row(
    "response-size",
    "A response may have 6 MB; a larger one is an error, Function.ResponseSizeTooLarge.",
    f"{LAMBDA}gettingstarted-limits.html",
    labs=("01",),
)
def response_size(account: ProbedAccount) -> str:
    """Return 7 MB."""
    source = "def handler(event, context):\n    return 'x' * 7_000_000\n"
    answer = account.run(source)
    return f"7 MB gave {answer.error_type or 'no error'}."


@AREA.row(
    "lifetime",
    "An account and what is in it stay until you delete them.",
    "https://docs.aws.amazon.com/accounts/latest/reference/accounts-welcome.html",
)
def lifetime(account: ProbedAccount) -> str:
    """Make something, and look for it in the account that another cloud starts with."""
    account.deploy(EMPTY)
    with account.new() as another:
        kept = another.lambda_client.list_functions()["Functions"]
    if kept:
        return "Kept when the account ends."
    return "Gone when the account ends: it lives as long as the notebook's kernel, or `serve`."


@AREA.row(
    "https",
    "Endpoints are called over TLS.",
    "https://docs.aws.amazon.com/general/latest/gr/rande.html",
)
def https(account: ProbedAccount) -> str:
    """Look at the endpoint's scheme and host, and ask it without a signature."""
    scheme, _, rest = account.cloud.endpoint.partition("://")
    host = rest.partition(":")[0]
    status, _ = fetch(f"{account.cloud.endpoint}/2015-03-31/functions/")
    return (
        f"Plain {scheme} on {host}, which nobody else on the network reaches. Signatures are "
        f"checked: a call without one gets {status}."
    )


@AREA.row(
    "services",
    "More than 200 services.",
    "https://docs.aws.amazon.com/whitepapers/latest/aws-overview/introduction.html",
)
def services(account: ProbedAccount) -> str:
    """Call a service that the course is about, and one that nobody imitates."""
    known = outcome(account.client("sqs").list_queues)
    unknown = outcome(account.client("braket").search_devices, filters=[])
    return (
        f"Those that moto imitates: ListQueues of SQS {known}, and SearchDevices of Braket "
        f"{unknown}."
    )


@AREA.row(
    "faults-on-demand",
    "Whether a call is throttled or fails cannot be ordered, except by Fault Injection Service.",
    "https://docs.aws.amazon.com/fis/latest/userguide/fis-actions-reference.html",
)
def faults_on_demand(account: ProbedAccount) -> str:
    """Plan a fault of an operation that nothing else here calls; call twice."""
    account.cloud.fault(action="sqs:ListQueueTags", error="ThrottlingException", times=1)
    url, _ = account.queue()
    sqs = account.client("sqs")
    calls = [outcome(sqs.list_queue_tags, QueueUrl=url) for _ in range(2)]
    return f"The kit's own `lab.fault`: the first call {calls[0]}, the next {calls[1]}."


@AREA.row(
    "time-lapse",
    "A minute of waiting takes a minute.",
    f"{LAMBDA}invocation-async-error-handling.html",
)
def time_lapse(account: ProbedAccount) -> str:
    """Read the factor that accounts start with, and that of the account with short waits."""
    before = account.cloud.health()["settings"]["time_lapse"]
    after = account.lapsed.cloud.health()["settings"]["time_lapse"]
    return (
        f"By default too (a factor of {before:.0f}). A lab may divide the platform's waits, in "
        f"these probes by {after:,.0f}; what code does is never sped up."
    )


@AREA.row(
    "durable",
    "Functions can be durable, have an environment per tenant, run on managed instances, or mount "
    "file systems.",
    f"{LAMBDA}durable-functions.html",
)
def durable(account: ProbedAccount) -> str:
    """Ask for each when creating a function."""
    asked: dict[str, dict[str, Any]] = {
        "Durable functions": {"DurableConfig": {"ExecutionTimeout": 60}},
        "environments per tenant": {"TenancyConfig": {"TenantIsolationMode": "PER_TENANT"}},
        "file systems": {
            "FileSystemConfigs": [
                {
                    "Arn": account.arn("elasticfilesystem", "access-point/fsap-0123456789abcdef0"),
                    "LocalMountPath": "/mnt/x",
                }
            ]
        },
    }
    answers = {
        name: outcome(account.deploy, source=EMPTY, **given) for name, given in asked.items()
    }
    if len(set(answers.values())) == 1:
        return f"Each {answers['Durable functions']}: {', '.join(answers)}."
    return "; ".join(f"{name}: {answer}" for name, answer in answers.items())
