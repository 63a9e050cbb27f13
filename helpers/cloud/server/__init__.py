"""The cloud's process, and the only composition root: it builds every object and passes it on.

`cloud_server` is one account from start to end; `composition` builds its parts in order, each by
a module of its own; `__main__` runs it for people or for a kernel. No module keeps state.
"""

from __future__ import annotations

from helpers.cloud.server.cloud_server import CloudServer

__all__ = ["CloudServer"]
