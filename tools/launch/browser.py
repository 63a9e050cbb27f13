"""Find the Chromium that browser tests drive; learners use whatever browser they like."""

from __future__ import annotations

import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLACES = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
)


def find_chromium() -> str | None:
    """Return the path of a Chromium: COLDSTART_CHROMIUM, on PATH, or where systems install it."""
    named = os.environ.get("COLDSTART_CHROMIUM")
    candidates = [named] if named else [*NAMES, *PLACES]
    return next((path for name in candidates if (path := shutil.which(name))), None)
