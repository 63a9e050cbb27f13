"""An account somebody else runs: `kit.py serve` in a terminal, or another local AWS.

Its kit endpoints want SigV4 by an administrator's key. An endpoint without them is another
product's: what only the kit's recorder knows is then not available.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from helpers.checks.outcome import NotAvailable
from helpers.cloud.errors import KitError
from helpers.course.product import TIMEOUT_S, opener_for, said_by

REGION = "us-east-1"
ACCOUNT_ID = "123456789012"
"""The account of the labs, as they print it."""
SECRET = "test"


@dataclass(frozen=True, slots=True)
class JoinedCloud:
    """A handle on a running endpoint; it outlives this kernel."""

    endpoint: str
    region: str
    access_key_id: str
    secret_access_key: str

    @classmethod
    def from_environment(cls, endpoint: str, environ: Mapping[str, str]) -> JoinedCloud:
        """Read region and key beside the endpoint; without a key, any key is tried."""
        return cls(
            endpoint=endpoint.rstrip("/"),
            region=environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or REGION,
            access_key_id=environ.get("AWS_ACCESS_KEY_ID", ACCOUNT_ID),
            secret_access_key=environ.get("AWS_SECRET_ACCESS_KEY", SECRET),
        )

    def health(self) -> dict[str, Any]:
        """Return what the cloud says of itself; empty when it is not the kit's."""
        try:
            return self._ask("GET", "/_kit/health")
        except NotAvailable:
            return {}

    def reset(self) -> None:
        """Empty the account."""
        self._ask("POST", "/_kit/reset")

    def config(self, **settings: Any) -> dict[str, Any]:
        """Change settings and return them all."""
        return self._ask("POST", "/_kit/config", json.dumps(settings).encode())

    def records(self, since: int = 0) -> dict[str, Any]:
        """Return the flight recorder's entries from `since` on."""
        return self._ask("GET", f"/_kit/records?since={since}")

    def fault(self, **fault: object) -> list[dict[str, Any]]:
        """Plan a fault; return all that are to come."""
        return list(self._ask("POST", "/_kit/fault", json.dumps(fault).encode())["faults"])

    def schedules(self, **query: object) -> dict[str, list[str]]:
        """Return the coming moments of schedules, or of an `expression`, in UTC."""
        return self._ask("GET", f"/_kit/schedules?{urllib.parse.urlencode(query)}")

    def _ask(self, method: str, path: str, body: bytes = b"") -> dict[str, Any]:
        signed = AWSRequest(method=method, url=f"{self.endpoint}{path}", data=body)
        credentials = Credentials(self.access_key_id, self.secret_access_key)
        SigV4Auth(credentials, "execute-api", self.region).add_auth(signed)
        request = urllib.request.Request(
            signed.url, data=body or None, headers=dict(signed.headers), method=method
        )
        try:
            with opener_for(self.endpoint).open(request, timeout=TIMEOUT_S) as response:
                answer: dict[str, Any] = json.load(response)
                return answer
        except urllib.error.HTTPError as error:
            if error.code == 400:
                raise KitError(_message(error), anchor="refused") from None
            raise NotAvailable(
                f"{self.endpoint} has no {path.split('?', maxsplit=1)[0]} (HTTP {error.code}); "
                "it is not the kit's cloud, or wants another key"
            ) from None
        except ValueError:
            raise NotAvailable(f"{self.endpoint}{path} answers without JSON") from None
        except OSError as error:
            raise nothing_answers(self.endpoint, error) from None


def nothing_answers(endpoint: str, error: OSError) -> KitError:
    """Return the error for an endpoint that is not there."""
    return KitError(
        f"Nothing answers at AWS_ENDPOINT_URL={endpoint!r}.",
        why=f"{said_by(error)}.",
        next_step="Start it (python3 kit.py serve), or unset AWS_ENDPOINT_URL and "
        "COLDSTART_BACKEND and restart the kernel.",
        anchor="endpoint-dead",
    )


def _message(error: urllib.error.HTTPError) -> str:
    text = error.read().decode(errors="replace")
    try:
        return str(json.loads(text)["message"])
    except (ValueError, KeyError, TypeError):
        return text
