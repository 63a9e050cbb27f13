"""moto forgets what its services have deleted.

For a dashboard, which the kit does not have, moto keeps every object it ever made: each message,
each version of an item, each overwritten object with its open file, until the account is emptied
(and some beyond that). An account that works for hours must not grow by what it has deleted.
"""

from __future__ import annotations

from typing import Any

from moto.core.common_models import BaseModel


def install() -> None:
    """Bind a constructor that keeps no list where moto's models inherit theirs."""

    def untracked(cls: type[BaseModel], *_arguments: Any, **_named: Any) -> BaseModel:
        return object.__new__(cls)

    BaseModel.__new__ = staticmethod(untracked)
