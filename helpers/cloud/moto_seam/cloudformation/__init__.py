"""CloudFormation on the account's own API: resource types, transforms, events and rollbacks.

moto parses templates and resolves references. The types of the table are made by the same calls
that everybody makes, so that validation, permissions and deliveries reach them; the rest are
moto's own.
"""

from __future__ import annotations

from collections.abc import Callable

from moto.cloudformation import parsing
from moto.core.common_models import CloudFormationModel

from helpers.cloud.moto_seam.cloudformation import (
    account_types,
    api_types,
    lambda_types,
    messaging_types,
    stacks,
)
from helpers.cloud.moto_seam.cloudformation.models import Resource, model_of
from helpers.cloud.moto_seam.stack_calls import StackCalls

__all__ = ["install"]

TYPES = (*lambda_types.TYPES, *messaging_types.TYPES, *account_types.TYPES, *api_types.TYPES)


def install(calls: Callable[[], StackCalls]) -> None:
    """Bind the kit's types and stacks where moto looks for its own; again for each cloud."""
    of_moto = {
        model.cloudformation_type(): model
        for model in CloudFormationModel.__subclasses__()
        if model is not Resource
    }
    known = {**of_moto, **{row.name: model_of(row, calls) for row in TYPES}}
    names = {name: model.cloudformation_name_type() for name, model in known.items()}
    parsing.get_model_list = lambda: [*known.values()]
    parsing.get_model_map = lambda: known
    parsing.get_name_type_map = lambda: names
    stacks.install(frozenset(row.name for row in TYPES), calls)
