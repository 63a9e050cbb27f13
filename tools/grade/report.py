"""What was found, written: grades.csv for a spreadsheet, grades.html for people, and a short text.

Everything that comes from a submission is escaped: for HTML, and for spreadsheets, which take a
cell that begins with = for a formula. The page loads nothing and runs nothing.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from tools.grade.gradebook import Gradebook, Row
from tools.grade.grading import Grade

COLUMNS = (
    "learner",
    "lab",
    "exercise",
    "title",
    "status",
    "says",
    "attempts",
    "evidence",
    "notebook",
    "time",
)
SYMBOLS = {
    Grade.PASSED: "✔",
    Grade.NOT_YET: "△",
    Grade.NOT_STARTED: "○",
    Grade.BROKEN: "✖",
    Grade.NOT_AVAILABLE: "–",
    Grade.TAMPERED: "≠",
    Grade.UNREADABLE: "?",
    Grade.TIMED_OUT: "◷",
    Grade.HOSTILE: "‼",
    Grade.AMBIGUOUS: "?",
    Grade.NO_NOTEBOOK: "–",
}
MEANINGS = {
    Grade.PASSED: "the check passed when the grader ran it",
    Grade.NOT_YET: "the check ran and says what is missing",
    Grade.NOT_STARTED: "the starter is as it was given, or its cell is missing",
    Grade.BROKEN: "the kit or this machine failed, not the learner; run the command again",
    Grade.NOT_AVAILABLE: "this machine cannot show what the exercise is about",
    Grade.TAMPERED: "the cell cannot be taken as one answer; look at it",
    Grade.UNREADABLE: "the notebook cannot be read",
    Grade.TIMED_OUT: "the cell or its check did not end in time",
    Grade.HOSTILE: "it ended its process or the account, or took too much; look at it",
    Grade.AMBIGUOUS: "several notebooks that differ; leave one and run again",
    Grade.NO_NOTEBOOK: "there is a progress file alone, which proves nothing",
}
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
STYLE = """
:root { color-scheme: light dark; --ink: #1b1b1b; --paper: #fff; --quiet: #595959; --line: #c8c8c8;
  --good: #1a6b2f; --bad: #9c1c1c; --wait: #7a4d00; }
@media (prefers-color-scheme: dark) { :root { --ink: #ececec; --paper: #161616; --quiet: #b0b0b0;
  --line: #4a4a4a; --good: #7fd493; --bad: #ff9d94; --wait: #f2c068; } }
@media print { :root { --ink: #000; --paper: #fff; --quiet: #444; --line: #999; --good: #0d4d1e;
  --bad: #7d0f0f; --wait: #5c3a00; } body { font-size: 11px; }
  h2 { break-after: avoid; } tr { break-inside: avoid; } }
body { color: var(--ink); background: var(--paper); font: 15px/1.45 system-ui, sans-serif;
  margin: 2em auto; max-width: 75em; padding: 0 1em; }
h1 { font-size: 1.5em; } h2 { font-size: 1.15em; margin-top: 2em; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .35em .6em; text-align: left;
  vertical-align: top; overflow-wrap: break-word; }
th { color: var(--quiet); font-weight: 600; } td.status { white-space: nowrap; }
td.long { overflow-wrap: anywhere; min-width: 8em; } td.evidence { min-width: 22em; }
@media print { .wide { overflow: visible; } td.evidence { min-width: 0; } }
.passed { color: var(--good); } .hostile, .tampered, .broken, .unreadable { color: var(--bad); }
.not-yet, .timed-out, .ambiguous { color: var(--wait); } .quiet { color: var(--quiet); }
"""


@dataclass(frozen=True, slots=True)
class Occasion:
    """What was graded, and when."""

    folder: str
    day: str


def as_csv(rows: Iterable[Row]) -> str:
    """Return the findings as CSV, a line for each exercise."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        attempts = "" if row.attempts is None else str(row.attempts)
        cells = (row.learner, row.lab, row.exercise, row.title, str(row.grade), row.says, attempts)
        writer.writerow(
            [_no_formula(cell) for cell in (*cells, row.evidence, row.notebook, row.at)]
        )
    return text.getvalue()


def as_html(book: Gradebook, occasion: Occasion) -> str:
    """Return the findings as one page, for the screen and for paper."""
    labs = sorted({row.lab for row in book.rows if row.lab})
    parts = [
        f"<h1>What was handed in: {escape(occasion.folder)}</h1>",
        f"<p>Graded on {escape(occasion.day)}. {escape(in_short(book))}</p>",
        f"<p class='quiet'>{escape(_how(book))}</p>",
        *(_matrix(lab, [row for row in book.rows if row.lab == lab]) for lab in labs),
        _odd(book.odd),
        _details(book.rows),
        _meanings(book.rows),
    ]
    head = (
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>"
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        "<meta name='viewport' content='width=device-width'>"
        f"<title>Grades: {escape(occasion.folder)}</title><style>{STYLE}</style></head>"
    )
    body = "\n".join(parts)
    return f"{head}\n<body>\n{body}\n</body></html>\n"


def in_short(book: Gradebook) -> str:
    """Return how many learners and exercises there are, and how they stand."""
    learners = len({row.learner for row in book.rows})
    counts = Counter(row.grade for row in book.rows)
    stands = ", ".join(f"{counts[grade]} {grade}" for grade in Grade if counts[grade])
    how_many = f"{_count(learners, 'learner')}, {_count(len(book.rows), 'exercise')}"
    return f"{how_many}: {stands or 'nothing'}."


def as_text(book: Gradebook) -> str:
    """Return the summary for a terminal."""
    lines = [in_short(book), _how(book)]
    if book.odd:
        lines += ["", "Look at:", *(f"  {odd}" for odd in book.odd)]
    wrong = (Grade.TAMPERED, Grade.UNREADABLE, Grade.TIMED_OUT, Grade.HOSTILE, Grade.AMBIGUOUS)
    said = [row for row in book.rows if row.grade in (*wrong, Grade.BROKEN)]
    if said:
        lines += ["", "And at:"]
        alike: dict[tuple[str, str, Grade, str], list[str]] = {}
        for row in said:
            key = (row.learner, row.lab, row.grade, row.evidence)
            alike.setdefault(key, []).append(row.exercise)
        lines += [
            f"  {learner}  {lab}  {', '.join(exercises)}  {grade}: {evidence}"
            for (learner, lab, grade, evidence), exercises in alike.items()
        ]
    return "\n".join(lines)


def _how(book: Gradebook) -> str:
    if not book.not_confined:
        return (
            "Each answer ran in namespaces of its own: without the network, this computer's files, "
            "its other programs, or other answers."
        )
    return (
        f"NOT confined: {book.not_confined}. Answers ran as you, with a home, variables and limits "
        "of their own; they could have read your files and used the network. Grade only what you "
        "would run yourself, or grade on Linux."
    )


def _matrix(lab: str, rows: Sequence[Row]) -> str:
    exercises = sorted({row.exercise for row in rows if row.exercise}, key=_by_number)
    titles = {row.exercise: row.title for row in rows}
    found = {(row.learner, row.exercise): row.grade for row in rows}
    learners = dict.fromkeys(row.learner for row in rows if row.exercise)
    head = "".join(
        f"<th scope='col'>{escape(e)}<br><span class='quiet'>{escape(titles[e])}</span></th>"
        for e in exercises
    )
    body = "".join(
        f"<tr><th scope='row'>{escape(learner)}</th>"
        + "".join(_cell(found.get((learner, exercise))) for exercise in exercises)
        + "</tr>"
        for learner in learners
    )
    if not body:
        return ""
    table = f"<table><thead><tr><th scope='col'>learner</th>{head}</tr></thead>{body}</table>"
    return f"<h2>{escape(lab)}</h2><div class='wide'>{table}</div>"


def _cell(grade: Grade | None) -> str:
    if grade is None:
        return "<td></td>"
    kind = str(grade).replace(" ", "-")
    return f"<td class='status {kind}'>{SYMBOLS[grade]} {escape(str(grade))}</td>"


def _odd(odd: Sequence[str]) -> str:
    if not odd:
        return ""
    items = "".join(f"<li>{escape(each)}</li>" for each in odd)
    return f"<h2>What was odd</h2><ul>{items}</ul>"


def _details(rows: Sequence[Row]) -> str:
    head = "".join(
        f"<th scope='col'>{name}</th>"
        for name in ("learner", "exercise", "found", "says", "attempts", "evidence", "notebook")
    )
    body = "".join(
        f"<tr><td class='long'>{escape(row.learner)}</td>"
        f"<td>{escape(row.exercise or row.lab)}</td>"
        f"{_cell(row.grade)}<td>{escape(row.says)}</td>"
        f"<td>{'' if row.attempts is None else row.attempts}</td>"
        f"<td class='long evidence'>{escape(row.evidence)}</td>"
        f"<td class='long quiet'>{escape(row.notebook)}</td></tr>"
        for row in rows
    )
    note = (
        "“Says” is what the notebook's outputs or a progress file say. "
        "It counts for nothing; “found” is what the grader's own run of the check found."
    )
    return (
        f"<h2>Every exercise</h2><p class='quiet'>{note}</p>"
        f"<div class='wide'><table><thead><tr>{head}</tr></thead>{body}</table></div>"
    )


def _meanings(rows: Sequence[Row]) -> str:
    here = [grade for grade in Grade if any(row.grade is grade for row in rows)]
    items = "".join(f"<tr>{_cell(grade)}<td>{escape(MEANINGS[grade])}</td></tr>" for grade in here)
    return f"<h2>What the words mean</h2><table>{items}</table>"


def _no_formula(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text


def _by_number(exercise: str) -> list[int]:
    return [int(part) if part.isdigit() else 0 for part in exercise.split(".")]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
