"""moto's Lambda as the memory of the API's state; everything that runs is the kit's own.

moto looks its Lambda backends up in `moto.awslambda_simple.models` and constructs functions as
`moto.awslambda.models.LambdaFunction`; both names are bound to the kit's classes here, so that
boto3, S3, SNS, CloudFormation, versions and reset all reach them. After each mutation the function
is published to the registry.
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import moto.awslambda.models as lambda_models
import moto.awslambda_simple.models as simple_models
from moto.core.base_backend import BackendDict
from moto.core.exceptions import JsonRESTError

from helpers.cloud.clock import Clock
from helpers.cloud.control.functions import (
    validate_create,
    validate_update_code,
    validate_update_configuration,
)
from helpers.cloud.errors import AwsError
from helpers.cloud.logs import group_name
from helpers.cloud.model import (
    CodePackage,
    FunctionVersion,
    LogFormat,
    LoggingConfig,
    PackageType,
)
from helpers.cloud.registry import Alias, PublishedFunction, Registry

UPDATABLE = {
    "EphemeralStorage": lambda fn, value: setattr(fn, "ephemeral_storage", value["Size"]),
    "TracingConfig": lambda fn, value: setattr(fn, "tracing_config", value),
    "KMSKeyArn": lambda fn, value: setattr(fn, "kms_key_arn", value),
    "DeadLetterConfig": lambda fn, value: setattr(fn, "dead_letter_config", value),
    "LoggingConfig": lambda fn, value: setattr(fn, "logging_config", value),
}


@dataclass(frozen=True, slots=True)
class LambdaHooks:
    """What the seam needs of the data plane: where to publish, and how moto's callers invoke.

    `check_dead_letter` takes target and role; `limits` gives the account's concurrency and how
    much of it must stay unreserved.
    """

    registry: Registry
    clock: Clock
    invoke: Callable[[FunctionVersion, bytes], bytes]
    check_dead_letter: Callable[[str, str], None]
    limits: Callable[[], tuple[int, int]]


class MotoAwsError(JsonRESTError):  # type: ignore[misc]
    """An AwsError as moto's responses can render it."""

    def __init__(self, error: AwsError) -> None:
        super().__init__(error.code, error.message)
        self.code = error.http_status


