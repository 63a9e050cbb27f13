"""Which queue a dead letter comes from, as whoever receives it sees; moto does not show it.

Source: docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.sqs.responses import SQSResponse

DEAD_LETTER_SOURCE = "DeadLetterQueueSourceArn"


def install() -> None:
    """Bind the correction; to be called once."""
    SQSResponse.receive_message = _showing_source(SQSResponse.receive_message)


def _showing_source(original: Callable[[Any], ActionResult]) -> Callable[[Any], ActionResult]:
    """Show DeadLetterQueueSourceArn to who asks for it, or for all attributes."""

    @functools.wraps(original)
    def receive_message(response: Any) -> ActionResult:
        answer = original(response)
        asked = ("AttributeNames", "MessageSystemAttributeNames")
        names = {name for member in asked for name in response._get_param(member) or ()}
        if names & {"All", DEAD_LETTER_SOURCE}:
            queue = response.sqs_backend.get_queue(response._get_queue_name())
            letters = {letter.id: letter for letter in list(queue._messages)}
            for shown in answer.result.get("Messages", ()):
                letter = letters.get(shown["MessageId"])
                source = letter and letter.system_attributes.get(DEAD_LETTER_SOURCE)
                if source:
                    shown.setdefault("Attributes", {})[DEAD_LETTER_SOURCE] = source["StringValue"]
        return answer

    return receive_message
