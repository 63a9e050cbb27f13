"""docs/coverage.md: which cell teaches what, for topics, claims heard elsewhere, and exam tasks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from helpers.cloud.facts import load_facts
from helpers.quiz.questions import QuestionSheet
from tools.coverage.inventory import Claim, ExamMap, Inventory, Unit
from tools.coverage.places import Place
from tools.notebooks.source import Lesson

HEADER = """\
# What the course covers

Written by `python3 kit.py build`; edit `lessons/coverage/` or the `teaches=[…]` of cells, not this page.

Each row links to the part of a lab that teaches it. Labs that are not there yet are named by their number.

- [Topics](#topics): what there is to know, unit by unit, with the right value where one often hears another
- [Heard elsewhere](#heard-elsewhere): sentences about Lambda that are out of date, or were never true
- [Exam tasks](#exam-tasks): what the labs do for AWS's exams, and what they do not
"""  # noqa: E501 - one sentence a line
TOPICS = ("## Topics", "")
CLAIMS = (
    "## Heard elsewhere",
    "",
    "| | one hears | right is | shown in |",
    "|---|---|---|---|",
)
EXAMS = (
    "## Exam tasks",
    "",
    "A task is served by cells that name it, by labs whose units belong to it, and by questions.",
    "This is no replacement for AWS's exam guide.",
    "",
)


@dataclass(frozen=True, slots=True)
class Course:
    """What the page is made of: lessons, where each id is taught, and their questions."""

    lessons: Sequence[Lesson]
    taught: Mapping[str, list[Place]]
    sheets: Mapping[str, QuestionSheet]

    def lab(self, number: str) -> str:
        """Return a link to a lab, or say that it is to come."""
        slug = next((each.slug for each in self.lessons if each.slug[:2] == number), None)
        return f"[{number}](../labs/{slug}.ipynb)" if slug else f"{number}, to come"

    def labs(self, numbers: Iterable[str]) -> str:
        """Return links to labs; those to come follow by their numbers."""
        links = {number: self.lab(number) for number in sorted(set(numbers))}
        there = ", ".join(link for number, link in links.items() if link.startswith("["))
        missing = ", ".join(number for number, link in links.items() if not link.startswith("["))
        return "; ".join([*filter(None, [there]), *([f"to come: {missing}"] if missing else [])])

    def places(self, id_: str) -> str:
        """Return the links to where an id is taught."""
        return ", ".join(place.link() for place in self.taught.get(id_, []))


def coverage_page(inventory: Inventory, course: Course) -> str:
    """Return docs/coverage.md."""
    lines = [HEADER, *TOPICS]
    for unit in inventory.units:
        lines += _unit(unit, course)
    lines += _left_out(inventory)
    lines += [*CLAIMS, *(_claim(claim, course) for claim in inventory.claims), ""]
    lines += EXAMS
    for exam in inventory.exams:
        lines += _exam(exam, inventory.units, course)
    return "\n".join(lines).rstrip("\n") + "\n"


def _unit(unit: Unit, course: Course) -> list[str]:
    lines = [f"### {unit.id} · {unit.title} (lab {course.lab(unit.lab)})", ""]
    lines += ["| | topic | taught in |", "|---|---|---|"]
    for row in unit.rows:
        right = f"<br>*{_cell(row.right)}*" if row.right else ""
        lines.append(f"| {row.id} | {_cell(row.topic)}{right} | {course.places(row.id)} |")
    return [*lines, ""]


def _left_out(inventory: Inventory) -> list[str]:
    lines = [f"- {id_}: {_cell(why)}" for id_, why in inventory.left_out.items()]
    return ["Left out on purpose:", "", *lines, ""]


def _claim(claim: Claim, course: Course) -> str:
    where = course.places(claim.id) or f"lab {course.lab(claim.lab)}"
    right = f"{_cell(claim.right)} [source]({claim.source})"
    return f"| {claim.id.removeprefix('claim ')} | {_cell(claim.heard)} | {right} | {where} |"


def _exam(exam: ExamMap, units: Iterable[Unit], course: Course) -> list[str]:
    facts = load_facts().exams[exam.code]
    days = f"offered from {facts.first_day}" if facts.first_day else "offered now"
    lines = [f"### {exam.code} · {facts.name}", ""]
    lines += [f"{days[0].upper()}{days[1:]}; [AWS's page]({facts.source}), read {facts.date}.", ""]
    for domain in exam.domains:
        lines += [f"**Domain {domain.number}: {domain.title}, {domain.weight} %**", ""]
        tasks = [task for task in exam.tasks if task.task.startswith(f"{domain.number}.")]
        if not tasks:
            lines += ["The kit covers none of it.", ""]
            continue
        lines += ["| task | cells | labs | questions | not in this kit |", "|---|---|---|---|---|"]
        for task in tasks:
            name = f"{exam.code} {task.task}"
            labs = [unit.lab for unit in units if name in unit.exam_tasks]
            cells = [
                f"{task.task} {_cell(task.about)}",
                course.places(name),
                course.labs(labs) or "none",
                str(_questions(name, course)),
                _cell(task.not_here),
            ]
            lines.append(f"| {' | '.join(cells)} |")
        lines.append("")
    return lines


def _questions(task: str, course: Course) -> int:
    sheets = course.sheets.values()
    return sum(task in question.exam_tasks for sheet in sheets for question in sheet.questions)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")
