"""The tokens of an event pattern's text, and where an error is said to be.

EventBridge reads patterns with a streaming JSON parser and quotes its position in every error: the
character after the last token it took, or after the opening quote of a string whose text nobody
asked for. A field name is read together with the start of its value.
Source: error messages of PutRule and TestEventPattern; github.com/aws/event-ruler, which
EventBridge runs.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum

SOURCE_CHARACTERS = 500
_SPACE = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"')
_WORD = re.compile(r"\w+")


class InvalidPattern(ValueError):  # noqa: N818 - the sentence reads better so
    """A pattern is not well made; the text is AWS's reason, with its position where AWS gives it.

    `reason` leaves the position out.
    """

    def __init__(self, reason: str, position: str = "") -> None:
        """Keep the reason, and add where it was noticed."""
        self.reason = reason
        super().__init__(reason + position)


class Kind(StrEnum):
    """What a token is."""

    OBJECT = "{"
    OBJECT_END = "}"
    ARRAY = "["
    ARRAY_END = "]"
    FIELD = "field"
    STRING = "string"
    NUMBER = "number"
    WORD = "word"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Token:
    """One token: `value` is a string's content, else its text; `start` and `end` are offsets."""

    kind: Kind
    value: str
    start: int
    end: int


class Tokens:
    """Reads a text token by token; lives as long as one compilation."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _tokens(text)
        self._at = -1
        self._text_taken = False

    def take(self) -> Token:
        """Step to the next token; raises InvalidPattern where the text is not JSON."""
        self._at += 1
        self._text_taken = False
        token = self.current
        if token.kind is Kind.BROKEN:
            raise InvalidPattern(token.value, self._position(token.end))
        return token

    @property
    def current(self) -> Token:
        """The token that was taken last."""
        return self._tokens[self._at]

    def content(self) -> str:
        """Return the current token's value, reading it to its end."""
        self._text_taken = True
        return self.current.value

    def fail(self, reason: str, *, times: int = 1) -> InvalidPattern:
        """Return the error for the current place; in lists AWS names the place twice."""
        return InvalidPattern(reason, self._position(self._offset()) * times)

    def _offset(self) -> int:
        token = self.current
        if token.kind is Kind.FIELD:
            following = self._tokens[self._at + 1]
            return following.start + 1 if following.kind is Kind.STRING else following.end
        if token.kind is Kind.STRING and not self._text_taken:
            return token.start + 1
        return token.end

    def _position(self, offset: int) -> str:
        before = self._text[:offset]
        line = before.count("\n") + 1
        column = offset - (before.rfind("\n") + 1) + 1
        shown = f'"{self._text[:SOURCE_CHARACTERS]}"'
        if len(self._text) > SOURCE_CHARACTERS:
            shown += f"[truncated {len(self._text) - SOURCE_CHARACTERS} chars]"
        return f"\n at [Source: (String){shown}; line: {line}, column: {column}]"


def _tokens(text: str) -> list[Token]:
    """Read tokens up to the end of the first value, or a BROKEN one where it is not JSON."""
    found: list[Token] = []
    open_marks: list[str] = []
    expected = "value"
    at = 0
    while True:
        at = _after_space(text, at)
        if at >= len(text):
            return [*found, Token(Kind.BROKEN, "Unexpected end-of-input", at, at)]
        token, expected = _token(text, at, expected, open_marks)
        if token is not None:
            found.append(token)
        if token is not None and token.kind is Kind.BROKEN:
            return found
        at = token.end if token is not None else at + 1
        if not open_marks and found:
            return found


def _after_space(text: str, at: int) -> int:
    space = _SPACE.match(text, at)
    return space.end() if space else at


def _token(text: str, at: int, expected: str, open_marks: list[str]) -> tuple[Token | None, str]:
    """Read one token, or a comma; return it and what may follow."""
    mark = text[at]
    if expected in ("after", "first name", "first value") and mark in "}]":
        if open_marks[-1] + mark not in ("{}", "[]"):
            wanted = "}" if open_marks[-1] == "{" else "]"
            return _broken(f"Unexpected close marker '{mark}': expected '{wanted}'", at + 1)
        open_marks.pop()
        return Token(Kind(mark), mark, at, at + 1), "after"
    if expected == "after":
        if mark == ",":
            return None, "name" if open_marks[-1] == "{" else "value"
        within = "Object" if open_marks[-1] == "{" else "Array"
        return _unexpected(mark, at, f"was expecting comma to separate {within} entries")
    if expected in ("name", "first name"):
        return _name(text, at)
    return _value(text, at, open_marks)


def _name(text: str, at: int) -> tuple[Token | None, str]:
    string = _STRING.match(text, at)
    if string is None:
        return _unexpected(text[at], at, "was expecting double-quote to start field name")
    colon = _after_space(text, string.end())
    if text[colon : colon + 1] != ":":
        if colon >= len(text):
            return _broken("Unexpected end-of-input", colon)
        wanted = "was expecting a colon to separate field name and value"
        return _unexpected(text[colon], colon, wanted)
    return Token(Kind.FIELD, json.loads(string.group()), at, colon + 1), "value"


def _value(text: str, at: int, open_marks: list[str]) -> tuple[Token, str]:
    mark = text[at]
    if mark in "{[":
        open_marks.append(mark)
        return Token(Kind(mark), mark, at, at + 1), "first name" if mark == "{" else "first value"
    string = _STRING.match(text, at)
    if string is not None:
        return Token(Kind.STRING, json.loads(string.group()), at, string.end()), "after"
    number = _NUMBER.match(text, at)
    if number is not None:
        return Token(Kind.NUMBER, number.group(), at, number.end()), "after"
    return _word(text, at)


def _word(text: str, at: int) -> tuple[Token, str]:
    wanted = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
    word = _WORD.match(text, at)
    if word is not None and word.group() in ("true", "false", "null"):
        return Token(Kind.WORD, word.group(), at, word.end()), "after"
    if word is not None:
        return _broken(f"Unrecognized token '{word.group()}': was expecting {wanted}", word.end())
    if text[at] == '"':
        return _broken("Unexpected end-of-input: was expecting closing quote", len(text))
    return _unexpected(text[at], at, f"expected a valid value {wanted}")


def _unexpected(mark: str, at: int, wanted: str) -> tuple[Token, str]:
    return _broken(f"Unexpected character ('{mark}' (code {ord(mark)})): {wanted}", at)


def _broken(reason: str, at: int) -> tuple[Token, str]:
    return Token(Kind.BROKEN, reason, at, at), "nothing"
