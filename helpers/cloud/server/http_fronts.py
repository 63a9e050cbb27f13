"""Builds the public fronts: function URLs and APIs, and the parts of services that make them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.cloud.control.function_urls import FunctionUrlsApi
from helpers.cloud.gateway import Front, ServiceApi
from helpers.cloud.http_fronts.address import FrontKind
from helpers.cloud.http_fronts.function_urls import FunctionUrls
from helpers.cloud.http_fronts.functions import FrontFunctions
from helpers.cloud.http_fronts.http_api_authorizers import HttpApiAuthorizers
from helpers.cloud.http_fronts.http_api_front import HttpApisFront
from helpers.cloud.http_fronts.lambda_urls import LambdaUrlsFront
from helpers.cloud.http_messages import HttpAnswer, HttpRequest
from helpers.cloud.moto_seam.http_apis.api import HttpApisApi
from helpers.cloud.moto_seam.http_apis.catalog import MotoHttpApis
from helpers.cloud.moto_seam.http_apis.surroundings import LocalIssuers, MotoAccessLogs
from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID
from helpers.cloud.ports import Authorizer
from helpers.cloud.server.data_plane import DataPlane
from helpers.cloud.server.first_use import FirstUse, LateApis, LateFront
from helpers.cloud.server.foundation import Foundation
from helpers.cloud.server.front_callers import SignedCallers

if TYPE_CHECKING:
    from helpers.cloud.server.rest_apis import RestApis


@dataclass(frozen=True, slots=True)
class HttpFronts:
    """Functions over HTTP; a Part of the cloud.

    `fronts` answer public requests, the first that takes one; `apis` go before the kit's other
    parts of a service, by its name in a signature.
    """

    callers: SignedCallers
    urls: FunctionUrls
    rest: FirstUse[RestApis]
    http_apis: HttpApisFront
    functions: FrontFunctions
    fronts: Sequence[Front]
    apis: Mapping[str, Sequence[ServiceApi]]

    def clear(self) -> None:
        """Forget every front, what callers were allowed, and the last events."""
        self.functions.recent.clear()
        self.callers.guard.forget()
        self.urls.clear()
        if self.rest.built is not None:
            self.rest.built.clear()
        self.http_apis.forget()

    def close(self) -> None:
        """End nothing: fronts keep no thread."""


def build_http_fronts(
    foundation: Foundation,
    plane: DataPlane,
    callers: SignedCallers,
    authorizer: Authorizer,
    services: Callable[[HttpRequest], HttpAnswer],
) -> HttpFronts:
    """Build every front; `services` is moto."""
    clock, registry, recorder = foundation.clock, foundation.registry, foundation.recorder
    functions = FrontFunctions(plane.invoker, authorizer, clock)
    urls = FunctionUrls(registry)
    http_apis = HttpApisFront(
        MotoHttpApis(),
        functions,
        HttpApiAuthorizers(functions, callers, LocalIssuers(), clock),
        MotoAccessLogs(clock),
        recorder,
        clock,
    )

    def build_rest() -> RestApis:
        from helpers.cloud.server.rest_apis import build_rest_apis

        return build_rest_apis(foundation, plane, functions, callers)

    def build_balancers() -> Front:
        from helpers.cloud.server.rest_apis import build_load_balancers

        return build_load_balancers(foundation, functions)

    rest, balancers = FirstUse(build_rest), FirstUse(build_balancers)
    endpoint = foundation.endpoint
    http_apis_api = HttpApisApi(services, endpoint, http_apis.authorizers.forget)
    return HttpFronts(
        callers=callers,
        urls=urls,
        rest=rest,
        http_apis=http_apis,
        functions=functions,
        fronts=(
            LambdaUrlsFront(urls, functions, callers, recorder, clock),
            http_apis,
            LateFront(FrontKind.EXECUTE_API, lambda: rest.get().front),
            LateFront(FrontKind.LOAD_BALANCER, balancers.get),
        ),
        apis={
            "lambda": (FunctionUrlsApi(urls, registry, clock, endpoint, ACCOUNT_ID),),
            "apigateway": (http_apis_api, LateApis(lambda: rest.get().apis)),
        },
    )
