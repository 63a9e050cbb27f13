"""The one way kit.py fails: what happened, why, and what to do next."""

from __future__ import annotations


class LaunchError(Exception):
    """Something the reader can act on; printed without a traceback."""

    def __init__(self, what: str, why: str, advice: str) -> None:
        super().__init__(what, why, advice)
        self.what, self.why, self.advice = what, why, advice

    def __str__(self) -> str:
        return f"{self.what}\nWhy: {self.why}\nNext: {self.advice}"
