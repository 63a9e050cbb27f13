"""The HTTP console: send a request to an API or URL of the account, see its event and its answer.

What API Gateway's console calls Test, for every front of a function, with the event in between.
"""

from __future__ import annotations

from typing import Any

import ipywidgets

from helpers.cloud.errors import KitError
from helpers.consoles import fields
from helpers.consoles.awaiting import awaited
from helpers.consoles.console_twin import ConsoleTwin
from helpers.consoles.fronts import Front, fronts_of
from helpers.consoles.history import History
from helpers.consoles.invoking import ConsoleLab
from helpers.consoles.live import present, twin_bundle
from helpers.consoles.plain import plain_message
from helpers.consoles.sending import METHODS, TIMEOUT_S, exchange, headers_in, written
from helpers.consoles.work import Cancelled, Task
from helpers.views.card import Card
from helpers.views.exchange import Exchange, Request
from helpers.views.panel import Tone, paragraph

TITLE = "HTTP console"
NO_FRONTS = "Nothing answers HTTP yet. Make a function URL or an API, then press Refresh."
NOW = "the request below"
Sent = tuple[str, Request]


class HttpConsole:
    """A console for the addresses of a lab's account; lives as long as its output.

    >>> HttpConsole(lab)                                       # doctest: +SKIP
    """

    def __init__(self, lab: ConsoleLab) -> None:
        """Read the account's addresses."""
        self._lab = lab
        self._fronts: dict[str, Front] = {}
        self._history: History[Sent] = History()
        self._task: Task | None = None
        self._twin: Any = None
        self._offering = False
        self._make_fields()
        self.refresh()
        self._offer()
        self.earlier.observe(lambda _: self._load(), "value")
        self.refresher.on_click(lambda _: self.refresh())
        self.sender.on_click(lambda _: self.send())

    def _make_fields(self) -> None:
        self.front = fields.choice("Address", [])
        self.refresher = fields.button("Refresh", "Read the account's addresses again")
        self.earlier = fields.choice("Sent before", [(NOW, 0)])
        self.method = fields.choice("Method", METHODS)
        self.path = fields.line("Path", "/")
        self.query = fields.line("Query", hint="size=a2&size=a3")
        self.headers = fields.text(
            "Headers", "Content-Type: application/json", rows=3, hint="Name: value, one a line"
        )
        self.body = fields.text("Body", rows=4)
        self.signed = ipywidgets.Checkbox(
            description="Sign it with my key (for AWS_IAM)",
            indent=False,
            layout=ipywidgets.Layout(width="auto"),
        )
        self.sender = fields.button("Send", "Send this request", primary=True)
        self.progress = ipywidgets.VBox()
        self.message = ipywidgets.HTML()
        self.result = ipywidgets.HTML()
        self.widget = fields.console(
            fields.row(self.front, self.refresher),
            self.earlier,
            self.method,
            self.path,
            self.query,
            self.headers,
            self.body,
            fields.indented(self.signed),
            fields.indented(fields.row(self.sender)),
            self.progress,
            self.message,
            self.result,
        )

    def refresh(self) -> Task:
        """Read the addresses in the background, the first time too; return the work."""
        self.message.value = ""
        task = Task("reading the addresses")
        self.progress.children = [task.widget]
        return task.start(
            lambda running: awaited(
                running, lambda: fronts_of(self._lab), at_most_s=10, what="reading the addresses"
            ),
            done=self._found,
        )

    def _found(self, fronts: list[Front]) -> None:
        chosen = self.front.value
        self._fronts = {front.title: front for front in fronts}
        titles = [*self._fronts]
        self.front.options = titles
        self.front.value = chosen if chosen in titles else next(iter(titles), None)
        self.progress.children = []
        self.message.value = "" if titles else fields.said(paragraph(NO_FRONTS))
        self._retell(None)

    def send(self) -> Task | None:
        """Send the request in the background; return the work, or None when it cannot begin."""
        if self._task is not None and not self._task.wait(0):
            self._say(Card(Tone.WAIT, "! One request is still on its way. Cancel it, or wait."))
            return None
        front = self._fronts.get(str(self.front.value))
        if front is None:  # the account may have one by now, or be gone
            self.refresh()
            return None
        try:
            request = self.request()
        except KitError as error:
            self._say(plain_message(error))
            return None
        self.message.value = ""
        self._task = task = Task("request")
        self.progress.children = [task.widget]
        return task.start(lambda running: self._sent(front, request, running), done=self._show)

    def request(self) -> Request:
        """Return the request that the fields describe; raises KitError."""
        path, query = written(self.path.value.strip(), self.query.value.strip())
        return Request(
            method=self.method.value,
            path=path,
            query=query,
            headers=headers_in(self.headers.value),
            body=self.body.value,
            signed=self.signed.value,
        )

    def _sent(self, front: Front, request: Request, task: Task) -> Exchange | Card:
        try:
            came = awaited(
                task,
                lambda: exchange(self._lab, front, request),
                at_most_s=TIMEOUT_S,
                what="waiting for the answer",
            )
        except Cancelled:
            self._remember(front, request, "cancelled")
            raise
        except Exception as error:  # whatever it was, the learner reads a sentence
            refused = plain_message(error)
            self._remember(front, request, refused.heading.lstrip("✗! "))
            return refused
        self._remember(front, request, came.reply.heading())
        return came

    def _remember(self, front: Front, request: Request, outcome: str) -> None:
        self._history = self._history.adding((front.title, request), request.words(), outcome)
        self._offer()

    def _offer(self) -> None:
        self._offering = True
        sent = [(attempt.title, attempt.number) for attempt in self._history.attempts]
        self.earlier.options = [(NOW, 0), *sent]
        self.earlier.value = 0
        self._offering = False

    def _load(self) -> None:
        attempt = self._history.find(int(self.earlier.value or 0))
        if self._offering or attempt is None:
            return
        title, request = attempt.sent
        if title in self._fronts:
            self.front.value = title
        self.method.value, self.path.value = request.method, request.path
        self.query.value, self.body.value = request.query, request.body
        self.headers.value = "\n".join(f"{name}: {value}" for name, value in request.headers)
        self.signed.value = request.signed

    def _show(self, shown: Exchange | Card) -> None:
        self.progress.children = []
        self.result.value = fields.said(fields.drawn(shown))
        self._retell(shown)

    def _retell(self, shown: Exchange | Card | None) -> None:
        """Bring the twin up to date, so that a saved notebook keeps it."""
        if self._twin is not None:
            self._twin.update(twin_bundle(ConsoleTwin(TITLE, self._facts(), shown)), raw=True)

    def _say(self, card: Card) -> None:
        self.message.value = fields.said(fields.drawn(card))

    def _facts(self) -> tuple[tuple[str, str], ...]:
        return (
            ("Sends", "method, path, query, headers and body, as you write them"),
            ("Shows", "the event it became beside the answer, and who gave that answer"),
        )

    def __repr__(self) -> str:
        """Return the plain-text twin."""
        return repr(ConsoleTwin(TITLE, self._facts()))

    def _ipython_display_(self) -> None:
        self._twin = present(ConsoleTwin(TITLE, self._facts()), self.widget)
