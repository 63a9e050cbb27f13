"""What Secrets Manager refuses and moto does not, or in words of its own.

A secret that waits for its deletion is neither read nor written, and its name is taken; a version
is written once. moto puts the SDK's preamble into its messages.

Source: docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html,
API_GetSecretValue.html, API_CreateSecret.html, API_DeleteSecret.html.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.secretsmanager.exceptions import (
    InvalidParameterException,
    InvalidRequestException,
    ResourceExistsException,
    ResourceNotFoundException,
    SecretsManagerClientError,
    ValidationException,
)
from moto.secretsmanager.models import SecretsManagerBackend

PREAMBLE = re.compile(r"^(\w+: )?An error occurred \(\w+\)\s+when calling the \w+ operation: ")
MARKED = (
    "You can't perform this operation on the secret because it was marked for deletion.",
    "You can't perform this operation on the secret because it was already scheduled for deletion.",
)
"""What is said of a secret that is to be deleted: in general, and when it is to be once more."""
NAME = re.compile(r"[\w/+=.@!-]+", re.ASCII)
OWN = "coldstart_original"

Asked = Mapping[str, Any]
"""The arguments of an operation of moto's, by name; `self` is the backend."""


def install() -> None:
    """Bind the checks before moto's operations; harmless when called again."""
    SecretsManagerClientError.__init__ = _plain
    backend = SecretsManagerBackend
    for name, check in (
        ("create_secret", _check_name),
        ("get_secret_value", _check_read),
        ("put_secret_value", _check_write),
        ("update_secret", _check_kept),
        ("delete_secret", _check_deletion),
    ):
        setattr(backend, name, _after(check, getattr(backend, name)))
    backend.list_secret_version_ids = _with_arn(_original(backend.list_secret_version_ids))


def _plain(error: Any, code: str, message: str) -> None:
    JsonRESTError.__init__(error, code, " ".join(PREAMBLE.sub("", message).split()))


def _original(operation: Any) -> Any:
    return getattr(operation, OWN, operation)


def _after(check: Callable[[Asked], None], operation: Any) -> Any:
    """Run a check of an operation's arguments before it."""
    original = _original(operation)
    form = inspect.signature(original)

    @wraps(original)
    def checked(*given: Any, **named: Any) -> Any:
        check(form.bind(*given, **named).arguments)
        return original(*given, **named)

    setattr(checked, OWN, original)
    return checked


def _with_arn(listed: Any) -> Any:
    def versions(backend: Any, secret_id: str) -> str:
        answer = json.loads(listed(backend, secret_id))
        answer["ARN"] = backend.secrets[secret_id].arn
        if not answer["NextToken"]:
            del answer["NextToken"]
        return json.dumps(answer)

    setattr(versions, OWN, listed)
    return versions


def _secret(asked: Asked) -> Any | None:
    return asked["self"].secrets.get(asked["secret_id"])


def _is_marked(secret: Any | None) -> bool:
    return secret is not None and bool(secret.is_deleted())


def _check_kept(asked: Asked) -> None:
    if _is_marked(_secret(asked)):
        raise InvalidRequestException(MARKED[0])


def _check_name(asked: Asked) -> None:
    if not NAME.fullmatch(asked["name"]):
        raise ValidationException(
            "Invalid name. Must be a valid name containing alphanumeric characters, or any of the "
            "following: -/_+=.@!"
        )
    if _is_marked(asked["self"].secrets.get(asked["name"])):
        raise InvalidRequestException(
            "You can't create this secret because a secret with this name is already scheduled for "
            "deletion."
        )


def _check_read(asked: Asked) -> None:
    _check_kept(asked)
    secret, label = _secret(asked), asked.get("version_stage")
    if secret is None or asked.get("version_id") or not label:
        return
    if not any(label in version["version_stages"] for version in secret.versions.values()):
        raise ResourceNotFoundException(
            f"Secrets Manager can't find the specified secret value for staging label: {label}"
        )


def _check_write(asked: Asked) -> None:
    _check_kept(asked)
    given = [asked["secret_string"] or None, asked["secret_binary"] or None]
    if all(given):
        raise InvalidParameterException(
            "You can't specify both a binary secret value and a string secret value in the same "
            "secret."
        )
    secret, token = _secret(asked), asked["client_request_token"]
    version = secret.versions.get(token) if secret is not None else None
    held = [(version or {}).get(kind) for kind in ("secret_string", "secret_binary")]
    if secret is not None and any(held) and held != given:
        raise ResourceExistsException(
            f"You can't use ClientRequestToken {token} because that value is already in use for a "
            f"version of secret {secret.arn}."
        )


def _check_deletion(asked: Asked) -> None:
    if _is_marked(_secret(asked)) and not asked.get("force_delete_without_recovery"):
        raise InvalidRequestException(MARKED[1])
