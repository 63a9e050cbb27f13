"""A bundle is one commit of the kit with the packages of its lock, whole or not there at all."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tools.bundle.__main__ import main
from tools.bundle.contents import kit_contents
from tools.bundle.lock import read_lock
from tools.bundle.target import SYSTEMS, Target
from tools.bundle.wheels import Workshop
from tools.launch.built import Built, lock_with_built, read_bundle
from tools.launch.bundling import PLATFORMS
from tools.launch.errors import LaunchError

HERE = Path(__file__).resolve().parents[3]
BUILT = "shed-1.0-py3-none-any.whl"


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a package server of two packages: `tiny` as a wheel, `shed` as source only."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    about = "tiny-1.0.dist-info"
    with zipfile.ZipFile(folder / "tiny-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        wheel.writestr(
            f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{about}/RECORD", "")
    files = {
        "shed-1.0/PKG-INFO": "Metadata-Version: 2.1\nName: shed\nVersion: 1.0\n",
        "shed-1.0/setup.py": "import setuptools\n"
        "setuptools.setup(name='shed', version='1.0', py_modules=['shed'])\n",
        "shed-1.0/shed.py": "ROOF = True\n",
    }
    with tarfile.open(folder / "shed-1.0.tar.gz", "w:gz") as source:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            source.addfile(member, io.BytesIO(text.encode()))
    monkeypatch.setenv("COLDSTART_WHEELS", str(folder))
    return folder


@pytest.fixture
def kit(tmp_path: Path, shelf: Path) -> Path:
    """Return a small kit under git whose lock names `tiny`."""
    home = tmp_path / "a kit of mine"
    (home / ".venv").mkdir(parents=True)
    (home / "requirements.lock").write_text(pin("tiny", shelf / "tiny-1.0-py3-none-any.whl"))
    (home / ".gitignore").write_text(".venv*\nwork/\nbuild/\ndist/\nwheels/\nbundle.json\n")
    (home / "kit.py").write_text("print('kit')\n")
    (home / "kit.py").chmod(0o755)
    (home / "labs").mkdir()
    (home / "labs" / "00-welcome.ipynb").write_text("{}")
    (home / "work").mkdir()
    (home / "work" / "00-welcome.ipynb").write_text("mine")
    git(home, "init", "--quiet")
    git(home, "add", ".")
    git(home, "commit", "--quiet", "--message", "a kit")
    return home


@pytest.fixture
def kit_with_source(kit: Path, shelf: Path) -> Path:
    """Return that kit when its lock names `shed` as well, which has to be built."""
    with (kit / "requirements.lock").open("a") as lock:
        lock.write(pin("shed", shelf / "shed-1.0.tar.gz"))
    git(kit, "commit", "--quiet", "--all", "--message", "a package that has no wheel")
    return kit


def pin(name: str, file: Path) -> str:
    """Return a package as a lock names it."""
    return f"{name}==1.0 \\\n    --hash=sha256:{digest(file)}\n"


def git(home: Path, *arguments: str) -> None:
    """Run git as somebody."""
    someone = ["-c", "user.name=Ana", "-c", "user.email=ana@halftone.example"]
    subprocess.run(["git", "-C", str(home), *someone, *arguments], check=True, timeout=60)


def digest(path: Path) -> str:
    """Return the hash of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def bundle(home: Path, to: Path, *options: str) -> int:
    """Make a bundle and return the exit status."""
    return main(["--to", str(to), *options], home=home)


