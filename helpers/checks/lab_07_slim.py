"""Exercise 7.4: a package over 250 MB is brought under it, and still works.

The check packs a project of its own, with other names, and lets `keep` choose from it. What AWS
refuses, and what is missing at run time, is told by AWS and by Python.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from helpers.checks.outcome import NotStarted, NotYet
from helpers.checks.session import Session
from helpers.checks.submission import Did, call, payload_of, shown

FUNCTION = "check-print-job"
MB = 1024 * 1024
APP = """
import importlib.metadata

from screenpress import profiles

def handler(event, context):
    return {
        "order_id": event["order_id"],
        "inks": profiles.inks(event["paper"]),
        "made_with": importlib.metadata.version("screenpress"),
    }
"""
PROFILES = """
from pathlib import Path

HERE = Path(__file__).parent

def inks(paper):
    return len((HERE / "profiles" / f"{paper}.icc").read_bytes()) // (1024 * 1024)
"""
TEXTS = {
    "app.py": APP,
    "screenpress/__init__.py": "",
    "screenpress/profiles.py": PROFILES,
    "screenpress-3.1.dist-info/METADATA": "Metadata-Version: 2.1\nName: screenpress\nVersion: 3.1",
}
MEGABYTES = {
    "screenpress/profiles/canvas-60.icc": 4,
    "screenpress/profiles/poster-a2.icc": 6,
    "screenpress/__pycache__/profiles.cpython-311.pyc": 1,
    "screenpress/tests/data/scan-07.tif": 150,
    "screenpress/tests/test_profiles.py": 1,
    "docs/handbook.pdf": 45,
    "examples/wedding/album.tif": 60,
}
MUST = ("app.py", "screenpress/__init__.py", "screenpress/profiles.py")


def check_7_4(session: Session, did: Did, keep: Callable[..., Any]) -> None:
    """Pack what `keep` keeps of a project of 267 MB, create the function and invoke it."""
    did(f"asked keep about {len(TEXTS) + len(MEGABYTES)} files of another project")
    kept = [name for name in [*TEXTS, *MEGABYTES] if _wanted(keep, name)]
    for name in MUST:
        if name not in kept:
            raise NotYet(
                f"keep({name!r}) says no.",
                expected="yes: it is code that the function imports.",
                advice="Leave out what is never read at run time, and keep all the rest.",
                hint=2,
            )
    did(f"packed {len(kept)} files of a project of {_megabytes([*MEGABYTES])} MB")
    try:
        session.deploy(_package(kept), FUNCTION, Timeout=10)
    except ClientError as refusal:
        raise NotYet(
            f"{_megabytes(kept)} MB were kept. AWS: {refusal.response['Error']['Message']}",
            expected="less than 250 MB unpacked. A layer would not help: it counts too.",
            advice=f"The largest files kept: {', '.join(_largest(kept))}.",
            hint=1,
        ) from None
    did(f"packed {_megabytes(kept)} of {_megabytes([*MEGABYTES])} MB, sent two print jobs")
    for paper in ("poster-a2", "canvas-60"):
        _expect_answer(session, {"order_id": "o-733", "paper": paper})
    left = [name for name in kept if "/tests/" in name or name.startswith(("docs/", "examples/"))]
    if left:
        raise NotYet(
            f"It works, but {left[0]} still travels.",
            expected="no tests, docs or examples: nobody reads them at run time.",
            advice="Look at folders at the top and deeper down.",
            hint=2,
        )


def _wanted(keep: Callable[..., Any], name: str) -> bool:
    answer = call(keep, name)
    if answer is ...:
        raise NotStarted
    if not isinstance(answer, bool):
        raise NotYet(
            f"keep({name!r}) returned {shown(answer)}",
            expected="True for a file that travels, False for one that stays at home.",
            hint=1,
        )
    return answer


def _expect_answer(session: Session, event: Mapping[str, Any]) -> None:
    inks = MEGABYTES[f"screenpress/profiles/{event['paper']}.icc"]
    expected = {"order_id": event["order_id"], "inks": inks, "made_with": "3.1"}
    answer = session.invoke(FUNCTION, event)
    if answer.error_type == "PackageNotFoundError":
        raise NotYet(
            f"The function failed with PackageNotFoundError: {answer.error_message}",
            expected=f"the answer {shown(expected)}.",
            advice="A package's .dist-info folder holds its version and its entry points, and "
            "importlib.metadata reads them at run time. It is small: keep it.",
            hint=3,
        )
    payload = payload_of(answer, event, expected=f"the answer {shown(expected)}.", hint=2)
    if payload != expected:
        raise NotYet(
            f"For {shown(event)} the answer was {shown(payload)}",
            expected=f"{shown(expected)}.",
            hint=2,
        )


def _package(kept: list[str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in kept:
            entry = zipfile.ZipInfo(name)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            content = TEXTS[name].encode() if name in TEXTS else bytes(MEGABYTES[name] * MB)
            archive.writestr(entry, content)
    return buffer.getvalue()


def _megabytes(names: list[str]) -> int:
    return sum(MEGABYTES.get(name, 0) for name in names)


def _largest(names: list[str]) -> list[str]:
    return sorted(names, key=lambda name: -MEGABYTES.get(name, 0))[:3]
