"""The kit's AwsErrors in the form that moto's responses render."""

from __future__ import annotations

from typing import Any

from moto.core.exceptions import JsonRESTError

from helpers.cloud.errors import AwsError


class MotoAwsError(JsonRESTError):  # type: ignore[misc]
    """An AwsError as moto's responses can render it."""

    def __init__(self, error: AwsError) -> None:
        super().__init__(error.code, error.message)
        self.code = error.http_status


class as_moto_error:  # noqa: N801 - a context manager that reads like a statement
    """Raises the kit's AwsErrors in the form that moto's responses render."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, AwsError):
            raise MotoAwsError(error) from error
