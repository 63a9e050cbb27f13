"""Deployment packages: what Lambda refuses to unzip, and unzipping without harm.

Models the checks of CreateFunction, UpdateFunctionCode and PublishLayerVersion: not a zip, empty,
too large zipped or unzipped. Entries that would leave the task root (`..`, absolute paths, drive
letters, links that point outside) count as not unzippable: AWS does not document its answer to
them. Of two entries with one name the later wins, as with unzip. Mode bits are kept without setuid,
setgid and sticky. Left out: that on AWS the function's user is not the owner of the files, so that
a file of mode 0600 cannot be read there and can be read here.

Source: docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html and
configuration-function-zip.html (sizes); messages as AWS's answers in public reports have them.
"""

from __future__ import annotations

import io
import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from math import ceil
from pathlib import Path, PurePosixPath
from typing import Any

from helpers.cloud.errors import (
    InvalidParameterValueException,
    RequestEntityTooLargeException,
)
from helpers.cloud.facts import load_facts

CHUNK_BYTES = 256 * 1024
MAX_LINK_BYTES = 4096
MAX_LINKS_FOLLOWED = 40

UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
)
"""What zipfile raises for damaged, encrypted or unknown kinds of entries."""


def check_upload(code: Mapping[str, Any], *, operation: str) -> None:
    """Check the members that carry code: a zip given directly, or a place to fetch one from.

    A package from S3 is checked with `check_package` once it has been fetched.
    """
    zip_bytes = code.get("ZipFile")
    if zip_bytes is None:
        if not (code.get("S3Bucket") and code.get("S3Key")) and not code.get("ImageUri"):
            raise InvalidParameterValueException("Please provide a source for function code.")
        return
    if code.get("S3Bucket") or code.get("S3Key") or code.get("ImageUri"):
        raise InvalidParameterValueException(
            "Please do not provide other FunctionCode parameters when providing a ZipFile."
        )
    zipped, whole = (load_facts().quota(q) for q in ("package_zipped_max", "create_request_max"))
    if 4 * ceil(len(zip_bytes) / 3) > whole:  # as base64, which is most of the request
        raise RequestEntityTooLargeException(
            f"Request must be smaller than {whole} bytes for the {operation} operation"
        )
    if len(zip_bytes) > zipped:
        raise RequestEntityTooLargeException(f"Zipped size must be smaller than {zipped} bytes")
    check_package(zip_bytes)


def check_package(zip_bytes: bytes) -> int:
    """Return a package's unzipped size in bytes.

    Raises InvalidParameterValueException for one that Lambda could not unzip. Reads every entry:
    checksums and true sizes show only then.
    """
    size = 0
    with _opened(zip_bytes) as archive:
        allowance = _Allowance()
        for entry in _Contents.of(archive).files.values():
            for chunk in _read(archive, entry):
                allowance.spend(chunk)
                size += len(chunk)
    return size


