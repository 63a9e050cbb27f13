from __future__ import annotations

import pytest

from helpers.cloud.errors import KitError
from helpers.course.backend import Backend, chosen_backend, endpoint_of

ENDPOINT = {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}


def test_without_a_choice_an_endpoint_is_joined_and_a_cloud_started_otherwise():
    """What stood before COLDSTART_BACKEND was known still holds."""
    assert Backend.EMBEDDED is chosen_backend({})
    assert Backend.ENDPOINT is chosen_backend(ENDPOINT)
    assert Backend.EMBEDDED is chosen_backend({"COLDSTART_BACKEND": " "})


@pytest.mark.parametrize("backend", Backend)
def test_a_choice_counts_more_than_an_endpoint(backend: Backend):
    """The variable decides, whatever else is set."""
    assert backend is chosen_backend({"COLDSTART_BACKEND": str(backend), **ENDPOINT})


def test_a_name_that_is_no_backend_is_answered_with_the_three():
    """The error quotes the value and names what there is."""
    with pytest.raises(KitError, match="COLDSTART_BACKEND='moto' is no backend") as caught:
        chosen_backend({"COLDSTART_BACKEND": "moto"})

    assert "They are embedded, localstack, endpoint." == caught.value.why


def test_an_endpoint_that_is_not_named_is_asked_for():
    """COLDSTART_BACKEND=endpoint says nothing of where."""
    assert "http://127.0.0.1:4566" == endpoint_of(ENDPOINT)

    with pytest.raises(KitError, match="needs AWS_ENDPOINT_URL, which is not set") as caught:
        endpoint_of({"COLDSTART_BACKEND": "endpoint"})

    assert "unset COLDSTART_BACKEND" in caught.value.next_step
