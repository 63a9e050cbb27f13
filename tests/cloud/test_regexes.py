from __future__ import annotations

import threading
import time

import pytest

from helpers.cloud import regexes
from helpers.cloud.regexes import InvalidRegexError, Regex, SlowRegexError
from tests.waiting import until

EVIL = (r"(a+)+$", r"^(a|aa)+$", r"(.*a){25}$", r"(\w+\s?)+$")
TEXT = "a" * 5000 + "!" + "x" * 5000 + "!"


@pytest.mark.parametrize("source", EVIL)
def test_a_match_that_would_not_end_is_given_up(source: str, monkeypatch: pytest.MonkeyPatch):
    """Backtracking without end is an error after the time limit, and later at once."""
    monkeypatch.setattr(regexes, "MATCH_S", 0.05)
    monkeypatch.setattr(regexes, "BUDGET_S", 0.06)
    evil = Regex(source)
    with pytest.raises(SlowRegexError, match="takes too long on a text of"):
        evil.search(TEXT)

    def is_given_up() -> bool:
        with pytest.raises(SlowRegexError) as refused:
            evil.search(TEXT)
        return str(refused.value).endswith("takes too long")

    until(is_given_up)  # a busy machine gives it less of the processor's time
    with pytest.raises(SlowRegexError, match=r"takes too long$"):
        evil.search("a")


def test_others_run_while_a_match_takes_long(monkeypatch: pytest.MonkeyPatch):
    """A slow match does not hold the interpreter."""
    monkeypatch.setattr(regexes, "MATCH_S", 0.3)
    seen: list[str] = []
    slow = Regex(EVIL[0])

    def match() -> None:
        with pytest.raises(SlowRegexError):
            slow.search(TEXT)
        seen.append("given up")

    thread = threading.Thread(target=match)
    thread.start()
    while not seen:
        seen.append("others run")
        time.sleep(0.001)
    thread.join()
    assert "others run" == seen[0]


def test_expressions_find_replace_and_split():
    """The dialect is Java's where it differs from Python's."""
    assert "12" == (Regex("took (?<ms>[0-9]+) ms").search("took 12 ms") or {})["ms"]
    assert ("ms",) == Regex("(?<ms>.)").names
    assert Regex("GET", ignore_case=True).search("a get b")
    assert Regex(r"\p{Lu}++x").fullmatch("ABCx")
    assert "b-b-a" == Regex("a").replace(lambda _: "b", "a-a-a", count=2)
    assert ["1", "2", ""] == Regex(";").split("1;2;")


@pytest.mark.parametrize("source", ["(", "[", "*a", "(?<n", "(" * 5000 + ")" * 5000])
def test_what_is_no_expression_is_refused(source: str):
    """Every text that cannot be compiled is one error."""
    with pytest.raises(InvalidRegexError):
        Regex(source)
