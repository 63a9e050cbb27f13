"""The account a lab works in: the kit's own cloud, started here, or an endpoint it joins.

A value of AWS_ENDPOINT_URL that stood before the first call means: join that one. Either way
the kernel's AWS settings are taken over, so that nothing leaves this machine by accident.
Left out: starting processes, which `helpers.cloud.client` does.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from helpers.cloud.client import CloudError, start_cloud
from helpers.cloud.errors import KitError
from helpers.course.joined import JoinedCloud
from helpers.course.roles import Place
from helpers.course.takeover import Shielded, takeover

BEYOND_ALL_RECORDS = 2**53
LAMBDA_CONFIG = 'Config(retries={"total_max_attempts": 1}, read_timeout=905)'


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
                    service, endpoint_url=self.cloud.endpoint, config=_config(service)
                )
            return self._clients[service]

    @property
    def account_id(self) -> str:
        """The account's number, asked for once."""
        if not self._account_id:
            try:
                identity = self.client("sts").get_caller_identity()
            except ClientError as error:
                raise self._unknown_key(error) from None
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

    def _new_session(self) -> Any:
        return boto3.session.Session(
            aws_access_key_id=self.cloud.access_key_id,
            aws_secret_access_key=self.cloud.secret_access_key,
            region_name=self.cloud.region,
        )


def open_account(
    environ: MutableMapping[str, str], *, settings: Mapping[str, object] | None = None
) -> Account:
    """Join the endpoint the environment names, or start a cloud; then take the settings over."""
    endpoint = environ.get("AWS_ENDPOINT_URL")
    cloud: CloudHandle
    if endpoint:
        cloud = JoinedCloud.from_environment(endpoint, environ)
    else:
        cloud = start_cloud(settings={**(settings or {}), **_wished(environ)})
    shielded = takeover(
        environ,
        endpoint=cloud.endpoint,
        credentials=(cloud.access_key_id, cloud.secret_access_key),
    )
    return Account(cloud, shielded, joined=bool(endpoint))


def _wished(environ: Mapping[str, str]) -> dict[str, object]:
    # how a machine with mount namespaces is made to act like one without
    level = environ.get("COLDSTART_FILE_LEVEL")
    return {"file_level": level} if level else {}


def _config(service: str) -> Config | None:
    # boto3's default turns one throttled invoke into several requests; 905 s outlasts any function
    if service == "lambda":
        return Config(retries={"total_max_attempts": 1}, read_timeout=905)
    return None
