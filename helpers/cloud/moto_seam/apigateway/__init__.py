"""REST APIs in moto: deployments that keep what they deployed, and operations moto leaves out."""

from __future__ import annotations

from helpers.cloud.moto_seam.apigateway.rest_apis import MotoRestApis

__all__ = ["MotoRestApis", "install"]


def install() -> None:
    """Correct moto's API Gateway, before its first request; harmless when called again."""
    from helpers.cloud.moto_seam.apigateway.spared import import_models

    import_models()
    from helpers.cloud.moto_seam.apigateway.answers import correct_answers
    from helpers.cloud.moto_seam.apigateway.corrections import correct_models
    from helpers.cloud.moto_seam.apigateway.gateway_responses import correct_gateway_responses
    from helpers.cloud.moto_seam.apigateway.updates import correct_responses

    correct_models()
    correct_responses()
    correct_gateway_responses()
    correct_answers()
