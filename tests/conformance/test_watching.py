"""The views of queues, streams and policies, over what a real account records."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from helpers.views import decision_view, least_policy, queue_view, stream_view
from tests.conformance.roles import make_role
from tests.conformance.sources import Sources, sources_in
from tests.waiting import until

REPORT = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}
NAMED = (
    "    return {'batchItemFailures': [{'itemIdentifier': r['messageId']}"
    " for r in event['Records'] if r['body'] == '3']}\n"
)
POISON = (
    "    import base64\n"
    "    if any(base64.b64decode(r['kinesis']['data']) == b'3' for r in event['Records']):\n"
    "        raise ValueError('poison')\n"
)
READS = (
    "    import boto3\n"
    "    s3 = boto3.client('s3')\n"
    "    try:\n"
    "        s3.get_object(Bucket=event['bucket'], Key='a*.txt')\n"
    "        s3.delete_object(Bucket=event['bucket'], Key='a*.txt')\n"
    "    except Exception as error:\n"
    "        return str(error)\n"
    "    return 'both'\n"
)


@pytest.fixture
def lab(account_with: Callable[..., Any]) -> Sources:
    """An account in which a minute lasts a tenth of a second."""
    return sources_in(account_with)


def told(lab: Sources) -> list[dict[str, Any]]:
    """Return all records of the account."""
    return list(lab.cloud.records()["records"])


def test_a_queue_is_drawn_as_it_went(lab: Sources):
    """Messages of one batch, the one that is reported again and again, and where it ended."""
    dead_url, dead_arn = lab.queue()
    redrive = json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": 2})
    url, arn = lab.queue(VisibilityTimeout="3", RedrivePolicy=redrive)
    lab.send(url, *"12345")
    name = lab.deploy(NAMED, Timeout=1)
    lab.map(name, arn, **REPORT)
    until(lambda: lab.left(dead_url) == 1)
    queue, dead = (one.rsplit(":", 1)[1] for one in (arn, dead_arn))

    assert (
        f"Queue {queue}, read by {name}: 5 messages\n"
        "visible 0 · in flight 0 · deleted 4 · dead 1\n"
        "  messages 1–2, 4–5  received once: processed → deleted\n"
        f"  message 3          received twice: reported as failed × 2 → dead, in {dead}"
    ) == repr(queue_view(told(lab), queue=queue))
    assert f"Queue {dead}: 1 message\nvisible 1 " in repr(queue_view(told(lab), queue=dead_arn))


def test_a_stream_is_drawn_as_it_went(lab: Sources):
    """The batch is halved until the poison record is alone, which is given up."""
    arn, name = lab.stream(), lab.deploy(POISON)
    lab.put(arn, 1, 2, 3, 4)
    mapping = lab.map(
        name, arn, BatchSize=4, BisectBatchOnFunctionError=True, MaximumRetryAttempts=1
    )
    lab.told(mapping, "succeeded", 3)
    until(lambda: "checkpoint 4 of 4" in stream_view(told(lab), stream=arn).text)

    assert (
        "shard 0: checkpoint 4 of 4 · given up 1\n"
        "  records 1–4  ValueError: split 2 + 2\n"
        "  records 1–2  processed\n"
        "  records 3–4  ValueError: split 1 + 1\n"
        "  record 3     ValueError: again\n"
        "  record 3     given up: RetryAttemptsExhausted\n"
        "  record 4     processed"
    ) == stream_view(told(lab), stream=arn).text


def test_filtered_records_of_a_shard_keep_their_places(lab: Sources):
    """The filters pass over them, and the batch holds what lies between."""
    arn, name = lab.stream(), lab.deploy()
    lab.put(arn, {"n": 1}, {"n": 2}, {"n": 3}, {"n": 2})
    pattern = {"Pattern": json.dumps({"data": {"n": [1, 3]}})}
    mapping = lab.map(name, arn, FilterCriteria={"Filters": [pattern]})
    lab.told(mapping, "succeeded", 2)

    assert (
        "shard 0: checkpoint 4 of 4 · filtered out 2\n  records 1, 3  processed"
    ) == stream_view(told(lab), stream=arn).text


def test_the_least_policy_is_enough_and_no_more(lab: Sources):
    """A role that has only what the records propose does the same, logs included."""
    s3 = lab.account.client("s3")
    role = make_role(lab.iam, ["logs:*", "s3:GetObject"], resource="*")
    role_name = role.rpartition("/")[2]
    name = lab.deploy(READS, Role=role)
    bucket = f"b-{name.lower().replace('_', '-')}"[:60]
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="a*.txt", Body=b"x")

    def answer() -> str:
        payload = json.dumps({"bucket": bucket}).encode()
        found = lab.functions.invoke(FunctionName=name, Payload=payload)["Payload"].read()
        return str(json.loads(found))

    assert "s3:DeleteObject" in answer()
    lab.seen(name)
    before = told(lab)
    proposed = least_policy(before, name)
    for policy in lab.iam.list_role_policies(RoleName=role_name)["PolicyNames"]:
        lab.iam.delete_role_policy(RoleName=role_name, PolicyName=policy)
    lab.iam.put_role_policy(
        RoleName=role_name, PolicyName="least", PolicyDocument=proposed.document
    )

    assert "s3:DeleteObject" in answer()
    lab.seen(name, 2)
    denied = decision_view(told(lab), principal=f"/{name}", action="DeleteObject")
    assert f"arn:aws:s3:::{bucket}/a${{*}}.txt" in proposed.document
    assert "least (identity-based policy) says nothing about the action" in denied.text
