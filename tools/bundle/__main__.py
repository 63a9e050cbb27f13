"""Make the archive that `kit.py bundle` promises: python -m tools.bundle."""

from __future__ import annotations

import argparse
import errno
import itertools
import shutil
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tools.bundle.archive import Parts, write_archive
from tools.bundle.contents import Contents, kit_contents
from tools.bundle.target import SYSTEMS, THIS_PYTHON, THIS_SYSTEM, Target
from tools.bundle.wheels import Workshop
from tools.launch.built import Bundle
from tools.launch.bundling import add_options
from tools.launch.errors import LaunchError
from tools.launch.setup_lock import setup_lock

HOME = Path(__file__).resolve().parents[2]
SHOWN = 5


def main(arguments: Sequence[str], *, home: Path = HOME) -> int:
    """Make the archive and say what it holds; the exit status is 0 if it is there."""
    reader = argparse.ArgumentParser(prog="kit.py bundle", description=__doc__)
    add_options(reader, home)
    options = reader.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    try:
        make_bundle(options, home)
    except LaunchError as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted; nothing was left behind.", file=sys.stderr)
        return 130
    except OSError as error:
        print(_unwritten(error), file=sys.stderr)
        return 1
    return 0


def _unwritten(error: OSError) -> LaunchError:
    what = f"{error.filename!r} cannot be written." if error.filename else "Writing failed."
    if error.errno == errno.ENOSPC:
        return LaunchError(what, "the disk is full.", "free 1 GB.", anchor="disk")
    why = f"{error.strerror or error}."
    advice = "python3 kit.py bundle --to FOLDER, with a folder of your own"
    return LaunchError(what, why, advice, anchor="not-writable")


def make_bundle(options: argparse.Namespace, home: Path) -> Path:
    """Make the archive that the options ask for and return its path."""
    started = time.monotonic()
    targets = chosen_targets(options)
    path = _destination(options.to, targets)
    contents = kit_contents(home, leave_out=path)
    _require_clean(contents, allowed=options.with_changes)
    for target in targets:
        print(f"Bundling for {target}.", flush=True)
    folder = home / "build" / "bundle"
    with setup_lock(home / ".venv.lock"):
        shutil.rmtree(folder, ignore_errors=True)  # of a run that was killed
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            workshop = Workshop(home, folder, tell=lambda line: print(f"  {line}", flush=True))
            built = workshop.collect(targets)
            bundle = Bundle(
                commit=contents.commit,
                changed=contents.changed,
                pythons=tuple(dict.fromkeys(target.python for target in targets)),
                platforms=tuple(dict.fromkeys(target.platform for target in targets)),
                built=tuple(built),
            )
            count = len(list(workshop.wheels.iterdir()))
            digest = write_archive(Parts(home, contents.files, workshop.wheels, bundle), path)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    size = path.stat().st_size / 1e6
    print(f"{str(path)!r}: {size:.0f} MB, in {time.monotonic() - started:.0f} s")
    print(f"  the kit: {len(contents.files)} files, {_state(contents)}")
    print(f"  packages: {count}, of them {len(built)} built here from published sources")
    for wheel in built:
        print(f"    {wheel.wheel} from {wheel.source}")
    print(f"  sha256: {digest}, also in {path.name}.sha256")
    print("There: unpack it, then `python3 kit.py lab`. No network is needed.")
    return path


def chosen_targets(options: argparse.Namespace) -> list[Target]:
    """Return each Python on each system asked for; this Python on this system unless told."""
    pythons = [_python(text) for text in options.python or [THIS_PYTHON]]
    platforms = options.platform or [THIS_SYSTEM]
    for name in platforms:
        if name not in {*SYSTEMS, THIS_SYSTEM}:
            raise LaunchError(
                f"{name!r} is no system that a bundle can be made for.",
                f"there are {', '.join(SYSTEMS)}, and this one, {THIS_SYSTEM}.",
                "python3 kit.py bundle --platform win_amd64",
                anchor="bundle-target",
            )
    pairs = itertools.product(dict.fromkeys(pythons), dict.fromkeys(platforms))
    return [Target(python, platform) for python, platform in pairs]


def _python(text: str) -> str:
    from kit import NEWEST, OLDEST  # noqa: PLC0415 - the launcher's own bounds

    known = [f"{OLDEST[0]}.{minor}" for minor in range(OLDEST[1], NEWEST[1] + 1)]
    if text not in known:
        raise LaunchError(
            f"A bundle cannot be made for Python {text!r}.",
            f"the lock has wheels for {', '.join(known)}.",
            f"python3 kit.py bundle --python {known[-2]}",
            anchor="bundle-target",
        )
    return text


def _destination(to: Path, targets: list[Target]) -> Path:
    """Return the archive's path: `to` itself if it ends with .zip, else a name in that folder."""
    if to.suffix == ".zip" and not to.is_dir():
        return to
    platforms = dict.fromkeys(target.platform for target in targets)
    pythons = dict.fromkeys(f"py{target.python}" for target in targets)
    return to / f"coldstart-{'-'.join([*platforms, *pythons])}.zip"


def _require_clean(contents: Contents, *, allowed: bool) -> None:
    if not contents.changed or allowed:
        return
    shown = ", ".join(contents.changed[:SHOWN])
    more = len(contents.changed) - SHOWN
    raise LaunchError(
        f"The kit has changes that git does not hold: {shown}"
        + (f" and {more} more." if more > 0 else "."),
        "a bundle is the kit of one commit, so that all learners have the same.",
        "commit them; or take them along: python3 kit.py bundle --with-changes",
        anchor="bundle-changes",
    )


def _state(contents: Contents) -> str:
    if not contents.commit:
        return "not from git"
    changes = f" with {len(contents.changed)} changed" if contents.changed else ""
    return f"as in commit {contents.commit}{changes}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
