"""Probes of execution environments: what lives on, what stands still, what is ended.

Source: docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from helpers.checks.capability import Capability
from helpers.course.probes.ground import Ground, Probe

REMEMBERS = """
import os, time

identity = os.urandom(8).hex()
events = []

def handler(event, context):
    events.append(event)
    if event == "fail":
        raise ValueError("as asked")
    if event == "wait":
        time.sleep(1)
    return [identity, len(events)]
"""
SLEEPS = """
import time

def handler(event, context):
    time.sleep(event["s"])
"""
WORKS_ON = """
import threading, time

steps = []
threads = []

def work():
    while True:
        steps.append(1)
        time.sleep(0.01)

def handler(event, context):
    if not threads:
        threads.append(threading.Thread(target=work, daemon=True))
        threads[0].start()
    return len(steps)
"""
TAKES_MEMORY = """
def handler(event, context):
    taken = bytearray(event["mb"] * 1024 * 1024)
    taken[::4096] = b"x" * len(taken[::4096])
    return len(taken)
"""
COMPUTES = """
import time

def handler(event, context):
    began = time.monotonic()
    used = time.process_time()
    while time.process_time() - used < event["cpu_s"]:
        sum(range(500))
    return time.monotonic() - began
"""
AWAY_S = 2.0
MOST_STEPS = 20
"""Of two hundred steps that a thread takes while nobody calls, if nothing stops it."""
FEWEST_TURNS = 3
TIMES_SLOWER = 5
"""128 MB are a fourteenth of 1,769 MB; a busy machine is about as slow with both."""


def execution_environments(ground: Ground) -> bool:
    """Events one after the other share an environment, and events at once do not."""
    function = ground.function(REMEMBERS, "remembers")
    one, two = (ground.invoke(function, "go").payload for _ in range(2))
    with ThreadPoolExecutor(2) as callers:
        waiting = list(callers.map(lambda _: ground.invoke(function, "wait").payload, range(2)))
    return bool(one == [two[0], 1] and two[1] == 2 and waiting[0][0] != waiting[1][0])


def environment_after_error(ground: Ground) -> bool:
    """After an event that failed, the same environment serves the next, with its globals."""
    function = ground.function(REMEMBERS, "fails")
    before = ground.invoke(function, "go").payload
    ground.invoke(function, "fail")
    return bool(ground.invoke(function, "go").payload == [before[0], 3])


def environment_after_update(ground: Ground) -> bool:
    """After a change of the configuration, a new environment serves the next event."""
    function = ground.function(REMEMBERS, "changes")
    before = ground.invoke(function, "go").payload
    client = ground.client("lambda")
    client.update_function_configuration(FunctionName=function, Description="changed")
    client.get_waiter("function_updated_v2").wait(FunctionName=function)
    after = ground.invoke(function, "go").payload
    return bool(after[0] != before[0] and after[1] == 1)


def freeze(ground: Ground) -> bool:
    """A thread that the handler started stands still until the next event."""
    function = ground.function(WORKS_ON, "works-on")
    before = ground.invoke(function).payload
    ground.let_pass(AWAY_S)
    return bool(ground.invoke(function).payload - before < MOST_STEPS)


def timeout(ground: Ground) -> bool:
    """A handler that sleeps past its Timeout is ended, and the answer says so."""
    function = ground.function(SLEEPS, "sleeps", Timeout=1)
    return ground.invoke(function, {"s": 3}).error_type == "Sandbox.Timedout"


def memory_limit(ground: Ground) -> bool:
    """A handler that takes three times its MemorySize is ended; one that takes less is not."""
    function = ground.function(TAKES_MEMORY, "takes", MemorySize=128, Timeout=30)
    small, large = (ground.invoke(function, {"mb": mb}) for mb in (16, 384))
    is_ended = large.function_error is not None and large.error_type != "Sandbox.Timedout"
    return small.function_error is None and is_ended


def cpu_share(ground: Ground) -> bool:
    """The same computing takes several times as long with 128 MB as with a whole processor's."""
    sizes = {
        memory_mb: ground.function(
            COMPUTES, f"computes-{memory_mb}", MemorySize=memory_mb, Timeout=30
        )
        for memory_mb in (128, 1769)
    }
    best = dict.fromkeys(sizes, float("inf"))

    def is_slower() -> bool:
        # in turns, and the best of each: the machine may be busy with something else meanwhile
        for _ in range(FEWEST_TURNS):
            for memory_mb, function in sizes.items():
                took = ground.invoke(function, {"cpu_s": 0.05}).payload
                best[memory_mb] = min(best[memory_mb], took)
        return best[128] > TIMES_SLOWER * best[1769]

    return bool(ground.wait_for(is_slower))


PROBES: Mapping[Capability, Probe] = {
    Capability.EXECUTION_ENVIRONMENTS: execution_environments,
    Capability.ENVIRONMENT_AFTER_ERROR: environment_after_error,
    Capability.ENVIRONMENT_AFTER_UPDATE: environment_after_update,
    Capability.FREEZE: freeze,
    Capability.TIMEOUT: timeout,
    Capability.MEMORY_LIMIT: memory_limit,
    Capability.CPU_SHARE: cpu_share,
}
