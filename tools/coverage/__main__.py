"""`python -m tools.coverage [--check]`: write docs/coverage.md and docs/glossary.md, or compare."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tools.coverage.pages import stale_pages, write_pages
from tools.notebooks.checkout import ROOT, Checkout
from tools.notebooks.source import LessonError


def main(arguments: list[str] | None = None) -> int:
    """Write the pages, or say which are stale; return 0 when all is well."""
    parser = argparse.ArgumentParser(prog="python -m tools.coverage", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    checkout = Checkout(options.root.resolve())
    try:
        problems = stale_pages(checkout) if options.check else []
        written = [] if options.check else write_pages(checkout)
    except LessonError as error:
        problems, written = [str(error)], []
    for problem in problems:
        print(problem, file=sys.stderr)
    for path in written:
        print(f"docs/{path.name}: written")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
