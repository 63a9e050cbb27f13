"""GetAccountSettings: the account's limits in a Region, and how much of them is used.

Source: docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from helpers.cloud.admission import Place
from helpers.cloud.control.concurrency import AccountConcurrency
from helpers.cloud.facts import load_facts
from helpers.cloud.http_messages import HttpAnswer, HttpRequest, json_answer
from helpers.cloud.registry import Registry

PATH = re.compile(r"/2016-08-19/account-settings/?")
GIBIBYTE = 1024**3


@dataclass(frozen=True, slots=True)
class AccountSettingsApi:
    """Answers GetAccountSettings; lives with the cloud.

    `concurrency` gives the numbers of an account's Region, `layer_bytes` the size of its layers.
    """

    registry: Registry
    concurrency: Callable[[Place], AccountConcurrency]
    layer_bytes: Callable[[Place], int]
    account_id: str

    def takes(self, request: HttpRequest) -> bool:
        """Tell whether the request is this operation."""
        return request.method == "GET" and PATH.fullmatch(request.path) is not None

    def answer(self, request: HttpRequest, region: str) -> HttpAnswer:
        """Answer the request."""
        place, facts = (self.account_id, region), load_facts()
        concurrency = self.concurrency(place)
        limit = {
            "TotalCodeSize": facts.quota("code_storage") * GIBIBYTE,
            "CodeSizeUnzipped": facts.quota("package_unzipped_max"),
            "CodeSizeZipped": facts.quota("package_zipped_max"),
            "ConcurrentExecutions": concurrency.limit,
            "UnreservedConcurrentExecutions": concurrency.unreserved,
        }
        here = [key for key in self.registry.keys() if key[:2] == place]  # noqa: SIM118
        functions = [f for f in map(self.registry.get, here) if f is not None]
        code = sum(
            len(version.code.zip_bytes)
            for published in functions
            for version in published.versions.values()
        )
        usage = {
            "TotalCodeSize": code + self.layer_bytes(place),
            "FunctionCount": len(functions),
        }
        return json_answer(200, {"AccountLimit": limit, "AccountUsage": usage})
