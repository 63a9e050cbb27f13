"""Who may talk to the cloud: it runs code as its user, so strangers stay out.

A request passes when its Host means this machine, no foreign web page sent it, and somebody with
a key signed it. Unsigned pass: health, the public fronts (whose function or API checks for
itself), operations that AWS leaves unauthenticated, and S3 requests, as anonymous.

Left out: unauthenticated operations of sign-in portals (SSO, OIDC), and CORS preflights of S3.
Source: docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import unquote, urlsplit

from helpers.cloud.clock import Clock
from helpers.cloud.http_fronts.address import is_public_host, public_address
from helpers.cloud.http_messages import HttpAnswer, HttpRequest, json_answer
from helpers.cloud.refusals import dialect_of, refusal
from helpers.cloud.signatures import (
    Dialect,
    Fault,
    KeyStatus,
    SecretLookup,
    SecretOf,
    Signature,
    SignatureError,
    verify,
)
from helpers.cloud.signatures.signature import same
from helpers.cloud.unauthenticated import unauthenticated_service

KIT_PREFIX = "/_kit/"
HEALTH = "/_kit/health"
LOCAL_HOST = re.compile(r"(?:127\.0\.0\.1|(?:[a-z0-9.-]+\.)?localhost)(?::\d+)?", re.IGNORECASE)
VERSIONED_PATH = re.compile(r"/20\d\d-\d\d-\d\d/")


class CallerKind(StrEnum):
    """As what a request may act."""

    ADMINISTRATOR = "administrator"
    KEY = "key"
    ANONYMOUS = "anonymous"
    UNAUTHENTICATED = "unauthenticated"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request.

    KEY holders are limited by their policies and ANONYMOUS by S3's; UNAUTHENTICATED names an
    operation that needs no signature; PUBLIC reaches function URLs and APIs, nothing else.
    """

    kind: CallerKind
    access_key_id: str | None = None
    region: str | None = None
    service: str | None = None
    session_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class _AdministratorKey:
    secret_access_key: str = field(repr=False)
    session_token: str | None = None
    status: KeyStatus = KeyStatus.ACTIVE


@dataclass(frozen=True, slots=True)
class Doorkeeper:
    """Decides on every request before anybody else reads it; lives as long as the cloud.

    With `open_door` a key that nobody made acts as administrator, and the kit's own endpoints
    want no key; keys that were made keep their policies. The guest's key acts as administrator on
    AWS's APIs and opens none of the kit's: for code that is not trusted with the records.
    """

    secret_of: SecretOf
    access_key_id: str
    secret_access_key: str = field(repr=False)
    token: str = field(repr=False)
    open_door: bool = False
    guest_access_key_id: str = ""
    guest_secret_access_key: str = field(default="", repr=False)
    clock: Clock = field(default_factory=Clock)

    def admit(self, request: HttpRequest) -> Caller | HttpAnswer:
        """Return who calls, or the answer that turns them away."""
        turned_away = _not_for_strangers(request)
        if turned_away is not None:
            return turned_away
        if _is_public(request):
            return Caller(CallerKind.PUBLIC)
        try:
            if _is_kit(request):
                return self._admit_to_kit(request)
            return self._authenticated(request)
        except SignatureError as error:
            return refusal(request, error)

    def signed(self, request: HttpRequest) -> Caller | None:
        """Return who signed a request to a public front; None when nobody did.

        Raises SignatureError when the signature is not believed.
        """
        signed = "authorization" in request.headers or "X-Amz-Signature=" in request.query
        return self._authenticated(request) if signed else None

    def _admit_to_kit(self, request: HttpRequest) -> Caller | HttpAnswer:
        if request.path == HEALTH and request.method in ("GET", "HEAD"):
            return Caller(CallerKind.PUBLIC)
        if self.open_door:
            return Caller(CallerKind.ADMINISTRATOR)
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            if same(self.token, token.strip()):
                return Caller(CallerKind.ADMINISTRATOR)
        else:
            signature = self._verify(request)
            if signature is not None and signature.access_key_id == self.access_key_id:
                return _caller(CallerKind.ADMINISTRATOR, signature)
        message = (
            f"{request.path} wants the administrator's key, or "
            "'Authorization: Bearer <token>' with the token that python3 kit.py serve prints."
        )
        return json_answer(403, {"message": message})

    def _authenticated(self, request: HttpRequest) -> Caller:
        try:
            signature = self._verify(request)
        except SignatureError as error:
            if self.open_door and error.fault is Fault.UNKNOWN_KEY and error.claim is not None:
                return _caller(CallerKind.ADMINISTRATOR, error.claim)
            raise
        if signature is None:
            return _unsigned(request)
        if signature.presigned and "x-amz-target" in request.headers:
            # without an Authorization header the target would decide who answers, not the scope
            raise SignatureError(Fault.MALFORMED, "A presigned request names no X-Amz-Target.")
        known = signature.access_key_id in (self.access_key_id, self.guest_access_key_id)
        return _caller(CallerKind.ADMINISTRATOR if known else CallerKind.KEY, signature)

    def _verify(self, request: HttpRequest) -> Signature | None:
        return verify(request, self._secret_of, now=self.clock.now())

    def _secret_of(self, access_key_id: str) -> SecretLookup | None:
        if access_key_id == self.access_key_id:
            return _AdministratorKey(self.secret_access_key)
        if access_key_id == self.guest_access_key_id != "":
            return _AdministratorKey(self.guest_secret_access_key)
        return self.secret_of(access_key_id)


