"""Dead endpoints, other clocks, other code and accounts left over are found, and told apart."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.cloud.client import start_cloud
from helpers.cloud.edition import edition
from helpers.firstaid import clouds
from helpers.firstaid.endpoint import ask
from helpers.firstaid.finding import Finding, Mark
from helpers.firstaid.processes import Process, process, processes
from tests.firstaid.conftest import DEAD, Stranger
from tests.waiting import until

KIT = {"status": "ready", "file_level": "B", "edition": edition()}


def about(found: list[Finding], subject: str) -> Finding:
    """Return the finding about one subject."""
    return next(finding for finding in found if finding.subject == subject)


def test_a_dead_endpoint_is_found():
    """AWS_ENDPOINT_URL where nothing listens is the first thing to put right."""
    found = clouds.joined({"AWS_ENDPOINT_URL": DEAD})

    assert [(Mark.FAIL, "endpoint-dead")] == [(f.mark, f.anchor) for f in found]
    assert f"nothing answers at AWS_ENDPOINT_URL='{DEAD}'" in found[0].seen
    assert "join that account" in found[0].cause
    assert "unset AWS_ENDPOINT_URL, or start it: python3 kit.py serve" == found[0].command


def test_an_endpoint_elsewhere_is_found_and_not_asked(monkeypatch: pytest.MonkeyPatch):
    """An endpoint that is another computer's is a reason to look, not to call."""
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: pytest.fail("somebody was asked"))
    (found,) = clouds.joined({"AWS_ENDPOINT_URL": "https://sqs.us-east-1.amazonaws.com"})

    assert (Mark.WARN, "endpoint-elsewhere") == (found.mark, found.anchor)
    assert "unset AWS_ENDPOINT_URL" == found.command


def test_no_endpoint_is_well():
    """Without the variable a lab starts its own account."""
    assert [Mark.OK] == [found.mark for found in clouds.joined({})]
    passed_over = {"AWS_ENDPOINT_URL": DEAD, "COLDSTART_BACKEND": "embedded"}
    assert [Mark.OK] == [found.mark for found in clouds.joined(passed_over)]


@pytest.mark.usefixtures("patient")
def test_the_kit_s_own_account_is_well():
    """A real account of this checkout answers, keeps this clock and runs this code."""
    cloud = start_cloud()
    try:
        found = clouds.joined({"AWS_ENDPOINT_URL": cloud.endpoint})
        listed = clouds.left_over(_of_this_process)
    finally:
        cloud.stop()

    assert {Mark.OK} == {finding.mark for finding in found}
    assert {"endpoint", "clocks", "its code"} == {finding.subject for finding in found}
    assert [Mark.OK] == [finding.mark for finding in listed]


def _of_this_process() -> list[Process]:
    own = os.getpid()
    return [found for found in processes() if own in {found.number, found.parent}]


def test_another_product_s_account_has_no_code_of_ours(stranger: Stranger):
    """An endpoint that is not the kit's answers, and its code is its own."""
    found = clouds.joined({"AWS_ENDPOINT_URL": stranger.endpoint})

    assert "an account that is not the kit's" in about(found, "endpoint").seen
    assert {"endpoint", "clocks"} == {finding.subject for finding in found}


@pytest.mark.parametrize(
    ("ahead_s", "mark"), [(0, Mark.OK), (-700, Mark.WARN), (3600, Mark.FAIL), (-3600, Mark.FAIL)]
)
def test_a_clock_that_is_apart_is_found(stranger: Stranger, ahead_s: float, mark: Mark):
    """The endpoint's Date tells how far its clock is from this one, either way."""
    stranger.ahead_s = ahead_s
    found = about(clouds.joined({"AWS_ENDPOINT_URL": stranger.endpoint}), "clocks")

    assert mark is found.mark
    if mark is Mark.FAIL:
        assert "clock-skew" == found.anchor
        assert "60 minutes from this one" in found.seen
        assert "SignatureDoesNotMatch" in found.cause
        assert "set-ntp" in found.command


@pytest.mark.parametrize(
    "theirs", ["0123456789ab", None], ids=["other code", "older than editions"]
)
def test_an_account_of_other_code_is_found(stranger: Stranger, theirs: str | None):
    """A cloud that was started before an update says another edition, or none."""
    stranger.answers["/_kit/health"] = {**KIT, "edition": theirs}
    found = about(clouds.joined({"AWS_ENDPOINT_URL": stranger.endpoint}), "its code")

    assert (Mark.WARN, "stale-cloud") == (found.mark, found.anchor)
    assert "runs other code than lies here" in found.seen
    assert "started before the kit changed" in found.cause
    assert "end it, then: python3 kit.py serve" == found.command


