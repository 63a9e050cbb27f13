"""Runtime update modes: GetRuntimeManagementConfig and PutRuntimeManagementConfig.

Models Auto, FunctionUpdate and Manual as kept and shown; there is one build of each runtime here,
so that none of them changes what runs. The words about a missing or unwanted version's ARN are the
kit's own.

Source: docs.aws.amazon.com/lambda/latest/dg/runtimes-update.html;
docs.aws.amazon.com/lambda/latest/api/API_PutRuntimeManagementConfig.html.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from typing import Any

from helpers.cloud.control.asked import asked_of, members_of
from helpers.cloud.control.constraints import Constraints
from helpers.cloud.errors import InvalidParameterValueException
from helpers.cloud.http_messages import HttpAnswer, HttpRequest, json_answer
from helpers.cloud.registry import Key, Registry

PATH = re.compile(r"/2021-07-20/functions/([^/]+)/runtime-management-config/?")
MODES = ("Auto", "Manual", "FunctionUpdate")
VERSION_ARN = (
    r"arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}::runtime:.+"
)


class RuntimeManagementApi:
    """Keeps each version's runtime update mode; lives with the cloud."""

    def __init__(self, registry: Registry, account_id: str) -> None:
        self._registry = registry
        self._account_id = account_id
        self._lock = threading.Lock()
        self._configs: dict[tuple[Key, str], Mapping[str, Any]] = {}
        registry.subscribe(self._on_change)

    def takes(self, request: HttpRequest) -> bool:
        """Tell whether the request is one of these operations."""
        return PATH.fullmatch(request.path) is not None

    def answer(self, request: HttpRequest, region: str) -> HttpAnswer:
        """Answer one request; raises AwsError where AWS answers with one."""
        asked = asked_of(PATH, request, region=region, account_id=self._account_id)
        version = self._registry.resolve(asked.key, asked.qualifier)
        at = (asked.key, version.version)
        arn = {"FunctionArn": f"{version.arn}:{version.version}"}
        if request.method == "PUT":
            checked = _checked(request.body)
            with self._lock:
                self._configs[at] = checked
        config = self._configs.get(at, {"UpdateRuntimeOn": "Auto"})
        return json_answer(200, {**config, **arn})

    def clear(self) -> None:
        """Forget every mode: the account is being emptied."""
        with self._lock:
            self._configs.clear()

    def _on_change(self, key: Key) -> None:
        published = self._registry.get(key)
        versions = published.versions if published is not None else {}
        with self._lock:
            for at in [at for at in self._configs if at[0] == key and at[1] not in versions]:
                del self._configs[at]


def _checked(body: bytes) -> dict[str, Any]:
    members = members_of(body)
    mode, arn = members.get("UpdateRuntimeOn"), members.get("RuntimeVersionArn")
    constraints = Constraints()
    constraints.required("updateRuntimeOn", mode)
    constraints.one_of("updateRuntimeOn", mode, MODES)
    constraints.pattern("runtimeVersionArn", arn, VERSION_ARN)
    constraints.length("runtimeVersionArn", arn, at_least=26, at_most=2048)
    constraints.raise_if_broken()
    if (mode == "Manual") is not bool(arn):
        verb = "needs" if mode == "Manual" else "takes no"
        raise InvalidParameterValueException(f"UpdateRuntimeOn {mode} {verb} RuntimeVersionArn.")
    return {"UpdateRuntimeOn": mode, **({"RuntimeVersionArn": arn} if arn else {})}
