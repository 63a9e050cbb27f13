"""Builds what delivers the events that services push: S3, SNS and CloudWatch Logs."""

from __future__ import annotations

from dataclasses import dataclass, replace

from helpers.cloud.gateway import Gateway
from helpers.cloud.http_messages import HttpAnswer, HttpRequest
from helpers.cloud.moto_seam import logs, s3, sns
from helpers.cloud.moto_seam.courier import Courier
from helpers.cloud.moto_seam.logs.subscriptions import LogSubscriptions
from helpers.cloud.moto_seam.s3.notification_api import NotificationsApi
from helpers.cloud.moto_seam.s3.notifications import S3Notifications
from helpers.cloud.moto_seam.writers import Writers
from helpers.cloud.server.data_plane import DataPlane, Ports
from helpers.cloud.server.foundation import Foundation


@dataclass(frozen=True, slots=True)
class Pushes:
    """Everything that pushes; a Part of the cloud."""

    writers: Writers
    notifier: S3Notifications
    subscriptions: LogSubscriptions
    api: NotificationsApi

    def joined(self, gateway: Gateway) -> Gateway:
        """Return the gateway with S3's part of it; a request's pushes go when it has succeeded."""
        services = gateway.services

        def answer(request: HttpRequest) -> HttpAnswer:
            return self.writers.answering(request, services, self.notifier.told)

        apis = {**gateway.apis, "s3": (self.api, *gateway.apis.get("s3", ()))}
        return replace(gateway, services=answer, apis=apis)

    def clear(self) -> None:
        """Forget what waits to be delivered."""
        self.subscriptions.clear()

    def close(self) -> None:
        """End nothing: everything waits on the cloud's timers."""


def build_pushes(
    foundation: Foundation, writers: Writers, ports: Ports, plane: DataPlane
) -> Pushes:
    """Bind the deliveries where moto would make its own."""
    courier = Courier(
        events=plane.pushed_events,
        authorizer=ports.authorizer,
        targets=ports.targets,
        recorder=foundation.recorder,
        clock=foundation.clock,
        writers=writers,
    )
    notifier = S3Notifications(courier)
    api = NotificationsApi(courier, notifier)
    subscriptions = LogSubscriptions(courier, foundation.timers)
    s3.install(notifier)
    sns.install(courier, writers.caller_arn)
    logs.install_subscriptions(subscriptions)
    return Pushes(writers, notifier, subscriptions, api)
