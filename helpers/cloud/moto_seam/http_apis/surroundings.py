"""What HTTP APIs ask of other services: log groups for access logs, user pools as issuers."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from typing import Any

from moto.logs.models import logs_backends

from helpers.cloud.clock import Clock
from helpers.cloud.http_fronts.loopback import published_keys
from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID

USER_POOL = re.compile(r"https://cognito-idp\.([a-z0-9-]+)\.amazonaws\.com/([\w-]+)/?")


class MotoAccessLogs:
    """Implements AccessLogs on moto's CloudWatch Logs."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()  # moto's log groups are not made for several writers

    def put(self, group_arn: str, stream: str, line: str) -> None:
        """Append a line to a log group of this account; one that is not there gets nothing."""
        fields = group_arn.split(":")
        if len(fields) < 7:
            return
        with self._lock:
            group = logs_backends[ACCOUNT_ID][fields[3]].groups.get(fields[6])
            if group is None:
                return
            if stream not in group.streams:
                group.create_log_stream(stream)
            event = {"timestamp": int(self._clock.now() * 1000), "message": line}
            group.put_log_events(stream, [event])


class LocalIssuers:
    """Implements Issuers: user pools of this account, and issuers on this machine."""

    def keys(self, issuer: str) -> Mapping[str, Any]:
        """Return the issuer's key set; raises OSError or ValueError when it cannot be had."""
        pool = USER_POOL.fullmatch(issuer)
        if pool is None:
            return published_keys(issuer)
        from moto.cognitoidp.models import cognitoidp_backends
        from moto.cognitoidp.responses import CognitoIdpJsonWebKeyResponse

        if pool[2] not in cognitoidp_backends[ACCOUNT_ID][pool[1]].user_pools:
            raise ValueError(f"there is no user pool {pool[2]} in this account")
        keys: Mapping[str, Any] = json.loads(CognitoIdpJsonWebKeyResponse.json_web_key)
        return keys
