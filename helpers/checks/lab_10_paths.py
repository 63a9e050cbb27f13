"""Exercise 10.6: six functions lose what fails; with the learner's repairs all six are found.

Each function fails for its one event, and each is repaired in another place. The check puts the
repairs where they belong, sends the events, and counts what is in the queue in the end.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError

from helpers.checks.lab_10_failures import QUEUE_ARN, shop_queue
from helpers.checks.outcome import NotStarted, NotYet
from helpers.checks.queues import Queue, lasting, mapped, may_poll, queue
from helpers.checks.roles import POLICY_NAME, execution_role, name_of_role
from helpers.checks.session import Session
from helpers.checks.submission import Did, shown

SEND = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": QUEUE_ARN}
NOTHING = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": f"{QUEUE_ARN}-of-old"}
TO_QUEUE = {"OnFailure": {"Destination": QUEUE_ARN}}
READS = ("DescribeStream", "DescribeStreamSummary", "GetRecords", "GetShardIterator", "ListShards")
WITHIN_S = 60
FAILS = """
def handler(event, context):
    raise ConnectionError("the neighbour does not answer")
"""
CATCHES_ALL = """
def handler(event, context):
    try:
        raise ConnectionError("the neighbour does not answer")
    except Exception as fault:
        return {"statusCode": 500, "body": str(fault)}
"""
WHERE = {
    "charge-card": "Nothing is configured for its asynchronous events.",
    "thumbnail": "Its events go to the alias live. A configuration is for one qualifier, and that "
    "of the function is not that of its alias.",
    "place-order": "It has a destination. For Lambda, an exception that the code catches is none.",
    "nightly-report": "It has a destination, and Lambda sends with the function's role.",
    "print-job": "A queue invokes it. Where does a queue put what always fails?",
    "stock-watch": "A stream invokes it. Its mapping tries until the record is too old.",
}


@dataclass(frozen=True, slots=True)
class Failing:
    """A function with its repair: how its event is sent, and whether nothing more can come."""

    send: Callable[[], Any]
    is_gone: Callable[[], bool]


def check_10_6(session: Session, did: Did, repairs: Mapping[str, Any]) -> None:
    """Put the repairs in place, let six events fail, and count what can be found."""
    if not isinstance(repairs, Mapping) or repairs.keys() - WHERE.keys():
        raise NotYet(
            f"repairs is {shown(repairs)}",
            expected=f"a dict with these functions: {', '.join(WHERE)}.",
            hint=1,
        )
    if not repairs:
        raise NotStarted
    did(f"let six functions fail, {len(repairs)} of them with a repair")
    with shop_queue(session) as found, ExitStack() as stack:
        failing = {
            name: stack.enter_context(_PLACES[name](session, name, repairs.get(name)))
            for name in WHERE
        }
        for one in failing.values():
            one.send()
        lost = _lost(session, found, failing)
    did(f"let six functions fail; {len(WHERE) - len(lost)} of six events were found again")
    if lost:
        raise NotYet(
            f"Nothing was found of: {', '.join(lost)}.",
            expected="something in the queue from each of the six.",
            advice=f"{lost[0]}: {WHERE[lost[0]]}",
            hint=2,
        )


def _lost(session: Session, found: Queue, failing: Mapping[str, Failing]) -> list[str]:
    """Return whose event is not in the queue, once no more can come."""
    seen: set[str] = set()
    # looked at several times in a row: what is on its way to the queue arrives meanwhile
    is_gone = {name: lasting(one.is_gone) for name, one in failing.items()}

    def all_ended() -> bool:
        bodies = found.bodies()
        seen.update(name for name in WHERE if any(_function(name) in body for body in bodies))
        _expect_own_fault([body for body in bodies if _function("place-order") in body])
        coming = [name for name in WHERE if name not in seen and not is_gone[name]()]
        return not coming

    session.wait_until(
        all_ended, WITHIN_S, "some events were still tried again. Are your limits small enough?"
    )
    return [name for name in WHERE if name not in seen]


def _expect_own_fault(records: list[str]) -> None:
    """Raise where place-order's new code fails, and not with what it used to catch."""
    if records and not any('"ConnectionError"' in record for record in records):
        error = json.loads(records[0]).get("responsePayload", {})
        raise NotYet(
            f"place-order failed with {error.get('errorType')}: {error.get('errorMessage')}",
            expected="ConnectionError, which its code met all the time and caught.",
            advice="Change what stands behind except, and leave the rest of the code.",
            hint=3,
        )


def _function(name: str) -> str:
    return f"check-{name}"


@contextmanager
def _refusals(name: str) -> Iterator[None]:
    try:
        yield
    except (ClientError, ParamValidationError, TypeError) as refusal:
        words = refusal.response["Error"]["Message"] if isinstance(refusal, ClientError) else None
        raise NotYet(
            f"The repair of {name} was refused: {words or refusal}",
            expected="what the exercise's table names for it.",
            hint=3,
        ) from None


def _is_over(session: Session, name: str) -> bool:
    """Tell whether an asynchronous event is over, whatever became of it."""
    records = session.records(function=_function(name))
    return any(
        r["kind"] in ("event.sent_on", "event.dropped")
        or (r["kind"] == "invocation.finished" and r["status"] == "success")
        for r in records
    )


