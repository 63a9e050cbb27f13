from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest

from helpers.cloud.admission import PoolLimits
from helpers.cloud.environment.lifecycle import State
from helpers.cloud.errors import TooManyRequestsException
from helpers.cloud.model import FunctionVersion, InitializationType
from helpers.cloud.pool import Pool
from helpers.cloud.provisioned import ProvisionedConcurrency, shares
from helpers.cloud.records import Recorder, Waiting
from helpers.cloud.registry import Alias, PublishedFunction, Registry
from tests.cloud.functions import CHARGE
from tests.cloud.hands import HandClock, HandTimers

ONE = replace(CHARGE, version="1")
TWO = replace(ONE, version="2", revision="r2")
KEY = ONE.key


class FakeEnvironment:
    """An environment whose init succeeds or not, at once."""

    def __init__(self, function: FunctionVersion, kind: InitializationType, *, good: bool) -> None:
        self.function = function
        self.initialization_type = kind
        self.state = State.CREATED
        self.reasons: list[str] = []
        self.lost = False
        self._good = good

    def prepare(self) -> bool:
        self.state = State.FROZEN if self._good else State.RESET
        return self._good

    def shutdown(self, reason: str) -> None:
        self.reasons.append(reason)
        self.state = State.ENDED


class Room:
    """A pool and its provisioned concurrency, with everything around them."""

    def __init__(self) -> None:
        self.clock, self.timers, self.registry = HandClock(), HandTimers(), Registry()
        self.recorder = Recorder(self.clock)
        self.limits = PoolLimits(account_concurrency=5)
        self.good = True
        self.provisioned_started: list[FakeEnvironment] = []
        waiting = Waiting(self.clock, self.timers, self.recorder)  # type: ignore[arg-type]
        self.pool = Pool(
            self.registry,
            waiting,
            limits=self.limits,
            start=lambda function: FakeEnvironment(  # type: ignore[arg-type,return-value]
                function, InitializationType.ON_DEMAND, good=True
            ),
        )
        self.provisioned = ProvisionedConcurrency(
            self.registry,
            self.pool,
            waiting,
            self.start,  # type: ignore[arg-type]
        )
        self.publish()

    def start(self, function: FunctionVersion) -> FakeEnvironment:
        kind = InitializationType.PROVISIONED
        environment = FakeEnvironment(function, kind, good=self.good)
        self.provisioned_started.append(environment)
        return environment

    def publish(
        self, *versions: FunctionVersion, alias: Alias | None = None, reserved: int | None = None
    ) -> None:
        self.registry.publish(
            KEY,
            PublishedFunction(
                {version.version: version for version in versions or (ONE, TWO)},
                {alias.name: alias} if alias else {},
                reserved,
            ),
        )

    def pass_a_minute(self) -> None:
        """Run what is due, and wait for the threads it starts."""
        self.timers.fire()
        for thread in threading.enumerate():
            if thread.name.startswith("provision-"):
                thread.join(10)

    def put(self, qualifier: str, count: int) -> Any:
        config = self.provisioned.put(KEY, qualifier, count)
        self.pass_a_minute()
        return config

    def kind_that_serves(self, function: FunctionVersion = ONE) -> str:
        with self.pool.lease(function) as lease:
            return str(lease.environment.initialization_type)

    def kinds_recorded(self) -> list[str]:
        return [record["kind"] for record in self.recorder.since(0)["records"]]


@pytest.fixture
def room() -> Room:
    """A function with two versions in an account with a concurrency of five."""
    return Room()


def test_it_starts_after_a_minute(room: Room):
    """Until then events run on demand, and nothing is held back for it."""
    config = room.provisioned.put(KEY, "1", 2)

    assert [60.0] == [wait_s for wait_s, _ in room.timers.actions]
    assert ("IN_PROGRESS", 0, 0) == (config.status, config.allocated, config.available)
    assert "on-demand" == room.kind_that_serves()
    assert "invocation.spilled_over" not in room.kinds_recorded()


def test_ready_environments_serve_their_version(room: Room):
    """Another version of the function does not get them."""
    config = room.put("1", 2)

    assert ("READY", 2, 2) == (config.status, config.allocated, config.available)
    assert "provisioned-concurrency" == room.kind_that_serves(ONE)
    assert "on-demand" == room.kind_that_serves(TWO)


def test_what_is_busy_spills_over(room: Room):
    """The second event at once runs on demand and is recorded."""
    room.put("1", 1)

    with room.pool.lease(ONE):
        assert "on-demand" == room.kind_that_serves()

    assert ["invocation.spilled_over"] == room.kinds_recorded()
    assert "provisioned-concurrency" == room.kind_that_serves()


