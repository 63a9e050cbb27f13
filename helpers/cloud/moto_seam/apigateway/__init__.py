"""REST APIs in moto: deployments that keep what they deployed, and operations moto leaves out."""

from __future__ import annotations

from helpers.cloud.moto_seam.apigateway.rest_apis import MotoRestApis
from helpers.cloud.moto_seam.late import after_import

__all__ = ["MotoRestApis", "install"]


def install() -> None:
    """Correct moto's API Gateway when it is imported; harmless when called again."""
    after_import("moto.apigateway.models", _models)
    after_import("moto.apigateway.responses", _responses)


def _models() -> None:
    from helpers.cloud.moto_seam.apigateway.corrections import correct_models

    correct_models()


def _responses() -> None:
    from helpers.cloud.moto_seam.apigateway.updates import correct_responses

    correct_responses()
