"""A wheelhouse: a folder of tiny wheels for pip, made here, so that nothing has to be downloaded.

`halftone-raster` stands for a package with a compiled part. There is one wheel of it for Lambda's
platform and one for the computer that asks; both need `halftone-papers`, which fits everywhere.
In Lambda's wheel a Python module plays the compiled part. The other wheel holds, in its place, a
file under a name that Lambda's Python passes over, as it does with one compiled elsewhere.

Source: packaging.python.org/en/latest/specifications/binary-distribution-format/ (wheels);
docs.aws.amazon.com/lambda/latest/dg/python-package.html (manylinux2014_x86_64).
"""

from __future__ import annotations

import base64
import hashlib
import zipfile
from collections.abc import Mapping
from pathlib import Path

from packaging.tags import platform_tags

EPOCH = (1980, 1, 1, 0, 0, 0)
LAMBDA = "manylinux_2_17_x86_64.manylinux2014_x86_64"
LINUXES = ("manylinux_", "musllinux_")
VERSION = "1.4.0"
RASTER = '''\
"""Screens a photo for printing: how many dots go on the paper."""

import halftone_papers
import halftone_raster._raster as compiled


def dots(paper):
    width_mm, height_mm, dpi = halftone_papers.PAPERS[paper]
    return compiled.multiply(width_mm * dpi // 25, height_mm * dpi // 25)
'''
COMPILED = '''\
"""Plays the part that a compiler makes: fast multiplication."""


def multiply(first, second):
    return first * second
'''
PAPERS = '''\
"""Papers by name: width and height in millimetres, dots per inch."""

PAPERS = {
    "postcard-a6": (148, 105, 300),
    "poster-a2": (594, 420, 200),
    "canvas-60": (600, 600, 150),
}
'''


def fill_wheelhouse(folder: Path | str) -> Path:
    """Write the three wheels into `folder` and return it; what is there already stays."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    needs = "Requires-Dist: halftone-papers\n"
    here = _this_computer()
    wheels = (
        ("halftone_raster", f"cp311-abi3-{LAMBDA}", needs, "halftone_raster/_raster.py"),
        ("halftone_raster", f"cp311-abi3-{here}", needs, f"halftone_raster/_raster.{here}.bin"),
        ("halftone_papers", "py3-none-any", "", ""),
    )
    for name, tag, more, compiled in wheels:
        files = {"halftone_papers.py": PAPERS}
        if compiled:
            files = {"halftone_raster/__init__.py": RASTER, compiled: COMPILED}
        _write_wheel(folder, name, tag, more, files)
    return folder


def _this_computer() -> str:
    """Return the tag that pip prefers here: the newest of its Linux, or of its system."""
    tags = list(platform_tags())
    return next((tag for tag in tags if tag.startswith(LINUXES)), tags[0])


def _write_wheel(folder: Path, name: str, tag: str, more: str, files: Mapping[str, str]) -> None:
    python, abi, platforms = tag.split("-")
    described = f"{name}-{VERSION}.dist-info"
    tags = "".join(f"Tag: {python}-{abi}-{each}\n" for each in platforms.split("."))
    pure = "true" if abi == "none" else "false"
    members = dict(files) | {
        f"{described}/METADATA": "Metadata-Version: 2.1\n"
        f"Name: {name.replace('_', '-')}\nVersion: {VERSION}\n{more}",
        f"{described}/WHEEL": f"Wheel-Version: 1.0\nGenerator: halftone\n"
        f"Root-Is-Purelib: {pure}\n{tags}",
    }
    rows = [f"{path},sha256={_digest(text)},{len(text)}" for path, text in members.items()]
    members[f"{described}/RECORD"] = "\n".join([*rows, f"{described}/RECORD,,", ""])
    with zipfile.ZipFile(folder / f"{name}-{VERSION}-{tag}.whl", "w") as wheel:
        for path, text in members.items():
            info = zipfile.ZipInfo(path, EPOCH)
            info.external_attr = 0o644 << 16
            wheel.writestr(info, text)


def _digest(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
