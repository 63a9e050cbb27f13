"""The pre-flight of a room: enough of everything, lab 00 runs, and one page says so."""

from __future__ import annotations

import hashlib
import http.server
import json
import socket
import sys
import sysconfig
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.firstaid.finding import Finding, Mark
from tools.launch import commands
from tools.launch import room as room_module
from tools.launch.built import Bundle
from tools.launch.capacity import free_memory, processors
from tools.launch.errors import LaunchError
from tools.launch.installation import Installation
from tools.launch.room import (
    Room,
    Smoke,
    capacity_findings,
    loopback,
    machine_findings,
    run_room,
    smoke_environment,
    smoke_findings,
    verdict,
    write,
)
from tools.launch.room_page import Sheet, html_page
from tools.launch.supplies import package_server, packages, same_system

VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
GB = 1_000_000_000


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """Return a checkout without packages."""
    monkeypatch.delenv("COLDSTART_WHEELS", raising=False)
    for lock in ("requirements.lock", "requirements-dev.lock"):
        (tmp_path / lock).touch()
    return Installation(tmp_path)


@pytest.mark.parametrize(
    ("learners", "free_gb", "cores", "marks"),
    [
        (1, 1, 1.0, [Mark.OK, Mark.OK]),
        (30, 24, 2.0, [Mark.OK, Mark.OK]),
        (30, 12, 2.0, [Mark.WARN, Mark.OK]),
        (30, 8, 2.0, [Mark.FAIL, Mark.OK]),
        (31, 24, 2.0, [Mark.OK, Mark.FAIL]),
        (1, 1, 0.5, [Mark.OK, Mark.FAIL]),
    ],
)
def test_memory_and_processors_are_counted_for_each_learner(
    learners: int, free_gb: int, cores: float, marks: list[Mark]
) -> None:
    """Thirty learners fit on two processors and 24 GB, and not on less."""
    found = capacity_findings(learners, free_bytes=free_gb * GB, cores=cores)
    assert marks == [finding.mark for finding in found]
    assert all(f.cause and f.command and f.anchor for f in found if f.mark is not Mark.OK)


def test_memory_that_no_system_tells_is_no_failure() -> None:
    """Where it cannot be seen, the page says what is needed."""
    memory, _ = capacity_findings(30, free_bytes=None, cores=2)
    assert Mark.NOTE is memory.mark
    assert "17,400 MB" in memory.seen


@pytest.mark.skipif(sys.platform != "linux", reason="control groups are Linux's")
def test_a_containers_limits_count(tmp_path: Path) -> None:
    """In a group with 1 GB and half a processor, these are what learners share."""
    proc, groups = tmp_path / "proc", tmp_path / "groups"
    (proc / "self").mkdir(parents=True)
    inner = groups / "hub" / "ana"
    inner.mkdir(parents=True)
    (proc / "self" / "cgroup").write_text("0::/hub/ana\n")
    (proc / "meminfo").write_text("MemTotal: 32000000 kB\nMemAvailable: 16000000 kB\n")
    assert 16_384_000_000 == free_memory(proc, groups)
    (groups / "hub" / "memory.max").write_text(f"{GB}\n")
    (groups / "hub" / "memory.current").write_text("600000000\n")
    (groups / "hub" / "memory.stat").write_text("anon 1\ninactive_file 100000000\n")
    (inner / "memory.max").write_text("max\n")
    (inner / "cpu.max").write_text("50000 100000\n")
    (groups / "hub" / "cpu.max").write_text("max 100000\n")
    assert 500_000_000 == free_memory(proc, groups)
    assert 0.5 == processors(proc, groups)


def test_the_verdict_names_what_comes_first() -> None:
    """One line says ready or not, for how many, and what to do."""
    well = Finding(Mark.OK, "disk", "90 GB free")
    odd = Finding(Mark.WARN, "proxies", "set", "they are", "unset them", "proxies")
    bad = Finding(Mark.FAIL, "packages", "not there", "no network", "python3 kit.py bundle", "x")
    assert "READY for 1 learner." == verdict([well], 1)
    assert "READY for 30 learners, with 1 remark." == verdict([well, odd], 30)
    assert "READY for 2 learners, with 2 remarks." == verdict([odd, odd], 2)
    expected = "NOT READY for 30 learners. First: packages: python3 kit.py bundle"
    assert expected == verdict([well, odd, bad], 30)


