"""What Parameter Store refuses and moto takes: long values, names, values that fit no pattern.

Source: docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
(names), parameter-store-advanced-parameters.html (sizes and tiers);
docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html.
"""

from __future__ import annotations

import inspect
import re
from functools import wraps
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.ssm.exceptions import ValidationException
from moto.ssm.models import Parameter, SimpleSystemManagerBackend

from helpers.cloud.moto_seam.wrapping import first_time

STANDARD_MAX, ADVANCED_MAX, LEVELS_MAX = 4096, 8192, 15
TOO_LONG = (
    "Standard tier parameters support a maximum parameter value of 4096 characters. To create a "
    "larger parameter value, upgrade the parameter to use the advanced-parameter tier. For more "
    "information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/"
    "parameter-store-advanced-parameters.html"
)
BAD_NAME = (
    'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it can '
    "consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters,"
    " numbers and the following 3 symbols .-_"
)
BAD_PATH = (
    "The parameter doesn't meet the parameter name requirements. The parameter name must begin "
    'with a forward slash "/". It can\'t be prefixed with \\"aws\\" or \\"ssm\\" '
    "(case-insensitive). It must use only letters, numbers, or the following symbols: . (period), "
    "- (hyphen), _ (underscore). Special characters are not allowed. All sub-paths, if specified, "
    'must use the forward slash symbol "/". Valid example: /get/parameters2-/by1./path0_.'
)
INTELLIGENT = "Intelligent-Tiering"


def install() -> None:
    """Bind the rules; harmless when called again."""
    backend = SimpleSystemManagerBackend
    if not first_time(backend):
        return
    backend.put_parameter = _ruled(backend.put_parameter)
    Parameter.create_from_cloudformation_json = _named(Parameter.create_from_cloudformation_json)
    backend.get_parameters_by_path = _by_path(backend.get_parameters_by_path)


def _ruled(put: Any) -> Any:
    form = inspect.signature(put)

    @wraps(put)
    def put_parameter(*given: Any, **named: Any) -> Any:
        asked = form.bind(*given, **named).arguments
        backend, name, value = asked["self"], asked["name"], asked["value"] or ""
        _check_name(name)
        if asked.get("tier") == INTELLIGENT:
            asked["tier"] = "Advanced" if len(value) > STANDARD_MAX else "Standard"
        tier = asked.get("tier") or _tier_of(backend, name)
        if len(value) > STANDARD_MAX and tier == "Standard":
            raise ValidationException(TOO_LONG)
        if len(value) > ADVANCED_MAX:
            raise ValidationException(
                "Advanced tier parameters support a maximum parameter value of "
                f"{ADVANCED_MAX} characters."
            )
        pattern = asked.get("allowed_pattern")
        if pattern and not re.search(pattern, value):
            raise JsonRESTError(
                "ParameterPatternMismatchException",
                f"Parameter value, cannot be validated against allowedPattern: {pattern}",
            )
        return put(**asked)

    return put_parameter


def _tier_of(backend: Any, name: str) -> str:
    """Return the tier that a parameter has already; the account's default is Standard."""
    versions = dict.get(backend._parameters, name)
    return (versions[-1].tier if versions else None) or "Standard"


def _check_name(name: str) -> None:
    if not re.fullmatch(r"[\w./-]+", name, re.ASCII):
        raise ValidationException(BAD_NAME)
    if "/" in name and not name.startswith("/"):
        raise ValidationException("Parameter name must be a fully qualified name.")
    if name.count("/") > LEVELS_MAX:
        raise JsonRESTError(
            "HierarchyLevelLimitExceededException",
            f"A hierarchy can have a maximum of {LEVELS_MAX} levels.",
        )


def _by_path(get: Any) -> Any:
    @wraps(get)
    def get_parameters_by_path(backend: Any, path: str, *given: Any, **named: Any) -> Any:
        if not path.startswith("/"):
            raise ValidationException(BAD_PATH)
        return get(backend, path, *given, **named)

    return get_parameters_by_path


def _named(create: Any) -> Any:
    """Give a stack's parameter that has no name one of its own, as CloudFormation does."""

    def created(resource_name: str, cloudformation_json: Any, *given: Any, **named: Any) -> Any:
        logical_id_and_more = resource_name.rsplit("-", 2)[-2:]
        name = "-".join(["CFN", *logical_id_and_more])
        properties = {"Name": name, **cloudformation_json["Properties"]}
        definition = {**cloudformation_json, "Properties": properties}
        return create(resource_name, definition, *given, **named)

    return staticmethod(created)
