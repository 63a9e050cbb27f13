"""The account does not remember what was deleted."""

from __future__ import annotations

import gc
import weakref

from moto.ec2.models import ec2_backends
from moto.sqs.models import Message

from helpers.cloud.moto_seam import application, instances
from helpers.cloud.moto_seam.iam.identities import ACCOUNT_ID


def test_nothing_keeps_an_object_that_its_service_has_dropped():
    """A message that no queue holds is gone."""
    instances.install()
    message = Message("m-1", "o-1007", {})
    left = weakref.ref(message)
    del message
    gc.collect()
    assert left() is None


def test_an_emptied_account_keeps_nothing_of_the_old_one():
    """Networks, whose generators moto caches, go with their account."""
    instances.install()
    backend = ec2_backends[ACCOUNT_ID]["eu-west-3"]
    assert backend.describe_subnets()
    left = weakref.ref(backend)
    del backend
    application.reset_services()
    gc.collect()
    assert left() is None
