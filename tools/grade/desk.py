"""The process that runs a notebook's cells and hands over, as data, what they define.

It holds the guest's key to the account and nothing else: it cannot judge, and what it says is
checked by the examiner. It is told what to run on a pipe, cell by cell, and says what became of it.
"""

from __future__ import annotations

import inspect
import os
import sys
import threading
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import IO, Any

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from helpers.checks.outcome import Outcome, Status
from helpers.cloud.errors import KitError
from helpers.course import lab
from helpers.course.account import Account
from helpers.course.packaging import cell_text
from helpers.course.session import Kernel
from helpers.course.takeover import takeover
from tools.grade.handing import Decoder, Encoder, Line
from tools.grade.limits import Limits, limit_this_process

SHOWN = 300


class Relay:
    """The way to what only the examiner may ask the cloud; several threads may use it."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.desk: Desk | None = None
        self._one_at_a_time = threading.RLock()

    def ask(self, what: str, **given: Any) -> Any:
        """Ask the examiner and wait; meanwhile, do what it asks."""
        with self._one_at_a_time:
            self.line.send({"ask": what, "given": given})
            while True:
                message = self.line.receive(longest=-1)
                if "answer" in message:
                    return message["answer"]
                if "refused" in message:
                    raise KitError(str(message["refused"]), anchor="refused")
                assert self.desk is not None
                self.line.send(self.desk.do(message))


class RelayedCloud:
    """The cloud as this process may see it: AWS's API with the guest's key, the rest by asking."""

    def __init__(self, account: Mapping[str, str], relay: Relay) -> None:
        self.endpoint = account["endpoint"]
        self.region = account["region"]
        self.access_key_id = account["access_key_id"]
        self.secret_access_key = account["secret_access_key"]
        self._relay = relay

    def health(self) -> dict[str, Any]:
        """Return what the cloud says of itself."""
        return dict(self._relay.ask("health"))

    def reset(self) -> None:
        """Ask for an empty account."""
        self._relay.ask("reset")

    def config(self, **settings: Any) -> dict[str, Any]:
        """Ask for settings and return them all."""
        return dict(self._relay.ask("config", **settings))

    def records(self, since: int = 0) -> dict[str, Any]:
        """Return the flight recorder's entries from `since` on."""
        return dict(self._relay.ask("records", since=since))

    def fault(self, **fault: object) -> list[dict[str, Any]]:
        """Ask for a fault; return all that are to come."""
        return list(self._relay.ask("fault", **fault))

    def schedules(self, **query: object) -> dict[str, list[str]]:
        """Return the coming moments of schedules, or of an `expression`."""
        return dict(self._relay.ask("schedules", **query))


class Desk:
    """Runs cells in one namespace, as a kernel does."""

    def __init__(self, relay: Relay) -> None:
        settings = Config()
        settings.HistoryManager.enabled = False
        self._shell = InteractiveShell.instance(config=settings)
        self._encoder = Encoder(_name_and_text)
        self._relay = relay
        relay.desk = self

    def do(self, message: Mapping[str, Any]) -> dict[str, Any]:
        """Do what the examiner asks and return what became of it."""
        if "run" in message:
            return self._run(str(message["run"]))
        if "submit" in message:
            return self._submit(message["submit"])
        return self._call(int(message["call"]), message["arguments"])

    def _run(self, source: str) -> dict[str, Any]:
        result = self._shell.run_cell(source, store_history=True)
        error = result.error_before_exec or result.error_in_exec
        return {"done": None if error is None else _said(error)}

    def _submit(self, names: list[str]) -> dict[str, Any]:
        missing = [name for name in names if name not in self._shell.user_ns]
        if missing:
            return {"done": "missing", "names": missing}
        values = [self._encoder.encode(self._shell.user_ns[name]) for name in names]
        return {"done": "submitted", "values": values}

    def _call(self, number: int, arguments: list[Any]) -> dict[str, Any]:
        decoder = Decoder(lambda *_: None)
        function = self._encoder.functions[number]
        try:
            value = function(*(decoder.decode(each) for each in arguments))
        except BaseException as error:
            return {"done": "raised", "type": type(error).__name__, "message": str(error)[:SHOWN]}
        return {"done": "returned", "value": self._encoder.encode(value)}


def _said(error: BaseException) -> str:
    line = f", line {error.lineno}" if isinstance(error, SyntaxError) else ""
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"{type(error).__name__}: {text}{line}"[:SHOWN]


def _name_and_text(function: Any) -> tuple[str, str]:
    name = str(getattr(inspect.unwrap(function), "__qualname__", repr(function)))[:SHOWN]
    try:
        return name, cell_text(function)
    except KitError:
        return name, ""


def _open_lab(account: Mapping[str, str], relay: Relay) -> None:
    """Let `Lab(...)` find this account, and no other, and let nothing be judged here."""

    def open_account(
        environ: MutableMapping[str, str], *, settings: Mapping[str, object] | None = None
    ) -> Account:
        cloud = RelayedCloud(account, relay)
        cloud.config(**(settings or {}))
        keys = (cloud.access_key_id, cloud.secret_access_key)
        return Account(cloud, takeover(environ, endpoint=cloud.endpoint, credentials=keys), False)

    def check(_self: object, exercise: str, *_submitted: object) -> Outcome:
        return Outcome(exercise, Status.NOT_AVAILABLE, "checks run elsewhere while this is graded")

    # the two places of the kit that act on an account: a notebook gets the one of this grading
    setattr(lab, "KERNEL", Kernel(open_account, os.environ))  # noqa: B010
    setattr(lab.Lab, "check", check)  # noqa: B010


def _take_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Keep the pipes for this process; what cells print or read goes nowhere."""
    reading = os.fdopen(os.dup(0), "rb")
    writing = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    return reading, writing


def main(arguments: list[str]) -> None:
    """Do what comes on standard input, until it ends."""
    limit_this_process(Limits(), is_confined=arguments == ["confined"])
    line = Line(*_take_pipes())
    account = line.receive(longest=-1)
    work = Path(os.environ["HOME"], "work")
    work.mkdir(parents=True)
    os.chdir(work)
    sys.path.insert(0, "")  # as in a notebook, where a file beside it can be imported
    relay = Relay(line)
    desk = Desk(relay)
    _open_lab(account, relay)
    line.send({"done": "ready"})
    while True:
        line.send(desk.do(line.receive(longest=-1)))


if __name__ == "__main__":
    main(sys.argv[1:])
