#!/usr/bin/env python3
"""Coldstart's launcher: python3 kit.py lab | test | serve | doctor | bundle | build | new | bench.

Needs nothing but Python. Whatever `python3` is, even one far too old, must be able to read this
file and say so; hence its syntax. The commands are in tools/launch.
"""

import os
import sys

OLDEST, NEWEST = (3, 11), (3, 14)  # the versions requirements.lock has wheels for
MORE = "TROUBLESHOOTING.md#python-version"
HERE = os.path.dirname(os.path.abspath(__file__))


def suitable_pythons():
    """Return the commands on PATH that name a Python the kit works with, newest first."""
    names = ["python%d.%d" % (OLDEST[0], minor) for minor in range(NEWEST[1], OLDEST[1] - 1, -1)]
    folders = os.environ.get("PATH", "").split(os.pathsep)
    return [name for name in names if any(os.path.exists(os.path.join(f, name)) for f in folders)]


def complaint(version):
    """Return what is wrong with this Python version and what to do, or None if it serves."""
    if OLDEST <= version <= NEWEST:
        return None
    why = "is older than" if version < OLDEST else "is newer than the wheels pinned for"
    found = suitable_pythons()
    if found:
        advice = "Run: %s kit.py %s" % (found[0], " ".join(sys.argv[1:]) or "lab")
    elif os.name == "nt":
        advice = "Install Python 3.13 from python.org, then run: py -3.13 kit.py lab"
    else:
        advice = "Install Python 3.13 beside it, then run: python3.13 kit.py lab"
    text = "Python %d.%d %s Coldstart, which needs %d.%d to %d.%d.\n%s\nMore: %s"
    return text % (version + (why,) + OLDEST + NEWEST + (advice, MORE))  # noqa: RUF005 - Python 2


def main():
    """Check the Python, then do what the command line says."""
    problem = complaint(sys.version_info[:2])
    if problem:
        sys.exit(problem)
    sys.path.insert(0, HERE)
    from tools.launch.commands import main as run  # noqa: PLC0415 - older Pythons cannot read it

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
