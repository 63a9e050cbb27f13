"""Install a lock file with pip, and say in plain words why pip stopped."""

from __future__ import annotations

import os
import re
from pathlib import Path

from tools.launch.built import lock_with_built, read_bundle
from tools.launch.errors import LaunchError

# The first pattern that matches the log explains it: causes come before their consequences.
CAUSES: tuple[tuple[str, str, str, str], ...] = (
    (
        r"No space left on device|Errno 28\]|not enough space on the disk",
        "the disk is full",
        "free 1 GB (python3 kit.py doctor shows what is left), then run the same command again",
        "disk",
    ),
    (
        r"DO NOT MATCH THE HASHES",
        "the package server sent a file that differs from the one the lock names",
        "empty pip's cache (python3 -m pip cache purge) and check PIP_INDEX_URL, then try again",
        "hashes",
    ),
    (
        r"CERTIFICATE_VERIFY_FAILED|SSLError|SSLCertVerificationError",
        "the package server's certificate is not trusted here, as behind a company proxy",
        "point PIP_CERT at your company's certificate file, then run the same command again",
        "certificate",
    ),
    (
        r"Failed to establish a new connection|NameResolutionError|getaddrinfo failed"
        r"|Temporary failure in name resolution|Network is unreachable|ConnectTimeout"
        r"|Max retries exceeded|ProxyError|ReadTimeoutError",
        "the package server cannot be reached",
        "connect to the network once; or, on a machine that is connected, run"
        " `python3 -m pip download --no-deps -r {lock} -d wheels`, copy the folder wheels"
        " beside kit.py, and run the same command again",
        "no-network",
    ),
    (
        r"No matching distribution found|Could not find a version that satisfies",
        "the package server or the folder of wheels in use does not have it for this Python",
        "fill the folder with `python3 -m pip download --no-deps -r {lock} -d wheels`, with the"
        " same Python on the same kind of machine; or unset PIP_NO_INDEX and COLDSTART_WHEELS",
        "no-distribution",
    ),
    (
        r"Failed building wheel|metadata-generation-failed|error: command .* failed",
        "a package has no wheel for this system and could not be built",
        "try another Python from 3.11 to 3.14, such as: python3.13 kit.py lab",
        "not-built",
    ),
)
PACKAGE = re.compile(r"(?:No matching distribution found for|Failed building wheel for) (\S+)")


def pip_commands(python: Path, home: Path, lock: str, *, log: Path, quiet: bool) -> list[list[str]]:
    """Return the commands that install a lock file exactly; the first installs the builder.

    With setuptools in place no build reaches for the network, not even of a package that is
    published as source only.
    """
    text = (home / lock).read_text(encoding="utf-8")
    builder, packages = log.with_name("build-requirements.txt"), home / lock
    builder.write_text(requirement_of("setuptools", text), encoding="utf-8")
    bundle = read_bundle(home)
    if bundle and bundle.built:
        packages = log.with_name(lock)
        packages.write_text(lock_with_built(text, bundle.built), encoding="utf-8")
    command = [
        str(python),
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--log",
        str(log),
    ]
    command += ["--require-hashes", "--no-deps", "--use-pep517", "--no-build-isolation"]
    command += [*wheels_options(home), *(["--quiet"] if quiet else [])]
    return [[*command, "-r", str(requirements)] for requirements in (builder, packages)]


def requirement_of(name: str, lock_text: str) -> str:
    """Return the lines of one package, pin and hashes, out of a lock file's text."""
    block = re.search(rf"^{re.escape(name)}==.*\n(?:[ \t].*\n?)*", lock_text, re.MULTILINE)
    return block.group() if block else ""


def wheels_options(home: Path) -> list[str]:
    """Return pip's options for a folder of wheels, for rooms without a network."""
    named = os.environ.get("COLDSTART_WHEELS")
    folder = Path(named).expanduser().resolve() if named else home / "wheels"
    if folder.is_dir():
        return ["--no-index", "--find-links", str(folder)]
    if named:
        raise LaunchError(
            f"COLDSTART_WHEELS={named!r} is no folder.",
            "it names the folder that holds the wheels of requirements.lock.",
            "unset COLDSTART_WHEELS, or let it name that folder.",
            anchor="no-wheels-folder",
        )
    return []


def explain_failure(log: str, *, lock: str, log_path: Path) -> LaunchError:
    """Return the problem that pip's log tells of."""
    package = PACKAGE.search(log)
    what = f"Installing {package.group(1) if package else 'the packages'} failed."
    for pattern, why, advice, anchor in CAUSES:
        if re.search(pattern, log):
            return LaunchError(what, f"{why}.", f"{advice.format(lock=lock)}.", anchor=anchor)
    return LaunchError(
        what,
        "for a reason kit.py does not know.",
        f"read the end of {str(log_path)!r}, then run the same command again.",
        anchor="set-up-failed",
    )
