"""Parts that few labs need: imported and built when a request first asks for them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from helpers.cloud.gateway import Front, ServiceApi
from helpers.cloud.http_fronts.address import FrontKind, PublicAddress
from helpers.cloud.http_messages import HttpAnswer, HttpRequest

Built = TypeVar("Built")


class FirstUse(Generic[Built]):
    """Something that is built when it is first asked for, once; `built` is None until then."""

    def __init__(self, build: Callable[[], Built]) -> None:
        self._build = build
        self._lock = threading.Lock()
        self.built: Built | None = None

    def get(self) -> Built:
        """Return it, built by now; whoever asks meanwhile waits."""
        with self._lock:
            if self.built is None:
                self.built = self._build()
            return self.built


@dataclass(frozen=True, slots=True)
class LateFront:
    """A front of one kind of address; a request for such an address builds it."""

    kind: FrontKind
    front: Callable[[], Front]

    def takes(self, address: PublicAddress) -> bool:
        """Tell whether the address is one of its own."""
        return address.kind is self.kind and self.front().takes(address)

    def answer(self, request: HttpRequest, address: PublicAddress) -> HttpAnswer:
        """Answer a request, from whomever it may come."""
        return self.front().answer(request, address)


@dataclass(frozen=True, slots=True)
class LateApis:
    """Parts of a service's API; the service's first request builds them."""

    apis: Callable[[], Sequence[ServiceApi]]

    def takes(self, request: HttpRequest) -> bool:
        """Tell whether the request belongs to one of the parts."""
        return any(api.takes(request) for api in self.apis())

    def answer(self, request: HttpRequest, region: str) -> HttpAnswer:
        """Answer it, by the first part that takes it."""
        return next(api for api in self.apis() if api.takes(request)).answer(request, region)