class KitFunction(lambda_models.LambdaFunction):  # type: ignore[misc]
    """moto's function with the members it leaves out: logging, revision, update status."""

    def __init__(self, account_id: str, spec: dict[str, Any], region: str, version: Any = 1):
        super().__init__(account_id=account_id, spec=spec, region=region, version=version)
        self.logging_config: dict[str, Any] = spec.get("LoggingConfig") or {}
        self.dead_letter_config: dict[str, Any] = spec.get("DeadLetterConfig") or {}
        self.revision_id = str(uuid.uuid4())

    def get_configuration(self, on_create: bool = False) -> dict[str, Any]:
        configuration: dict[str, Any] = super().get_configuration(on_create)
        logging = self.published_logging()
        levels = {
            "ApplicationLogLevel": logging.application_level,
            "SystemLogLevel": logging.system_level,
        }
        configuration["RevisionId"] = self.revision_id
        if self.dead_letter_config.get("TargetArn"):
            configuration["DeadLetterConfig"] = self.dead_letter_config
        configuration["LoggingConfig"] = {
            "LogFormat": str(logging.log_format),
            **{name: level for name, level in levels.items() if level},
            "LogGroup": logging.group,
        }
        return {name: value for name, value in configuration.items() if value is not None}

    def update_configuration(self, config_updates: dict[str, Any]) -> dict[str, Any]:
        for member, value in config_updates.items():
            if member in UPDATABLE:
                UPDATABLE[member](self, value)
        super().update_configuration(config_updates)
        self.touch()
        return self.get_configuration()

    def update_function_code(self, updated_spec: dict[str, Any]) -> dict[str, Any]:
        before = self.code_sha_256
        super().update_function_code(updated_spec)
        if "Architectures" in updated_spec:
            self.architectures = updated_spec["Architectures"]
        if self.code_sha_256 != before:
            self.touch()
        return self.get_configuration()

    def set_version(self, version: int) -> None:
        super().set_version(version)
        self.revision_id = str(uuid.uuid4())

    def touch(self) -> None:
        """Note a change: a new revision, and the moment."""
        self.revision_id = str(uuid.uuid4())
        self.last_modified = lambda_models.iso_8601_datetime_with_nanoseconds()

    def published_logging(self) -> LoggingConfig:
        """Return where and how this function logs."""
        given = self.logging_config
        log_format = LogFormat(given.get("LogFormat", LogFormat.TEXT))
        json = log_format is LogFormat.JSON
        return LoggingConfig(
            group=given.get("LogGroup") or group_name(self.function_name),
            log_format=log_format,
            application_level=given.get("ApplicationLogLevel", "INFO") if json else None,
            system_level=given.get("SystemLogLevel", "INFO") if json else None,
        )

    def published(self) -> FunctionVersion:
        """Return what the data plane needs to run this version."""
        package = CodePackage(self.code_digest or "", self.code_bytes or b"")
        return FunctionVersion(
            account_id=self.account_id,
            region=self.region,
            name=self.function_name,
            version=str(self.version),
            revision=self.revision_id,
            runtime=self.run_time or "",
            handler=self.handler or "",
            role_arn=self.role,
            memory_mb=int(self.memory_size),
            timeout_s=int(self.timeout),
            ephemeral_mb=int(self.ephemeral_storage),
            code=package,
            logging=self.published_logging(),
            variables=dict(self.environment_vars or {}),
            package_type=PackageType(self.package_type),
            dead_letter_arn=self.dead_letter_config.get("TargetArn") or None,
        )


