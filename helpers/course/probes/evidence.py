"""Probes of what an invocation leaves: the error in the answer, the log's tail, the log group.

Source: docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html and python-logging.html.
"""

from __future__ import annotations

from collections.abc import Mapping

from helpers.checks.capability import Capability
from helpers.course.probes.ground import Ground, Probe

PRINTS = """
def handler(event, context):
    print("line", event)
    if event == "fail":
        raise ValueError("as asked")
    return context.aws_request_id
"""
LACKS = "import no_such_package\n\n\ndef handler(event, context):\n    return None\n"


def runtime_errors(ground: Ground) -> bool:
    """An exception is told by its class, message and file; a failed import by Lambda's code."""
    raised = ground.invoke(ground.function(PRINTS, "raises"), "fail")
    lacking = ground.invoke(ground.function(LACKS, "lacks"))
    told = (raised.error_type, raised.error_message, lacking.error_type)
    trace = raised.payload.get("stackTrace") if isinstance(raised.payload, dict) else None
    return told == ("ValueError", "as asked", "Runtime.ImportModuleError") and "app.py" in str(
        trace
    )


def log_tail(ground: Ground) -> bool:
    """Invoke returns what this event's run printed, and nothing of the one before."""
    function = ground.function(PRINTS, "prints")
    first, second = (ground.invoke(function, word).log_tail for word in ("one", "two"))
    return "line one" in first and "line two" in second and "line one" not in second


def report_line(ground: Ground) -> bool:
    """The tail's START and REPORT carry the request id; a cold start's REPORT tells its init."""
    answer = ground.invoke(ground.function(PRINTS, "reports"), "one")
    return (
        answer.report is not None
        and answer.report.request_id == answer.payload
        and answer.report.init_ms is not None
        and f"START RequestId: {answer.payload}" in answer.log_tail
    )


def logs(ground: Ground) -> bool:
    """What a function prints is soon in its log group, in order."""
    function = ground.function(PRINTS, "logs")
    for word in ("one", "two"):
        ground.invoke(function, word)

    def lines() -> bool:
        own = [line for line in ground.logs(function) if line.startswith("line ")]
        return own == ["line one", "line two"]

    return bool(ground.wait_for(lines))


PROBES: Mapping[Capability, Probe] = {
    Capability.RUNTIME_ERRORS: runtime_errors,
    Capability.LOG_TAIL: log_tail,
    Capability.REPORT_LINE: report_line,
    Capability.LOGS: logs,
}