def test_ten_requests_per_second_for_each_provisioned_unit(room: Room):
    """The eleventh in one second spills over, although the environment is free."""
    room.put("1", 1)

    assert {"provisioned-concurrency"} == {room.kind_that_serves() for _ in range(10)}
    assert "on-demand" == room.kind_that_serves()


def test_it_holds_back_the_account_s_concurrency(room: Room):
    """Of five, two provisioned leave three for everything else."""
    room.put("1", 2)
    leases = [room.pool.lease(TWO) for _ in range(3)]
    for lease in leases:
        lease.__enter__()

    with pytest.raises(TooManyRequestsException):
        room.kind_that_serves(TWO)
    assert "provisioned-concurrency" == room.kind_that_serves(ONE)


def test_inside_a_reservation_it_leaves_the_rest_of_it(room: Room):
    """With all of it provisioned the other versions are throttled."""
    room.publish(ONE, TWO, reserved=2)
    room.put("1", 2)

    with pytest.raises(TooManyRequestsException) as refused:
        room.kind_that_serves(TWO)

    assert "ReservedFunctionConcurrentInvocationLimitExceeded" == refused.value.reason


def test_a_failed_init_leaves_nothing(room: Room):
    """What was initialised before is given back; events run on demand."""
    room.good = False
    config = room.put("1", 2)

    assert ("FAILED", "FUNCTION_ERROR_INIT_FAILURE") == (config.status, config.reason)
    assert [["released"]] == [e.reasons for e in room.provisioned_started]
    assert [] == room.pool.environments()
    assert "on-demand" == room.kind_that_serves()


def test_less_gives_back_and_more_adds(room: Room):
    """The environments that are still wanted stay as they are."""
    room.put("1", 3)
    room.put("1", 1)
    assert 2 == sum(e.reasons == ["released"] for e in room.provisioned_started)

    config = room.put("1", 2)

    assert 2 == config.available
    assert 4 == len(room.provisioned_started)


def test_a_busy_one_that_is_given_back_ends_after_its_event(room: Room):
    """Its event is served to the end."""
    room.put("1", 1)
    with room.pool.lease(ONE) as lease:
        room.provisioned.delete(KEY, "1")
        assert State.ENDED is not lease.environment.state

    assert [["released"]] == [e.reasons for e in room.provisioned_started]


def test_deleting_while_it_is_in_progress_starts_nothing(room: Room):
    """The timer still runs and finds that nobody wants it."""
    room.provisioned.put(KEY, "1", 2)
    room.provisioned.delete(KEY, "1")
    room.pass_a_minute()

    assert [] == room.provisioned_started


def test_an_environment_that_died_is_replaced(room: Room):
    """The next look finds it, ends it, and a new one is initialised."""
    config = room.put("1", 1)
    room.provisioned_started[0].lost = True

    room.pass_a_minute()

    assert [["replaced"], []] == [e.reasons for e in room.provisioned_started]
    assert ("READY", 1) == (config.status, config.available)


def test_an_alias_takes_it_along(room: Room):
    """The old version serves until the new one is ready."""
    room.publish(ONE, TWO, alias=Alias("live", "1"))
    config = room.put("live", 1)

    room.publish(ONE, TWO, alias=Alias("live", "2"))
    assert "IN_PROGRESS" == config.status
    assert "provisioned-concurrency" == room.kind_that_serves(ONE)
    room.pass_a_minute()
    room.pass_a_minute()

    assert "READY" == config.status
    assert "provisioned-concurrency" == room.kind_that_serves(TWO)
    assert [["released"], []] == [e.reasons for e in room.provisioned_started]


@pytest.mark.parametrize("gone", ["function", "version", "alias"])
def test_it_ends_with_what_it_belongs_to(room: Room, gone: str):
    """A deleted function, version or alias has no configuration any more."""
    room.publish(ONE, TWO, alias=Alias("live", "1"))
    qualifier = "live" if gone == "alias" else "1"
    room.put(qualifier, 1)

    if gone == "function":
        room.registry.withdraw(KEY)
    else:
        room.publish(*([TWO] if gone == "version" else [ONE, TWO]))

    assert {} == room.provisioned.of_function(KEY)
    assert [] == room.pool.environments()


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ({}, {"1": 10}),
        ({"2": 0.1}, {"1": 9, "2": 1}),
        ({"2": 0.25}, {"1": 8, "2": 2}),
        ({"2": 0.01}, {"1": 10}),
        ({"2": 1.0}, {"2": 10}),
    ],
)
def test_a_weighted_alias_shares_by_its_weights(
    weights: dict[str, float], expected: dict[str, int]
):
    """Each version gets its share of what the alias asked for, and the sum stays."""
    published = PublishedFunction({"1": ONE, "2": TWO}, {"live": Alias("live", "1", weights)})

    assert expected == shares(published, "live", 10)
