"""What moto's Secrets Manager gets wrong about staging labels, and what rotation reads of it.

moto answers GetSecretValue with the version that was current when it was stored, whatever
UpdateSecretVersionStage has moved since, and with 404 where AWS answers 400.

Source: docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html (versions).
"""

from __future__ import annotations

from functools import wraps
from typing import Any

from moto.secretsmanager.exceptions import SecretsManagerClientError
from moto.secretsmanager.models import SecretsManagerBackend, secretsmanager_backends

from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID

CURRENT, PENDING = "AWSCURRENT", "AWSPENDING"
MOVES = "moves_labels_as_moto_does"


def install() -> None:
    """Bind the correction where moto moves labels."""
    moves = getattr(SecretsManagerBackend, MOVES, SecretsManagerBackend.update_secret_version_stage)

    @wraps(moves)
    def update_secret_version_stage(backend: Any, secret_id: str, *rest: Any, **more: Any) -> Any:
        answer = moves(backend, secret_id, *rest, **more)
        follow_current(backend.secrets[secret_id])
        return answer

    # the JSON protocol has one status for what the caller did wrong; moto sets 404 on each error
    SecretsManagerClientError.code = property(lambda error: 400, lambda error, code: None)
    setattr(SecretsManagerBackend, MOVES, moves)
    SecretsManagerBackend.update_secret_version_stage = update_secret_version_stage


def find_secret(name: str, region: str) -> Any | None:
    """Return moto's secret with this name or ARN, or None."""
    backend = secretsmanager_backends[ACCOUNT_ID][region]
    return backend.secrets.get(name)  # by name, ARN, or a part of the ARN


def follow_current(secret: Any) -> None:
    """Let the version that is labelled AWSCURRENT be the one that is read without a label."""
    for version_id, version in secret.versions.items():
        if CURRENT in version["version_stages"]:
            secret.set_default_version_id(version_id)


def version_with(secret: Any, label: str) -> str | None:
    """Return the version that has a label."""
    labelled = (v for v, version in secret.versions.items() if label in version["version_stages"])
    return next(labelled, None)
