"""KMS keys that are switched off or about to be deleted encrypt and decrypt nothing.

Beside that: a key is for encryption unless it is said to be for something else, answers name the
algorithm, and aliases of AWS's own are AWS's.

Source: docs.aws.amazon.com/kms/latest/developerguide/key-state.html;
docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html, API_ScheduleKeyDeletion.html.
"""

from __future__ import annotations

import json
from functools import wraps
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.kms.exceptions import AccessDeniedException, NotAuthorizedException, ValidationException
from moto.kms.models import Key, KmsBackend
from moto.kms.responses import KmsResponse

from helpers.cloud.moto_seam.wrapping import first_time

WINDOW_DAYS = (7, 30)
ALGORITHM = {"EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}


def install() -> None:
    """Bind the rules; harmless when called again."""
    if not first_time(KmsBackend):
        return
    Key.__init__ = _for_encryption(Key.__init__)
    KmsBackend.encrypt = _usable(KmsBackend.encrypt)
    KmsBackend.decrypt = _usable_to_decrypt(KmsBackend.decrypt)
    KmsResponse.schedule_key_deletion = _schedule(KmsResponse.schedule_key_deletion)
    KmsResponse.create_alias = _own_alias(KmsResponse.create_alias)
    for name in ("encrypt", "decrypt"):
        setattr(KmsResponse, name, _with_algorithm(getattr(KmsResponse, name)))


def _for_encryption(init: Any) -> Any:
    @wraps(init)
    def made(key: Any, *given: Any, **named: Any) -> None:
        init(key, *given, **named)
        key.key_usage = key.key_usage or "ENCRYPT_DECRYPT"

    return made


def _check(key: Any) -> None:
    if key.key_state == "Disabled":
        raise JsonRESTError("DisabledException", f"{key.arn} is disabled.")
    if key.key_state != "Enabled":
        raise JsonRESTError("KMSInvalidStateException", f"{key.arn} is pending deletion.")


def _usable(encrypt: Any) -> Any:
    @wraps(encrypt)
    def encrypted(backend: Any, key_id: str, *given: Any, **named: Any) -> Any:
        key = backend.keys.get(backend.any_id_to_key_id(key_id))
        if key is not None:
            _check(key)
        return encrypt(backend, key_id, *given, **named)

    return encrypted


def _usable_to_decrypt(decrypt: Any) -> Any:
    @wraps(decrypt)
    def decrypted(backend: Any, *given: Any, **named: Any) -> Any:
        try:
            plaintext, arn = decrypt(backend, *given, **named)
        except AccessDeniedException as error:
            raise JsonRESTError(
                "IncorrectKeyException",
                "The key ID in the request does not identify a CMK that can perform this "
                "operation.",
            ) from error
        _check(backend.keys[arn.rpartition("/")[2]])
        return plaintext, arn

    return decrypted


def _schedule(schedule: Any) -> Any:
    def scheduled(response: Any) -> str:
        given = response._get_param("PendingWindowInDays")
        days = WINDOW_DAYS[1] if given is None else given
        if not WINDOW_DAYS[0] <= days <= WINDOW_DAYS[1]:
            raise ValidationException(
                f"PendingWindowInDays must be between {WINDOW_DAYS[0]} and {WINDOW_DAYS[1]}."
            )
        state = {"KeyState": "PendingDeletion", "PendingWindowInDays": days}
        return json.dumps({**json.loads(schedule(response)), **state})

    return scheduled


def _own_alias(create: Any) -> Any:
    def created(response: Any) -> Any:
        if str(response._get_param("AliasName")).startswith("alias/aws/"):
            raise NotAuthorizedException
        return create(response)

    return created


def _with_algorithm(operation: Any) -> Any:
    def answer(response: Any) -> str:
        return json.dumps({**json.loads(operation(response)), **ALGORITHM})

    return answer
