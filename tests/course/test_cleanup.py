"""What clean-up names: each kind of resource by the name a learner gave it."""

from __future__ import annotations

from typing import Any

from helpers.course.cleanup import KINDS, _names


class Pages:
    """A client whose every operation answers with these pages."""

    def __init__(self, *pages: dict[str, Any]) -> None:
        self.pages = pages

    def can_paginate(self, _operation: str) -> bool:
        """Say that there is a paginator."""
        return True

    def get_paginator(self, _operation: str) -> Pages:
        """Return the paginator, which is the client itself."""
        return self

    def paginate(self) -> tuple[dict[str, Any], ...]:
        """Return the pages."""
        return self.pages


def _kind(noun: str) -> Any:
    return next(kind for kind in KINDS if kind.noun == noun)


def test_queues_are_named_by_the_end_of_their_addresses():
    """SQS lists addresses, and nothing at all when there is no queue."""
    address = "http://127.0.0.1:4566/123456789012/print-jobs"

    assert ["print-jobs"] == _names(Pages({"QueueUrls": [address]}, {}), _kind("Queues"))


def test_mappings_are_named_by_their_functions():
    """A mapping's own name is a random id, which tells a learner nothing."""
    arn = "arn:aws:lambda:us-east-1:123456789012:function:print-job"
    page = {"EventSourceMappings": [{"FunctionArn": arn, "UUID": "3f1e"}]}

    assert ["print-job"] == _names(Pages(page), _kind("Mappings to"))


def test_other_names_stay_as_they_are():
    """A log group's slashes belong to its name."""
    page = {"logGroups": [{"logGroupName": "/aws/lambda/print-job"}]}

    assert ["/aws/lambda/print-job"] == _names(Pages(page), _kind("Log groups"))


def test_tables_and_streams_are_named_as_they_are():
    """DynamoDB and Kinesis list plain names."""
    assert ["orders", "stock"] == _names(
        Pages({"TableNames": ["stock", "orders"]}), _kind("Tables")
    )
    assert ["clicks"] == _names(Pages({"StreamNames": ["clicks"]}), _kind("Streams"))
