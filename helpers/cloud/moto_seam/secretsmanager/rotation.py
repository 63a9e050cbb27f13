"""Rotation of secrets by a function: RotateSecret and CancelRotateSecret.

The call returns at once; the four steps run one after another, each as one invocation. A step that
fails ends the rotation and leaves AWSPENDING where it is; the next RotateSecret takes it up again
and says so. Schedules in days and rate() are kept, in lapsed time. Left out: cron(), the rotation
window's Duration, and rotation without a function that other services manage.

Source: docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html,
rotate-secrets_schedule.html and the API reference of RotateSecret.
"""

from __future__ import annotations

import json
import re
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from helpers.cloud import records
from helpers.cloud.clock import Timer
from helpers.cloud.control.names import parse_function_name
from helpers.cloud.errors import AwsError
from helpers.cloud.http_messages import HttpAnswer, HttpRequest
from helpers.cloud.invoke import Invoker, InvokeRequest
from helpers.cloud.json_text import read_json
from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID
from helpers.cloud.moto_seam.secretsmanager.secrets import (
    CURRENT,
    PENDING,
    find_secret,
    follow_current,
    version_with,
)
from helpers.cloud.ports import Authorizer
from helpers.cloud.records import Waiting

SERVICE = "secretsmanager.amazonaws.com"
TARGETS = ("secretsmanager.RotateSecret", "secretsmanager.CancelRotateSecret")
STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
RATE = re.compile(r"rate\((\d+) (hour|hours|day|days)\)")
TOKEN = re.compile(r".{32,64}")
DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Rotation:
    """One run: which version of which secret, by which function, with which steps."""

    region: str
    arn: str
    function_arn: str
    version_id: str
    steps: tuple[str, ...]
    generation: int


