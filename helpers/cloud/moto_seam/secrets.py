"""What moto's Secrets Manager gets wrong about staging labels, and what rotation reads of it.

moto answers GetSecretValue with the version that was current when it was stored, whatever
UpdateSecretVersionStage has moved since, and gives a version without a value as if it had one.

Source: docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html (versions).
"""

from __future__ import annotations

from typing import Any

from moto.secretsmanager.exceptions import ResourceNotFoundException
from moto.secretsmanager.models import SecretsManagerBackend, secretsmanager_backends

from helpers.cloud.moto_seam.identities import ACCOUNT_ID

CURRENT, PENDING, PREVIOUS = "AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"


def install() -> None:
    """Bind the corrections where moto moves labels and reads values."""
    moves, reads = SecretsManagerBackend.update_secret_version_stage, _get_secret_value

    def update_secret_version_stage(backend: Any, secret_id: str, *rest: Any, **more: Any) -> Any:
        answer = moves(backend, secret_id, *rest, **more)
        follow_current(backend.secrets[secret_id])
        return answer

    def get_secret_value(
        backend: Any, secret_id: str, version_id: str, version_stage: str
    ) -> dict[str, Any]:
        answer: dict[str, Any] = reads(backend, secret_id, version_id, version_stage)
        if answer.get("SecretString") is None and answer.get("SecretBinary") is None:
            by = f"VersionId: {version_id}" if version_id else f"staging label: {version_stage}"
            raise ResourceNotFoundException(
                f"Secrets Manager can't find the specified secret value for {by}"
            )
        return answer

    if not hasattr(moves, "__wrapped__"):
        update_secret_version_stage.__wrapped__ = moves  # type: ignore[attr-defined]
        SecretsManagerBackend.update_secret_version_stage = update_secret_version_stage
        SecretsManagerBackend.get_secret_value = get_secret_value


def find_secret(name: str, region: str) -> Any | None:
    """Return moto's secret with this name or ARN, whole or without its last six characters."""
    backend = secretsmanager_backends[ACCOUNT_ID][region]
    return backend.secrets[name] if name in backend.secrets else None


def follow_current(secret: Any) -> None:
    """Let the version that is labelled AWSCURRENT be the one that is read without a label."""
    for version_id, version in secret.versions.items():
        if CURRENT in version["version_stages"]:
            secret.set_default_version_id(version_id)


def version_with(secret: Any, label: str) -> str | None:
    """Return the version that has a label."""
    labelled = (v for v, version in secret.versions.items() if label in version["version_stages"])
    return next(labelled, None)


_get_secret_value = SecretsManagerBackend.get_secret_value
