"""Logs and metrics: what differs, and what sees it."""

from __future__ import annotations

from tools.fidelity.account import ProbedAccount
from tools.fidelity.rows import BOTH, LAMBDA, Area

AREA = Area("Logs and metrics")


@AREA.row(
    "log-delay",
    "Log lines reach CloudWatch Logs some seconds after the invocation.",
    f"{LAMBDA}monitoring-cloudwatchlogs-view.html",
    labs=BOTH,
)
def log_delay(account: ProbedAccount) -> str:
    """Read the log group right after an invocation."""
    name = account.deploy(EMPTY)
    account.invoke(name)
    events = account.client("logs").filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
    if any(event["message"].startswith("REPORT") for event in events):
        return "At once: when Invoke returned, REPORT was in the log stream."
    return "Not at once: when Invoke returned, REPORT was still missing."
