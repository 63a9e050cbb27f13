"""moto's Lambda as the memory of the API's state; everything that runs is the kit's own.

moto looks its Lambda backends up in `moto.awslambda_simple.models` and constructs functions as
`moto.awslambda.models.LambdaFunction`; both names are bound to the kit's classes here, so that
boto3, S3, SNS, CloudFormation, versions and reset all reach them. After each mutation the function
is published to the registry.
"""

from __future__ import annotations

import moto.awslambda.models as lambda_models
import moto.awslambda_simple.models as simple_models
from moto.core.base_backend import BackendDict

from helpers.cloud.moto_seam.awslambda.backend import KitBackend
from helpers.cloud.moto_seam.awslambda.function import KitFunction
from helpers.cloud.moto_seam.awslambda.functions import FunctionsApi
from helpers.cloud.moto_seam.awslambda.hooks import LambdaHooks
from helpers.cloud.moto_seam.awslambda.layers import LayersApi
from helpers.cloud.moto_seam.awslambda.policies import PoliciesApi
from helpers.cloud.moto_seam.awslambda.reserved import ReservedConcurrencyApi
from helpers.cloud.moto_seam.awslambda.tags import TagsApi
from helpers.cloud.moto_seam.awslambda.versions import VersionsApi

__all__ = [
    "FunctionsApi",
    "KitBackend",
    "KitFunction",
    "LambdaHooks",
    "LayersApi",
    "PoliciesApi",
    "ReservedConcurrencyApi",
    "TagsApi",
    "VersionsApi",
    "backend_of",
    "install",
    "layer_bytes",
]


def layer_bytes(place: tuple[str, str]) -> int:
    """Return the size of an account's layer archives in a Region."""
    account_id, region = place
    size: int = simple_models.lambda_simple_backends[account_id][region].layer_bytes()
    return size


def backend_of(account_id: str, region: str) -> KitBackend:
    """Return moto's Lambda of an account's Region."""
    backend: KitBackend = simple_models.lambda_simple_backends[account_id][region]
    return backend


def install(hooks: LambdaHooks) -> None:
    """Bind the kit's classes where moto looks for its own."""
    backend = type("KitBackend", (KitBackend,), {"hooks": hooks, "__module__": __name__})
    lambda_models.LambdaFunction = KitFunction
    simple_models.lambda_simple_backends = BackendDict(backend, "lambda")