@contextmanager
def _asynchronous(
    session: Session, name: str, *settings: Any, code: Any = FAILS, may: Any = SEND
) -> Iterator[Failing]:
    """Make a function and its alias live, put settings one after the other, then set its role.

    The check turns retries off where the settings say nothing of them, so that nobody waits.
    """
    client, function = session.client("lambda"), _function(name)
    call = {"Qualifier": "live"} if name == "thumbnail" else {}
    with execution_role(session, function, SEND) as role:
        session.deploy(code, function, Role=role)
        version = client.publish_version(FunctionName=function)["Version"]
        client.create_alias(FunctionName=function, Name="live", FunctionVersion=version)
        with _refusals(name):
            for one in ({**call}, *settings):
                config = {"MaximumRetryAttempts": 0, **(one or {}), "FunctionName": function}
                client.put_function_event_invoke_config(**config)
            _set_role(session, function, may)
        send = partial(client.invoke, FunctionName=function, InvocationType="Event", **call)
        yield Failing(partial(send, Payload="{}"), partial(_is_over, session, name))


def _set_role(session: Session, function: str, statement: Any) -> None:
    document = {"Version": "2012-10-17", "Statement": [statement]}
    session.client("iam").put_role_policy(
        RoleName=name_of_role(function), PolicyName=POLICY_NAME, PolicyDocument=json.dumps(document)
    )


def _charge_card(session: Session, name: str, repair: Any) -> AbstractContextManager[Failing]:
    return _asynchronous(session, name, *([repair] if repair else []))


def _thumbnail(session: Session, name: str, repair: Any) -> AbstractContextManager[Failing]:
    on_function = {"DestinationConfig": TO_QUEUE}
    return _asynchronous(session, name, on_function, *([repair] if repair else []))


def _place_order(session: Session, name: str, repair: Any) -> AbstractContextManager[Failing]:
    return _asynchronous(session, name, {"DestinationConfig": TO_QUEUE}, code=repair or CATCHES_ALL)


def _nightly_report(session: Session, name: str, repair: Any) -> AbstractContextManager[Failing]:
    return _asynchronous(session, name, {"DestinationConfig": TO_QUEUE}, may=repair or NOTHING)


@contextmanager
def _print_job(session: Session, name: str, repair: Any) -> Iterator[Failing]:
    function = _function(name)
    if isinstance(repair, Mapping) and isinstance(repair.get("RedrivePolicy"), Mapping):
        raise NotYet(
            f"The RedrivePolicy of {name} is a dict.",
            expected="a text: the attributes of a queue are texts.",
            advice="json.dumps makes one of it.",
            hint=3,
        )
    with ExitStack() as stack:
        with _refusals(name):
            attributes = {"VisibilityTimeout": "1", **(repair or {})}
        jobs = stack.enter_context(queue(session, "check-print-jobs", attributes))
        role = stack.enter_context(execution_role(session, function, may_poll(jobs)))
        session.deploy(FAILS, function, Role=role, Timeout=1)
        stack.enter_context(mapped(session, function, jobs, {"BatchSize": 1}, hint=3))
        yield Failing(
            partial(jobs.send, function),
            lambda: "RedrivePolicy" not in attributes or jobs.holds() == 0,
        )


@contextmanager
def _stock_watch(session: Session, name: str, repair: Any) -> Iterator[Failing]:
    function, client = _function(name), session.client("kinesis")
    stream = f"check-stock-{secrets.token_hex(4)}"
    client.create_stream(StreamName=stream, ShardCount=1)
    try:
        client.get_waiter("stream_exists").wait(StreamName=stream)
        found = client.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]
        arn = str(found["StreamARN"])
        reads = {"Effect": "Allow", "Action": [f"kinesis:{a}" for a in READS], "Resource": arn}
        with execution_role(session, function, reads, SEND) as role:
            session.deploy(FAILS, function, Role=role)
            with _refusals(name):
                settings = {"StartingPosition": "TRIM_HORIZON", **(repair or {})}
            source = Queue(None, "", arn)
            with mapped(session, function, source, settings, hint=3) as mapping:
                is_over = _end_of(session, mapping)
                yield Failing(
                    partial(client.put_record, StreamName=stream, PartitionKey="k", Data=b"{}"),
                    lambda: is_over is None or bool(session.records(kind=is_over, mapping=mapping)),
                )
    finally:
        client.delete_stream(StreamName=stream)


def _end_of(session: Session, mapping: str) -> str | None:
    """Return the kind of record that a mapping ends its tries with; None when it has no end."""
    found = session.client("lambda").get_event_source_mapping(UUID=mapping)
    limits = (found.get("MaximumRetryAttempts", -1), found.get("MaximumRecordAgeInSeconds", -1))
    if limits == (-1, -1):
        return None
    kept = (found.get("DestinationConfig") or {}).get("OnFailure")
    return "batch.sent_on" if kept else "batch.dropped"


_PLACES: Mapping[str, Callable[[Session, str, Any], AbstractContextManager[Failing]]] = {
    "charge-card": _charge_card,
    "thumbnail": _thumbnail,
    "place-order": _place_order,
    "nightly-report": _nightly_report,
    "print-job": _print_job,
    "stock-watch": _stock_watch,
}
