"""Where the kernels of tests and tools listen: at files of their own, where there are such sockets.

Jupyter draws TCP ports long before a busy machine's kernel has them. Whoever takes one meanwhile,
if only for a connection of its own, leaves a kernel that never answers.
"""

from __future__ import annotations

import socket
import tempfile
import uuid
from pathlib import Path

from traitlets import HasTraits, default


class ListensAtFiles(HasTraits):
    """What a kernel manager inherits first; it removes the files with its kernel."""

    @default("transport")
    def _at_files(self) -> str:
        return "ipc" if hasattr(socket, "AF_UNIX") else "tcp"

    @default("connection_file")
    def _own_file(self) -> str:
        # short, because the path of a socket has a hundred characters at the most
        return str(Path(tempfile.gettempdir(), f"kernel-{uuid.uuid4().hex[:16]}.json"))
