"""AWS's errors through moto: the kit's own as moto's responses render them, and the way back."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from moto.core.exceptions import JsonRESTError

from helpers.cloud.errors import AwsError, InvalidParameterValueException


class MotoAwsError(JsonRESTError):  # type: ignore[misc]
    """An AwsError as moto's responses can render it."""

    def __init__(self, error: AwsError) -> None:
        super().__init__(error.code, error.message)
        self.code = error.http_status
        self.description = error.rest_json().body.decode()


class as_moto_error:  # noqa: N801 - a context manager that reads like a statement
    """Raises the kit's AwsErrors in the form that moto's responses render."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, AwsError):
            raise MotoAwsError(error) from error
        if isinstance(error, ValueError) and error.args[:1] == ("InvalidParameterValueException",):
            # moto's way to say that it could not read a package from S3
            raise MotoAwsError(InvalidParameterValueException(error.args[1])) from error


@contextlib.contextmanager
def as_aws_error() -> Iterator[None]:
    """Raise moto's errors in the form that the gateway renders."""
    try:
        yield
    except JsonRESTError as error:
        if isinstance(error.__cause__, AwsError):
            raise error.__cause__ from error
        raise AwsError(
            error.message, code=error.error_type, http_status=int(error.code or 400)
        ) from error
