"""One invocation as a console shows it: answer or error, log, report, and what became of it.

Models the answer of Invoke for its three types:
docs.aws.amazon.com/lambda/latest/api/API_Invoke.html. A Python traceback is cut to its last calls;
Lambda has taken the runtime's own out already.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from helpers.views.fate import Fate
from helpers.views.invocation import Answer
from helpers.views.panel import Tone, aligned, code, indented, panel, paragraph, rows
from helpers.views.report import is_report
from helpers.views.text import as_json, pretty

SHOWN_CALLS = 6
LONGEST = 20_000
ONE_LINE = 72


@dataclass(frozen=True, slots=True)
class Invoked:
    """What Lambda said to one invoke; `fate` is there for an event that was handed over."""

    function: str
    answer: Answer
    request_id: str
    fate: Fate | None = None

    @property
    def failed(self) -> bool:
        """Whether the function ended with an error."""
        return self.answer.function_error is not None

    def outcome(self) -> str:
        """Return how it ended in a few words."""
        if self.answer.status_code == 202:
            return f"202, {self.fate.last() if self.fate else 'accepted'}"
        if self.answer.status_code == 204:
            return "204, it may be called"
        words = self.answer.error_type or self.answer.function_error or "answered"
        return f"{self.answer.status_code}, {words}"

    def heading(self) -> str:
        """Return the first line: a sign, the status code, how it ended."""
        words = [f"{'✗' if self.failed else '✓'} StatusCode {self.answer.status_code}"]
        if self.failed:
            words.append(f"FunctionError {self.answer.function_error!r}")
        if self.answer.report is not None and self.answer.report.init_ms is not None:
            words.append("cold start")
        return " · ".join([*words, self.function])

    def sections(self) -> list[tuple[str, str]]:
        """Return titles and texts that belong in blocks of code."""
        status = self.answer.status_code
        if status in (202, 204):
            return []
        payload = failure_text(self.answer.payload) if self.failed else _text(self.answer.payload)
        log = "\n".join(x for x in self.answer.log_tail.splitlines() if not is_report(x)).strip()
        found = [("Error" if self.failed else "Answer", payload), ("End of the log", log)]
        return [(title, text) for title, text in found if text]

    def facts(self) -> list[tuple[str, str]]:
        """Return the named lines: the report, or what the status means."""
        meaning = {
            202: [("Means", "Lambda has taken the event; nobody waits for an answer")],
            204: [("Means", "you may call this function; it did not run")],
        }
        report = self.answer.report
        facts = list(report.fields()) if report is not None else []
        return [
            *meaning.get(self.answer.status_code, []),
            *facts,
            ("Request id", self.request_id),
        ]

    def __repr__(self) -> str:
        """Return the plain-text twin."""
        parts = [self.heading()]
        for title, text in self.sections():
            parts += [title, indented(text)]
        parts.append(aligned(self.facts()))
        if self.fate is not None:
            parts += ["What became of it", repr(self.fate)]
        return "\n".join(parts)

    def _repr_html_(self) -> str:
        parts = [part for title, text in self.sections() for part in (paragraph(title), code(text))]
        parts.append(rows(self.facts()))
        if self.fate is not None:
            parts += [paragraph("What became of it"), self.fate._repr_html_()]
        return panel(Tone.BAD if self.failed else Tone.GOOD, self.heading(), *parts)


def failure_text(payload: Any) -> str:
    """Return a function's error as Python shows one: the last calls, then type and message.

    >>> print(failure_text({"errorType": "KeyError", "errorMessage": "'id'", "stackTrace": []}))
    KeyError: 'id'
    """
    if not isinstance(payload, dict) or "errorMessage" not in payload:
        return _text(payload)
    calls = [str(call).rstrip("\n") for call in payload.get("stackTrace") or ()]
    left_out = len(calls) - SHOWN_CALLS
    shown = calls[-SHOWN_CALLS:]
    if left_out > 0:
        shown.insert(0, f"  … {left_out} calls before these")
    last = f"{payload.get('errorType', 'Error')}: {payload['errorMessage']}"
    return _cut("\n".join([*shown, last]))


def _text(value: Any) -> str:
    line = as_json(value)
    return line if len(line) <= ONE_LINE else _cut(pretty(value))


def _cut(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST]}\n… {len(text) - LONGEST:,} more characters"
