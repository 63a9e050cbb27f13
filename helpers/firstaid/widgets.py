"""Whether the widgets of the kernel and their halves in the page fit together.

ipywidgets speaks from the kernel; jupyterlab_widgets brings the JavaScript that draws in the page,
as the lab extension @jupyter-widgets/jupyterlab-manager. They carry different numbers and belong
together by major version. JupyterLab takes the first copy of an extension on its data path, so an
older one under the user's own folder, or one that is switched off, hides the right one.
anywidget brings its own extension, of its own version.

Source: ipywidgets.readthedocs.io/en/stable/user_install.html and changelog.html;
docs.jupyter.org/en/latest/use/jupyter-directories.html;
jupyterlab.readthedocs.io/en/stable/user/directories.html (labconfig, disabledExtensions).
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.firstaid.finding import Finding, Mark
from helpers.firstaid.packages import installed, repair, site_packages
from helpers.firstaid.processes import Process

SUBJECT = "widgets"
MANAGER = "@jupyter-widgets/jupyterlab-manager"
FITTING = {"8": ("3", "5"), "7": ("1", "3")}
"""Major versions: ipywidgets, then jupyterlab_widgets and the lab extension it brings."""

MADE_FOR = "8"
OLDEST_LAB = 4


@dataclass(frozen=True, slots=True)
class Setting:
    """Where Jupyter looks: the environment, its packages, and the user's own folders."""

    prefix: Path
    packages: tuple[str, ...] | None = None
    before: tuple[Path, ...] = ()
    after: tuple[Path, ...] = ()
    config: tuple[Path, ...] = ()

    @classmethod
    def of(cls, environment: Path, environ: Mapping[str, str], home: Path) -> Setting:
        """Return the setting of an environment as `kit.py lab` starts JupyterLab in it."""
        named = environ.get("JUPYTER_PATH", "")
        before = tuple(Path(part) for part in named.split(os.pathsep) if part)
        data = Path(environ.get("JUPYTER_DATA_DIR") or _data_folder(environ, home))
        config = Path(environ.get("JUPYTER_CONFIG_DIR") or home / ".jupyter")
        place = site_packages(environment)
        return cls(
            environment, (str(place),) if place else None, before, (data,), (config, *_system())
        )

    def extension(self, name: str) -> tuple[Path, str]:
        """Return the first copy of a lab extension and its version; empty if there is none."""
        for folder in (*self.before, self.prefix / "share" / "jupyter", *self.after):
            manifest = folder / "labextensions" / name / "package.json"
            version = _json(manifest).get("version")
            if isinstance(version, str):
                return manifest.parent, version
        return self.prefix, ""

    def switched_off(self, name: str) -> Path | None:
        """Return the file that disables a lab extension, or None."""
        files = [folder / "labconfig" / "page_config.json" for folder in self._config_folders()]
        files.append(self.prefix / "share" / "jupyter" / "lab" / "settings" / "page_config.json")
        return next((file for file in files if _disables(_json(file), name)), None)

    def _config_folders(self) -> tuple[Path, ...]:
        return (self.prefix / "etc" / "jupyter", *self.config)


def widgets(setting: Setting) -> Finding:
    """Say whether what the kernel sends can be drawn in the page; else the first reason why not."""
    version = installed("ipywidgets", setting.packages)
    lab = installed("jupyterlab", setting.packages)
    if not version:
        why = "pictures that change have nothing to speak with"
        return _ill("ipywidgets is missing", why, repair(setting.prefix))
    if lab and int(_major(lab)) < OLDEST_LAB:
        why = f"the kit's views need {OLDEST_LAB} or newer"
        return _ill(f"JupyterLab {lab} is too old", why, repair(setting.prefix))
    return (
        _halves(setting, version)
        or _manager(setting, version)
        or _anywidget(setting)
        or Finding(Mark.OK, SUBJECT, f"ipywidgets {version} and its half in the page fit")
    )


