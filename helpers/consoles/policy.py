"""The policy console: pick a call that IAM decided, and see why and what would change it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ipywidgets

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
        self._twin: Any = None
        self.show = ipywidgets.Dropdown(description="Show", options=[*VERDICTS])
        self.call = ipywidgets.Dropdown(description="Call", options=[])
        self.call.layout.width = "min(720px, 100%)"
        self.view = LiveView()
        self.view.when(LOOK, self.refresh)
        self.document = ipywidgets.HTML()
        self.widget = ipywidgets.VBox([self.show, self.call, self.view, self.document])
        self.show.observe(lambda _: self._offer(), "value")
        self.call.observe(lambda _: self._draw(), "value")
        self.refresh()

    def refresh(self) -> None:
        """Read what was decided since, and offer it."""
        try:
            decided = self._lab.records(kind="decision")
        except Exception as error:  # whatever it was, the learner reads a sentence
            self._say(plain_message(error))
            return
        apart = {
            (r["principal"], r["action"], r["resource"], r["allowed"]): r for r in reversed(decided)
        }
        self._calls = [*apart.values()][:MOST_CALLS]
        if not self._chosen() and self._calls:
            self.show.value = "all calls"
        self._offer()

    def picture(self) -> PolicyPicture | Card:
        """Return the picture of the chosen call, or what to do when there is none."""
        chosen = self._chosen()
        if not chosen:
            return NONE_YET
        number = self.call.value
        return decision_view(chosen[number if number is not None and number < len(chosen) else 0])

    def _chosen(self) -> list[Decided]:
        wanted = VERDICTS[self.show.value]
        return [call for call in self._calls if wanted in (None, call["allowed"])]

    def _offer(self) -> None:
        words = [_words(call) for call in self._chosen()]
        self.call.options = [(text, number) for number, text in enumerate(words)]
        self.call.disabled = not words
        self._draw()

    def _draw(self) -> None:
        picture = self.picture()
        if isinstance(picture, Card):
            self._say(picture)
            return
        self.view.swap(picture, status="")
        offered = f"{paragraph(picture.hint)}{code(picture.document)}" if picture.document else ""
        self.document.value = offered
        if self._twin is not None:
            self._twin.update(twin_bundle(picture), raw=True)

    def _say(self, card: Card) -> None:
        self.view.heading, self.view.drawing, self.view.text = card.heading, "", str(card)
        self.document.value = card._repr_html_()

    def __repr__(self) -> str:
        """Return the text twin of the chosen call."""
        return repr(self.picture())

    def _ipython_display_(self) -> None:
        self._twin = present(self.picture(), self.widget)


def _words(call: Decided) -> str:
    sign, verdict = ("●", "allowed") if call["allowed"] else ("✖", "denied")
    name = named(str(call["resource"]).rpartition(":")[2], 40)
    return f"{sign} {verdict}: {named(call['action'])} on {name}, {caller(call['principal'])}"