class KitBackend(lambda_models.LambdaBackend):  # type: ignore[misc]
    """moto's Lambda backend of one Region; `hooks` is bound by `install`."""

    hooks: LambdaHooks

    def create_function(self, spec: dict[str, Any]) -> Any:
        request = _decoded(spec)
        with _as_moto_error():
            validate_create(request, today=self.hooks.clock.today().date())
            self._check_dead_letter(spec, spec["Role"])
        function = super().create_function(spec)
        self._publish(spec["FunctionName"])
        return function

    def update_function_code(self, function_name: str, qualifier: str, body: dict[str, Any]) -> Any:
        current = self.get_function(function_name, qualifier)
        request = _decoded({"FunctionName": function_name, "Code": body, **body})
        with _as_moto_error():
            validate_update_code(
                request,
                today=self.hooks.clock.today().date(),
                current_runtime=current.run_time,
            )
        _check_revision(current, body)
        if body.get("DryRun"):
            return current.get_configuration()
        answer = current.update_function_code(body)
        if body.get("Publish"):
            answer = self.publish_version(function_name).get_configuration()
        self._publish(current.function_name)
        return answer

    def update_function_configuration(
        self, function_name: str, qualifier: str, body: dict[str, Any]
    ) -> Any:
        current = self.get_function(function_name, qualifier)
        with _as_moto_error():
            validate_update_configuration(
                {"FunctionName": function_name, **body},
                today=self.hooks.clock.today().date(),
                current_runtime=current.run_time,
            )
            self._check_dead_letter(body, body.get("Role") or current.role)
        _check_revision(current, body)
        answer = super().update_function_configuration(function_name, qualifier, body)
        self._publish(current.function_name)
        return answer

    def publish_version(self, function_name: str, description: str = "") -> Any:
        version = super().publish_version(function_name, description)
        self._publish(version.function_name)
        return version

    def delete_function(self, function_name: str, qualifier: str | None = None) -> None:
        name = self.get_function(function_name, qualifier).function_name
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
        self._publish(self.get_function(function_name).function_name)

    def put_function_concurrency(self, function_name: str, reserved_concurrency: str) -> str:
        function = self.get_function(function_name)
        account, minimum = self.hooks.limits()
        key = (self.account_id, self.region_name, function.function_name)
        others = sum(n for k, n in self.hooks.registry.reservations().items() if k != key)
        if account - others - int(reserved_concurrency) < minimum:
            raise lambda_models.InvalidParameterValueException(
                "Specified ReservedConcurrentExecutions for function decreases account's "
                f"UnreservedConcurrentExecution below its minimum value of [{minimum}]."
            )
        answer: str = super().put_function_concurrency(function_name, reserved_concurrency)
        self._publish(self.get_function(function_name).function_name)
        return answer

    def delete_function_concurrency(self, function_name: str) -> str | None:
        super().delete_function_concurrency(function_name)
        self._publish(self.get_function(function_name).function_name)
        return None

    def invoke(
        self,
        function_name: str,
        qualifier: str | None,
        body: Any,
        headers: Any,
        response_headers: Any,
    ) -> bytes:
        """Serve the services of moto that call a function directly."""
        key = (self.account_id, self.region_name, self.get_function(function_name).function_name)
        version = self.hooks.registry.resolve(key, qualifier)
        event = body if isinstance(body, bytes) else str(body).encode()
        return self.hooks.invoke(version, event)

    def reset(self) -> None:
        super().reset()
        self.hooks.registry.clear()

    def _check_dead_letter(self, spec: Mapping[str, Any], role_arn: str) -> None:
        arn = (spec.get("DeadLetterConfig") or {}).get("TargetArn")
        if arn:
            self.hooks.check_dead_letter(arn, role_arn)

    def _publish(self, name: str) -> None:
        key = (self.account_id, self.region_name, name)
        stored: Mapping[str, Any] | None = self._lambdas._functions.get(name)
        if stored is None:
            self.hooks.registry.withdraw(key)
            return
        latest = stored["latest"]
        every = [*([latest] if latest is not None else []), *stored["versions"]]
        aliases = self._lambdas._aliases.get(
            every[0].function_arn.split(f":{name}")[0] + f":{name}"
        )
        reserved = getattr(latest, "reserved_concurrency", None)
        self.hooks.registry.publish(
            key,
            PublishedFunction(
                versions={str(fn.version): fn.published() for fn in every},
                aliases={alias.name: _alias(alias) for alias in (aliases or {}).values()},
                reserved=None if reserved is None else int(reserved),
            ),
        )


def install(hooks: LambdaHooks) -> None:
    """Bind the kit's classes where moto looks for its own."""
    backend = type("KitBackend", (KitBackend,), {"hooks": hooks, "__module__": __name__})
    lambda_models.LambdaFunction = KitFunction
    simple_models.lambda_simple_backends = BackendDict(backend, "lambda")


class _as_moto_error:  # noqa: N801 - a context manager that reads like a statement
    """Raises the kit's AwsErrors in the form that moto's responses render."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, AwsError):
            raise MotoAwsError(error) from error


def _decoded(spec: Mapping[str, Any]) -> dict[str, Any]:
    code = dict(spec.get("Code") or {})
    if isinstance(code.get("ZipFile"), str):
        code["ZipFile"] = base64.b64decode(code["ZipFile"])
    return {**spec, "Code": code}


def _check_revision(function: Any, body: Mapping[str, Any]) -> None:
    given = body.get("RevisionId")
    if given is not None and given != function.revision_id:
        raise lambda_models.PreconditionFailedException(
            "The RevisionId provided does not match the latest RevisionId. Call the "
            "GetFunction/GetAlias API to retrieve the latest RevisionId"
        )


def _alias(alias: Any) -> Alias:
    routing = alias.routing_config or {}
    return Alias(alias.name, alias.function_version, routing.get("AdditionalVersionWeights") or {})
