"""The computers a bundle is for: a Python version on a system."""

from __future__ import annotations

import platform
import sys
import sysconfig
from dataclasses import dataclass

from packaging.markers import default_environment


@dataclass(frozen=True, slots=True)
class System:
    """A system other than this one, as pip's tags and as the markers in a lock name it."""

    tags: tuple[str, ...]
    os_name: str
    sys_platform: str
    system: str
    machine: str


def _glibc(machine: str) -> tuple[str, ...]:
    """Return the tags of Linux with glibc 2.28, which Debian 10, RHEL 8 and what follows have."""
    named = [f"manylinux{year}_{machine}" for year in ("2014", "2010", "1")]
    return (*(f"manylinux_2_{minor}_{machine}" for minor in range(28, 16, -1)), *named)


SYSTEMS = {
    "win_amd64": System(("win_amd64",), "nt", "win32", "Windows", "AMD64"),
    "macosx_arm64": System(("macosx_14_0_arm64",), "posix", "darwin", "Darwin", "arm64"),
    "macosx_x86_64": System(("macosx_13_0_x86_64",), "posix", "darwin", "Darwin", "x86_64"),
    "manylinux_x86_64": System(_glibc("x86_64"), "posix", "linux", "Linux", "x86_64"),
    "manylinux_aarch64": System(_glibc("aarch64"), "posix", "linux", "Linux", "aarch64"),
}
THIS_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
THIS_SYSTEM = sysconfig.get_platform()


@dataclass(frozen=True, slots=True)
class Target:
    """One Python version on one system; the system is a key of SYSTEMS, or this computer's."""

    python: str = THIS_PYTHON
    platform: str = THIS_SYSTEM

    def patches(self) -> tuple[str, str]:
        """Return the first and the last release that may be there: pins differ between them."""
        return f"{self.python}.0", f"{self.python}.99"

    def pip_options(self, patch: str) -> list[str]:
        """Return what makes pip choose wheels for this target in place of its own Python."""
        system = SYSTEMS.get(self.platform)
        tags = system.tags if system else ()
        return ["--python-version", patch, *(word for tag in tags for word in ("--platform", tag))]

    def markers(self, patch: str) -> dict[str, str]:
        """Return the values by which the lock's conditions are decided."""
        values = {name: str(value) for name, value in default_environment().items()}
        values |= {"python_version": self.python, "python_full_version": patch}
        if system := SYSTEMS.get(self.platform):
            values |= {
                "os_name": system.os_name,
                "sys_platform": system.sys_platform,
                "platform_system": system.system,
                "platform_machine": system.machine,
            }
        return values

    def system_name(self) -> str:
        """Return what `platform.system()` answers there: Linux, Darwin or Windows."""
        system = SYSTEMS.get(self.platform)
        return system.system if system else platform.system()

    def __str__(self) -> str:
        return f"Python {self.python} on {self.platform}"
