"""The one way kit.py fails: what happened, why, and what to do next."""

from __future__ import annotations

from helpers.cloud.errors import TROUBLESHOOTING


class LaunchError(Exception):
    """Something the reader can act on; printed without a traceback.

    `anchor` names the section of TROUBLESHOOTING.md that says more.
    """

    def __init__(self, what: str, why: str, advice: str, *, anchor: str) -> None:
        super().__init__(what, why, advice)
        self.what, self.why, self.advice, self.anchor = what, why, advice, anchor

    def __str__(self) -> str:
        more = f"{TROUBLESHOOTING}#{self.anchor}"
        return f"{self.what}\nWhy: {self.why}\nNext: {self.advice}\nMore: {more}"
