"""Exercise 11.6: three statements that deny by condition what a wide policy allows.

The partner's role has a policy that the learner may not change. The calls are really made, in a
function with that role. Left out: attributes (dynamodb:Attributes), and tags.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from helpers.checks import attempts
from helpers.checks.attempts import Attempt, allowed_of, listed
from helpers.checks.outcome import NotYet
from helpers.checks.roles import execution_role
from helpers.checks.session import Session
from helpers.checks.submission import Did

FUNCTION, BUCKET, TABLE = "check-partner", "halftone-uploads", "stock"
OURS, OTHERS = "frames", "posters"
WIDE: Mapping[str, Any] = {
    "Effect": "Allow",
    "Action": ["s3:ListBucket", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:Scan"],
    "Resource": "*",
}
IN_2026 = "list its photos of 2026"
WHOLE_VALUES = (
    "StringEquals compares whole values. For what begins alike there is StringLike, with a star "
    "at the end."
)
DENY_WINS = (
    "A Deny that matches wins over every Allow, however exact. Say in its Condition for which "
    "values it holds: those that are not the partner's."
)
CODE = "def handler(event, context):\n    return event\n"


def check_11_6(
    session: Session,
    did: Did,
    deny_listing: Mapping[str, Any],
    deny_items: Mapping[str, Any],
    deny_scan: Mapping[str, Any],
) -> None:
    """Make the partner's own calls, then those that must be denied."""
    package = session.zip(CODE, files=attempts.files())
    denies = (deny_listing, deny_items, deny_scan)
    with _shop(session), execution_role(session, FUNCTION, WIDE, *denies) as role:
        session.deploy(package, FUNCTION, Handler=attempts.HANDLER, Role=role, Timeout=15)
        did("made the 4 calls that the partner needs")
        needed = _needed()
        allowed = allowed_of(session, FUNCTION, needed)
        missing = [attempt.what for attempt in needed if attempt.what not in allowed]
        if missing:
            raise NotYet(
                f"The partner can no longer {listed(missing)}.",
                expected="what is the partner's own to stay allowed.",
                advice=WHOLE_VALUES if missing == [IN_2026] else DENY_WINS,
                hint=2,
            )
        tried = _forbidden()
        did(f"made the partner's 4 calls, then {len(tried)} that must be denied")
        allowed = allowed_of(session, FUNCTION, tried)
        if allowed:
            raise NotYet(
                f"The partner may also {listed(allowed)}.",
                expected=f"only the prefix {OURS}/ and the rows of {OURS}.",
                advice=_advice(allowed[0]),
                hint=3,
            )


def _advice(what: str) -> str:
    if "every row" in what:
        return (
            "A scan names no key, so dynamodb:LeadingKeys is missing, and ForAnyValue finds "
            "nothing to compare. Deny the action itself."
        )
    if "together" in what:
        return (
            "ForAllValues holds only if all keys are foreign. One foreign key is enough to deny: "
            "ForAnyValue."
        )
    if "begins alike" in what:
        return f"A prefix without its slash lets in what begins alike: write {OURS}/*."
    return "Allow beats no Deny: say in the Condition for which values the Deny holds."


def _listing(prefix: str | None) -> dict[str, Any]:
    return {"Bucket": BUCKET, **({} if prefix is None else {"Prefix": prefix})}


def _rows(partner: str) -> dict[str, Any]:
    return {
        "TableName": TABLE,
        "KeyConditionExpression": "partner = :p",
        "ExpressionAttributeValues": {":p": {"S": partner}},
    }


def _batch(*partners: str) -> dict[str, Any]:
    keys = [{"partner": {"S": name}, "sku": {"S": "a2"}} for name in partners]
    return {"RequestItems": {TABLE: {"Keys": keys}}}


def _needed() -> list[Attempt]:
    return [
        Attempt("list its photos", "s3", "list_objects_v2", _listing(f"{OURS}/")),
        Attempt(IN_2026, "s3", "list_objects_v2", _listing(f"{OURS}/2026/")),
        Attempt("query its rows", "dynamodb", "query", _rows(OURS)),
        Attempt("get one of its rows", "dynamodb", "batch_get_item", _batch(OURS)),
    ]


def _forbidden() -> list[Attempt]:
    return [
        Attempt("list the whole bucket", "s3", "list_objects_v2", _listing(None)),
        Attempt("list posters/", "s3", "list_objects_v2", _listing(f"{OTHERS}/")),
        Attempt(
            "list frames-old/, which begins alike", "s3", "list_objects_v2", _listing("frames-old/")
        ),
        Attempt("query the rows of posters", "dynamodb", "query", _rows(OTHERS)),
        Attempt("get a row of posters", "dynamodb", "batch_get_item", _batch(OTHERS)),
        Attempt(
            "get a foreign row together with its own",
            "dynamodb",
            "batch_get_item",
            _batch(OURS, OTHERS),
        ),
        Attempt("scan every row", "dynamodb", "scan", {"TableName": TABLE}),
    ]


@contextmanager
def _shop(session: Session) -> Iterator[None]:
    s3, dynamodb = session.client("s3"), session.client("dynamodb")
    with suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(Bucket=BUCKET)
    made = _stock(dynamodb)
    try:
        yield
    finally:
        if made:
            dynamodb.delete_table(TableName=TABLE)


def _stock(dynamodb: Any) -> bool:
    keys = {"partner": "HASH", "sku": "RANGE"}
    try:
        dynamodb.create_table(
            TableName=TABLE,
            KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys.items()],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in keys],
            BillingMode="PAY_PER_REQUEST",
        )
    except dynamodb.exceptions.ResourceInUseException:
        return False
    return True
