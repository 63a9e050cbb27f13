"""Rules of links, pictures and diagrams, each shown to find a spoiled lesson."""

from __future__ import annotations

import pytest

from tools.lint import links
from tools.lint.problem import Problem

HERE = "Scales give whole grams."


def messages(problems: list[Problem]) -> str:
    return "\n".join(map(str, problems))


def test_good_lesson(lesson, course):
    """A web link, a link to a heading and a told diagram have no problem."""
    problems = [*links.targets(lesson, course.root / "labs"), *links.pictures(lesson)]

    assert problems + links.diagrams(lesson) == []


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("[a]()", "is empty"),
        ("[a](https:///x)", "has no host"),
        ("[a](http://a b.org)", "has a space in it"),
        ("[a](ftp://aws.amazon.com/x)", "has the scheme 'ftp'"),
        ("[a](#Nowhere)", "leads to no heading"),
        ("[a](08-missing.ipynb)", "leads to no file"),
        ("[](https://aws.amazon.com)", "has no text"),
    ],
)
def test_bad_links(spoil, course, link, expected):
    """Links that are malformed or lead nowhere are found."""
    assert expected in messages(links.targets(spoil(HERE, link), course.root / "labs"))


@pytest.mark.parametrize("link", ["[a](../README.md)", "[a](#A-parcel-has-a-weight)", "`[a](b)`"])
def test_good_links(spoil, course, link):
    """Links to a file of the checkout and to a heading lead somewhere; code is no link."""
    assert links.targets(spoil(HERE, link), course.root / "labs") == []


@pytest.mark.parametrize(
    "picture", ["![](../README.md)", '<img src="a.svg">', '<img alt="" src="a">']
)
def test_picture_without_alt(spoil, picture):
    """A picture without alternative text is found."""
    assert "has no alt text" in messages(links.pictures(spoil(HERE, picture)))


def test_two_figures(spoil):
    """A picture beside a diagram is one figure too many."""
    lesson = spoil(HERE, "![The scale](../README.md)")

    assert "2 figures in one cell" in messages(links.figures(lesson))
    assert links.figures(spoil(HERE, "`![a](b)`")) == []


@pytest.mark.parametrize("name", ["accTitle", "accDescr"])
def test_mute_diagram(spoil, name):
    """A diagram that a screen reader cannot tell is found."""
    assert f"lacks {name}:" in messages(links.diagrams(spoil(f"{name}:", "note:")))


def test_diagram_alone(spoil):
    """A diagram without a sentence that says the same is found."""
    sentence = "Scales give whole grams. The diagram says it: an event goes in, a weight comes out."

    assert "stands alone" in messages(links.diagrams(spoil(sentence, "")))
