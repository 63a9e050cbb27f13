"""One invoke of a console: boto3's call, and for events that were handed over, what followed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from helpers.consoles.awaiting import awaited, watched
from helpers.consoles.plain import is_lost
from helpers.consoles.work import Task
from helpers.views.fate import Fate, fate_of
from helpers.views.invocation import Answer
from helpers.views.invoked import Invoked

TYPES = {
    "Wait for the answer (RequestResponse)": "RequestResponse",
    "Hand it over, nobody waits (Event)": "Event",
    "Only ask whether I may (DryRun)": "DryRun",
}
FOLLOWED_S = 20.0
SLACK_S = 5.0


class ConsoleLab(Protocol):
    """What consoles need of a lab: boto3 clients, and what happened in the account."""

    def client(self, service: str) -> Any:
        """Return a boto3 client."""

    def records(self, **equals: Any) -> list[dict[str, Any]]:
        """Return the records whose members equal these; `since` is a sequence number."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """What is sent: the function (a name, or name:qualifier), the type, and the event's text."""

    function: str
    type: str
    event: str
    timeout_s: float = 3.0

    def parameters(self) -> dict[str, Any]:
        """Return the parameters of boto3's `invoke`."""
        name, _, qualifier = self.function.partition(":")
        given: dict[str, Any] = {
            "FunctionName": name,
            "InvocationType": self.type,
            "Payload": self.event.encode("utf-8", "replace"),
        }
        if qualifier:
            given["Qualifier"] = qualifier
        if self.type == "RequestResponse":
            given["LogType"] = "Tail"
        return given

    def words(self) -> str:
        """Return function and type, as a history names them."""
        return f"{self.function}, {self.type}"


def invoke(lab: ConsoleLab, sent: Invocation, task: Task) -> Invoked:
    """Invoke and wait as long as the type wants; raises what boto3 raises, and Cancelled."""
    aws = lab.client("lambda")
    since = next_record(lab) if sent.type == "Event" else None
    response: Mapping[str, Any] = awaited(
        task,
        lambda: aws.invoke(**sent.parameters()),
        at_most_s=sent.timeout_s + SLACK_S,
        what=f"{sent.function} runs" if sent.type == "RequestResponse" else "asking Lambda",
    )
    request_id = str(response["ResponseMetadata"].get("RequestId", ""))
    answer = Answer.from_response(response)
    fate = None if since is None else _followed(lab, request_id, since, task)
    return Invoked(sent.function, answer, request_id, fate)


def _followed(lab: ConsoleLab, request_id: str, since: int, task: Task) -> Fate:
    return watched(
        task,
        lambda: fate_of(lab.records(since=since), request_id),
        lambda fate: fate.settled,
        at_most_s=FOLLOWED_S,
    )


def next_record(lab: ConsoleLab) -> int | None:
    """Return the number that the next record will have; None where nobody keeps records."""
    try:
        records = lab.records()
    except Exception as error:  # an endpoint that is not the kit's has no records
        if is_lost(error):
            raise
        return None
    return int(records[-1]["sequence"]) + 1 if records else 0
