"""What can be set while a cloud runs: POST /_kit/config, and the first line to a new cloud."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from helpers.cloud.errors import KitError


@dataclass(slots=True)
class Settings:
    """The settings of one cloud, with the values that `kit.py serve` starts with.

    `time_lapse` divides waits on the platform; `cpu_share` rations the processor by memory;
    `account_concurrency` is the account's limit, of which `unreserved_minimum` cannot be reserved;
    `scaling_per_10_s` is how many environments a function may get in ten seconds; `idle_age_s` ends
    environments that are idle for so long, `max_age_s` idle ones of that age, and too little memory
    (`memory_floor_mb`) the longest idle ones; over `idle_environments`, those of other functions
    end when one more starts; `native_client` False takes the pure-Python runtime client;
    `trace_every_request` traces all requests of functions with active tracing, where AWS takes a
    sample; `seed` (not 0) makes the choice between an alias's versions, and the sample, repeatable;
    `file_level` is "auto", or "A" to do without mount namespaces; `open` accepts unknown keys as
    administrator.
    """

    time_lapse: float = 1.0
    cpu_share: bool = False
    account_concurrency: int = 1000
    unreserved_minimum: int = 100
    scaling_per_10_s: int = 1000
    idle_age_s: float = 600.0
    max_age_s: float = 7200.0
    idle_environments: int = 50
    memory_floor_mb: int = 256
    seed: int = 0
    trace_every_request: bool = True
    native_client: bool = True
    file_level: str = "auto"
    open: bool = False

    def update(self, changes: Mapping[str, Any]) -> None:
        """Apply changes, all or none; raises KitError for an unknown name or a wrong value."""
        known = {field.name for field in fields(self)}
        for name, value in changes.items():
            if name not in known:
                raise KitError(
                    f"There is no setting {name!r}.",
                    why=f"The settings are {', '.join(sorted(known))}.",
                    next_step="Check the spelling.",
                    anchor="settings",
                )
            _check(name, value, getattr(self, name))
        for name, value in changes.items():
            setattr(self, name, type(getattr(self, name))(value))  # 60 is 60.0 from now on

    def as_json(self) -> dict[str, Any]:
        """Return the settings as the endpoint shows them."""
        return asdict(self)


FIXED = frozenset({"native_client", "file_level", "open"})
"""What only a new cloud takes."""


def _check(name: str, value: Any, current: Any) -> None:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    right = {
        bool: isinstance(value, bool),
        str: value in ("auto", "A"),
        int: isinstance(value, int) and is_number and value > 0,
        float: is_number and value > 0,
    }[type(current)]
    if not right:
        raise KitError(
            f"The setting {name!r} does not take {value!r}.",
            why=f"Its value now is {current!r}, and numbers must be above 0.",
            next_step=f"Give a value of the same kind as {current!r}.",
            anchor="settings",
        )
