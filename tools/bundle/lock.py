"""Read requirements.lock: which packages a Python on a system needs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from packaging.requirements import Requirement

_BLOCK = re.compile(r"^(?P<pin>[^#\s].*?)\s*\\?\n(?P<hashes>(?:[ \t]+--hash=.*\n?)*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Pin:
    """One package in one version, with the hashes of its published files."""

    requirement: Requirement
    hashes: tuple[str, ...]

    @property
    def name(self) -> str:
        """Return the package's name as the lock writes it."""
        return self.requirement.name

    @property
    def version(self) -> str:
        """Return the version without `==`."""
        return str(self.requirement.specifier).removeprefix("==")

    def wanted_in(self, environment: Mapping[str, str]) -> bool:
        """Say whether a Python with these markers needs it."""
        marker = self.requirement.marker
        return marker is None or marker.evaluate(dict(environment))

    def text(self) -> str:
        """Return it as a line of a requirements file, without its marker."""
        hashes = "".join(f" \\\n    --hash=sha256:{each}" for each in self.hashes)
        return f"{self.name}=={self.version}{hashes}\n"


def read_lock(text: str) -> list[Pin]:
    """Return the pins of a lock file's text."""
    return [
        Pin(
            Requirement(block["pin"]),
            tuple(re.findall(r"--hash=sha256:([0-9a-f]{64})", block["hashes"])),
        )
        for block in _BLOCK.finditer(text)
    ]
