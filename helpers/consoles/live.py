"""A picture that changes while it is looked at, walked through by keyboard, mouse and by ear.

The page draws what it gets: an SVG in which every element with `data-mark` is a thing to stop at;
its `<title>` says what it is. Elements with `data-x` (0 to 1 of the plot) move when it is zoomed.
Before the widget stands its twin, a picture like any other, which the page hides while a kernel
is there: it is what a saved notebook keeps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

import anywidget
import ipywidgets
import traitlets
from IPython.display import display

from helpers.consoles.keys import with_keys

HERE = Path(__file__).parent
WIDGET = "application/vnd.jupyter.widget-view+json"
GONE = ".jupyter-widgets-disconnected"
"""What JupyterLab calls a widget whose kernel was restarted."""
ALIVE = f".jp-OutputArea:has(.widget-box:not({GONE}, {GONE} *))"
NOT_THERE = f'.jp-OutputArea-output[data-mime-type="{WIDGET}"]:not(:has(.widget-box))'
HIDE_TWIN = (
    f"<style>{ALIVE} .coldstart-twin{{display:none}}"
    f".jp-OutputArea:has(.coldstart-twin) :is({GONE},{NOT_THERE}){{display:none}}</style>"
)
"""Either the widget is seen or its twin, which says what to do.

A widget that is still loading, or whose kernel forgot it, has no box.
"""


class Twin(Protocol):
    """What stands before a widget: text for terminals, HTML for pages."""

    def __repr__(self) -> str: ...


class LiveView(anywidget.AnyWidget):  # type: ignore[misc]
    """A picture in the page that the kernel can swap; lives as long as its output."""

    _esm = with_keys((HERE / "live.js").read_text(encoding="utf-8"))
    _css = HERE / "live.css"
    heading = traitlets.Unicode("").tag(sync=True)
    drawing = traitlets.Unicode("").tag(sync=True)
    text = traitlets.Unicode("").tag(sync=True)
    facts = traitlets.List(traitlets.List(traitlets.Unicode())).tag(sync=True)
    status = traitlets.Unicode("").tag(sync=True)
    actions = traitlets.List(traitlets.Unicode()).tag(sync=True)
    menus = traitlets.List(traitlets.Dict()).tag(sync=True)

    def __init__(self, **values: Any) -> None:
        """Take the first values of the traits; actions are the words on its buttons."""
        super().__init__(**values)
        self._handlers: dict[str, Callable[[], None]] = {}
        self._choices: dict[str, Callable[[int], None]] = {}
        self._gone: Callable[[], None] = lambda: None
        self.on_msg(self._on_message)

    def swap(
        self, picture: Any, *, facts: Sequence[tuple[str, str]] = (), status: str = ""
    ) -> None:
        """Show another picture, with named facts beside it, in one message to the page."""
        with self.hold_sync():
            self.heading = picture.title
            self.drawing = str(picture.drawing)
            self.text = picture.text
            self.facts = [list(fact) for fact in facts]
            self.status = status

    def when(self, action: str, handler: Callable[[], None]) -> None:
        """Add a button with this word on it and call `handler` when it is pressed.

        `actions` says which of them are there now.
        """
        self._handlers[action] = handler
        self.actions = [*self._handlers]

    def offer(
        self, label: str, options: Sequence[str], chosen: int, handler: Callable[[int], None]
    ) -> None:
        """Offer a menu above the picture; `handler` gets the number of what is chosen."""
        self._choices[label] = handler
        menu = {"label": label, "options": [*options], "chosen": chosen}
        others = {str(other["label"]): other for other in self.menus}
        self.menus = [*(others | {label: menu}).values()]

    def when_gone(self, handler: Callable[[], None]) -> None:
        """Call `handler` when the page has taken the picture away, e.g. as its cell runs again."""
        self._gone = handler

    def _on_message(self, _: Any, content: Any, __: Any) -> None:
        choose = self._choices.get(str(content.get("menu")))
        if choose is not None:
            choose(int(content.get("to", 0)))
            return
        asked = str(content.get("do"))
        handler = self._gone if asked == "gone" else self._handlers.get(asked)
        if handler is not None:
            handler()

    def __repr__(self) -> str:
        """Return its heading alone: a widget's values change."""
        return f"{type(self).__name__}({self.heading!r})"


def present(twin: Twin, widget: Any) -> Any:
    """Display the twin and then the widget; return the twin's handle, to update it at the end.

    A saved notebook without a kernel shows the twin; while the widget lives, it stands for both.
    The box around it is what JupyterLab marks when the kernel was restarted.
    """
    handle = display(twin_bundle(twin), raw=True, display_id=True)
    box = widget if isinstance(widget, ipywidgets.Box) else ipywidgets.VBox([widget])
    view = {"version_major": 2, "version_minor": 0, "model_id": box.model_id}
    display({WIDGET: view}, raw=True)
    return handle


def twin_bundle(twin: Any) -> dict[str, str]:
    """Return the twin's text and HTML; the page hides it while a widget stands beside it."""
    html = twin.html() if hasattr(twin, "html") else twin._repr_html_()
    return {
        "text/plain": repr(twin),
        "text/html": f'{HIDE_TWIN}<div class="coldstart-twin">{html}</div>',
    }
