"""Secrets Manager: operations, actions and ARNs.

An ARN of a secret ends in six random characters, so it is asked for by name. Reading a secret under
a customer key needs kms:Decrypt of the caller too. Source: docs.aws.amazon.com/secretsmanager/
latest/userguide/security-encryption.html.
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


def _key_to_decrypt(call: Call) -> list[str]:
    key = call.facts.arn_of("key-of-secret", call.params["SecretId"], call.region)
    return [key] if key else []


OPERATIONS = {
    "CreateSecret": row(
        "secretsmanager:CreateSecret",
        named("secretsmanager", "secret:{Name}"),
        keys_from(secretsmanager_Name="Name", secretsmanager_KmsKeyId="KmsKeyId"),
    ),
    "GetSecretValue": row(
        "secretsmanager:GetSecretValue", secret, _keys, row("kms:Decrypt", _key_to_decrypt)
    ),
    **rows(
        "secretsmanager",
        secret,
        "PutSecretValue DescribeSecret UpdateSecret DeleteSecret RestoreSecret"
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
