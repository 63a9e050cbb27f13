"""Builds the rest of the account: moto, IAM's decisions, and the gateway before them all."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from helpers.cloud.clock import Clock
from helpers.cloud.control.account_settings import AccountSettingsApi
from helpers.cloud.control.dead_letters import dead_letter_check
from helpers.cloud.control.event_invoke_configs import EventInvokeConfigsApi
from helpers.cloud.control.invocations import InvocationsApi
from helpers.cloud.control.provisioned_concurrency import (
    ProvisionedConcurrencyApi,
    account_concurrency,
)
from helpers.cloud.control.pushed_events import direct_invocation
from helpers.cloud.control.recursion import RecursionApi
from helpers.cloud.control.runtime_management import RuntimeManagementApi
from helpers.cloud.control.tracing import tracing_check
from helpers.cloud.doorkeeper import Doorkeeper
from helpers.cloud.gateway import Gateway
from helpers.cloud.http_fronts.packages import PackageLinks
from helpers.cloud.http_fronts.stack_responses import StackResponses
from helpers.cloud.http_messages import HttpAnswer, HttpRequest
from helpers.cloud.kit_api import KitApi
from helpers.cloud.moto_seam import (
    apigateway,
    application,
    awslambda,
    customer_keys,
    elbv2,
    iam_operations,
    managed_policies,
    queue_traces,
    resource_policies,
    secrets,
    security_tokens,
)
from helpers.cloud.moto_seam.account_calls import AccountCalls
from helpers.cloud.moto_seam.authorizer import MotoAuthorizer
from helpers.cloud.moto_seam.customer_keys import CustomerKeys
from helpers.cloud.moto_seam.faults import Faults
from helpers.cloud.moto_seam.function_log import MotoFunctionLog
from helpers.cloud.moto_seam.guard import Guard
from helpers.cloud.moto_seam.identities import ACCOUNT_ID, Identities, RoleCredentials
from helpers.cloud.moto_seam.rotation import RotationApi
from helpers.cloud.moto_seam.targets import MotoTargets
from helpers.cloud.moto_seam.writers import Writers
from helpers.cloud.ports import Credentials
from helpers.cloud.server.data_plane import DataPlane, Ports
from helpers.cloud.server.foundation import Foundation
from helpers.cloud.server.front_callers import SignedCallers
from helpers.cloud.server.http_fronts import HttpFronts
from helpers.cloud.server.tracing import XRay, build_xray
from helpers.cloud.wsgi import call


@dataclass(frozen=True, slots=True)
class AdministratorKey:
    """The key the cloud makes for whoever started it, and the bearer secret beside it."""

    access_key_id: str
    secret_access_key: str
    token: str


@dataclass(frozen=True, slots=True)
class Services:
    """moto and who may use it; a Part of the cloud. `ports` is what it gives the data plane.

    `moto` answers a request as the service that is meant.
    """

    identities: Identities
    authorizer: MotoAuthorizer
    writers: Writers
    ports: Ports
    moto: Callable[[HttpRequest], HttpAnswer]
    packages: PackageLinks
    stack_responses: StackResponses
    runtimes: RuntimeManagementApi
    xray: XRay
    keys: CustomerKeys
    faults: Faults

    def clear(self) -> None:
        """Empty every service."""
        self.packages.clear()
        self.stack_responses.clear()
        self.runtimes.clear()
        application.reset_services()
        self.authorizer.forget()
        self.xray.clear()
        self.faults.clear()

    def close(self) -> None:
        """End the X-Ray daemon, and whoever waits for a custom resource."""
        self.stack_responses.clear()
        self.xray.close()


def build_services(foundation: Foundation, key: AdministratorKey) -> Services:
    """Install the kit's corrections of moto, and what the data plane asks of it."""
    managed_policies.install()
    resource_policies.install()
    identities = Identities()
    writers = Writers(identities)
    iam_operations.install(identities)
    security_tokens.install(identities)
    authorizer = MotoAuthorizer(identities, foundation.recorder)
    keys = CustomerKeys(identities, authorizer)
    secrets.install()
    customer_keys.install()
    queue_traces.install()
    xray = build_xray(foundation, authorizer)
    issuer = RoleCredentials(identities)
    administrator = Credentials(key.access_key_id, key.secret_access_key, "")
    calls = AccountCalls.of(foundation.endpoint, administrator)
    stack_responses = StackResponses(foundation.endpoint)
    moto = application.wsgi_application(
        _before(calls, issuer, authorizer, foundation.clock, stack_responses)
    )
    return Services(
        identities,
        authorizer,
        writers,
        Ports(
            authorizer=authorizer,
            issuer=issuer,
            log=MotoFunctionLog(authorizer, foundation.recorder),
            targets=MotoTargets(foundation.registry, writers),
            xray_daemon=xray.daemon_address,
            check_decrypt=keys.check_decrypt,
        ),
        lambda request: call(moto, request, port=foundation.port),
        PackageLinks(foundation.clock, foundation.endpoint),
        stack_responses,
        RuntimeManagementApi(foundation.registry, ACCOUNT_ID),
        xray,
        keys,
        Faults(foundation.recorder),
    )


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
    )
    guard = Guard(services.identities, services.authorizer)
    return SignedCallers(doorkeeper, guard, services.identities)


def build_gateway(
    services: Services,
    plane: DataPlane,
    http: HttpFronts,
    kit: KitApi,
    rotation: RotationApi,
) -> Gateway:
    """Put the front door before the data plane, the kit's parts of Lambda's API, and moto."""
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
            check_key=services.keys.check_key,
            concurrency=concurrency,
            version_state=plane.snapshots.state,
            link=services.packages.link,
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
                awslambda.FunctionsApi(registry, awslambda.backend_of, ACCOUNT_ID),
                awslambda.PoliciesApi(registry, awslambda.backend_of, ACCOUNT_ID),
                awslambda.TagsApi(registry, awslambda.backend_of, ACCOUNT_ID),
                awslambda.LayersApi(awslambda.backend_of, ACCOUNT_ID),
                awslambda.VersionsApi(registry, awslambda.backend_of, ACCOUNT_ID),
                AccountSettingsApi(registry, concurrency, awslambda.layer_bytes, ACCOUNT_ID),
            ),
            "secretsmanager": (rotation,),
            "xray": (services.xray.api,),
        },
        kit=kit,
        faults=services.faults,
        access=http.callers.guard,
        services=services.moto,
        changed=services.authorizer.forget,
        settle=plane.pool.settle,
    )


def _before(
    calls: AccountCalls,
    issuer: RoleCredentials,
    authorizer: MotoAuthorizer,
    clock: Clock,
    stack_responses: StackResponses,
) -> dict[str, Callable[[], None]]:
    """Give what each service needs before its first request; the imports are part of it."""

    def install_tasks() -> None:
        from helpers.cloud.moto_seam import state_machines

        state_machines.install(calls, issuer)

    def install_stacks() -> None:
        from helpers.cloud.moto_seam import cloudformation

        install_tasks()
        cloudformation.install(cloudformation.Around(calls, clock, stack_responses))

    def install_balancers() -> None:
        elbv2.install(authorizer.service_may)

    return {
        "stepfunctions": install_tasks,
        "cloudformation": install_stacks,
        "apigateway": apigateway.install,
        "elb": install_balancers,
        "elbv2": install_balancers,
    }


def warm_up() -> None:
    """Import what a lab is likely to call, on a thread beside the cloud's first requests."""
    threading.Thread(target=application.warm_up, name="warm-up", daemon=True).start()
