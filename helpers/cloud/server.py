"""The cloud's process: builds every object once, passes them on, and ends cleanly.

    python -m helpers.cloud.server --port 4566 [--open]     in the foreground, for people
    python -m helpers.cloud.server --child                  for a kernel: settings come as one JSON
                                                            line on standard input, port and key go
                                                            back as one, and end of file ends it

This is the only composition root: no module keeps state of its own.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import random
import secrets
import signal
import string
import sys
import tempfile
import threading
from dataclasses import fields
from pathlib import Path
from typing import Any

from helpers.cloud.admission import PoolLimits
from helpers.cloud.clock import Clock, Timers
from helpers.cloud.control.account_settings import AccountSettingsApi
from helpers.cloud.control.code_store import CodeStore
from helpers.cloud.control.dead_letters import dead_letter_check
from helpers.cloud.control.event_invoke_configs import EventInvokeConfigsApi
from helpers.cloud.control.invocations import InvocationsApi
from helpers.cloud.control.provisioned_concurrency import (
    ProvisionedConcurrencyApi,
    account_concurrency,
)
from helpers.cloud.control.pushed_events import direct_invocation, event_acceptance
from helpers.cloud.control.recursion import RecursionApi
from helpers.cloud.doorkeeper import Doorkeeper
from helpers.cloud.environment.keeper import Keeper
from helpers.cloud.environment.lifecycle import Environment
from helpers.cloud.environment.machine import free_bytes
from helpers.cloud.environment.platform import Platform
from helpers.cloud.environment.probe import probe_file_level
from helpers.cloud.environment.runtime_folder import build_runtime_folder, host_folders
from helpers.cloud.environment.workspace import FileLevel, Sources, opt_mounts, remove_tree
from helpers.cloud.gateway import REGION, Gateway
from helpers.cloud.http_messages import HttpAnswer, HttpRequest
from helpers.cloud.http_server import HttpServer
from helpers.cloud.invoke import (
    AsyncQueue,
    EventInvokeConfigs,
    FailurePath,
    Invoker,
    RecursionGuard,
)
from helpers.cloud.kit_api import KitApi
from helpers.cloud.model import InitializationType
from helpers.cloud.pool import Pool
from helpers.cloud.provisioned import ProvisionedConcurrency
from helpers.cloud.reaper import Reaper
from helpers.cloud.records import Recorder, Waiting
from helpers.cloud.registry import Registry
from helpers.cloud.settings import Settings
from helpers.cloud.wsgi import call

VERSION = "0.1.0"
ALPHABET = string.ascii_uppercase + "234567"


class CloudServer:
    """One local account, from its start to `close`."""

    def __init__(self, settings: Settings, *, port: int = 0) -> None:
        self.settings = settings
        self.access_key_id = "AKIA" + "".join(secrets.choice(ALPHABET) for _ in range(16))
        self.secret_access_key = secrets.token_hex(20)
        self.token = secrets.token_urlsafe(32)
        self.http = HttpServer(port, self._answer)
        self.endpoint = f"http://127.0.0.1:{self.http.port}"
        self.keeper = Keeper()
        self.folder = Path(tempfile.mkdtemp(prefix="coldstart-"))
        self.keeper.inherit(self.folder)
        self.clock = Clock(time_lapse=settings.time_lapse)
        self.timers = Timers(self.clock)
        self.recorder = Recorder(self.clock)
        self.registry = Registry()
        self._seed = 0
        self._closing = threading.Lock()
        try:
            self._compose()
        except BaseException:
            self.close()
            raise

    def serve(self) -> None:
        """Answer requests on a thread of their own; returns at once."""
        threading.Thread(target=self.http.serve_forever, name="gateway", daemon=True).start()

    def reset(self) -> None:
        """Empty the account: every environment, every service, every record."""
        from helpers.cloud.moto_seam.application import reset_services

        self.queue.clear()
        self.registry.clear()
        self.configs.clear()
        self.recursion.clear()
        self.provisioned.clear()
        self.pool.end_all("reset")
        reset_services()
        self._authorizer.forget()
        self.registry.draw_from(random.Random(self._seed or None))
        self.recorder.start_epoch()

    def close(self) -> None:
        """End every process and delete every file; harmless when called twice."""
        if not self._closing.acquire(blocking=False):
            return
        if hasattr(self, "pool"):
            self.pool.close()
        self.timers.close()
        self.http.server_close()
        remove_tree(self.folder)
        self.keeper.close()

    def greeting(self) -> dict[str, str]:
        """Return what a client needs: endpoint and keys."""
        return {
            "endpoint": self.endpoint,
            "region": REGION,
            "access_key_id": self.access_key_id,
            "secret_access_key": self.secret_access_key,
            "token": self.token,
        }

    def facts(self) -> dict[str, Any]:
        """Return what health says."""
        return {
            "status": "ready",
            "version": VERSION,
            "python": platform.python_version(),
            "file_level": str(self.file_level),
            "environments": len(self.pool.environments()),
        }

    def _compose(self) -> None:
        runtime = build_runtime_folder(
            self.folder / "runtime", native_client=self.settings.native_client
        )
        keep = tuple(host_folders())
        wanted = self.settings.file_level
        self.file_level = (
            probe_file_level(self.folder / "probe", runtime, keep)
            if wanted == "auto"
            else FileLevel(wanted)
        )
        from helpers.cloud.moto_seam import application

        application.prepare(self.http.port)
        from helpers.cloud.moto_seam import (
            awslambda,
            iam_operations,
            managed_policies,
            resource_policies,
        )
        from helpers.cloud.moto_seam.authorizer import MotoAuthorizer
        from helpers.cloud.moto_seam.function_log import MotoFunctionLog
        from helpers.cloud.moto_seam.guard import Guard
        from helpers.cloud.moto_seam.identities import ACCOUNT_ID, Identities, RoleCredentials
        from helpers.cloud.moto_seam.targets import MotoTargets

        managed_policies.install()
        resource_policies.install()
        identities = Identities()
        iam_operations.install(identities)
        self._authorizer = MotoAuthorizer(identities, self.recorder)
        code = CodeStore(self.folder / "code", mounts=opt_mounts(keep))
        shared = Platform(
            clock=self.clock,
            recorder=self.recorder,
            keeper=self.keeper,
            folder=self.folder,
            file_level=self.file_level,
            endpoint=self.endpoint,
            issuer=RoleCredentials(identities),
            log=MotoFunctionLog(self._authorizer, self.recorder),
            sources=lambda function: Sources(
                code.code(function.code), code.opt(function.layers), runtime, keep
            ),
            cpu_share=lambda: self.settings.cpu_share,
        )
        waiting = Waiting(self.clock, self.timers, self.recorder)
        self.pool = Pool(
            self.registry,
            waiting,
            limits=PoolLimits(),
            start=lambda function: Environment(function, shared),
        )
        self.provisioned = ProvisionedConcurrency(
            self.registry,
            self.pool,
            waiting,
            lambda function: Environment(function, shared, InitializationType.PROVISIONED),
        )
        Reaper(self.pool, waiting, limits=self.pool.limits, free_bytes=free_bytes)
        self._configured()
        concurrency = account_concurrency(self.settings, self.registry, self.provisioned)
        self.recursion = RecursionGuard(self.registry, self.recorder)
        invoker = Invoker(self.registry, self.pool, self.clock, self.recursion)
        targets = MotoTargets(self.registry)
        self.configs = EventInvokeConfigs(self.registry)
        self.queue = AsyncQueue(invoker, self.registry, self.configs, waiting, lambda: path)
        path = FailurePath(
            targets,
            self._authorizer,
            self.recorder,
            self.clock,
            event_acceptance(self.queue, REGION),
        )
        awslambda.install(
            awslambda.LambdaHooks(
                registry=self.registry,
                clock=self.clock,
                invoke=direct_invocation(invoker),
                check_dead_letter=dead_letter_check(targets, self._authorizer),
                concurrency=concurrency,
            )
        )
        self._moto = application.wsgi_application()
        self._gateway = Gateway(
            doorkeeper=Doorkeeper(
                secret_of=identities.find,
                access_key_id=self.access_key_id,
                secret_access_key=self.secret_access_key,
                token=self.token,
                open_door=self.settings.open,
            ),
            invocations=InvocationsApi(invoker, self.queue, ACCOUNT_ID),
            lambda_apis=(
                EventInvokeConfigsApi(
                    self.configs, self.registry, targets, self._authorizer, self.clock, ACCOUNT_ID
                ),
                RecursionApi(self.recursion, self.registry, ACCOUNT_ID),
                ProvisionedConcurrencyApi(self.provisioned, self.registry, concurrency, ACCOUNT_ID),
                awslambda.LayersApi(awslambda.backend_of, ACCOUNT_ID),
                awslambda.VersionsApi(self.registry, awslambda.backend_of, ACCOUNT_ID),
                AccountSettingsApi(self.registry, concurrency, awslambda.layer_bytes, ACCOUNT_ID),
            ),
            kit=KitApi(self.settings, self.recorder, self.facts, self.reset, self._configured),
            access=Guard(identities, self._authorizer),
            services=lambda request: call(self._moto, request, port=self.http.port),
            changed=self._authorizer.forget,
            settle=self.pool.settle,
        )
        threading.Thread(target=application.warm_up, name="warm-up", daemon=True).start()

    def _configured(self) -> None:
        self.clock.time_lapse = self.settings.time_lapse
        if self.settings.seed != self._seed:
            self._seed = self.settings.seed
            self.registry.draw_from(random.Random(self._seed))
        for limit in fields(PoolLimits):
            setattr(self.pool.limits, limit.name, getattr(self.settings, limit.name))

    def _answer(self, request: HttpRequest) -> HttpAnswer:
        return self._gateway.answer(request)


def main(arguments: list[str] | None = None) -> int:
    """Run a cloud until its pipe closes (child) or a signal comes (foreground)."""
    parser = argparse.ArgumentParser(prog="kit.py serve", description="Run the local account.")
    parser.add_argument("--port", type=int, default=4566)
    parser.add_argument("--open", action="store_true", help="any key will do")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    return _run_child() if options.child else _run_foreground(options.port, options.open)


def _run_child() -> int:
    # a terminal's signals are the kernel's business; SIG_IGN would be inherited by handlers
    for name in ("SIGINT", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: None)
    settings = Settings()
    settings.update(json.loads(sys.stdin.readline() or "{}"))
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    server = CloudServer(settings)
    try:
        server.serve()
        print(json.dumps(server.greeting()), flush=True)
        threading.Thread(target=_wait_for_end, args=(ended,), daemon=True).start()
        ended.wait()
    finally:
        server.close()
    return 0


def _wait_for_end(ended: threading.Event) -> None:
    with contextlib.suppress(OSError):
        while sys.stdin.read(4096):
            pass
    ended.set()


def _run_foreground(port: int, open_door: bool) -> int:
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    try:
        server = CloudServer(Settings(open=open_door), port=port)
    except OSError as error:
        print(
            f"Port {port} cannot be used ({error.strerror}): something else listens there.\n"
            f"Choose another: python3 kit.py serve --port {port + 1}",
            file=sys.stderr,
        )
        return 1
    try:
        server.serve()
        _print_exports(server, open_door)
        ended.wait()
        print("\nThe account is gone, with everything in it.", flush=True)
    finally:
        server.close()
    return 0


def _print_exports(server: CloudServer, open_door: bool) -> None:
    level = server.file_level
    print(
        f"A local AWS account is ready at {server.endpoint} (files: level {level}).\n"
        "In another terminal:\n\n"
        f"  export AWS_ENDPOINT_URL={server.endpoint}\n"
        f"  export AWS_DEFAULT_REGION={REGION}\n"
        f"  export AWS_ACCESS_KEY_ID={server.access_key_id}\n"
        f"  export AWS_SECRET_ACCESS_KEY={server.secret_access_key}\n"
        f"  export COLDSTART_TOKEN={server.token}\n",
    )
    if open_door:
        print("Any other key acts as administrator (--open).\n")
    print("Ctrl-C ends it and everything in it.", flush=True)


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # all is closed; taking moto apart, module by module, would last a second
