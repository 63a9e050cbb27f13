"""A whole folder, graded: every file read, every lab of every learner judged, side by side."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from helpers.checks.exercise import find_lab
from helpers.course.entries import Attempt, fits, lists_of
from tools.grade.answers import Answers, read_answers
from tools.grade.collecting import HandedIn, Unreadable, collect, printable, read_bytes
from tools.grade.grading import Finding, Grade, Graded, grade_answers, specification
from tools.grade.kept import Kept
from tools.grade.labs import Lab
from tools.grade.sitting import Room, now

BYTES_EACH = 1024**3
"""The memory one lab of one learner may need: an account, its functions, a notebook, the checks."""
SIDE_BY_SIDE = (
    "functions ran at file level A, where a handler is not kept apart from the account that runs "
    "it: look at odd answers yourself"
)


@dataclass(frozen=True, slots=True)
class Row:
    """One exercise of one learner, as the reports show it."""

    learner: str
    lab: str
    exercise: str
    title: str
    grade: Grade
    says: str
    attempts: int | None
    evidence: str
    notebook: str
    at: str


@dataclass(slots=True)
class Gradebook:
    """Everything that was found in a folder."""

    rows: list[Row] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)
    not_confined: str = ""
    kept: int = 0
    done: int = 0


@dataclass(slots=True)
class _Paper:
    """One lab of one learner: the notebooks that answer it."""

    learner: str
    answers: Answers
    names: list[str]

    @property
    def cause(self) -> dict[str, object]:
        """What decides its result."""
        exercises = list(self.answers.lab.exercises)
        spec = specification(self.answers, exercises, set())
        return {**spec, "refused": self.answers.refused, "names": self.names}


@dataclass(slots=True)
class Grader:
    """Grades folders; one lab of one learner at a time in each of `jobs` threads."""

    labs: Mapping[str, Lab]
    room: Room
    jobs: int
    say: Callable[[str], None]

    def grade(self, folder: Path, kept: Kept, *, leave_out: Path | None = None) -> Gradebook:
        """Grade everything below a folder."""
        found = collect(folder, self.labs, leave_out=leave_out)
        book = Gradebook(odd=found.odd)
        records = _read_records(found.records, book.odd)
        papers = self._papers(found.notebooks, book)
        results = self._judge(papers, kept, book)
        for paper, graded in results:
            mine = records.pop((paper.learner, paper.answers.lab.slug), None)
            book.rows += _rows(paper, graded, mine)
            where = f"{paper.learner}, {paper.answers.lab.slug}"
            book.odd += [f"{where}: {odd}" for odd in graded.odd]
        if self.room.is_confined and any(graded.file_level == "A" for _, graded in results):
            book.odd.append(SIDE_BY_SIDE)
        for (learner, slug), attempts in records.items():
            if slug in self.labs:
                book.rows += _rows_of_records(learner, slug, attempts)
        book.rows.sort(key=lambda row: (row.learner.casefold(), row.learner, row.lab))
        return book

    def _papers(self, notebooks: Iterable[HandedIn], book: Gradebook) -> list[_Paper]:
        papers: dict[tuple[str, str], list[_Paper]] = {}
        for handed_in in notebooks:
            try:
                answers = read_answers(read_bytes(handed_in.path), handed_in.name, self.labs)
            except Unreadable as why:
                book.rows.append(_unreadable(handed_in, str(why), self.labs))
                continue
            name = printable(handed_in.name)
            if answers is None:
                book.odd.append(f"{name}: a notebook of no lab of this course")
                continue
            key = (handed_in.learner, answers.lab.slug)
            papers.setdefault(key, []).append(_Paper(handed_in.learner, answers, [name]))
        return [_one_of(each) for each in papers.values()]

    def _judge(
        self, papers: list[_Paper], kept: Kept, book: Gradebook
    ) -> list[tuple[_Paper, Graded]]:
        def judge(paper: _Paper) -> tuple[_Paper, Graded, bool]:
            slug = paper.answers.lab.slug
            cause = {**paper.cause, "confined": self.room.is_confined}
            before = kept.load(paper.learner, slug, cause)
            if before is not None:
                return paper, before, True
            graded = grade_answers(paper.answers, self.room)
            kept.save(paper.learner, slug, cause, graded)
            return paper, graded, False

        results = []
        pool = ThreadPoolExecutor(self.jobs)
        try:
            running = [pool.submit(judge, paper) for paper in papers]
            for future in as_completed(running):
                paper, graded, was_kept = future.result()
                results.append((paper, graded))
                book.kept += was_kept
                book.done += 1
                self.say(f"[{book.done}/{len(papers)}] {_line(paper, graded, was_kept)}")
        finally:
            if book.done < len(papers):
                self.room.close()
            pool.shutdown(cancel_futures=True)
        return results


def fitting_jobs() -> int:
    """Return how many labs this machine goes through at once."""
    # checks wait as much as they compute, but some compare two runs: leave them room
    by_cores = max(1, (os.cpu_count() or 1) // 2)
    by_memory = int(psutil.virtual_memory().available // BYTES_EACH)
    return max(1, min(by_cores, by_memory))


def _one_of(papers: list[_Paper]) -> _Paper:
    """Return the one paper of a learner for a lab; several that differ are ambiguous."""
    first, names = papers[0], [name for paper in papers for name in paper.names]
    if len(papers) == 1:
        return first
    same = all(
        (p.answers.sources, p.answers.refused) == (first.answers.sources, first.answers.refused)
        for p in papers
    )
    listed = ", ".join(names)
    if same:
        first.answers.odd.append(f"handed in {len(papers)} times, with the same answers: {listed}")
        return _Paper(first.learner, first.answers, names)
    merged = Answers(first.answers.lab)
    merged.ambiguous = f"{len(papers)} notebooks that differ: {listed}; leave one"
    return _Paper(first.learner, merged, names)


def _rows(paper: _Paper, graded: Graded, attempts: list[Attempt] | None) -> list[Row]:
    lab = find_lab(paper.answers.lab.slug)
    rows = []
    for finding in graded.findings.values():
        mine = [a for a in attempts or [] if a.exercise == finding.exercise]
        claim = paper.answers.says.get(finding.exercise)
        says = [f"notebook: {claim}"] if claim else []
        says += [f"progress: {_best(mine)}"] if mine else []
        title = lab.exercise(finding.exercise).title
        count = len(mine) if attempts is not None else None
        rows.append(_row(paper, finding, title, "; ".join(says), count))
    return rows


def _row(paper: _Paper, finding: Finding, title: str, says: str, attempts: int | None) -> Row:
    return Row(
        learner=paper.learner,
        lab=paper.answers.lab.slug,
        exercise=finding.exercise,
        title=title,
        grade=Grade(finding.grade),
        says=says,
        attempts=attempts,
        evidence=finding.evidence,
        notebook=", ".join(paper.names),
        at=finding.at,
    )


def _rows_of_records(learner: str, slug: str, attempts: list[Attempt]) -> list[Row]:
    rows = []
    for exercise in find_lab(slug).exercises:
        mine = [a for a in attempts if a.exercise == exercise.id]
        if mine:
            says = f"progress: {_best(mine)}"
            evidence = "a progress file alone proves nothing"
            rows.append(
                Row(learner, slug, exercise.id, exercise.title, Grade.NO_NOTEBOOK, says, len(mine),
                    evidence, "", "")
            )  # fmt: skip
    return rows


def _unreadable(handed_in: HandedIn, why: str, labs: Mapping[str, Lab]) -> Row:
    slug = next((slug for slug in labs if slug in handed_in.name.casefold()), "")
    name = printable(handed_in.name)
    return Row(handed_in.learner, slug, "", "", Grade.UNREADABLE, "", None, why, name, now())


def _best(attempts: list[Attempt]) -> str:
    return "passed" if any(a.status == "passed" for a in attempts) else "not yet"


def _line(paper: _Paper, graded: Graded, was_kept: bool) -> str:
    grades = [finding.grade for finding in graded.findings.values()]
    passed = sum(grade == Grade.PASSED for grade in grades)
    others = [grade for grade in Grade if grade in grades and grade is not Grade.PASSED]
    rest = "".join(f", {grades.count(grade)} {grade}" for grade in others)
    how = "kept from before" if was_kept else f"{graded.seconds:.0f} s"
    slug = paper.answers.lab.slug
    return f"{paper.learner}  {slug}  {passed} of {len(grades)} passed{rest} ({how})"


def _read_records(
    files: Iterable[HandedIn], odd: list[str]
) -> dict[tuple[str, str], list[Attempt]]:
    """Return the attempts of every progress file, by learner and lab."""
    found: dict[tuple[str, str], list[Attempt]] = {}
    for file in files:
        try:
            stored = json.loads(read_bytes(file.path))
            if not isinstance(stored, dict) or not fits(stored):
                raise Unreadable("it is no progress file")
        except (Unreadable, ValueError, TypeError, AttributeError, RecursionError) as error:
            odd.append(f"{printable(file.name)}: left out: {printable(str(error))}")
            continue
        for slug in stored["labs"]:
            attempts = [Attempt(**entry) for entry in lists_of(stored, slug)["attempts"]]
            mine = found.setdefault((file.learner, slug), [])
            mine += [attempt for attempt in attempts if attempt not in mine]
    return found
