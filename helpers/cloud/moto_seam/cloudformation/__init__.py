"""CloudFormation on the account's own API: resource types, transforms, events and rollbacks.

moto parses templates and resolves references. The types of the table are made by the same calls
that everybody makes, so that validation, permissions and deliveries reach them; the rest are
moto's own.
"""

from __future__ import annotations

from typing import Any

from moto.cloudformation import parsing
from moto.core.common_models import CloudFormationModel

from helpers.cloud.moto_seam.around import Around
from helpers.cloud.moto_seam.cloudformation import (
    account_types,
    api_types,
    data_types,
    deployment_types,
    function_types,
    lambda_types,
    messaging_types,
    nested,
    stacks,
)
from helpers.cloud.moto_seam.cloudformation.checks import CUSTOM
from helpers.cloud.moto_seam.cloudformation.custom_resources import custom_type
from helpers.cloud.moto_seam.cloudformation.models import Resource, model_of

__all__ = ["install"]

TYPES = (
    *function_types.TYPES,
    *lambda_types.TYPES,
    *messaging_types.TYPES,
    *account_types.TYPES,
    *api_types.TYPES,
    *data_types.TYPES,
    *deployment_types.TYPES,
    *nested.TYPES,
)


def install(around: Around) -> None:
    """Bind the kit's types and stacks where moto looks for its own; again for each cloud."""
    of_moto = {
        model.cloudformation_type(): model
        for model in CloudFormationModel.__subclasses__()
        if model is not Resource
    }
    rows = (*TYPES, custom_type(CUSTOM, around))
    known = {**of_moto, **{row.name: model_of(row, around.calls) for row in rows}}
    names = {name: model.cloudformation_name_type() for name, model in known.items()}
    parsing.get_model_list = lambda: [*known.values()]
    parsing.get_model_map = lambda: known
    parsing.get_name_type_map = lambda: names
    customs: dict[str, Any] = {}

    def class_of(kind: str) -> Any:
        if kind.startswith("Custom::"):
            if kind not in customs:
                customs[kind] = model_of(custom_type(kind, around), around.calls)
            return customs[kind]
        return None if kind in parsing.NULL_MODELS else known[kind]

    parsing.resource_class_from_type = class_of
    stacks.install(frozenset(row.name for row in TYPES), around.calls)
