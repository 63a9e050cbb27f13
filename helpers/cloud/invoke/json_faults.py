"""What Lambda says of an event that is not JSON: what was met, what was wanted, and where.

Models the sentences of Jackson, the parser behind Lambda's API, for what people send: text without
quotes, single quotes, names without quotes, missing commas and colons, an end that comes too early,
and bytes that are no UTF-8 (the AWS CLI decodes a payload as base64 unless told otherwise).
Everything else is told in Python's words.

Source: answers of AWS in public reports;
docs.aws.amazon.com/cli/latest/userguide/cliv2-migration-changes.html (binary parameters).
"""

from __future__ import annotations

import codecs
import json
import re

from helpers.cloud.json_text import TOO_DEEP, too_deep

VALUES = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
SOURCE = "REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled)"
WORD = re.compile(rb"[A-Za-z_$][A-Za-z0-9_$]*")
STRING = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
WANTED = {
    "Expecting value": f"expected a valid value {VALUES}",
    "Expecting property name enclosed in double quotes": (
        "was expecting double-quote to start field name"
    ),
    "Expecting ':' delimiter": "was expecting a colon to separate field name and value",
    "Expecting ',' delimiter": "was expecting comma to separate {container} entries",
}
"""What was wanted where Python's parser stopped."""


def json_fault(event: bytes) -> str:
    """Return what is wrong with an event; empty when it is JSON.

    >>> json_fault(b"hello").partition("\\n")[0]
    "Unrecognized token 'hello': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
    """  # noqa: E501 - AWS's sentence is long
    event = event.removeprefix(codecs.BOM_UTF8)
    try:
        json.loads(event.decode("latin-1"), parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        return _not_text(event[: error.pos]) or _not_json(event, error)
    except ValueError as error:
        return str(error)
    except RecursionError:
        return TOO_DEEP
    return TOO_DEEP if too_deep(event) else _not_text(event)


def _not_json(event: bytes, error: json.JSONDecodeError) -> str:
    at, wanted = error.pos, WANTED.get(error.msg)
    if wanted is None:
        return str(error)
    if at >= len(event):
        return _cut_short(event, error)
    word = WORD.match(event, at) if error.msg == "Expecting value" else None
    if word is not None:
        if event[word.end() : word.end() + 1] >= b"\x80":
            return _bad_byte(event, "start", word.end())
        # the parser has read one character more, to see that the word ends
        token, after = word[0].decode(), min(word.end() + 1, len(event))
        return f"Unrecognized token '{token}': was expecting {VALUES}" + _place(event, at, after)
    container = _container(event, _innermost(event[:at]))
    met = f"Unexpected character ({_shown(event[at])}): {wanted.format(container=container)}"
    return met + _place(event, at, at)


def _not_text(event: bytes) -> str:
    """Return the complaint about the first byte that is not UTF-8."""
    try:
        event.decode()
    except UnicodeDecodeError as error:
        kind = "start" if error.reason == "invalid start byte" else "middle"
        at = error.start if kind == "start" else min(error.end, len(event) - 1)
        return _bad_byte(event, kind, at)
    return ""


def _bad_byte(event: bytes, kind: str, at: int) -> str:
    return f"Invalid UTF-8 {kind} byte {event[at]:#04x}" + _place(event, at, at + 1)


def _cut_short(event: bytes, error: json.JSONDecodeError) -> str:
    """Return the complaint about an event that ends too early."""
    opened = _innermost(event)
    if opened is None:
        return str(error)
    container, end = _container(event, opened), len(event)
    if event.rstrip()[-1:] in (b",", b":") or error.msg == "Expecting ':' delimiter":
        how = f" within/between {container} entries"
    else:
        start = _place(event, opened, opened).removeprefix("\n at ")
        how = f": expected close marker for {container} (start marker at {start})"
    return f"Unexpected end-of-input{how}" + _place(event, end, end)


def _innermost(before: bytes) -> int | None:
    """Return where the bracket stands that is still open at the end of this text."""
    still_open: list[int] = []
    blanked = STRING.sub(lambda string: b" " * len(string[0]), before)
    for bracket in re.finditer(rb"[\[\]{}]", blanked):
        if bracket[0] in b"[{":
            still_open.append(bracket.start())
        elif still_open:
            still_open.pop()
    return still_open[-1] if still_open else None


def _container(event: bytes, opened: int | None) -> str:
    return "Array" if opened is not None and event[opened : opened + 1] == b"[" else "Object"


def _shown(code: int) -> str:
    is_control = code < 0x20 or 0x7F <= code < 0xA0
    return f"(CTRL-CHAR, code {code})" if is_control else f"'{chr(code)}' (code {code})"


def _place(event: bytes, met: int, read: int) -> str:
    """Return the line of what was met, and in it the column that the parser had read up to."""
    before = event[:met]
    line, column = before.count(b"\n") + 1, read - before.rfind(b"\n")
    return f"\n at [Source: {SOURCE}; line: {line}, column: {column}]"


def _refuse_constant(name: str) -> None:
    raise ValueError(f"Non-standard token '{name}'")
