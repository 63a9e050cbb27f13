"""Exercise 4.1: a bucket that calls a function for each photo, and for nothing else.

First one event by hand, with two records; then the bucket itself, connected by the learner's
notification and permission. S3 pushes before PutObject answers, so what was called is known.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError

from helpers.checks import lab_04_tile
from helpers.checks.buckets import Bucket, bucket
from helpers.checks.lab_01_uploads import s3_event
from helpers.checks.lab_04_tile import tile
from helpers.checks.outcome import NotYet
from helpers.checks.pushes import permit, pushed, try_once, wait_for_runs
from helpers.checks.roles import execution_role, name_of_role
from helpers.checks.session import Session
from helpers.checks.submission import Did, payload_of, shown

BUCKET, STRANGER = "halftone-uploads", "halftone-uploads-copy"
FUNCTION = "check-thumbnail"
TILE = inspect.getsource(lab_04_tile)
"""The file tile.py of the learner's package."""
SUMMER, CAT = "uploads/c-42/summer in köln+2.jpg", "uploads/c-43/cat.jpg"
UNWANTED = ("uploads/c-42/notes.txt", "drafts/cat.jpg", "uploads/c-42/cat.jpg.bak")


def check_4_1(
    session: Session,
    did: Did,
    handler: Callable[..., Any],
    notification: Mapping[str, Any],
    permission: Mapping[str, Any],
) -> None:
    """Send one event with two records, then let the bucket call for good and bad keys."""
    _expect_dict("notification", notification, hint=2)
    _expect_dict("permission", permission, hint=3)
    package = session.zip(handler, files={"tile.py": TILE})
    with (
        bucket(session, BUCKET) as uploads,
        bucket(session, STRANGER) as stranger,
        execution_role(session, FUNCTION, *_may(uploads)) as role,
    ):
        where = f"app.{handler.__name__}"
        function = session.deploy(package, FUNCTION, Handler=where, Role=role)
        try_once(session, FUNCTION)
        _by_hand(session, did, uploads)
        permit(session, FUNCTION, permission, hint=3)
        _connect(uploads, function, notification, permission)
        _expect_only_this_bucket(stranger, function, notification)
        _through_the_bucket(session, did, uploads)


def thumbnail_of(key: str) -> str:
    """Return the key of a photo's thumbnail."""
    return key.replace("uploads/", "thumbnails/", 1).removesuffix(".jpg") + ".png"


def _expect_dict(name: str, value: Any, *, hint: int) -> None:
    if not isinstance(value, Mapping):
        raise NotYet(f"{name} is {shown(value)}", expected="a dict of settings.", hint=hint)


