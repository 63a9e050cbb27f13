"""The last events that public fronts handed to functions: the page /_kit/http-event of the cloud.

Not an API of AWS. The records say that a request was answered; whoever wants to see the event it
became asks here, while it is one of the last.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from helpers.cloud.errors import KitError

KEPT = 100
MAX_BYTES = 64 * 1024


class RecentEvents:
    """The newest events by the request id of their invocation; lives with the cloud."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._events: OrderedDict[str, bytes] = OrderedDict()

    def add(self, request_id: str, event: bytes) -> None:
        """Keep an event, unless it is large; the oldest goes."""
        if len(event) > MAX_BYTES:
            return
        with self._lock:
            self._events[request_id] = event
            if len(self._events) > KEPT:
                self._events.popitem(last=False)

    def clear(self) -> None:
        """Forget all: the account is emptied."""
        with self._lock:
            self._events.clear()

    def page(self, asked: Mapping[str, str]) -> dict[str, Any]:
        """Return {"event": …} for a request_id; null for one that is not kept."""
        request_id = asked.get("request_id")
        if not request_id:
            raise KitError("Name the invocation: http-event?request_id=…", anchor="refused")
        with self._lock:
            kept = self._events.get(request_id)
        return {"event": None if kept is None else json.loads(kept)}
