"""Property tests here run the same examples every time, and no slow machine fails them."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("events", deadline=None, derandomize=True, database=None, max_examples=60)
settings.load_profile("events")
