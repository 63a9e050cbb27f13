"""The files that other people's engines read agree with the kit: Binder, dev containers, hubs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

import kit
from tools.launch.commands import parser
from tools.launch.copies import WELCOME

HERE = Path(__file__).resolve().parents[2]
HUB = HERE / "docs" / "jupyterhub"
WELCOME_PAGE = f"/lab/tree/work/{WELCOME}.ipynb"


def supported(version: str) -> bool:
    """Say whether kit.py accepts this Python."""
    return kit.complaint(tuple(int(part) for part in version.split("."))) is None


def test_binder_installs_the_lock_for_a_python_that_serves() -> None:
    """Binder's three files name the kit's own lock, Python and welcome lab."""
    lines = (HERE / "binder" / "requirements.txt").read_text().splitlines()
    named = [line.removeprefix("-r ") for line in lines if line.startswith("-r ")]
    assert [HERE / "requirements.lock"] == [(HERE / "binder" / each).resolve() for each in named]
    runtime = (HERE / "binder" / "runtime.txt").read_text().strip()
    assert supported(runtime.removeprefix("python-"))
    settings = json.loads((HERE / "binder" / "jupyter_server_config.json").read_text())
    assert {WELCOME_PAGE} == {each["default_url"] for each in settings.values()}
    assert (HERE / "labs" / f"{WELCOME}.ipynb").exists()


def test_the_readme_opens_binder_on_the_welcome_lab() -> None:
    """The address in the README ends in the page that postBuild makes."""
    assert f"?urlpath={WELCOME_PAGE.removeprefix('/')}" in (HERE / "README.md").read_text()


@pytest.mark.skipif(sys.platform == "win32", reason="run by engines on Linux")
@pytest.mark.parametrize("script", ["binder/postBuild", ".devcontainer/lab.sh"])
def test_scripts_can_be_read_and_run(script: str) -> None:
    """A shell understands them, and they are executable."""
    path = HERE / script
    shell = path.read_text().splitlines()[0].removeprefix("#!")
    subprocess.run([shell, "-n", str(path)], check=True, timeout=60)
    assert path.stat().st_mode & 0o111


def test_the_dev_container_sets_the_kit_up_by_its_own_command() -> None:
    """Its image has a Python that serves, and its commands and port are the kit's."""
    text = (HERE / ".devcontainer" / "devcontainer.json").read_text()
    container = json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE))
    assert supported(container["image"].rpartition(":")[2])
    program, *words = container["postCreateCommand"].split()
    assert ("python3", "kit.py", "lab") == (program, *words[:2])
    assert WELCOME == parser().parse_args(words[1 : words.index("--")]).name
    script = HERE / container["postAttachCommand"].split()[1]
    [port] = container["forwardPorts"]
    assert f"--port {port}" in script.read_text()
    assert f"-{port}." in script.read_text()
    assert [str(port)] == list(container["portsAttributes"])


@pytest.mark.parametrize("name", ["try_it.py", "littlest.py"])
def test_a_hub_starts_the_kits_own_jupyterlab(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """JupyterHub can read the configuration, and nobody but this computer reaches the trial."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))

    class Section(SimpleNamespace):
        def __getattr__(self, section: str) -> Any:
            setattr(self, section, Section())
            return getattr(self, section)

    found = Section()
    program = compile((HUB / name).read_text(), name, "exec")
    exec(program, {"get_config": lambda: found, "__file__": str(HUB / name)})
    assert found.Spawner.cmd[0].endswith("/bin/jupyterhub-singleuser")
    assert "1" == found.Spawner.environment["COLDSTART_OPEN"]
    if name == "try_it.py":
        assert found.JupyterHub.bind_url.startswith("http://127.0.0.1:")


def test_the_values_for_kubernetes_are_those_of_the_chart() -> None:
    """Every key is one of the chart's, and no learner is promised more than the limit."""
    values = yaml.safe_load((HUB / "kubernetes.yaml").read_text())
    learner = values["singleuser"]
    keys = {"image", "defaultUrl", "startTimeout", "memory", "cpu", "storage", "extraEnv"}
    assert {"singleuser", "cull"} == set(values)
    assert keys == set(learner)
    assert {"name", "tag"} == set(learner["image"])
    assert {"guarantee", "limit"} == set(learner["memory"]) == set(learner["cpu"])
    assert {"enabled", "timeout", "every"} == set(values["cull"])
    assert all(isinstance(value, str) for value in learner["extraEnv"].values())
    assert learner["cpu"]["guarantee"] < learner["cpu"]["limit"]
