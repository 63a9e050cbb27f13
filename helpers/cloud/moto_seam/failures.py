"""AwsErrors raised inside moto, in the form that moto renders."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from moto.core.exceptions import JsonRESTError

from helpers.cloud.errors import AwsError


@contextmanager
def as_moto() -> Iterator[None]:
    """Turn an AwsError into the error of a JSON service."""
    try:
        yield
    except AwsError as error:
        raise JsonRESTError(error.code, error.message) from error