def _may(uploads: Bucket) -> list[dict[str, Any]]:
    return [
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{uploads.arn}/uploads/*"},
        {"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"{uploads.arn}/thumbnails/*"},
    ]


def _by_hand(session: Session, did: Did, uploads: Bucket) -> None:
    photos = {SUMMER: b"summer", CAT: b"cat"}
    for key, photo in photos.items():
        uploads.put(key, photo)
    did("sent one event with two records")
    answer = session.invoke(FUNCTION, s3_event({key: len(body) for key, body in photos.items()}))
    _expect_decoded(session)
    _expect_allowed(session)
    payload_of(answer, {"Records": "two photos"}, expected="two thumbnails.", hint=1)
    _expect_thumbnails(uploads, photos, hint=1)
    uploads.delete(*uploads.keys("thumbnails/"))


def _denials(session: Session) -> list[Mapping[str, Any]]:
    return [
        record
        for record in session.records(kind="decision", allowed=False)
        if name_of_role(FUNCTION) in str(record["principal"])
    ]


def _expect_decoded(session: Session) -> None:
    asked = [str(r["resource"]) for r in session.records(kind="decision", action="s3:GetObject")]
    undecoded = [key.partition(":::")[2] for key in asked if "summer+" in key or "%C3" in key]
    if undecoded:
        raise NotYet(
            f"The function asked S3 for {undecoded[0]!r}, and there is no such object.",
            expected=f"the key as it was stored: {SUMMER!r}.",
            advice="S3 puts keys URL-encoded into the event. Decode the key before you use it.",
            hint=1,
        )


def _expect_allowed(session: Session) -> None:
    denied = _denials(session)
    if denied:
        raise NotYet(
            f"The role may not {denied[0]['action']} on {denied[0]['resource']}.",
            expected="photos read under uploads/, and thumbnails written under thumbnails/.",
            advice="Whatever is written under uploads/ calls the function again. Take another "
            "prefix: the role allows thumbnails/.",
            hint=1,
        )


def _expect_thumbnails(uploads: Bucket, photos: Mapping[str, bytes], *, hint: int) -> None:
    wanted = {thumbnail_of(key): body for key, body in photos.items()}
    found = uploads.keys("thumbnails/")
    missing = [key for key in wanted if key not in found]
    if missing:
        advice = "Replace uploads/ by thumbnails/ and .jpg by .png, and keep the rest of the key."
        if not found:
            advice = "For each record, store what tile(photo) returns under thumbnails/."
        elif len(missing) < len(wanted):
            advice = "One event can hold several records. Loop over them."
        raise NotYet(
            f"There is no {missing[0]!r}. Under thumbnails/ there "
            + (f"is {', '.join(map(repr, found))}." if found else "is nothing."),
            expected=f"a thumbnail for each of {len(wanted)} photos.",
            advice=advice,
            hint=hint,
        )
    for key, photo in wanted.items():
        if uploads.get(key) != tile(photo):
            raise NotYet(
                f"{key!r} does not hold what tile(photo) returns for this photo.",
                expected="the PNG that tile makes of the photo's bytes.",
                advice="Read the photo's body, give the bytes to tile, and store what it returns.",
                hint=hint,
            )


def _connect(
    uploads: Bucket, function: str, notification: Mapping[str, Any], permission: Mapping[str, Any]
) -> None:
    refusal = _notify(uploads, function, notification)
    if refusal is None:
        return
    expected = "a notification that S3 takes."
    advice = "Compare it with what S3 wants: Events, and Filter with its Key and FilterRules."
    if "Unable to validate" in refusal:
        expected = f"a bucket that may call, by the permission {shown(permission)}"
        advice = (
            "The bucket may not call the function. The caller is s3.amazonaws.com, and the "
            "permission has to name it and this bucket. What the function's role may does not "
            "matter here."
        )
    raise NotYet(
        f"S3 refused the notification: {refusal}",
        expected=expected,
        advice=advice,
        hint=3 if "Unable to validate" in refusal else 2,
    )


def _notify(target: Bucket, function: str, notification: Mapping[str, Any]) -> str | None:
    rule = {**notification, "LambdaFunctionArn": function}
    try:
        target.s3.put_bucket_notification_configuration(
            Bucket=target.name, NotificationConfiguration={"LambdaFunctionConfigurations": [rule]}
        )
    except ClientError as refusal:
        return str(refusal.response["Error"]["Message"])
    except ParamValidationError as refusal:
        return str(refusal)
    return None


def _expect_only_this_bucket(
    stranger: Bucket, function: str, notification: Mapping[str, Any]
) -> None:
    if _notify(stranger, function, notification) is None:
        raise NotYet(
            f"The bucket {stranger.name} may call the function too, and so may any other bucket.",
            expected=f"a permission for the bucket {BUCKET} alone.",
            advice="Name the bucket's ARN as SourceArn. Bucket ARNs hold no account, so name "
            "your account as SourceAccount.",
            hint=3,
        )


def _through_the_bucket(session: Session, did: Did, uploads: Bucket) -> None:
    did("sent one event with two records, then stored six objects in the bucket")
    for key in UNWANTED:
        if _calls(session, lambda key=key: uploads.put(key, b"no photo")):  # type: ignore[misc]
            _calm(session, uploads)
            raise NotYet(
                f"The object {key!r} called the function.",
                expected="calls for keys that begin with uploads/ and end in .jpg.",
                advice="A filter has one rule for the beginning of a key and one for its end.",
                hint=2,
            )
    stored: dict[str, Callable[[], None]] = {
        "stored": lambda: uploads.put(SUMMER, b"summer again"),
        "copied": lambda: uploads.copy(SUMMER, "uploads/c-44/copy.jpg"),
        "replaced": lambda: uploads.put(CAT, b"another cat"),
    }
    for how, store in stored.items():
        if not _calls(session, store):
            raise NotYet(
                f"A photo under uploads/ was {how}, and S3 did not call the function.",
                expected="a call whenever a photo is there anew, in whatever way it came.",
                advice="Put, Post, Copy and CompleteMultipartUpload all create objects. "
                "s3:ObjectCreated:* stands for all of them.",
                hint=2,
            )
    wait_for_runs(session, FUNCTION, pushed(session, FUNCTION) + 1)
    photos = {SUMMER: b"summer again", "uploads/c-44/copy.jpg": b"summer again"}
    _expect_thumbnails(uploads, {**photos, CAT: b"another cat"}, hint=1)


def _calm(session: Session, uploads: Bucket) -> None:
    """Stop the calls and wait for the runs that began: the next check shall not meet them."""
    uploads.s3.put_bucket_notification_configuration(
        Bucket=uploads.name, NotificationConfiguration={}
    )
    wait_for_runs(session, FUNCTION, pushed(session, FUNCTION) + 1)


def _calls(session: Session, act: Callable[[], None]) -> bool:
    before = pushed(session, FUNCTION)
    act()
    return pushed(session, FUNCTION) > before