def server(parent: Process | None, prefix: str = sys.prefix) -> Finding:
    """Say whether the JupyterLab that started this kernel runs in the same environment."""
    if parent is None or not parent.is_python:
        return Finding(Mark.OK, "JupyterLab", "not started from here, or not to be seen")
    program = Path(parent.command[0])
    if not program.is_absolute() or program.parent.parent == Path(prefix):
        return Finding(Mark.OK, "JupyterLab", "runs in the kernel's environment")
    return Finding(
        Mark.WARN,
        "JupyterLab",
        f"runs in {str(program.parent.parent)!r}, and this kernel in {prefix!r}",
        "the page's half of each widget comes from there, in another version perhaps",
        "python3 kit.py lab",
        "widgets",
    )


def _halves(setting: Setting, version: str) -> Finding | None:
    half = installed("jupyterlab_widgets", setting.packages)
    wanted, _ = FITTING.get(_major(version), ("3", ""))
    if not half:
        why = f"it is the page's half of ipywidgets {version}"
        return _ill("jupyterlab_widgets is missing", why, repair(setting.prefix))
    if _major(half) != wanted:
        seen = f"ipywidgets {version} with jupyterlab_widgets {half}"
        why = f"ipywidgets {version} needs jupyterlab_widgets {wanted}.x"
        return _ill(seen, why, repair(setting.prefix))
    if _major(version) != MADE_FOR:
        why = f"the kit's views are made for ipywidgets {MADE_FOR}"
        return _ill(f"ipywidgets {version} is too old", why, repair(setting.prefix))
    return None


def _manager(setting: Setting, version: str) -> Finding | None:
    place, found = setting.extension(MANAGER)
    if not found:
        seen, why = f"the lab extension {MANAGER} is missing", "jupyterlab_widgets is half removed"
        return _ill(seen, why, repair(setting.prefix, again=True))
    _, wanted = FITTING.get(_major(version), ("", "5"))
    if _major(found) != wanted:
        return _other_copy(setting, f"ipywidgets {version} with {MANAGER} {found}", place)
    return _switched_off(setting, MANAGER)


def _anywidget(setting: Setting) -> Finding | None:
    version = installed("anywidget", setting.packages)
    place, found = setting.extension("anywidget")
    if version and found and found.split(".")[:2] != version.split(".")[:2]:
        seen = f"anywidget {version} with the lab extension anywidget {found}"
        return _other_copy(setting, seen, place)
    if version and found:
        return _switched_off(setting, "anywidget")
    seen, why = "anywidget is missing, or its lab extension", "live views are drawn with it"
    return _ill(seen, why, repair(setting.prefix, again=True))


def _other_copy(setting: Setting, seen: str, place: Path) -> Finding:
    if setting.prefix in place.parents:
        why = "the copy in the environment is not the one of its package"
        return _ill(seen, why, repair(setting.prefix, again=True))
    why = f"JupyterLab takes the first copy on its path, {str(place)!r}"
    return _ill(seen, why, f"move that folder away: {str(place)!r}")


def _switched_off(setting: Setting, name: str) -> Finding | None:
    file = setting.switched_off(name)
    if file is None:
        return None
    why = f"{str(file)!r} says so under disabledExtensions"
    return _ill(f"the lab extension {name} is switched off", why, f"remove it from {str(file)!r}")


def _ill(seen: str, why: str, command: str) -> Finding:
    return Finding(Mark.WARN, SUBJECT, seen, why, command, "widgets")


def _major(version: str) -> str:
    return version.partition(".")[0]


def _disables(page: Mapping[str, Any], name: str) -> bool:
    listed = page.get("disabledExtensions", {})
    if isinstance(listed, list):
        return name in listed
    return isinstance(listed, dict) and bool(listed.get(name))


def _json(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _data_folder(environ: Mapping[str, str], home: Path) -> Path:
    if sys.platform == "darwin":
        return home / "Library" / "Jupyter"
    if os.name == "nt":
        return Path(environ.get("APPDATA") or home / ".jupyter") / "jupyter"
    return Path(environ.get("XDG_DATA_HOME") or home / ".local" / "share") / "jupyter"


def _system() -> Sequence[Path]:
    if os.name == "nt":
        return [Path(os.environ.get("PROGRAMDATA", "C:/ProgramData")) / "jupyter"]
    return [Path("/usr/local/etc/jupyter"), Path("/etc/jupyter")]