def test_a_kit_that_learners_share_may_be_read_only() -> None:
    """On a hub nobody can write the kit; before it is set up, nothing goes without writing."""
    folder = Finding(Mark.FAIL, "kit's folder", "cannot be written", "not yours", "copy it", "x")
    [shared] = machine_findings([folder, Finding(Mark.OK, "disk", "said")], installed=True)
    assert Mark.WARN is shared.mark
    assert "hub" in shared.cause
    assert [folder] == machine_findings([folder], installed=False)


def test_the_page_shows_hindrances_first_and_no_markup_of_others() -> None:
    """What a machine says about itself is text, whatever it holds."""
    bad = Finding(Mark.FAIL, "disk", "<script>alert(1)</script>", "full & old", "free 1 GB", "disk")
    page = html_page(Sheet("Room · <b>", "NOT READY", (Finding(Mark.OK, "ports", "open"), bad)))
    assert "<script" not in page
    assert "full &amp; old" in page
    assert page.index("alert(1)") < page.index("ports")
    assert "TROUBLESHOOTING.md#disk" in page


@pytest.fixture
def server() -> Iterator[str]:
    """Return the address of a package server that knows no package."""

    class Nothing(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.send_error(503 if self.path.startswith("/ill") else 404)

        def log_message(self, *_arguments: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Nothing) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


@pytest.mark.parametrize(("path", "mark"), [("/simple", Mark.OK), ("/ill", Mark.FAIL)])
def test_the_package_server_is_asked_where_nothing_is_installed(
    installation: Installation, server: str, path: str, mark: Mark
) -> None:
    """Any answer but an error of its own means that it can be reached."""
    assert mark is packages(installation, {"PIP_INDEX_URL": server + path}).mark


def test_without_a_network_a_bundle_is_proposed() -> None:
    """Nobody answers: the command that helps is named."""
    unused = f"http://127.0.0.1:{loopback_port_of_nobody()}"
    found = package_server({"PIP_INDEX_URL": unused})
    assert (Mark.FAIL, "no-network") == (found.mark, found.anchor)
    assert "kit.py bundle" in found.command


def loopback_port_of_nobody() -> int:
    """Return a port that was just given back."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def unpack(home: Path, *, python: str = VERSION, platform: str | None = None) -> Path:
    """Make a checkout look like an unpacked bundle with one wheel; return the wheel."""
    wheel = home / "wheels" / "tiny.whl"
    wheel.parent.mkdir()
    wheel.write_bytes(b"wheel")
    bundle = Bundle("1", (), (python,), (platform or sysconfig.get_platform(),), ())
    (home / "bundle.json").write_text(bundle.to_json())
    digest = hashlib.sha256(b"wheel").hexdigest()
    (home / "SHA256SUMS").write_text(f"{digest}  wheels/tiny.whl\n{'0' * 64}  kit.py\n")
    return wheel


def test_a_whole_bundle_needs_no_network(installation: Installation) -> None:
    """Wheels that are what SHA256SUMS says count as packages, whatever else was edited."""
    unpack(installation.home)
    assert Mark.OK is packages(installation, {}).mark


@pytest.mark.parametrize(
    ("python", "platform", "damage", "anchor"),
    [
        ("3.9", None, b"wheel", "bundle-target"),
        (VERSION, "beos_x86_64", b"wheel", "bundle-target"),
        (VERSION, None, b"whee", "bundle-damaged"),
    ],
)
def test_a_bundle_that_cannot_serve_is_told_before_the_day(
    installation: Installation, python: str, platform: str | None, damage: bytes, anchor: str
) -> None:
    """Another Python, another system and a cut-off file have a cause and a command each."""
    unpack(installation.home, python=python, platform=platform).write_bytes(damage)
    found = packages(installation, {})
    assert (Mark.FAIL, anchor) == (found.mark, found.anchor)
    assert found.command


def test_this_system_has_many_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """The names of a bundle's systems mean the computers that one expects."""
    names = {"linux-x86_64": "manylinux_x86_64", "win-amd64": "win_amd64"}
    names["macosx-14.2-arm64"] = "macosx_arm64"
    for here, name in names.items():
        monkeypatch.setattr(sysconfig, "get_platform", lambda here=here: here)
        assert [name] == [each for each in names.values() if same_system(each)]


def test_ports_of_this_computer_can_be_reached() -> None:
    """Where the tests run, so could labs."""
    assert Mark.OK is loopback().mark


def test_a_lab_that_was_not_tried_is_not_ready(installation: Installation) -> None:
    """Without packages the page does not promise anything."""
    [found] = smoke_findings(installation)
    assert (Mark.FAIL, "room-smoke") == (found.mark, found.anchor)


@pytest.mark.parametrize(
    ("smoke", "mark", "words"),
    [
        (Smoke(0.5, 9.0, 240.0, ["0.1", "0.2"], ""), Mark.OK, "ran in 9 s"),
        (Smoke(0.5, 9.0, 240.0, ["0.1"], ""), Mark.FAIL, "passed: 0.1"),
        (Smoke(0.5, 9.0, 240.0, [], "NameError: lab"), Mark.FAIL, "NameError: lab"),
    ],
)
def test_both_checks_of_lab_00_have_to_pass(
    installation: Installation,
    monkeypatch: pytest.MonkeyPatch,
    smoke: Smoke,
    mark: Mark,
    words: str,
) -> None:
    """What the smoke test saw becomes the last finding of its part."""
    monkeypatch.setattr(Installation, "is_current", lambda _self, developer: True)
    monkeypatch.setattr(room_module, "_smoke", lambda _installation: smoke)
    found = smoke_findings(installation)[-1]
    assert mark is found.mark
    assert words in found.seen


def test_the_smoke_test_gets_no_keys() -> None:
    """Lab 00 is tried in an account of its own, whatever the shell is connected to."""
    shell = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "PATH": "/bin"}
    quiet = {"JUPYTER_PREFER_ENV_PATH": "1"}
    assert {"PATH": "/bin"} | quiet == smoke_environment(shell)
    chosen = shell | {"COLDSTART_BACKEND": "endpoint"}
    assert chosen | quiet == smoke_environment(chosen)


