"""Rules of dated facts, each shown to find a spoiled lesson."""

from __future__ import annotations

import pytest

from tools.lint import dated
from tools.lint.problem import Problem

HERE = "Scales give whole grams."


def messages(problems: list[Problem]) -> str:
    return "\n".join(map(str, problems))


def test_good_facts(spoil):
    """Days and prices as facts.json has them are no problem, nor is one dollar sign."""
    row = "| `python3.13`, `python3.14` | 30 Jun 2029 | 31 Jul 2029 | 31 Aug 2029 |"
    lesson = spoil(HERE, f"{row}\n#\n# A million cost 0.20 USD, and `$HOME` and `$PATH` are free.")

    assert [] == [*dated.runtime_days(lesson), *dated.prices(lesson), *dated.formulas(lesson)]


def test_a_runtimes_other_day_is_found(spoil):
    """A table that gives a runtime a day that no fact has names both."""
    lesson = spoil(HERE, "| `python3.9` | 15 Dec 2025 | 1 Feb 2026 | 3 Mar 2027 |")

    assert "1 Feb 2027" in messages(dated.runtime_days(lesson))


@pytest.mark.parametrize("amount", ["0.30", "1,000"])
def test_an_amount_that_no_price_has_is_found(spoil, amount):
    """Whoever changes a price changes facts.json, and the lessons follow."""
    assert f"{amount} USD is no price" in messages(
        dated.prices(spoil(HERE, f"It is {amount} USD."))
    )


def test_two_dollar_signs_are_a_formula(spoil):
    """JupyterLab draws what stands between two dollar signs as mathematics."""
    assert "formula" in messages(dated.formulas(spoil(HERE, "A page is $0.20, a stamp $0.40.")))
