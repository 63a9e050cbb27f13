"""Builds what runs functions: environments, the pool, invocation and its queue."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path

from helpers.cloud.admission import PoolLimits
from helpers.cloud.control.code_store import CodeStore
from helpers.cloud.control.pushed_events import PushedEvents, event_acceptance
from helpers.cloud.environment.lifecycle import Environment
from helpers.cloud.environment.local_extension import LocalPorts
from helpers.cloud.environment.machine import free_bytes
from helpers.cloud.environment.platform import Platform
from helpers.cloud.environment.probe import probe_file_level
from helpers.cloud.environment.runtime_folder import build_runtime_folder, host_folders
from helpers.cloud.environment.snapshot import Snapshot
from helpers.cloud.environment.strays import Strays
from helpers.cloud.environment.workspace import FileLevel, Sources, opt_mounts
from helpers.cloud.gateway import REGION
from helpers.cloud.invoke import (
    AsyncQueue,
    EventInvokeConfigs,
    FailurePath,
    Invoker,
    RecursionGuard,
    Sampler,
    Tracer,
)
from helpers.cloud.model import FunctionVersion, InitializationType
from helpers.cloud.pool import Pool
from helpers.cloud.ports import Authorizer, CredentialIssuer, FunctionLog, Queues, Streams, Targets
from helpers.cloud.provisioned import ProvisionedConcurrency
from helpers.cloud.reaper import Reaper
from helpers.cloud.server.foundation import Foundation
from helpers.cloud.snapshots import Snapshots


@dataclass(frozen=True, slots=True)
class Ports:
    """The rest of the account, as the data plane sees it."""

    authorizer: Authorizer
    issuer: CredentialIssuer
    log: FunctionLog
    targets: Targets
    xray_daemon: Callable[[FunctionVersion], str]
    check_decrypt: Callable[[FunctionVersion], None]
    queues: Queues
    streams: Streams


@dataclass(frozen=True, slots=True)
class DataPlane:
    """Everything between an accepted request and a running handler; a Part of the cloud."""

    foundation: Foundation
    file_level: FileLevel
    local_ports: LocalPorts
    pool: Pool
    provisioned: ProvisionedConcurrency
    snapshots: Snapshots
    recursion: RecursionGuard
    sampler: Sampler
    invoker: Invoker
    configs: EventInvokeConfigs
    queue: AsyncQueue
    pushed_events: PushedEvents

    def configured(self) -> None:
        """Take over what the settings say now."""
        settings = self.foundation.settings
        for limit in fields(PoolLimits):
            setattr(self.pool.limits, limit.name, getattr(settings, limit.name))

    def clear(self) -> None:
        """End every environment and forget every function and event."""
        self.queue.clear()
        self.foundation.registry.clear()
        self.configs.clear()
        self.recursion.clear()
        self.provisioned.clear()
        self.pool.end_all("reset")
        self.snapshots.clear()
        self.local_ports.clear()
        self.foundation.registry.draw_from(random.Random(self.foundation.settings.seed or None))

    def close(self) -> None:
        """End every environment and snapshot."""
        self.pool.close()
        self.snapshots.close()
        self.local_ports.close()


def build_data_plane(foundation: Foundation, ports: Ports) -> DataPlane:
    """Build the data plane: the runtime folder, the probe of file levels, and all that leases."""
    waiting = foundation.waiting
    platform, file_level = _platform(foundation, ports)
    snapshots = Snapshots(foundation.registry, lambda function: Snapshot(function, platform))

    def start(function: FunctionVersion) -> Environment:
        ports.check_decrypt(function)
        reaper.make_way(function)
        return _environment(function, platform, snapshots)

    pool = Pool(
        foundation.registry,
        waiting,
        limits=PoolLimits(),
        start=start,
    )
    provisioned = ProvisionedConcurrency(
        foundation.registry,
        pool,
        waiting,
        lambda function: Environment(function, platform, InitializationType.PROVISIONED),
    )
    reaper = Reaper(pool, waiting, limits=pool.limits, free_bytes=free_bytes)
    recursion = RecursionGuard(foundation.registry, foundation.recorder)
    settings = foundation.settings
    sampler = Sampler(foundation.clock, lambda: settings.trace_every_request)
    tracer = Tracer(foundation.clock, foundation.recorder, sampler)
    invoker = Invoker(foundation.registry, pool, tracer, recursion)
    configs = EventInvokeConfigs(foundation.registry)
    queue = AsyncQueue(invoker, foundation.registry, configs, waiting, lambda: path)
    path = FailurePath(
        ports.targets,
        ports.authorizer,
        foundation.recorder,
        foundation.clock,
        event_acceptance(queue, REGION),
    )
    return DataPlane(
        foundation=foundation,
        file_level=file_level,
        local_ports=platform.local_ports,
        pool=pool,
        provisioned=provisioned,
        snapshots=snapshots,
        recursion=recursion,
        sampler=sampler,
        invoker=invoker,
        configs=configs,
        queue=queue,
        pushed_events=PushedEvents(queue, invoker, ports.authorizer, foundation.recorder),
    )


def _environment(
    function: FunctionVersion, platform: Platform, snapshots: Snapshots
) -> Environment:
    if not function.snap_start:
        return Environment(function, platform)
    snapshots.ready(function)
    kind = InitializationType.SNAP_START
    return Environment(function, platform, kind, snapshot=lambda: snapshots.of(function))


def _platform(foundation: Foundation, ports: Ports) -> tuple[Platform, FileLevel]:
    settings, folder = foundation.settings, foundation.folder
    runtime = build_runtime_folder(folder / "runtime", native_client=settings.native_client)
    keep = tuple(host_folders())
    file_level = (
        probe_file_level(folder / "probe", runtime, keep)
        if settings.file_level == "auto"
        else FileLevel(settings.file_level)
    )
    platform = Platform(
        clock=foundation.clock,
        recorder=foundation.recorder,
        keeper=foundation.keeper,
        strays=Strays(foundation.timers),
        folder=folder,
        file_level=file_level,
        endpoint=foundation.endpoint,
        issuer=ports.issuer,
        log=ports.log,
        sources=_sources(CodeStore(folder / "code", mounts=opt_mounts(keep)), runtime, keep),
        cpu_share=lambda: settings.cpu_share,
        local_ports=LocalPorts(),
        xray_daemon=ports.xray_daemon,
    )
    return platform, file_level


def _sources(code: CodeStore, runtime: Path, keep: tuple[Path, ...]) -> Callable[..., Sources]:
    return lambda function: Sources(
        code.code(function.code), code.opt(function.layers), runtime, keep
    )
