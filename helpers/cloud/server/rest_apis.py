"""Builds the fronts of REST APIs and load balancers, and the parts of API Gateway's API."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from helpers.cloud.gateway import ServiceApi
from helpers.cloud.http_fronts.functions import FrontFunctions
from helpers.cloud.http_fronts.load_balancers.front import LoadBalancerFront
from helpers.cloud.http_fronts.rest.access import Access
from helpers.cloud.http_fronts.rest.authorizers import LambdaAuthorizers
from helpers.cloud.http_fronts.rest.front import RestApiFront
from helpers.cloud.http_fronts.rest.integrations import Integrations
from helpers.cloud.http_fronts.rest.management import TestInvokeApi
from helpers.cloud.http_fronts.rest.usage import KeyCheck, UsageMeter
from helpers.cloud.http_fronts.rest.usage_api import UsageApi
from helpers.cloud.moto_seam import apigateway
from helpers.cloud.moto_seam.apigateway.tags_api import TagsApi
from helpers.cloud.moto_seam.elbv2.balancers import MotoLoadBalancers
from helpers.cloud.moto_seam.http_apis.surroundings import MotoAccessLogs
from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID
from helpers.cloud.moto_seam.user_pools import MotoUserPools
from helpers.cloud.ports import FrontCallers
from helpers.cloud.server.data_plane import DataPlane
from helpers.cloud.server.foundation import Foundation


@dataclass(frozen=True, slots=True)
class RestApis:
    """The front of REST APIs, and the parts of API Gateway's API that need it."""

    front: RestApiFront
    apis: Sequence[ServiceApi]
    authorizers: LambdaAuthorizers
    meter: UsageMeter

    def clear(self) -> None:
        """Forget what authorizers said and what keys used."""
        self.authorizers.clear()
        self.meter.clear()


def build_rest_apis(
    foundation: Foundation, plane: DataPlane, functions: FrontFunctions, callers: FrontCallers
) -> RestApis:
    """Build the front and its parts."""
    apis, clock = apigateway.MotoRestApis(), foundation.clock
    authorizers, meter = LambdaAuthorizers(functions, clock), UsageMeter(clock)
    integrations = Integrations(functions, plane.pushed_events)
    front = RestApiFront(
        apis=apis,
        functions=functions,
        integrations=integrations,
        access=Access(callers, authorizers, MotoUserPools(clock)),
        keys=KeyCheck(apis, meter),
        meter=meter,
        clock=clock,
        recorder=foundation.recorder,
        access_logs=MotoAccessLogs(clock),
    )
    management = (
        TestInvokeApi(apis, functions, integrations, authorizers, clock, ACCOUNT_ID),
        UsageApi(apis, meter, clock),
        TagsApi(),
    )
    return RestApis(front, management, authorizers, meter)


def build_load_balancers(foundation: Foundation, functions: FrontFunctions) -> LoadBalancerFront:
    """Build the front of load balancers."""
    chance = random.Random(foundation.settings.seed or None)
    return LoadBalancerFront(MotoLoadBalancers(), functions, foundation.recorder, chance)
