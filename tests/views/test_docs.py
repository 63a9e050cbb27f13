"""docs/views.md names every view with a line that fits it, and the README's pictures are ours."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from helpers import consoles, simulator, views
from tests.views.denied import PATH, denied

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "views.md").read_text(encoding="utf-8")
LINES = [ast.parse(block) for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)]
CALLS = [
    node
    for line in LINES
    for node in ast.walk(line)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id != "Lab"
]


def test_every_view_has_its_line():
    """What is exported is documented, once."""
    named = [call.func.id for call in CALLS if isinstance(call.func, ast.Name)]

    assert {*views.__all__, *consoles.__all__, "simulate", "Scenario"} == {*named}
    assert len({*named}) == len(named)


@pytest.mark.parametrize("call", CALLS, ids=[ast.unparse(call) for call in CALLS])
def test_a_line_fits_what_it_calls(call: ast.Call):
    """Its arguments are those of the function or class."""
    assert isinstance(call.func, ast.Name)
    homes: tuple[Any, ...] = (views, consoles, simulator)
    callee = next(getattr(home, call.func.id) for home in homes if hasattr(home, call.func.id))
    given = {str(keyword.arg): None for keyword in call.keywords}

    assert inspect.signature(callee).bind(*call.args, **given)


def test_the_readme_leads_to_the_page():
    """And shows two pictures of views."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    assert "](docs/views.md)" in readme
    assert {"docs/timeline.svg", "docs/denied.svg"} <= {*re.findall(r"\((docs/\w+\.svg)\)", readme)}


def test_the_readme_s_denial_is_what_the_view_draws_today():
    """Write it anew with `python -m tests.views.denied`."""
    assert denied().svg() == PATH.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["timeline", "denied"])
def test_a_picture_of_the_readme_is_read_on_any_page(name: str):
    """It has a paper of its own, and no colour depends on the page."""
    text = (ROOT / "docs" / f"{name}.svg").read_text(encoding="utf-8")
    drawing = ElementTree.fromstring(text.encode())
    paper = drawing.find("{http://www.w3.org/2000/svg}rect")

    assert paper is not None
    assert "#ffffff" == paper.get("fill")
    assert "var(" not in text
