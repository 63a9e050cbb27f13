"""Links, pictures and diagrams: they lead somewhere, and they can be read without being seen."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tools.lint.markdown import fences, headings, prose_cells, text_lines
from tools.lint.problem import Problem
from tools.notebooks.source import Lesson

LINK = re.compile(r"(?<!\\)(?P<image>!?)\[(?P<label>[^\]]*)\]\((?P<target>[^)]*)\)")
IMAGE_TAG = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
ALT = re.compile(r"""\balt\s*=\s*["'][^"']+["']""", re.IGNORECASE)
CODE_SPAN = re.compile(r"`[^`]*`")


def targets(lesson: Lesson, labs: Path) -> list[Problem]:
    """Find links that are malformed, or that lead to a file or heading that is not there."""
    titles = [heading.title for cell in lesson.cells for heading in headings(cell)]
    anchors = {title.replace(" ", "-") for title in titles}
    problems = []
    for cell in prose_cells(lesson):
        for number, line in text_lines(cell):
            for link in LINK.finditer(CODE_SPAN.sub("", line)):
                fault = _fault(link["target"].strip(), labs, anchors)
                if fault:
                    message = f"The link {link['target']!r} {fault}. Correct it."
                    problems.append(Problem(lesson.path, number, message))
                elif not (link["label"].strip() or link["image"]):
                    message = f"The link to {link['target']!r} has no text. Say where it leads."
                    problems.append(Problem(lesson.path, number, message))
    return problems


def pictures(lesson: Lesson) -> list[Problem]:
    """Find pictures without alternative text."""
    problems = []
    for cell in prose_cells(lesson):
        for number, line in text_lines(cell):
            bare = CODE_SPAN.sub("", line)
            mute = [
                link[0]
                for link in LINK.finditer(bare)
                if link["image"] and not link["label"].strip()
            ]
            mute += [tag for tag in IMAGE_TAG.findall(bare) if not ALT.search(tag)]
            problems += [
                Problem(lesson.path, number, f"{picture} has no alt text. Say what it shows.")
                for picture in mute
            ]
    return problems


def figures(lesson: Lesson) -> list[Problem]:
    """Find cells with more than one figure: the eye rests on one at a time."""
    problems = []
    for cell in prose_cells(lesson):
        bare = [CODE_SPAN.sub("", line) for _, line in text_lines(cell)]
        count = sum(fence.language == "mermaid" for fence in fences(cell))
        count += sum(bool(link["image"]) for line in bare for link in LINK.finditer(line))
        count += sum(len(IMAGE_TAG.findall(line)) for line in bare)
        if count > 1:
            message = f"{count} figures in one cell; at most 1. Split the cell or leave one out."
            problems.append(Problem(lesson.path, cell.line, message))
    return problems


def diagrams(lesson: Lesson) -> list[Problem]:
    """Find Mermaid diagrams that a screen reader cannot tell."""
    problems = []
    for cell in prose_cells(lesson):
        for fence in fences(cell):
            if fence.language != "mermaid":
                continue
            lacking = [name for name in ("accTitle:", "accDescr:") if name not in fence.text]
            if lacking:
                message = f"This diagram lacks {' and '.join(lacking)} Add what it is and says."
                problems.append(Problem(lesson.path, fence.line, message))
            if not any(line.strip() and not line.startswith("#") for _, line in text_lines(cell)):
                message = "This diagram stands alone. Add one sentence that says the same."
                problems.append(Problem(lesson.path, fence.line, message))
    return problems


def _fault(target: str, labs: Path, anchors: set[str]) -> str:
    """Return what is wrong with a link's target, or nothing."""
    address = target.split(' "', maxsplit=1)[0]
    if not address or " " in address:
        return "is empty" if not address else "has a space in it"
    parts = urlsplit(address)
    if parts.scheme in {"http", "https"}:
        return "" if "." in parts.netloc else "has no host"
    if parts.scheme:
        return f"has the scheme {parts.scheme!r}; https or a file is meant"
    if not parts.path:
        return "" if unquote(parts.fragment) in anchors else "leads to no heading of this lab"
    return "" if (labs / unquote(parts.path)).exists() else "leads to no file (seen from labs/)"