def test_it_installs_without_a_network_and_every_hash_is_checked(
    kit_with_source: Path, tmp_path: Path
) -> None:
    """What was built is believed for its source's sake; another file of its name is refused."""
    archive = tmp_path / "room.zip"
    assert 0 == bundle(kit_with_source, archive)
    with zipfile.ZipFile(archive) as zipped:
        zipped.extractall(tmp_path)
        mode = zipped.getinfo("coldstart/kit.py").external_attr >> 16
    there = tmp_path / "coldstart"
    assert {"kit.py", "labs", "requirements.lock", ".gitignore", "wheels"} <= set(names(there))
    assert not (there / "work").exists()
    assert 0o755 == mode & 0o777
    assert [BUILT, "tiny-1.0-py3-none-any.whl"] == names(there / "wheels")
    for line in (there / "SHA256SUMS").read_text().splitlines():
        expected, name = line.split("  ")
        assert expected == digest(there / name)

    lock = (there / "requirements.lock").read_text()
    told = read_bundle(there)
    assert told is not None
    requirements = tmp_path / "requirements.txt"
    requirements.write_text(lock_with_built(lock, told.built))
    assert 0 == install(there, requirements, tmp_path / "site")
    assert "ROOF = True\n" == (tmp_path / "site" / "shed.py").read_text()

    requirements.write_text(lock)
    assert 1 == install(there, requirements, tmp_path / "other")


def names(folder: Path) -> list[str]:
    """Return what lies in a folder."""
    return sorted(path.name for path in folder.iterdir())


def install(there: Path, requirements: Path, into: Path) -> int:
    """Install from the unpacked wheels alone and return pip's exit status."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--require-hashes"]
    command += ["--find-links", str(there / "wheels"), "--target", str(into)]
    return subprocess.run([*command, "-r", str(requirements)], check=False, timeout=60).returncode


def test_the_same_commit_gives_the_same_archive_and_never_holds_the_last(kit: Path) -> None:
    """Instructors can compare checksums, also when the bundle is made into the kit's own folder."""
    archive = kit / "room.zip"
    assert 0 == bundle(kit, archive)
    first = digest(archive)
    assert 0 == bundle(kit, archive)
    assert first == digest(archive)
    assert f"{first}  room.zip\n" == (kit / "room.zip.sha256").read_text()
    with zipfile.ZipFile(archive) as zipped:
        assert not [name for name in zipped.namelist() if "room.zip" in name]


