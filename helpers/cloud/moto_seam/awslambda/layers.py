"""The API of layers, on moto's storage.

moto lists layers without filters, takes any permission, cannot look a version up by its ARN, and
answers with other statuses than AWS; so these requests never reach it. Left out: layers of other
accounts: there is only one account here, so that a permission is kept and shown, and has no effect.

Source: docs.aws.amazon.com/lambda/latest/dg/chapter-layers.html, permissions-layer-cross-account
.html and the API reference of the operations.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote

from helpers.cloud.control.asked import members_of
from helpers.cloud.control.constraints import Constraints
from helpers.cloud.control.layers import LAYER_VERSION_ARN, check_permission, check_publication
from helpers.cloud.control.paging import page
from helpers.cloud.errors import (
    InvalidParameterValueException,
    PreconditionFailedException,
    ResourceConflictException,
    ResourceNotFoundException,
)
from helpers.cloud.facts import load_facts
from helpers.cloud.http_messages import HttpAnswer, HttpRequest, json_answer
from helpers.cloud.model import CodePackage
from helpers.cloud.moto_seam.awslambda.backend import KitBackend
from helpers.cloud.moto_seam.awslambda.moto_errors import as_aws_error

PATH = re.compile(
    r"/2018-10-31/layers(?:/([^/]+)/versions(?:/(-?[0-9]+)(?:(/policy)(?:/([^/]+))?)?)?)?/?"
)
MISSING = "The resource you requested does not exist."


@dataclass(frozen=True, slots=True)
class LayersApi:
    """Answers the operations of layers; lives with the cloud.

    `backend` gives moto's storage of an account's Region.
    """

    backend: Callable[[str, str], KitBackend]
    account_id: str

    def takes(self, request: HttpRequest) -> bool:
        """Tell whether the request is one of these operations."""
        return PATH.fullmatch(request.path) is not None

    def answer(self, request: HttpRequest, region: str) -> HttpAnswer:
        """Answer one request; raises AwsError where AWS answers with one."""
        match = PATH.fullmatch(request.path)
        assert match is not None
        named, number, policy, statement = match.groups()
        query = {name: values[0] for name, values in parse_qs(request.query).items()}
        backend = self.backend(self.account_id, region)
        if named is None:
            by_arn = query.get("find") == "LayerVersion"
            return _by_arn(backend, query) if by_arn else _list_layers(backend, query)
        name = unquote(named).rpartition(":")[2]
        if number is None:
            reads = request.method == "GET"
            return (
                _list_versions(backend, name, query) if reads else _publish(backend, name, request)
            )
        if int(number) < 1:
            raise InvalidParameterValueException("Layer Version Cannot be less than 1")
        if policy is None and request.method == "DELETE":
            backend.forget_layer_version(name, number)
            return HttpAnswer(204, [])
        if policy is None:
            return json_answer(200, _document(backend, _version(backend, name, number)))
        arn = f"arn:aws:lambda:{region}:{self.account_id}:layer:{name}:{number}"
        version = _version(backend, name, number, f"Layer version {arn} does not exist.")
        return _policy_answer(version, unquote(statement or ""), request, query)


def _policy_answer(
    version: Any, sid: str, request: HttpRequest, query: Mapping[str, str]
) -> HttpAnswer:
    if request.method == "POST":
        return _permit(version, {**query, **members_of(request.body)})
    if request.method == "DELETE":
        return _withdraw(version, sid, query)
    return _policy(version)


def _publish(backend: KitBackend, name: str, request: HttpRequest) -> HttpAnswer:
    members = members_of(request.body)
    check_publication(name, members)
    with as_aws_error():
        version = backend.publish_layer_version({**members, "LayerName": name})
    return json_answer(201, _document(backend, version))


def _list_layers(backend: KitBackend, query: Mapping[str, str]) -> HttpAnswer:
    layers = []
    for layer in sorted(backend._layers._layers.values(), key=lambda layer: str(layer.name)):
        matching = _matching(layer.layer_versions.values(), query)
        if matching:
            document = {"LayerName": layer.name, "LayerArn": layer.layer_arn}
            layers.append({**document, "LatestMatchingVersion": _listed(matching[0])})
    return json_answer(200, page("Layers", layers, query))


def _list_versions(backend: KitBackend, name: str, query: Mapping[str, str]) -> HttpAnswer:
    versions = _matching(backend._layers.get_layer_versions(name), query)
    return json_answer(200, page("LayerVersions", [_listed(v) for v in versions], query))


def _matching(versions: Any, query: Mapping[str, str]) -> list[Any]:
    """Return the versions with the runtime and architecture asked for, the newest first."""
    runtime, architecture = query.get("CompatibleRuntime"), query.get("CompatibleArchitecture")
    constraints = Constraints()
    constraints.one_of("compatibleRuntime", runtime, load_facts().runtimes)
    constraints.one_of("compatibleArchitecture", architecture, ("x86_64", "arm64"))
    constraints.raise_if_broken()
    return [
        version
        for version in sorted(versions, key=lambda v: int(v.version), reverse=True)
        if runtime in (None, *version.compatible_runtimes)
        and architecture in (None, *version.compatible_architectures)
    ]


def _shown(version: Any) -> dict[str, Any]:
    """Return a version as AWS shows it: with a description, without a licence it does not have."""
    document: dict[str, Any] = version.get_layer_version()
    if not document.get("LicenseInfo"):
        document.pop("LicenseInfo", None)
    for member in getattr(version, "lists", ()):
        document.setdefault(member, [])
    return {**document, "Description": document.get("Description") or ""}


def _listed(version: Any) -> dict[str, Any]:
    document = _shown(version)
    return {name: value for name, value in document.items() if name not in ("Content", "LayerArn")}


def _by_arn(backend: KitBackend, query: Mapping[str, str]) -> HttpAnswer:
    arn = query.get("Arn", "")
    constraints = Constraints()
    constraints.pattern("arn", arn, LAYER_VERSION_ARN)
    constraints.raise_if_broken()
    name, _, number = arn.partition(":layer:")[2].partition(":")
    version = _version(backend, name, number)
    if version.arn != arn:
        raise ResourceNotFoundException(MISSING)
    return json_answer(200, _document(backend, version))


def _document(backend: KitBackend, version: Any) -> dict[str, Any]:
    document = _shown(version)
    package = CodePackage(version.code_digest, version.code_bytes)
    location = backend.hooks.link(package, f"{version.name}-{version.version}")
    return {**document, "Content": {**document["Content"], "Location": location}}


def _version(backend: KitBackend, name: str, number: str, missing: str = MISSING) -> Any:
    for version in backend._layers.get_layer_versions(name):
        if str(version.version) == number:
            return version
    raise ResourceNotFoundException(missing)


def _permit(version: Any, members: Mapping[str, Any]) -> HttpAnswer:
    check_permission(members)
    sid, principal = members["StatementId"], members["Principal"]
    _check_revision(version, members)
    if any(statement["Sid"] == sid for statement in version.policy.statements):
        raise ResourceConflictException(
            f"The statement id ({sid}) provided already exists. Please provide a new statement "
            "id, or remove the existing statement."
        )
    account = f"arn:aws:iam::{principal}:root" if principal.isdecimal() else principal
    statement: dict[str, Any] = {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": "*" if principal == "*" else {"AWS": account},
        "Action": members["Action"],
        "Resource": version.arn,
    }
    if members.get("OrganizationId"):
        owner = {"aws:PrincipalOrgID": members["OrganizationId"]}
        statement["Condition"] = {"StringEquals": owner}
    version.policy.statements.append(statement)
    version.policy.revision = str(uuid.uuid4())
    answer = {"Statement": json.dumps(statement), "RevisionId": version.policy.revision}
    return json_answer(201, answer)


def _withdraw(version: Any, sid: str, query: Mapping[str, str]) -> HttpAnswer:
    _check_revision(version, query)
    kept = [statement for statement in version.policy.statements if statement["Sid"] != sid]
    if len(kept) == len(version.policy.statements):
        raise ResourceNotFoundException(f"Statement {sid} is not found in resource policy.")
    version.policy.statements[:] = kept
    version.policy.revision = str(uuid.uuid4())
    return HttpAnswer(204, [])


def _policy(version: Any) -> HttpAnswer:
    if not version.policy.statements:
        raise ResourceNotFoundException("No policy is associated with the given resource.")
    document = {
        "Version": "2012-10-17",
        "Id": "default",
        "Statement": version.policy.statements,
    }
    answer = {"Policy": json.dumps(document), "RevisionId": version.policy.revision}
    return json_answer(200, answer)


def _check_revision(version: Any, members: Mapping[str, Any]) -> None:
    given = members.get("RevisionId")
    if given is not None and given != version.policy.revision:
        raise PreconditionFailedException(
            "The Revision Id provided does not match the latest Revision Id. Call the "
            "GetLayerPolicy API to retrieve the latest Revision Id"
        )
