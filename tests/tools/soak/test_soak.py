"""The soak accounts for every event, and sees what is lost, misplaced, repeated or overtaken."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from tools.ledger import Ledger
from tools.soak.__main__ import soak
from tools.soak.balance import Account, sort_dead
from tools.soak.routes import Route, Traits

FIRST, SECOND = "queue.k0--000001", "queue.k0--000002"


def account(
    folder: Path, sent: Sequence[str], *batches: Sequence[str], failed: Sequence[str] = ()
) -> Account:
    """Return the account of an ordered route whose handler got these batches."""
    lines = [
        json.dumps([moment, f"r-{moment}", [one for one in batch if one in failed], batch])
        for moment, batch in enumerate(batches, 1)
    ]
    (folder / "environment.jsonl").write_text("".join(f"{line}\n" for line in lines))
    route = Route("queue", lambda _: None, Ledger(folder), Traits(ordered=True), sent=[*sent])
    made = Account(route)
    made.read()
    return made


def wrongs(made: Account) -> list[str]:
    """Return what is wrong with an account, in the words of its row, without the records'."""
    return [problem.split(": ")[1] for problem in made.row({"queue": len(made.lines)}).problems]


@pytest.mark.parametrize(
    ("batches", "expected"),
    [
        ([[FIRST], [SECOND]], []),
        ([[FIRST, SECOND]], []),
        ([[FIRST]], ["1 lost"]),
        ([[SECOND], [FIRST]], ["1 out of order"]),
        ([[FIRST], [SECOND], [FIRST]], ["1 done twice"]),
        ([[FIRST, SECOND], ["topic.k0--000001"]], ["1 in the wrong place"]),
    ],
)
def test_the_balance_names_what_is_wrong(
    tmp_path: Path, batches: list[list[str]], expected: list[str]
):
    """Each fault of a delivery has its own word, and a right one none."""
    assert expected == wrongs(account(tmp_path, [FIRST, SECOND], *batches))


def test_a_repeat_after_a_failure_is_no_fault(tmp_path: Path):
    """What failed comes again; until it succeeds it is missing."""
    failing = f"{FIRST}-once"
    made = account(tmp_path, [failing], [failing], failed=[failing])
    assert [failing] == made.missing


def test_what_always_fails_belongs_in_the_dead_letter_queue_and_nothing_else_does(tmp_path: Path):
    """A letter is its route's; one of an event that would have succeeded is a fault."""
    dying = f"{SECOND}-never"
    made = account(tmp_path, [FIRST, dying], [FIRST])
    assert [dying] == made.missing
    assert ["?"] == sort_dead([made], [json.dumps({"body": dying}), FIRST, "?"])
    assert [] == made.missing
    assert ["1 in the wrong place"] == wrongs(made)


def test_invocations_that_were_not_recorded_are_told(tmp_path: Path):
    """Ledgers and records must agree about how often the function ran."""
    made = account(tmp_path, [FIRST], [FIRST])
    assert ["queue: 1 invocations in ledgers, 0 recorded"] == made.row({}).problems


@pytest.mark.slow
def test_a_short_soak_accounts_for_every_event():
    """Some seconds of load on every source: nothing lost, misplaced, repeated or overtaken."""
    assert [] == soak(8, pause_s=0.2, shares=(1.0,))
