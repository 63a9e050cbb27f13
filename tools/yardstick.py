"""A running Runtime Interface Emulator around a handler, with the runtime the kit gives its own."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from helpers.cloud.environment.runtime_folder import build_runtime_folder, interpreter
from tools.ports import free_port

RUNTIME = "python3.13"
"""The runtime that both sides are told they are: it decides how awslambdaric waits."""
LISTENS_WITHIN_S = 10
STOPS_WITHIN_S = 5


@contextlib.contextmanager
def running_emulator(
    binary: Path,
    source: str,
    *,
    folder: Path,
    timeout_s: int = 30,
    native_client: bool = True,
) -> Iterator[str]:
    """Serve `source` as app.handler and yield the endpoint; it knows one function, "function".

    `folder` is created, for the code and the runtime. The handler starts with the first invoke.
    """
    folder.mkdir(parents=True)
    (folder / "app.py").write_text(source, encoding="utf-8")
    runtime = build_runtime_folder(folder / "runtime", native_client=native_client)
    port, runtime_port = free_port(), free_port()
    command = [str(binary), "--runtime-interface-emulator-address", f"127.0.0.1:{port}"]
    command += ["--runtime-api-address", f"127.0.0.1:{runtime_port}"]
    command += [interpreter(), "-S", "-m", "awslambdaric", "app.handler"]
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": str(runtime),
        "LAMBDA_TASK_ROOT": str(folder),
        "AWS_LAMBDA_FUNCTION_NAME": "function",
        "AWS_LAMBDA_FUNCTION_TIMEOUT": str(timeout_s),
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
        "AWS_REGION": "us-east-1",
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{RUNTIME}",
        "TZ": ":UTC",
    }
    with (folder / "emulator.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True
        )
        try:
            _wait_until_it_listens(process, port)
            yield f"http://127.0.0.1:{port}"
        finally:
            _end(process)


def _wait_until_it_listens(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + LISTENS_WITHIN_S
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.005)
    raise RuntimeError(f"{process.args!r} does not listen on {port}; it ended: {process.poll()!r}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask the emulator to stop, which ends the handler too; kill both if it does not."""
    process.terminate()
    try:
        process.wait(STOPS_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
