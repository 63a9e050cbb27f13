"""The policy console: pick a call that IAM decided, and see why and what would change it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ipywidgets

from helpers.consoles.fields import said
from helpers.consoles.following import Recorded
from helpers.consoles.live import LiveView, present, twin_bundle
from helpers.consoles.plain import plain_message
from helpers.views.card import Card
from helpers.views.decision_advice import caller
from helpers.views.decision_picture import decision_view
from helpers.views.names import named
from helpers.views.panel import Tone, code, paragraph
from helpers.views.policy_picture import PolicyPicture

Decided = Mapping[str, Any]
LOOK = "Look again"
VERDICTS: Mapping[str, bool | None] = {
    "denied calls": False,
    "allowed calls": True,
    "all calls": None,
}
NONE_YET = Card(
    Tone.QUIET,
    "No such call yet",
    (("Next", f"invoke a function that calls AWS, then press {LOOK}"),),
)
MOST_CALLS = 200


class PolicyConsole:
    """A choice of calls and the picture of the chosen one; lives as long as its output.

    >>> PolicyConsole(lab)                                     # doctest: +SKIP
    """

    def __init__(self, lab: Recorded) -> None:
        """Read what was decided so far; the newest denial is chosen, if there is one."""
        self._lab = lab
        self._calls: list[Decided] = []
        self._verdict, self._number = 0, 0
        self._twin: Any = None
        self.view = LiveView()
        self.view.when(LOOK, self.refresh)
        self.document = ipywidgets.HTML()
        self.widget = ipywidgets.VBox([self.view, self.document])
        self.refresh()
        if self._calls and not self.offered():
            self.show(len(VERDICTS) - 1)

    def refresh(self) -> None:
        """Read what was decided since, and choose the newest call."""
        try:
            decided = self._lab.records(kind="decision")
        except Exception as error:  # whatever it was, the learner reads a sentence
            self._say(plain_message(error))
            return
        apart: dict[tuple[object, ...], Decided] = {}
        for record in reversed(decided):
            key = tuple(record[name] for name in ("principal", "action", "resource", "allowed"))
            apart.setdefault(key, record)
        self._calls = [*apart.values()][:MOST_CALLS]
        self.show(self._verdict)

    def show(self, verdict: int) -> None:
        """Offer the calls of a verdict, by its number in the menu, and draw the newest."""
        self._verdict = verdict
        self.view.offer("Show", [*VERDICTS], verdict, self.show)
        self.choose(0)

    def choose(self, number: int) -> None:
        """Draw a call, by its number in the menu."""
        self._number = number
        self.view.offer("Call", [_words(call) for call in self.offered()], number, self.choose)
        picture = self.picture()
        if isinstance(picture, Card):
            self._say(picture)
        else:
            self.view.swap(picture)
            hint = paragraph(picture.hint) if picture.document else ""
            self.document.value = hint + (code(picture.document) if picture.document else "")
        if self._twin is not None:
            self._twin.update(twin_bundle(picture), raw=True)

    def offered(self) -> list[Decided]:
        """Return the calls of the chosen verdict, the newest first."""
        wanted = [*VERDICTS.values()][self._verdict]
        return [call for call in self._calls if wanted in (None, call["allowed"])]

    def picture(self) -> PolicyPicture | Card:
        """Return the picture of the chosen call, or what to do when there is none."""
        offered = self.offered()
        return decision_view(offered[self._number]) if offered else NONE_YET

    def _say(self, card: Card) -> None:
        with self.view.hold_sync():
            self.view.heading, self.view.drawing, self.view.text = "", "", ""
        self.document.value = said(card._repr_html_())

    def __repr__(self) -> str:
        """Return the text twin of the chosen call."""
        return repr(self.picture())

    def _ipython_display_(self) -> None:
        self._twin = present(self.picture(), self.widget)


def _words(call: Decided) -> str:
    sign, verdict = ("●", "allowed") if call["allowed"] else ("✖", "denied")
    name = named(str(call["resource"]).rpartition(":")[2], 40)
    return f"{sign} {verdict}: {named(call['action'])} on {name}, {caller(call['principal'])}"
