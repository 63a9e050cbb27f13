"""moto's Lambda backend of one Region: validated before, published after each mutation."""

from __future__ import annotations

import base64
import copy
import re
from collections.abc import Mapping
from typing import Any

from helpers.cloud.control.aliases import NAME_PATTERN as ALIAS_NAME
from helpers.cloud.control.deletions import check_deletable
from helpers.cloud.control.functions import (
    check_package_type,
    validate_create,
    validate_update_code,
    validate_update_configuration,
)
from helpers.cloud.control.names import parse_function_name
from helpers.cloud.control.packages import check_package
from helpers.cloud.control.permissions import STALE
from helpers.cloud.control.snap_start import check_snap_start
from helpers.cloud.errors import (
    InvalidParameterValueException,
    PreconditionFailedException,
    ResourceConflictException,
)
from helpers.cloud.model import LATEST
from helpers.cloud.moto_seam.awslambda.event_source_mappings import MappingsBackend
from helpers.cloud.moto_seam.awslambda.hooks import LambdaHooks
from helpers.cloud.moto_seam.awslambda.layer_store import LayerStore, check_code_size
from helpers.cloud.moto_seam.awslambda.moto_errors import as_moto_error
from helpers.cloud.moto_seam.awslambda.permissions import further_conditions
from helpers.cloud.moto_seam.awslambda.references import check_network, fetched
from helpers.cloud.registry import Alias, Key, PublishedFunction

FUNCTIONS_ONLY = (
    "This operation is permitted on Lambda functions only. Aliases and versions do not support "
    "this operation. Please specify either a function name or an unqualified function ARN."
)
UPDATING = {
    "LastUpdateStatus": "InProgress",
    "LastUpdateStatusReason": "The function is being created.",
    "LastUpdateStatusReasonCode": "Creating",
}
"""What an update answers; it is in force, as a new revision, when the next call asks."""


