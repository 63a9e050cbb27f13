"""Which files are the kit: those that git knows, or all but what .gitignore names."""

from __future__ import annotations

import fnmatch
import subprocess
from dataclasses import dataclass
from pathlib import Path, PurePosixPath


@dataclass(frozen=True, slots=True)
class Contents:
    """The kit's files, relative to its folder; the commit they are of, and what differs from it."""

    files: tuple[PurePosixPath, ...]
    commit: str = ""
    changed: tuple[str, ...] = ()


def kit_contents(home: Path, *, leave_out: Path) -> Contents:
    """Return the kit's files; `leave_out` is the archive of an earlier run."""
    if _git(home, "ls-files", "--error-unmatch", "kit.py") is None:
        return Contents(files=_unignored(home, leave_out))
    known = (_git(home, "ls-files", "-z") or "").split("\0")
    new = (_git(home, "ls-files", "-z", "--others", "--exclude-standard") or "").split("\0")
    new = [name for name in new if name and not _same(home / name, leave_out)]
    differing = (_git(home, "diff", "HEAD", "--relative", "--name-only", "-z") or "").split("\0")
    present = {PurePosixPath(name) for name in [*known, *new] if name and (home / name).is_file()}
    return Contents(
        files=tuple(sorted(present)),
        commit=(_git(home, "rev-parse", "--short=12", "HEAD") or "").strip(),
        changed=tuple(sorted({name for name in [*differing, *new] if name})),
    )


def _same(path: Path, archive: Path) -> bool:
    return path.name.startswith(archive.name) and path.parent.resolve() == archive.parent.resolve()


def _git(home: Path, *arguments: str) -> str | None:
    """Return what git answers, None where there is no git or no repository of it."""
    try:
        result = subprocess.run(
            ["git", "-C", str(home), *arguments], capture_output=True, check=False, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return result.stdout.decode("utf-8", "surrogateescape") if result.returncode == 0 else None


def _unignored(home: Path, leave_out: Path) -> tuple[PurePosixPath, ...]:
    """Walk a kit that was unpacked from an archive, past what .gitignore names."""
    lines = (home / ".gitignore").read_text(encoding="utf-8").split()
    patterns = [line.rstrip("/") for line in lines if "/" not in line.rstrip("/")]
    folders = tuple(line for line in lines if "/" in line.rstrip("/"))
    found, to_visit = [], [home]
    while to_visit:
        for path in to_visit.pop().iterdir():
            relative = path.relative_to(home).as_posix()
            if (
                path.name == ".git"
                or any(fnmatch.fnmatchcase(path.name, pattern) for pattern in patterns)
                or f"{relative}/".startswith(folders)
                or _same(path, leave_out)
            ):
                continue
            if path.is_dir():
                to_visit.append(path)
            else:
                found.append(PurePosixPath(relative))
    return tuple(sorted(found))
