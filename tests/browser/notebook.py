"""What a learner does in a notebook's page, and what they look at."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, Page

SCREENSHOTS = Path(__file__).with_name("screenshots")
KERNEL_IDLE = """() => {
    const panel = window.jupyterapp?.shell?.currentWidget;
    return panel?.sessionContext?.session?.kernel?.status === 'idle';
}"""


def cell(page: Page, text: str) -> Locator:
    """Return the code cell that holds `text`."""
    return page.locator(".jp-CodeCell", has=page.locator(".cm-content", has_text=text)).first


def output_of(page: Page, text: str) -> Locator:
    """Return the output area of the code cell that holds `text`."""
    return cell(page, text).locator(".jp-OutputArea")


def run_all(page: Page) -> None:
    """Choose Run → Run All Cells from the menu and wait until the kernel is idle again."""
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    settle(page)


def run_cell(page: Page, text: str) -> None:
    """Click into the cell that holds `text` and press Shift+Enter."""
    cell(page, text).locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")
    settle(page)


def type_into(page: Page, text: str, source: str) -> None:
    """Replace the source of the cell that holds `text` by typing, and run it."""
    cell(page, text).locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.type(source)
    page.keyboard.press("Shift+Enter")
    settle(page)


def settle(page: Page) -> None:
    """Wait until no cell waits for its turn and the kernel is idle."""
    page.wait_for_function(
        "![...document.querySelectorAll('.jp-InputPrompt')].some(p => p.innerText.includes('*'))",
        timeout=120_000,
    )
    page.wait_for_function(KERNEL_IDLE, timeout=60_000)


def go_dark(page: Page) -> None:
    """Change to JupyterLab's dark theme."""
    page.evaluate(
        "window.jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})"
    )
    page.wait_for_function("document.body.dataset.jpThemeLight === 'false'")
    page.wait_for_selector("#jupyterlab-splash", state="detached")


def screenshot(page: Page, name: str) -> None:
    """Keep a picture for people to look at; the folder is not committed."""
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")
