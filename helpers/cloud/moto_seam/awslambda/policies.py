"""Resource policies of functions, versions and aliases, on moto's storage.

moto shows all statements to whoever asks, knows no qualifier when it removes one, and takes any
member; so these requests never reach it. Its one list of statements per function stays, because
decisions are made on it: each statement's Resource tells whose policy it belongs to. A policy's
RevisionId is that of its function, version or alias. Left out: the refusal of public policies.

Source: docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html;
docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html, API_GetPolicy.html.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from helpers.cloud.control.aliases import NAME_PATTERN
from helpers.cloud.control.asked import agreed_qualifier, arguments_of, members_of
from helpers.cloud.control.constraints import Constraints
from helpers.cloud.control.names import parse_function_name
from helpers.cloud.control.permissions import (
    check_document,
    check_permission,
    check_qualifier,
    check_removal,
    check_revision,
    check_size,
    compact,
    document_of,
    statement_of,
)
from helpers.cloud.errors import ResourceNotFoundException
from helpers.cloud.http_messages import HttpAnswer, HttpRequest, json_answer
from helpers.cloud.model import LATEST
from helpers.cloud.moto_seam.awslambda.backend import KitBackend
from helpers.cloud.moto_seam.awslambda.moto_errors import as_aws_error
from helpers.cloud.moto_seam.iam.identities import known_to_iam
from helpers.cloud.registry import Key, Registry, function_arn

PATH = re.compile(
    r"/2015-03-31/functions/(?P<name>[^/]+)/policy(?:/(?P<sid>[^/]+))?/?"
    r"|/2026-07-09/resource-policy/(?P<arn>[^/]+)/?"
)
QUALIFIER = r"(|[a-zA-Z0-9$_-]+)"
NONE_YET = "The resource you requested does not exist."


@dataclass(frozen=True, slots=True)
class Held:
    """The policy of one function, version or alias: its ARN, and moto's list that it is part of.

    `owner` is what moto keeps of the function, version or alias: it has the revision.
    """

    arn: str
    name: str
    qualifier: str | None
    policy: Any
    owner: Any

    @property
    def statements(self) -> list[dict[str, Any]]:
        """The statements about this very resource."""
        return [s for s in self.policy.statements if s.get("Resource") == self.arn]

    def put(self, statements: list[dict[str, Any]]) -> None:
        """Have these statements in place of what there was."""
        others = [s for s in self.policy.statements if s.get("Resource") != self.arn]
        self.policy.statements[:] = [*others, *statements]
        self.owner.revision_id = str(uuid.uuid4())

    def document(self) -> dict[str, Any]:
        """Return the policy as the API shows it; raises ResourceNotFoundException without one."""
        if not self.statements:
            raise ResourceNotFoundException(NONE_YET)
        text = compact(document_of(self.statements))
        return {"Policy": text, "RevisionId": self.owner.revision_id}


@dataclass(frozen=True, slots=True)
class PoliciesApi:
    """Answers the operations of functions' policies; lives with the cloud.

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
        match = PATH.fullmatch(request.path)
        assert match is not None
        query = arguments_of(request.query)
        named = parse_function_name(unquote(match["arn"] or match["name"]))
        key = named.key(account_id=self.account_id, region=region)
        qualifier = agreed_qualifier(named.qualifier, query.get("Qualifier"))
        self._check_there(key, qualifier, request.method)
        held = self._held(key, qualifier)
        if match["arn"]:
            return _whole(held, request, query)
        if request.method == "POST":
            return self._add(held, request.body, region)
        if request.method == "DELETE":
            sid = unquote(match["sid"] or "")
            check_removal(sid, [statement["Sid"] for statement in held.statements])
            check_revision(query.get("RevisionId"), held.owner.revision_id)
            held.put([s for s in held.statements if s["Sid"] != sid])
            return HttpAnswer(204, [])
        return json_answer(200, held.document())

    def _check_there(self, key: Key, qualifier: str | None, method: str) -> None:
        """Raise the AwsError for a function, version or alias that does not exist."""
        constraints = Constraints()
        constraints.pattern("qualifier", qualifier, QUALIFIER)
        constraints.raise_if_broken()
        function, arn = self.registry.get(key), function_arn(key)
        if function is None and method == "DELETE":
            raise ResourceNotFoundException(f"No policy found for: {arn}")
        if function is None or qualifier in (None, LATEST, *function.versions, *function.aliases):
            return
        if method == "GET":
            raise ResourceNotFoundException(NONE_YET)
        if re.fullmatch(NAME_PATTERN, str(qualifier)):
            raise ResourceNotFoundException(f"Cannot find alias arn: {arn}:{qualifier}")

    def _held(self, key: Key, qualifier: str | None) -> Held:
        version = self.registry.resolve(key, qualifier)
        backend = self.backend(key[0], key[1])
        function = backend.get_function(key[2])
        published = self.registry.get(key)
        alias = published.aliases.get(qualifier or "") if published is not None else None
        owner = (
            backend.get_alias(alias.name, key[2])
            if alias
            else backend.get_function(key[2], version.version)
        )
        arn = version.arn + (f":{qualifier}" if qualifier else "")
        return Held(arn, key[2], qualifier, function.policy, owner)

    def _add(self, held: Held, body: bytes, region: str) -> HttpAnswer:
        members = members_of(body)
        check_qualifier(held.qualifier)
        existing = [statement["Sid"] for statement in held.statements]
        check_permission(members, existing, known_to_iam)
        check_revision(members.pop("RevisionId", None), held.owner.revision_id)
        backend, before = self.backend(self.account_id, region), held.statements
        with as_aws_error():
            made = backend.add_permission(held.name, held.qualifier, json.dumps(members))
        statement = statement_of(made, held.arn)
        held.policy.statements[:] = [s for s in held.policy.statements if s is not made]
        check_size([*before, statement])
        held.put([*before, statement])
        return json_answer(201, {"Statement": compact(statement)})


def _whole(held: Held, request: HttpRequest, query: Mapping[str, str]) -> HttpAnswer:
    """Answer the operations on whole policies, which came in 2026."""
    if request.method == "GET":
        return json_answer(200, held.document())
    if request.method == "DELETE":
        held.document()
        check_revision(query.get("RevisionId"), held.owner.revision_id)
        held.put([])
        return HttpAnswer(204, [])
    members = members_of(request.body)
    check_qualifier(held.qualifier)
    statements = check_document(members.get("Policy"), held.arn)
    check_revision(members.get("RevisionId"), held.owner.revision_id)
    held.put(statements)
    return json_answer(200, held.document())
