"""Variables and files of the user that decide where requests go. Names are told, never values."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from helpers.firstaid.addresses import is_local
from helpers.firstaid.finding import Finding, Mark

PROXIES = ("http_proxy", "https_proxy", "all_proxy")
OF_SERVE = frozenset(
    [
        "AWS_ENDPOINT_URL",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_CONFIG_FILE",
        "AWS_SHARED_CREDENTIALS_FILE",
    ]
)
"""What `kit.py serve` prints; beside an endpoint on this machine these are no danger."""

HARMLESS = frozenset(
    ["AWS_CA_BUNDLE", "AWS_DEFAULT_OUTPUT", "AWS_DEFAULT_REGION", "AWS_PAGER", "AWS_REGION"]
)
"""Variables that choose no account."""

FILES = (".aws/credentials", ".aws/config", ".boto")


def proxies(environ: Mapping[str, str]) -> Finding:
    """Say whether a proxy would get requests that are meant for this machine."""
    found = sorted(name for name in environ if name.lower() in PROXIES and environ[name])
    if not found:
        return Finding(Mark.OK, "proxies", "none set")
    excepted = environ.get("no_proxy", environ.get("NO_PROXY", ""))
    seen = f"{', '.join(found)} set; pip uses them, labs go round them for 127.0.0.1"
    if "127.0.0.1" in excepted or excepted.strip() == "*":
        return Finding(Mark.OK, "proxies", seen)
    return Finding(
        Mark.WARN,
        "proxies",
        seen,
        "in a terminal, the AWS CLI would ask the proxy for kit.py serve",
        "export NO_PROXY=127.0.0.1,localhost",
        "proxies",
    )


def aws_variables(environ: Mapping[str, str]) -> Finding:
    """Name the AWS variables that could lead a terminal to a real account."""
    found = sorted(name for name in environ if name.upper().startswith("AWS_"))
    if not found:
        return Finding(Mark.OK, "AWS variables", "none set")
    here = is_local(environ.get("AWS_ENDPOINT_URL", ""))
    expected = HARMLESS | OF_SERVE if here else HARMLESS
    astray = [name for name in found if name.upper() not in expected]
    if not astray:
        seen = f"{', '.join(found)} set; none leads to an account elsewhere"
        return Finding(Mark.OK, "AWS variables", seen)
    return Finding(
        Mark.WARN,
        "AWS variables",
        f"{', '.join(astray)} set; every lab drops them for its own kernel",
        "in a terminal they decide which account the AWS CLI talks to",
        f"unset {' '.join(astray)}",
        "real-credentials",
    )


def aws_files(home: Path) -> Finding:
    """Name the files of the user that hold keys or profiles of a real account."""
    found = [f"~/{name}" for name in FILES if _exists(home / name)]
    if not found:
        return Finding(Mark.OK, "AWS files", "no ~/.aws/credentials and no ~/.aws/config")
    return Finding(
        Mark.NOTE,
        "AWS files",
        f"{' and '.join(found)} there; labs neither read nor change them",
        "a terminal does, unless it has the exports of kit.py serve",
        "python3 kit.py serve, and copy what it prints into that terminal",
        "real-credentials",
    )


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a folder that may not be looked into
        return False
