"""What services need before their first request, and the imports that are worth having early."""

from __future__ import annotations

import threading
from collections.abc import Callable

from helpers.cloud.moto_seam import application
from helpers.cloud.moto_seam.account_calls import AccountCalls
from helpers.cloud.moto_seam.around import Around


def before_first_requests(calls: AccountCalls, around: Around) -> dict[str, Callable[[], None]]:
    """Give what each service needs before its first request; the imports are part of it."""

    def install_tasks() -> None:
        from helpers.cloud.moto_seam.stepfunctions import state_machines

        state_machines.install(calls, around.calls.issuer)

    def install_parameters() -> None:
        from helpers.cloud.moto_seam import parameter_rules

        parameter_rules.install()

    def install_stacks() -> None:
        from helpers.cloud.moto_seam import cloudformation

        install_tasks()
        install_parameters()
        cloudformation.install(around)

    def install_apis() -> None:
        from helpers.cloud.moto_seam import apigateway

        apigateway.install()

    def install_balancers() -> None:
        from helpers.cloud.moto_seam.elbv2 import balancers

        balancers.install(around.calls.authorizer.service_may)

    return {
        "stepfunctions": install_tasks,
        "cloudformation": install_stacks,
        "apigateway": install_apis,
        "ssm": install_parameters,
        "elb": install_balancers,
        "elbv2": install_balancers,
    }


def warm_up() -> None:
    """Import what a lab is likely to call, on a thread beside the cloud's first requests."""
    threading.Thread(target=application.warm_up, name="warm-up", daemon=True).start()
