"""The port that `kit.py serve` wants, and who has it."""

from __future__ import annotations

import os
import socket

from helpers.firstaid.endpoint import KIT, LOCALSTACK, ask
from helpers.firstaid.finding import Finding, Mark

SHORT_S = 1.0


def port(number: int) -> Finding:
    """Say whether `kit.py serve` could have a port."""
    complaint = why_not(number)
    if not complaint:
        return Finding(Mark.OK, f"port {number}", "free, for kit.py serve")
    return Finding(
        Mark.WARN,
        f"port {number}",
        f"{complaint}; labs choose their own port, only kit.py serve wants this one",
        f"{whose(number)} has it",
        another(number),
        "port-taken",
    )


def why_not(number: int) -> str:
    """Return why a port of this machine cannot be had; empty when it can."""
    with socket.socket() as probe:
        if os.name != "nt":  # there it would allow two servers on one port
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", number))
        except OSError as error:
            return str(error.strerror)
    return ""


def another(number: int) -> str:
    """Return the command that serves at a port beside one that cannot be had."""
    beside = number + 1 if number < 65_535 else number - 1
    return f"python3 kit.py serve --port {beside}"


def whose(number: int) -> str:
    """Name the program that has a port, by what it answers."""
    endpoint = f"http://127.0.0.1:{number}"
    answer = ask(endpoint, KIT, timeout_s=SHORT_S)
    if answer.is_kit:
        return "another kit.py serve"
    if answer.came and "services" in ask(endpoint, LOCALSTACK, timeout_s=SHORT_S).document:
        return "LocalStack, or a program that answers like it,"
    return "another program"
