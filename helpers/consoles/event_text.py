"""Is this text JSON, and if not, where does it stop being JSON, and why?

What Lambda would answer with InvalidRequestContentException is found before it is sent, with line,
column and a plain sentence. Strict as RFC 8259 is: NaN and Infinity are not JSON.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from html import escape
from typing import Any, NoReturn

from helpers.views.panel import MONO, TEXT, paragraph

TOKENS = re.compile(r'"(?:\\.|[^"\\])*"|(?P<constant>-?Infinity|NaN)', re.DOTALL)
WORD = re.compile(r"[A-Za-z_]\w*")
PYTHON_WORDS = {"True": "true", "False": "false", "None": "null"}
CLOSING = {"}": "object", "]": "array"}


@dataclass(frozen=True, slots=True)
class Problem:
    """Where a text stops being JSON (from 1, in characters), and why."""

    line: int
    column: int
    sentence: str

    def __str__(self) -> str:
        """Return place and reason."""
        return f"Line {self.line}, column {self.column}: {self.sentence}"


def problem_in(text: str) -> Problem | None:
    """Return why a text is not JSON; None when it is.

    >>> str(problem_in("{'a': 1}"))
    'Line 1, column 2: JSON writes names and text in double quotes, not in single ones.'
    """
    if not text.strip():
        return Problem(1, 1, "There is no event yet; {} is an empty one.")
    try:
        json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        return _problem(text, error)
    except _ConstantError as constant:
        found = (token for token in TOKENS.finditer(text) if token["constant"])
        at = next(found).start()
        return _at(text, at, f"{constant} is not JSON; send a number, a text or null.")
    except RecursionError:
        return Problem(1, 1, "The document is nested too deeply to be read.")
    return None


class _ConstantError(Exception):
    """NaN or an Infinity was met."""


def _refuse(constant: str) -> NoReturn:
    raise _ConstantError(constant)


def _problem(text: str, error: json.JSONDecodeError) -> Problem:
    at = error.pos
    comma = _trailing_comma(text, at)
    if comma is not None:
        closed = CLOSING.get(text[comma + 1 :].lstrip()[:1], "document")
        return _at(text, comma, f"Remove this comma: nothing follows it in the {closed}.")
    if not text[at:].strip():
        return _at(text, len(text.rstrip()), _ended(text))
    return _at(text, at, _sentence(text, at, error.msg))


def _sentence(text: str, at: int, complaint: str) -> str:
    here = text[at]
    word = WORD.match(text, at)
    if here == "'":
        return "JSON writes names and text in double quotes, not in single ones."
    if here == "#" or text.startswith(("//", "/*"), at):
        return "JSON has no comments; remove it."
    if complaint.startswith("Expecting value"):
        if word and word[0] in PYTHON_WORDS:
            return f"{word[0]} is Python; JSON writes {PYTHON_WORDS[word[0]]}."
        return f"A value belongs here, not {_shown(text, at)}; text needs double quotes."
    return _about(complaint, _shown(text, at))


def _about(complaint: str, shown: str) -> str:
    starts = {
        "Expecting property name": f"A name in double quotes belongs here, not {shown}.",
        "Expecting ':'": f"A colon belongs after the name, before {shown}.",
        "Expecting ','": f"A comma or the closing bracket is missing before {shown}.",
        "Unterminated string": "This text has no closing quote.",
        "Invalid control character": (
            r"A line break or control character stands inside a text; write \n."
        ),
        "Invalid \\": r"After a backslash JSON knows \" \\ \/ \b \f \n \r \t and \u with 4 digits.",
        "Extra data": f"The document has ended before {shown}; one event is one JSON value.",
    }
    for start, sentence in starts.items():
        if complaint.startswith(start):
            return sentence
    return f"{complaint}."


def _ended(text: str) -> str:
    opened = _open_brackets(text)
    if opened:
        return f"The text ends here, and {' '.join(opened)} is still missing."
    return "The text ends here, and a value is still missing."


def _open_brackets(text: str) -> list[str]:
    """Return the brackets that must still be closed, the innermost first."""
    bare = re.sub(r'"(?:\\.|[^"\\])*"', "", text, flags=re.DOTALL)
    stack: list[str] = []
    for letter in bare:
        if letter in "{[":
            stack.append("}" if letter == "{" else "]")
        elif letter in "}]" and stack:
            stack.pop()
    return stack[::-1]


def _trailing_comma(text: str, at: int) -> int | None:
    """Return the comma that nothing follows; Pythons differ in which place they name."""
    if text[at : at + 1] == ",":
        after = text[at + 1 :].lstrip()[:1]
        return at if after in CLOSING else None
    if text[at : at + 1] in CLOSING:
        before = text[:at].rstrip()
        return len(before) - 1 if before.endswith(",") else None
    return None


def _shown(text: str, at: int) -> str:
    word = WORD.match(text, at)
    return repr(word[0] if word else text[at])


def _at(text: str, place: int, sentence: str) -> Problem:
    before = text[:place]
    return Problem(before.count("\n") + 1, place - (before.rfind("\n") + 1) + 1, sentence)


def tidy(text: str) -> str:
    """Return a JSON text indented, its names in their order.

    >>> print(tidy('{"a":[]}'))
    {
      "a": []
    }
    """
    document: Any = json.loads(text)
    return json.dumps(document, ensure_ascii=False, indent=2)


def verdict(text: str) -> str:
    """Return what is known of an event's text, as HTML: its size, or where it is no JSON."""
    problem = problem_in(text)
    if problem is None:
        size = len(text.encode("utf-8", "replace"))
        return paragraph(f"✓ JSON, {size:,} {'byte' if size == 1 else 'bytes'}")
    lines = text.splitlines() or [""]
    shown = lines[min(problem.line, len(lines)) - 1]
    start = max(0, problem.column - 40)
    caret = " " * (problem.column - 1 - start) + "↑"
    pre = f"margin:2px 0;background:transparent;{MONO};{TEXT}"
    return (
        f"{paragraph(f'✗ {problem}')}"
        f'<pre style="{pre}">{escape(shown[start : start + 80])}\n{caret}</pre>'
    )
