"""Systems Manager Parameter Store: operations, actions and ARNs. Leaves the rest of SSM out.

Decrypting a SecureString under a customer key needs kms:Decrypt of the caller; not asked when a
whole path is read. Source: docs.aws.amazon.com/kms/latest/developerguide/
services-parameter-store.html.
"""

from __future__ import annotations

from helpers.cloud.moto_seam.operations.arns import regional
from helpers.cloud.moto_seam.operations.call import Call, everything, no_keys, row, rows

PARAMETERS_KEY = "key-of-parameter"


def parameter_arn(call: Call, name: str) -> str:
    """Give a parameter's ARN: ``/a/b`` is ``parameter/a/b``; a version or label is no part."""
    if name.startswith("arn:"):
        return name
    return regional("ssm", call, f"parameter/{name.split(':', maxsplit=1)[0].removeprefix('/')}")


def _one(call: Call) -> str:
    return parameter_arn(call, call.params["Name"])


def _many(call: Call) -> list[str]:
    return [parameter_arn(call, name) for name in call.params["Names"]]


def _keys_to_decrypt(call: Call) -> list[str]:
    if not call.params.get("WithDecryption"):
        return []
    names = call.params.get("Names") or [call.params["Name"]]
    keys = (call.facts.arn_of(PARAMETERS_KEY, name, call.region) for name in names)
    return [key for key in keys if key]


def _tree(call: Call) -> str:
    return parameter_arn(call, call.params["Path"])


def _tree_keys(call: Call) -> dict[str, object]:
    return {"ssm:Recursive": bool(call.params.get("Recursive"))}


def _tagged(call: Call) -> str:
    if call.params["ResourceType"] != "Parameter":
        return "*"
    return parameter_arn(call, call.params["ResourceId"])


_decrypting = row("kms:Decrypt", _keys_to_decrypt)

OPERATIONS = {
    "GetParameter": row("ssm:GetParameter", _one, no_keys, _decrypting),
    "GetParameters": row("ssm:GetParameters", _many, no_keys, _decrypting),
    "DeleteParameters": row("ssm:DeleteParameters", _many),
    "GetParametersByPath": row("ssm:GetParametersByPath", _tree, _tree_keys),
    **rows(
        "ssm",
        _one,
        "PutParameter DeleteParameter GetParameterHistory LabelParameterVersion"
        " UnlabelParameterVersion",
    ),
    **rows("ssm", _tagged, "AddTagsToResource RemoveTagsFromResource ListTagsForResource"),
    **rows("ssm", everything, "DescribeParameters"),
}
