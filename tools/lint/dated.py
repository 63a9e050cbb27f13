"""Facts of AWS that change: what a lesson says of runtimes and prices is what facts.json says.

Also money that a page would lose: JupyterLab reads what stands between two dollar signs of one
paragraph as a formula.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from helpers.cloud.facts import Runtime, load_facts
from tools.lint.markdown import CODE_SPAN, blocks, prose_cells, text_lines
from tools.lint.problem import Problem
from tools.notebooks.source import Lesson

DAY = re.compile(r"\d{1,2} [A-Z][a-z]{2} 20\d\d")
RUNTIME = re.compile(r"`([a-z]+\d[\w.]*)`")
USD = re.compile(r"(\d[\d,]*(?:\.\d+)?) USD")


def runtime_days(lesson: Lesson) -> list[Problem]:
    """Find rows that give a runtime other days than the facts do."""
    problems = []
    for line, cells in _rows(lesson):
        days = [cell for cell in cells[1:] if DAY.fullmatch(cell)]
        for name in RUNTIME.findall(cells[0]) if days else ():
            runtime = load_facts().runtimes.get(name)
            known = _days(runtime) if runtime else []
            if days != known:
                message = f"{name} has the days {known} in facts.json, and {days} here. Mend one."
                problems.append(Problem(lesson.path, line, message))
    return problems


def prices(lesson: Lesson) -> list[Problem]:
    """Find amounts in USD that no dated price has."""
    known = {str(price.value) for price in load_facts().prices.values()}
    return [
        Problem(lesson.path, block.line, f"{amount} USD is no price of facts.json. Mend one.")
        for cell in prose_cells(lesson)
        for block in blocks(cell)
        for amount in USD.findall(block.text)
        if amount.replace(",", "") not in known
    ]


def formulas(lesson: Lesson) -> list[Problem]:
    """Find paragraphs whose dollar signs would be drawn as a formula."""
    return [
        Problem(
            lesson.path, block.line, "Two $ in a paragraph are drawn as a formula. Write 0.20 USD."
        )
        for cell in prose_cells(lesson)
        for block in blocks(cell)
        if CODE_SPAN.sub("", block.text).count("$") > 1
    ]


def _rows(lesson: Lesson) -> Iterator[tuple[int, list[str]]]:
    for cell in prose_cells(lesson):
        for line, text in text_lines(cell):
            if text.startswith("|"):
                yield line, [part.strip() for part in text.strip("| ").split("|")]


def _days(runtime: Runtime) -> list[str]:
    days = (runtime.deprecated, runtime.create_blocked, runtime.update_blocked)
    return [_written(day) for day in days if day]


def _written(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
