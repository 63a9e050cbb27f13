"""docs/fidelity.md, and the block of README.md that holds the most important rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tools.fidelity.rows import Area, Row

START = "<!-- fidelity: written by python -m tools.fidelity -->"
END = "<!-- /fidelity -->"
FELT = (
    "freeze",
    "timeout",
    "memory",
    "cpu-share",
    "files",
    "python-version",
    "network",
    "iam-delay",
    "metrics-delay",
    "container-image",
)
"""The rows that a reader should know before starting."""
HEADER = """\
# What is real, and what differs

Written by `python -m tools.fidelity`; edit the rows in `tools/fidelity/areas/`, not this page.

Each row says what AWS does, with AWS's page, and what a probe saw the local account do: each
sentence under "here" is the output of a program that deployed, called and looked.
What is not listed is meant to be as on AWS; if it is not, that is a mistake worth reporting.

A row tagged *lab* is shown at the end of that lab.
"""


def document(areas: Iterable[Area], here: Mapping[str, str]) -> str:
    """Return docs/fidelity.md."""
    parts = [HEADER, _contents(areas)]
    parts += [_section(area, here) for area in areas]
    return "\n".join(parts)


def readme_with(text: str, rows: Iterable[Row], here: Mapping[str, str]) -> str:
    """Return README.md with the block of the most important rows made anew."""
    before, _, rest = text.partition(START)
    _, marked, after = rest.partition(END)
    if not marked:
        raise ValueError(f"README.md does not hold {START} and {END}")
    chosen = {row.id: row for row in rows}
    lines = ["| on AWS | here |", "|---|---|"]
    lines += [f"| {_cell(chosen[id_].aws)} | {_cell(here[id_])} |" for id_ in FELT]
    return f"{before}{START}\n" + "\n".join(lines) + f"\n{END}{after}"


def _contents(areas: Iterable[Area]) -> str:
    return (
        "\n".join(f"- [{area.title}](#{_anchor(area.title)}) ({len(area.rows)})" for area in areas)
        + "\n"
    )


def _section(area: Area, here: Mapping[str, str]) -> str:
    lines = [f"## {area.title}", "", "| | on AWS | here, as measured |", "|---|---|---|"]
    for row in area.rows:
        labs = f"<br>*lab {', '.join(row.labs)}*" if row.labs else ""
        aws = f"{_cell(row.aws)} [source]({row.source})"
        lines.append(f"| `{row.id}`{labs} | {aws} | {_cell(here[row.id])} |")
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


def _anchor(title: str) -> str:
    kept = "".join(c for c in title.lower() if c.isalnum() or c in " -")
    return kept.replace(" ", "-")
