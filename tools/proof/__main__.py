"""Run the solved labs on every backend and print the table lab × backend × exercises.

python -m tools.proof                         every lab on every backend
python -m tools.proof --write                 and write docs/backends.md; rows of labs not run stay
python -m tools.proof 05 06                   two labs
python -m tools.proof --backend ministack 07  one lab on one backend
python -m tools.proof --backend localstack    on the LocalStack that runs at LOCALSTACK_HOST
python -m tools.proof --answers 05            every wrong answer too: none may pass anywhere
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TypeVar

from helpers.checks.exercise import all_labs
from tools.notebooks.checkout import Checkout
from tools.notebooks.source import Lesson, read_lesson
from tools.proof.document import FILE, PAGE, document
from tools.proof.missing import KIT_ONLY, missing_at
from tools.proof.results import AnswerRun, LabRun, in_order
from tools.proof.running import How, Limits, run_answers, run_solved
from tools.proof.tables import Proved, details, failures, read_proof, table
from tools.proof.targets import STARTED_HERE, TITLES, Backend, NotHereError, Target, running

Result = TypeVar("Result")


def main(arguments: list[str] | None = None) -> int:
    """Run what was asked for; return 0 when every result is passed or declared."""
    options = _options(arguments)
    paths = [path for name in options.labs or [None] for path in Checkout().lesson_paths(name)]
    lessons = [read_lesson(path) for path in dict.fromkeys(paths)]
    backends = [Backend(name) for name in options.backend] or list(STARTED_HERE)
    how = How(Limits(options.cell_timeout, options.lab_timeout))
    labs = Runs(lessons, how, options.jobs, options.port)
    for number in (signal.SIGINT, signal.SIGTERM):  # both end the servers, behind a `&` too
        signal.signal(number, signal.default_int_handler)
    try:
        if options.answers:
            return _tell_answers([run for each in backends for run in labs.answers(each)])
        runs = [run for each in backends for run in labs.solved(each)]
    except KeyboardInterrupt:
        how.running.stop()
        return 130
    found = _tell(runs, options.json)
    if options.write:
        _write(runs)
    return found


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tools.proof",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("labs", nargs="*", metavar="LAB", help="05, queues or 05-queues")
    parser.add_argument("--backend", action="append", choices=list(Backend), default=[])
    parser.add_argument("--answers", action="store_true", help="run the wrong answers instead")
    parser.add_argument("--jobs", type=int, default=1, help="labs at the same time")
    parser.add_argument("--port", type=int, default=0, help="of kit.py serve, e.g. 4566")
    parser.add_argument("--cell-timeout", type=int, default=Limits().cell_s, metavar="SECONDS")
    parser.add_argument("--lab-timeout", type=int, default=Limits().lab_s, metavar="SECONDS")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what was found")
    parser.add_argument("--write", action="store_true", help="write it into docs/backends.md")
    return parser.parse_args(arguments)


@dataclass(frozen=True, slots=True)
class Runs:
    """The labs to run, and how; each job has a server of its own."""

    lessons: Sequence[Lesson]
    how: How
    jobs: int = 1
    port: int = 0

    def solved(self, backend: Backend) -> list[LabRun]:
        """Run the solved labs on a backend."""
        return in_order(self._on(backend, run_solved))

    def answers(self, backend: Backend) -> list[tuple[Lesson, AnswerRun]]:
        """Run every wrong and alternative answer on a backend."""

        def run(lesson: Lesson, target: Target, how: How) -> list[tuple[Lesson, AnswerRun]]:
            return [(lesson, answer) for answer in run_answers(lesson, target, how)]

        return [each for found in self._on(backend, run) for each in found]

    def _on(self, backend: Backend, run: Callable[[Lesson, Target, How], Result]) -> list[Result]:
        waiting: SimpleQueue[Lesson] = SimpleQueue()
        for lesson in self.lessons:
            waiting.put(lesson)

        jobs = min(self.jobs, len(self.lessons))

        def work(number: int) -> list[Result]:
            found = []
            with running(backend, port=self.port if number == 0 else 0) as target:
                while (lesson := _next(waiting)) is not None:
                    told = _teller(f"{lesson.slug} on {TITLES[backend]}", jobs)
                    found.append(run(lesson, target, replace(self.how, told=told)))
                    told("done")
            return found

        with ThreadPoolExecutor(jobs) as pool:
            futures = [pool.submit(work, number) for number in range(jobs)]
            try:
                return [result for future in futures for result in future.result()]
            except NotHereError as reason:
                print(f"{TITLES[backend]}: not run, because {reason}.", file=sys.stderr)
                return []
            except KeyboardInterrupt:
                self.how.running.stop()
                raise


def _next(waiting: SimpleQueue[Lesson]) -> Lesson | None:
    try:
        return waiting.get_nowait()
    except Empty:
        return None


def _teller(subject: str, jobs: int) -> Callable[[str], None]:
    """Return what says how far a lab is: in place in a terminal, its end only anywhere else."""

    def tell(text: str) -> None:
        if sys.stderr.isatty() and jobs == 1:
            print(f"\r\x1b[K{subject}: {text}", end="\n" if text == "done" else "", file=sys.stderr)
        elif text == "done":
            print(f"{subject}: done", file=sys.stderr, flush=True)

    return tell


def _tell(runs: list[LabRun], file: Path | None) -> int:
    print(table(runs))
    found = failures(runs)
    print(*found, sep="\n")
    if file is not None:
        file.write_text(details(runs), encoding="utf-8")
    return 1 if found else 0


def _write(runs: list[LabRun]) -> None:
    """Write what was found, and the page made of it; rows of other labs stay."""
    missing = {}
    for backend in {Backend(run.backend) for run in runs} & {Backend.SERVED, Backend.MINISTACK}:
        with running(backend) as target:
            missing[str(backend)] = missing_at(target.endpoint)
    proof = read_proof(FILE).updated(map(Proved.of, runs), missing)
    FILE.write_text(proof.dumped(), encoding="utf-8")
    PAGE.write_text(document(proof, all_labs(), KIT_ONLY), encoding="utf-8")
    print(f"{FILE.name} and {PAGE.name} written.")


def _tell_answers(runs: list[tuple[Lesson, AnswerRun]]) -> int:
    for lesson, run in runs:
        where = f"{lesson.path.name}:{run.line}"
        print(f"{where} {run.answer} {run.exercise}: {run.status or 'error'}")
        if run.is_false:
            print(f"  should be {run.wanted!r}; it said:\n    " + run.said.replace("\n", "\n    "))
    return int(any(run.is_false for _, run in runs))


if __name__ == "__main__":
    sys.exit(main())
