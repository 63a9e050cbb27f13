"""moto as one WSGI application, its reset, and the settings it wants before it is imported."""

from __future__ import annotations

import importlib
import logging
import os
import sys
import uuid
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from helpers.cloud.moto_seam import instance_offerings, service_models

WsgiApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

OFTEN_USED = (
    "iam",
    "s3",
    "sqs",
    "sns",
    "dynamodb",
    "events",
    "secretsmanager",
    "cloudwatch",
)
"""Services whose first call would otherwise pay for their import.

Not Parameter Store: it imports moto's EC2, 20 MB, and few labs need it.
"""
HOSTS = 512
"""Service and Region of that many callers are remembered."""
CLASSES, WORDS = 256, 4096
"""Of that many services the operations, and of that many names moto's spelling, are remembered."""


def prepare(port: int) -> None:
    """Set what moto reads at import; call it before anything else of this package.

    Step Functions' inner client talks to localhost:MOTO_PORT, so moto must know the port.
    """
    os.environ["MOTO_PORT"] = str(port)
    os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    service_models.install()
    instance_offerings.install()
    config = importlib.import_module("moto.core.config")
    config.default_user_config["lambda"] = {"use_docker": False}
    config.default_user_config["stepfunctions"] = {"execute_state_machine": True}
    _spare_repetition()


def _spare_repetition() -> None:
    """Let moto remember what it would work out again for each request: a third of its time."""
    utils: Any = importlib.import_module("moto.core.utils")
    responses: Any = importlib.import_module("moto.core.responses")
    responses.method_names_from_class = lru_cache(CLASSES)(utils.method_names_from_class)
    responses.gen_amzn_requestid_long = _request_id
    underscored = lru_cache(WORDS)(utils.camelcase_to_underscores)
    utils.camelcase_to_underscores = underscored  # for the services, imported later
    responses.camelcase_to_underscores = underscored


def _request_id(headers: dict[str, str] | None = None) -> str:
    """Return a request id as AWS's, a UUID, and put it into the answer's headers."""
    made = str(uuid.uuid4())
    if headers is not None:
        headers["x-amzn-requestid"] = made
    return made


def wsgi_application(before: Mapping[str, Callable[[], None]]) -> WsgiApplication:
    """Return moto's server application: every service, told apart by the signature's scope.

    `before` names what to do before a service answers its first request: corrections that would
    cost every cloud the import of a service that few labs use.
    """
    server: Any = importlib.import_module("moto.moto_server.werkzeug_app")
    server.RegexConverter = _across_lines(server.RegexConverter)

    def create(service: str | None) -> Any:
        if service is None:
            raise NotImplementedError("moto imitates no service of that name")
        before.get(service, lambda: None)()
        return server.create_backend_app(service)

    application = server.DomainDispatcherApplication(create)
    # or every request lists moto's folder, a millisecond in which all others wait
    application.get_backend_for_host = lru_cache(HOSTS)(application.get_backend_for_host)
    from helpers.cloud.moto_seam.short_way import ShortWay

    return ShortWay(application)


def _across_lines(converter: Any) -> Any:
    """Return moto's converter of paths with dots that match a line break, as keys may have."""

    class AcrossLines(converter):  # type: ignore[misc]
        def __init__(self, url_map: Any, *items: Any) -> None:
            super().__init__(url_map, *items)
            self.regex = f"(?s:{items[0]})"

    return AcrossLines


def reset_services() -> None:
    """Empty every service of the account."""
    from moto.core.base_backend import AccountSpecificBackend, BackendDict
    from moto.core.model_instances import reset_model_data

    BackendDict.reset()
    reset_model_data()
    # these remember whose method was called, and so every emptied backend
    AccountSpecificBackend._generate_regions.cache_clear()
    if "moto.ec2.models.subnets" in sys.modules:
        sys.modules["moto.ec2.models.subnets"].Subnet._base_avail_ip_iterator.cache_clear()


def warm_up() -> None:
    """Import the services a lab is likely to call, so that their first call is quick."""
    from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID, PARTITION

    for service in OFTEN_USED:
        importlib.import_module(f"moto.{service}.models")
        importlib.import_module(f"moto.{service}.responses")
    importlib.import_module("moto.iam.models").iam_backends[ACCOUNT_ID][PARTITION]
