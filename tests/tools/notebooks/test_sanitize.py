"""Stored outputs: sanitised, without counts, widgets or frames of other people's code."""

from __future__ import annotations

from nbformat.v4 import new_output

from tools.notebooks.sanitize import Pattern, short_traceback, stored_outputs

PATTERNS = (Pattern("digits", r"id-\d+", "id-0"),)


def test_streams_are_joined():
    """Pieces of one stream, cut by chance, are stored as one."""
    pieces = [new_output("stream", name="stdout", text=text) for text in ("a id-", "12\n", "b\n")]

    assert [(out.name, out.text) for out in stored_outputs(pieces, PATTERNS)] == [
        ("stdout", "a id-0\nb\n")
    ]


def test_results():
    """A result loses its count, its metadata and what is volatile, in every form it has."""
    data = {"text/plain": "id-7", "text/html": "<b>id-8</b>", "application/json": {"n": 1}}
    result = new_output("execute_result", data=data, execution_count=5, metadata={"x": 1})
    (stored,) = stored_outputs([result], PATTERNS)

    assert stored.data == {
        "text/plain": "id-0",
        "text/html": "<b>id-0</b>",
        "application/json": {"n": 1},
    }
    assert (stored.execution_count, stored.metadata) == (None, {})


def test_widgets_are_not_stored():
    """A widget's text twin is stored, its view is not."""
    view = "application/vnd.jupyter.widget-view+json"
    both = new_output("display_data", data={view: {"model_id": "1"}, "text/plain": "a plot"})
    alone = new_output("display_data", data={view: {"model_id": "2"}})

    assert [out.data for out in stored_outputs([both, alone], PATTERNS)] == [
        {"text/plain": "a plot"}
    ]


def test_short_traceback():
    """A traceback keeps the marked lines of the lesson's own cells and the error."""
    entries = [
        "\x1b[31m----\x1b[39m\nKeyError   Traceback (most recent call last)",
        "\x1b[36mCell\x1b[39m\x1b[36m \x1b[39m\x1b[32mIn[12]\x1b[39m\x1b[32m, line 3\x1b[39m\n"
        "      1 a\n      2 b\n\x1b[32m----> 3\x1b[39m lab.invoke(name)",
        "File ~/site-packages/botocore/client.py:569, in call(self)\n    568 x\n--> 569 return y",
        "\x1b[31mKeyError\x1b[39m: 'id-3'",
    ]

    assert short_traceback(entries) == [
        "Cell, line 3\n----> 3 lab.invoke(name)",
        "KeyError: 'id-3'",
    ]


def test_errors():
    """An error is stored with its type, its sanitised message and its short traceback."""
    error = new_output("error", ename="KeyError", evalue="'id-3'", traceback=["KeyError: 'id-3'"])
    (stored,) = stored_outputs([error], PATTERNS)

    assert (stored.ename, stored.evalue) == ("KeyError", "'id-0'")
    assert stored.traceback == ["KeyError: 'id-0'"]
