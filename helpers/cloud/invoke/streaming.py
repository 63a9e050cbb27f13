"""An invocation whose answer is read while the function still makes it.

The function runs on a thread of its own, so that a reader who is slow, or frozen, or gone holds
nothing up: the invocation goes on to its end, as on AWS. Left out: the rate of 2 MB a second after
the first 6 MB.

Source: docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from dataclasses import replace

from helpers.cloud.errors import ServiceException
from helpers.cloud.invoke.synchronous import InvokeAnswer, Invoker, InvokeRequest
from helpers.cloud.model import FunctionVersion


class StreamedAnswer:
    """The answer to one call as it comes; lives until its invocation has ended.

    It is there once the first bytes are, or the end if nothing is streamed; then `end` is set.
    """

    def __init__(self, invoker: Invoker, request: InvokeRequest) -> None:
        """Run the function until it says something; raises AwsError when it cannot be run."""
        self._coming: queue.SimpleQueue[bytes | InvokeAnswer | Exception] = queue.SimpleQueue()
        self.content_type = ""
        self.end: InvokeAnswer | None = None
        self._function: FunctionVersion | None = None
        traced = replace(request, pieces=self._take)
        name = f"stream-{request.request_id[:8]}"
        thread = threading.Thread(target=self._run, args=(invoker, traced), name=name, daemon=True)
        try:
            thread.start()
        except RuntimeError as error:
            raise ServiceException(str(error)) from error
        self._first = self._next()

    @property
    def is_streamed(self) -> bool:
        """Whether the runtime streams."""
        return bool(self._first)

    @property
    def executed_version(self) -> str:
        """The version that runs, or ran."""
        if self.end is not None:
            return self.end.executed_version
        assert self._function is not None
        return self._function.version

    def pieces(self) -> Iterator[bytes]:
        """Yield what is streamed, until the end; to be called once."""
        piece = self._first
        while piece:
            yield piece
            piece = self._next()

    def _next(self) -> bytes:
        """Return the next bytes, or none at the end."""
        come = self._coming.get()
        if isinstance(come, Exception):
            raise come
        if isinstance(come, InvokeAnswer):
            self.end = come
            return b""
        return come

    def _take(self, function: FunctionVersion, content_type: str, data: bytes) -> None:
        if data:
            self._function, self.content_type = function, content_type
            self._coming.put(data)

    def _run(self, invoker: Invoker, request: InvokeRequest) -> None:
        try:
            self._coming.put(invoker.invoke(request))
        except Exception as error:  # raised again where somebody waits
            self._coming.put(error)
