"""Secrets Manager: operations, actions and ARNs.

An ARN of a secret ends in six random characters, so it is asked for by name.
"""

from __future__ import annotations

from helpers.cloud.moto_seam.operations.arns import keys_from, known, named
from helpers.cloud.moto_seam.operations.call import Call, everything, row, rows

secret = known("secret", "SecretId", named("secretsmanager", "secret:{SecretId}"))


def _keys(call: Call) -> dict[str, object]:
    names = keys_from(
        secretsmanager_VersionId="VersionId",
        secretsmanager_VersionStage="VersionStage",
        secretsmanager_RotationLambdaARN="RotationLambdaARN",
    )
    return {**names(call), "secretsmanager:SecretId": secret(call)}


OPERATIONS = {
    "CreateSecret": row(
        "secretsmanager:CreateSecret",
        named("secretsmanager", "secret:{Name}"),
        keys_from(secretsmanager_Name="Name", secretsmanager_KmsKeyId="KmsKeyId"),
    ),
    **rows(
        "secretsmanager",
        secret,
        "GetSecretValue PutSecretValue DescribeSecret UpdateSecret DeleteSecret RestoreSecret"
        " RotateSecret CancelRotateSecret UpdateSecretVersionStage ListSecretVersionIds"
        " GetResourcePolicy PutResourcePolicy DeleteResourcePolicy TagResource UntagResource",
        _keys,
    ),
    **rows(
        "secretsmanager",
        everything,
        "ListSecrets GetRandomPassword BatchGetSecretValue ValidateResourcePolicy",
    ),
}
