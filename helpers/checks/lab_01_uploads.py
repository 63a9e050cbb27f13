"""Exercise 1.2: the quick start of many articles, made fit for what S3 really sends.

The check stores three photos, sends one event with three records in S3's own form
(docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html), and reads
what the role was denied. Left out: S3 as the sender, which lab 04 is about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import quote_plus

from helpers.checks.outcome import NotYet
from helpers.checks.recorded import recorded
from helpers.checks.roles import execution_role, name_of_role
from helpers.checks.session import Session
from helpers.checks.submission import Did, payload_of, shown

BUCKET = "halftone-uploads"
PRIVATE_BUCKET = "halftone-invoices"
PHOTO = "summer in köln+2.jpg"
KEY = f"c-42/{PHOTO}"
SIZES = {KEY: 2_048, f"c-43/{PHOTO}": 5_120, f"c-44/{PHOTO}": 1_024}
FUNCTION = "check-thumbnail"
ROLE = name_of_role(FUNCTION)

# The learner's file is app.py. This file stands beside it, counts the clients that are made
# while an event is handled, and tries what the role should not allow.
WATCHER = """
import boto3.session
from botocore.exceptions import ClientError

made = 0
make_client = boto3.session.Session.client

def counted(*args, **kwargs):
    global made
    made += 1
    return make_client(*args, **kwargs)

boto3.session.Session.client = counted

import app

def allowed(call, **parameters):
    try:
        call(**parameters)
    except ClientError as refusal:
        return refusal.response["Error"]["Code"] not in ("AccessDenied", "403")
    return True

def attempts():
    s3 = boto3.client("s3")
    yield "read other buckets", s3.get_object, {{"Bucket": "{private}", "Key": "i-1.pdf"}}
    yield "overwrite photos", s3.put_object, {{"Bucket": "{bucket}", "Key": "probe", "Body": b""}}
    yield "delete photos", s3.delete_object, {{"Bucket": "{bucket}", "Key": "probe"}}
    yield "list all photos", s3.list_objects_v2, {{"Bucket": "{bucket}"}}
    yield "read the photos' tags", s3.get_object_tagging, {{"Bucket": "{bucket}", "Key": "{key}"}}

def handler(event, context):
    if "attempts" in event:
        return [what for what, call, parameters in attempts() if allowed(call, **parameters)]
    before = made
    answer = app.{handler}(event, context)
    return {{"answer": answer, "clients": made - before}}
