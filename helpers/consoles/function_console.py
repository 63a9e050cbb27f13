"""The function console: pick a function and an event, invoke, and read everything that came back.

The kit's counterpart of the Test tab in Lambda's own console
(docs.aws.amazon.com/lambda/latest/dg/testing-functions.html), through boto3 and nothing else.
"""

from __future__ import annotations

from typing import Any

import ipywidgets

from helpers.cloud.errors import KitError
from helpers.consoles import fields
from helpers.consoles.console_twin import ConsoleTwin
from helpers.consoles.event_menu import NEW, offered, text_of
from helpers.consoles.event_text import problem_in, tidy, verdict
from helpers.consoles.history import History
from helpers.consoles.invoking import TYPES, ConsoleLab, Invocation, invoke
from helpers.consoles.live import present, twin_bundle
from helpers.consoles.plain import plain_message
from helpers.consoles.saved_events import SavedEvents
from helpers.consoles.work import Cancelled, Task
from helpers.views.card import Card
from helpers.views.invoked import Invoked
from helpers.views.panel import Tone, paragraph

TITLE = "Function console"
NO_FUNCTIONS = "There is no function yet. Deploy one, then press Refresh."
FIRST_EVENT = "template:invoke"


class FunctionConsole:
    """A console for the functions of a lab's account; lives as long as its output.

    >>> FunctionConsole(lab)                                   # doctest: +SKIP
    >>> FunctionConsole(lab, function="place-order")           # doctest: +SKIP
    """

    def __init__(
        self, lab: ConsoleLab, function: str = "", *, saved: SavedEvents | None = None
    ) -> None:
        """Read the account's functions; `function` is chosen first."""
        self._lab = lab
        self._saved = saved or SavedEvents.beside_the_notebook()
        self._history: History[Invocation] = History()
        self._timeouts: dict[str, float] = {}
        self._task: Task | None = None
        self._loaded = self._yours = ""
        self._offering = False
        self._twin: Any = None
        self._make_fields()
        self.refresh()
        if function:
            self.function.value = function
        self._offer(FIRST_EVENT)
        self._load()
        self._connect()

    def _make_fields(self) -> None:
        self.function = fields.choice("Function", [])
        self.refresher = fields.button("Refresh", "Read the account's functions again")
        self.qualifier = fields.line("Version or alias", hint="$LATEST")
        self.source = fields.choice("Event", [])
        self.event = fields.text("Event as JSON", rows=10)
        self.verdict = ipywidgets.HTML()
        self.tidier = fields.button("Tidy up", "Indent the event")
        self.name = fields.line("Save as", hint="a name for this event")
        self.saver = fields.button("Save", "Keep this event in the folder events/")
        self.type = fields.options("How", [*TYPES])
        self.invoker = fields.button("Invoke", "Send the event to the function", primary=True)
        self.progress = ipywidgets.VBox()
        self.message = ipywidgets.HTML()
        self.result = ipywidgets.HTML()
        self.widget = fields.console(
            fields.row(self.function, self.refresher),
            self.qualifier,
            self.source,
            self.event,
            fields.indented(self.verdict),
            fields.row(self.name, self.saver, self.tidier),
            fields.indented(self.type),
            fields.indented(fields.row(self.invoker)),
            self.progress,
            self.message,
            self.result,
        )

    def _connect(self) -> None:
        self.event.observe(lambda _: self._judge(), "value")
        self.source.observe(lambda _: self._load(), "value")
        self.refresher.on_click(lambda _: self.refresh())
        self.tidier.on_click(lambda _: self.tidy())
        self.saver.on_click(lambda _: self.save())
        self.invoker.on_click(lambda _: self.invoke())

    def refresh(self) -> None:
        """Read the functions of the account; keep the chosen one if it is still there."""
        chosen = self.function.value
        try:
            pages = self._lab.client("lambda").get_paginator("list_functions").paginate()
            found = [function for page in pages for function in page["Functions"]]
        except Exception as error:  # whatever it was, the learner reads a sentence
            self._say(plain_message(error))
            return
        self._timeouts = {each["FunctionName"]: float(each["Timeout"]) for each in found}
        names = sorted(self._timeouts)
        self.function.options = names
        self.function.value = chosen if chosen in names else next(iter(names), None)
        self.message.value = "" if names else fields.said(paragraph(NO_FUNCTIONS))

    def tidy(self) -> None:
        """Indent the event; one that is not JSON stays as it is."""
        if problem_in(self.event.value) is None:
            self.event.value = tidy(self.event.value)

    def save(self) -> None:
        """Keep the event under its name, JSON or not; what the name held before is kept too."""
        try:
            saved = self._saved.save(self.name.value, self.event.value)
        except KitError as error:
            self._say(plain_message(error))
            return
        self._loaded = self.event.value
        self._offer(f"saved:{saved.path.stem}")
        self._say(Card(Tone.GOOD, f"✓ {saved.words()}"))

    def invoke(self) -> Task | None:
        """Invoke in the background; return the work, or None when it cannot begin."""
        if not self.function.value:  # the account may have one by now, or be gone
            self.refresh()
        problem = problem_in(self.event.value)
        if self._task is not None and not self._task.wait(0):
            self._say(Card(Tone.WAIT, "! One invoke is still running. Cancel it, or wait."))
        elif self.function.value and problem is not None:
            self._say(Card(Tone.BAD, f"✗ Not sent. {problem}"))
        elif self.function.value:
            return self._start(self._invocation())
        return None

    def _invocation(self) -> Invocation:
        name, qualifier = str(self.function.value), self.qualifier.value.strip()
        return Invocation(
            f"{name}:{qualifier}" if qualifier else name,
            TYPES[self.type.value],
            self.event.value,
            self._timeouts.get(name, 3.0),
        )

    def _start(self, sent: Invocation) -> Task:
        self.message.value = ""
        task = Task(f"invoke of {sent.function}")
        self._task, self.progress.children = task, [task.widget]
        return task.start(lambda running: self._sent(sent, running), done=self._show)

    def _sent(self, sent: Invocation, task: Task) -> Invoked | Card:
        try:
            invoked = invoke(self._lab, sent, task)
        except Cancelled:
            self._remember(sent, "cancelled; the function goes on")
            raise
        except Exception as error:  # an answer too: AWS refused, or the account is gone
            refused = plain_message(error)
            self._remember(sent, refused.heading.lstrip("✗! "))
            return refused
        self._remember(sent, invoked.outcome())
        return invoked

    def _remember(self, sent: Invocation, outcome: str) -> None:
        self._history = self._history.adding(sent, sent.words(), outcome)
        self._offer(self.source.value)

    def _show(self, shown: Invoked | Card) -> None:
        self.progress.children = []
        self.result.value = fields.said(fields.drawn(shown))
        if self._twin is not None:
            self._twin.update(twin_bundle(ConsoleTwin(TITLE, self._facts(), shown)), raw=True)

    def _judge(self) -> None:
        self.verdict.value = fields.said(verdict(self.event.value))

    def _offer(self, chosen: str) -> None:
        """Offer what there is now, and stay at what was chosen, without loading it again."""
        given = offered(self._saved.names(), self._history, yours=bool(self._yours))
        keys = [key for _, key in given]
        self._offering = True
        self.source.options = given
        self.source.value = chosen if chosen in keys else NEW
        self._offering = False

    def _load(self) -> None:
        key = self.source.value
        if self._offering or key is None:
            return
        try:
            text = text_of(key, self._saved, self._history, self._yours)
        except KitError as error:
            self._say(plain_message(error))
            return
        if self.event.value not in ("", self._loaded, text):
            self._yours = self.event.value
            self._offer(key)
        self._loaded = self.event.value = text
        self.name.value = key.partition(":")[2] if key.startswith("saved:") else self.name.value
        self._judge()

    def _say(self, card: Card) -> None:
        self.message.value = fields.said(fields.drawn(card))

    def _facts(self) -> tuple[tuple[str, str], ...]:
        return (
            ("Functions", ", ".join(self.function.options) or "none yet"),
            ("Events", "a template of every source, your own JSON, or a saved one"),
            ("How", "wait for the answer, hand it over, or only ask whether you may"),
        )

    def __repr__(self) -> str:
        """Return the plain-text twin."""
        return repr(ConsoleTwin(TITLE, self._facts()))

    def _ipython_display_(self) -> None:
        self._twin = present(ConsoleTwin(TITLE, self._facts()), self.widget)
