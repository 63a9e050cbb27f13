"""The text of a query, read from left to right; what does not fit is told with its place."""

from __future__ import annotations

import re

from helpers.cloud.regexes import InvalidRegexError, Regex

BLANK = re.compile(r"(?:\s+|#[^\n]*)*")
WORD = re.compile(r"[A-Za-z_]\w*")
FIELD = re.compile(r"@?[A-Za-z_][\w@]*(?:\.[\w@]+|\[\d+\])*|`[^`]+`")
NUMBER = re.compile(r"\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"|\'((?:[^\'\\]|\\.)*)\'')
REGEX = re.compile(r"/((?:[^/\\]|\\.)+)/([a-z]*)")
PERIOD = re.compile(
    r"(\d+)\s*(ms|milliseconds?|seconds?|minutes?|mins?|months?|mon|mo|hours?|hrs?|hr|days?|weeks?"
    r"|quarters?|qtrs?|years?|yrs?|[smhdwqy])\b"
)
MAX_DEPTH = 50


class MalformedQuery(ValueError):  # noqa: N818 - AWS's MalformedQueryException
    """A query that cannot be read; `start` and `end` are offsets in its text."""

    def __init__(self, message: str, start: int, end: int) -> None:
        """Keep the message and the place."""
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = end


class Scanner:
    """Where reading has got to; `depth` counts nested expressions."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.depth = 0
        self._skip()

    def takes(self, symbol: str) -> bool:
        """Go past a symbol if it comes next."""
        if not self.text.startswith(symbol, self.at):
            return False
        self.at += len(symbol)
        self._skip()
        return True

    def takes_word(self, *words: str) -> str | None:
        """Go past one of these words, in any case, if it comes next; return it in lower case."""
        found = WORD.match(self.text, self.at)
        if found is None or found[0].lower() not in words:
            return None
        return str(self._past(found)[0].lower())

    def takes_match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Go past a pattern if it comes next."""
        found = pattern.match(self.text, self.at)
        return None if found is None else self._past(found)

    def needs(self, symbol: str) -> None:
        """Go past a symbol that must come next."""
        if not self.takes(symbol):
            raise self.unexpected()

    def needs_match(self, pattern: re.Pattern[str]) -> re.Match[str]:
        """Go past a pattern that must come next."""
        found = self.takes_match(pattern)
        if found is None:
            raise self.unexpected()
        return found

    def at_end(self) -> bool:
        """Tell whether nothing is left."""
        return self.at >= len(self.text)

    def peeks(self, symbol: str) -> bool:
        """Tell whether a symbol comes next."""
        return self.text.startswith(symbol, self.at)

    def unexpected(self) -> MalformedQuery:
        """Return the error that what comes next has no place here."""
        line = self.text.count("\n", 0, self.at) + 1
        position = self.at - (self.text.rfind("\n", 0, self.at) + 1) + 1
        found = re.compile(r"\w+|.|$", re.DOTALL).match(self.text, self.at)
        shown = found[0] if found and found[0] else "<EOF>"
        return MalformedQuery(
            f"unexpected symbol found {shown} at line {line} and position {position}",
            self.at,
            min(len(self.text), self.at + max(1, len(shown))),
        )

    def refused(self, message: str, start: int) -> MalformedQuery:
        """Return an error about what was read since `start`."""
        return MalformedQuery(message, start, self.at)

    def _past(self, found: re.Match[str]) -> re.Match[str]:
        self.at = found.end()
        self._skip()
        return found

    def _skip(self) -> None:
        blank = BLANK.match(self.text, self.at)
        if blank is not None:
            self.at = blank.end()


def unquoted(found: re.Match[str]) -> str:
    """Return the text of a string literal."""
    inside = found[1] if found[1] is not None else found[2]
    return re.sub(r"\\(.)", r"\1", inside)


def regex_of(found: re.Match[str], scanner: Scanner) -> Regex:
    """Return a regular expression literal, to be matched; raises MalformedQuery."""
    try:
        return Regex(found[1].replace(r"\/", "/"), ignore_case="i" in found[2])
    except InvalidRegexError as error:
        message = f"invalid regular expression: {error}"
        raise scanner.refused(message, found.start()) from error
