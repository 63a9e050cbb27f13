from __future__ import annotations

import traceback
from collections.abc import Callable

import pytest

from helpers.course.tracebacks import trims_tracebacks


@trims_tracebacks
class Front:
    def fails(self) -> None:
        self._deep()

    def calls(self, function: Callable[[], None]) -> None:
        function()

    def _deep(self) -> None:
        raise ValueError("boom")


def test_frames_of_the_kit_are_cut():
    """Only the caller and the thin front remain of an error raised deep inside."""
    with pytest.raises(ValueError, match="boom") as caught:
        Front().fails()

    names = [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert "_deep" not in names
    assert 2 == len(names)


def test_the_learner_s_own_cell_stays_in_the_traceback():
    """An error inside a function that the learner passed in shows that function's line."""
    namespace: dict[str, Callable[[], None]] = {}
    exec(compile("def mine():\n    raise KeyError('x')", "/nowhere/cell.py", "exec"), namespace)

    with pytest.raises(KeyError) as caught:
        Front().calls(namespace["mine"])

    assert "mine" == traceback.extract_tb(caught.value.__traceback__)[-1].name


def test_methods_keep_their_help():
    """Wrapping changes neither name nor docstring."""
    assert "fails" == Front.fails.__name__


def test_an_interrupt_shows_the_cell_and_not_the_kit():
    """Whoever presses ■ while the kit waits reads where their cell stood."""

    def pressed() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        Front().calls(pressed)

    names = [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert "calls" not in names
