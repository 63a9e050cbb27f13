"""The function URLs of the account: one per function and one per alias.

A URL goes with its function or alias. Source:
docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html.
"""

from __future__ import annotations

import secrets
import string
import threading
from dataclasses import dataclass
from enum import StrEnum

from helpers.cloud.http_fronts.cors import Cors
from helpers.cloud.registry import Key, Registry, function_arn

ALPHABET = string.ascii_lowercase + "234567"
ID_LENGTH = 32


class AuthType(StrEnum):
    """Who may call a URL: those whom IAM lets, or everybody whom the function's policy lets."""

    AWS_IAM = "AWS_IAM"
    NONE = "NONE"


class InvokeMode(StrEnum):
    """How a URL waits for its function's answer."""

    BUFFERED = "BUFFERED"
    RESPONSE_STREAM = "RESPONSE_STREAM"


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionUrl:
    """One URL; `qualifier` is an alias or None, the times are Unix seconds."""

    id: str
    key: Key
    qualifier: str | None
    auth_type: AuthType
    invoke_mode: InvokeMode | None = None
    cors: Cors | None = None
    created: float
    modified: float

    @property
    def function_arn(self) -> str:
        """The ARN that the URL invokes, with its alias."""
        return function_arn(self.key, self.qualifier)


class FunctionUrls:
    """All URLs, by function and by id; lives with the cloud."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._urls: dict[tuple[Key, str | None], FunctionUrl] = {}
        self._by_id: dict[str, FunctionUrl] = {}
        self._lock = threading.Lock()
        registry.subscribe(self._function_changed)

    def put(self, url: FunctionUrl, *, new: bool = False) -> bool:
        """Keep a URL; False when it is `new` and its function or alias has one already."""
        with self._lock:
            place = (url.key, url.qualifier)
            if new and place in self._urls:
                return False
            self._urls[place] = self._by_id[url.id] = url
            return True

    def get(self, key: Key, qualifier: str | None) -> FunctionUrl | None:
        """Return the URL of a function or alias, or None."""
        return self._urls.get((key, qualifier))

    def find(self, identifier: str) -> FunctionUrl | None:
        """Return the URL with this id, or None."""
        return self._by_id.get(identifier)

    def of_function(self, key: Key) -> list[FunctionUrl]:
        """Return a function's URLs, its own first."""
        with self._lock:
            found = [url for url in self._urls.values() if url.key == key]
        return sorted(found, key=lambda url: url.qualifier or "")

    def delete(self, key: Key, qualifier: str | None) -> bool:
        """Forget a URL; False when there was none."""
        with self._lock:
            gone = self._urls.pop((key, qualifier), None)
            if gone is not None:
                del self._by_id[gone.id]
            return gone is not None

    def clear(self) -> None:
        """Forget every URL."""
        with self._lock:
            self._urls.clear()
            self._by_id.clear()

    def _function_changed(self, key: Key) -> None:
        function = self._registry.get(key)
        for url in self.of_function(key):
            aliases = function.aliases if function else {}
            if function is None or (url.qualifier and url.qualifier not in aliases):
                self.delete(key, url.qualifier)


def new_url_id() -> str:
    """Return an id as AWS makes them: 32 letters and digits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(ID_LENGTH))
