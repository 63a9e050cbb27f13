"""The account a lab works in: the kit's own cloud, started here, or an endpoint it joins.

Which of them, `backend` says. Every time the kernel's AWS settings are taken over, so that nothing
reaches a real account by accident.
Left out: starting processes, which `helpers.cloud.client` does.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from helpers.checks.outcome import NotAvailable
from helpers.cloud.client import CloudError, start_cloud
from helpers.cloud.errors import KitError
from helpers.course.backend import Backend, chosen_backend
from helpers.course.roles import Place
from helpers.course.takeover import Shielded, takeover

if TYPE_CHECKING:
    from helpers.course.product import Product

BEYOND_ALL_RECORDS = 2**53
LAMBDA_CONFIG = 'Config(retries={"total_max_attempts": 1}, read_timeout=905)'

HURRIED = Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=30)


class CloudHandle(Protocol):
    """A local account as the session reaches it: started by this kernel, or joined."""

    @property
    def endpoint(self) -> str: ...

    @property
    def region(self) -> str: ...

    @property
    def access_key_id(self) -> str: ...

    @property
    def secret_access_key(self) -> str: ...

    def health(self) -> dict[str, Any]:
        """Return what the cloud says of itself; empty when it is not the kit's."""

    def reset(self) -> None:
        """Empty the account."""

    def config(self, **settings: Any) -> dict[str, Any]:
        """Change settings and return them all."""

    def records(self, since: int = 0) -> dict[str, Any]:
        """Return the flight recorder's entries from `since` on."""

    def fault(self, **fault: object) -> list[dict[str, Any]]:
        """Plan a fault; return all that are to come."""

    def schedules(self, **query: object) -> dict[str, list[str]]:
        """Return the coming moments of schedules, or of an `expression`."""


@dataclass(slots=True)
class Account:
    """One account for the life of the kernel; every lab in it works here."""

    cloud: CloudHandle
    shielded: Shielded
    joined: bool
    product: Product | None = None
    backend: Backend = Backend.EMBEDDED
    config: Config | None = None
    _clients: dict[str, Any] = field(default_factory=dict)
    _account_id: str = ""
    _session: Any = None
    _making: threading.Lock = field(default_factory=threading.Lock)

    def client(self, service: str) -> Any:
        """Return the kernel's client for a service; the one for Lambda never retries."""
        # boto3 makes clients safely in one thread at a time only
        with self._making:
            if service not in self._clients:
                # one session for all: each keeps botocore's list of endpoints, 7 MB
                self._session = self._session or self._new_session()
                self._clients[service] = self._session.client(
                    service,
                    endpoint_url=self.cloud.endpoint,
                    config=self.config or _config(service),
                )
            return self._clients[service]

    def hurried(self) -> Account:
        """Return this account reached by clients that neither retry nor wait for long."""
        return replace(self, config=HURRIED, _clients={}, _account_id=self.account_id)

    @property
    def account_id(self) -> str:
        """The account's number, asked for once."""
        if not self._account_id:
            try:
                identity = self.client("sts").get_caller_identity()
            except ClientError as error:
                raise self._unknown_key(error) from None
            except ResponseParserError:
                raise self._no_account() from None
            self._account_id = str(identity["Account"])
        return self._account_id

    def _unknown_key(self, error: ClientError) -> KitError:
        return KitError(
            f"The account at {self.cloud.endpoint} does not take the key "
            f"{self.cloud.access_key_id!r} ({error.response['Error']['Code']}).",
            next_step="Export the keys that python3 kit.py serve printed, or unset "
            "AWS_ENDPOINT_URL; then restart the kernel.",
            anchor="unknown-key",
        )

    def _no_account(self) -> KitError:
        return KitError(
            f"What answers at {self.cloud.endpoint} is no account of AWS's kind.",
            why="It did not understand GetCallerIdentity, the first call of a lab.",
            next_step="Correct AWS_ENDPOINT_URL, or unset it and COLDSTART_BACKEND; then restart "
            "the kernel.",
            anchor="endpoint-dead",
        )

    @property
    def place(self) -> Place:
        """Where this account's resources live."""
        return Place(self.cloud.region, self.account_id)

    def records(self, *, since: int = 0, **equals: Any) -> list[dict[str, Any]]:
        """Return the records from `since` on whose members equal the ones given, oldest first."""
        entries = self.cloud.records(since)["records"]
        return [e for e in entries if all(e.get(k) == v for k, v in equals.items())]

    def next_record(self) -> int:
        """Return the number that the next record will have."""
        return int(self.cloud.records(BEYOND_ALL_RECORDS)["next"])

    def is_alive(self) -> bool:
        """Say whether the account still answers."""
        try:
            self.cloud.health()
        except (OSError, KitError, CloudError):
            return False
        return True

    def reset(self) -> None:
        """Empty the account."""
        self.cloud.reset()

    def configure(self, settings: Mapping[str, object]) -> None:
        """Give the kit's own cloud what a lab wants of it; another product has no such settings."""
        if self.product is None and settings:
            # a key that may not do this is told by the first call of AWS
            with contextlib.suppress(NotAvailable):
                self.cloud.config(**settings)

    def _new_session(self) -> Any:
        if self.backend is Backend.LOCALSTACK:
            from helpers.course.localstack import LocalStackSession  # noqa: PLC0415

            return LocalStackSession(
                self.cloud.endpoint,
                region=self.cloud.region,
                credentials=(self.cloud.access_key_id, self.cloud.secret_access_key),
            )
        return boto3.session.Session(
            aws_access_key_id=self.cloud.access_key_id,
            aws_secret_access_key=self.cloud.secret_access_key,
            region_name=self.cloud.region,
        )


def open_account(
    environ: MutableMapping[str, str], *, settings: Mapping[str, object] | None = None
) -> Account:
    """Start or join the account that the environment asks for, then take the settings over."""
    backend = chosen_backend(environ)
    if backend is Backend.EMBEDDED:
        own = start_cloud(settings={**(settings or {}), **_wished(environ)})
        return Account(own, _taken(environ, own), joined=False)
    # what only a lab on another account needs
    from helpers.course.joining import join  # noqa: PLC0415

    found = join(backend, environ)
    shielded = _taken(environ, found.cloud)
    account = Account(found.cloud, shielded, joined=True, product=found.product, backend=backend)
    account.configure(settings or {})
    return account


def _taken(environ: MutableMapping[str, str], cloud: CloudHandle) -> Shielded:
    credentials = (cloud.access_key_id, cloud.secret_access_key)
    return takeover(environ, endpoint=cloud.endpoint, credentials=credentials, region=cloud.region)


def _wished(environ: Mapping[str, str]) -> dict[str, object]:
    # how a machine with mount namespaces is made to act like one without
    level = environ.get("COLDSTART_FILE_LEVEL")
    return {"file_level": level} if level else {}


def _config(service: str) -> Config | None:
    # boto3's default turns one throttled invoke into several requests; 905 s outlasts any function
    if service == "lambda":
        return Config(retries={"total_max_attempts": 1}, read_timeout=905)
    return None
