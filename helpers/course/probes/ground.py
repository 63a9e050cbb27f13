"""What a probe stands on: clients, names nobody else has, waiting, and removal at the end."""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from helpers.cloud.errors import KitError
from helpers.course.account import Account
from helpers.course.functions import Functions
from helpers.course.narration import silence
from helpers.course.roles import delete_role, ensure_role
from helpers.course.waiting import first_true
from helpers.views.invocation import Answer

PREFIX = "coldstart-probe"
THROTTLED = "TooManyRequestsException"
WAIT_S = 10.0
"""How long a probe waits for what AWS does within a second or two."""


class Ground:
    """The place of one probe, from its first call to `close`."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._functions = Functions(account.client, account.place, silence)
        self._own = secrets.token_hex(4)
        self._removals: list[Callable[[], Any]] = []

    def client(self, service: str) -> Any:
        """Return a boto3 client; the one for Lambda does not retry."""
        return self._account.client(service)

    def name(self, what: str) -> str:
        """Return a name for a resource of this probe: nobody else has it."""
        return f"{PREFIX}-{self._own}-{what}"

    def arn(self, service: str, resource: str) -> str:
        """Return the ARN of a resource of this account, e.g. `arn("sqs", ground.name("in"))`."""
        place = self._account.place
        return f"arn:aws:{service}:{place.region}:{place.account_id}:{resource}"

    def function(
        self,
        source: str | bytes,
        what: str,
        *statements: Mapping[str, Any],
        **configuration: Any,
    ) -> str:
        """Deploy a zip, or a text as app.py (its handler: `handler`); return the function's name.

        Its role allows the function's own logs, and `statements`.
        """
        name = self.name(what)
        self.later(lambda: self._remove_function(name))
        iam = self.client("iam")
        role = ensure_role(iam, name, self._account.place, *statements, say=silence)
        self._functions.deploy(source, name, {"Role": role, **configuration})
        return name

    def invoke(self, function: str, event: Any = None, *, qualifier: str | None = None) -> Answer:
        """Invoke synchronously with the log's tail; wait while another probe fills the account."""

        def answer() -> Answer | None:
            try:
                return self._functions.invoke(function, event, qualifier=qualifier)
            except ClientError as refusal:
                if refusal.response["Error"]["Code"] != THROTTLED:
                    raise
                return None

        answered: Answer | None = self.wait_for(answer)
        if answered is None:
            raise KitError(f"{function} was throttled for {WAIT_S:g} s.", anchor="waited")
        return answered

    def logs(self, function: str) -> list[str]:
        """Return the messages in a function's log group, oldest first."""
        return self._functions.logs(function)

    def later(self, removal: Callable[[], Any]) -> None:
        """Keep a call for the end, e.g. `later(lambda: sqs.delete_queue(QueueUrl=url))`."""
        self._removals.append(removal)

    def wait_for(self, condition: Callable[[], Any], *, timeout_s: float = WAIT_S) -> Any:
        """Return the condition's first true value, or its last false one when time is up."""
        return first_true(condition, timeout_s)

    def let_pass(self, seconds: float) -> None:
        """Let time pass, where the account's own doings are what is watched."""
        time.sleep(seconds)

    def close(self) -> None:
        """Remove what was made, the last first; what cannot be removed stops nothing."""
        while self._removals:
            with contextlib.suppress(ClientError, KitError, OSError):
                self._removals.pop()()

    def _remove_function(self, name: str) -> None:
        self._functions.delete(name)
        self._functions.delete_logs(name)
        delete_role(self.client("iam"), name)


Probe = Callable[[Ground], bool]
"""Says whether an account behaves as AWS does; whatever it raises counts as no."""
