"""Builds the account around the data plane: moto with the kit's corrections, and IAM."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from helpers.cloud.control.code_signing import CodeSigning
from helpers.cloud.control.runtime_management import RuntimeManagementApi
from helpers.cloud.http_fronts.packages import PackageLinks
from helpers.cloud.http_fronts.stack_responses import StackResponses
from helpers.cloud.http_messages import HttpAnswer, HttpRequest
from helpers.cloud.moto_seam import application, instances
from helpers.cloud.moto_seam.account_calls import AccountCalls
from helpers.cloud.moto_seam.around import Around
from helpers.cloud.moto_seam.faults import Faults
from helpers.cloud.moto_seam.iam import (
    managed_policies,
    missing_operations,
    resource_policies,
    security_tokens,
)
from helpers.cloud.moto_seam.iam.authorizer import MotoAuthorizer
from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID, Identities, RoleCredentials
from helpers.cloud.moto_seam.kms import customer_keys, key_states
from helpers.cloud.moto_seam.kms.customer_keys import CustomerKeys
from helpers.cloud.moto_seam.logs.function_log import MotoFunctionLog
from helpers.cloud.moto_seam.s3 import plain_put
from helpers.cloud.moto_seam.secretsmanager import secret_refusals, secrets
from helpers.cloud.moto_seam.sns import plain_publish
from helpers.cloud.moto_seam.sqs import move_tasks
from helpers.cloud.moto_seam.sqs.move_tasks import MessageMoves
from helpers.cloud.moto_seam.sqs.queues import MotoQueues
from helpers.cloud.moto_seam.stack_calls import StackCalls, asked_by
from helpers.cloud.moto_seam.streams.polled import MotoStreams
from helpers.cloud.moto_seam.targets import MotoTargets
from helpers.cloud.moto_seam.writers import Writers
from helpers.cloud.ports import Credentials
from helpers.cloud.server.data_plane import Ports
from helpers.cloud.server.first_requests import before_first_requests
from helpers.cloud.server.foundation import AdministratorKey, Foundation
from helpers.cloud.server.tracing import XRay, build_xray
from helpers.cloud.turns import Turns
from helpers.cloud.wsgi import call


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
    signing: CodeSigning
    xray: XRay
    keys: CustomerKeys
    faults: Faults
    moves: MessageMoves
    turns: Turns

    def clear(self) -> None:
        """Empty every service."""
        self.packages.clear()
        self.stack_responses.clear()
        self.runtimes.clear()
        self.signing.clear()
        application.reset_services()
        self.authorizer.forget()
        self.xray.clear()
        self.faults.clear()
        self.moves.clear()

    def close(self) -> None:
        """End the X-Ray daemon, and whoever waits for a custom resource."""
        self.stack_responses.clear()
        self.xray.close()


def build_services(foundation: Foundation, key: AdministratorKey) -> Services:
    """Install the kit's corrections of moto, and what the data plane asks of it."""
    instances.install()
    managed_policies.install()
    resource_policies.install()
    identities = Identities()
    writers = Writers(identities)
    missing_operations.install(identities)
    security_tokens.install(identities)
    authorizer = MotoAuthorizer(identities, foundation.recorder)
    keys = CustomerKeys(identities, authorizer)
    secrets.install()
    secret_refusals.install()
    customer_keys.install()
    key_states.install()
    xray = build_xray(foundation, authorizer)
    issuer = RoleCredentials(identities)
    administrator = Credentials(key.access_key_id, key.secret_access_key, "")
    calls = AccountCalls.of(foundation.endpoint, administrator)
    moves, turns = MessageMoves(foundation.waiting), Turns()
    move_tasks.install(moves)
    stack_responses = StackResponses(foundation.endpoint)
    stack_calls = StackCalls(calls, issuer, identities, authorizer)
    around = Around(stack_calls, foundation.clock, stack_responses)
    moto = application.wsgi_application(before_first_requests(calls, around))
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
            queues=MotoQueues(foundation.recorder),
            streams=MotoStreams(),
        ),
        _as_asked(
            lambda request: (
                plain_put.answer(request)
                or plain_publish.answer(request)
                or call(moto, request, port=foundation.port)
            ),
            turns,
        ),
        PackageLinks(foundation.clock, foundation.endpoint),
        stack_responses,
        RuntimeManagementApi(foundation.registry, ACCOUNT_ID),
        CodeSigning(foundation.registry, foundation.clock),
        xray,
        keys,
        Faults(foundation.recorder),
        moves,
        turns,
    )


def _as_asked(
    moto: Callable[[HttpRequest], HttpAnswer], turns: Turns
) -> Callable[[HttpRequest], HttpAnswer]:
    """Let moto's services know who asks; those who write take turns."""

    def answer(request: HttpRequest) -> HttpAnswer:
        with asked_by(request), turns.of(request):
            return moto(request)

    return answer
