"""The API of versions and aliases, on moto's storage.

moto publishes a version again without a change, reuses the numbers of deleted versions, takes any
routing, and answers 201 where AWS answers 200 and 204; so these requests never reach it. What it
stores stays moto's, for its other operations to find.

Source: docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html, configuration-aliases.html
and the API reference of the operations.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from helpers.cloud.control.aliases import WantedAlias, check_alias, check_members, weights_of
from helpers.cloud.control.asked import asked_of, members_of
from helpers.cloud.control.constraints import Constraints
from helpers.cloud.control.paging import page
from helpers.cloud.control.permissions import STALE
from helpers.cloud.errors import (
    InvalidParameterValueException,
    PreconditionFailedException,
    ResourceConflictException,
    ResourceNotFoundException,
)
from helpers.cloud.http_messages import HttpAnswer, HttpRequest, json_answer
from helpers.cloud.moto_seam.awslambda.backend import KitBackend
from helpers.cloud.moto_seam.awslambda.functions import listed
from helpers.cloud.registry import Key, PublishedFunction, Registry, function_arn

PATH = re.compile(r"/2015-03-31/functions/([^/]+)/(?:(versions)|aliases(?:/([^/]+))?)/?")


@dataclass(frozen=True, slots=True)
class VersionsApi:
    """Answers the operations of versions and aliases; lives with the cloud.

    `backend` gives moto's storage of an account's Region.
    """

    registry: Registry
    backend: Callable[[str, str], KitBackend]
    account_id: str

    def takes(self, request: HttpRequest) -> bool:
        """Tell whether the request is one of these operations."""
        return PATH.fullmatch(request.path) is not None

    def answer(self, request: HttpRequest, region: str) -> HttpAnswer:
        """Answer one request; raises AwsError where AWS answers with one."""
        asked = asked_of(PATH, request, region=region, account_id=self.account_id)
        match, key, query = asked.match, asked.key, asked.arguments
        members = members_of(request.body) if request.method in ("POST", "PUT") else {}
        if self.registry.get(key) is None:  # AWS names the version that an alias was to have
            self.registry.resolve(key, members.get("FunctionVersion"))
        if match[2]:
            if request.method == "GET":
                return self._list_versions(key, query)
            return self._publish_version(key, members)
        if match[3] is None:
            if request.method == "GET":
                return self._list_aliases(key, query)
            return self._create_alias(key, members)
        return self._one_alias(key, unquote(match[3]), request.method, members)

    def _publish_version(self, key: Key, members: Mapping[str, Any]) -> HttpAnswer:
        latest = self._backend(key).get_function(key[2])
        wanted = members.get("CodeSha256")
        if wanted is not None and wanted != latest.code_sha_256:
            raise InvalidParameterValueException(
                f"CodeSHA256 ({wanted}) is different from current CodeSHA256 in $LATEST "
                f"({latest.code_sha_256}). Please try again with the CodeSHA256 in $LATEST."
            )
        _check_revision(members, latest.revision_id)
        constraints = Constraints()
        constraints.length("description", members.get("Description"), at_most=256)
        constraints.raise_if_broken()
        version = self._backend(key).publish_version(key[2], members.get("Description") or "")
        return json_answer(201, version.get_configuration())

    def _list_versions(self, key: Key, query: Mapping[str, str]) -> HttpAnswer:
        every = self._backend(key).list_versions_by_function(key[2])
        return json_answer(200, page("Versions", list(every), query, show=listed))

    def _create_alias(self, key: Key, members: Mapping[str, Any]) -> HttpAnswer:
        name, version = members.get("Name"), members.get("FunctionVersion")
        check_members(name, version, members.get("Description"))
        weights = weights_of(members.get("RoutingConfig"))
        function = self._function(key)
        wanted = WantedAlias(str(name), str(version), weights)
        check_alias(wanted, function, key)
        if wanted.name in function.aliases:
            arn = function_arn(key, wanted.name)
            raise ResourceConflictException(f"Alias already exists: {arn}")
        alias = self._backend(key).create_alias(
            wanted.name,
            key[2],
            wanted.version,
            members.get("Description") or "",
            {"AdditionalVersionWeights": weights} if weights else None,
        )
        return json_answer(201, _document(alias))

    def _one_alias(
        self, key: Key, name: str, method: str, members: Mapping[str, Any]
    ) -> HttpAnswer:
        backend = self._backend(key)
        if method == "DELETE":
            backend.delete_alias(name, key[2])
            return HttpAnswer(204, [])
        if name not in self._function(key).aliases:
            missing = "Alias not found" if method == "PUT" else "Cannot find alias arn"
            raise ResourceNotFoundException(f"{missing}: {function_arn(key, name)}")
        alias = backend.get_alias(name, key[2])
        if method == "PUT":
            alias = self._update_alias(key, alias, members)
        return json_answer(200, _document(alias))

    def _update_alias(self, key: Key, alias: Any, members: Mapping[str, Any]) -> Any:
        version = members.get("FunctionVersion") or alias.function_version
        check_members(alias.name, version, members.get("Description"))
        given = members.get("RoutingConfig")
        weights = weights_of(alias.routing_config if given is None else given)
        check_alias(WantedAlias(alias.name, version, weights), self._function(key), key)
        _check_revision(members, alias.revision_id)
        alias.revision_id = str(uuid.uuid4())
        routing = {"AdditionalVersionWeights": weights} if weights else {}
        return self._backend(key).update_alias(
            alias.name, key[2], version, members.get("Description"), routing
        )

    def _list_aliases(self, key: Key, query: Mapping[str, str]) -> HttpAnswer:
        version = query.get("FunctionVersion")
        listed = [
            _document(alias)
            for alias in self._backend(key).list_aliases(key[2])
            if version is None or version == alias.function_version
        ]
        return json_answer(200, page("Aliases", listed, query))

    def _backend(self, key: Key) -> KitBackend:
        return self.backend(key[0], key[1])

    def _function(self, key: Key) -> PublishedFunction:
        function = self.registry.get(key)
        assert function is not None
        return function


def _check_revision(members: Mapping[str, Any], latest: str) -> None:
    given = members.get("RevisionId")
    if given is not None and given != latest:
        raise PreconditionFailedException(STALE)


def _document(alias: Any) -> dict[str, Any]:
    return {name: value for name, value in alias.to_json().items() if value is not None}