def test_one_page_is_printed_and_written(
    installation: Installation, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Verdict first and last on the terminal, and the same in one HTML file."""
    unpack(installation.home)
    to = tmp_path / "pages"
    assert 1 == run_room(installation, Room(2, to), port=0)
    printed = capsys.readouterr().out
    assert 2 == printed.count("NOT READY for 2 learners. First: ")
    [page] = to.iterdir()
    assert "NOT READY for 2 learners" in page.read_text(encoding="utf-8")


def test_a_number_of_learners_means_a_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever names how many learners come gets the pre-flight, with or without --room."""
    monkeypatch.setattr(commands, "run_room", lambda _installation, room, **_: room.learners)
    options = commands.parser().parse_args(["doctor", "--learners", "30"])

    assert 30 == commands._doctor(options, [])


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """The page is the point, so its absence is an error with a way out."""
    (tmp_path / "nowhere").touch()
    with pytest.raises(LaunchError, match="--to FOLDER"):
        write(tmp_path / "nowhere" / "room.html", "")


@pytest.mark.slow
def test_the_smoke_test_runs_lab_00(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel, the account and a deployed function work here, and both checks pass."""
    monkeypatch.setenv("COLDSTART_DATA", str(tmp_path))
    from tools.smoke import run_lab  # noqa: PLC0415 - needs the packages

    measured = json.loads(json.dumps(run_lab(str(tmp_path))))
    assert (["0.1", "0.2"], "") == (measured["passed"], measured["error"])
    assert 0 < measured["kernel_s"] < measured["lab_s"]
    assert measured["memory_mb"] > 0
