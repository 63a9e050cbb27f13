"""Names that users choose, on their way into pictures."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.views.names import UNSEEN, named, resource_name, spans


@given(st.text())
@settings(deadline=None, derandomize=True, database=None)
def test_a_name_stays_on_one_line_and_never_turns_its_neighbours_round(text: str):
    """Whatever a name holds, nothing unseen is left and it is short enough."""
    shown = named(text, 20)

    assert None is UNSEEN.search(shown)
    assert len(shown) <= 20


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        ("arn:aws:sqs:us-east-1:123456789012:print-jobs", "print-jobs"),
        ("http://127.0.0.1:4566/123456789012/print-jobs", "print-jobs"),
        ("arn:aws:kinesis:us-east-1:123456789012:stream/clicks", "clicks"),
        ("arn:aws:dynamodb:us-east-1:123456789012:table/orders/stream/2026-01-01T00", "orders"),
        ("print-jobs", "print-jobs"),
        ("", ""),
    ],
)
def test_a_resource_is_called_by_its_name(arn: str, name: str):
    """ARNs and URLs of queues, streams and tables end in what people say."""
    assert name == resource_name(arn)


def test_numbers_are_written_as_people_write_them():
    """Neighbours become a span."""
    assert "1–3, 5, 7–8" == spans([7, 1, 2, 3, 5, 8])
