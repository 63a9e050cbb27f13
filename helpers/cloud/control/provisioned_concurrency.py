"""The API of provisioned concurrency: put, get, list and delete a configuration.

Source: docs.aws.amazon.com/lambda/latest/api/API_PutProvisionedConcurrencyConfig.html.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from helpers.cloud.admission import Place
from helpers.cloud.control.asked import asked_of, members_of
from helpers.cloud.control.concurrency import AccountConcurrency, check_provisioned_number
from helpers.cloud.control.snap_start import check_provisioned_beside
from helpers.cloud.errors import (
    AwsError,
    InvalidParameterValueException,
    ResourceConflictException,
    ResourceNotFoundException,
    ValidationException,
)
from helpers.cloud.http_messages import HttpAnswer, HttpRequest, json_answer
from helpers.cloud.model import LATEST
from helpers.cloud.provisioned import ProvisionedConcurrency, ProvisionedConfig
from helpers.cloud.registry import Key, PublishedFunction, Registry, function_arn
from helpers.cloud.settings import Settings

PATH = re.compile(r"/2019-09-30/functions/([^/]+)/provisioned-concurrency/?")
PAGE = 50
NOT_PUBLISHED = (
    "Provisioned Concurrency Configs cannot be applied to unpublished function versions."
)


@dataclass(frozen=True, slots=True)
class ProvisionedConcurrencyApi:
    """Answers the provisioned-concurrency operations; lives with the cloud.

    `concurrency` gives the numbers of an account's Region.
    """

    provisioned: ProvisionedConcurrency
    registry: Registry
    concurrency: Callable[[Place], AccountConcurrency]
    account_id: str

    def takes(self, request: HttpRequest) -> bool:
        """Tell whether the request is one of these operations."""
        return PATH.fullmatch(request.path) is not None

    def answer(self, request: HttpRequest, region: str) -> HttpAnswer:
        """Answer one request; raises AwsError, which the gateway renders."""
        asked = asked_of(PATH, request, region=region, account_id=self.account_id)
        key, query = asked.key, asked.arguments
        if query.get("List") == "ALL":
            self.registry.resolve(key, None)
            return self._list(key, query)
        qualifier = asked.qualifier or LATEST
        if request.method == "PUT":
            return self._put(key, qualifier, request.body)
        if qualifier == LATEST:
            raise InvalidParameterValueException(
                "The function resource provided must be an alias or a published version."
            )
        self._published(key, qualifier)
        if request.method == "DELETE":
            self.provisioned.delete(key, qualifier)
            return HttpAnswer(204, [])
        config = self.provisioned.get(key, qualifier)
        if config is None:
            raise AwsError(
                "No Provisioned Concurrency Config found for this function",
                code="ProvisionedConcurrencyConfigNotFoundException",
                http_status=404,
                members={"Type": "User"},
            )
        return json_answer(200, _document(config))

    def _put(self, key: Key, qualifier: str, body: bytes) -> HttpAnswer:
        wanted = check_provisioned_number(members_of(body).get("ProvisionedConcurrentExecutions"))
        if qualifier == LATEST:
            raise InvalidParameterValueException(NOT_PUBLISHED)
        published = self._published(key, qualifier)
        alias = published.aliases.get(qualifier)
        versions = {alias.version, *alias.weights} if alias is not None else {qualifier}
        check_provisioned_beside(
            any(f.snap_start for name, f in published.versions.items() if name in versions)
        )
        mine = self.provisioned.get(key, qualifier)
        others = self.provisioned.requested(key) - (mine.requested if mine else 0)
        self.concurrency(key[:2]).check_provisioned(key[2], wanted, others=others)
        self._check_overlap(key, qualifier, published)
        return json_answer(202, _document(self.provisioned.put(key, qualifier, wanted)))

    def _published(self, key: Key, qualifier: str) -> PublishedFunction:
        """Return the function; raises AWS's error when it has no such version or alias."""
        published = self.registry.get(key)
        if published is not None and qualifier in published.aliases:
            return published
        if not qualifier.isdecimal():
            raise ResourceNotFoundException(
                f"Cannot find alias arn: {function_arn(key, qualifier)}"
            )
        self.registry.resolve(key, qualifier)
        assert published is not None
        return published

    def _check_overlap(self, key: Key, qualifier: str, published: PublishedFunction) -> None:
        """A version has provisioned concurrency of its own or through an alias, never both."""
        configured = self.provisioned.of_function(key)
        alias = published.aliases.get(qualifier)
        if alias is not None:
            versions = {alias.version, *alias.weights}
            if LATEST in versions:
                raise InvalidParameterValueException(NOT_PUBLISHED)
            if versions & configured.keys():
                raise ResourceConflictException(
                    "Alias can't be used for Provisioned Concurrency configuration on an already "
                    "Provisioned version"
                )
            return
        if any(
            qualifier in (other.version, *other.weights)
            for other in published.aliases.values()
            if other.name in configured
        ):
            raise ResourceConflictException("Version is pointed by a Provisioned Concurrency alias")

    def _list(self, key: Key, query: dict[str, str]) -> HttpAnswer:
        first, count = query.get("Marker", "0"), query.get("MaxItems", str(PAGE))
        if not first.isdecimal() or not count.isdecimal() or not 1 <= int(count) <= PAGE:
            raise ValidationException(
                f"1 validation error detected: Value '{count}' at 'maxItems' failed to satisfy "
                f"constraint: Member must have value less than or equal to {PAGE}"
            )
        configs = sorted(self.provisioned.of_function(key).items())
        until = int(first) + int(count)
        listed = [
            {"FunctionArn": function_arn(key, qualifier), **_document(config)}
            for qualifier, config in configs[int(first) : until]
        ]
        document: dict[str, Any] = {"ProvisionedConcurrencyConfigs": listed}
        if until < len(configs):
            document["NextMarker"] = str(until)
        return json_answer(200, document)


def account_concurrency(
    settings: Settings, registry: Registry, provisioned: ProvisionedConcurrency
) -> Callable[[Place], AccountConcurrency]:
    """Return what tells the numbers of an account's Region, as they are when it is asked."""

    def of(place: Place) -> AccountConcurrency:
        reserved = registry.reservations()
        return AccountConcurrency(
            limit=settings.account_concurrency,
            minimum=settings.unreserved_minimum,
            reserved={key[2]: count for key, count in reserved.items() if key[:2] == place},
            provisioned={
                key[2]: provisioned.requested(key)
                for key in provisioned.functions()
                if key[:2] == place
            },
        )

    return of


def _document(config: ProvisionedConfig) -> dict[str, Any]:
    modified = datetime.fromtimestamp(config.modified, UTC)
    document: dict[str, Any] = {
        "RequestedProvisionedConcurrentExecutions": config.requested,
        "AvailableProvisionedConcurrentExecutions": config.available,
        "AllocatedProvisionedConcurrentExecutions": config.allocated,
        "Status": str(config.status),
        "LastModified": modified.strftime("%Y-%m-%dT%H:%M:%S+0000"),
    }
    if config.reason is not None:
        document["StatusReason"] = config.reason
    return document
