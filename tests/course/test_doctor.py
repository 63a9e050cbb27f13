from __future__ import annotations

import socket
from collections.abc import Mapping
from pathlib import Path

import pytest

from helpers.cloud.client import Cloud
from helpers.course import doctor
from helpers.course.account import Account
from helpers.course.doctor import examine
from helpers.course.progress import Progress
from helpers.course.takeover import Shielded
from helpers.firstaid import endpoint
from helpers.firstaid.finding import Finding, Mark


@pytest.fixture
def dead() -> Cloud:
    """Return a handle on an account that is not there any more."""
    # nothing listens at port 1, and no program is given it by chance
    return Cloud("http://127.0.0.1:1", "us-east-1", "key", "secret", "token")


def findings(
    account: Account, data: Path, environ: Mapping[str, str] | None = None
) -> dict[str, Finding]:
    """Return what the doctor of a notebook finds, by subject."""
    progress = Progress.at({"COLDSTART_DATA": str(data)})
    progress.slugs()
    return {f.subject: f for f in examine(account, progress, environ or {}).findings}


def test_a_lab_that_works_is_well(
    running_account: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The account answers with this code and this clock, and nothing about it needs a look."""
    monkeypatch.setattr(endpoint, "TIMEOUT_S", 60.0)
    found = findings(running_account, tmp_path)
    own = ("account", "clocks", "its code", "backend", "Python", "boto3", "moto", "widgets")

    assert {} == {name: found[name] for name in own if found[name].mark is not Mark.OK}
    assert "it ends with this kernel" in found["account"].seen
    assert Mark.OK is found["progress"].mark
    assert found["handlers' files"].is_well


def test_an_account_that_ended_is_found(dead: Cloud, tmp_path: Path):
    """The kernel's own account that is gone comes back with the kernel."""
    found = findings(Account(dead, Shielded(), joined=False), tmp_path)["account"]

    assert (Mark.FAIL, "account-gone") == (found.mark, found.anchor)
    assert "its process has ended" == found.cause
    assert "restart the kernel, and run the lab's cells from the top" == found.command


@pytest.mark.parametrize(
    ("joined", "words"), [(False, "own account"), (True, "that AWS_ENDPOINT_URL names")]
)
def test_whose_account_it_is_is_told(dead: Cloud, tmp_path: Path, joined: bool, words: str):
    """A lab sets AWS_ENDPOINT_URL for its own account as well, and the doctor knows."""
    environ = {"AWS_ENDPOINT_URL": dead.endpoint}
    account = Account(dead, Shielded(), joined=joined)

    assert words in findings(account, tmp_path, environ)["backend"].seen


def test_an_account_that_was_joined_and_ended_is_found(dead: Cloud, tmp_path: Path):
    """An account of somebody else is to be started there, or left."""
    found = findings(Account(dead, Shielded(), joined=True), tmp_path)["endpoint"]

    assert (Mark.FAIL, "endpoint-dead") == (found.mark, found.anchor)
    assert "unset AWS_ENDPOINT_URL, or start it: python3 kit.py serve" == found.command


def test_an_account_elsewhere_is_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Even the doctor leaves another computer alone."""
    cloud = Cloud("http://classroom.example.com", "us-east-1", "key", "secret", "token")
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: pytest.fail("somebody was asked"))
    found = findings(Account(cloud, Shielded(), joined=True), tmp_path)["account"]

    assert "not on this machine and not asked" in found.seen


def test_a_record_that_cannot_be_written_is_found(dead: Cloud, tmp_path: Path):
    """A data folder under a file takes nothing, whoever asks."""
    (tmp_path / "file").write_text("")
    account = Account(dead, Shielded(), joined=False)
    progress = Progress.at({"COLDSTART_DATA": str(tmp_path / "file" / "data")})
    progress.add_guess("00-welcome", "0.a", "A")
    (found,) = (f for f in examine(account, progress, {}).findings if f.subject == "progress")

    assert (Mark.WARN, "progress") == (found.mark, found.anchor)
    assert "Progress lasts for this kernel only" in found.seen
    assert "COLDSTART_DATA" in found.command


def test_a_damaged_record_is_found_with_the_name_it_is_kept_under(dead: Cloud, tmp_path: Path):
    """A record that could not be read is kept, and the doctor says where."""
    (tmp_path / "progress.json").write_text("{half")
    found = findings(Account(dead, Shielded(), joined=False), tmp_path)["progress"]

    assert (Mark.WARN, "progress") == (found.mark, found.anchor)
    assert "could not be read. It is kept as" in found.seen
    assert "import_from" in found.command


def test_level_a_is_a_note():
    """Labs run at level A; the other doctor says what real paths would need."""
    found = doctor._files("A")

    assert (Mark.NOTE, "level-a") == (found.mark, found.anchor)
    assert "python3 kit.py doctor" == found.command
    assert Mark.OK is doctor._files("B").mark


def test_the_page_is_linked_from_notebooks_of_this_kit_only(tmp_path: Path):
    """From work/ the page is one folder up; from elsewhere JupyterLab could not open it."""
    assert "../TROUBLESHOOTING.md" == doctor._way_to_page(doctor.CHECKOUT / "work")
    assert "" == doctor._way_to_page(tmp_path)
