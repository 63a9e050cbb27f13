"""Tumbling windows: where they begin and end, and what the event says of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from helpers.cloud.pollers.windows import (
    MAX_STATE_BYTES,
    is_too_large,
    returned_state,
    window_at,
)


@given(moment=st.floats(0, 4e9), length_s=st.floats(0.1, 900))
def test_a_moment_lies_in_its_window(moment: float, length_s: float):
    """Within what floating point leaves of a boundary."""
    window = window_at(moment, length_s)

    assert window.start - 1e-5 <= moment <= window.end + 1e-5


def test_the_event_tells_the_window_in_utc():
    """Whole seconds are shown without a fraction, lapsed ones with milliseconds."""
    whole = window_at(1_607_497_475.0, 60.0).members("s", "arn", final=False)
    assert {"start": "2020-12-09T07:04:00Z", "end": "2020-12-09T07:05:00Z"} == whole["window"]
    lapsed = window_at(1_607_497_475.0, 0.5).members("s", "arn", final=False)["window"]
    assert ("2020-12-09T07:04:35Z", "2020-12-09T07:04:35.500Z") == (
        lapsed["start"],
        lapsed["end"],
    )


def test_a_state_must_be_returned_but_may_be_anything():
    """null is a state; an answer without the member is none."""
    assert (True, None) == returned_state(b'{"state": null}')
    assert (True, {"n": 1}) == returned_state(b'{"state": {"n": 1}}')
    assert [(False, None)] * 3 == [returned_state(text) for text in (b"null", b"[]", b"{")]


def test_a_state_that_nests_too_deeply_is_none():
    """As if the answer were no JSON."""
    answer = b'{"state": ' + b"[" * 2000 + b"]" * 2000 + b"}"

    assert (False, None) == returned_state(answer)


def test_a_megabyte_of_state_is_the_most():
    """One byte more ends the window."""
    assert not is_too_large("x" * (MAX_STATE_BYTES - 2))
    assert is_too_large("x" * (MAX_STATE_BYTES - 1))
