"""The builder of SVG: whatever the text, the markup is well formed and says the same."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.views.svg import Svg, clean, element, group, number, rectangle, shortened


@given(st.text())
def test_any_text_can_stand_in_an_element_and_in_an_attribute(text: str):
    """Parsed again, both say what was put in; what XML cannot hold is marked."""
    parsed = ElementTree.fromstring(element("text", text, class_=text))
    # XML reads a carriage return as a line feed, and breaks in attributes as spaces
    plain = clean(text).replace("\r\n", "\n").replace("\r", "\n")

    assert plain == (parsed.text or "")
    assert " ".join(plain.split("\n")).replace("\t", " ") == parsed.get("class")


def test_markup_is_kept_and_text_is_not_taken_for_markup():
    """An element inside another stays one; a string that looks like one is text."""
    drawn = group(element("title", "a"), "<b>")

    assert "<g><title>a</title>&lt;b&gt;</g>" == drawn
    assert isinstance(drawn, Svg)


def test_names_of_python_become_names_of_svg():
    """Underscores are hyphens, one at the end is dropped, and None leaves an attribute out."""
    assert '<g stroke-width="2" class="x"/>' == group(stroke_width=2, class_="x", fill=None)


@pytest.mark.parametrize(
    ("value", "words"),
    [(3.0, "3"), (0.126, "0.13"), (-0.001, "0"), (1e6, "1000000"), (10.5, "10.5")],
)
def test_numbers_are_as_short_as_they_can_be(value: float, words: str):
    """Hundredths of a pixel are enough, so that the same picture gives the same text."""
    assert words == number(value)


def test_a_bar_without_width_can_be_seen():
    """A rectangle is at least one pixel wide."""
    assert 'width="1"' in rectangle(0, 0, 0, 5)


def test_long_names_are_cut():
    """The end is cut off, with a sign that it was."""
    assert "place-or…" == shortened("place-order", 9)
    assert "short" == shortened("short", 9)
