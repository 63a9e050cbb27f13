"""Records as an account tells them, made by hand: queues, streams and decisions of IAM."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

from helpers.cloud import records
from helpers.cloud.policy import (
    Policies,
    PolicyType,
    Principal,
    Request,
    evaluate,
    hear,
    parse_policy,
)
from helpers.cloud.records import Entry, Record

ACCOUNT = "123456789012"
QUEUE = f"arn:aws:sqs:us-east-1:{ACCOUNT}:print-jobs"
DEAD = f"arn:aws:sqs:us-east-1:{ACCOUNT}:print-jobs-dlq"
STREAM = f"arn:aws:kinesis:us-east-1:{ACCOUNT}:stream/clicks"
SHARD = "shardId-000000000001"
FIRST_MOMENT = 1_000.0


def entries(*told: Record) -> list[dict[str, Any]]:
    """Return records as the endpoint shows them, a second apart."""
    moments = itertools.count(FIRST_MOMENT)
    return [Entry(number, next(moments), record).as_json() for number, record in enumerate(told, 1)]


def sent(*ids: str, queue: str = QUEUE, delay_s: float = 0.0) -> list[Record]:
    """Messages are in the queue."""
    return [records.MessagesSent(queue=queue, messages=(one,), delay_s=delay_s) for one in ids]


def received(*ids: str, hidden_s: float = 30.0, queue: str = QUEUE) -> Record:
    """Messages are handed out."""
    return records.MessagesReceived(queue=queue, messages=ids, hidden_s=hidden_s)


def deleted(*ids: str) -> Record:
    """Messages are deleted."""
    return records.MessagesDeleted(queue=QUEUE, messages=ids)


def dead(*ids: str, receives: int = 3) -> Record:
    """Messages move to the dead-letter queue."""
    return records.MessagesDeadLettered(queue=QUEUE, messages=ids, target=DEAD, receives=receives)


def of_queue(kind: Any, *ids: str, function: str = "print-job", **members: Any) -> Record:
    """Something happens to a batch of the queue's mapping."""
    made: Record = kind(
        mapping="m-1", function=function, source=QUEUE, count=len(ids), messages=ids, **members
    )
    return made


def begun(*ids: str, run: str) -> list[Record]:
    """A batch is received and goes to the function."""
    return [received(*ids), of_queue(records.BatchInvoked, *ids, request_id=run)]


def served(ids: Sequence[str], *, failed: Iterable[str] = (), reason: str = "") -> list[Record]:
    """A batch is received and invoked; what did not fail is deleted."""
    bad = [one for one in ids if one in set(failed)]
    good = [one for one in ids if one not in set(failed)]
    told = [
        received(*ids),
        of_queue(records.BatchPolled, *ids),
        of_queue(records.BatchInvoked, *ids, request_id="r"),
    ]
    if good:
        told += [deleted(*good), of_queue(records.BatchDeleted, *good)]
    if bad:
        told.append(of_queue(records.BatchReturned, *bad, reason=reason or "ValueError"))
    return told


def of_shard(kind: Any, begin: int, end: int, /, **members: Any) -> Record:
    """Something happens to records of a shard."""
    made: Record = kind(
        **{
            "mapping": "m-2",
            "function": "clicks",
            "source": STREAM,
            "shard": SHARD,
            "count": end - begin + 1,
            "positions": ((begin, end),),
            **members,
        }
    )
    return made


def tried(first: int, last: int, *, age_ms: float = 10.0) -> Record:
    """A batch of a shard goes to the function."""
    return of_shard(
        records.BatchInvoked, first, last, request_id=f"r-{first}", iterator_age_ms=age_ms
    )


def bisected(poison: int, first: int, last: int, *, retries: int = 2) -> list[Record]:
    """Halve a batch until the poison record is alone, and give it up after its retries."""
    told = [tried(first, last)]
    if not first <= poison <= last:
        return [*told, of_shard(records.BatchSucceeded, first, last)]
    if first == last:
        for attempt in range(1, retries + 1):
            told.append(
                of_shard(
                    records.BatchRetried, first, last, attempts=attempt, wait_s=1.0, reason="E"
                )
            )
            told.append(tried(first, last))
        reason = "RetryAttemptsExhausted"
        return [*told, of_shard(records.BatchDropped, first, last, attempts=9, reason=reason)]
    middle = first + (last - first + 2) // 2
    told.append(of_shard(records.BatchSplit, first, last, first=middle - first))
    halves = (bisected(poison, a, b) for a, b in ((first, middle - 1), (middle, last)))
    return [*told, *itertools.chain.from_iterable(halves)]


def session(role: str, name: str) -> Principal:
    """Return the session of a role."""
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{name}"
    return Principal(arn, ACCOUNT)


def decided(
    action: str,
    resource: str,
    *statements: dict[str, Any],
    who: Principal | None = None,
    context: dict[str, object] | None = None,
    kind: PolicyType = PolicyType.IDENTITY,
) -> Record:
    """A call is decided by one policy named work, with these statements."""
    principal = who or session("thumb-role", "thumbnail")
    request = Request(principal, action, resource, context or {})
    policies = Policies()
    if statements:
        named = ("work", parse_policy({"Version": "2012-10-17", "Statement": [*statements]}, kind))
        policies = Policies(resource=named) if kind.of_resource else Policies(identity=(named,))
    decision = evaluate(request, policies)
    return records.Decided(
        principal=principal.arn,
        action=action,
        resource=resource,
        allowed=decision.allowed,
        reason=decision.message(),
        statement=decision.deciding_statement(),
        policies=hear(request, policies),
        policy_type=str(decision.policy_type),
        source=str(request.context.get("aws:SourceArn", "")),
    )


def allow(action: Any, resource: Any, **more: Any) -> dict[str, Any]:
    """Return an Allow statement."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}