"""


def check_1_2(
    session: Session, did: Did, handler: Callable[..., Any], statement: Mapping[str, Any]
) -> None:
    """Send three photos in one event, twice, then try what the role should not allow."""
    watcher = WATCHER.format(
        private=PRIVATE_BUCKET, bucket=BUCKET, key=KEY, handler=handler.__name__
    )
    package = session.zip(handler, files={"watcher.py": watcher})
    with _photos(session), execution_role(session, FUNCTION, statement) as role:
        session.deploy(package, FUNCTION, Handler="watcher.handler", Role=role, Timeout=15)
        did(f"sent one event with three records, each a photo named {PHOTO!r}")
        first = _handle(session)
        _expect_sizes(first["answer"])
        did("sent the event of three photos twice")
        _expect_one_client(_handle(session)["clients"])
        did("sent the event of three photos twice, then tried what the role should not allow")
        _expect_least_privilege(session.invoke(FUNCTION, {"attempts": True}).payload)


def s3_event(sizes: Mapping[str, int]) -> dict[str, Any]:
    """Return one notification with a record per object, keys encoded as S3 encodes them."""
    return {"Records": [_record(n, key, size) for n, (key, size) in enumerate(sizes.items())]}


def _record(number: int, key: str, size: int) -> dict[str, Any]:
    return {
        "eventVersion": "2.6",
        "eventSource": "aws:s3",
        "awsRegion": "us-east-1",
        "eventTime": f"2026-11-21T08:00:0{number}.000Z",
        "eventName": "ObjectCreated:Put",
        "userIdentity": {"principalId": "AWS:AIDAHALFTONEUPLOADER"},
        "requestParameters": {"sourceIPAddress": "203.0.113.7"},
        "responseElements": {
            "x-amz-request-id": f"C3D13FE58DE4C81{number}",
            "x-amz-id-2": "FMyUVURIY8/IgAtTv8xRjskZQpcIZ9KG4V5Wp6S7S/JRWeUWerMUE5JgHvANOjpD",
        },
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "uploads-to-thumbnail",
            "bucket": {
                "name": BUCKET,
                "ownerIdentity": {"principalId": "A3NL1KOZZKExample"},
                "arn": f"arn:aws:s3:::{BUCKET}",
            },
            "object": {
                "key": quote_plus(key, safe="/"),
                "size": size,
                "eTag": "d41d8cd98f00b204e9800998ecf8427e",
                "sequencer": f"0055AED6DCD90281E{number}",
            },
        },
    }


def _handle(session: Session) -> dict[str, Any]:
    event = s3_event(SIZES)
    # the event's own sizes are wrong on purpose: the answer has to come from the bucket
    for record in event["Records"]:
        record["s3"]["object"]["size"] = 1
    answer = session.invoke(FUNCTION, event)
    asked = _asked(session)
    unknown = [key for key in asked if key and key not in SIZES]
    if unknown:
        raise NotYet(
            f"The function asked S3 for {unknown[0]!r}, and there is no such object.",
            expected=f"the key as it was stored: {KEY!r}.",
            advice="S3 puts keys URL-encoded into the event: a blank as +, and + or ö as % with "
            "digits. Decode the whole key before you use it.",
            hint=2,
        )
    denied = [r for r in recorded(session, kind="decision", allowed=False) if _is_s3(r)]
    if denied:
        raise NotYet(
            f"S3 said no: the role may not {denied[0]['action']} on {denied[0]['resource']}.",
            expected="a role that may read the photos: head_object needs s3:GetObject.",
            advice="Write the action of this line into `statement`, and the objects as resource.",
            hint=3,
        )
    payload: dict[str, Any] = payload_of(
        answer, {"Records": "three photos"}, expected="an answer with three photos.", hint=1
    )
    return payload


def _asked(session: Session) -> list[str]:
    decisions = [r for r in recorded(session, kind="decision") if _is_s3(r)]
    return [r["resource"].partition(":::")[2].partition("/")[2] for r in decisions]


def _is_s3(record: Mapping[str, Any]) -> bool:
    return str(record["action"]).startswith("s3:") and ROLE in str(record["principal"])


def _expect_sizes(answer: Any) -> None:
    wanted = [{"key": key, "size": size} for key, size in SIZES.items()]
    if answer == wanted:
        return
    advice = "Return a list with one dict per record: its decoded key, and ContentLength as size."
    hint = 1
    if isinstance(answer, dict) and "statusCode" in answer:
        advice = (
            "statusCode and body are for callers that speak HTTP. S3 waits for no answer, "
            "so return the plain list."
        )
    elif isinstance(answer, list) and len(answer) < len(wanted):
        advice = f"The event has {len(wanted)} records, the answer {len(answer)}. Loop over them."
    elif isinstance(answer, list) and all(
        isinstance(one, dict) and one.get("size") == 1 for one in answer
    ):
        advice = "Those sizes come from the event, and they are wrong. Ask S3 with head_object."
    raise NotYet(
        f"The answer was {shown(answer)}",
        expected=f"{shown(wanted, longest=240)}, in the order of the records.",
        advice=advice,
        hint=hint,
    )


def _expect_one_client(made: int) -> None:
    if made == 0:
        return
    raise NotYet(
        f"The second event, in the same environment, made {made} new S3 "
        f"{'client' if made == 1 else 'clients'}.",
        expected="none: one client serves every event of its environment.",
        advice="Making a client costs CPU and a new connection. Move it above the handler.",
        hint=1,
    )


def _expect_least_privilege(allowed: Any) -> None:
    if not allowed:
        return
    raise NotYet(
        f"The work is done, but the role may also {' and '.join(allowed)}.",
        expected="a statement that allows s3:GetObject on the photos and nothing else.",
        advice=f"Name the one action, without a star, and as resource arn:aws:s3:::{BUCKET}/*.",
        hint=3,
    )


@contextmanager
def _photos(session: Session) -> Iterator[None]:
    s3 = session.client("s3")
    contents = {BUCKET: SIZES, PRIVATE_BUCKET: {"i-1.pdf": 10}}
    for bucket, sizes in contents.items():
        with suppress(s3.exceptions.BucketAlreadyOwnedByYou, s3.exceptions.BucketAlreadyExists):
            s3.create_bucket(Bucket=bucket)
        for key, size in sizes.items():
            s3.put_object(Bucket=bucket, Key=key, Body=b"x" * size)
    try:
        yield
    finally:
        for bucket, sizes in contents.items():
            for key in (*sizes, "probe"):
                s3.delete_object(Bucket=bucket, Key=key)
        s3.delete_bucket(Bucket=PRIVATE_BUCKET)
