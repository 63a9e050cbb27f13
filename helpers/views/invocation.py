"""One synchronous invocation as a value and a picture: answer, error, log tail, REPORT fields.

Models the response of Invoke (docs.aws.amazon.com/lambda/latest/api/API_Invoke.html): a status
code, `FunctionError`, `ExecutedVersion`, the payload and up to 4 KB of log. Left out: the HTTP
headers around it, which `Answer.response` keeps.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from helpers.views.panel import Tone, code, indented, panel, paragraph, rows
from helpers.views.report import Report, is_report, report_in

LONGEST_SHOWN = 4_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What Lambda answered to one invoke; shows itself in a notebook and in a terminal."""

    status_code: int
    payload: Any
    function_error: str | None = None
    executed_version: str = "$LATEST"
    log_tail: str = ""
    report: Report | None = None
    response: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def from_response(cls, response: Mapping[str, Any]) -> Answer:
        """Read the answer of boto3's `invoke`; the payload's stream is consumed."""
        raw = response["Payload"].read() if "Payload" in response else b""
        log = base64.b64decode(response.get("LogResult", "")).decode("utf-8", "replace")
        return cls(
            status_code=response["StatusCode"],
            payload=_parsed(raw),
            function_error=response.get("FunctionError"),
            executed_version=response.get("ExecutedVersion", "$LATEST"),
            log_tail=log,
            report=report_in(log),
            response={key: value for key, value in response.items() if key != "Payload"},
        )

    @property
    def error_type(self) -> str | None:
        """The error's class or Lambda's code for it, when the function failed."""
        return self._error_member("errorType")

    @property
    def error_message(self) -> str | None:
        """The error's text, when the function failed."""
        return self._error_member("errorMessage")

    def _error_member(self, name: str) -> str | None:
        if self.function_error is None or not isinstance(self.payload, dict):
            return None
        value = self.payload.get(name)
        return None if value is None else str(value)

    def __repr__(self) -> str:
        """Return the plain-text twin of the picture."""
        return as_text(self)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": as_text(self), "text/html": as_html(self)}


def heading(answer: Answer) -> str:
    """Return the first line: the status code and how the function ended."""
    words = [f"StatusCode {answer.status_code}"]
    if answer.function_error is not None:
        words.append(f"FunctionError {answer.function_error!r}")
    if answer.executed_version != "$LATEST":
        words.append(f"version {answer.executed_version}")
    if answer.report is not None and answer.report.init_ms is not None:
        words.append("cold start")
    return " · ".join(words)


def as_text(answer: Answer) -> str:
    """Render the invocation as plain text."""
    parts = [heading(answer), _payload_title(answer), indented(_pretty(answer.payload))]
    log = _log_without_report(answer)
    if log:
        parts += ["Log", indented(log)]
    if answer.report is not None:
        # not aligned: the width of a column would change with the numbers from run to run
        parts += ["Report", *(f"  {field} ({words})" for field, words in answer.report.fields())]
    return "\n".join(parts)


def as_html(answer: Answer) -> str:
    """Render the invocation as HTML for light and dark themes."""
    parts = [paragraph(_payload_title(answer)), code(_pretty(answer.payload))]
    log = _log_without_report(answer)
    if log:
        parts += [paragraph("Log"), code(log)]
    if answer.report is not None:
        parts += [paragraph("Report"), rows(answer.report.fields())]
    failed = answer.function_error is not None
    return panel(Tone.BAD if failed else Tone.GOOD, heading(answer), *parts)


def _payload_title(answer: Answer) -> str:
    return "Answer" if answer.function_error is None else "Error"


def _log_without_report(answer: Answer) -> str:
    # the report has a table of its own below
    kept = [line for line in answer.log_tail.splitlines() if not is_report(line)]
    return "\n".join(kept).strip("\n")


def _parsed(raw: bytes) -> Any:
    if not raw:
        return None
    text = raw.decode("utf-8", "replace")
    try:
        return json.loads(text)
    except ValueError:
        return text


def _pretty(payload: Any) -> str:
    text = json.dumps(payload, ensure_ascii=False)
    if len(text) > 72:
        text = json.dumps(payload, ensure_ascii=False, indent=2)
    if len(text) <= LONGEST_SHOWN:
        return text
    return f"{text[:LONGEST_SHOWN]}\n… {len(text) - LONGEST_SHOWN:,} more characters"
