"""The account does not remember what was deleted."""

from __future__ import annotations

import gc
import weakref

from moto.sqs.models import Message

from helpers.cloud.moto_seam import instances


def test_nothing_keeps_an_object_that_its_service_has_dropped():
    """A message that no queue holds is gone."""
    instances.install()
    message = Message("m-1", "o-1007", {})
    left = weakref.ref(message)
    del message
    gc.collect()
    assert left() is None
