"""The cloud's process, and the only composition root: it builds every object and passes it on.

`cloud_server` is one account from start to end. `data_plane` and `services` each build one
half of it; `__main__` runs it for people or for a kernel. No module keeps state of its own.
"""

from __future__ import annotations

from helpers.cloud.server.cloud_server import CloudServer

__all__ = ["CloudServer"]
