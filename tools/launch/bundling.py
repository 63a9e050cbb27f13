"""The options of `kit.py bundle`, which tools.bundle reads again under .venv's Python."""

from __future__ import annotations

import argparse
from pathlib import Path

PLATFORMS = ("win_amd64", "macosx_arm64", "macosx_x86_64", "manylinux_x86_64", "manylinux_aarch64")


def add_options(command: argparse.ArgumentParser, home: Path) -> None:
    """Add the options; a folder is meant from where the command was typed."""
    command.add_argument(
        "--to",
        type=lambda text: Path(text).expanduser().resolve(),
        default=home / "dist",
        metavar="PLACE",
        help="a folder, or a name that ends with .zip; dist/ unless told",
    )
    command.add_argument(
        "--python",
        action="append",
        default=[],
        metavar="VERSION",
        help="such as 3.12; may be repeated; this Python unless told",
    )
    command.add_argument(
        "--platform",
        action="append",
        default=[],
        metavar="SYSTEM",
        help=f"may be repeated; this system unless told, else {', '.join(PLATFORMS)}",
    )
    command.add_argument(
        "--with-changes", action="store_true", help="take along what git does not hold yet"
    )


def to_arguments(options: argparse.Namespace) -> list[str]:
    """Return the options as words of a command line."""
    repeated = [("--python", each) for each in options.python]
    repeated += [("--platform", each) for each in options.platform]
    words = ["--to", str(options.to), *(word for pair in repeated for word in pair)]
    return [*words, *(["--with-changes"] if options.with_changes else [])]
