"""Builds the public fronts: function URLs and APIs, and the parts of services that make them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from helpers.cloud.control.function_urls import FunctionUrlsApi
from helpers.cloud.gateway import Front, ServiceApi
from helpers.cloud.http_fronts.function_urls import FunctionUrls
from helpers.cloud.http_fronts.functions import FrontFunctions
from helpers.cloud.http_fronts.lambda_urls import LambdaUrlsFront
from helpers.cloud.moto_seam.identities import ACCOUNT_ID
from helpers.cloud.ports import Authorizer
from helpers.cloud.server.data_plane import DataPlane
from helpers.cloud.server.foundation import Foundation
from helpers.cloud.server.front_callers import SignedCallers
from helpers.cloud.server.rest_apis import RestApisPart, build_load_balancers, build_rest_apis


@dataclass(frozen=True, slots=True)
class HttpFronts:
    """Functions over HTTP; a Part of the cloud.

    `fronts` answer public requests, the first that takes one; `apis` go before the kit's other
    parts of a service, by its name in a signature.
    """

    callers: SignedCallers
    urls: FunctionUrls
    rest: RestApisPart
    fronts: Sequence[Front]
    apis: Mapping[str, Sequence[ServiceApi]]

    def clear(self) -> None:
        """Forget every front."""
        self.urls.clear()
        self.rest.clear()

    def close(self) -> None:
        """End nothing: fronts keep no thread."""


def build_http_fronts(
    foundation: Foundation, plane: DataPlane, authorizer: Authorizer, callers: SignedCallers
) -> HttpFronts:
    """Build every front."""
    clock, registry, recorder = foundation.clock, foundation.registry, foundation.recorder
    functions = FrontFunctions(plane.invoker, authorizer, clock)
    urls = FunctionUrls(registry)
    rest = build_rest_apis(foundation, plane, functions, callers)
    balancers = build_load_balancers(foundation, functions, authorizer)
    return HttpFronts(
        callers=callers,
        urls=urls,
        rest=rest,
        fronts=(LambdaUrlsFront(urls, functions, callers, recorder, clock), rest.front, balancers),
        apis={
            "lambda": (FunctionUrlsApi(urls, registry, clock, foundation.endpoint, ACCOUNT_ID),),
            "apigateway": rest.apis,
        },
    )
