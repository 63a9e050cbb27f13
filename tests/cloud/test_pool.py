from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any, cast

import pytest

from helpers.cloud import pool
from helpers.cloud.admission import PoolLimits
from helpers.cloud.clock import Clock
from helpers.cloud.environment.lifecycle import State
from helpers.cloud.errors import ServiceException, TooManyRequestsException
from helpers.cloud.model import FunctionVersion, InitializationType
from helpers.cloud.pool import Pool
from helpers.cloud.reaper import Reaper
from helpers.cloud.records import Recorder, Waiting
from helpers.cloud.registry import PublishedFunction, Registry
from tests.cloud.functions import CHARGE
from tests.cloud.hands import HandClock, HandTimers

SOON_S = 10.0
SHIP = replace(CHARGE, name="ship-order")


class FakeEnvironment:
    """Notes why it was shut down; a busy one ends when its event is over."""

    def __init__(self, function: FunctionVersion, clock: Clock) -> None:
        self.function = function
        self.initialization_type = InitializationType.ON_DEMAND
        self.may_work_on = False
        self.state = State.FROZEN
        self.created = clock.steady()
        self.idle_since = clock.steady()
        self.reasons: list[str] = []

    def shutdown(self, reason: str) -> None:
        self.reasons.append(reason)
        if self.state is not State.BUSY:
            self.state = State.ENDED


class Noticed:
    """A condition that tells when somebody is about to wait for it."""

    def __init__(self, condition: threading.Condition, waits: threading.Event) -> None:
        self._condition = condition
        self._waits = waits

    def __enter__(self) -> bool:
        return self._condition.__enter__()

    def __exit__(self, *details: object) -> None:
        self._condition.__exit__(*details)

    def wait_for(self, predicate: Callable[[], object], timeout: float) -> bool:
        self._waits.set()
        return bool(self._condition.wait_for(predicate, timeout))

    def notify_all(self) -> None:
        self._condition.notify_all()


class Room:
    """A pool with everything around it, and all environments it ever started."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.timers = HandTimers()
        self.recorder = Recorder(self.clock)
        self.registry = Registry()
        self.limits = PoolLimits(account_concurrency=3, idle_age_s=600)
        self.started: list[FakeEnvironment] = []
        self.free_mb = 10_000
        waiting = Waiting(self.clock, self.timers, self.recorder)  # type: ignore[arg-type]
        self.pool = Pool(
            self.registry,
            waiting,
            limits=self.limits,
            start=self.start,  # type: ignore[arg-type]
        )
        self.reaper = Reaper(
            self.pool,
            waiting,
            limits=self.limits,
            free_bytes=lambda: self.free_mb * 1024 * 1024,
        )
        self.publish(CHARGE)
        self.publish(SHIP)

    def start(self, function: FunctionVersion) -> FakeEnvironment:
        environment = FakeEnvironment(function, self.clock)
        self.started.append(environment)
        return environment

    def publish(self, function: FunctionVersion, *, reserved: int | None = None) -> None:
        versions = {function.version: function}
        self.registry.publish(function.key, PublishedFunction(versions, reserved=reserved))

    def serve(self, function: FunctionVersion) -> Any:
        """Serve one event and return the environment that did."""
        with self.pool.lease(function) as lease:
            return lease.environment

    def throttles(self) -> list[str]:
        return [r["reason"] for r in self.recorder.since(0)["records"]]


@pytest.fixture
def room() -> Room:
    """A pool of an account with a concurrency of three."""
    return Room()


def test_a_free_environment_is_used_again(room: Room):
    """One event after another is served by one environment."""
    assert room.serve(CHARGE) is room.serve(CHARGE)
    assert 1 == len(room.started)


def test_events_at_once_get_an_environment_each(room: Room):
    """An environment serves one event at a time."""
    with room.pool.lease(CHARGE) as first, room.pool.lease(CHARGE) as second:
        assert first.environment is not second.environment
        assert {first.environment, second.environment} == {*room.pool.environments()}


def test_the_environment_used_last_is_used_first(room: Room):
    """The others may then grow old and be reaped."""
    with room.pool.lease(CHARGE) as outer, room.pool.lease(CHARGE):
        pass

    assert outer.environment is room.serve(CHARGE)


@pytest.mark.parametrize("change", [{"revision": "r2"}, {"version": "1"}])
def test_another_revision_or_version_starts_cold(room: Room, change: dict[str, str]):
    """Code and configuration of an environment never change under it."""
    room.serve(CHARGE)
    changed = replace(CHARGE, **change)  # type: ignore[arg-type]
    room.registry.publish(
        CHARGE.key, PublishedFunction({CHARGE.version: CHARGE, changed.version: changed})
    )

    assert changed == room.serve(changed).function
    assert 2 == len(room.started)


def test_a_changed_function_ends_its_idle_environments(room: Room):
    """They could never serve again."""
    room.serve(CHARGE)

    room.publish(replace(CHARGE, revision="r2"))

    assert [["updated"]] == [e.reasons for e in room.started]
    assert [] == room.pool.environments()


def test_a_deleted_function_ends_its_idle_environments(room: Room):
    """The record then says deleted, not updated."""
    room.serve(CHARGE)

    room.registry.withdraw(CHARGE.key)

    assert [["deleted"]] == [e.reasons for e in room.started]


def test_an_environment_that_became_old_while_busy_ends_after_its_event(room: Room):
    """The event is served to its end by the code it started with."""
    with room.pool.lease(CHARGE) as lease:
        environment = cast("FakeEnvironment", lease.environment)
        room.publish(replace(CHARGE, revision="r2"))
        assert [] == environment.reasons

    assert ["updated"] == environment.reasons
    assert [] == room.pool.environments()


def test_an_environment_that_ended_is_not_kept(room: Room):
    """What was shut down while it served is forgotten."""
    with room.pool.lease(CHARGE) as lease:
        environment = cast("FakeEnvironment", lease.environment)
        environment.state = State.ENDED

    assert [] == room.pool.environments()
    assert environment is not room.serve(CHARGE)


def test_the_account_has_a_ceiling_for_all_functions_together(room: Room):
    """The fourth event at once is throttled, with AWS's reason, and recorded."""
    leases = [room.pool.lease(f) for f in (CHARGE, SHIP, SHIP)]
    for lease in leases:
        lease.__enter__()

    with pytest.raises(TooManyRequestsException) as refused, room.pool.lease(CHARGE):
        pass

    assert "ConcurrentInvocationLimitExceeded" == refused.value.reason
    assert ["ConcurrentInvocationLimitExceeded"] == room.throttles()
    leases[0].__exit__(None, None, None)
    room.serve(CHARGE)


