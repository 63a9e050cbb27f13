"""A plain PutObject, without moto's reading and rendering of requests: the same object, sooner.

Whoever is notified of an object waits while moto takes the request apart, longer than for all that
follows. Only a body, its checksum and its type, in a bucket without settings for writers, are
answered here; everything else, and every error, is moto's, to whom nothing has happened yet.
Source: docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html.
"""

from __future__ import annotations

import re
import uuid
from typing import Any
from urllib.parse import unquote

from moto.iam.models import get_account_id_from, mark_account_as_visited
from moto.s3.models import s3_backends
from moto.s3.utils import metadata_from_headers

from helpers.cloud.http_messages import HttpAnswer, HttpRequest
from helpers.cloud.moto_seam.iam.identities import PARTITION
from helpers.cloud.moto_seam.plain_requests import signer_of
from helpers.cloud.moto_seam.s3.refusals import KEY_BYTES
from helpers.cloud.moto_seam.short_way import PLAIN_HOST, TO_ALL

PATH = re.compile(r"/([a-z0-9.-]{3,63})/([A-Za-z0-9%!_.*'()~-][A-Za-z0-9%!_.*'()~/-]*)")
REGION = "us-east-1"
HASH = re.compile(r"[0-9a-f]{64}|UNSIGNED-PAYLOAD")
OF_THE_OBJECT = ("content-type", "x-amz-content-sha256")
"""Headers that moto keeps with an object, among those that are known here."""
CHECKSUM = "x-amz-checksum-"
KNOWN = frozenset(
    {
        *OF_THE_OBJECT,
        "accept",
        "accept-encoding",
        "amz-sdk-invocation-id",
        "amz-sdk-request",
        "authorization",
        "connection",
        "content-length",
        "expect",
        "host",
        "user-agent",
        "x-amz-date",
        "x-amz-sdk-checksum-algorithm",
        "x-amz-security-token",
        "x-amzn-trace-id",
    }
)


def answer(request: HttpRequest) -> HttpAnswer | None:
    """Store the object, and return the answer; None where moto is to answer."""
    if request.method != "PUT" or request.query:
        return None
    path = PATH.fullmatch(request.path)
    signer = signer_of(request, "s3")
    if path is None or signer is None or signer[1] != REGION or not _is_plain(request):
        return None
    account = get_account_id_from(signer[0])
    backend = s3_backends[account][PARTITION]
    bucket = backend.buckets.get(path[1])
    key_name = unquote(path[2])
    if bucket is None or not _lets_anything_in(bucket) or len(key_name.encode()) > KEY_BYTES:
        return None
    algorithm = request.headers.get("x-amz-sdk-checksum-algorithm")
    checksum = request.headers.get(f"{CHECKSUM}{algorithm.lower()}") if algorithm else None
    key = backend.put_object(
        path[1], key_name, request.body, storage="STANDARD", checksum_value=checksum
    )
    known = {name: request.headers[name] for name in OF_THE_OBJECT if name in request.headers}
    key.set_metadata(metadata_from_headers(known))
    key.set_acl(bucket.acl)
    if algorithm:
        key.checksum_algorithm = algorithm
    backend.put_object_tagging(key, {})
    mark_account_as_visited(account_id=account, access_key=signer[0], service="s3", region=REGION)
    return HttpAnswer(200, _headers(key, algorithm, checksum))


def _is_plain(request: HttpRequest) -> bool:
    """Tell whether a request says nothing but what is to be stored, and how it can be checked."""
    headers = request.headers
    algorithm = headers.get("x-amz-sdk-checksum-algorithm", "")
    checksums = {name for name in headers if name.startswith(CHECKSUM)}
    said = {f"{CHECKSUM}{algorithm.lower()}"} if algorithm else set()
    return (
        headers.keys() <= KNOWN | said
        and checksums == said
        and HASH.fullmatch(headers.get("x-amz-content-sha256", "")) is not None
        and PLAIN_HOST.fullmatch(headers.get("host", "")) is not None
        and "form" not in headers.get("content-type", "")
    )


def _lets_anything_in(bucket: Any) -> bool:
    """Tell whether a bucket has no settings that a writer's request is to be compared with."""
    return not (bucket.policy or bucket.object_lock_enabled or bucket.logging or bucket.encryption)


def _headers(key: Any, algorithm: str | None, checksum: str | None) -> list[tuple[str, str]]:
    told: dict[str, str] = key.response_dict
    told.pop("content-length")  # of the object
    if algorithm and checksum:
        told[f"{CHECKSUM}{algorithm.lower()}"] = checksum
    return [
        *told.items(),
        ("x-amzn-requestid", str(uuid.uuid4())),
        ("Content-Type", "text/html; charset=utf-8"),
        TO_ALL,
    ]
