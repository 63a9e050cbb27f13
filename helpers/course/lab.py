"""The Lab object: one front for everything a notebook asks of the kit.

Each method is one line of a small module beside this one. A helper that wraps an AWS call prints
the boto3 call it makes; errors of AWS reach the cell as botocore raises them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from helpers.checks.outcome import NotAvailable, Outcome
from helpers.checks.session import Files, Source
from helpers.cloud.billing import receipt
from helpers.cloud.errors import KitError
from helpers.course.cleanup import clean_up
from helpers.course.doctor import examine
from helpers.course.faults import inject
from helpers.course.fidelity import NOT_MEASURED, FidelityTable, fidelity_of
from helpers.course.firings import firings_of
from helpers.course.logbook import Logbook, logbook_of
from helpers.course.packaging import package
from helpers.course.predictions import predict, saw
from helpers.course.roles import ensure_role
from helpers.course.session import KERNEL
from helpers.course.shell import exports_for
from helpers.course.showing import show
from helpers.course.solutions import Solution, closed_message, is_open, read_solution
from helpers.course.standing import Standing
from helpers.course.tracebacks import trimmed, trims_tracebacks
from helpers.course.waiting import first_true
from helpers.quiz.questions import QuestionSheet, load_questions
from helpers.views.card import Card
from helpers.views.environments import EnvironmentTable, environments_in
from helpers.views.findings import FindingTable
from helpers.views.invocation import Answer
from helpers.views.listing import Listing, LogLines
from helpers.views.panel import Tone
from helpers.views.source_file import SourceFile


@trims_tracebacks
class Lab:
    """A learner's lab; running `Lab(...)` again in a kernel is the same lab, same account.

    >>> lab = Lab("01-handlers")            # doctest: +SKIP
    >>> lab.check("1.1", handler)           # doctest: +SKIP
    """

    @trimmed
    def __init__(self, slug: str, **settings: object) -> None:
        """Start or find the account and draw the status card; `settings` are the cloud's."""
        self._session = KERNEL.session(slug, settings)
        self._welcome()

    def __repr__(self) -> str:
        """Return the line that made it."""
        return f"Lab({self._session.checks.slug!r})"

    def client(self, service: str) -> Any:
        """Return a boto3 client; the one for Lambda never retries."""
        return self._session.account.client(service)

    def zip(self, source: Source | None = None, files: Files | None = None) -> bytes:
        """Return a deployment package: the cell that defines a handler, or a text, as app.py."""
        return package(source, files=files).content

    def file(self, name: str, text: str) -> SourceFile:
        """Return a file given as text, because it must not run in the notebook."""
        return SourceFile(name, text)

    def execution_role(self, function: str, *statements: Mapping[str, Any]) -> str:
        """Create or update the role of a function: its own logs, and `statements`."""
        account = self._session.account
        iam = account.client("iam")
        return ensure_role(iam, function, account.place, *statements, say=self._session.narrator)

    def deploy(self, source: Source, name: str, **configuration: Any) -> str:
        """Create or update a function and return its ARN; `configuration` is boto3's."""
        return self._session.functions.deploy(source, name, configuration)

    def invoke(self, name: str, event: Any = None, *, qualifier: str | None = None) -> Answer:
        """Invoke a function and wait for its answer; bytes are sent as they are."""
        return self._session.functions.invoke(name, event, qualifier=qualifier)

    def logs(self, name: str) -> LogLines:
        """Return the messages in a function's log group, oldest first."""
        return LogLines(self._session.functions.logs(name))

    def records(self, **equals: Any) -> list[dict[str, Any]]:
        """Return what happened in the account, e.g. `lab.records(kind="environment.init")`."""
        return self._session.account.records(**equals)

    def environments(self, name: str) -> EnvironmentTable:
        """Return the execution environments of a function and the state of each."""
        return environments_in(self.records(function=name), function=name)

    def wait_until(self, condition: Callable[[], Any], timeout_s: float, what: str) -> Any:
        """Return the condition's first true value; an error that says `what` was awaited."""
        value = first_true(condition, timeout_s)
        if not value:
            raise KitError(
                f"Waited {timeout_s:g} s for {what}, and it did not happen.",
                next_step="Look at lab.logs(...) and lab.records(), then run the cell again.",
                anchor="waited",
            )
        return value

    def predict(self, prediction: str, option: object = ...) -> Card:
        """Record what you expect, before the cell that shows it; `...` is fine."""
        return predict(self._session.checks, self._session.progress, prediction, option)

    def saw(self, prediction: str) -> Card:
        """Return what you said beside what happened, and why."""
        return saw(self._session.checks, self._session.progress, prediction)

    def check(self, exercise: str, *submitted: Any) -> Outcome:
        """Try an answer with events you have not seen."""
        return self._session.check(exercise, submitted)

    def hint(self, exercise: str, number: int | None = None) -> Card:
        """Return the next of three hints, or the one asked for."""
        return self._session.hints.show(self._session.checks.exercise(exercise), number)

    def solution(self, exercise: str, *, force: bool = False) -> Solution | Card:
        """Return our way, beside yours once it has passed; what opens it, while it is closed."""
        session = self._session
        slug = session.checks.slug
        attempts = session.progress.attempts(slug, session.checks.exercise(exercise).id)
        now = session.progress.now()
        if not force and not is_open(attempts, now=now, environ=session.environ):
            lines = closed_message(exercise, attempts)
            return Card(Tone.QUIET, f"{exercise} solution, not open yet", lines)
        code, reasoning = read_solution(slug, exercise)
        return Solution(exercise, code, reasoning, session.passed_answers.get(exercise, ""))

    def settings(self, **changes: object) -> dict[str, Any]:
        """Change how the account behaves, e.g. `lab.settings(cpu_share=True)`; return it all."""
        return self._session.account.cloud.config(**changes)

    def fault(self, action: str, error: str = "ThrottlingException", *, times: int = 1) -> Card:
        """Make the next calls of an action fail with an error of AWS; `times=0` takes it back.

        >>> lab.fault("ssm:GetParameter", "ThrottlingException", times=3)     # doctest: +SKIP
        """
        return inject(self._session.account.cloud, action, error, times)

    def next_firings(
        self, expression: str, *, timezone: str = "UTC", after: str = "", count: int = 5
    ) -> list[str]:
        """Return when a schedule fires next, in UTC; `after` a day such as "2027-03-26", or now.

        >>> lab.next_firings("cron(0 9 ? * MON *)", timezone="Europe/Berlin")   # doctest: +SKIP
        """
        cloud = self._session.account.cloud
        return firings_of(cloud, expression, timezone=timezone, after=after, count=count)

    def reset(self) -> None:
        """Empty the account and set the lab up again; what stood in another's stays there."""
        done = self._session.reset()
        if done is not None:
            show(done)
        self._welcome()

    def _welcome(self) -> None:
        show(self._session.status_card())
        limits = self._session.limits()
        if limits is not None:
            show(limits)

    def cleanup(self) -> Card:
        """Name what the lab made, and empty the account."""
        account = self._session.account
        return clean_up(account, reset=account.reset)

    def receipt(self) -> Listing:
        """Return what this account's invocations would have cost on AWS."""
        return Listing("What this would have cost on AWS", tuple(receipt(self.records()).lines()))

    def fidelity(self) -> FidelityTable:
        """Return where this lab differs from AWS; it was measured on the kit's own account only."""
        if self._session.site.elsewhere is not None:
            raise NotAvailable(NOT_MEASURED)
        return fidelity_of(self._session.checks.slug)

    def questions(self) -> QuestionSheet:
        """Return the lab's questions, the answers folded away."""
        return load_questions(self._session.checks.slug)

    def progress(self) -> Standing:
        """Return what you can do now; with export, import_from, reset and reset_all."""
        return Standing(self._session.checks, self._session.progress)

    def logbook(self) -> Logbook:
        """Return what you predicted, tried and passed, as Markdown."""
        return logbook_of(self._session.checks, self._session.progress)

    def shell(self) -> Listing:
        """Return the exports that point a terminal at this account."""
        return exports_for(self._session.account.cloud)

    def doctor(self) -> FindingTable:
        """Look at what a lab stands on, and say what to do."""
        session = self._session
        return examine(session.account, session.progress, session.environ)
