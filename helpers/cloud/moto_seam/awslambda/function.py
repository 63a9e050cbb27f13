"""moto's function with the members it leaves out, and what the data plane needs of it."""

from __future__ import annotations

import copy
import json
import uuid
from collections.abc import Mapping
from typing import Any

import moto.awslambda.models as lambda_models
from moto.awslambda.utils import get_backend

from helpers.cloud.logs import RuntimeVersion, group_name
from helpers.cloud.model import (
    LATEST,
    CodePackage,
    FunctionVersion,
    LogFormat,
    LoggingConfig,
    PackageType,
)

UPDATABLE = {
    "EphemeralStorage": lambda fn, value: setattr(fn, "ephemeral_storage", value["Size"]),
    "TracingConfig": lambda fn, value: setattr(fn, "tracing_config", value),
    "KMSKeyArn": lambda fn, value: setattr(fn, "kms_key_arn", value),
    "DeadLetterConfig": lambda fn, value: setattr(fn, "dead_letter_config", value),
    "LoggingConfig": lambda fn, value: setattr(fn, "logging_config", value),
    "SnapStart": lambda fn, value: setattr(fn, "snap_start", value.get("ApplyOn") or "None"),
}
OF_THE_MOMENT = {
    "FunctionArn",
    "LastModified",
    "LastUpdateStatus",
    "RevisionId",
    "State",
    "StateReason",
    "StateReasonCode",
    "Version",
}
"""What of a configuration does not make a version differ."""
CREATING = {
    "State": "Pending",
    "StateReason": "The function is being created.",
    "StateReasonCode": "Creating",
}
"""What CreateFunction answers; when the next call asks, the function is Active, a new revision."""


