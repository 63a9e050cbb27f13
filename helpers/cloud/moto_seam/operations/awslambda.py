"""Lambda: operations, actions and ARNs. Leaves out durable executions and capacity providers."""

from __future__ import annotations

from helpers.cloud.moto_seam.operations.arns import keys_from, named, optional, param, regional
from helpers.cloud.moto_seam.operations.call import (
    Call,
    everything,
    no_keys,
    pass_role,
    row,
    rows,
)


def function(call: Call) -> str:
    """Give the ARN of the function without a qualifier, whichever way it is named."""
    return _arn(call).rsplit(":", 1)[0] if _qualified(call) else _arn(call)


def qualified(call: Call) -> str:
    """Give the ARN of the function, version or alias that the call names."""
    qualifier = call.params.get("Qualifier")
    return f"{function(call)}:{qualifier}" if qualifier else _arn(call)


def _arn(call: Call) -> str:
    """Read ``name``, ``name:alias``, ``account:function:name`` or an ARN."""
    name = str(call.params["FunctionName"])
    if name.startswith("arn:"):
        return name
    return regional("lambda", call, f"function:{name.rsplit('function:', maxsplit=1)[-1]}")


def _qualified(call: Call) -> bool:
    return _arn(call).count(":") > 6


def _layers(call: Call) -> list[str]:
    return list(call.params.get("Layers") or [])


def _code(call: Call) -> list[str]:
    code = call.params.get("Code") or call.params
    if not code.get("S3Bucket"):
        return []
    return [f"arn:aws:s3:::{code['S3Bucket']}/{code.get('S3Key')}"]


def _mapping_keys(call: Call) -> dict[str, object]:
    """Give the function that the call names, or that the mapping has."""
    if call.params.get("FunctionName"):
        return {"lambda:FunctionArn": _arn(call)}
    known = call.facts.arn_of("function-of-mapping", str(call.params.get("UUID")), call.region)
    return {"lambda:FunctionArn": known} if known else {}


def _function_keys(call: Call) -> dict[str, object]:
    layers = _layers(call)
    return {"lambda:Layer": layers} if layers else {}


_layer = named("lambda", "layer:{LayerName}")
_layer_version = named("lambda", "layer:{LayerName}:{VersionNumber}")
_mapping = named("lambda", "event-source-mapping:{UUID}")
_url_keys = keys_from(lambda_FunctionUrlAuthType="AuthType")
_permission_keys = keys_from(
    lambda_Principal="Principal", lambda_FunctionUrlAuthType="FunctionUrlAuthType"
)
_passed = pass_role("lambda.amazonaws.com", optional("Role"))
_read_layers = row("lambda:GetLayerVersion", _layers)
_read_code = row("s3:GetObject", _code)

OPERATIONS = {
    "Invoke": row("lambda:InvokeFunction", qualified),
    "InvokeAsync": row("lambda:InvokeFunction", qualified),
    "InvokeWithResponseStream": row("lambda:InvokeFunction", qualified),
    "CreateFunction": row(
        "lambda:CreateFunction", function, _function_keys, _passed, _read_layers, _read_code
    ),
    "UpdateFunctionCode": row("lambda:UpdateFunctionCode", function, no_keys, _read_code),
    "UpdateFunctionConfiguration": row(
        "lambda:UpdateFunctionConfiguration", function, _function_keys, _passed, _read_layers
    ),
    "AddPermission": row("lambda:AddPermission", qualified, _permission_keys),
    "RemovePermission": row("lambda:RemovePermission", qualified, _permission_keys),
    "CreateEventSourceMapping": row("lambda:CreateEventSourceMapping", everything, _mapping_keys),
    "GetLayerVersionByArn": row("lambda:GetLayerVersion", param("Arn")),
    **rows(
        "lambda",
        qualified,
        "GetFunction GetFunctionConfiguration GetPolicy DeleteFunction"
        " PutFunctionEventInvokeConfig UpdateFunctionEventInvokeConfig"
        " GetFunctionEventInvokeConfig DeleteFunctionEventInvokeConfig"
        " PutProvisionedConcurrencyConfig GetProvisionedConcurrencyConfig"
        " DeleteProvisionedConcurrencyConfig GetRuntimeManagementConfig"
        " PutRuntimeManagementConfig",
    ),
    **rows(
        "lambda",
        function,
        "PublishVersion ListVersionsByFunction CreateAlias GetAlias UpdateAlias DeleteAlias"
        " ListAliases PutFunctionConcurrency GetFunctionConcurrency DeleteFunctionConcurrency"
        " ListFunctionEventInvokeConfigs ListProvisionedConcurrencyConfigs"
        " GetFunctionRecursionConfig PutFunctionRecursionConfig GetFunctionCodeSigningConfig"
        " PutFunctionCodeSigningConfig DeleteFunctionCodeSigningConfig ListFunctionUrlConfigs"
        " GetFunctionScalingConfig PutFunctionScalingConfig",
    ),
    **rows(
        "lambda",
        qualified,
        "CreateFunctionUrlConfig UpdateFunctionUrlConfig GetFunctionUrlConfig"
        " DeleteFunctionUrlConfig",
        _url_keys,
    ),
    **rows(
        "lambda",
        _mapping,
        "GetEventSourceMapping UpdateEventSourceMapping DeleteEventSourceMapping",
        _mapping_keys,
    ),
    **rows("lambda", _layer, "PublishLayerVersion"),
    **rows(
        "lambda",
        _layer_version,
        "GetLayerVersion DeleteLayerVersion GetLayerVersionPolicy AddLayerVersionPermission"
        " RemoveLayerVersionPermission",
    ),
    **rows("lambda", param("Resource"), "TagResource UntagResource ListTags"),
    **rows(
        "lambda", param("ResourceArn"), "GetResourcePolicy PutResourcePolicy DeleteResourcePolicy"
    ),
    **rows(
        "lambda",
        everything,
        "ListFunctions GetAccountSettings ListLayers ListLayerVersions ListEventSourceMappings"
        " ListCodeSigningConfigs CreateCodeSigningConfig",
    ),
    **rows(
        "lambda",
        param("CodeSigningConfigArn"),
        "GetCodeSigningConfig UpdateCodeSigningConfig DeleteCodeSigningConfig"
        " ListFunctionsByCodeSigningConfig",
    ),
}
