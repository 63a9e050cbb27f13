"""Runs one cloud until it is told to end.

python -m helpers.cloud.server --port 4566 [--open]     in the foreground, for people
python -m helpers.cloud.server --child                  for a kernel: settings come as one JSON
                                                        line on standard input, port and key go
                                                        back as one, and end of file ends it
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import os
import signal
import sys
import threading

from helpers.cloud.errors import TROUBLESHOOTING
from helpers.cloud.exports import exports
from helpers.cloud.gateway import REGION
from helpers.cloud.server.cloud_server import CloudServer
from helpers.cloud.settings import Settings

BETWEEN_SEARCHES = (20_000, 20, 20)
"""How many new objects make Python look for garbage, and how many such looks a wider one."""


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
    server = _composed(settings)
    try:
        server.serve()
        print(json.dumps(server.greeting()), flush=True)
        threading.Thread(target=_wait_for_end, args=(ended,), daemon=True).start()
        ended.wait()
    finally:
        server.close()
    return 0


def _composed(settings: Settings, *, port: int = 0) -> CloudServer:
    """Build a cloud without looking for garbage: what is made now stays to the end.

    Later it is looked for less often than Python would: a call of a service makes some thousand
    objects and hardly a cycle, and every search stops whoever is on the way to a handler.
    """
    gc.disable()
    try:
        return CloudServer(settings, port=port)
    finally:
        gc.freeze()
        gc.set_threshold(*BETWEEN_SEARCHES)
        gc.enable()


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
        server = _composed(Settings(open=open_door), port=port)
    except OSError as error:
        print(
            f"Port {port} cannot be used ({error.strerror}): something else listens there.\n"
            f"Choose another: python3 kit.py serve --port {port + 1}\n"
            f"More: {TROUBLESHOOTING}#port-taken",
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
    told = exports(
        server.endpoint,
        REGION,
        access_key_id=server.access_key_id,
        secret_access_key=server.secret_access_key,
    )
    lines = "".join(f"  {line}\n" for line in told)
    print(
        f"A local AWS account is ready at {server.endpoint} (files: level {level}).\n"
        "In another terminal:\n\n"
        f"{lines}"
        f"  export COLDSTART_TOKEN={server.token}\n\n"
        "AWS CLI version 1 sends `aws sqs` to AWS all the same: use version 2, or add\n"
        f"--endpoint-url {server.endpoint}\n",
    )
    if open_door:
        print("Any other key acts as administrator (--open).\n")
    print("Ctrl-C ends it and everything in it.", flush=True)


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # all is closed; taking moto apart, module by module, would last a second
