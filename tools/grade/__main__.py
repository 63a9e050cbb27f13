"""`python -m tools.grade FOLDER`: grade a folder and write grades.csv and grades.html."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from datetime import datetime
from pathlib import Path

from tools.grade.collecting import printable
from tools.grade.gradebook import Gradebook, Grader, fitting_jobs
from tools.grade.grading import Grade
from tools.grade.kept import Kept, own_key, write_whole
from tools.grade.labs import read_labs
from tools.grade.limits import Limits
from tools.grade.namespaces import ROOT, confinement
from tools.grade.report import Occasion, as_csv, as_html, as_text
from tools.grade.sitting import Room
from tools.launch.errors import LaunchError


def main(arguments: list[str] | None = None) -> int:
    """Grade what the command line names; return 1 when something could not be graded."""
    parser = argparse.ArgumentParser(prog="kit.py grade", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--to", type=Path, help="where the grades go; FOLDER/grades-DATE")
    parser.add_argument("--jobs", type=int, help="how many labs at once")
    parser.add_argument("--again", action="store_true", help="grade everything anew")
    parser.add_argument(
        "--unconfined", action="store_true", help="let answers run as you, where nothing else works"
    )
    options = parser.parse_args(arguments)
    try:
        book = _grade(options)
    except LaunchError as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. What is done is kept; the same command goes on.", file=sys.stderr)
        return 130
    return int(any(row.grade is Grade.BROKEN for row in book.rows))


def _grade(options: argparse.Namespace) -> Gradebook:
    folder = options.folder.expanduser().resolve()
    if not folder.is_dir():
        raise LaunchError(
            f"{str(options.folder)!r} is no folder.",
            "grade looks for notebooks and progress files below a folder.",
            "python3 kit.py grade FOLDER, with the folder that holds what was handed in.",
            anchor="nothing-to-grade",
        )
    day = f"{datetime.now().astimezone():%Y-%m-%d}"
    target = (options.to or folder / f"grades-{day}").expanduser().resolve()
    why_not = _confinement(unconfined=options.unconfined)
    _make_folder(target)
    room = Room(is_confined=not why_not, limits=Limits())
    jobs = max(1, options.jobs or fitting_jobs())
    print(f"Grading {folder}, up to {jobs} at once.", flush=True)
    grader = Grader(read_labs(ROOT), room, jobs, lambda line: print(line, flush=True))
    kept = Kept(target, own_key(os.environ), again=options.again)
    book = grader.grade(folder, kept, leave_out=target)
    book.not_confined = why_not
    if not book.rows:
        odd = "".join(f"\n  {each}" for each in book.odd)
        raise LaunchError(
            f"There is nothing to grade below {str(folder)!r}.{odd}",
            "no notebook of a lab is there, and no progress file.",
            "name the folder that holds what was handed in; unpack archives first.",
            anchor="nothing-to-grade",
        )
    occasion = Occasion(printable(folder.name), day)
    write_whole(target / "grades.csv", "\ufeff" + as_csv(book.rows))
    write_whole(target / "grades.html", as_html(book, occasion))
    print(
        f"\n{as_text(book)}\n\nWritten: {target / 'grades.csv'}\n         {target / 'grades.html'}"
    )
    return book


def _confinement(*, unconfined: bool) -> str:
    """Return why answers cannot be confined, or ""; without a reason to trust them, stop there."""
    try:
        why_not = confinement()
    except TimeoutError as error:
        raise LaunchError(
            f"Whether answers can be confined could not be tried: {error}.",
            "this computer is too busy.",
            "run the same command again when it has less to do.",
            anchor="graded-broken",
        ) from None
    if why_not and not unconfined:
        raise LaunchError(
            f"Answers cannot be confined on this computer: {why_not}.",
            "they would run as you: they could read your files and use the network.",
            "grade on Linux; or, if you would run each of them yourself, add --unconfined.",
            anchor="unconfined",
        )
    return why_not


def _make_folder(target: Path) -> None:
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LaunchError(
            f"{str(target)!r} cannot be made: {error.strerror}.",
            "the grades are written there.",
            "name a folder of your own: python3 kit.py grade FOLDER --to OTHER",
            anchor="not-writable",
        ) from None


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _interrupt)
    sys.exit(main())
