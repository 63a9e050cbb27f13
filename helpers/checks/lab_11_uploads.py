"""Exercise 11.3: a permission by which one bucket, and only it, may invoke a function.

Our bucket is really connected and sends a real event. Strangers are asked of IAM's policy
simulator, which takes no services as callers: a stand-in carries the conditions of the call.
Left out: aliases, and PutResourcePolicy.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError

from helpers.checks.outcome import NotYet
from helpers.checks.session import Session
from helpers.checks.submission import Did, shown

FUNCTION = "check-uploads"
BUCKET, ACCOUNT, STRANGER = "halftone-uploads", "123456789012", "210987654321"
S3 = "s3.amazonaws.com"
STAND_IN = f"arn:aws:iam::{ACCOUNT}:user/stand-in"
PHOTO = "check/photo.jpg"
CODE = "def handler(event, context):\n    return len(event['Records'])\n"
NOTHING = {"Effect": "Deny", "Action": "none:None", "Resource": "*"}


@dataclass(frozen=True, slots=True)
class Stranger:
    """Somebody who must not get in."""

    words: str
    bucket: str
    account: str


STRANGERS = (
    Stranger(f"the bucket strangers-photos in account {STRANGER}", "strangers-photos", STRANGER),
    Stranger("the bucket halftone-invoices in our account", "halftone-invoices", ACCOUNT),
    Stranger(f"the bucket {BUCKET}-old in our account", f"{BUCKET}-old", ACCOUNT),
    Stranger(f"a bucket of our name in account {STRANGER}", BUCKET, STRANGER),
)


def check_11_3(session: Session, did: Did, permission: Mapping[str, Any]) -> None:
    """Connect our bucket and send a photo; ask about six others."""
    arn = session.deploy(CODE, FUNCTION)
    did("added your permission to a new function")
    _add(session, permission)
    policy = json.loads(session.client("lambda").get_policy(FunctionName=FUNCTION)["Policy"])
    _expect_the_service(policy)
    did("added your permission, then asked who gets in")
    for stranger in STRANGERS:
        if _let_in(session, policy, arn, stranger):
            raise NotYet(
                f"S3 may call the function for {stranger.words}.",
                expected=f"only for {BUCKET}, and only if account {ACCOUNT} owns it.",
                advice=_missing(permission),
                hint=2,
            )
    did("asked who gets in, then put a photo into our bucket")
    _expect_a_photo(session, arn)


def _add(session: Session, permission: Mapping[str, Any]) -> None:
    try:
        session.client("lambda").add_permission(**{**permission, "FunctionName": FUNCTION})
    except (ClientError, ParamValidationError, TypeError) as refusal:
        raise NotYet(
            f"add_permission refused {shown(permission)}: {refusal}",
            expected="a dict with StatementId, Action, Principal and what limits the source.",
            hint=3,
        ) from None


def _expect_the_service(policy: Mapping[str, Any]) -> None:
    for statement in policy["Statement"]:
        principal = statement["Principal"]
        if principal == {"Service": S3} and statement["Action"] == "lambda:InvokeFunction":
            continue
        if principal == {"Service": S3}:
            raise NotYet(
                f"The permission allows {statement['Action']}.",
                expected="lambda:InvokeFunction, which is all that S3 does with a function.",
                hint=3,
            )
        raise NotYet(*_about(principal), hint=1)


def _about(principal: Any) -> tuple[str]:
    named = principal if isinstance(principal, str) else next(iter(principal.values()))
    if named == "*":
        return (
            "The permission is for *: everybody, also who is no service. Whatever condition "
            f"stands beside it, name the one who calls, {S3}.",
        )
    if ":role/" in named:
        return (
            f"The permission is for {named}. An execution role is what a function may do, "
            f"which S3 never checks before it calls you. S3 calls as {S3}.",
        )
    return (f"The permission is for {named}. S3 calls as {S3}.",)


def _missing(permission: Mapping[str, Any]) -> str:
    if "SourceArn" not in permission:
        return "Which bucket? SourceArn says it: arn:aws:s3:::NAME."
    if "SourceAccount" not in permission:
        return (
            "The ARN of a bucket holds no account, and names of deleted buckets are free for "
            "others. SourceAccount says whose bucket it must be."
        )
    return "Name the bucket in full, and the account. A star lets in what begins alike."


def _let_in(
    session: Session, policy: Mapping[str, Any], function_arn: str, stranger: Stranger
) -> bool:
    asked = {"aws:SourceArn": f"arn:aws:s3:::{stranger.bucket}"}
    asked["aws:SourceAccount"] = stranger.account
    answer = session.client("iam").simulate_custom_policy(
        PolicyInputList=[json.dumps({"Version": "2012-10-17", "Statement": [NOTHING]})],
        ResourcePolicy=json.dumps(_with_stand_in(policy)),
        CallerArn=STAND_IN,
        ActionNames=["lambda:InvokeFunction"],
        ResourceArns=[function_arn],
        ContextEntries=[
            {"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": "string"}
            for key, value in asked.items()
        ],
    )
    return bool(answer["EvaluationResults"][0]["EvalDecision"] == "allowed")


def _with_stand_in(policy: Mapping[str, Any]) -> dict[str, Any]:
    statements = [{**one, "Principal": {"AWS": STAND_IN}} for one in policy["Statement"]]
    return {**policy, "Statement": statements}


def _expect_a_photo(session: Session, function_arn: str) -> None:
    s3 = session.client("s3")
    rule = {"LambdaFunctionArn": function_arn, "Events": ["s3:ObjectCreated:*"]}
    with _bucket(s3):
        try:
            s3.put_bucket_notification_configuration(
                Bucket=BUCKET, NotificationConfiguration={"LambdaFunctionConfigurations": [rule]}
            )
        except ClientError:
            raise NotYet(
                f"S3 may not call the function for {BUCKET} of account {ACCOUNT}.",
                expected="our own bucket to get in.",
                advice=f"The source of an S3 event is the bucket, arn:aws:s3:::{BUCKET}, and not "
                "an object in it. Compare name and account letter by letter.",
                hint=2,
            ) from None
        s3.put_object(Bucket=BUCKET, Key=PHOTO, Body=b"JPEG")
        session.wait_until(
            lambda: session.records(kind="invocation.started", function=FUNCTION),
            10,
            "the photo in our bucket did not arrive as an event",
        )


@contextmanager
def _bucket(s3: Any) -> Iterator[None]:
    """Make our bucket if it is missing, and put its settings back at the end."""
    with suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(Bucket=BUCKET)
    before = s3.get_bucket_notification_configuration(Bucket=BUCKET)
    before.pop("ResponseMetadata")
    try:
        yield
    finally:
        s3.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration=before)
        s3.delete_object(Bucket=BUCKET, Key=PHOTO)