class KitFunction(lambda_models.LambdaFunction):  # type: ignore[misc]
    """moto's function with the members it leaves out: logging, revision, update status."""

    def __init__(self, account_id: str, spec: dict[str, Any], region: str, version: Any = 1):
        self.code_digest, self.code_bytes = "", b""  # moto sets them for zips, not for images
        super().__init__(account_id=account_id, spec=spec, region=region, version=version)
        self.logging_config: dict[str, Any] = spec.get("LoggingConfig") or {}
        self.dead_letter_config: dict[str, Any] = spec.get("DeadLetterConfig") or {}
        self.snap_start: str = (spec.get("SnapStart") or {}).get("ApplyOn") or "None"
        self.revision_id = self.content_id = str(uuid.uuid4())
        self.published_as = ""
        # kept even when empty: AWS shows an empty map to whoever gave one
        self.has_variables = (spec.get("Environment") or {}).get("Variables") is not None

    def __deepcopy__(self, memo: dict[int, Any]) -> KitFunction:
        """Copy the function, and not the account's log groups, which change meanwhile."""
        memo[id(self.logs_backend)] = self.logs_backend
        copied = type(self).__new__(type(self))
        memo[id(self)] = copied
        copied.__dict__.update(copy.deepcopy(self.__dict__, memo))
        return copied

    def _get_layers_data(self, layers_versions_arns: list[str]) -> list[Any]:
        data: list[Any] = super()._get_layers_data(layers_versions_arns)
        backend = get_backend(self.account_id, self.region)
        versions = [backend.layers_versions_by_arn(arn) for arn in layers_versions_arns]
        # kept with the function: a deleted layer version goes on working for who has it
        self.layer_packages = tuple(CodePackage(v.code_digest, v.code_bytes) for v in versions)
        return data

    def get_code(self) -> dict[str, Any]:
        answer: dict[str, Any] = super().get_code()
        if self.package_type == PackageType.ZIP:
            hooks = get_backend(self.account_id, self.region).hooks
            package = CodePackage(self.code_digest, self.code_bytes)
            location = hooks.link(package, self.function_name)
            answer["Code"] = {"RepositoryType": "S3", "Location": location}
        if self.reserved_concurrency is not None:  # moto leaves 0 out
            reserved = {"ReservedConcurrentExecutions": int(self.reserved_concurrency)}
            answer["Concurrency"] = reserved
        return answer

    @property
    def vpc_config(self) -> dict[str, Any] | None:
        """The network as the API shows it; with no subnets there is none."""
        given = self._vpc_config or {}
        subnets = given.get("SubnetIds") or []
        vpc_id = ""
        if subnets:
            from moto.ec2.models import ec2_backends  # 20 MB that few functions need

            ec2 = ec2_backends[self.account_id][self.region]
            vpc_id = next((s.vpc_id for s in ec2.describe_subnets() if s.id == subnets[0]), "")
        elif not self._vpc_config:
            return None
        return {
            "SubnetIds": subnets,
            "SecurityGroupIds": given.get("SecurityGroupIds") or [],
            "VpcId": vpc_id,
            "Ipv6AllowedForDualStack": bool(given.get("Ipv6AllowedForDualStack")),
        }

    def get_configuration(self, on_create: bool = False) -> dict[str, Any]:
        configuration: dict[str, Any] = super().get_configuration(on_create)
        logging = self.published_logging()
        levels = {
            "ApplicationLogLevel": logging.application_level,
            "SystemLogLevel": logging.system_level,
        }
        configuration["RevisionId"] = self.revision_id
        configuration |= self._snap_start()
        if self.has_variables:
            configuration["Environment"] = {"Variables": dict(self.environment_vars or {})}
        if self.dead_letter_config.get("TargetArn"):
            configuration["DeadLetterConfig"] = self.dead_letter_config
        configuration["LoggingConfig"] = {
            "LogFormat": str(logging.log_format),
            **{name: level for name, level in levels.items() if level},
            "LogGroup": logging.group,
        }
        if on_create:
            configuration |= CREATING
        if self.run_time:
            arn = RuntimeVersion.of(self.run_time, self.region).arn
            configuration["RuntimeVersionConfig"] = {"RuntimeVersionArn": arn}
        configuration["LastModified"] = _milliseconds(self.last_modified)
        for member in ("Layers", "KMSKeyArn"):
            if not configuration.get(member):
                configuration.pop(member, None)
        _only_what_was_set(configuration)
        return {name: value for name, value in configuration.items() if value is not None}

    @property
    def is_restored(self) -> bool:
        """Whether environments are restored from a snapshot: published, with SnapStart."""
        return self.snap_start == "PublishedVersions" and str(self.version) != LATEST

    def _snap_start(self) -> dict[str, Any]:
        on = "On" if self.is_restored else "Off"
        shown: dict[str, Any] = {
            "SnapStart": {"ApplyOn": self.snap_start, "OptimizationStatus": on}
        }
        if not self.is_restored:
            return shown
        hooks = get_backend(self.account_id, self.region).hooks
        key = (self.account_id, self.region, self.function_name)
        state = hooks.version_state(key, str(self.version))
        reasons = {"StateReason": state.reason, "StateReasonCode": state.code}
        return {**shown, "State": state.state, **{k: v for k, v in reasons.items() if v}}

    def with_its_key(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return an update with the key that stays: a new role needs leave to use it."""
        if not body.get("Role"):
            return body
        return {"KMSKeyArn": self.get_configuration().get("KMSKeyArn"), **body}

    def completed(self, updates: dict[str, Any]) -> dict[str, Any]:
        """Return an update with what it leaves open: variables, and the rest of LoggingConfig."""
        whole = dict(updates)
        if whole.get("Environment") is not None:
            whole["Environment"] = {"Variables": whole["Environment"].get("Variables") or {}}
        given = whole.get("LoggingConfig")
        if given is not None:
            held = self.logging_config
            if given.get("LogFormat") == LogFormat.TEXT:  # which has no levels
                held = {name: held[name] for name in held.keys() & {"LogGroup"}}
            whole["LoggingConfig"] = {**held, **given}
        return whole

    def update_configuration(self, config_updates: dict[str, Any]) -> dict[str, Any]:
        for member, value in config_updates.items():
            if member in UPDATABLE:
                UPDATABLE[member](self, value)
        self.has_variables |= config_updates.get("Environment") is not None
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

    def content(self) -> str:
        """Return code and configuration as one text: a new version is published when it differs."""
        configuration = self.get_configuration()
        telling = {name: configuration[name] for name in configuration.keys() - OF_THE_MOMENT}
        return json.dumps([self.code_digest, telling], sort_keys=True, default=str)

    def frozen_as(self, number: int, description: str) -> KitFunction:
        """Return a version of what the function is now."""
        version = copy.copy(self)
        version.code = dict(self.code)
        version.published_as = self.content()
        version.set_version(number)
        version.revision_id = version.content_id = str(uuid.uuid4())
        if description:
            version.description = description
        return version

    def touch(self) -> None:
        """Note a change of what runs: a new revision, and the moment."""
        self.revision_id = self.content_id = str(uuid.uuid4())
        self.last_modified = lambda_models.iso_8601_datetime_with_nanoseconds()

    def revise(self) -> None:
        """Have a new revision though the same runs: a status, a tag or a version came."""
        self.revision_id = str(uuid.uuid4())

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
            revision=self.content_id,
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
            layers=self.layer_packages,
            snap_start=self.is_restored,
            traced=(self.tracing_config or {}).get("Mode") == "Active",
            kms_key_arn=getattr(self, "kms_key_arn", None) or None,
        )


def _only_what_was_set(configuration: dict[str, Any]) -> None:
    """Leave out what nobody gave of an image's own settings, and all of them if nobody did."""
    given = (configuration.pop("ImageConfigResponse", None) or {}).get("ImageConfig") or {}
    settings = {member: value for member, value in given.items() if value}
    if settings:
        configuration["ImageConfigResponse"] = {"ImageConfig": settings}


def _milliseconds(moment: str) -> str:
    """Return moto's moment in the form of Lambda's LastModified: 2026-11-21T10:00:00.123+0000."""
    return moment if moment.endswith("+0000") else f"{moment[:23]}+0000"
