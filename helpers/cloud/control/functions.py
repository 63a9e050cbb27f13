"""What CreateFunction, UpdateFunctionConfiguration and UpdateFunctionCode refuse.

Models, in AWS's order: constraints of the API model (all at once, ValidationException), then
Lambda's own rules (one at a time, InvalidParameterValueException). Limits are those of default
compute: the model's own maxima of memory, timeout and /tmp are wider for managed instances.
Left out: whether role, bucket, layers, subnets, dead-letter target or code signing configuration
exist (their owners tell), container images beyond what they exclude.

Source: botocore's lambda/2015-03-31/service-2.json (patterns, lengths, enums);
docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html and troubleshooting-deployment.html;
sentences as AWS's answers in public reports have them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from helpers.cloud.control.constraints import KMS_KEY_PATTERN, Constraints, detected, sentence
from helpers.cloud.control.environment_variables import NAME_PATTERN, check_environment_variables
from helpers.cloud.control.packages import check_upload
from helpers.cloud.control.runtimes import check_creatable, check_updatable
from helpers.cloud.control.tags import check_tags
from helpers.cloud.errors import InvalidParameterValueException
from helpers.cloud.facts import load_facts
from helpers.cloud.model import LogFormat, PackageType

FUNCTION_PATTERN = (
    r"(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?"
    r"(\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\$LATEST|[a-zA-Z0-9-_]+))?"
)
FUNCTION_MAX = 140
ROLE_PATTERN = r"arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+"
HANDLER_PATTERN = r"[^\s]+"
LOG_GROUP_PATTERN = r"[\.\-_/#A-Za-z0-9]+"
ARCHITECTURES = ("x86_64", "arm64")
APPLICATION_LEVELS = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")
APPLY_ON = ("PublishedVersions", "None")
SYSTEM_LEVELS = ("DEBUG", "INFO", "WARN")

NOT_BUILT = {
    "DurableConfig": "Durable functions",
    "TenancyConfig": "Environments per tenant",
    "CapacityProviderConfig": "Managed instances",
    "FileSystemConfigs": "File systems",
}
"""What of a configuration would change how the function runs, and does not here."""

Request = Mapping[str, Any]


def validate_create(request: Request, *, today: date) -> None:
    """Raise the AwsError that CreateFunction answers with, if the request has a fault.

    `request` holds the members as boto3 takes them; `Code.ZipFile` is bytes.
    """
    constraints = Constraints()
    for member in ("FunctionName", "Role", "Code"):
        constraints.required(_camel(member), request.get(member))
    _check_name(constraints, request)
    constraints.one_of("packageType", request.get("PackageType"), list(PackageType))
    _check_configuration(constraints, request)
    constraints.single("architectures", request.get("Architectures"), ARCHITECTURES)
    constraints.raise_if_broken()
    _check_plain_name(request["FunctionName"])
    if request.get("Tags"):
        check_tags(request["Tags"], {})
    _check_rules(request)
    if request.get("PackageType", PackageType.ZIP) == PackageType.ZIP:
        _check_zip_function(request, today)
    else:
        _check_image_function(request)


def validate_update_configuration(
    request: Request, *, today: date, current_runtime: str | None = None
) -> None:
    """Raise the AwsError that UpdateFunctionConfiguration answers with, if there is a fault.

    `current_runtime` is the function's own: from its block date on, nothing may be changed, unless
    the request moves the function to a newer one.
    """
    constraints = Constraints()
    _check_name(constraints, request)
    _check_configuration(constraints, request)
    constraints.raise_if_broken()
    _check_rules(request)
    runtime = request.get("Runtime")
    if runtime is not None and runtime != current_runtime:
        check_creatable(runtime, today=today)
    elif current_runtime is not None:
        check_updatable(current_runtime, today=today)


def validate_update_code(
    request: Request, *, today: date, current_runtime: str | None = None
) -> None:
    """Raise the AwsError that UpdateFunctionCode answers with, if there is a fault."""
    constraints = Constraints()
    _check_name(constraints, request)
    constraints.single("architectures", request.get("Architectures"), ARCHITECTURES)
    constraints.raise_if_broken()
    if current_runtime is not None:
        check_updatable(current_runtime, today=today)
    check_upload(request, operation="UpdateFunctionCode")


def _check_name(constraints: Constraints, request: Request) -> None:
    name = request.get("FunctionName")
    constraints.length("functionName", name, at_most=FUNCTION_MAX)
    constraints.pattern("functionName", name, FUNCTION_PATTERN)


def _check_configuration(constraints: Constraints, request: Request) -> None:
    """Check the members that create and update share against the API model."""
    facts = load_facts()
    handler, description = request.get("Handler"), request.get("Description")
    constraints.pattern("role", request.get("Role"), ROLE_PATTERN)
    constraints.pattern("handler", handler, HANDLER_PATTERN)
    constraints.length("handler", handler, at_most=facts.quota("handler_max"))
    constraints.length("description", description, at_most=facts.quota("description_max"))
    for member, value, quota in (
        ("timeout", request.get("Timeout"), "timeout"),
        ("memorySize", request.get("MemorySize"), "memory"),
        (
            "ephemeralStorage.size",
            _within(request, "EphemeralStorage", "Size"),
            "ephemeral_storage",
        ),
    ):
        lowest, highest = facts.quota(f"{quota}_min"), facts.quota(f"{quota}_max")
        constraints.number(member, value, at_least=lowest, at_most=highest)
    if request.get("EphemeralStorage") is not None:
        size = _within(request, "EphemeralStorage", "Size")
        constraints.required("ephemeralStorage.size", size)
    variables = _within(request, "Environment", "Variables") or {}
    constraints.keys("environment.variables", variables, NAME_PATTERN)
    constraints.pattern("kmsKeyArn", request.get("KMSKeyArn"), KMS_KEY_PATTERN)
    _check_vpc(constraints, request.get("VpcConfig") or {})
    apply_on = _within(request, "SnapStart", "ApplyOn")
    constraints.one_of("snapStart.applyOn", apply_on, APPLY_ON)
    mode = _within(request, "TracingConfig", "Mode")
    constraints.one_of("tracingConfig.mode", mode, ("Active", "PassThrough"))
    _check_logging(constraints, request.get("LoggingConfig") or {})


def _check_vpc(constraints: Constraints, vpc: Request) -> None:
    for member, pattern, at_most in (
        ("SubnetIds", r"subnet-[0-9a-z]*", 16),
        ("SecurityGroupIds", r"sg-[0-9a-zA-Z]*", 5),
    ):
        place, ids = f"vpcConfig.{_camel(member)}", vpc.get(member) or ()
        constraints.items(place, ids, at_most=at_most)
        constraints.each(place, ids, pattern, at_least=0, at_most=1024)


def _check_logging(constraints: Constraints, logging: Request) -> None:
    for member, allowed in (
        ("LogFormat", tuple(LogFormat)),
        ("ApplicationLogLevel", APPLICATION_LEVELS),
        ("SystemLogLevel", SYSTEM_LEVELS),
    ):
        constraints.one_of(f"loggingConfig.{_camel(member)}", logging.get(member), allowed)
    group = logging.get("LogGroup")
    constraints.pattern("loggingConfig.logGroup", group, LOG_GROUP_PATTERN)
    constraints.length("loggingConfig.logGroup", group, at_most=512)


def _check_plain_name(name: str) -> None:
    """Refuse more than 64 characters for the name itself; ARNs may be longer."""
    limit = load_facts().quota("function_name_max")
    plain = re.sub(r"^.*function:", "", name).partition(":")[0]
    if len(plain) > limit:
        constraint = f"Member must have length less than or equal to {limit}"
        message = detected([sentence("functionName", plain, constraint)])
        raise InvalidParameterValueException(message)


def _check_rules(request: Request) -> None:
    """Check what Lambda itself asks of a configuration, and that nothing is silently left out."""
    for member, feature in NOT_BUILT.items():
        if request.get(member):
            raise InvalidParameterValueException(
                f"{feature} are not built in this local account: the function would run as if "
                f"{member} were not there. Leave {member} out."
            )
    check_environment_variables(_within(request, "Environment", "Variables") or {})
    limit = load_facts().quota("layers_max")
    if len(request.get("Layers") or ()) > limit:
        raise InvalidParameterValueException(f"Cannot reference more than {limit} layers.")
    logging = request.get("LoggingConfig") or {}
    levels = {"ApplicationLogLevel", "SystemLogLevel"} & logging.keys()
    if levels and logging.get("LogFormat", LogFormat.TEXT) == LogFormat.TEXT:
        raise InvalidParameterValueException(
            'LogLevel is not supported when LogFormat is set to "Text". Remove LogLevel from your '
            'request or change the LogFormat to "JSON" and try again.'
        )


def _check_zip_function(request: Request, today: date) -> None:
    runtime, handler = request.get("Runtime"), request.get("Handler")
    if runtime is None or handler is None:
        raise InvalidParameterValueException(
            "Runtime and Handler are mandatory parameters for functions created with deployment "
            "packages."
        )
    check_creatable(runtime, today=today)
    check_upload(request["Code"], operation="CreateFunction")
    check_package_type(request["Code"], PackageType.ZIP, "creating")


def check_package_type(code: Request, package_type: str, doing: str) -> None:
    """Raise InvalidParameterValueException for an image of a zip function, and the reverse."""
    if package_type == PackageType.ZIP and code.get("ImageUri"):
        raise InvalidParameterValueException(
            f"Please don't provide ImageUri when {doing} a function with packageType Zip."
        )
    if package_type == PackageType.IMAGE and not code.get("ImageUri"):
        raise InvalidParameterValueException(
            f"Please provide ImageUri when {doing} a function with packageType Image."
        )


def _check_image_function(request: Request) -> None:
    if request.get("Runtime") is not None or request.get("Handler") is not None:
        raise InvalidParameterValueException(
            "The Runtime and Handler parameters are not supported for functions created with "
            "container images."
        )
    check_package_type(request["Code"], PackageType.IMAGE, "creating")


def _within(request: Request, outer: str, inner: str) -> Any:
    return (request.get(outer) or {}).get(inner)


def _camel(member: str) -> str:
    return member[0].lower() + member[1:]