def _not_for_strangers(request: HttpRequest) -> HttpAnswer | None:
    """Refuse what a page of somebody else may send, and what is moto's own."""
    host, origin = request.headers.get("host", ""), request.headers.get("origin")
    if LOCAL_HOST.fullmatch(host) is None and not is_public_host(host):
        message = f"Host {host!r} is not this machine. Use http://127.0.0.1:<port>."
        return json_answer(403, {"message": message})
    foreign = origin is not None and not _is_local(origin)
    if foreign and not _is_public(request) and not _is_presigned_s3(request):
        message = f"A page of {origin!r} may not talk to this account."
        return json_answer(403, {"message": message})
    # moto looks at the decoded path, in which %6D is an m
    path = unquote(request.path)
    if path == "/moto-api" or path.startswith("/moto-api/"):
        return json_answer(404, {"message": f"There is no {request.path}."})
    return None


def _is_public(request: HttpRequest) -> bool:
    return not _is_kit(request) and public_address(request) is not None


def _caller(kind: CallerKind, signature: Signature) -> Caller:
    return Caller(
        kind,
        signature.access_key_id,
        signature.region,
        signature.service,
        signature.session_token,
    )


def _unsigned(request: HttpRequest) -> Caller:
    service = unauthenticated_service(request)
    if service is not None:
        return Caller(CallerKind.UNAUTHENTICATED, service=service)
    if dialect_of(request) is Dialect.S3 and VERSIONED_PATH.match(request.path) is None:
        return Caller(CallerKind.ANONYMOUS, service="s3")
    raise SignatureError(Fault.MISSING, "Missing Authentication Token")


def _is_kit(request: HttpRequest) -> bool:
    return request.path.startswith(KIT_PREFIX)


def _is_local(origin: str) -> bool:
    try:
        return LOCAL_HOST.fullmatch(urlsplit(origin).netloc) is not None
    except ValueError:
        return False


def _is_presigned_s3(request: HttpRequest) -> bool:
    """Tell whether a page may have been given this very URL or form; the signature decides."""
    if dialect_of(request) is not Dialect.S3 or _is_kit(request):
        return False
    form = request.headers.get("content-type", "").lower().startswith("multipart/form-data")
    return "Signature=" in request.query or (request.method == "POST" and form)
