from __future__ import annotations

import threading
from typing import Any

import pytest

from helpers.cloud.errors import KitError
from helpers.consoles.controls import (
    CANCEL,
    NO_BAR,
    ControlPanel,
    Errand,
    checks,
    choice,
    slider,
    switch,
    text,
)

PATIENCE_S = 30


@pytest.fixture
def panel() -> ControlPanel:
    """A panel with one slider."""
    return ControlPanel("A test", [slider("size", "Size", (1, None), shown=str)], {"size": 1})


def words_of(panel: ControlPanel) -> list[str]:
    return [action["do"] for action in panel.actions]


def test_a_field_says_its_values_in_words():
    """Stops and what is read out for them stand side by side."""
    field = slider("size", "Size", (1, None), shown=lambda n: "none" if n is None else f"{n} MB")

    assert ["1 MB", "none"] == field["shown"]
    assert [1, None] == field["stops"]
    assert "radios" == checks("x", "X", {"a": "A"}, many=False)["kind"]
    kinds = [f["kind"] for f in (choice("x", "X", {}), switch("x", "X"), text("x", "X"))]
    assert ["choice", "switch", "text"] == kinds


def test_a_press_takes_the_values_of_the_page(panel: ControlPanel):
    """The handler sees what the learner sees, also when no other message came before."""
    seen: list[Any] = []
    panel.when("Go", lambda values: seen.append(values["size"]))

    panel._on_message(None, {"do": "Go", "values": {"size": 7}}, None)

    assert [7] == seen
    assert 1 == panel.heard


def test_work_runs_elsewhere_and_its_result_is_shown(panel: ControlPanel):
    """While it runs only Cancel can be pressed; then the buttons are as before."""
    may_end = threading.Event()
    panel.when("Go", lambda _: None)

    def work(errand: Errand) -> str:
        may_end.wait(PATIENCE_S)
        return threading.current_thread().name

    panel.work("Working …", work, lambda name: panel.show(name, "Done."))
    assert [("Go", False), (CANCEL, True)] == [(a["do"], a["on"]) for a in panel.actions]
    assert "Working …" == panel.words
    may_end.set()

    assert panel.wait(PATIENCE_S)
    assert ("coldstart-errand", "Done.") == (panel.result, panel.words)
    assert ["Go"] == words_of(panel)
    assert NO_BAR == panel.share


def test_cancel_ends_work_at_its_next_step(panel: ControlPanel):
    """The result says that it was cancelled; nothing is done with half a result."""
    begun = threading.Event()
    done: list[Any] = []

    def work(errand: Errand) -> None:
        begun.set()
        while True:
            errand.step(0.5, "still working")

    panel.work("Working …", work, done.append)
    assert begun.wait(PATIENCE_S)
    panel.press(CANCEL)

    assert panel.wait(PATIENCE_S)
    assert "cancelled" in panel.result
    assert [] == done


def test_a_second_piece_of_work_waits_for_nobody_and_does_not_begin(panel: ControlPanel):
    """One piece at a time: a press while it runs is ignored."""
    may_end = threading.Event()
    ran: list[str] = []

    def first(errand: Errand) -> None:
        may_end.wait(PATIENCE_S)
        ran.append("first")

    panel.work("one", first, lambda _: None)
    panel.work("two", lambda errand: ran.append("second"), lambda _: None)
    may_end.set()

    assert panel.wait(PATIENCE_S)
    assert ["first"] == ran


@pytest.mark.parametrize("where", ["work", "handler"])
def test_an_error_is_a_sentence_in_the_panel(panel: ControlPanel, where: str):
    """Whatever fails, the learner reads what to do next."""
    error = KitError("There is no such thing.", next_step="Take another.")

    def fail(*_: Any) -> None:
        raise error

    if where == "work":
        panel.work("Working …", fail, lambda _: None)
        assert panel.wait(PATIENCE_S)
    else:
        panel.when("Go", fail)
        panel.press("Go")

    assert "Take another." in panel.result
    assert "! There is no such thing." == panel.words
