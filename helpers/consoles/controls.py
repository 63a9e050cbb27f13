"""A panel of controls: the browser's own sliders, choices and buttons, with a result below.

They are native form elements, so the keyboard, screen readers and themes work as everywhere.
Work runs on a thread of its own with a progress bar and a Cancel button; the kernel stays free.
Left out: what is drawn. A result is HTML that `views` made.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from helpers.consoles.keys import with_keys
from helpers.consoles.plain import plain_message
from helpers.consoles.work import STOPPED, Cancelled
from helpers.views.panel import paragraph

HERE = Path(__file__).parent
CANCEL = "Cancel"
BACK_AGAIN = "Run this cell for its controls; after a restart, the setup cell first."
NO_BAR = -1.0
BETWEEN_REPORTS_S = 0.1

Values = Mapping[str, Any]
Field = dict[str, Any]
"""One control as the page draws it; made by `slider`, `choice`, `checks`, `switch`, `text`."""


def slider(
    name: str, label: str, stops: Sequence[Any], *, shown: Callable[[Any], str] = str, **more: Any
) -> Field:
    """Return a slider that stands on one of `stops`; `shown` says a stop in words."""
    words = [shown(stop) for stop in stops]
    return {
        "name": name,
        "label": label,
        "kind": "slider",
        "stops": [*stops],
        "shown": words,
        **more,
    }


def choice(name: str, label: str, options: Mapping[str, str], **more: Any) -> Field:
    """Return a list to choose one of; `options` are values with their words."""
    return {"name": name, "label": label, "kind": "choice", "options": [*options.items()], **more}


def checks(
    name: str, label: str, options: Mapping[str, str], *, many: bool = True, **more: Any
) -> Field:
    """Return boxes to tick, or with `many=False` buttons of which one is on."""
    kind = "checks" if many else "radios"
    return {"name": name, "label": label, "kind": kind, "options": [*options.items()], **more}


def switch(name: str, label: str, **more: Any) -> Field:
    """Return one box to tick."""
    return {"name": name, "label": label, "kind": "switch", **more}


def text(name: str, label: str, *, lines: int = 1, **more: Any) -> Field:
    """Return a place to type in."""
    return {"name": name, "label": label, "kind": "text", "lines": lines, **more}


class Still:
    """What stands for a panel where no kernel is: its last picture, and how to get it back."""

    def __init__(self, shown: Any) -> None:
        self._shown = shown

    def __repr__(self) -> str:
        """Return the plain-text twin."""
        return f"{self._shown!r}\n{BACK_AGAIN}"

    def _repr_html_(self) -> str:
        shown = self._shown
        html = shown.html() if hasattr(shown, "html") else shown._repr_html_()
        return f"{html}{paragraph(BACK_AGAIN)}"


class Errand:
    """One piece of background work, as the work itself sees it."""

    def __init__(self, panel: ControlPanel) -> None:
        self._panel = panel
        self._stop = threading.Event()
        self._told_s = 0.0

    @property
    def cancelled(self) -> bool:
        """Whether Cancel was pressed."""
        return self._stop.is_set()

    def cancel(self) -> None:
        """Ask the work to end; it does when it looks."""
        self._stop.set()

    def report(self, share: float, words: str = "") -> None:
        """Show how much is done, from 0 to 1, at most ten times a second."""
        now_s = time.monotonic()
        if now_s - self._told_s >= BETWEEN_REPORTS_S:
            self._told_s = now_s
            self._panel.tell(share, words)

    def step(self, share: float, words: str) -> None:
        """Show a step that begins; raises Cancelled once the button was pressed."""
        if self.cancelled:
            raise Cancelled
        self._panel.tell(share, words)


class ControlPanel(anywidget.AnyWidget):  # type: ignore[misc]
    """Controls, buttons and a result in the page; lives as long as its output."""

    _esm = with_keys((HERE / "controls.js").read_text(encoding="utf-8"))
    _css = HERE / "controls.css"
    heading = traitlets.Unicode("").tag(sync=True)
    fields = traitlets.List(traitlets.Dict()).tag(sync=True)
    values = traitlets.Dict().tag(sync=True)
    actions = traitlets.List(traitlets.Dict()).tag(sync=True)
    share = traitlets.Float(NO_BAR).tag(sync=True)
    words = traitlets.Unicode("").tag(sync=True)
    result = traitlets.Unicode("").tag(sync=True)
    ends_at = traitlets.Float(0.0).tag(sync=True)
    heard = traitlets.Int(0).tag(sync=True)

    def __init__(self, heading: str, fields: Sequence[Field], values: Values) -> None:
        super().__init__(heading=heading, fields=[*fields], values=dict(values))
        self._handlers: dict[str, Callable[[Values], None]] = {}
        self._errand: Errand | None = None
        self._thread: threading.Thread | None = None
        self.on_msg(self._on_message)

    def when(self, action: str, handler: Callable[[Values], None]) -> None:
        """Call `handler` with the values of all controls when this button is pressed."""
        self._handlers[action] = handler
        self.offer(*self._handlers)

    def offer(self, *actions: str, main: str = "") -> None:
        """Draw these buttons, in this order; the focus goes to `main` when its own is gone."""
        self.actions = [{"do": each, "on": True, "main": each == main} for each in actions]

    def show(self, html: str, words: str = "") -> None:
        """Put a result below the controls; `words` are read out."""
        with self.hold_sync():
            self.result = html
            self.words = words

    def tell(self, share: float, words: str) -> None:
        """Move the progress bar."""
        with self.hold_sync():
            self.share = min(1.0, max(0.0, share))
            if words:
                self.words = words

    def work(self, words: str, work: Callable[[Errand], Any], done: Callable[[Any], None]) -> None:
        """Run `work` on a thread of its own; `done` gets what it returned."""
        if self._errand is not None:
            return
        errand = self._errand = Errand(self)
        before = [*self.actions]
        with self.hold_sync():
            resting = [{**action, "on": False, "main": False} for action in before]
            self.actions = [*resting, {"do": CANCEL, "on": True, "main": True}]
            self.tell(0.0, words)

        def run() -> None:
            try:
                done(work(errand))
            except Cancelled:
                self.show(STOPPED._repr_html_(), "Cancelled.")
            except Exception as error:  # whatever it was, the learner reads a sentence
                card = plain_message(error)
                self.show(card._repr_html_(), card.heading)
            finally:
                self._errand = None
                with self.hold_sync():
                    self.share = NO_BAR
                    self.actions = before

        self._thread = threading.Thread(target=run, name="coldstart-errand", daemon=True)
        self._thread.start()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait for the end of the work; say whether it came."""
        if self._thread is not None:
            self._thread.join(timeout_s)
        return self._thread is None or not self._thread.is_alive()

    def press(self, action: str, values: Values | None = None) -> None:
        """Do what a press of this button does; the page sends the values it shows."""
        if values is not None:
            self.values = {**self.values, **values}
        if action == CANCEL and self._errand is not None:
            self._errand.cancel()
            self.words = "Cancelling …"
        elif action in self._handlers and self._errand is None:
            try:
                self._handlers[action](self.values)
            except Exception as error:  # a wrong value is said in the panel
                card = plain_message(error)
                self.show(card._repr_html_(), card.heading)

    def _on_message(self, _: Any, content: Any, __: Any) -> None:
        self.heard += 1
        self.press(str(content.get("do")), content.get("values"))

    def __repr__(self) -> str:
        """Return its heading alone: a widget's values change."""
        return f"{type(self).__name__}({self.heading!r})"