def test_the_edition_changes_with_a_byte_and_not_with_a_date(tmp_path: Path):
    """Copies of the same code are the same edition; one letter makes another."""
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.py").write_text("x = 1\n")
    os.utime(tmp_path / "two" / "a.py", (1, 1))

    assert edition(tmp_path / "one") == edition(tmp_path / "two")
    (tmp_path / "two" / "a.py").write_text("x = 2\n")
    assert edition(tmp_path / "one") != edition(tmp_path / "two")


def test_a_served_account_of_other_code_is_found_by_its_process(stranger: Stranger):
    """`kit.py serve` that still runs after an update is named with its process."""
    stranger.answers["/_kit/health"] = {**KIT, "edition": "0123456789ab"}
    served = Process(77, 1, ("python", "-m", clouds.MODULE, "--port", str(stranger.port)))
    (found,) = clouds.served([served])

    assert (Mark.WARN, "stale-cloud") == (found.mark, found.anchor)
    assert "kill 77, then: python3 kit.py serve" == found.command
    stranger.answers["/_kit/health"] = KIT
    assert [] == clouds.served([served])


@pytest.fixture
def orphan() -> Iterator[int]:
    """Make an account whose notebook has ended, while this process holds its pipe."""
    if os.name == "nt":
        pytest.skip("processes are not listed there")
    reader, writer = os.pipe()
    os.write(writer, b"{}\n")
    command = [sys.executable, "-P", "-m", clouds.MODULE, "--child"]
    notebook = (
        "import subprocess as s, sys; "
        "child = s.Popen(sys.argv[1:], stdin=0, stdout=s.DEVNULL, stderr=s.DEVNULL); "
        "print(child.pid)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", notebook, *command], stdin=reader, capture_output=True, check=True
    )
    os.close(reader)
    number = int(answer.stdout)
    yield number
    os.close(writer)
    until(lambda: process(number) is None, 100)


def test_an_account_left_over_is_found_with_its_process(orphan: int):
    """An account that runs on after its notebook is named, and ends by the command told."""
    found = clouds.left_over(patience_s=0)
    finding = next(each for each in found if f"process {orphan} " in each.seen)

    assert (Mark.WARN, "stale-cloud") == (finding.mark, finding.anchor)
    assert "holds its pipe" in finding.cause
    assert f"kill {orphan}" == finding.command


@pytest.mark.parametrize(
    ("parents", "mark"),
    [
        ([Process(5, 1, ("/usr/bin/python3", "-m", "ipykernel_launcher"))], Mark.OK),
        ([Process(5, 1, ("/sbin/init",))], Mark.WARN),
        ([], Mark.WARN),
    ],
    ids=["a kernel", "whoever takes in orphans", "nobody"],
)
def test_an_account_is_left_over_when_no_python_holds_it(parents: list[Process], mark: Mark):
    """A cloud whose parent is a kernel is in use; any other parent took it in."""
    cloud = Process(9, 5, ("python", "-P", "-m", clouds.MODULE, "--child"))

    found = clouds.left_over(lambda: [*parents, cloud], patience_s=0)

    assert [mark] == [finding.mark for finding in found]


def test_an_account_that_is_about_to_end_is_given_the_moment():
    """The second after a kernel has died, its account is not a finding."""
    cloud = Process(9, 1, ("python", "-P", "-m", clouds.MODULE, "--child"))
    listings = [[cloud], [cloud], []]

    assert [Mark.OK] == [found.mark for found in clouds.left_over(lambda: listings.pop(0))]


def test_processes_are_listed_with_parent_and_command():
    """The test's own process is among them, with its parent."""
    if os.name == "nt":
        assert [] == processes()
        return
    own = process(os.getpid())

    assert own is not None
    assert own.is_python
    assert os.getppid() == own.parent


def test_a_process_that_is_gone_is_none():
    """A number that no process has is answered with None."""
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    assert process(child.pid) is None


def test_the_skew_is_measured_against_the_moment_given(stranger: Stranger):
    """The endpoint's time is compared with one's own, not with a fixed one."""
    answer = ask(stranger.endpoint)

    assert Mark.FAIL is clouds.clock(answer, now_s=time.time() + 3600).mark
    assert Mark.OK is clouds.clock(answer, now_s=time.time()).mark
