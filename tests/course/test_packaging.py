from __future__ import annotations

import functools
import io
import linecache
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from helpers.course.cell_rules import CellError
from helpers.course.packaging import PackagingError, package, zip_of
from helpers.views.source_file import SourceFile

CELL = '''import json

RATE = 3


def price(event, context):
    """Price of some sheets."""
    return event["sheets"] * RATE
'''


def run_cell(text: str) -> dict[str, Any]:
    """Run a text as a notebook does: as a file that exists only in linecache."""
    filename = f"/nowhere/ipykernel_1/{abs(hash(text))}.py"
    linecache.cache[filename] = (len(text), None, text.splitlines(keepends=True), filename)
    namespace: dict[str, Any] = {}
    exec(compile(text, filename, "exec"), namespace)
    return namespace


def members(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_the_cell_that_defines_the_handler_is_the_file():
    """The whole text of the cell becomes app.py, and the handler is found in it."""
    built = package(run_cell(CELL)["price"])

    assert {"app.py": CELL} == members(built.content)
    assert "app.price" == built.handler


def test_the_same_files_always_give_the_same_bytes():
    """No time, order or user leaks into a package, so its hash tells whether code changed."""
    assert zip_of({"a.py": "1", "b.py": "2"}) == zip_of({"b.py": "2", "a.py": "1"})
    assert package("x = 1").content == package("x = 1").content


def test_lambda_s_user_may_read_every_member_and_execute_a_bootstrap():
    """Members carry POSIX permissions, as packages for Lambda must."""
    content = zip_of({"app.py": "", "bootstrap": "#!/bin/sh"})

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        modes = {i.filename: oct(i.external_attr >> 16) for i in archive.infolist()}
    assert {"app.py": "0o644", "bootstrap": "0o755"} == modes


def test_text_and_files_and_finished_zips_are_packaged_too():
    """A str is app.py, a SourceFile keeps its name, bytes stay as they are."""
    assert {"app.py": "x = 1"} == members(package("x = 1").content)
    built = package(SourceFile("orders.py", "y = 2"), files={"data.json": "{}"})
    assert {"orders.py": "y = 2", "data.json": "{}"} == members(built.content)
    assert "orders.handler" == built.handler
    assert b"PK" == package(b"PK").content


def test_files_alone_make_a_package():
    """A package may be made of files only, as for a handler module of another name."""
    assert {"orders.py": "1"} == members(package(None, files={"orders.py": "1"}).content)


def test_a_decorated_handler_is_found_in_its_own_cell():
    """functools.wraps does not hide which cell defines the handler."""
    handler = run_cell(CELL)["price"]

    @functools.wraps(handler)
    def wrapped(*args: Any) -> Any:
        return handler(*args)

    assert {"app.py": CELL} == members(package(wrapped).content)


@pytest.mark.parametrize(
    "line",
    [
        "price({}, None)",
        "assert price",
        "for _ in []: pass",
        "print(price)",
        "json.dumps(price({}, None))",
    ],
)
def test_a_line_that_does_not_belong_is_named(line: str):
    """A cell that becomes a file holds only imports, assignments, defs and classes."""
    handler = run_cell(f"import json\ndef price(event, context):\n    return 1\n{line}\n")["price"]

    with pytest.raises(CellError) as caught:
        package(handler)

    assert (
        f"Line 4 of the cell that defines 'price' does not belong there: {line!r}."
    ) == caught.value.what


@pytest.mark.parametrize("line", ['logger.setLevel("INFO")', "logging.getLogger('x').setLevel(20)"])
def test_what_sets_up_an_object_of_the_file_belongs(line: str):
    """A level set where the file is loaded is Lambda's everyday, so such a line is welcome."""
    text = (
        f"import logging\nlogger = logging.getLogger('shop')\n{line}\ndef h(event, context): ...\n"
    )

    assert "app.h" == package(run_cell(text)["h"]).handler


def test_docstring_class_and_annotated_assignment_belong():
    """What only defines names is welcome."""
    text = '"""Doc."""\nx: int = 1\nx += 1\nclass A: ...\ndef h(event, context):\n    return x\n'

    assert "app.h" == package(run_cell(text)["h"]).handler


def nested() -> Callable[..., Any]:
    def inner(event: Any, context: Any) -> None: ...

    return inner


@pytest.mark.parametrize("source", [nested(), lambda event, context: 1])
def test_a_handler_must_be_a_function_of_the_top_level(source: Any):
    """Lambda finds a handler by module and name, so nested ones and lambdas are refused."""
    with pytest.raises(PackagingError, match="not a function of its file's top level"):
        package(source)


def test_a_call_instead_of_the_handler_is_explained():
    """lab.deploy(handler()) passes a result; the message says to leave the parentheses out."""
    with pytest.raises(PackagingError, match="without parentheses"):
        package(42)  # type: ignore[arg-type]


def test_a_handler_without_source_says_to_run_its_cell_again():
    """A function made by exec has no text to package."""
    namespace: dict[str, Any] = {}
    exec("def h(event, context): ...", namespace)

    with pytest.raises(PackagingError, match="Run the cell that defines it again"):
        package(namespace["h"])


def test_a_built_in_has_no_cell():
    """A callable that is no Python function is refused by name."""
    with pytest.raises(PackagingError, match="has no source"):
        package(len)


def test_a_finished_zip_takes_no_more_files():
    """Adding files to bytes would need unpacking them; the message says what to do instead."""
    with pytest.raises(PackagingError, match="cannot take more files"):
        package(b"PK", files={"a": "b"})