def test_reserved_concurrency_is_a_ceiling_and_a_guarantee(room: Room):
    """A function with 2 reserved gets two and no third; the rest shares what is left."""
    room.publish(CHARGE, reserved=2)
    with room.pool.lease(SHIP):
        with pytest.raises(TooManyRequestsException) as refused, room.pool.lease(SHIP):
            pass
        assert "ConcurrentInvocationLimitExceeded" == refused.value.reason
        with room.pool.lease(CHARGE), room.pool.lease(CHARGE):
            with pytest.raises(TooManyRequestsException) as refused, room.pool.lease(CHARGE):
                pass
            assert "ReservedFunctionConcurrentInvocationLimitExceeded" == refused.value.reason


def test_reserved_zero_switches_a_function_off(room: Room):
    """No event starts, and no environment is made."""
    room.publish(CHARGE, reserved=0)

    with pytest.raises(TooManyRequestsException), room.pool.lease(CHARGE):
        pass

    assert [] == room.started


def test_a_start_that_fails_gives_its_place_back(room: Room, monkeypatch: pytest.MonkeyPatch):
    """A package that cannot be unpacked does not eat up the account's concurrency."""

    def fail(function: FunctionVersion) -> None:
        raise ServiceException("no space")

    for _ in range(5):
        monkeypatch.setattr(room.pool, "_start", fail)
        with pytest.raises(ServiceException), room.pool.lease(CHARGE):
            pass
    monkeypatch.undo()

    assert room.serve(CHARGE).function == CHARGE


def test_an_event_that_raises_gives_environment_and_place_back(room: Room):
    """Whatever happens in a lease, it ends."""
    for _ in range(5):
        with pytest.raises(ValueError, match="broken"), room.pool.lease(CHARGE):
            raise ValueError("broken")

    assert 1 == len(room.started)


def test_idle_environments_are_reaped_by_age(room: Room):
    """Only what has been idle for longer than the age ends, and the reaper comes again."""
    old = room.serve(CHARGE)
    room.clock.seconds = 500.0
    young = room.serve(SHIP)

    room.clock.seconds = 601.0
    room.timers.fire()

    assert (["idle"], []) == (old.reasons, young.reasons)
    assert [young] == room.pool.environments()
    room.clock.seconds = 1101.0
    room.timers.fire()
    assert ["idle"] == young.reasons


def test_even_an_environment_in_use_grows_old(room: Room):
    """Lambda ends environments after some hours, however busy they were in between."""
    environment = room.serve(CHARGE)
    for hour in (1, 2, 3):
        room.clock.seconds = environment.idle_since = hour * 3600.0
        room.timers.fire()

    assert ["age"] == environment.reasons


def test_the_environments_idle_longest_make_room_when_memory_is_short(room: Room):
    """They end one after the other until the machine has enough again."""
    first = room.serve(CHARGE)
    room.clock.seconds = 1.0
    second = room.serve(SHIP)
    room.timers.fire()
    assert ([], []) == (first.reasons, second.reasons)

    room.free_mb = 100
    first.shutdown = lambda reason: setattr(room, "free_mb", 10_000)  # type: ignore[method-assign]
    room.timers.fire()

    assert [second] == room.pool.environments()
    assert [] == second.reasons


