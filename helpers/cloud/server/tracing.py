"""Builds X-Ray: the store of traces, the daemon that functions send to, Lambda's own segments."""

from __future__ import annotations

from dataclasses import dataclass

from helpers.cloud.model import FunctionVersion
from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID
from helpers.cloud.ports import Authorizer
from helpers.cloud.server.foundation import Foundation
from helpers.cloud.telemetry.xray.api import XRayApi
from helpers.cloud.telemetry.xray.daemon import Daemon
from helpers.cloud.telemetry.xray.intake import Intake
from helpers.cloud.telemetry.xray.lambda_segments import LambdaSegments
from helpers.cloud.telemetry.xray.store import TraceStore


@dataclass(frozen=True, slots=True)
class XRay:
    """X-Ray as a Part of the cloud; `api` answers its operations."""

    intake: Intake
    segments: LambdaSegments
    daemon: Daemon
    api: XRayApi

    def daemon_address(self, function: FunctionVersion) -> str:
        """Return what AWS_XRAY_DAEMON_ADDRESS holds in a function's environments."""
        return self.daemon.address(function.role_arn, function.region)

    def clear(self) -> None:
        """Forget every trace."""
        self.segments.clear()
        self.daemon.clear()
        self.intake.clear()

    def close(self) -> None:
        """End the daemon."""
        self.daemon.close()


def build_xray(foundation: Foundation, authorizer: Authorizer) -> XRay:
    """Build X-Ray and let it follow the records."""
    store = TraceStore()
    intake = Intake(store, authorizer, foundation.recorder)
    segments = LambdaSegments(intake)
    foundation.recorder.subscribe(segments.receive, name="x-ray")
    return XRay(intake, segments, Daemon(intake), XRayApi(store, foundation.clock, ACCOUNT_ID))
