"""Memory is judged against MemorySize; processor time is shared out by the period."""

from __future__ import annotations

import pytest

from helpers.cloud.governor import MB, MEMORY_SAMPLE_S, PERIOD_S, CpuShare, MemoryWatch


def test_memory_above_the_limit() -> None:
    """Only more than MemorySize is too much."""
    watch = MemoryWatch(128)
    assert [watch.exceeded(size * MB) for size in (20, 128, 129)] == [False, False, True]


def test_used_memory_is_the_peak_in_whole_megabytes() -> None:
    """Max Memory Used is the peak rounded up, and never above MemorySize."""
    watch = MemoryWatch(128)
    watch.exceeded(20 * MB + 1)
    watch.exceeded(10 * MB)
    assert watch.used_mb == 21
    watch.exceeded(500 * MB)
    assert watch.used_mb == 128


def test_samples_keep_their_distance() -> None:
    """A sample is due at first and then after the sampling interval."""
    watch = MemoryWatch(128)
    moments = (1.0, 1.0 + MEMORY_SAMPLE_S / 2, 1.0 + MEMORY_SAMPLE_S)
    assert [watch.due(moment) for moment in moments] == [True, False, True]


@pytest.mark.parametrize(
    ("memory_mb", "limited"), [(128, True), (1768, True), (1769, False), (10240, False)]
)
def test_share_is_limited_below_one_core(memory_mb: int, limited: bool) -> None:
    """From 1,769 MB on a function has a whole core."""
    assert CpuShare(memory_mb).limited is limited


@pytest.mark.parametrize("memory_mb", [128, 256, 512, 1024, 1536])
def test_busy_function_gets_its_share(memory_mb: int) -> None:
    """A function that always computes gets memory/1769 of a core, as the advice is followed."""
    share = CpuShare(memory_mb)
    elapsed = used = 0.0
    while elapsed < 4:
        advice = share.advise(used_s=used, elapsed_s=elapsed)
        if not advice.pause:
            used += advice.ask_again_s
        elapsed += advice.ask_again_s
    assert used / elapsed == pytest.approx(memory_mb / 1769, rel=0.1)


def test_idle_function_is_not_paused() -> None:
    """Waiting costs nothing: what was not used in a period is there later."""
    assert not CpuShare(128).advise(used_s=0.001, elapsed_s=50 * PERIOD_S).pause