def test_many_idle_environments_make_way_for_a_new_one(room: Room):
    """The longest idle ones of other functions end, and those of the growing one never do."""
    room.limits.idle_environments = 1
    first, second = room.serve(CHARGE), room.serve(SHIP)
    room.clock.seconds = second.idle_since = 1.0
    third_function = replace(CHARGE, name="refund-card")
    room.publish(third_function)

    room.reaper.make_way(SHIP)
    room.timers.fire()
    assert ([], ["idle"]) == (second.reasons, first.reasons)
    room.reaper.make_way(third_function)
    room.timers.fire()
    assert [second] == room.pool.environments()


def test_time_lapse_makes_environments_old_sooner(room: Room):
    """At a factor of 60, ten minutes of idling take ten seconds."""
    environment = room.serve(CHARGE)
    room.clock.time_lapse = 60

    room.clock.seconds = 11.0
    room.timers.fire()

    assert ["idle"] == environment.reasons


def test_a_busy_environment_is_never_reaped(room: Room):
    """Its age counts from the end of its event."""
    with room.pool.lease(CHARGE) as lease:
        environment = cast("FakeEnvironment", lease.environment)
        room.clock.seconds = 10_000.0
        room.timers.fire()

        assert [] == environment.reasons


def test_the_end_of_the_account_ends_idle_and_busy_ones_and_starts_none(room: Room):
    """After close an event is refused, and what was busy is not kept."""
    idle = room.serve(SHIP)
    with room.pool.lease(CHARGE) as lease:
        busy = cast("FakeEnvironment", lease.environment)
        room.pool.close()
        assert (["shutdown"], ["shutdown"]) == (idle.reasons, busy.reasons)

    with pytest.raises(ServiceException), room.pool.lease(CHARGE):
        pass
    assert [] == room.pool.environments()
    assert 2 == len(room.started)


def test_an_environment_made_while_the_account_ends_is_ended(
    room: Room, monkeypatch: pytest.MonkeyPatch
):
    """Closing between admission and start leaves nothing behind."""
    start = room.start

    def close_first(function: FunctionVersion) -> FakeEnvironment:
        room.pool.close()
        return start(function)

    monkeypatch.setattr(room.pool, "_start", close_first)
    with room.pool.lease(CHARGE) as lease:
        environment = cast("FakeEnvironment", lease.environment)
        assert ["shutdown"] == environment.reasons

    assert [] == room.pool.environments()


def test_an_answered_event_no_longer_counts(room: Room):
    """Its caller may send the next event while the environment is being frozen."""
    room.limits.account_concurrency = 1
    with room.pool.lease(CHARGE) as lease:
        lease.answered()
        room.serve(SHIP)

    assert [] == room.throttles()


def test_the_next_event_waits_for_the_environment_that_has_answered(room: Room):
    """It is free sooner than a new one could start, so no second environment is made."""
    waits = threading.Event()
    with ThreadPoolExecutor(1) as threads:
        with room.pool.lease(CHARGE) as lease:
            lease.answered()
            room.pool._settled = Noticed(room.pool._settled, waits)  # type: ignore[assignment]
            second = threads.submit(room.serve, CHARGE)
            assert waits.wait(SOON_S)

        assert lease.environment is second.result(SOON_S)
    assert 1 == len(room.started)


def test_an_answered_environment_that_ends_is_not_waited_for(
    room: Room, monkeypatch: pytest.MonkeyPatch
):
    """When it dies after its answer, a new one is started at once."""
    monkeypatch.setattr(pool, "SETTLE_WITHIN_S", 2 * SOON_S)
    waits = threading.Event()
    with ThreadPoolExecutor(1) as threads:
        with room.pool.lease(CHARGE) as lease:
            lease.answered()
            room.pool._settled = Noticed(room.pool._settled, waits)  # type: ignore[assignment]
            second = threads.submit(room.serve, CHARGE)
            assert waits.wait(SOON_S)
            lease.environment.state = State.ENDED

        assert lease.environment is not second.result(SOON_S)


def test_settle_waits_until_answered_environments_are_frozen(room: Room):
    """Whoever reads logs after an answer finds them complete; else there is no wait."""
    room.pool.settle()
    waits = threading.Event()
    with ThreadPoolExecutor(1) as threads:
        with room.pool.lease(CHARGE) as lease:
            lease.answered()
            room.pool._settled = Noticed(room.pool._settled, waits)  # type: ignore[assignment]
            settled = threads.submit(room.pool.settle)
            assert waits.wait(SOON_S)
            assert not settled.done()

        settled.result(SOON_S)


def test_settle_waits_once_for_an_environment_that_goes_on_working(
    room: Room, monkeypatch: pytest.MonkeyPatch
):
    """An extension may work on after the answer; it does not delay every later request."""
    monkeypatch.setattr(pool, "WORK_ON_S", 0.01)
    monkeypatch.setattr(pool, "SETTLE_WITHIN_S", 2 * SOON_S)
    with room.pool.lease(CHARGE) as lease:
        room.started[-1].may_work_on = True
        lease.answered()
        room.pool.settle()

        monkeypatch.setattr(pool, "WORK_ON_S", 2 * SOON_S)
        with ThreadPoolExecutor(1) as threads:
            threads.submit(room.pool.settle).result(SOON_S)
