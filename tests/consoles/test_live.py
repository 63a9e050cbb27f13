"""A live view, as the kernel sees it: what it sends, what it hears, what is saved."""

from __future__ import annotations

from typing import Any

import ipywidgets
import pytest

from helpers.consoles import live
from helpers.consoles.live import WIDGET, LiveView, present
from helpers.views.card import Card
from helpers.views.panel import Tone
from helpers.views.picture import draw


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    bundles: list[dict[str, Any]] = []
    monkeypatch.setattr(live, "display", lambda data, **_: bundles.append(data))
    return bundles


def test_a_swap_carries_drawing_twin_facts_and_status():
    """The page gets all of them together."""
    view = LiveView()
    view.swap(draw("Title", "twin", (10, 10)), facts=[("Cost", "1 ¢")], status="following")

    assert ("Title", "twin", [["Cost", "1 ¢"]]) == (view.heading, view.text, view.facts)
    assert view.drawing.startswith("<svg ")
    assert "following" == view.status
    assert "LiveView('Title')" == repr(view)


def test_a_button_calls_its_handler_and_others_are_passed_over():
    """Messages of the page name the word on the button."""
    pressed: list[str] = []
    view = LiveView()
    view.when("Stop", lambda: pressed.append("Stop"))
    view.when_gone(lambda: pressed.append("gone"))
    for asked in ("Stop", "Other", "gone"):
        view._on_message(view, {"do": asked}, [])

    assert ["Stop"] == view.actions
    assert ["Stop", "gone"] == pressed


@pytest.mark.parametrize(
    "twin", [draw("Title", "twin", (10, 10)), Card(Tone.CALM, "Title", closing="twin")]
)
def test_a_widget_is_preceded_by_its_twin(shown: list[dict[str, Any]], twin: Any):
    """The twin is text and HTML; the widget has nothing that a notebook would store."""
    view = LiveView()
    present(twin, view)
    saved, widget = shown

    assert {"text/plain", "text/html"} == saved.keys()
    assert "Title\ntwin" == saved["text/plain"]
    assert "coldstart-twin" in saved["text/html"]
    assert [WIDGET] == [*widget]
    box = ipywidgets.Widget.widgets[widget[WIDGET]["model_id"]]
    assert (view,) == box.children