def test_changes_that_git_does_not_hold_are_refused_by_name(
    kit: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A bundle is one commit, unless the instructor says otherwise; then it says so too."""
    (kit / "kit.py").write_text("print('mine')\n")
    (kit / "notes.txt").write_text("for the room")
    assert 1 == bundle(kit, tmp_path / "room.zip")
    assert "kit.py, notes.txt" in capsys.readouterr().err
    assert not (tmp_path / "room.zip").exists()
    assert 0 == bundle(kit, tmp_path / "room.zip", "--with-changes")
    with zipfile.ZipFile(tmp_path / "room.zip") as zipped:
        told = json.loads(zipped.read("coldstart/bundle.json"))
        assert b"for the room" == zipped.read("coldstart/notes.txt")
    assert ["kit.py", "notes.txt"] == told["changed"]


def test_a_package_that_is_nowhere_leaves_nothing_behind(
    kit: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """pip's reason is told in one sentence, and no half archive stays."""
    lock = kit / "requirements.lock"
    lock.write_text(lock.read_text().replace("tiny==1.0", "tiny==2.0"))
    assert 1 == bundle(kit, tmp_path / "room.zip", "--with-changes")
    assert "Installing tiny==2.0 failed." in capsys.readouterr().err
    assert ["a kit of mine", "shelf"] == names(tmp_path)
    assert not (kit / "build" / "bundle").exists()


def test_a_place_that_takes_no_file_is_told(
    kit: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file where a folder should be is named, without a traceback."""
    (tmp_path / "notes").write_text("a file")
    assert 1 == bundle(kit, tmp_path / "notes" / "room.zip")
    assert "--to FOLDER" in capsys.readouterr().err


def test_an_interrupt_leaves_the_earlier_archive_and_nothing_else(
    kit: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C half-way costs the new archive only."""
    assert 0 == bundle(kit, tmp_path / "room.zip")
    before = digest(tmp_path / "room.zip")

    def interrupt(*_arguments: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Workshop, "_build", interrupt)
    assert 130 == bundle(kit, tmp_path / "room.zip")
    assert before == digest(tmp_path / "room.zip")
    assert ["a kit of mine", "room.zip", "room.zip.sha256", "shelf"] == names(tmp_path)
    assert not (kit / "build" / "bundle").exists()


def test_a_bundle_can_be_made_from_a_bundle(
    kit_with_source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without git and without a network, the wheels are taken over with what they were built of."""
    assert 0 == bundle(kit_with_source, tmp_path / "first.zip")
    with zipfile.ZipFile(tmp_path / "first.zip") as zipped:
        zipped.extractall(tmp_path)
    monkeypatch.delenv("COLDSTART_WHEELS")
    there = tmp_path / "coldstart"
    (there / ".venv").mkdir()
    assert 0 == bundle(there, tmp_path / "second.zip")
    with zipfile.ZipFile(tmp_path / "second.zip") as zipped:
        told = json.loads(zipped.read("coldstart/bundle.json"))
        listed = {name for name in zipped.namelist() if name.startswith("coldstart/wheels/")}
    assert ["shed-1.0.tar.gz"] == [built["source"] for built in told["built"]]
    assert 2 == len(listed)


@pytest.mark.parametrize(
    ("name", "value", "known"), [("--python", "2.7", "3.13"), ("--platform", "beos", "win_amd64")]
)
def test_an_unknown_target_is_refused_with_the_known_ones(
    kit: Path, tmp_path: Path, name: str, value: str, known: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody waits for a bundle that cannot serve."""
    assert 1 == bundle(kit, tmp_path / "room.zip", name, value)
    assert known in capsys.readouterr().err


def test_a_kit_without_git_leaves_out_what_gitignore_names(kit: Path, tmp_path: Path) -> None:
    """Learners' copies and the environment stay out of a bundle made from an unpacked kit."""
    (kit / ".git").rename(tmp_path / "git")
    (kit / "helpers" / "__pycache__").mkdir(parents=True)
    files = [str(name) for name in kit_contents(kit, leave_out=tmp_path / "x.zip").files]
    assert [".gitignore", "kit.py", "labs/00-welcome.ipynb", "requirements.lock"] == files


def test_the_launcher_offers_the_systems_that_there_are() -> None:
    """kit.py, which cannot import the table, names the same systems."""
    assert set(PLATFORMS) == set(SYSTEMS)


def test_windows_gets_its_packages_and_linux_its_own() -> None:
    """The lock's conditions are decided for the target, not for this computer."""
    pins = read_lock((HERE / "requirements.lock").read_text(encoding="utf-8"))

    def wanted(target: Target) -> set[str]:
        return {
            f"{pin.name} {pin.version}"
            for patch in target.patches()
            for pin in pins
            if pin.wanted_in(target.markers(patch))
        }

    windows = wanted(Target("3.12", "win_amd64"))
    linux = wanted(Target("3.11", "manylinux_x86_64"))
    assert {"pywinpty", "colorama"} <= {each.split()[0] for each in windows}
    assert not {"ptyprocess", "appnope"} & {each.split()[0] for each in windows}
    assert not {"pywinpty", "colorama"} & {each.split()[0] for each in linux}
    assert 2 == sum(each.startswith("soupsieve ") for each in linux)
    assert 1 == sum(each.startswith("soupsieve ") for each in windows)


def test_only_a_source_that_the_lock_names_is_believed() -> None:
    """A record of a wheel from elsewhere changes nothing."""
    lock = "shed==1.0 \\\n    --hash=sha256:aa\ntiny==1.0 \\\n    --hash=sha256:bb\n"
    good = Built("shed", "1.0", BUILT, "cc", "shed-1.0.tar.gz", "aa")
    evil = Built("tiny", "1.0", "tiny.whl", "dd", "tiny-1.0.tar.gz", "ee")
    extended = lock_with_built(lock, [good, evil])
    assert lock.replace("sha256:aa\n", "sha256:aa \\\n    --hash=sha256:cc\n") == extended


def test_a_damaged_record_is_told(tmp_path: Path) -> None:
    """bundle.json decides what is believed, so half of one is no bundle."""
    (tmp_path / "bundle.json").write_text('{"commit": "1"')
    with pytest.raises(LaunchError, match="unpack the bundle again"):
        read_bundle(tmp_path)
