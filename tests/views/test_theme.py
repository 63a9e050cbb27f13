"""Colours and shapes: enough contrast in both themes, and no meaning by colour alone."""

from __future__ import annotations

import pytest

from helpers.views.theme import SIGNS, Fill, Ink, Shape, resolved, shape

PAPERS = [resolved(Ink.PAPER, dark=dark) for dark in (False, True)]


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("fill", Fill)
def test_every_fill_stands_out_in_both_themes(fill: Fill, paper: str):
    """Graphical objects have a contrast of at least 3:1 (WCAG 2.2, 1.4.11)."""
    assert contrast(fill, paper) >= 3


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("ink", [Ink.TEXT, Ink.SOFT])
def test_every_text_can_be_read_in_both_themes(ink: Ink, dark: bool):
    """Text has a contrast of at least 4.5:1 (WCAG 2.2, 1.4.3)."""
    assert contrast(resolved(ink, dark=dark), resolved(Ink.PAPER, dark=dark)) >= 4.5


def test_contrast_is_that_of_the_standard():
    """Black on white has 21, a colour on itself 1, and the order does not matter."""
    assert 21 == pytest.approx(contrast("#000000", "#ffffff"))
    assert 1 == contrast("#2f7ed8", "#2f7ed8")
    assert contrast("#777777", "#ffffff") == contrast("#ffffff", "#777777")


def test_each_shape_has_an_outline_and_a_sign_of_its_own():
    """Shapes are told apart in pictures and in text."""
    assert set(Shape) == set(SIGNS)
    assert len(set(SIGNS.values())) == len(SIGNS) == len({each.value for each in Shape})


def test_outside_jupyterlab_no_variable_is_left():
    """A resolved mark names its colours."""
    drawn = resolved(shape(Shape.STAR, 1, 2, Fill.RED), dark=True)

    assert "var(" not in drawn
    assert 'stroke="#111111"' in drawn


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours written #rrggbb, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
