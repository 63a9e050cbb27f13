"""What SQS and SNS want alike of the attributes of a message.

Source: docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
and docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html (data types).
"""

from __future__ import annotations


def is_number(text: str) -> bool:
    """Tell whether the value of an attribute of type Number is one."""
    try:
        float(text)
    except ValueError:
        return False
    return True