def unpack(zip_bytes: bytes, folder: Path) -> None:
    """Unzip a package into `folder`, which must be empty; checks it again on the way.

    Sizes are counted while reading: a zip may announce less than it holds.
    """
    with _opened(zip_bytes) as archive:
        contents = _Contents.of(archive)
        allowance = _Allowance()
        for path, entry in contents.files.items():
            target = folder.joinpath(*path.parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as copy:
                for chunk in _read(archive, entry):
                    allowance.spend(chunk)
                    copy.write(chunk)
            target.chmod(_mode(entry, default=0o644))
        for path, link in contents.links.items():
            place = folder.joinpath(*path.parts)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(link)
        for path, entry in contents.folders.items():
            target = folder.joinpath(*path.parts)
            target.mkdir(parents=True, exist_ok=True)
            # the kit must be able to delete the folder again, whatever the package says
            target.chmod(_mode(entry, default=0o755) | stat.S_IRWXU)


class _Contents:
    """The entries of an archive that passed every check, by their path in the task root."""

    def __init__(self) -> None:
        self.files: dict[PurePosixPath, zipfile.ZipInfo] = {}
        self.folders: dict[PurePosixPath, zipfile.ZipInfo] = {}
        self.links: dict[PurePosixPath, str] = {}

    @classmethod
    def of(cls, archive: zipfile.ZipFile) -> _Contents:
        entries = archive.infolist()
        if not any(entry.filename and not entry.is_dir() for entry in entries):
            raise InvalidParameterValueException("Uploaded file must be a non-empty zip")
        if sum(entry.file_size for entry in entries) >= load_facts().quota("package_unzipped_max"):
            raise _too_large()
        contents = cls()
        for entry in entries:
            contents._add(archive, entry)
        contents._check_places()
        return contents

    def _add(self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
        path = _safe_path(entry.filename)
        if entry.flag_bits & 0x1:
            raise _not_unzippable()
        if stat.S_ISLNK(entry.external_attr >> 16):
            self.links[path] = _link_target(archive, entry)
            self.files.pop(path, None)
        elif entry.is_dir():
            if path.parts:
                self.folders[path] = entry
        elif path.parts:
            self.files[path] = entry
            self.links.pop(path, None)
        else:
            raise _not_unzippable()

    def _check_places(self) -> None:
        """Refuse a file where a folder must be, entries below links, and links to the outside."""
        leaves = self.files.keys() | self.links.keys()
        if leaves & self.folders.keys():
            raise _not_unzippable()
        for path in leaves | self.folders.keys():
            if any(parent in leaves for parent in path.parents):
                raise _not_unzippable()
        for path in self.links:
            self._check_stays_inside(path)

    def _check_stays_inside(self, path: PurePosixPath) -> None:
        """Follow a link step by step, as the kernel does, and refuse leaving the task root."""
        steps, place = list(reversed(path.parts)), PurePosixPath()
        followed = 0
        while steps:
            step = steps.pop()
            if step == "..":
                if not place.parts:
                    raise _not_unzippable()
                place = place.parent
                continue
            place /= step
            if place in self.links:
                followed += 1
                link = PurePosixPath(self.links[place])
                if link.is_absolute() or followed > MAX_LINKS_FOLLOWED:
                    raise _not_unzippable()
                steps.extend(reversed(link.parts))
                place = place.parent


def _opened(zip_bytes: bytes) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(io.BytesIO(zip_bytes))
    except UNREADABLE as error:
        raise _not_unzippable() from error


def _safe_path(name: str) -> PurePosixPath:
    """Return an entry's path in the task root; Windows separators and drives count as such."""
    path = PurePosixPath(name.replace("\\", "/"))
    drive = bool(path.parts) and path.parts[0][1:2] == ":"
    if not name or path.is_absolute() or ".." in path.parts or drive or "\0" in name:
        raise _not_unzippable()
    return path


def _link_target(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> str:
    if entry.file_size > MAX_LINK_BYTES:
        raise _not_unzippable()
    try:
        target = archive.read(entry).decode()
    except UNREADABLE as error:
        raise _not_unzippable() from error
    if not target or "\0" in target:
        raise _not_unzippable()
    return target


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield one entry's content in pieces."""
    try:
        with archive.open(entry) as source:
            while chunk := source.read(CHUNK_BYTES):
                yield chunk
    except UNREADABLE as error:
        raise _not_unzippable() from error


class _Allowance:
    """How many bytes a package may still hold; counts one unzipping."""

    def __init__(self) -> None:
        self._left = load_facts().quota("package_unzipped_max")

    def spend(self, chunk: bytes) -> None:
        """Count a piece; raises when the package is too large."""
        self._left -= len(chunk)
        if self._left <= 0:
            raise _too_large()


def _mode(entry: zipfile.ZipInfo, *, default: int) -> int:
    """Return the entry's permission bits; archives made on Windows carry none."""
    return (entry.external_attr >> 16) & 0o777 or default


def _not_unzippable() -> InvalidParameterValueException:
    return InvalidParameterValueException(
        "Could not unzip uploaded file. Please check your file, then try to upload again."
    )


def _too_large() -> InvalidParameterValueException:
    limit = load_facts().quota("package_unzipped_max")
    return InvalidParameterValueException(f"Unzipped size must be smaller than {limit} bytes")
