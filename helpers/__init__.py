"""Coldstart's helpers: the learner's session, its checks and views, and a local AWS account.

Notebooks need one name, `from helpers import Lab`. It is looked up late, so that the cloud's
own processes can import `helpers.cloud` without paying for boto3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from helpers.course.lab import Lab

__all__ = ["Lab"]


def __getattr__(name: str) -> Any:
    """Import `Lab` when it is first asked for."""
    if name == "Lab":
        from helpers.course.lab import Lab  # noqa: PLC0415  the late import is the point

        return Lab
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
