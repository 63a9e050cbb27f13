"""Started by Python itself in a watched kernel and in the cloud it starts: notes every connection.

One line for the process, then one for each address outside this machine that it connects to, sends
to or looks up. An audit hook sees the call before anything is sent, from whatever library.
"""

from __future__ import annotations

import ipaddress
import os
import sys

LEDGER = os.environ.get("COLDSTART_CONNECTIONS", "")


def is_here(host: str) -> bool:
    """Tell whether a host can only be this machine."""
    if host in ("", "localhost") or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def host_in(event: str, args: tuple[object, ...]) -> str:
    """Return the host that an event of the module socket is about, or nothing."""
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = args[1]
        # an address of a Unix socket is a path
        return str(address[0]) if isinstance(address, tuple) else ""
    if event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        host = args[0]
        return host.decode() if isinstance(host, bytes) else str(host or "")
    return ""


def note(line: str) -> None:
    """Add one line; several processes write, so it is one write."""
    ledger = os.open(LEDGER, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(ledger, f"{line}\n".encode())
    finally:
        os.close(ledger)


def hear(event: str, args: tuple[object, ...]) -> None:
    """Note a connection that leaves this machine."""
    if event.startswith("socket."):
        host = host_in(event, args)
        if not is_here(host):
            note(f"{event} {host}")


if LEDGER:
    note(f"watched {' '.join(sys.orig_argv[1:])}")
    sys.addaudithook(hear)
