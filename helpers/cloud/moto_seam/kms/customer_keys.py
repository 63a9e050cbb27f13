"""Customer keys that a function's variables are encrypted with: may its role decrypt?

Whoever gives a function a key gives its role a grant on it, so the role needs no kms:Decrypt of
its own; a denial takes the grant back, and so does a role of the same name made anew. Asked
whenever an environment starts. Beside that, moto takes a key's ARN for switching it off and
on, as for everything else. Source: docs.aws.amazon.com/lambda/latest/dg/
configuration-envvars-encryption.html; the errors of API_Invoke; sentences as in public reports.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from moto.kms.models import KmsBackend, kms_backends

from helpers.cloud.errors import AwsError, InvalidParameterValueException
from helpers.cloud.model import FunctionVersion
from helpers.cloud.moto_seam.iam.authorizer import SESSION_OF_THE_SERVICE, MotoAuthorizer
from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID, Identities
from helpers.cloud.moto_seam.iam.resource_policies import ROLE_ID, resource_policy
from helpers.cloud.policy import Policies, Request

DECRYPT = "kms:Decrypt"
OPERATIONS = ("Decrypt", "RetireGrant")
CONTEXT = "aws:lambda:FunctionArn"
"""What is encrypted with the key is the variables of this function."""
UNABLE = (
    "Lambda was unable to decrypt the environment variables because {why}. Please check the "
    "function's KMS key settings. KMS Exception: {kms} KMS Message: {message}"
)


BY_ID_ONLY = ("enable_key", "disable_key", "schedule_key_deletion", "cancel_key_deletion")
OWN = "as_moto_does"


def install() -> None:
    """Let these operations of moto's KMS find a key by its ARN too."""
    for name in BY_ID_ONLY:
        method = getattr(KmsBackend, name)
        setattr(KmsBackend, name, _by_any_name(getattr(method, OWN, method)))


def _by_any_name(method: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(method)
    def find(backend: Any, key_id: str, *rest: Any) -> Any:
        return method(backend, backend.any_id_to_key_id(key_id), *rest)

    setattr(find, OWN, method)
    return find


class CustomerKeys:
    """Answers for keys of moto's KMS; keeps nothing."""

    def __init__(self, identities: Identities, authorizer: MotoAuthorizer) -> None:
        self._identities = identities
        self._authorizer = authorizer

    def give(self, arn: str, function_arn: str, role_arn: str) -> None:
        """Grant a function's role the key of its variables.

        Raises InvalidParameterValueException when a function cannot be given this key.
        """
        if _state(arn) != "Enabled":
            raise InvalidParameterValueException(
                "Lambda was unable to configure access to your environment variables because the "
                "KMS key is invalid for CreateGrant. Please check your KMS key settings. "
                f"KMS Exception: {_exception(_state(arn))} KMS Message: {_told(arn)}"
            )
        fields, role = arn.split(":"), self._identities.role(role_arn)
        key = kms_backends[ACCOUNT_ID][fields[3]].keys[fields[5].removeprefix("key/")]
        grant = key.add_grant(
            name=None,
            grantee_principal=role_arn,
            operations=list(OPERATIONS),
            constraints={"EncryptionContextEquals": {CONTEXT: function_arn}},
            retiring_principal=None,
        )
        setattr(grant, ROLE_ID, getattr(role, "id", None))

    def check_decrypt(self, function: FunctionVersion) -> None:
        """Raise AWS's error (502) when a function's variables cannot be decrypted."""
        arn = function.kms_key_arn
        if arn is None or not function.variables:
            return
        state = _state(arn)
        if state != "Enabled":
            names = {"": "KMSNotFoundException", "Disabled": "KMSDisabledException"}
            why = "the KMS key was not found" if not state else "the KMS key used is not usable"
            raise _failure(
                names.get(state, "KMSInvalidStateException"), why, _exception(state), _told(arn)
            )
        principal = self._identities.session_principal(function.role_arn, SESSION_OF_THE_SERVICE)
        own = self._identities.policies(principal)
        policies = Policies(own.identity, own.boundary, own.session, resource_policy(DECRYPT, arn))
        context = {f"kms:EncryptionContext:{CONTEXT}": function.arn}
        decision = self._authorizer.decide(Request(principal, DECRYPT, arn, context), policies)
        if not decision.allowed:
            raise _failure(
                "KMSAccessDeniedException",
                "KMS access was denied",
                "AccessDeniedException",
                decision.message(),
            )


def _failure(code: str, why: str, kms: str, message: str) -> AwsError:
    text = UNABLE.format(why=why, kms=kms, message=message)
    return AwsError(text, code=code, http_status=502, members={"Type": "Service"})


def _state(arn: str) -> str:
    """Return a key's state, as KMS names it; empty when there is no such key."""
    fields = arn.split(":")
    if len(fields) != 6 or not fields[5].startswith("key/"):
        return ""
    key = kms_backends[ACCOUNT_ID][fields[3]].keys.get(fields[5].removeprefix("key/"))
    return "" if key is None else str(key.key_state)


def _exception(state: str) -> str:
    names = {"": "NotFoundException", "Disabled": "DisabledException"}
    return names.get(state, "KMSInvalidStateException")


def _told(arn: str) -> str:
    state = _state(arn)
    if not state:
        return f"Key '{arn}' does not exist"
    if state == "Disabled":
        return f"{arn} is disabled."
    return f"{arn} is pending deletion."
