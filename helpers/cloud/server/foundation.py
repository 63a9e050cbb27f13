"""What every part of a cloud stands on, and what a part is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from helpers.cloud.clock import Clock, Timers
from helpers.cloud.environment.keeper import Keeper
from helpers.cloud.records import Recorder, Waiting
from helpers.cloud.registry import Registry
from helpers.cloud.settings import Settings


@dataclass(frozen=True, slots=True)
class Foundation:
    """Made once, before any part; `endpoint` is where this cloud answers, `folder` is its own."""

    settings: Settings
    clock: Clock
    timers: Timers
    recorder: Recorder
    registry: Registry
    keeper: Keeper
    folder: Path
    endpoint: str
    port: int

    @property
    def waiting(self) -> Waiting:
        """What whoever waits needs."""
        return Waiting(self.clock, self.timers, self.recorder)


@dataclass(frozen=True, slots=True)
class AdministratorKey:
    """The keys the cloud makes for whoever started it, and the bearer secret beside them.

    The guest's is for code that may do everything in the account and nothing to the cloud.
    """

    access_key_id: str
    secret_access_key: str
    token: str
    guest_access_key_id: str = ""
    guest_secret_access_key: str = ""


class Part(Protocol):
    """A part of the cloud that keeps something."""

    def clear(self) -> None:
        """Forget everything of the account: it is being emptied."""

    def close(self) -> None:
        """End threads and processes: the cloud ends."""
