"""What lives as long as the kernel: one account, and one session per lab worked in it.

Running `Lab(...)` twice finds the same session; this module holds the only registry of the kit.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from helpers.checks.exercise import LabChecks, find_lab
from helpers.checks.outcome import CheckFailed, Outcome, Status
from helpers.checks.submission import judge
from helpers.course.account import LAMBDA_CONFIG, Account, open_account
from helpers.course.checking import CheckSession, digest_of, text_of
from helpers.course.functions import Functions
from helpers.course.hints import Hints
from helpers.course.narration import Narrator
from helpers.course.progress import Progress
from helpers.views.status import StatusCard

LAB_SETTINGS: Mapping[str, object] = {
    "time_lapse": 60,
    "account_concurrency": 20,
    "unreserved_minimum": 4,
    "idle_environments": 4,  # in a room, memory is what a learner costs
}
COUNTED = (Status.PASSED, Status.NOT_YET)
MAY_STAND = (Status.PASSED, Status.NOT_AVAILABLE)


@dataclass(slots=True)
class LabSession:
    """One lab in one kernel: its checks, its account, the learner's record."""

    checks: LabChecks
    account: Account
    progress: Progress
    environ: Mapping[str, str]
    narrator: Narrator = field(default_factory=Narrator)
    hints: Hints = field(default_factory=Hints)
    passed_answers: dict[str, str] = field(default_factory=dict)

    @property
    def functions(self) -> Functions:
        """The account's functions, every call said aloud."""
        return Functions(self.account.client, self.account.place, self.narrator)

    def check(self, exercise_id: str, submitted: tuple[Any, ...]) -> Outcome:
        """Judge an answer, record it, and return how the exercise stands."""
        exercise = self.checks.exercise(exercise_id)
        session = CheckSession(self.account)
        try:
            outcome = judge(exercise, session, submitted)
        finally:
            session.close()
        self._record(outcome, submitted)
        strict = self.environ.get("COLDSTART_STRICT") == "1"
        if strict and outcome.status not in MAY_STAND:
            raise CheckFailed(str(outcome))
        return outcome

    def _record(self, outcome: Outcome, submitted: tuple[Any, ...]) -> None:
        if outcome.status not in COUNTED:
            return
        answer = digest_of(submitted, otherwise=outcome.seen)
        self.progress.add_attempt(self.checks.slug, outcome.exercise, outcome.status, answer=answer)
        if outcome.status is Status.PASSED:
            self.passed_answers[outcome.exercise] = "\n\n".join(map(text_of, submitted))

    def status_card(self) -> StatusCard:
        """Return the card that opens a lab."""
        health = self.account.cloud.health()
        settings = health.get("settings", {})
        return StatusCard(
            title=f"Lab {self.checks.slug} is ready",
            account_id=self.account.account_id,
            region=self.account.cloud.region,
            where=_where(self.account, health),
            python=".".join(str(health.get("python", "its own")).split(".")[:2]),
            file_level=health.get("file_level"),
            time_lapse=float(settings.get("time_lapse", 1)),
            cpu_share=bool(settings.get("cpu_share", False)),
            lambda_config=LAMBDA_CONFIG,
            shielded=self.account.shielded.variables,
            note=self.progress.note(),
        )


class Kernel:
    """The account of this process and the labs worked in it; ends with the process."""

    def __init__(
        self, open_account: Callable[..., Account], environ: MutableMapping[str, str]
    ) -> None:
        self._open_account = open_account
        self._environ = environ
        self._account: Account | None = None
        self._narrator = Narrator()
        self._sessions: dict[str, LabSession] = {}

    def session(self, slug: str, settings: Mapping[str, object]) -> LabSession:
        """Return the session of a lab; the first call opens the account."""
        checks = find_lab(slug)
        if self._account is None or not self._account.is_alive():
            self._forget_dead_account()
            self._account = self._open_account(self._environ, settings={**LAB_SETTINGS, **settings})
        elif settings:
            self._account.cloud.config(**settings)
        if slug not in self._sessions:
            progress = Progress.at(self._environ)
            self._sessions[slug] = LabSession(
                checks,
                self._account,
                progress,
                self._environ,
                self._narrator,
                Hints(partial(progress.add_hint, slug)),
            )
        return self._sessions[slug]

    def _forget_dead_account(self) -> None:
        """Leave an account whose process is gone; its endpoint is not one to join."""
        if self._account is not None and not self._account.joined:
            self._environ.pop("AWS_ENDPOINT_URL", None)
        self._sessions.clear()


KERNEL = Kernel(open_account, os.environ)


def _where(account: Account, health: Mapping[str, Any]) -> str:
    if not account.joined:
        return "on this computer only: it ends with this kernel"
    if health:
        return "on this computer only: an account that was running already"
    return "an endpoint that is not the kit's own cloud"
