"""What passes between the process that runs cells and the one that decides."""

from __future__ import annotations

import io
import math
from typing import Any

import pytest

from helpers.course.packaging import PackagingError, cell_text, package
from helpers.views.source_file import SourceFile
from tools.grade.handing import Decoder, Encoder, Gone, Line, Unbelievable

TEXT = "def handler(event, context):\n    return event\n"


def encoded(value: Any) -> Any:
    """Encode a value; every function stands in TEXT."""
    return Encoder(lambda function: (function.__name__, TEXT)).encode(value)


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        0,
        -(10**40),
        1.5,
        math.inf,
        "ä\n",
        b"\x00\xff",
        ...,
        [1, (2, {3}), {"a": [None]}],
        {("a", 1): {}},
        SourceFile("app.py", "x = 1"),
    ],
)
def test_plain_values_arrive_as_they_were(value: Any) -> None:
    """Values of Python's own types and files of a package travel whole."""
    assert value == Decoder(lambda *_: None).decode(encoded(value))


def test_other_values_arrive_as_their_description() -> None:
    """What is none of these cannot be used, and shows itself."""
    value = Decoder(lambda *_: None).decode(encoded([object]) and ["other", "<object>"])
    assert "<object>" == repr(value)
    loop: list[Any] = []
    loop.append(loop)
    assert isinstance(Decoder(lambda *_: None).decode(encoded(loop)), list)


def test_a_function_arrives_as_a_stand_in_with_its_cell() -> None:
    """The stand-in is packaged by its text, and a call of it is sent back."""

    def handler(event: Any, context: Any) -> Any:
        raise AssertionError("it must not run here")

    asked: list[Any] = []
    decoder = Decoder(lambda number, arguments: asked.append((number, arguments)) or "answer")
    stand_in = decoder.decode(encoded(handler))
    assert (TEXT, "app.handler") == (cell_text(stand_in), package(stand_in).handler)
    assert "answer" == stand_in("x", 1)
    assert [(0, ("x", 1))] == asked


def test_a_function_without_a_cell_cannot_be_packaged() -> None:
    """The stand-in of a function whose text is gone fails as the function would."""
    stand_in = Decoder(lambda *_: None).decode(["function", 0, "handler", ""])
    with pytest.raises(PackagingError, match="'handler' is gone"):
        package(stand_in)


def test_a_text_that_nobody_handed_in_is_not_believed() -> None:
    """A function must stand in a cell of the notebook."""
    decoder = Decoder(lambda *_: None, may_be_text=lambda text: text == TEXT)
    assert callable(decoder.decode(["function", 0, "handler", TEXT]))
    with pytest.raises(Unbelievable, match="stands in no cell"):
        decoder.decode(["function", 0, "handler", "def handler(): ..."])


@pytest.mark.parametrize(
    "tagged",
    [
        None,
        [],
        {"plain": 1},
        ["pickle", "gASVBAAAAAAAAABLAS4="],
        ["plain", 1],
        ["number", "__import__('os')"],
        ["number", "9" * 5000],
        ["bytes", "###"],
        ["file", 1, 2],
        ["set", [["list", []]]],
        ["function", 0],
        ["list", [["plain", "x"]] * 60_000],
    ],
)
def test_nothing_but_tagged_lists_is_decoded(tagged: Any) -> None:
    """Whatever the encoder would not have made is refused as a whole."""
    with pytest.raises(Unbelievable):
        Decoder(lambda *_: None).decode(tagged)


def test_a_deep_value_is_refused() -> None:
    """Nesting that would overflow the stack is no value."""
    tagged: list[Any] = ["plain", None]
    for _ in range(5_000):
        tagged = ["list", [tagged]]
    with pytest.raises(Unbelievable):
        Decoder(lambda *_: None).decode(tagged)


@pytest.mark.parametrize(
    ("error", "sent"),
    [(Gone, b""), (Unbelievable, b"{}"), (Unbelievable, b"[]\n"), (Unbelievable, b"\xff\n")],
)
def test_a_line_holds_one_object(error: type[BaseException], sent: bytes) -> None:
    """The end, half a line, no object and no JSON are told apart from a message."""
    with pytest.raises(error):
        Line(io.BytesIO(sent), io.BytesIO()).receive()
    with pytest.raises(Unbelievable, match="more than"):
        Line(io.BytesIO(b"x" * 3_000_000), io.BytesIO()).receive(longest=2 * 1024 * 1024)
