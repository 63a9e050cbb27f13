"""Joining an account that somebody else runs: where it is, whether it may be used, what it is.

The guard comes before the first request, and nothing is changed by an endpoint that is not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from helpers.course.backend import Backend, endpoint_of
from helpers.course.foreign import ForeignCloud
from helpers.course.guard import require_allowed
from helpers.course.joined import JoinedCloud, nothing_answers
from helpers.course.localstack import localstack_endpoint, silence_of_localstack
from helpers.course.product import Product, product_at


@dataclass(frozen=True, slots=True)
class Found:
    """An account that answers; `product` is None where it is the kit's own cloud."""

    cloud: JoinedCloud | ForeignCloud
    product: Product | None


def join(backend: Backend, environ: Mapping[str, str]) -> Found:
    """Return the account that the environment names; KitError where it may not or cannot be."""
    find = localstack_endpoint if backend is Backend.LOCALSTACK else endpoint_of
    joined = JoinedCloud.from_environment(find(environ), environ)
    require_allowed(joined.endpoint, environ)
    try:
        product = product_at(joined.endpoint)
    except OSError as error:
        if backend is Backend.LOCALSTACK:
            raise silence_of_localstack(joined.endpoint, error, environ) from None
        raise nothing_answers(joined.endpoint, error) from None
    if joined.health():
        return Found(joined, None)
    return Found(ForeignCloud.of(joined, product), product)
