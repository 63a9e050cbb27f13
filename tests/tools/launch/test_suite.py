"""`kit.py test` runs every test once, the labs apart; --quick leaves out what is slow."""

from __future__ import annotations

import pytest

from tools.launch import suite


@pytest.fixture(autouse=True)
def two_cores_and_a_browser(monkeypatch):
    """A machine with two cores, on which Chromium is installed."""
    monkeypatch.setattr(suite.os, "cpu_count", lambda: 2)
    monkeypatch.setattr(suite, "find_chromium", lambda: "chromium")


def test_full():
    """Labs, which mostly wait, get more workers, and nobody is idle while another has a queue."""
    *_, tests, labs = suite.sections(quick=False)

    assert ("pytest", "-n", "3", "--ignore", "tests/lessons") == tests.arguments
    assert ("pytest", "tests/lessons", "-n", "4", "--dist", "worksteal") == labs.arguments


def test_without_browser(monkeypatch):
    """Where there is no Chromium, the tests that drive one are left out."""
    monkeypatch.setattr(suite, "find_chromium", lambda: None)
    *_, tests, labs = suite.sections(quick=False)

    assert ("-m", "not browser") == tests.arguments[3:5]
    assert ("-m", "not browser") == labs.arguments[-2:]


def test_quick():
    """The quick set is one run without slow and browser tests, and checks that labs are built."""
    *_, built, tests = suite.sections(quick=True)

    assert ("tools.build", "--check") == built.arguments
    assert ("pytest", "-n", "3", "-m", "not slow and not browser") == tests.arguments
