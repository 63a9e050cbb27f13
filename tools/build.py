"""`python -m tools.build [NAME] [--check]`: build all lessons or one, or say what is stale.

The pages about the whole course, docs/coverage.md and docs/glossary.md, are written with it.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from tools.coverage.pages import stale_pages, write_pages
from tools.notebooks.checkout import BUILD_PYTHON, ROOT, Checkout
from tools.notebooks.source import LessonError, read_lesson


def main(arguments: list[str] | None = None) -> int:
    """Build or check; return 0 when all is well."""
    parser = argparse.ArgumentParser(prog="python -m tools.build", description=__doc__)
    parser.add_argument("name", nargs="?", help="a lesson: 01, handlers or 01-handlers")
    parser.add_argument("--check", action="store_true", help="compare, execute nothing")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    checkout = Checkout(options.root.resolve())
    paths = checkout.lesson_paths(options.name)
    problems = _check(checkout, paths) if options.check else _build(checkout, paths)
    if options.check and options.name is None:
        problems += [*checkout.orphans(), *_stale_pages(checkout)]
    elif not options.check and not problems:
        problems += _write_pages(checkout)
    for problem in problems:
        print(problem, file=sys.stderr)
    if not problems and options.check:
        print(f"{len(paths)} lessons: labs/, solutions/ and their pages in docs/ are current.")
    return 1 if problems else 0


def _stale_pages(checkout: Checkout) -> list[str]:
    try:
        return stale_pages(checkout)
    except LessonError:
        return []  # told already, by its lesson


def _write_pages(checkout: Checkout) -> list[str]:
    """Write what is made of all lessons together; return what kept it from being written."""
    try:
        for page in write_pages(checkout):
            print(f"{page.relative_to(checkout.root).as_posix()}: written")
    except LessonError as error:
        return [str(error)]
    return []


def _check(checkout: Checkout, paths: list[Path]) -> list[str]:
    problems = []
    for path in paths:
        try:
            problems += checkout.stale(read_lesson(path))
        except LessonError as error:
            problems.append(str(error))
    return problems


def _build(checkout: Checkout, paths: list[Path]) -> list[str]:
    problems = []
    if sys.version_info[:2] != BUILD_PYTHON:
        stored, here = (".".join(map(str, v[:2])) for v in (BUILD_PYTHON, sys.version_info))
        print(
            f"This is Python {here}; outputs in solutions/ are stored from {stored}, and errors "
            f"read differently. Build with {stored} before you commit.",
            file=sys.stderr,
        )
    for path in paths:
        started = time.monotonic()
        try:
            written = checkout.build(path)
        except LessonError as error:
            problems.append(str(error))
            continue
        names = " and ".join(file.relative_to(checkout.root).as_posix() for file in written)
        print(f"{names}: built in {time.monotonic() - started:.1f} s", flush=True)
    return problems


if __name__ == "__main__":
    sys.exit(main())
