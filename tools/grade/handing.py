"""What passes between the process that runs learners' cells and the one that decides: data.

A line of JSON each way. Values go as tagged lists; a function goes as its name and the text of its
cell, never as code; what is none of these goes as a short description. Nothing is unpickled.
"""

from __future__ import annotations

import base64
import json
import linecache
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Any

from helpers.views.source_file import SourceFile

LONGEST_LINE = 8 * 1024 * 1024
DEEPEST = 40
MOST_VALUES = 50_000
SHOWN = 200


class Unbelievable(BaseException):
    """The other side sent what no honest notebook sends; no check may take it for feedback."""


class Gone(BaseException):
    """The other side has ended; no check may take it for feedback."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """A value that does not travel; shows itself as it would have."""

    shown: str

    def __repr__(self) -> str:
        """Return what the value said of itself."""
        return self.shown


class Line:
    """One end of the line; each message is a JSON object."""

    def __init__(self, reading: IO[bytes], writing: IO[bytes]) -> None:
        self._reading = reading
        self._writing = writing

    def send(self, message: dict[str, Any]) -> None:
        """Send one message; raises Gone when nobody reads."""
        try:
            self._writing.write(json.dumps(message).encode() + b"\n")
            self._writing.flush()
        except OSError:
            raise Gone from None

    def receive(self, *, longest: int = LONGEST_LINE) -> dict[str, Any]:
        """Return the next message; raises Gone, or Unbelievable when it is none."""
        try:
            line = self._reading.readline(longest)
        except OSError:
            raise Gone from None
        if not line:
            raise Gone
        if not line.endswith(b"\n"):
            raise Unbelievable(f"sent more than {longest // 1024 // 1024} MB at once")
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            raise Unbelievable("sent what is no JSON") from None
        if not isinstance(message, dict):
            raise Unbelievable("sent no JSON object")
        return message


@dataclass(slots=True)
class Encoder:
    """Turns values into tagged lists; keeps the functions, by number, for calls that come back."""

    name_and_text: Callable[[Callable[..., Any]], tuple[str, str]]
    functions: list[Callable[..., Any]] = field(default_factory=list)

    def encode(self, value: Any, depth: int = 0) -> list[Any]:
        """Return the tagged list of one value."""
        if depth > DEEPEST:
            return ["other", "…"]
        if isinstance(value, dict):
            deeper = depth + 1
            pairs = [[self.encode(k, deeper), self.encode(v, deeper)] for k, v in value.items()]
            return ["dict", pairs]
        for tag, kind in COLLECTIONS.items():
            if isinstance(value, kind):
                return [tag, [self.encode(each, depth + 1) for each in value]]
        if callable(value) and value is not ...:
            self.functions.append(value)
            return ["function", len(self.functions) - 1, *self.name_and_text(value)]
        return _scalar(value)


def _scalar(value: Any) -> list[Any]:
    if value is ...:
        return ["ellipsis"]
    if value is None or isinstance(value, bool | str):
        return ["plain", value]
    if isinstance(value, int | float):
        return ["number", repr(value)]
    if isinstance(value, bytes | bytearray):
        return ["bytes", base64.b64encode(value).decode()]
    if isinstance(value, SourceFile):
        return ["file", value.name, value.text]
    return ["other", repr(value)[:SHOWN]]


@dataclass(slots=True)
class Decoder:
    """Turns tagged lists into values; a function becomes a stand-in that asks the other side.

    `may_be_text` says whether a text is one that the learner handed in.
    """

    call: Callable[[int, tuple[Any, ...]], Any]
    may_be_text: Callable[[str], bool] = lambda _: True
    _seen: int = 0

    def decode(self, tagged: Any) -> Any:
        """Return the value; raises Unbelievable for anything but what `Encoder` makes."""
        self._seen += 1
        if self._seen > MOST_VALUES:
            raise Unbelievable(f"handed over more than {MOST_VALUES:,} values")
        try:
            return self._decoded(tagged)
        except (LookupError, ValueError, TypeError, RecursionError, OverflowError):
            raise Unbelievable("handed over what is no value") from None

    def _decoded(self, tagged: Any) -> Any:
        tag, *rest = tagged
        if tag == "dict":
            return {self.decode(key): self.decode(value) for key, value in rest[0]}
        if tag in COLLECTIONS:
            return COLLECTIONS[tag](self.decode(each) for each in rest[0])
        if tag == "function":
            number, name, text = rest
            return self._stand_in(int(number), _text(name), _text(text))
        return SCALARS[tag](*rest)

    def _stand_in(self, number: int, name: str, text: str) -> Callable[..., Any]:
        """Return a function that has this name and this text, and whose calls are sent back."""
        if text and not self.may_be_text(text):
            raise Unbelievable(f"handed over a function {name[:SHOWN]!r} that stands in no cell")
        ask = self.call

        def stand_in(*arguments: Any) -> Any:
            return ask(number, arguments)

        # packaging reads a function's file; this one exists in the line cache alone, and is not
        # taken for the place where a learner's code failed
        file = f"<frozen cell {number} of {abs(hash(text))}>"
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
        stand_in.__code__ = stand_in.__code__.replace(co_filename=file, co_name=name)
        stand_in.__name__ = stand_in.__qualname__ = name
        return stand_in


def _number(text: Any) -> int | float:
    if not isinstance(text, str) or len(text) > SHOWN:
        raise ValueError(text)
    try:
        return int(text)
    except ValueError:
        return float(text)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _plain(value: Any) -> str | bool | None:
    return value if value is None or isinstance(value, bool) else _text(value)


COLLECTIONS: dict[str, type[list[Any] | tuple[Any, ...] | set[Any]]] = {
    "list": list,
    "tuple": tuple,
    "set": set,
}
SCALARS: dict[str, Callable[..., Any]] = {
    "ellipsis": lambda: ...,
    "plain": _plain,
    "number": _number,
    "bytes": lambda text: base64.b64decode(_text(text), validate=True),
    "file": lambda name, text: SourceFile(_text(name), _text(text)),
    "other": lambda text: Foreign(_text(text)[:SHOWN]),
}
