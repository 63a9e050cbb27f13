"""Packages that are refused, and packages that arrive as they were made."""

from __future__ import annotations

import contextlib
import io
import os
import stat
import struct
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.cloud.control.packages import check_package, unpack
from helpers.cloud.errors import InvalidParameterValueException

NOT_UNZIPPABLE = "Could not unzip uploaded file. Please check your file, then try to upload again."
TOO_LARGE = "Unzipped size must be smaller than 262144000 bytes"
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="mode bits and links are POSIX's")


def entry(name: str, *, mode: int = 0o644, kind: int = stat.S_IFREG) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = (kind | mode) << 16
    return info


def link(name: str, target: str) -> tuple[zipfile.ZipInfo, str]:
    return entry(name, kind=stat.S_IFLNK, mode=0o777), target


def zip_of(*entries: tuple[zipfile.ZipInfo | str, str | bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for info, content in entries:
            archive.writestr(info, content)
    return buffer.getvalue()


def message(zip_bytes: bytes) -> str:
    with pytest.raises(InvalidParameterValueException) as caught:
        check_package(zip_bytes)
    return caught.value.message


def test_files_arrive_with_content_and_folders(tmp_path: Path) -> None:
    """Unpacking restores every file in its place."""
    unpack(zip_of(("app.py", "x = 1"), ("pkg/", ""), ("pkg/deep/m.py", "y = 2")), tmp_path)
    found = {str(path.relative_to(tmp_path)): path for path in tmp_path.rglob("*")}
    assert {"app.py", "pkg", os.path.join("pkg", "deep")} <= found.keys()  # noqa: PTH118
    assert found["app.py"].read_text() == "x = 1"


@pytest.mark.parametrize("data", [b"", b"not a zip", b"PK\x03\x04", b"PK\x05\x06" + bytes(10)])
def test_not_a_zip(data: bytes) -> None:
    """What is no archive cannot be unzipped."""
    assert message(data) == NOT_UNZIPPABLE


@pytest.mark.parametrize("entries", [[], [("pkg/", "")]])
def test_empty_zip(entries: list[tuple[str, str]]) -> None:
    """An archive without a file is empty."""
    assert message(zip_of(*entries)) == "Uploaded file must be a non-empty zip"


@pytest.mark.parametrize(
    "name",
    [
        "../app.py",
        "pkg/../../app.py",
        "/etc/cron.d/x",
        "C:/x.py",
        "C:x.py",
        "..\\app.py",
        "\\\\server\\x.py",
        "../",
        ".",
    ],
)
def test_entries_that_climb_out(name: str, tmp_path: Path) -> None:
    """No entry may name a place outside the task root."""
    data = zip_of(("app.py", "x"), (name, "evil"))
    assert message(data) == NOT_UNZIPPABLE
    root = tmp_path / "task"
    root.mkdir()
    with pytest.raises(InvalidParameterValueException):
        unpack(data, root)
    assert list(tmp_path.rglob("*")) == [root]


@pytest.mark.parametrize(
    "links",
    [
        [link("out", "/etc/passwd")],
        [link("out", "..")],
        [link("pkg/out", "../../x")],
        [link("a/up", ".."), link("out", "a/up/../x")],
        [link("loop", "loop")],
        [link("one", "two"), link("two", "one")],
    ],
)
def test_links_that_point_outside(links: list[tuple[zipfile.ZipInfo, str]]) -> None:
    """A link is followed as the kernel does it, and must end inside."""
    assert message(zip_of(("app.py", "x"), *links)) == NOT_UNZIPPABLE


def test_nothing_is_written_through_a_link() -> None:
    """An entry below a link is refused."""
    assert message(zip_of(("lib/x.py", ""), link("pkg", "lib"), ("pkg/y.py", ""))) == NOT_UNZIPPABLE


def test_a_file_cannot_be_a_folder_too() -> None:
    """Contradicting entries are refused."""
    assert message(zip_of(("pkg", "file"), ("pkg/x.py", ""))) == NOT_UNZIPPABLE
    assert message(zip_of(("pkg", "file"), ("pkg/", ""))) == NOT_UNZIPPABLE


@POSIX
def test_links_inside_are_kept(tmp_path: Path) -> None:
    """Shared libraries come with links; they stay links."""
    data = zip_of(("lib/libx.so.1", "elf"), link("lib/libx.so", "libx.so.1"), link("cur", "lib"))
    check_package(data)
    unpack(data, tmp_path)
    assert (tmp_path / "lib" / "libx.so").is_symlink()
    assert (tmp_path / "cur" / "libx.so").read_text() == "elf"


@POSIX
def test_modes_are_kept_without_setuid(tmp_path: Path) -> None:
    """Permission bits survive, special bits do not; archives made on Windows get 644."""
    windows = zipfile.ZipInfo("windows.py")
    windows.external_attr = 0x20
    script, secret = entry("run.sh", mode=0o4755), entry("secret", mode=0o600)
    unpack(zip_of((script, "#!"), (secret, ""), (windows, "")), tmp_path)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {"run.sh": 0o755, "secret": 0o600, "windows.py": 0o644}


@POSIX
def test_folders_can_be_deleted_again(tmp_path: Path) -> None:
    """A folder without write permission would outlive its environment."""
    data = zip_of((entry("pkg/", mode=0o555, kind=stat.S_IFDIR), ""), ("pkg/x.py", ""))
    unpack(data, tmp_path)
    assert stat.S_IMODE((tmp_path / "pkg").stat().st_mode) & stat.S_IWUSR


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_the_later_of_two_entries_wins(tmp_path: Path) -> None:
    """As with unzip, a repeated name overwrites."""
    unpack(zip_of(("app.py", "old"), ("app.py", "new")), tmp_path)
    assert (tmp_path / "app.py").read_text() == "new"


def test_unzipped_size_is_limited() -> None:
    """250 MB of zeros are a small zip and a large package."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        chunk = bytes(1024 * 1024)
        with archive.open("zeros", "w") as target:
            for _ in range(250):
                target.write(chunk)
    assert message(buffer.getvalue()) == TOO_LARGE


def test_a_zip_that_lies_about_its_sizes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What an entry really holds is counted while reading."""
    facts = type("Facts", (), {"quota": lambda _self, _name: 1000})
    monkeypatch.setattr("helpers.cloud.control.packages.load_facts", facts)
    data = bytearray(zip_of(("zeros", bytes(100_000))))
    size = struct.pack("<I", 100_000)
    lie = struct.pack("<I", 10)
    assert data.count(size) == 2
    with pytest.raises(InvalidParameterValueException):
        unpack(bytes(data.replace(size, lie)), tmp_path)
    assert all(path.stat().st_size <= 1000 for path in tmp_path.rglob("*"))


def test_damaged_content() -> None:
    """A checksum that does not match is found when the package is uploaded."""
    data = bytearray(zip_of((zipfile.ZipInfo("app.py"), b"x = 'some text that is stored'")))
    place = data.index(b"some")
    data[place] ^= 0xFF
    assert message(bytes(data)) == NOT_UNZIPPABLE


def test_encrypted_entries() -> None:
    """Lambda has no password."""
    data = bytearray(zip_of(("app.py", "x")))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    data[6] |= 1
    assert message(bytes(data)) == NOT_UNZIPPABLE


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=6))
def test_no_damage_escapes_as_another_error(changes: list[tuple[int, int]]) -> None:
    """Whatever is wrong with the bytes, the answer is one of Lambda's."""
    data = bytearray(zip_of(("app.py", "x = 1"), link("cur", "app.py"), ("pkg/y.py", "y" * 50)))
    for place, value in changes:
        data[place % len(data)] = value
    with contextlib.suppress(InvalidParameterValueException):
        check_package(bytes(data))
