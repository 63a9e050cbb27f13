"""Impossible values, said with what to do instead."""

from __future__ import annotations

import math

from helpers.cloud.errors import KitError


def require(holds: bool, what: str, *, why: str, next_step: str) -> None:
    """Raise KitError unless a condition holds."""
    if not holds:
        raise KitError(what, why=why, next_step=next_step, anchor="simulator")


def require_number(name: str, value: float, *, at_least: float, at_most: float = math.inf) -> None:
    """Raise KitError unless a value is a finite number within these bounds."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    bounds = f"at least {at_least:g}"
    if at_most < math.inf:
        bounds = f"from {at_least:g} to {at_most:g}"
    require(
        number and math.isfinite(value) and at_least <= value <= at_most,
        f"{name}={value!r} cannot be simulated.",
        why=f"It is a number, {bounds}.",
        next_step=f"Give {name} such a value.",
    )


def require_count(name: str, value: int, *, at_least: int, at_most: float = math.inf) -> None:
    """Raise KitError unless a value is a whole number within these bounds."""
    require_number(name, value, at_least=at_least, at_most=at_most)
    require(
        isinstance(value, int),
        f"{name}={value!r} cannot be simulated.",
        why="It counts things.",
        next_step=f"Give {name} a whole number.",
    )
