"""X-Ray: sampling, the daemon's address, and what else is left out."""

from __future__ import annotations

import socket

from tools.fidelity.account import ProbedAccount, outcome, until
from tools.fidelity.rows import LAMBDA, Area

AREA = Area("X-Ray")
GUIDE = "https://docs.aws.amazon.com/xray/latest/devguide/"
TRACED = {"Effect": "Allow", "Action": ["xray:*", "logs:*"], "Resource": "*"}
WHERE = """
import os, socket
def handler(event, context):
    host, port = os.environ["AWS_XRAY_DAEMON_ADDRESS"].split(":")
    try:
        socket.create_connection((host, int(port)), timeout=2).close()
    except OSError as error:
        return type(error).__name__
    return "open"
"""


def _traced(account: ProbedAccount) -> str:
    role = account.make_role(account.name(), TRACED)
    return account.deploy(WHERE, Role=role, TracingConfig={"Mode": "Active"})


@AREA.row(
    "sampling",
    "Lambda traces the first request each second and 5 % of the others.",
    f"{LAMBDA}services-xray.html",
)
def sampling(account: ProbedAccount) -> str:
    """Call a traced function twenty times, as the account is and with AWS's sampling."""
    counts = []
    with account.other(trace_every_request=True) as other:
        name = _traced(other)
        for every in (True, False):
            other.cloud.config(trace_every_request=every)
            before = len(other.records(name, "trace.begun"))
            for _ in range(20):
                other.invoke(name)
            counts.append(len(other.records(name, "trace.begun")) - before)
    sample = "a few" if counts[1] < 10 else str(counts[1])
    return (
        f"Every request: {counts[0]} of 20, unless trace_every_request is off; then {sample}, by "
        "AWS's rule."
    )


@AREA.row(
    "daemon-tcp",
    "The daemon's address takes segments over UDP, and requests for sampling rules over TCP.",
    f"{GUIDE}xray-daemon.html",
)
def daemon_tcp(account: ProbedAccount) -> str:
    """Connect to the daemon's address over TCP."""
    answer = account.invoke(_traced(account)).payload
    return f"UDP only: a TCP connection ends with {answer}."


@AREA.row(
    "otlp",
    "X-Ray takes OpenTelemetry's protocol at an endpoint of its own, and has Transaction Search.",
    f"{GUIDE}xray-opentelemetry.html",
)
def otlp(account: ProbedAccount) -> str:
    """Send spans over HTTP, and ask for the indexing rules of Transaction Search."""
    try:
        with socket.create_connection(("127.0.0.1", 4318), timeout=0.2):
            collector = "somebody listens"
    except OSError:
        collector = "nobody listens"
    rules = outcome(account.client("xray").get_indexing_rules)
    return f"Left out: {collector} at 4318, and GetIndexingRules {rules}."


@AREA.row(
    "traces-delay",
    "Traces can be read within seconds to a minute, and are kept for 30 days.",
    f"{GUIDE}aws-xray.html",
)
def traces_delay(account: ProbedAccount) -> str:
    """Read a trace by its id after an invocation."""
    name = _traced(account)
    account.invoke(name)
    client = account.client("xray")

    def found() -> bool:
        ids = [r["root"] for r in account.records(name, "trace.begun")]
        return bool(ids and client.batch_get_traces(TraceIds=ids[:1])["Traces"])

    soon = "within seconds" if until(found, within_s=10) else "not within seconds"
    return f"{soon.capitalize()} of the end of the invocation, in memory."


@AREA.row(
    "insights-groups",
    "X-Ray has insights, groups and encryption settings.",
    f"{GUIDE}xray-console-insights.html",
)
def insights_groups(account: ProbedAccount) -> str:
    """Make a group, and ask for its insights."""
    client = account.client("xray")
    group = outcome(client.create_group, GroupName=account.name())
    insight = outcome(client.get_insight_summaries, StartTime=0, EndTime=60, GroupName="Default")
    return f"CreateGroup {group}; GetInsightSummaries {insight}."
