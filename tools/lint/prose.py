"""The prose of a lesson: plain English for a reader who may be new to it and short of time."""

from __future__ import annotations

import re
import statistics

from tools.lint.markdown import blocks, headings, plain, prose_cells, sentences, words
from tools.lint.problem import Problem
from tools.notebooks.source import Lesson

MAX_CELL_WORDS = 120
MAX_SENTENCE_WORDS = 30
MAX_MEAN_WORDS = 17
BELITTLING = re.compile(r"\b(simply|just)\b", re.IGNORECASE)
EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe0f]")
CAPITALISED = re.compile(r"[A-Z][a-z’'-]+[.,:?!]?")
_NAMES = """
    Amazon Lambda Python Halftone Jupyter Powertools Kinesis Docker Linux Windows Unix Fargate
    Cognito Firecracker Java Node Rust Go Decimal None Coldstart Kafka Mermaid English Berlin
    Europe Parameter Store Secrets Manager Step Functions Scheduler Pipes Logs Insights Gateway
    Managed Instances Route Init Duration Billed Max Memory Used Exercise Lab I
"""
PROPER_NAMES = frozenset(_NAMES.split())


def cell_lengths(lesson: Lesson) -> list[Problem]:
    """Find cells of text that are too long to be read before a run."""
    problems = []
    for cell in prose_cells(lesson)[1:]:
        count = sum(len(words(plain(block.text))) for block in blocks(cell))
        if count > MAX_CELL_WORDS and not cell.has("solution-only"):
            message = f"{count} words in one cell; at most {MAX_CELL_WORDS}. Shorten or split it."
            problems.append(Problem(lesson.path, cell.line, message))
    return problems


def sentence_lengths(lesson: Lesson) -> list[Problem]:
    """Find sentences that are too long, one by one and on average."""
    problems, counts = [], []
    for cell in prose_cells(lesson):
        for block in blocks(cell):
            for sentence in sentences(block):
                counts.append(len(words(sentence)))
                if counts[-1] > MAX_SENTENCE_WORDS:
                    message = (
                        f"A sentence of {counts[-1]} words; at most {MAX_SENTENCE_WORDS}. "
                        f"Split it: {sentence[:60]!r}…"
                    )
                    problems.append(Problem(lesson.path, block.line, message))
    mean = statistics.fmean(counts) if counts else 0
    if mean > MAX_MEAN_WORDS:
        message = (
            f"{mean:.1f} words a sentence on average; at most {MAX_MEAN_WORDS}. Split long ones."
        )
        problems.append(Problem(lesson.path, 1, message))
    return problems


def word_choice(lesson: Lesson) -> list[Problem]:
    """Find words that make what is hard for a reader sound as if it were not."""
    return [
        Problem(lesson.path, block.line, f"{found[0]!r} belittles. Leave it out.")
        for cell in prose_cells(lesson)
        for block in blocks(cell)
        for found in BELITTLING.finditer(plain(block.text))
    ]


def heading_style(lesson: Lesson) -> list[Problem]:
    """Find headings that are not in sentence case, or that carry an emoji."""
    problems = []
    for cell in prose_cells(lesson):
        for heading in headings(cell):
            if EMOJI.search(heading.title):
                message = f"An emoji in {heading.title!r}. Leave it out."
                problems.append(Problem(lesson.path, heading.line, message))
            title_case = _title_case(heading.title)
            if title_case:
                message = f"{heading.title!r} is not in sentence case. Write {title_case} small."
                problems.append(Problem(lesson.path, heading.line, message))
    return problems


def _title_case(title: str) -> list[str]:
    """Return the words of a heading that are capitalised without being a name or a beginning."""
    found = []
    for part in re.split(r"\s*[·:?!.—]\s*", re.sub(r"`[^`]*`", "x", title)):
        for word in part.split()[1:]:
            bare = word.strip(".,:?!()'\"“”")
            name = bare.removesuffix("'s").removesuffix("’s")
            if CAPITALISED.fullmatch(bare) and name not in PROPER_NAMES:
                found.append(bare)
    return found
