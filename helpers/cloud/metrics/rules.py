"""The AlarmRule of a composite alarm: `ALARM("a") AND NOT (OK("b") OR INSUFFICIENT_DATA("c"))`.

Source: docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from helpers.cloud.metrics.evaluation import State

TOKEN = re.compile(
    r"\s*(?:(?P<state>ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*"
    r"(?:\"(?P<quoted>[^\"]*)\"|(?P<bare>[^\s()\"]+))\s*\)"
    r"|(?P<word>AND|OR|NOT|TRUE|FALSE)\b|(?P<symbol>[()]))"
)
MAX_DEPTH = 50
StateOf = Callable[[str], State | None]
Truth = Callable[[StateOf], bool]


class RuleError(ValueError):
    """An AlarmRule that cannot be read."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule, and the names of the alarms it looks at."""

    truth: Truth
    children: tuple[str, ...]


def parse_rule(text: str) -> Rule:
    """Read an AlarmRule; raises RuleError.

    >>> rule = parse_rule('ALARM("errors") AND NOT OK(arn:aws:cloudwatch:us-east-1:1:alarm:slow)')
    >>> rule.children
    ('errors', 'slow')
    >>> rule.truth({"errors": State.ALARM, "slow": State.ALARM}.get)
    True
    """
    parser = _Parser(text)
    truth = parser.either(0)
    if parser.tokens:
        raise RuleError(f"unexpected '{parser.tokens[0][0].strip()}'")
    return Rule(truth, tuple(dict.fromkeys(parser.children)))


class _Parser:
    def __init__(self, text: str) -> None:
        self.children: list[str] = []
        self.tokens: list[re.Match[str]] = []
        at = 0
        while text[at:].strip():
            found = TOKEN.match(text, at)
            if found is None:
                raise RuleError(f"cannot be read from '{text[at:].strip()[:20]}' on")
            self.tokens.append(found)
            at = found.end()

    def either(self, depth: int) -> Truth:
        found = [self._all(depth)]
        while self._takes("OR"):
            found.append(self._all(depth))
        return lambda state_of: any(one(state_of) for one in found)

    def _all(self, depth: int) -> Truth:
        found = [self._one(depth)]
        while self._takes("AND"):
            found.append(self._one(depth))
        return lambda state_of: all(one(state_of) for one in found)

    def _one(self, depth: int) -> Truth:
        if depth > MAX_DEPTH:
            raise RuleError("nested too deeply")
        if self._takes("NOT"):
            inner = self._one(depth + 1)
            return lambda state_of: not inner(state_of)
        if self._takes("("):
            inner = self.either(depth + 1)
            if not self._takes(")"):
                raise RuleError("a closing parenthesis is missing")
            return inner
        if not self.tokens:
            raise RuleError("it ends where a condition is expected")
        token = self.tokens.pop(0)
        if token["state"]:
            name = (token["quoted"] or token["bare"] or "").rsplit(":alarm:", 1)[-1]
            self.children.append(name)
            wanted = State(token["state"])
            return lambda state_of: state_of(name) is wanted
        if token["word"] in ("TRUE", "FALSE"):
            value = token["word"] == "TRUE"
            return lambda _state_of: value
        raise RuleError(f"unexpected '{token[0].strip()}'")

    def _takes(self, word: str) -> bool:
        if self.tokens and word in (self.tokens[0]["word"], self.tokens[0]["symbol"]):
            self.tokens.pop(0)
            return True
        return False
