"""What lives as long as the kernel: one account, and one session per lab worked in it.

Running `Lab(...)` twice finds the same session; this module holds the only registry of the kit.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from helpers.checks.exercise import LabChecks, find_lab
from helpers.checks.outcome import CheckFailed, Outcome, Status
from helpers.checks.submission import judge
from helpers.cloud.errors import KitError
from helpers.course.abilities import Abilities
from helpers.course.account import LAMBDA_CONFIG, Account, open_account
from helpers.course.checking import CheckSession, digest_of, text_of
from helpers.course.functions import Functions
from helpers.course.guard import is_remote
from helpers.course.hints import Hints
from helpers.course.narration import Narrator
from helpers.course.progress import Progress
from helpers.course.takeover import ShutOff, shut_off
from helpers.views.card import Card
from helpers.views.status import StatusCard

if TYPE_CHECKING:
    from helpers.course.elsewhere import Elsewhere

LAB_SETTINGS: Mapping[str, object] = {
    "time_lapse": 60,
    "account_concurrency": 20,
    "unreserved_minimum": 4,
    "idle_environments": 3,  # in a room, memory is what a learner costs
}
RUN_HERE = (
    "Go on with the next exercise. The kit's own cloud can do this one: unset COLDSTART_BACKEND "
    "and AWS_ENDPOINT_URL, then restart the kernel."
)
TRYING = "Trying out what this account can do for this lab: a few seconds, at most a minute…"
COUNTED = (Status.PASSED, Status.NOT_YET)
MAY_STAND = (Status.PASSED, Status.NOT_AVAILABLE)


@dataclass(slots=True)
class LabSession:
    """One lab in one kernel: its checks, its account, the learner's record."""

    checks: LabChecks
    site: Site
    progress: Progress
    environ: Mapping[str, str]
    narrator: Narrator = field(default_factory=Narrator)
    hints: Hints = field(default_factory=Hints)
    passed_answers: dict[str, str] = field(default_factory=dict)

    @property
    def account(self) -> Account:
        """The account that the lab works in."""
        return self.site.account

    @property
    def functions(self) -> Functions:
        """The account's functions, every call said aloud."""
        return Functions(self.account.client, self.account.place, self.narrator)

    def check(self, exercise_id: str, submitted: tuple[Any, ...]) -> Outcome:
        """Judge an answer, record it, and return how the exercise stands."""
        exercise = self.checks.exercise(exercise_id)
        session = CheckSession(self.account, self.site.abilities)
        try:
            outcome = judge(exercise, session, submitted)
        finally:
            session.close()
        if outcome.status is Status.NOT_AVAILABLE and self.site.elsewhere is not None:
            outcome = replace(outcome, advice=RUN_HERE)
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
        product = self.account.product
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
            product="" if product is None else str(product),
            remote=_touched_elsewhere(self.account),
        )

    def limits(self) -> Card | None:
        """Return what of this lab is limited on an account that is not the kit's own."""
        if self.site.elsewhere is None:
            return None
        if self.site.abilities.untried(self.checks.needs):
            print(TRYING)
        return self.site.elsewhere.limits(self.checks, self.site.abilities)

    def reset(self) -> Card | None:
        """Empty the account; on one that is not the kit's own, return what was done."""
        if self.site.elsewhere is None:
            self.account.reset()
            return None
        return self.site.elsewhere.reset()


@dataclass(frozen=True, slots=True)
class Site:
    """The account of a kernel and what is known of it; ends with the account."""

    account: Account
    abilities: Abilities
    elsewhere: Elsewhere | None

    @classmethod
    def of(cls, account: Account) -> Site:
        """Return what goes with an account; on the kit's own, nothing has to be found out."""
        return cls(account, Abilities(account), _elsewhere(account))


class Kernel:
    """The account of this process and the labs worked in it; ends with the process."""

    def __init__(
        self, open_account: Callable[..., Account], environ: MutableMapping[str, str]
    ) -> None:
        self._open_account = open_account
        self._environ = environ
        self._site: Site | None = None
        self._shut_off: ShutOff | None = None
        self._cells_are_calm = False
        self._narrator = Narrator()
        self._sessions: dict[str, LabSession] = {}

    def session(self, slug: str, settings: Mapping[str, object]) -> LabSession:
        """Return the session of a lab; the first call opens the account."""
        checks = self._checks_of(slug)
        site = self._site
        if site is None or not site.account.is_alive():
            site = self._open({**LAB_SETTINGS, **settings})
        elif settings:
            site.account.configure(settings)
        if slug not in self._sessions:
            progress = Progress.at(self._environ)
            self._sessions[slug] = LabSession(
                checks,
                site,
                progress,
                self._environ,
                self._narrator,
                Hints(partial(progress.add_hint, slug)),
            )
        return self._sessions[slug]

    def _checks_of(self, slug: str) -> LabChecks:
        """Return a lab's checks; cells below a mistyped `Lab(...)` must not reach another account.

        One that is open already stays.
        """
        try:
            return find_lab(slug)
        except KitError:
            if self._site is None and self._shut_off is None:
                self._shut_off = shut_off(self._environ)
            raise

    def _open(self, settings: Mapping[str, object]) -> Site:
        """Leave an account whose process is gone, whose endpoint is not one to join; open one."""
        if self._site is not None and not self._site.account.joined:
            self._environ.pop("AWS_ENDPOINT_URL", None)
        self._site = None
        self._sessions.clear()
        if self._shut_off is not None:
            self._shut_off.restore(self._environ)
        try:
            account = self._open_account(self._environ, settings=settings)
        except BaseException:
            self._shut_off = shut_off(self._environ)
            raise
        self._shut_off = None
        self._site = site = Site.of(account)
        if site.elsewhere is not None and not self._cells_are_calm:
            site.elsewhere.keep_cells_calm()
            self._cells_are_calm = True
        return site


KERNEL = Kernel(open_account, os.environ)


def _where(account: Account, health: Mapping[str, Any]) -> str:
    if not account.joined:
        return "on this computer only: it ends with this kernel"
    if health and not is_remote(account.cloud.endpoint):
        return "on this computer only: an account that was running already"
    if health:
        return "on another computer: an account that was running already"
    return "an account that is not the kit's own"


def _elsewhere(account: Account) -> Elsewhere | None:
    if account.product is None:
        return None
    # what only a lab on another account needs
    from helpers.course.elsewhere import Elsewhere  # noqa: PLC0415

    return Elsewhere(account)


def _touched_elsewhere(account: Account) -> str:
    if not account.joined:
        return ""
    from helpers.course.elsewhere import touched_by_labs  # noqa: PLC0415

    return touched_by_labs(account.cloud)
