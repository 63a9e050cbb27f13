"""GetUsage and UpdateUsage: what keys have used of their plans.

Source: docs.aws.amazon.com/apigateway/latest/api/API_GetUsage.html.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qs

from helpers.cloud.clock import Clock
from helpers.cloud.http_fronts.rest.deployment import RestApis, UsagePlan
from helpers.cloud.http_fronts.rest.requests import bad_request, members, not_found
from helpers.cloud.http_fronts.rest.usage import UsageMeter
from helpers.cloud.http_messages import HttpAnswer, HttpRequest, json_answer

USAGE = re.compile(r"/usageplans/([^/]+)/usage/?")
GRANT = re.compile(r"/usageplans/([^/]+)/keys/([^/]+)/usage/?")


@dataclass(frozen=True, slots=True)
class UsageApi:
    """Answers GetUsage and UpdateUsage; lives with the cloud."""

    apis: RestApis
    meter: UsageMeter
    clock: Clock

    def takes(self, request: HttpRequest) -> bool:
        """Tell whether the request is one of these operations."""
        wanted = {"GET": USAGE, "PATCH": GRANT}.get(request.method)
        return wanted is not None and wanted.fullmatch(request.path) is not None

    def answer(self, request: HttpRequest, region: str) -> HttpAnswer:
        """Answer one request; raises AwsError, which the gateway renders."""
        match = USAGE.fullmatch(request.path) or GRANT.fullmatch(request.path)
        assert match is not None
        plan = self.apis.usage_plan(region, match[1])
        if plan is None:
            raise not_found("Invalid Usage Plan ID specified")
        if request.method == "PATCH":
            return self._grant(plan, match[2], request)
        query = parse_qs(request.query)
        first, last = _day(query, "startDate"), _day(query, "endDate")
        if not 0 <= (last - first).days <= 90:
            raise bad_request("Usage is given for at most 90 days, from startDate to endDate")
        wanted = query.get("keyId") or self.meter.known_keys(plan.id)
        return json_answer(200, self._usage(plan, wanted, first, last))

    def _grant(self, plan: UsagePlan, key_id: str, request: HttpRequest) -> HttpAnswer:
        operations = members(request.body).get("patchOperations") or []
        for operation in operations:
            if operation.get("op") != "replace" or operation.get("path") != "/remaining":
                raise bad_request("Invalid patch path specified. Must be one of: [/remaining]")
            try:
                self.meter.grant(plan, key_id, int(operation.get("value")))
            except (TypeError, ValueError) as error:
                raise bad_request("remaining must be a number") from error
        today = self.clock.today().date()
        return json_answer(200, self._usage(plan, [key_id], today, today))

    def _usage(self, plan: UsagePlan, keys: list[str], first: date, last: date) -> dict[str, Any]:
        return {
            "usagePlanId": plan.id,
            "startDate": first.isoformat(),
            "endDate": last.isoformat(),
            # botocore's `items`, under the name that the service sends
            "values": {key: self.meter.usage(plan, key, first, last) for key in keys},
        }


def _day(query: dict[str, list[str]], name: str) -> date:
    try:
        given = query.get(name, [""])[0]
        return datetime.strptime(given, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError as error:
        raise bad_request(f"Invalid {name}: it must be yyyy-MM-dd") from error
