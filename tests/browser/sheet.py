"""A notebook with the cells a test gives, open in JupyterLab in a real browser.

    def test_the_timeline_is_drawn(desk):
        sheet = desk.open("from helpers.views import timeline", "timeline(records)")
        sheet.run_all()

        assert [] == sheet.both_themes("timeline", 1)    # screenshots, and axe-core's findings
        assert [] == sheet.problems

One JupyterLab and one browser serve all tests; each opens notebooks of its own, which are closed
and whose kernels are ended after it.
"""

from __future__ import annotations

import itertools
import json
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from tests.browser.notebook import KERNEL_IDLE, screenshot, settle
from tools.launch.browser import find_chromium
from tools.ports import free_port

HOME = Path(__file__).resolve().parents[2]
READY_WITHIN_S = 120
SERIOUS = ("serious", "critical")
PYTHON = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
OURS = ".jp-OutputArea-output"
CHROMIUM_OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Sheet:
    """One open notebook, and what went wrong in its page."""

    page: Page
    problems: list[str] = field(default_factory=list)

    def cell(self, number: int) -> Locator:
        """Return a code cell, counted from 0."""
        return self.page.locator(".jp-CodeCell").nth(number)

    def output(self, number: int) -> Locator:
        """Return the output area of a code cell."""
        return self.cell(number).locator(".jp-OutputArea").first

    def run_all(self) -> None:
        """Run every cell and wait until the kernel is idle."""
        self._command("notebook:run-all-cells")
        settle(self.page)

    def start(self, number: int) -> None:
        """Run one cell and do not wait for it."""
        self.cell(number).locator(".cm-content").click()
        self.page.keyboard.press("Shift+Enter")

    def run(self, number: int) -> None:
        """Run one cell and wait until the kernel is idle."""
        self.start(number)
        settle(self.page)

    def press(self, *keys: str) -> None:
        """Press keys, one after the other, wherever the focus is."""
        for key in keys:
            self.page.keyboard.press(key)

    def theme(self, name: str) -> None:
        """Change to JupyterLab's Light or Dark theme."""
        self.page.evaluate(
            "name => window.jupyterapp.commands.execute('apputils:change-theme', {theme: name})",
            f"JupyterLab {name}",
        )
        light = str(name == "Light").lower()
        self.page.wait_for_function(f"document.body.dataset.jpThemeLight === '{light}'")
        self.page.wait_for_selector("#jupyterlab-splash", state="detached")

    def look(self, name: str, number: int | None = None) -> None:
        """Keep a screenshot of the page, or of one cell's output."""
        if number is None:
            screenshot(self.page, name)
            return
        self.output(number).scroll_into_view_if_needed()
        folder = Path(__file__).with_name("screenshots")
        folder.mkdir(exist_ok=True)
        self.output(number).screenshot(path=folder / f"{name}.png")

    def serious_findings(self) -> list[str]:
        """Return what axe-core finds serious or critical in the outputs of all cells."""
        found = Axe().run(
            self.page, context={"include": [[OURS]]}, options={"resultTypes": ["violations"]}
        )
        return [
            f"{violation['id']}: {violation['help']}: {node['html'][:160]}"
            for violation in found.response["violations"]
            if violation["impact"] in SERIOUS
            for node in violation["nodes"]
        ]

    def both_themes(self, name: str, number: int | None = None, **more: int) -> list[str]:
        """Keep a screenshot in each theme and return the serious findings of both.

        `more` are further outputs to look at, by the names of their screenshots.
        """
        found = []
        for theme in ("Dark", "Light"):
            self.theme(theme)
            for each, cell in {name: number, **more}.items():
                self.look(f"{each}-{theme.lower()}", cell)
            found += [f"{theme}: {finding}" for finding in self.serious_findings()]
        return found

    def restart(self) -> None:
        """Restart the kernel without a question, and wait for the new one."""
        self.page.evaluate(
            "window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
        )
        self.page.wait_for_function(KERNEL_IDLE, timeout=60_000)

    def save(self) -> str:
        """Save the notebook and return its name."""
        self._command("docmanager:save")
        return self.page.url.rsplit("/", 1)[-1].partition("?")[0]

    def _command(self, name: str) -> None:
        self.page.evaluate("name => window.jupyterapp.commands.execute(name)", name)


@dataclass
class Desk:
    """A JupyterLab server and a browser; lives as long as the tests of a session."""

    url: str
    token: str
    folder: Path
    browser: Browser
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _pages: list[Page] = field(default_factory=list)

    def open(self, *cells: str, name: str = "sheet") -> Sheet:
        """Open a new notebook with these code cells and wait for its kernel."""
        path = self.folder / f"{name}-{next(self._numbers)}.ipynb"
        notebook = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(cell) for cell in cells],
            metadata=PYTHON,
        )
        nbformat.write(notebook, path)
        return self.visit(path.name)

    def visit(self, name: str) -> Sheet:
        """Open a notebook of the desk's folder."""
        sheet = Sheet(self.browser.new_page(viewport={"width": 1280, "height": 1000}))
        page, problems = sheet.page, sheet.problems
        self._pages.append(page)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on(
            "console",
            lambda message: problems.append(message.text) if message.type == "error" else None,
        )
        page.goto(f"{self.url}/lab/tree/{name}?reset&token={self.token}")
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
        page.wait_for_function(KERNEL_IDLE, timeout=60_000)
        problems.clear()  # what JupyterLab says of itself while it starts
        return sheet

    def clear(self) -> None:
        """Close every page and end every kernel."""
        while self._pages:
            self._pages.pop().close()
        for session in json.loads(self._ask("GET", "sessions")):
            self._ask("DELETE", f"sessions/{session['id']}")

    def _ask(self, method: str, what: str) -> bytes:
        request = urllib.request.Request(
            f"{self.url}/api/{what}",
            method=method,
            headers={"Authorization": f"token {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            document: bytes = answer.read()
        return document


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start a headless Chromium; skip where there is none."""
    path = find_chromium()
    if path is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def shared_desk(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Start JupyterLab on an empty folder; end it afterwards."""
    home = tmp_path_factory.mktemp("desk")
    folder = home / "notebooks"
    folder.mkdir()
    token, port = secrets.token_hex(16), free_port()
    process = subprocess.Popen(
        _command_line(port, token),
        cwd=folder,
        env=_environment(home),
        stdout=(home / "jupyter.log").open("wb"),
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{url}/api", process)
        yield Desk(url, token, folder, chromium)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


@pytest.fixture
def desk(shared_desk: Desk) -> Iterator[Desk]:
    """Lend the desk to one test, and clear it afterwards."""
    try:
        yield shared_desk
    finally:
        shared_desk.clear()


def _command_line(port: int, token: str) -> list[str]:
    return [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        "--LabApp.expose_app_in_browser=True",
        "--LabApp.news_url=None",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={token}",
    ]


def _environment(home: Path) -> dict[str, str]:
    settings = home / "settings" / "@jupyterlab" / "notebook-extension"
    settings.mkdir(parents=True)
    (settings / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}')
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return kept | {
        "COLDSTART_DATA": str(home / "data"),
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "IPYTHONDIR": str(home / "ipython"),
        "PYTHONPATH": str(HOME),
    }


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + READY_WITHIN_S
    while True:
        if process.poll() is not None:
            raise RuntimeError("JupyterLab ended before it answered")
        try:
            with urllib.request.urlopen(url, timeout=30):
                return
        except (urllib.error.URLError, OSError):
            if time.monotonic() > end:
                raise TimeoutError(f"{url} does not answer") from None
            time.sleep(0.1)