class RotationApi:
    """Answers rotation's operations and keeps its schedules; a Part of the cloud."""

    def __init__(self, invoker: Invoker, authorizer: Authorizer, waiting: Waiting) -> None:
        self._invoker = invoker
        self._authorizer = authorizer
        self._waiting = waiting
        self._lock = threading.Lock()
        self._running: set[str] = set()
        self._timers: dict[str, Timer] = {}
        self._generation = 0

    def takes(self, request: HttpRequest) -> bool:
        """Tell whether the request is one of these operations."""
        return request.headers.get("x-amz-target", "") in TARGETS

    def answer(self, request: HttpRequest, region: str) -> HttpAnswer:
        """Answer one request in Secrets Manager's protocol."""
        request_id = str(uuid.uuid4())
        headers = [
            ("Content-Type", "application/x-amz-json-1.1"),
            ("x-amzn-RequestId", request_id),
        ]
        try:
            members = _members(request.body)
            cancels = request.headers["x-amz-target"].endswith("CancelRotateSecret")
            document = (self._cancel if cancels else self._rotate)(members, region)
        except AwsError as error:
            document = {"__type": error.code, "Message": error.message, "message": error.message}
            return HttpAnswer(400, headers, json.dumps(document).encode())
        return HttpAnswer(200, headers, json.dumps(document).encode())

    def clear(self) -> None:
        """Forget every schedule, and let what runs come to nothing."""
        with self._lock:
            self._generation += 1
            timers, self._timers = list(self._timers.values()), {}
            self._running.clear()
        for timer in timers:
            timer.cancel()

    def close(self) -> None:
        """End the schedules."""
        self.clear()

    def _rotate(self, members: Mapping[str, Any], region: str) -> dict[str, Any]:
        secret = _secret(members, region)
        function_arn = members.get("RotationLambdaARN") or secret.rotation_lambda_arn
        if not function_arn:
            raise _invalid("No Lambda rotation function ARN is associated with this secret.")
        self._check_function(str(function_arn), secret.arn)
        every_s = _every_s(members.get("RotationRules") or {})
        token = members.get("ClientRequestToken") or str(uuid.uuid4())
        if not isinstance(token, str) or not TOKEN.fullmatch(token):
            raise _wrong("ClientRequestToken must be 32-64 characters long.")
        at_once = members.get("RotateImmediately", True) is not False
        pending = version_with(secret, PENDING)
        unfinished = pending is not None and pending != version_with(secret, CURRENT)
        _configure(secret, str(function_arn), members.get("RotationRules") or {}, every_s)
        self._schedule(secret, region)
        version_id = str(pending) if unfinished else token
        if at_once and not unfinished:
            self._stage(secret, version_id)
        self._start(
            Rotation(
                region,
                secret.arn,
                str(function_arn),
                version_id if at_once else str(version_with(secret, CURRENT) or token),
                STEPS if at_once else ("testSecret",),
                self._generation,
            )
        )
        if unfinished:
            raise _invalid("A previous rotation isn't complete. That rotation will be reattempted.")
        return {"ARN": secret.arn, "Name": secret.name, "VersionId": version_id}

    def _cancel(self, members: Mapping[str, Any], region: str) -> dict[str, Any]:
        secret = _secret(members, region)
        if not secret.rotation_lambda_arn:
            raise _invalid("Rotation isn't configured for this secret.")
        with self._lock:
            timer = self._timers.pop(secret.arn, None)
        if timer is not None:
            timer.cancel()
        secret.rotation_enabled, secret.next_rotation_date = False, None
        return {"ARN": secret.arn, "Name": secret.name, "VersionId": secret.default_version_id}

    def _check_function(self, function_arn: str, secret_arn: str) -> None:
        """Raise AWS's error unless the function is there and its policy lets the service in."""
        try:
            self._invoker.check(_event(function_arn, b"{}"))
            refusal = self._authorizer.service_may(
                SERVICE, "lambda:InvokeFunction", function_arn, secret_arn
            )
        except AwsError as error:
            refusal = error.message
        if refusal is not None:
            raise AwsError(
                "Secrets Manager cannot invoke the specified Lambda function. Ensure that the "
                f"function policy grants access to the principal {SERVICE}.",
                code="AccessDeniedException",
                http_status=400,
            )

    def _schedule(self, secret: Any, region: str) -> None:
        """Set the timer of the next rotation, in place of an earlier one."""
        every_s = getattr(secret, "rotates_every_s", 0)
        clock, generation, arn = self._waiting.clock, self._generation, secret.arn
        with self._lock:
            earlier = self._timers.pop(arn, None)
            if every_s and secret.rotation_enabled:
                wait_s = clock.lapsed(every_s)
                secret.next_rotation_date = int(clock.now() + wait_s)
                self._timers[arn] = self._waiting.timers.after(
                    wait_s, lambda: self._due(arn, region, generation)
                )
        if earlier is not None:
            earlier.cancel()

    def _due(self, arn: str, region: str, generation: int) -> None:
        secret = find_secret(arn, region)
        if generation != self._generation or secret is None or secret.is_deleted():
            return
        pending = version_with(secret, PENDING)
        unfinished = pending is not None and pending != version_with(secret, CURRENT)
        version_id = str(pending) if unfinished else str(uuid.uuid4())
        if not unfinished:
            self._stage(secret, version_id)
        function_arn = secret.rotation_lambda_arn
        self._start(Rotation(region, arn, function_arn, version_id, STEPS, generation))
        self._schedule(secret, region)

    def _stage(self, secret: Any, version_id: str) -> None:
        """Make the version that createSecret is to fill."""
        secret.remove_version_stages_from_old_versions([PENDING])
        created = int(self._waiting.clock.now())
        empty = {"createdate": created, "version_id": version_id, "version_stages": []}
        secret.versions.setdefault(version_id, empty)["version_stages"].append(PENDING)

    def _start(self, rotation: Rotation) -> None:
        with self._lock:
            if rotation.arn in self._running:
                return
            self._running.add(rotation.arn)
        threading.Thread(target=self._run, args=(rotation,), name="rotation", daemon=True).start()

    def _run(self, rotation: Rotation) -> None:
        try:
            if all(self._step(rotation, step) for step in rotation.steps):
                secret = find_secret(rotation.arn, rotation.region)
                if secret is not None and rotation.steps == STEPS:
                    secret.last_rotation_date = int(self._waiting.clock.now())
                    follow_current(secret)
        finally:
            with self._lock:
                if rotation.generation == self._generation:
                    self._running.discard(rotation.arn)

    def _step(self, rotation: Rotation, step: str) -> bool:
        if rotation.generation != self._generation:
            return False
        event = {
            "Step": step,
            "SecretId": rotation.arn,
            "ClientRequestToken": rotation.version_id,
        }
        try:
            answer = self._invoker.invoke(_event(rotation.function_arn, json.dumps(event).encode()))
            failed = answer.result.function_error is not None
            reason = answer.result.payload.decode(errors="replace")[:1024] if failed else ""
        except AwsError as error:
            failed, reason = True, f"{error.code}: {error.message}"
        if rotation.generation != self._generation:
            return False
        self._waiting.recorder.add(
            records.RotationStep(
                secret=rotation.arn,
                function=rotation.function_arn,
                step=step,
                version_id=rotation.version_id,
                succeeded=not failed,
                reason=reason,
            )
        )
        return not failed


