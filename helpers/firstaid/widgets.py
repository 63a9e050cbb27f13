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
        return _ill("ipywidgets is missing", "pictures that change have nothing to speak with")
    if lab and int(lab.split(".")[0]) < OLDEST_LAB:
        return _ill(f"JupyterLab {lab} is too old", f"the kit's views need {OLDEST_LAB} or newer")
    return (
        _halves(version, installed("jupyterlab_widgets", setting.packages))
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


def _halves(version: str, half: str) -> Finding | None:
    wanted = FITTING.get(version.split(".")[0], ("", ""))[0]
    if not half:
        return _ill(
            "jupyterlab_widgets is missing", f"it is the page's half of ipywidgets {version}"
        )
    if half.split(".")[0] != wanted:
        seen = f"ipywidgets {version} with jupyterlab_widgets {half}"
        return _ill(seen, f"ipywidgets {version} needs jupyterlab_widgets {wanted or '3'}.x")
    return None


def _manager(setting: Setting, version: str) -> Finding | None:
    place, found = setting.extension(MANAGER)
    if not found:
        return _ill(f"the lab extension {MANAGER} is missing", "jupyterlab_widgets is half removed")
    if found.split(".")[0] != FITTING.get(version.split(".")[0], ("", ""))[1]:
        seen = f"ipywidgets {version} with {MANAGER} {found} of {str(place)!r}"
        return _ill(seen, "JupyterLab takes the first copy on its path", f"rm -r '{place}'")
    file = setting.switched_off(MANAGER)
    if file:
        command = f"jupyter labextension enable {MANAGER}"
        return _ill(f"{MANAGER} is switched off", f"{str(file)!r} says so", command)
    return None


def _anywidget(setting: Setting) -> Finding | None:
    version = installed("anywidget", setting.packages)
    place, found = setting.extension("anywidget")
    if version and found and found.split(".")[:2] != version.split(".")[:2]:
        seen = f"anywidget {version} with the lab extension {found} of {str(place)!r}"
        return _ill(seen, "JupyterLab takes the first copy on its path", f"rm -r '{place}'")
    file = setting.switched_off("anywidget")
    if file:
        command = "jupyter labextension enable anywidget"
        return _ill(
            "the lab extension anywidget is switched off", f"{str(file)!r} says so", command
        )
    if version and found:
        return None
    return _ill("anywidget is missing, or its lab extension", "live views are drawn with it")


def _ill(seen: str, why: str, command: str = "") -> Finding:
    return Finding(Mark.WARN, SUBJECT, seen, why, command or repair(), "widgets")


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
