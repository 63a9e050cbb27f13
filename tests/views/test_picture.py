"""A picture: in notebooks, in terminals, in files."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from helpers.cloud.errors import KitError
from helpers.views.picture import Picture, draw
from helpers.views.svg import label

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def picture() -> Picture:
    return draw('A "small" <picture>', "one & two", (200, 50), label("Größe", 10, 20))


def test_a_notebook_keeps_text_and_drawing(picture: Picture):
    """The twin is plain text; the HTML holds the drawing, and the twin to open."""
    bundle = picture._repr_mimebundle_()

    assert {"text/plain", "text/html"} == bundle.keys()
    assert 'A "small" <picture>\none & two' == bundle["text/plain"]
    assert "<svg " in bundle["text/html"]
    assert "<summary" in bundle["text/html"]
    assert "one &amp; two</pre>" in bundle["text/html"]


def test_assistive_technology_hears_title_and_text(picture: Picture):
    """The drawing is one image with a name and a description."""
    drawing = ElementTree.fromstring(picture.drawing)

    assert "img" == drawing.get("role")
    assert 'A "small" <picture>' == drawing.findtext("title")
    assert "one & two" == drawing.findtext("desc")


@pytest.mark.parametrize("dark", [False, True])
def test_an_svg_file_stands_alone(picture: Picture, tmp_path: Path, dark: bool):
    """It is a document with colours of its own, in either theme."""
    path = picture.save(tmp_path / "picture.svg", dark=dark)
    text = path.read_text(encoding="utf-8")
    paper = ElementTree.fromstring(text.encode()).find(f"{SVG}rect")

    assert paper is not None
    assert ("#111111" if dark else "#ffffff") == paper.get("fill")
    assert "var(" not in text


def test_a_png_file_has_the_size_that_was_asked(picture: Picture, tmp_path: Path):
    """Two pixels for each of the drawing's."""
    content = picture.save(tmp_path / "picture.png").read_bytes()

    assert b"\x89PNG" == content[:4]
    assert (400, 100) == (int.from_bytes(content[16:20]), int.from_bytes(content[20:24]))


def test_another_kind_of_file_is_refused_with_the_two_that_work(picture: Picture, tmp_path: Path):
    """The message names both endings."""
    with pytest.raises(KitError, match=r"picture\.gif.*\.svg.*\.png"):
        picture.save(tmp_path / "picture.gif")
