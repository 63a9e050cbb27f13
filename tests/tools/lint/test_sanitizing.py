"""Sanitising hides what differs from run to run, and nothing that a lesson teaches."""

from __future__ import annotations

import pytest

from tools.lint.sanitizing import PROTECTED, patterns
from tools.notebooks.checkout import ROOT, Checkout
from tools.notebooks.sanitize import Pattern, sanitized

CFG = ROOT / "tests" / "lessons" / "sanitize.cfg"


def test_the_kits_patterns():
    """The kit's patterns are few and hide no error type, count or code."""
    assert patterns(Checkout().patterns(), CFG) == []


@pytest.mark.parametrize("pattern", Checkout().patterns(), ids=lambda pattern: pattern.name)
def test_each_pattern_is_stable(pattern):
    """What stands in place of a volatile thing is itself left alone."""
    samples = " ".join(VOLATILE)
    once = pattern.apply(samples)

    assert samples != once
    assert once == pattern.apply(once)


VOLATILE = (
    "RequestId: 3f0c9a44-6b1f-4a54-9d0c-0b7d4f1f2a11",
    "Root=1-5759e988-bd862e3fe1be46a994272793",
    "2026/11/21/[$LATEST]3893xmpl7fac4485b47bb75b671a283c".replace("xmpl", "abcd"),
    "2026-11-21T07:08:09.123Z",
    "2026-11-21T07:08:09.123+0000",
    "'date': 'Sat, 21 Nov 2026 07:08:09 GMT'",
    "datetime.datetime(2026, 11, 21, 7, 8, 9, tzinfo=tzutc())",
    "Duration: 12.34 ms",
    "level B, real paths: /var/task, /opt and a /tmp of each environment's own",
    '"billedDurationMs":13',
    "&quot;durationMs&quot;: 12.5",
    "&quot;maxMemoryUsedMB&quot;: 37",
    "Max Memory Used: 37 MB",
    "http://127.0.0.1:45123/",
    "/tmp/coldstart-x1y2/env/app.py",
    "/tmp/coldstart-x1y2/code/3fa0/app.py",
    "ASIAIOSFODNN7ABCDEFG",
    "8rnlcVnNRVGlOaf5MQFrNhO7qwmYlXAkVqFZJzNHT3E=",
    "1763710000123",
)


@pytest.mark.parametrize("volatile", VOLATILE)
def test_volatile_things(volatile):
    """Everything that differs from run to run is replaced."""
    assert volatile != sanitized(volatile, Checkout().patterns())


@pytest.mark.parametrize("protected", PROTECTED)
def test_protected_things(protected):
    """Error types, counts, codes and amounts stay as they are."""
    assert protected == sanitized(protected, Checkout().patterns())


def test_greedy_pattern():
    """A pattern that hides a count or an error type is found."""
    greedy = (Pattern("numbers", r"\d+", "0"), Pattern("errors", r"\w+Exception", "E"))
    found = [problem.message for problem in patterns(greedy, CFG)]

    assert any("[numbers] hides part of 'sent 3 orders" in message for message in found)
    assert any("[errors] hides part of" in message for message in found)


def test_too_many_patterns():
    """Sixteen patterns are too many."""
    many = tuple(Pattern(f"p{n}", f"volatile-{n}", "x") for n in range(16))

    assert "16 patterns; at most 15" in patterns(many, CFG)[0].message


def test_no_pattern():
    """What is no regular expression is found."""
    assert "is no regular expression" in patterns((Pattern("open", "(", "x"),), CFG)[0].message
