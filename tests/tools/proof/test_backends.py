"""Labs on the kit's own account reached as if it were LocalStack, and on MiniStack.

These are a few of what `python -m tools.proof` runs; docs/backends.md has the whole table.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from helpers.checks.capability import Capability
from helpers.course.account import Account
from helpers.course.probes import PROBES
from helpers.course.probes.trying import try_out
from helpers.course.session import LAB_SETTINGS
from tools.notebooks.checkout import Checkout
from tools.notebooks.source import read_lesson
from tools.proof.document import FILE
from tools.proof.missing import account_at
from tools.proof.results import LabRun
from tools.proof.running import How, Limits, run_solved
from tools.proof.tables import Proved, failures, read_proof, table
from tools.proof.targets import Backend, NotHereError, Target, running

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
PROOF = read_proof(FILE)
LABS = {Backend.SERVED: ("00", "08"), Backend.MINISTACK: ("00", "06")}
"""Short ones, which need the recorder, faults and settings here, and streams and tables there."""


@pytest.fixture(scope="module", params=LABS, ids=str)
def target(request) -> Iterator[Target]:
    """A backend for the tests of this module, one after the other."""
    try:
        with running(request.param) as target:
            yield target
    except NotHereError as reason:
        pytest.skip(str(reason))


def test_labs_run(target, capsys):
    """Each exercise passes or is limited as the committed table says, and no cell is odd to us.

    The account of `kit.py serve` has two kernels at the same time.
    """
    at_once = 2 if target.backend is Backend.SERVED else 1
    one_account = replace(target, reset=lambda: None)
    target.reset()

    def run(name: str) -> LabRun:
        lesson = read_lesson(Checkout().lesson_paths(name)[0])
        return run_solved(lesson, one_account, How(Limits(cell_s=180)))

    with ThreadPoolExecutor(at_once) as pool:
        runs = list(pool.map(run, LABS[target.backend]))
    with capsys.disabled():
        print(f"\n{table(runs)}")

    assert [] == failures(runs)
    for each in runs:
        found, committed = Proved.of(each), PROOF.of(each.slug, target.backend)
        assert committed is not None
        assert (committed.passed, committed.limited) == (found.passed, found.limited)
        assert target.backend is Backend.MINISTACK or not each.different


def test_every_probe_finds_what_the_table_says(target):
    """What the kit's own account declares is true when it is tried; MiniStack is as it was."""
    target.reset()
    account = account_at(target.endpoint)
    if target.backend is Backend.SERVED:
        account.configure({**LAB_SETTINGS, "cpu_share": True})
    # beside other tests nobody has a whole processor, and a share of one does not show
    probed = [each for each in PROBES if each is not Capability.CPU_SHARE]
    known = set(PROOF.missing[target.backend]) & {each.value for each in probed}
    lacking = lacking_at(account, probed)
    # a probe gives up in the end, and a machine that is busy with other tests may be that slow
    lacking = known & lacking | lacking_at(account, [Capability(name) for name in lacking - known])

    assert known == lacking


def lacking_at(account: Account, capabilities: list[Capability]) -> set[str]:
    """Return the names of those that their probes do not find."""
    return {each.value for each, seen in try_out(account, capabilities).items() if seen}
