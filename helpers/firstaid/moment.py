"""This machine's own clock: one that stands before the kit was made is wrong."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

from helpers.firstaid.finding import Finding, Mark

FACTS = Path(__file__).resolve().parents[1] / "cloud" / "facts.json"
READ_ON = re.compile(r'"date": "(\d{4}-\d{2}-\d{2})"')


def newest_fact() -> datetime.date:
    """Return the day on which the newest of the kit's facts was read: no clock can precede it."""
    return max(
        datetime.date.fromisoformat(day) for day in READ_ON.findall(FACTS.read_text("utf-8"))
    )


def clock(now: datetime.datetime | None = None) -> Finding:
    """Say whether this machine's clock can be right."""
    now = now or datetime.datetime.now(datetime.UTC)
    made = newest_fact()
    if now.date() >= made - datetime.timedelta(days=1):
        return Finding(Mark.OK, "clock", f"{now:%Y-%m-%d %H:%M} UTC")
    return Finding(
        Mark.FAIL,
        "clock",
        f"it says {now:%Y-%m-%d %H:%M} UTC, and this kit was made after {made}",
        "certificates of package servers and signatures of requests depend on the time",
        "set it by the network (Linux: sudo timedatectl set-ntp true)",
        "clock-wrong",
    )