def _event(function_arn: str, event: bytes) -> InvokeRequest:
    named = parse_function_name(function_arn)
    return InvokeRequest(
        key=named.key(account_id=ACCOUNT_ID, region=named.region or "us-east-1"),
        qualifier=named.qualifier,
        request_id=str(uuid.uuid4()),
        event=event,
    )


def _secret(members: Mapping[str, Any], region: str) -> Any:
    secret = find_secret(str(members.get("SecretId") or ""), region)
    if secret is None:
        raise AwsError(
            "Secrets Manager can't find the specified secret.",
            code="ResourceNotFoundException",
            http_status=400,
        )
    if secret.is_deleted():
        raise _invalid(
            "You can't perform this operation on the secret because it was marked for deletion."
        )
    return secret


def _every_s(rules: Mapping[str, Any]) -> int:
    """Return the seconds between rotations, 0 without a schedule."""
    days, expression = rules.get("AutomaticallyAfterDays"), rules.get("ScheduleExpression")
    if days is not None and expression is not None:
        raise _wrong(
            "You can't specify both AutomaticallyAfterDays and ScheduleExpression in RotationRules."
        )
    if days is not None:
        if not isinstance(days, int) or not 1 <= days <= 1000:
            raise _wrong("RotationRules.AutomaticallyAfterDays must be within 1-1000.")
        return days * DAY_S
    if expression is None:
        return 0
    found = RATE.fullmatch(str(expression))
    if found is None:
        raise _wrong(
            f"The schedule {expression!r} is not kept by this local account, which rotates by "
            "rate(N hours) and rate(N days). Use one of them, or AutomaticallyAfterDays."
        )
    seconds = int(found[1]) * (3600 if found[2].startswith("hour") else DAY_S)
    if not 4 * 3600 <= seconds <= 1000 * DAY_S:
        raise _wrong("The rotation schedule must be between 4 hours and 1000 days.")
    return seconds


def _configure(secret: Any, function_arn: str, rules: Mapping[str, Any], every_s: int) -> None:
    secret.rotation_requested, secret.rotation_enabled = True, True
    secret.rotation_lambda_arn = function_arn
    if rules:
        secret.rotates_every_s = every_s
        secret.auto_rotate_after_days = rules.get("AutomaticallyAfterDays") or 0


def _members(body: bytes) -> dict[str, Any]:
    try:
        members = read_json(body or b"{}")
    except ValueError as error:
        raise AwsError(str(error), code="SerializationException", http_status=400) from error
    if not isinstance(members, dict):
        raise AwsError("Start of structure expected.", code="SerializationException")
    return members


def _invalid(message: str) -> AwsError:
    return AwsError(message, code="InvalidRequestException", http_status=400)


def _wrong(message: str) -> AwsError:
    return AwsError(message, code="InvalidParameterException", http_status=400)
