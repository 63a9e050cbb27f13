"""What the shell around the tests must not decide."""

from __future__ import annotations

import signal

from hypothesis import HealthCheck, settings

# the same examples every time, and no slow machine fails them
settings.register_profile(
    "kit",
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("kit")


def pytest_configure() -> None:
    """Take signals again that a shell's `&` or nohup ignores: tests send them to their children.

    A process inherits what its parent ignores, so every child would be deaf to them.
    """
    for name, handler in (("SIGINT", signal.default_int_handler), ("SIGHUP", signal.SIG_DFL)):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, handler)
