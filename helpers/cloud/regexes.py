r"""Regular expressions that users write: matching ends soon, and stops nobody else meanwhile.

Filter patterns, Logs Insights, API Gateway's authorizers, models and mapping templates take them
from whoever may call. Python's own `re` holds the whole process while it matches, and with
`(a+)+$` that may be for ever; here others run meanwhile, and a match has a time limit.

The dialect is nearest to Java's, which AWS's services use: named groups as `(?<name>...)`,
possessive quantifiers and `\p{L}` are known.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Protocol

MATCH_S = 1.0
"""What one match may take, of the processor's time."""
SLOW_S = 0.02
BUDGET_S = 3.0
"""What all slow matches of one expression may take; then it is no longer tried."""


class Match(Protocol):
    """What an expression found."""

    def __getitem__(self, group: int | str, /) -> str | None:
        """Return a group's text; 0 is the whole match."""

    def groups(self) -> tuple[str | None, ...]:
        """Return what all groups hold."""

    def groupdict(self) -> dict[str, str | None]:
        """Return what the named groups hold."""


class InvalidRegexError(ValueError):
    """The text is no regular expression."""


class SlowRegexError(ValueError):
    """A match took too long."""


class Regex:
    """A regular expression with a time limit; methods raise SlowRegexError.

    >>> Regex("took (?<ms>[0-9]+) ms").search("took 12 ms")["ms"]
    '12'
    """

    def __init__(self, source: str, *, ignore_case: bool = False) -> None:
        """Compile; raises InvalidRegexError."""
        import regex  # noqa: PLC0415 - 2 MB that most accounts never need

        try:
            self._pattern: Any = regex.compile(source, regex.IGNORECASE if ignore_case else 0)
        except (regex.error, RecursionError, OverflowError, MemoryError, ValueError) as error:
            raise InvalidRegexError(str(error) or type(error).__name__) from error
        self._left = BUDGET_S
        self.names = tuple(self._pattern.groupindex)
        self.groups = self._pattern.groups

    def search(self, text: str) -> Match | None:
        """Return the first match anywhere in the text."""
        found: Match | None = self._bounded(
            lambda: self._pattern.search(text, timeout=MATCH_S, concurrent=True), text
        )
        return found

    def fullmatch(self, text: str) -> Match | None:
        """Return the match of the whole text."""
        found: Match | None = self._bounded(
            lambda: self._pattern.fullmatch(text, timeout=MATCH_S, concurrent=True), text
        )
        return found

    def replace(self, replaced: Callable[[Match], str], text: str, *, count: int = 0) -> str:
        """Return the text with its first `count` matches replaced, or with all."""
        result: str = self._bounded(
            lambda: self._pattern.sub(replaced, text, count, timeout=MATCH_S, concurrent=True),
            text,
        )
        return result

    def split(self, text: str) -> list[str]:
        """Return what stands between the matches."""
        parts = self._bounded(
            lambda: self._pattern.split(text, timeout=MATCH_S, concurrent=True), text
        )
        return [part or "" for part in parts]

    def _bounded(self, match: Callable[[], Any], text: str) -> Any:
        if self._left <= 0:
            raise SlowRegexError("the regular expression takes too long")
        start = time.thread_time()
        try:
            return match()
        except TimeoutError as error:
            message = f"the regular expression takes too long on a text of {len(text)} letters"
            raise SlowRegexError(message) from error
        finally:
            took = time.thread_time() - start
            if took > SLOW_S:
                self._left -= took
