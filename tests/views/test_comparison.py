"""Two documents side by side."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from helpers.views.comparison import Comparison, Mark, marked
from helpers.views.text import pretty

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


def marks(document: Any, other: Any) -> dict[str, Mark]:
    """Return the mark of each line that holds a value."""
    return {
        line.text.strip(): line.mark
        for line in marked(document, other)
        if line.mark is not Mark.STRUCTURE
    }


def test_each_value_has_the_mark_of_what_the_other_document_holds():
    """The same there, another value there, the same value elsewhere, or nothing."""
    left = {"a": 1, "b": 2, "path": "/orders", "c": [3], "on": True}
    right = {"a": 1, "b": 9, "raw": "/orders", "on": 1}

    assert {
        '"a": 1,': Mark.SAME,
        '"b": 2,': Mark.DIFFERENT,
        '"path": "/orders",': Mark.MOVED,
        "3": Mark.ALONE,
        '"on": true': Mark.DIFFERENT,
    } == marks(left, right)


@given(JSON, JSON)
def test_the_lines_are_the_document_itself(document: Any, other: Any):
    """Marks change nothing of the text, whatever it is compared with."""
    assert pretty(document) == "\n".join(line.text for line in marked(document, other))


@given(JSON)
def test_a_document_is_the_same_as_itself(document: Any):
    """No line of it is marked as different."""
    assert {Mark.SAME, Mark.STRUCTURE} >= {line.mark for line in marked(document, document)}


def test_both_renderings_show_both_documents():
    """Titles, counts and lines with their signs; nothing of a document is markup."""
    view = Comparison(("one", "two"), ({"a": "<b>"}, {"a": "<i>"}))

    assert '≠   "a": "<b>"' in repr(view)
    assert "≠ another value there: 1" in repr(view)
    assert "&lt;b&gt;" in view._repr_html_()
    assert "<b>" not in view._repr_html_()
