"""Running a check on the learner's account: quiet calls, records since it began, no remains."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from helpers.checks.capability import Capability
from helpers.checks.outcome import NotAvailable, NotStarted, NotYet
from helpers.checks.session import PATIENT_S, Files, Source
from helpers.checks.submission import is_untouched
from helpers.cloud.errors import KitError
from helpers.course.abilities import Abilities
from helpers.course.account import Account
from helpers.course.firings import firings_of
from helpers.course.functions import Functions
from helpers.course.narration import silence
from helpers.course.packaging import cell_text, package
from helpers.course.roles import delete_role, ensure_role
from helpers.course.waiting import first_true
from helpers.views.invocation import Answer

DIGEST_LENGTH = 16


class CheckSession:
    """What one check uses; it ends by deleting the functions the check deployed."""

    def __init__(self, account: Account, abilities: Abilities) -> None:
        self._account = account
        self._abilities = abilities
        self._functions = Functions(account.client, account.place, silence)
        self._made: set[str] = set()
        self._began_at = _next_record(account)

    def client(self, service: str) -> Any:
        """Return a boto3 client; the one for Lambda does not retry."""
        return self._account.client(service)

    def zip(self, source: Source, *, files: Files | None = None) -> bytes:
        """Return a deployment package of a handler's cell, a text, or a zip itself."""
        return package(source, files=files).content

    def deploy(self, source: Source, name: str, **configuration: Any) -> str:
        """Create or update a function, wait until it is active, return its ARN."""
        self._remember(name)
        return self._functions.deploy(source, name, {"Timeout": PATIENT_S, **configuration})

    def execution_role(self, function: str, *statements: Mapping[str, Any]) -> str:
        """Return the ARN of a role for `deploy`: the function's own logs, and `statements`."""
        self._remember(function)
        iam, place = self._account.client("iam"), self._account.place
        return ensure_role(iam, function, place, *statements, say=silence)

    def invoke(self, name: str, event: Any) -> Answer:
        """Invoke synchronously; an untouched stub raises NotStarted."""
        answer = self._functions.invoke(name, event)
        if is_untouched(answer):
            raise NotStarted
        return answer

    def records(self, **equals: Any) -> Sequence[Mapping[str, Any]]:
        """Return what happened since the check began."""
        if self._began_at is None:
            raise NotAvailable("this endpoint keeps no records of environments")
        return self._account.records(since=self._began_at, **equals)

    def wait_until(self, condition: Callable[[], Any], timeout_s: float, what: str) -> Any:
        """Return the condition's first true value; NotYet with `what` when time is up."""
        value = first_true(condition, timeout_s)
        if not value:
            raise NotYet(f"After {timeout_s:g} s: {what}")
        return value

    def fault(self, action: str, error: str, *, times: int) -> None:
        """Make the next calls of an action fail with an error of AWS; 0 takes it back."""
        if self._began_at is None:
            raise NotAvailable("this endpoint cannot be made to fail on demand")
        self._account.cloud.fault(action=action, error=error, times=times)

    def logs(self, name: str) -> list[str]:
        """Return the messages in a function's log group, oldest first."""
        return self._functions.logs(name)

    def next_firings(self, expression: str, *, timezone: str, after: str, count: int) -> list[str]:
        """Return when a schedule fires next after a day, in UTC."""
        cloud = self._account.cloud
        return firings_of(cloud, expression, timezone=timezone, after=after, count=count)

    def missing(self, needs: Iterable[Capability]) -> Sequence[Capability]:
        """Return what of `needs` this account cannot do."""
        return self._abilities.missing(needs)

    def delete(self, name: str) -> None:
        """Delete a function; a missing one is fine."""
        self._functions.delete(name)

    def _remember(self, name: str) -> None:
        """Mark a function as the check's own, unless the learner has one of that name."""
        if name not in self._made and not self._functions.exists(name):
            self._made.add(name)

    def close(self) -> None:
        """Delete what the check made: its functions, their roles, their logs."""
        for name in sorted(self._made):
            # what cannot be deleted must not hide what the check found out
            with contextlib.suppress(ClientError):
                self._functions.delete(name)
                self._functions.delete_logs(name)
                delete_role(self.client("iam"), name)


def digest_of(submitted: tuple[Any, ...], *, otherwise: str) -> str:
    """Return a short digest that tells two answers apart and gives neither away."""
    text = "\n".join(text_of(value) for value in submitted) or otherwise
    return hashlib.sha256(text.encode()).hexdigest()[:DIGEST_LENGTH]


def text_of(value: Any) -> str:
    """Return the text of one submitted value: a function's cell, or the value itself."""
    if callable(value):
        try:
            return cell_text(value)
        except KitError:
            return repr(value)
    return value if isinstance(value, str) else repr(value)


def _next_record(account: Account) -> int | None:
    try:
        return account.next_record()
    except NotAvailable:
        return None
