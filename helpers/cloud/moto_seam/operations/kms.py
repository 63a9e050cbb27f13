"""KMS: operations, actions, ARNs and the encryption context.

An alias stands for its key: the key's ARN is what policies name. Decrypt may leave the key out,
for the ciphertext names it. Leaves out custom key stores and imported key material.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from helpers.cloud.moto_seam.operations.arns import regional
from helpers.cloud.moto_seam.operations.call import Call, everything, row, rows

_KEY_ID_LENGTH = 36  # moto's ciphertext starts with the id of its key


def _key_arn(call: Call, name: str) -> str:
    if ":alias/" in name or name.startswith("alias/"):
        return call.facts.arn_of("key", name, call.region) or "*"
    return name if name.startswith("arn:") else regional("kms", call, f"key/{name}")


def _key_in(parameter: str, blob: str = "") -> Callable[[Call], str]:
    def key(call: Call) -> str:
        name = call.params.get(parameter)
        if name is None and blob:
            name = bytes(call.params[blob])[:_KEY_ID_LENGTH].decode()
        return _key_arn(call, str(name))

    return key


def _alias_and_key(call: Call) -> list[str]:
    alias = str(call.params["AliasName"])
    return [
        regional("kms", call, alias),
        _key_arn(call, str(call.params.get("TargetKeyId") or alias)),
    ]


def _context(*parameters: str) -> Callable[[Call], dict[str, object]]:
    def keys(call: Call) -> dict[str, object]:
        pairs: dict[str, Any] = {}
        for parameter in parameters:
            pairs |= call.params.get(parameter) or {}
        found: dict[str, object] = {f"kms:EncryptionContext:{k}": v for k, v in pairs.items()}
        return found | {"kms:EncryptionContextKeys": list(pairs)} if pairs else {}

    return keys


key = _key_in("KeyId")
_encryption = _context("EncryptionContext")

_encrypted_to = row(
    "kms:ReEncryptTo", _key_in("DestinationKeyId"), _context("DestinationEncryptionContext")
)

OPERATIONS = {
    "Decrypt": row("kms:Decrypt", _key_in("KeyId", "CiphertextBlob"), _encryption),
    "ReEncrypt": row(
        "kms:ReEncryptFrom",
        _key_in("SourceKeyId", "CiphertextBlob"),
        _context("SourceEncryptionContext"),
        row(
            "kms:ReEncryptTo", _key_in("DestinationKeyId"), _context("DestinationEncryptionContext")
        ),
    ),
    **rows("kms", key, "Encrypt GenerateDataKey GenerateDataKeyWithoutPlaintext", _encryption),
    **rows(
        "kms",
        key,
        "DescribeKey EnableKey DisableKey ScheduleKeyDeletion CancelKeyDeletion GetKeyPolicy"
        " PutKeyPolicy ListKeyPolicies EnableKeyRotation DisableKeyRotation GetKeyRotationStatus"
        " ListResourceTags TagResource UntagResource UpdateKeyDescription CreateGrant ListGrants"
        " RevokeGrant Sign Verify GetPublicKey GenerateMac VerifyMac",
    ),
    **rows("kms", _alias_and_key, "CreateAlias UpdateAlias DeleteAlias"),
    **rows("kms", everything, "CreateKey ListKeys ListAliases GenerateRandom"),
}
