"""`python -m tools.lint [NAME]`: print what is wrong with all lessons or one; execute nothing."""

from __future__ import annotations

import argparse
import sys

from tools.lint.course import lint_course, lint_lesson
from tools.notebooks.checkout import Checkout


def main(arguments: list[str] | None = None) -> int:
    """Print the problems; return 0 when there are none."""
    parser = argparse.ArgumentParser(prog="python -m tools.lint", description=__doc__)
    parser.add_argument("name", nargs="?", help="a lesson: 01, handlers or 01-handlers")
    name = parser.parse_args(arguments).name
    checkout = Checkout()
    paths = checkout.lesson_paths(name)
    problems = [problem for path in paths for problem in lint_lesson(path, checkout)]
    around = lint_course(checkout)
    problems += [problem for problem in around if name is None or problem.path in paths]
    for problem in problems:
        print(problem)
    if not problems:
        print(f"{len(paths)} lessons: nothing to mend.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
