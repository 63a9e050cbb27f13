"""SNS: what it checks of topics, subscriptions and messages, and how it delivers."""

from __future__ import annotations

from collections.abc import Callable

from helpers.cloud.moto_seam.courier import Courier
from helpers.cloud.moto_seam.sns import delivery, messages, subscriptions, topics

__all__ = ["install"]


def install(courier: Courier, caller_arn: Callable[[], str]) -> None:
    """Bind checks and deliveries; `caller_arn` gives the ARN of who subscribes."""
    delivery.install(delivery.SnsDelivery(courier))
    messages.install()
    topics.install()
    subscriptions.install(caller_arn)
