"""Who calls a public front: the doorkeeper reads the signature, IAM decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from helpers.cloud.doorkeeper import CallerKind, Doorkeeper
from helpers.cloud.errors import AccessDeniedException, AwsError
from helpers.cloud.http_messages import HttpRequest
from helpers.cloud.moto_seam.guard import Guard
from helpers.cloud.moto_seam.iam.identities import Identities
from helpers.cloud.ports import Permission, Signer
from helpers.cloud.signatures import Dialect, SignatureError


@dataclass(frozen=True, slots=True)
class SignedCallers:
    """Implements FrontCallers; keeps nothing."""

    doorkeeper: Doorkeeper
    guard: Guard
    identities: Identities

    def signer(
        self, request: HttpRequest, service: str, region: str, permissions: Sequence[Permission]
    ) -> Signer:
        """Return who signed, when all permissions are given; raises AwsError (403) otherwise."""
        try:
            caller = self.doorkeeper.signed(request)
        except SignatureError as error:
            raise _refused(error.code(Dialect.JSON), error.message) from error
        if caller is None or caller.access_key_id is None:
            raise _refused("MissingAuthenticationTokenException", "Missing Authentication Token")
        for part, given, wanted in (
            ("region", caller.region, region),
            ("service", caller.service, service),
        ):
            if given != wanted:
                raise _refused(
                    "InvalidSignatureException",
                    f"Credential should be scoped to correct {part}: '{wanted}'. ",
                )
        message = self.guard.permission_refusal(
            request,
            region,
            permissions,
            access_key_id=caller.access_key_id,
            administrator=caller.kind is CallerKind.ADMINISTRATOR,
        )
        if message is not None:
            raise AccessDeniedException(message)
        return self.identities.signer(caller.access_key_id)

    def check_anonymous(
        self, request: HttpRequest, region: str, permissions: Sequence[Permission]
    ) -> None:
        """Raise AccessDeniedException unless everybody has all permissions."""
        message = self.guard.permission_refusal(request, region, permissions, access_key_id=None)
        if message is not None:
            raise AccessDeniedException(message)


def _refused(code: str, message: str) -> AwsError:
    return AwsError(message, code=code, http_status=403)
