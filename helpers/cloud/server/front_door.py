"""Builds the front door: who calls, and the parts of AWS's APIs that stand before moto."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from helpers.cloud.control.account_settings import AccountSettingsApi
from helpers.cloud.control.code_signing_api import CodeSigningApi
from helpers.cloud.control.dead_letters import dead_letter_check
from helpers.cloud.control.event_invoke_configs import EventInvokeConfigsApi
from helpers.cloud.control.invocations import InvocationsApi
from helpers.cloud.control.provisioned_concurrency import (
    ProvisionedConcurrencyApi,
    account_concurrency,
)
from helpers.cloud.control.pushed_events import direct_invocation
from helpers.cloud.control.recursion import RecursionApi
from helpers.cloud.control.tracing import tracing_check
from helpers.cloud.doorkeeper import Doorkeeper
from helpers.cloud.gateway import Gateway, ServiceApi
from helpers.cloud.kit_api import KitApi
from helpers.cloud.moto_seam import awslambda
from helpers.cloud.moto_seam.iam.guard import Guard
from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID
from helpers.cloud.server.data_plane import DataPlane
from helpers.cloud.server.foundation import AdministratorKey, Foundation
from helpers.cloud.server.front_callers import SignedCallers
from helpers.cloud.server.http_fronts import HttpFronts
from helpers.cloud.server.services import Services


def build_callers(
    foundation: Foundation, services: Services, key: AdministratorKey
) -> SignedCallers:
    """Build who reads signatures and who asks IAM, for the front door and the public fronts."""
    doorkeeper = Doorkeeper(
        secret_of=services.identities.find,
        access_key_id=key.access_key_id,
        secret_access_key=key.secret_access_key,
        token=key.token,
        open_door=foundation.settings.open,
        guest_access_key_id=key.guest_access_key_id,
        guest_secret_access_key=key.guest_secret_access_key,
    )
    guard = Guard(services.identities, services.authorizer)
    return SignedCallers(doorkeeper, guard, services.identities)


def build_gateway(
    services: Services,
    plane: DataPlane,
    http: HttpFronts,
    apis: Mapping[str, Sequence[ServiceApi]],
    kit: KitApi,
) -> Gateway:
    """Put the front door before the data plane, the kit's parts of AWS's APIs, and moto.

    `apis` are the parts that others built, by service.
    """
    foundation = plane.foundation
    registry, ports = foundation.registry, services.ports
    concurrency = account_concurrency(foundation.settings, registry, plane.provisioned)
    awslambda.install(
        awslambda.LambdaHooks(
            registry=registry,
            clock=foundation.clock,
            invoke=direct_invocation(plane.invoker),
            check_dead_letter=dead_letter_check(ports.targets, ports.authorizer),
            check_tracing=tracing_check(ports.authorizer),
            give_key=services.keys.give,
            check_role=services.authorizer.check_execution_role,
            role_may=lambda role, action: ports.authorizer.role_may(role, action, "*") is None,
            concurrency=concurrency,
            version_state=plane.snapshots.state,
            link=services.packages.link,
            signing=services.signing,
        )
    )
    return Gateway(
        doorkeeper=http.callers.doorkeeper,
        invocations=InvocationsApi(plane.invoker, plane.queue, ACCOUNT_ID),
        fronts=(services.packages, services.stack_responses, *http.fronts),
        apis={
            **http.apis,
            "lambda": (
                *http.apis["lambda"],
                *apis["lambda"],
                EventInvokeConfigsApi(
                    plane.configs,
                    registry,
                    ports.targets,
                    ports.authorizer,
                    foundation.clock,
                    ACCOUNT_ID,
                ),
                RecursionApi(plane.recursion, registry, ACCOUNT_ID),
                ProvisionedConcurrencyApi(plane.provisioned, registry, concurrency, ACCOUNT_ID),
                services.runtimes,
                CodeSigningApi(services.signing, registry, ACCOUNT_ID),
                awslambda.FunctionsApi(registry, awslambda.backend_of, ACCOUNT_ID),
                awslambda.PoliciesApi(registry, awslambda.backend_of, ACCOUNT_ID),
                awslambda.ReservedConcurrencyApi(registry, awslambda.backend_of, ACCOUNT_ID),
                awslambda.TagsApi(registry, awslambda.backend_of, ACCOUNT_ID),
                awslambda.LayersApi(awslambda.backend_of, ACCOUNT_ID),
                awslambda.VersionsApi(registry, awslambda.backend_of, ACCOUNT_ID),
                AccountSettingsApi(registry, concurrency, awslambda.layer_bytes, ACCOUNT_ID),
            ),
            "secretsmanager": apis["secretsmanager"],
            "xray": (services.xray.api,),
        },
        kit=kit,
        faults=services.faults,
        access=http.callers.guard,
        services=services.moto,
        turns=services.turns,
        changed=http.callers.guard.changed,
        settle=plane.pool.settle,
    )