class KitBackend(LayerStore, MappingsBackend):
    """moto's Lambda backend of one Region; `hooks` is bound by `install`."""

    hooks: LambdaHooks

    def __init__(self, region_name: str, account_id: str):
        super().__init__(region_name, account_id)
        self._numbers: dict[str, int] = {}

    def create_function(self, spec: dict[str, Any]) -> Any:
        request = _decoded(spec)
        with as_moto_error():
            validate_create(request, today=self.hooks.clock.today().date())
            check_snap_start(request)
            name = parse_function_name(spec["FunctionName"]).name
            key, signed_as = self._key(name), spec.get("CodeSigningConfigArn")
            if self.hooks.registry.get(key) is not None:
                raise ResourceConflictException(f"Function already exist: {name}")
            self.hooks.signing.check_deployment(key, signed_as)
            spec = {**spec, "FunctionName": name, "Code": self._fetched(spec["Code"])}
            self.hooks.check_role(spec["Role"], self._arn(name))
            self._check_role(spec, spec["Role"], self._arn(name))
            self.check_size(_decoded(spec)["Code"].get("ZipFile"), spec.get("Layers"))
            function = super().create_function(spec)
        self._publish(name)
        if signed_as:
            self.hooks.signing.attach(key, signed_as)
        return function

    def update_function_code(self, function_name: str, qualifier: str, body: dict[str, Any]) -> Any:
        current = self._latest(function_name)
        code = _decoded({"Code": body})["Code"]
        with as_moto_error():
            validate_update_code(
                {"FunctionName": function_name, **code},
                today=self.hooks.clock.today().date(),
                current_runtime=current.run_time,
            )
            check_package_type(code, current.package_type, "updating")
            self.hooks.signing.check_deployment(self._key(current.function_name))
            body = self._fetched(body)
            check_code_size(_decoded({"Code": body})["Code"].get("ZipFile"), current.layer_packages)
        _check_revision(current, body)
        if body.get("DryRun"):
            return current.get_configuration()
        with as_moto_error():
            answer = current.update_function_code(body)
        self._publish(current.function_name)
        if body.get("Publish"):
            return self._published_update(current.function_name)
        current.revise()
        return {**answer, **UPDATING}

    def update_function_configuration(
        self, function_name: str, qualifier: str, body: dict[str, Any]
    ) -> Any:
        current = self._latest(function_name)
        body = current.completed(body)
        with as_moto_error():
            validate_update_configuration(
                {"FunctionName": function_name, **body},
                today=self.hooks.clock.today().date(),
                current_runtime=current.run_time,
            )
            check_snap_start({**current.get_configuration(), **body})
            role = body.get("Role") or current.role
            if body.get("Role"):
                self.hooks.check_role(role, current.function_arn)
            self._check_role(current.with_its_key(body), role, current.function_arn)
            self.check_size(current.code_bytes, body.get("Layers"))
        _check_revision(current, body)
        answer = super().update_function_configuration(function_name, qualifier, body)
        self._publish(current.function_name)
        current.revise()
        return {**answer, **UPDATING}

    def get_function(self, function_name_or_arn: str, qualifier: str | None = None) -> Any:
        with as_moto_error():
            named = parse_function_name(function_name_or_arn)
            if qualifier and named.qualifier not in (None, qualifier):
                raise InvalidParameterValueException(
                    "The derived qualifier from the function name does not match the specified "
                    "qualifier."
                )
            key = named.key(account_id=self.account_id, region=self.region_name)
            if self.hooks.registry.get(key) is not None:  # moto tells who is missing altogether
                self.hooks.registry.resolve(key, qualifier or named.qualifier)
        return super().get_function(function_name_or_arn, qualifier)

    def list_functions(self, func_version: str | None = None) -> list[Any]:
        """Return the functions, or with ALL every version; others may be made meanwhile."""
        kept = [group for group in list(self._lambdas._functions.values()) if group["latest"]]
        if func_version != "ALL":
            return [group["latest"] for group in kept]
        return [fn for group in kept for fn in (_as_version(group["latest"]), *group["versions"])]

    def publish_version(self, function_name: str, description: str = "") -> Any:
        """Return a new version, or the last one when nothing has changed since."""
        latest = self.get_function(function_name)
        name = latest.function_name
        versions = self._lambdas._functions[name]["versions"]
        if versions and versions[-1].published_as == latest.content():
            return versions[-1]
        # a number is never used twice, not even when the function was deleted in between
        number = self._numbers[name] = self._numbers.get(name, 0) + 1
        version = latest.frozen_as(number, description)
        versions.append(version)
        self._lambdas._arns[version.function_arn] = version
        latest.revise()
        self._publish(name)
        return version

    def _published_update(self, name: str) -> dict[str, Any]:
        """Publish new code; the version is Pending at first, like a new function."""
        before = len(self._lambdas._functions[name]["versions"])
        version = self.publish_version(name)
        is_new = len(self._lambdas._functions[name]["versions"]) > before
        answer: dict[str, Any] = version.get_configuration(on_create=is_new)
        if is_new:
            version.revise()
        return answer

    def delete_function(self, function_name: str, qualifier: str | None = None) -> None:
        with as_moto_error():
            named = parse_function_name(function_name)
            whose = named.key(account_id=self.account_id, region=self.region_name)
            self.hooks.registry.resolve(whose, None)
            wanted = qualifier or named.qualifier
            published = self.hooks.registry.get(whose)
            if wanted and re.fullmatch(ALIAS_NAME, wanted):
                raise InvalidParameterValueException(
                    "Deletion of aliases is not currently supported."
                )
            if wanted and published and wanted not in published.versions:
                return  # deleting a version twice does no harm
        name = self.get_function(function_name, qualifier).function_name
        with as_moto_error():
            check_deletable(self.hooks.registry.get(self._key(name)), wanted)
        super().delete_function(function_name, qualifier)
        self._publish(name)

    def create_alias(self, name: str, function_name: str, *rest: Any, **more: Any) -> Any:
        alias = super().create_alias(name, function_name, *rest, **more)
        self._publish(self.get_function(function_name).function_name)
        return alias

    def update_alias(self, name: str, function_name: str, *rest: Any, **more: Any) -> Any:
        alias = super().update_alias(name, function_name, *rest, **more)
        self._publish(self.get_function(function_name).function_name)
        return alias

    def delete_alias(self, name: str, function_name: str) -> None:
        super().delete_alias(name, function_name)
        function = self.get_function(function_name)
        statements = function.policy.statements  # those of the alias go with it
        statements[:] = [s for s in statements if not s["Resource"].endswith(f":{name}")]
        self._publish(function.function_name)

    def put_function_concurrency(self, function_name: str, reserved_concurrency: Any) -> int:
        name = self._unqualified(function_name)
        with as_moto_error():
            place = (self.account_id, self.region_name)
            self.hooks.concurrency(place).check_reserved(name, reserved_concurrency)
        answer: int = super().put_function_concurrency(name, reserved_concurrency)
        self._publish(name)
        return answer

    def get_function_concurrency(self, function_name: str) -> int | None:
        answer: int | None = super().get_function_concurrency(self._unqualified(function_name))
        return answer

    def delete_function_concurrency(self, function_name: str) -> str | None:
        name = self._unqualified(function_name)
        super().delete_function_concurrency(name)
        self._publish(name)
        return None

    def _latest(self, function_name: str) -> Any:
        """Return the function that may be changed; versions are immutable."""
        with as_moto_error():
            if parse_function_name(function_name).qualifier not in (None, LATEST):
                raise InvalidParameterValueException(FUNCTIONS_ONLY)
        return self.get_function(function_name)

    def _unqualified(self, function_name: str) -> str:
        """Return the name of a function given whole; reserved concurrency knows no versions."""
        with as_moto_error():
            if parse_function_name(function_name).qualifier is not None:
                raise InvalidParameterValueException(FUNCTIONS_ONLY)
        name: str = self.get_function(function_name).function_name
        return name

    def add_permission(self, function_name: str, qualifier: str | None, raw: str) -> dict[str, Any]:
        with as_moto_error():
            rest, conditions = further_conditions(raw)
        statement: dict[str, Any] = super().add_permission(function_name, qualifier, rest)
        for operator, keys in conditions.items():
            held = statement.setdefault("Condition", {})
            held[operator] = {**held.get(operator, {}), **keys}
        return statement

    def invoke(
        self,
        function_name: str,
        qualifier: str | None,
        body: Any,
        headers: Any,
        response_headers: Any,
    ) -> bytes:
        """Serve the services of moto that call a function directly."""
        key = self._key(self.get_function(function_name).function_name)
        version = self.hooks.registry.resolve(key, qualifier)
        event = body if isinstance(body, bytes) else str(body).encode()
        return self.hooks.invoke(version, event)

    def reset(self) -> None:
        super().reset()
        self.hooks.registry.clear()

    def _check_role(self, spec: Mapping[str, Any], role_arn: str, function_arn: str) -> None:
        """Check that the execution role may do what the configuration asks for."""
        if (spec.get("TracingConfig") or {}).get("Mode") == "Active":
            self.hooks.check_tracing(role_arn)
        check_network(
            spec.get("VpcConfig") or {},
            (self.account_id, self.region_name),
            lambda action: self.hooks.role_may(role_arn, action),
        )
        if spec.get("KMSKeyArn"):
            self.hooks.give_key(spec["KMSKeyArn"], function_arn, role_arn)
        arn = (spec.get("DeadLetterConfig") or {}).get("TargetArn")
        if arn:
            self.hooks.check_dead_letter(arn, role_arn)

    def _fetched(self, code: Mapping[str, Any]) -> dict[str, Any]:
        """Return a code with its package, which S3 may keep; it is checked when it came there."""
        whole = fetched(code, self.account_id)
        if not code.get("ZipFile") and whole.get("ZipFile"):
            check_package(base64.b64decode(whole["ZipFile"]))
        return whole

    def _key(self, name: str) -> Key:
        return (self.account_id, self.region_name, name)

    def _arn(self, name: str) -> str:
        return f"arn:aws:lambda:{self.region_name}:{self.account_id}:function:{name}"

    def _publish(self, name: str) -> None:
        key = self._key(name)
        stored: Mapping[str, Any] | None = self._lambdas._functions.get(name)
        if stored is None:
            self.hooks.registry.withdraw(key)
            return
        latest = stored["latest"]
        every = [*([latest] if latest is not None else []), *stored["versions"]]
        aliases = self._lambdas._aliases.get(self._arn(name))
        reserved = getattr(latest, "reserved_concurrency", None)
        self.hooks.registry.publish(
            key,
            PublishedFunction(
                versions={str(fn.version): fn.published() for fn in every},
                aliases={alias.name: _alias(alias) for alias in (aliases or {}).values()},
                reserved=None if reserved is None else int(reserved),
            ),
        )


def _as_version(latest: Any) -> Any:
    shown = copy.copy(latest)
    shown.function_arn = f"{latest.function_arn}:{LATEST}"
    return shown


def _decoded(spec: Mapping[str, Any]) -> dict[str, Any]:
    code = dict(spec.get("Code") or {})
    if isinstance(code.get("ZipFile"), str):
        code["ZipFile"] = base64.b64decode(code["ZipFile"])
    return {**spec, "Code": code}


def _check_revision(function: Any, body: Mapping[str, Any]) -> None:
    given = body.get("RevisionId")
    if given is not None and given != function.revision_id:
        with as_moto_error():
            raise PreconditionFailedException(STALE)


def _alias(alias: Any) -> Alias:
    routing = alias.routing_config or {}
    return Alias(alias.name, alias.function_version, routing.get("AdditionalVersionWeights") or {})
