"""Work off the kernel's main thread: a progress bar, a Cancel button, and a plain end.

The kernel stays free for other cells. The work itself asks `task.cancelled` now and then, or
reports progress, which raises `Cancelled` when the learner has pressed the button.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import ipywidgets

from helpers.consoles.plain import plain_message
from helpers.views.card import Card
from helpers.views.panel import Tone

STOPPED = Card(Tone.QUIET, "– cancelled", (("Next", "run it again whenever you like"),))


class Cancelled(Exception):  # noqa: N818 - not an error: the learner asked for it
    """The learner pressed Cancel; raised inside the work by `task.report`."""


class Task:
    """One piece of background work and its widgets; lives until the work ends."""

    def __init__(self, what: str) -> None:
        """Prepare the bar and the button; `what` names the work for everybody."""
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.result: Any = None
        self.bar = ipywidgets.FloatProgress(min=0, max=1, description="", tooltip=what)
        self._words = ipywidgets.Label(what)
        self.button = ipywidgets.Button(description=f"Cancel {what}", tooltip=f"Cancel {what}")
        self.button.layout.width = "auto"
        self.button.on_click(lambda _: self.cancel())
        self.message = ipywidgets.HTML()
        self._row = ipywidgets.HBox([self.bar, self._words, self.button])
        self.widget = ipywidgets.VBox([self._row, self.message])

    @property
    def cancelled(self) -> bool:
        """Whether Cancel was pressed."""
        return self._stop.is_set()

    def cancel(self) -> None:
        """Ask the work to end; it does at its next report."""
        self._stop.set()

    def report(self, done: float, words: str = "") -> None:
        """Show how much is done, from 0 to 1; raises Cancelled once the button was pressed."""
        if self.cancelled:
            raise Cancelled
        self.bar.value = done
        if words:
            self._words.value = words

    def start(
        self,
        work: Callable[[Task], Any],
        *,
        done: Callable[[Any], None] = lambda _: None,
    ) -> Task:
        """Run `work(task)` on a thread of its own; `done` gets what it returned."""
        self._thread = threading.Thread(
            target=self._run, args=(work, done), name="coldstart-task", daemon=True
        )
        self._thread.start()
        return self

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait for the end; say whether it came."""
        if self._thread is not None:
            self._thread.join(timeout_s)
        return self._thread is None or not self._thread.is_alive()

    def _run(self, work: Callable[[Task], Any], done: Callable[[Any], None]) -> None:
        try:
            self.result = work(self)
            self.bar.value = 1
            done(self.result)
        except Cancelled:
            self.message.value = STOPPED._repr_html_()
        except Exception as error:  # whatever it was, the learner reads a sentence
            self.message.value = plain_message(error)._repr_html_()
        finally:
            self.button.disabled = True
            self._row.layout.display = "none"
