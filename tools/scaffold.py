"""`python -m tools.scaffold SLUG`: begin a lesson: its source, its checks, its questions.

The skeleton passes the linter's rules of form; what it says is for the author to replace. A slug
may bring its number (`12-observability`); without one it gets the next that is free.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from string import Template

from tools.lint.questions import FEWEST
from tools.notebooks.checkout import ROOT, Checkout

TEMPLATES = Path(__file__).parent / "templates"
SLUG = re.compile(r"(?:(?P<number>\d\d)-)?(?P<words>[a-z][a-z0-9]*(?:-[a-z0-9]+)*)")


def scaffold(slug: str, checkout: Checkout) -> list[Path]:
    """Write the three files of a new lesson and return them; never overwrite one."""
    found = SLUG.fullmatch(slug)
    if found is None:
        raise SystemExit(
            f"{slug!r} is no slug: it becomes a file's name. Use small letters and hyphens, "
            "such as observability or 12-observability."
        )
    number = found["number"] or _next_number(checkout)
    name = f"{number}-{found['words']}"
    values = {
        "number": number,
        "n": str(int(number)),
        "next": f"{int(number) + 1:02d}",
        "slug": name,
        "title": found["words"].replace("-", " ").capitalize(),
    }
    files = {
        checkout.root / "lessons" / f"{name}.py": _filled("lesson", values),
        checkout.root / "helpers" / "checks" / f"lab_{number}.py": _filled("checks", values),
        checkout.root / "helpers" / "quiz" / "questions" / f"{name}.json": _questions(values),
    }
    for path in [*files, *checkout.root.glob(f"lessons/{number}-*.py")]:
        if path.exists():
            raise SystemExit(f"{path} is already there. Choose another slug or number.")
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(files)


def next_steps(name: str) -> str:
    """Return what an author does after scaffolding."""
    return f"""Next:
  1. Write lessons/{name}.py and its checks; replace every sentence of the skeleton.
  2. .venv/bin/python -m tools.lint {name}        what is missing
  3. .venv/bin/python -m tools.rehearse {name}    what the wrong answers get
  4. python3 kit.py build {name}                   labs/ and solutions/
  5. .venv/bin/python -m tools.proof {name[:2]} --write      which of it other accounts can do
  6. Add the lab's row to the table in README.md, and its section to docs/instructor.md.
CONTRIBUTING.md has more on each: "Add a lab".
Cells say what they teach by teaches=["05-03", "claim 15"]; the ids are in lessons/coverage."""


def main(arguments: list[str] | None = None) -> int:
    """Scaffold a lesson and say what to do next."""
    parser = argparse.ArgumentParser(prog="python -m tools.scaffold", description=__doc__)
    parser.add_argument("slug", help="such as observability or 12-observability")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    written = scaffold(options.slug, Checkout(options.root))
    for path in written:
        print(f"wrote {path.relative_to(options.root)}")
    print(next_steps(written[0].stem))
    return 0


def _next_number(checkout: Checkout) -> str:
    taken = [int(path.stem[:2]) for path in checkout.lesson_paths()]
    return f"{max(taken, default=-1) + 1:02d}"


def _filled(template: str, values: dict[str, str]) -> str:
    text = (TEMPLATES / f"{template}.txt").read_text(encoding="utf-8")
    return Template(text).substitute(values)


def _questions(values: dict[str, str]) -> str:
    numbers = range(1, FEWEST + 1)
    asked = [_filled("question", values | {"count": str(n)}).strip() for n in numbers]
    indented = ["  " + entry.replace("\n", "\n  ") for entry in asked]
    return "[\n" + ",\n".join(indented) + "\n]\n"


if __name__ == "__main__":
    sys.exit(main())
