"""Deployment packages: the cell is the file, and the same files always give the same bytes.

Models the .zip package of docs.aws.amazon.com/lambda/latest/dg/python-package.html: the module
that holds the handler at the root, other files beside it. Left out: installed dependencies,
which a later lab vendors, and container images.
"""

from __future__ import annotations

import inspect
import io
import linecache
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from helpers.checks.session import Files, Source
from helpers.cloud.errors import KitError
from helpers.course.cell_rules import check_cell
from helpers.views.source_file import SourceFile

MODULE_FILE = "app.py"
DEFAULT_HANDLER = "app.handler"
EPOCH = (1980, 1, 1, 0, 0, 0)


class PackagingError(KitError):
    """The kit cannot make a deployment package of what it was given."""


@dataclass(frozen=True, slots=True)
class Package:
    """A zip and the handler name that fits it."""

    content: bytes
    handler: str


def package(source: Source | None, *, files: Files | None = None) -> Package:
    """Make a package of a handler, a text, a file or a finished zip, with `files` beside it."""
    if isinstance(source, bytes):
        if files:
            raise PackagingError(
                "A finished zip cannot take more files.",
                next_step="Give lab.zip the handler and the files together.",
                anchor="cannot-package",
            )
        return Package(source, DEFAULT_HANDLER)
    name, text, handler = _main_file(source)
    members: dict[str, str | bytes] = dict(files or {})
    if text is not None:
        members[name] = text
    return Package(zip_of(members), handler)


def zip_of(members: Mapping[str, str | bytes]) -> bytes:
    """Return a zip of the members whose bytes depend on nothing but them."""
    # stored, not deflated: compressed bytes differ between versions of zlib
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(members):
            content = members[name]
            info = zipfile.ZipInfo(name, EPOCH)
            info.create_system = 3
            # Lambda's user is another one: it needs to read, and to execute a `bootstrap`
            info.external_attr = (0o755 if PurePosixPath(name).suffix == "" else 0o644) << 16
            archive.writestr(info, content.encode() if isinstance(content, str) else content)
    return buffer.getvalue()


def cell_text(handler: Callable[..., Any]) -> str:
    """Return the whole text of the cell, or of the file, that defines `handler`."""
    code = getattr(inspect.unwrap(handler), "__code__", None)
    if code is None:
        raise PackagingError(
            f"{handler!r} has no source the kit could read.",
            why="A deployment package is made of the cell that defines the handler.",
            next_step="Pass a function written with def in a cell, or its file as a text.",
            anchor="cannot-package",
        )
    text = "".join(linecache.getlines(code.co_filename))
    if not text:
        raise PackagingError(
            f"The text of the cell that defines {handler.__name__!r} is gone.",
            why="It was defined in another kernel, or by exec.",
            next_step="Run the cell that defines it again.",
            anchor="cell-text-gone",
        )
    return text


def _main_file(source: Source | None) -> tuple[str, str | None, str]:
    """Return the main file's name, its text and the handler's name."""
    if source is None:
        return MODULE_FILE, None, DEFAULT_HANDLER
    if isinstance(source, str):
        return MODULE_FILE, source, DEFAULT_HANDLER
    if isinstance(source, SourceFile):
        stem = source.name.removesuffix(".py").replace("/", ".")
        return source.name, source.text, f"{stem}.handler"
    if not callable(source):
        raise PackagingError(
            f"Cannot package {source!r}.",
            why="It is neither a handler, nor a text, nor a file, nor a zip.",
            next_step="Pass the handler itself: lab.deploy(handler, ...), without parentheses.",
            anchor="cannot-package",
        )
    text = cell_text(source)
    function = inspect.unwrap(source)
    name = _top_level_name(function)
    check_cell(text, handler=name)
    return MODULE_FILE, text, f"app.{name}"


def _top_level_name(function: Callable[..., Any]) -> str:
    name = getattr(function, "__qualname__", "")
    if not name.isidentifier():
        raise PackagingError(
            f"The handler {name!r} is not a function of its file's top level.",
            why="Lambda finds a handler by module and name.",
            next_step="Write it with def, outside any other function or class.",
            anchor="top-level",
        )
    return name
