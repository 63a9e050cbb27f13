"""What a check may use: boto3 clients, the learner's answer deployed, and the records.

The same checks run against any endpoint; what an endpoint cannot tell raises NotAvailable.
`helpers.course.checking` implements this on the learner's session. Functions deployed here are
the check's own: they carry names the check chooses and are deleted when it ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from helpers.checks.capability import Capability
from helpers.views.invocation import Answer
from helpers.views.source_file import SourceFile

Source = Callable[..., Any] | str | bytes | SourceFile
Files = Mapping[str, str | bytes]
PATIENT_S = 30
"""A function's Timeout where time is not what is checked: a full room imports boto3 slowly."""


class Session(Protocol):
    """The learner's account, as far as a check may touch it."""

    def client(self, service: str) -> Any:
        """Return a boto3 client; the one for Lambda does not retry."""

    def zip(self, source: Source, *, files: Files | None = None) -> bytes:
        """Return a deployment package of a handler's cell, a text, or a zip itself."""

    def deploy(self, source: Source, name: str, **configuration: Any) -> str:
        """Create or update a function, wait until it is active, return its ARN.

        Its Timeout is PATIENT_S unless the check says otherwise.
        """

    def execution_role(self, function: str, *statements: Mapping[str, Any]) -> str:
        """Return the ARN of a role for `deploy`: the function's own logs, and `statements`."""

    def invoke(self, name: str, event: Any) -> Answer:
        """Invoke synchronously; an untouched stub raises NotStarted."""

    def records(self, **equals: Any) -> Sequence[Mapping[str, Any]]:
        """Return what happened since the check began, e.g. records(kind="environment.init")."""

    def wait_until(self, condition: Callable[[], Any], timeout_s: float, what: str) -> Any:
        """Return the condition's first true value; NotYet with `what` when time is up."""

    def fault(self, action: str, error: str, *, times: int) -> None:
        """Make the next calls of an action fail with an error of AWS; 0 takes it back."""

    def logs(self, name: str) -> list[str]:
        """Return the messages in a function's log group, oldest first."""

    def next_firings(self, expression: str, *, timezone: str, after: str, count: int) -> list[str]:
        """Return when a schedule fires next after a day, in UTC."""

    def missing(self, needs: Iterable[Capability]) -> Sequence[Capability]:
        """Return what of `needs` this account cannot do, in the order of `Capability`."""

    def delete(self, name: str) -> None:
        """Delete a function; a missing one is fine."""
