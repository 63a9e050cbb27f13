"""Calls of the account's own API, for services that act for somebody: over HTTP, signed.

A stack's resources and a state machine's tasks are made by the same calls as everybody's, so the
kit's validation, IAM and deliveries reach them too. Clients are made at their first use.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import botocore.session
from botocore.config import Config

from helpers.cloud.ports import Credentials

_CONFIG = Config(
    retries={"total_max_attempts": 1},
    proxies={},
    inject_host_prefix=False,  # "sync-127.0.0.1" is no host
    s3={"addressing_style": "path"},
    connect_timeout=10,
    read_timeout=900,  # Lambda's longest function
)


@dataclass(frozen=True, slots=True)
class AccountCalls:
    """Makes clients of this account; lives with the cloud."""

    endpoint: str
    _session: botocore.session.Session
    _clients: dict[tuple[str, str], Any]
    _administrator: Credentials
    _lock: threading.Lock

    @classmethod
    def of(cls, endpoint: str, administrator: Credentials) -> AccountCalls:
        """Return a maker of clients that act as the administrator unless told otherwise."""
        return cls(endpoint, botocore.session.Session(), {}, administrator, threading.Lock())

    def client(self, service: str, region: str) -> Any:
        """Return the administrator's client of a service, made once."""
        with self._lock:
            key = (service, region)
            if key not in self._clients:
                self._clients[key] = self.client_of(self._administrator, service, region)
            return self._clients[key]

    def client_of(self, caller: Credentials, service: str, region: str) -> Any:
        """Return a client that signs with somebody's credentials."""
        return self._session.create_client(
            service,
            region_name=region,
            endpoint_url=self.endpoint,
            config=_CONFIG,
            aws_access_key_id=caller.access_key_id,
            aws_secret_access_key=caller.secret_access_key,
            aws_session_token=caller.session_token or None,
        )
