"""docs/backends.md: which exercises can be done where, as the proof found it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from helpers.checks.capability import Capability
from helpers.checks.exercise import LabChecks
from tools.ministack import VERSION
from tools.notebooks.checkout import ROOT
from tools.proof.tables import Proof, Proved
from tools.proof.targets import STARTED_HERE, TITLES, Backend

FILE = ROOT / "tools" / "proof" / "proof.json"
PAGE = ROOT / "docs" / "backends.md"
LESSER = tuple(each for each in STARTED_HERE if each not in (Backend.EMBEDDED, Backend.SERVED))
NOT_RUN = "not run here"
HEADER = f"""\
# The labs on every backend

Written by `python -m tools.proof --write`; run it again instead of editing this page.

A lab uses boto3 alone, so it runs on any account that behaves as AWS does.
[The README](../README.md#other-backends) says how to choose one, and what a lab does where
something is missing. This page says what is missing, exercise by exercise.

## MiniStack

MiniStack runs functions without Docker and without a token. Start it in an environment of its own,
with boto3 for the handlers, and leave its terminal open:

```
python3 -m venv ministack
ministack/bin/python -m pip install ministack=={VERSION} boto3
MINISTACK_ACCOUNT_ID=123456789012 BIND_HOST=127.0.0.1 ministack/bin/ministack
```

`MINISTACK_ACCOUNT_ID` is the account of the labs; otherwise requests without a key meet another.
Then, in a second terminal: `COLDSTART_BACKEND=localstack python3 kit.py lab`.

## What was seen

Each solved lab ran from top to bottom, in an emptied account: on the kit's own cloud, on
`kit.py serve` reached through localstack-client as if it were LocalStack, and on MiniStack
{VERSION}.
Cells count code cells: all, then those that a card *Not available on this account* stands in for,
then those that show or raise something else than on AWS.

"""
NEEDS_DOCKER = f"""
**LocalStack itself was {NOT_RUN}**: it needs Docker and an account's token.
Where it runs, this runs the same labs on it and prints its rows:

```
.venv/bin/python -m tools.proof --backend localstack
```

Exercises that need one of these are limited there for certain: {{kit_only}}.
A function in a container reaches neither 127.0.0.1 nor the Python of this computer: `loopback` and
`custom-runtime` are missing there as well.
Policies are enforced when LocalStack runs with a licence and `ENFORCE_IAM=1`.

## What is missing where

A capability is tried, never guessed from a product's name; the kit's own cloud has them all.

"""


def document(proof: Proof, labs: Iterable[LabChecks], kit_only: Iterable[Capability]) -> str:
    """Return the page; `kit_only` are capabilities that no probe can find elsewhere."""
    known = list(labs)
    kit = ", ".join(f"`{each.value}`" for each in kit_only)
    return (
        HEADER
        + "\n".join(_results(proof, known))
        + "\n"
        + NEEDS_DOCKER.replace("{kit_only}", kit)
        + "\n".join(_capabilities(proof, known))
        + "\n"
    )


def stale(page: Path, text: str) -> bool:
    """Tell whether a page is not this text."""
    return not page.exists() or page.read_text("utf-8") != text


def _results(proof: Proof, labs: list[LabChecks]) -> list[str]:
    lines = ["| lab | backend | passed | limited | failed | cells |", "|---|---|---|---|---|---|"]
    for lab in labs:
        for backend in (*STARTED_HERE, Backend.LOCALSTACK):
            found = proof.of(lab.slug, backend)
            cells = NOT_RUN if found is None else _counts(found)
            columns = [_ids(found, name) for name in ("passed", "limited", "failed")]
            name = lab.slug if backend is STARTED_HERE[0] else ""
            lines.append(f"| {' | '.join([name, TITLES[backend], *columns, cells])} |")
    return lines


def _ids(found: Proved | None, verdict: str) -> str:
    return " ".join(getattr(found, verdict)) if found else ""


def _counts(found: Proved) -> str:
    return f"{found.cells} / {found.limited_cells} / {found.other_cells}"


def _capabilities(proof: Proof, labs: list[LabChecks]) -> list[str]:
    titles = [TITLES[backend] for backend in LESSER]
    head = ["capability", *titles, "exercises that need it", "labs whose cells show it"]
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for capability in Capability:
        needing = [e.id for lab in labs for e in lab.exercises if capability in e.needs]
        shown = [lab.slug.partition("-")[0] for lab in labs if capability in lab.shows]
        marks = [
            "missing" if capability.value in proof.missing.get(backend, ()) else "yes"
            for backend in LESSER
        ]
        what = f"`{capability.value}`<br>{capability.sentence}"
        lines.append(f"| {what} | {' | '.join(marks)} | {' '.join(needing)} | {' '.join(shown)} |")
    return lines
