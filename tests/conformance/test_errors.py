"""How handlers fail and what the caller gets: the same error bodies as under AWS's emulator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

ID = "<id>"


@dataclass(frozen=True)
class Case:
    """A package that fails, and the error body; `stack` holds the handler's own frames."""

    id: str
    source: str
    type: str
    message: str
    stack: Sequence[str] | None = ()
    event: Any = None
    handler: str = "app.handler"
    files: Mapping[str, str] = field(default_factory=dict)
    request_id: str = ID
    emulated: bool = True
    """Whether the emulator answers at all: of an exit while loading it says nothing."""

    @property
    def expected(self) -> dict[str, Any]:
        """The error body, in the order of its members."""
        if self.stack is None:
            return {"errorType": self.type, "errorMessage": self.message}
        return {
            "errorMessage": self.message,
            "errorType": self.type,
            "requestId": self.request_id,
            "stackTrace": list(self.stack),
        }


def frame(line: int, code: str, *, name: str = "handler", file: str = "app.py") -> str:
    """Return a frame of the handler's package as a stack trace shows it."""
    return f'  File "/var/task/{file}", line {line}, in {name}\n    {code}\n'


def raising(title: str, statement: str, kind: str, message: str, **more: Any) -> Case:
    """Return the case of a handler whose only statement raises."""
    return Case(
        title,
        f"def handler(event, context):\n    {statement}\n",
        kind,
        message,
        **{"stack": [frame(2, statement)], **more},
    )


def leaving(title: str, statement: str, how: str) -> Case:
    """Return the case of a handler that ends its process."""
    source = f"import os, signal, sys\n\n\ndef handler(event, context):\n    {statement}\n"
    return Case(
        title, source, "Runtime.ExitError", f"RequestId: {ID} Error: Runtime exited {how}", None
    )


def not_starting(title: str, source: str, kind: str, message: str, **more: Any) -> Case:
    """Return the case of a package that cannot be loaded: its error has no request id."""
    return Case(title, source, kind, message, **{"stack": [], "request_id": "", **more})


NESTED = """class OutOfStock(Exception):
    pass


def reserve(sku):
    raise OutOfStock(f"no {sku} left")


def handler(event, context):
    return reserve(event["sku"])
"""
CHAINED = """def handler(event, context):
    try:
        return event["missing"]
    except KeyError as error:
        raise RuntimeError("wrapped") from error
"""
FINE = "def handler(event, context):\n    return 'fine'\n"
SET = "Unable to marshal response: Object of type {} is not JSON serializable"

CASES = [
    raising("value error", "raise ValueError('boom')", "ValueError", "boom"),
    raising("without a message", "raise ValueError", "ValueError", ""),
    raising("key error", "return event['missing']", "KeyError", "'missing'", event={}),
    raising(
        "type error", "return event['a']", "TypeError", "'NoneType' object is not subscriptable"
    ),
    raising("division", "return 1 / 0", "ZeroDivisionError", "division by zero"),
    raising("assertion", "assert event == 1, 'not one'", "AssertionError", "not one"),
    raising("unicode", "raise ValueError('Grüße 🚀')", "ValueError", "Grüße 🚀"),
    raising("lines", "raise ValueError('a\\nb')", "ValueError", "a\nb"),
    raising("not implemented", "raise NotImplementedError('1.2')", "NotImplementedError", "1.2"),
    raising("import inside", "import nowhere", "ModuleNotFoundError", "No module named 'nowhere'"),
    raising("memory error", "raise MemoryError('mine')", "MemoryError", "mine"),
    raising(
        "wrong arguments",
        "return (lambda a: a)()",
        "TypeError",
        "handler.<locals>.<lambda>() missing 1 required positional argument: 'a'",
    ),
    Case(
        "class and frames of one's own",
        NESTED,
        "OutOfStock",
        "no tea left",
        [
            frame(10, 'return reserve(event["sku"])'),
            frame(6, 'raise OutOfStock(f"no {sku} left")', name="reserve"),
        ],
        {"sku": "tea"},
    ),
    Case(
        "chained",
        CHAINED,
        "RuntimeError",
        "wrapped",
        [frame(5, 'raise RuntimeError("wrapped") from error')],
        {},
    ),
    Case(
        "handler without context",
        "def handler(event):\n    return event\n",
        "TypeError",
        "handler() takes 1 positional argument but 2 were given",
    ),
    Case("handler is no function", "handler = 3\n", "TypeError", "'int' object is not callable"),
    raising("set", "return {1}", "Runtime.MarshalError", SET.format("set"), stack=[]),
    raising(
        "datetime",
        "return __import__('datetime').datetime(2026, 1, 1)",
        "Runtime.MarshalError",
        SET.format("datetime"),
        stack=[],
    ),
    raising("object", "return object()", "Runtime.MarshalError", SET.format("object"), stack=[]),
    raising("complex", "return 1j", "Runtime.MarshalError", SET.format("complex"), stack=[]),
    raising(
        "coroutine",
        "return (n for n in [1])",
        "Runtime.MarshalError",
        SET.format("generator"),
        stack=[],
    ),
    raising(
        "tuple as key",
        "return {(1, 2): 3}",
        "Runtime.MarshalError",
        "Unable to marshal response: keys must be str, int, float, bool or None, not tuple",
        stack=[],
    ),
    raising(
        "circle",
        "event['me'] = event; return event",
        "Runtime.MarshalError",
        "Unable to marshal response: Circular reference detected",
        stack=[],
        event={},
    ),
    leaving("sys.exit(0)", "sys.exit(0)", "without providing a reason"),
    leaving("sys.exit(3)", "sys.exit(3)", "with error: exit status 3"),
    leaving("sys.exit('why')", "sys.exit('why')", "with error: exit status 1"),
    leaving("raise SystemExit", "raise SystemExit(7)", "with error: exit status 7"),
    leaving("os._exit(0)", "os._exit(0)", "without providing a reason"),
    leaving("os._exit(255)", "os._exit(255)", "with error: exit status 255"),
    leaving("keyboard interrupt", "raise KeyboardInterrupt", "with error: signal: interrupt"),
    *(
        leaving(name, f"os.kill(os.getpid(), signal.{name})", f"with error: signal: {words}")
        for name, words in {
            "SIGKILL": "killed",
            "SIGTERM": "terminated",
            "SIGSEGV": "segmentation fault",
            "SIGABRT": "aborted",
            "SIGFPE": "floating point exception",
            "SIGUSR1": "user defined signal 1",
            "SIGHUP": "hangup",
        }.items()
    ),
    not_starting(
        "handler missing",
        FINE,
        "Runtime.HandlerNotFound",
        "Handler 'process' missing on module 'app'",
        handler="app.process",
    ),
    not_starting(
        "module missing",
        FINE,
        "Runtime.ImportModuleError",
        "Unable to import module 'main': No module named 'main'",
        handler="main.handler",
    ),
    not_starting(
        "dependency missing",
        "import requests\n\n\n" + FINE,
        "Runtime.ImportModuleError",
        "Unable to import module 'app': No module named 'requests'",
    ),
    not_starting(
        "kit's own packages missing",
        "import moto\n\n\n" + FINE,
        "Runtime.ImportModuleError",
        "Unable to import module 'app': No module named 'moto'",
    ),
    not_starting(
        "name missing in a module",
        "from json import nothing\n\n\n" + FINE,
        "Runtime.ImportModuleError",
        "Unable to import module 'app': cannot import name 'nothing' from 'json'",
    ),
    not_starting(
        "no dot",
        FINE,
        "Runtime.MalformedHandlerName",
        "Bad handler 'handler': not enough values to unpack (expected 2, got 1)",
        handler="handler",
    ),
    not_starting(
        "built-in module",
        FINE,
        "Runtime.BuiltInModuleConflict",
        "Cannot use built-in module sys as a handler module",
        handler="sys.exit",
    ),
    not_starting(
        "syntax error",
        "def handler(event, context)\n    return 1\n",
        "Runtime.UserCodeSyntaxError",
        "Syntax error in module 'app': expected ':' (app.py, line 1)",
        stack=['  File "/var/task/app.py" Line 1\n    def handler(event, context)\n'],
    ),
    not_starting(
        "raise while loading",
        "raise RuntimeError('no database')\n",
        "RuntimeError",
        "no database",
        stack=[frame(1, "raise RuntimeError('no database')", name="<module>")],
    ),
    not_starting(
        "missing variable",
        "import os\n\nTABLE = os.environ['TABLE_NAME']\n\n\n" + FINE,
        "KeyError",
        "'TABLE_NAME'",
        stack=[frame(3, "TABLE = os.environ['TABLE_NAME']", name="<module>")],
    ),
    not_starting(
        "raise in a folder",
        FINE,
        "ValueError",
        "inner",
        handler="src/orders.handler",
        files={"src/orders.py": "raise ValueError('inner')\n"},
        stack=[frame(1, "raise ValueError('inner')", name="<module>", file="src/orders.py")],
    ),
    *(
        Case(
            f"{statement} while loading",
            f"import os, sys\n\n{statement}\n",
            "Runtime.ExitError",
            f"RequestId: {ID} Error: Runtime exited {how}",
            None,
            emulated=False,
        )
        for statement, how in {
            "sys.exit(0)": "without providing a reason",
            "sys.exit(5)": "with error: exit status 5",
            "os._exit(6)": "with error: exit status 6",
            "os.abort()": "with error: signal: aborted",
        }.items()
    ),
]


def of(cases: list[Case]) -> pytest.MarkDecorator:
    """Parametrize a test by cases."""
    return pytest.mark.parametrize("case", cases, ids=lambda case: case.id)


def same(expected: dict[str, Any], answer: Any) -> None:
    """Compare an error body with the expected one: members, their order, the sentences."""
    error = answer.error
    if "stackTrace" not in error:
        assert expected == error
        return
    # an ImportError names the file the name was looked for in, which is this machine's
    error["errorMessage"] = error["errorMessage"].split(" (/", 1)[0]
    assert list(expected.items()) == list(error.items())


@of(CASES)
def test_error_is_as_documented(case: Case, account: Any) -> None:
    """A failed function is an answer: 200, Unhandled, and Lambda's error body."""
    name = account.deploy(case.source, files=case.files, Handler=case.handler)
    answer = account.invoke(name, case.event)
    same(case.expected, answer)
    assert (answer.status, answer.function_error) == (200, "Unhandled")


@of([case for case in CASES if case.emulated])
def test_emulator_gives_the_same_error(case: Case, emulator: Any) -> None:
    """The expected errors are those of AWS's emulator."""
    answer = emulator.run(case.source, case.event, handler=case.handler, files=case.files)
    same(case.expected, answer)


@of([case for case in CASES if case.id in ("sys.exit(3)", "SIGKILL", "os._exit(6) while loading")])
def test_next_event_meets_a_fresh_process(case: Case, cloud: Any) -> None:
    """After an exit the same environment fails the same way again: it starts a new process."""
    name = cloud.deploy(case.source)
    first, second = cloud.invoke(name), cloud.invoke(name)
    assert first.error == second.error
    assert first.request_id != second.request_id
    created = cloud.records(name, "environment.created")
    assert len(created) == 1


def test_a_synchronous_call_is_never_retried(cloud: Any) -> None:
    """Lambda runs a failed synchronous event once: a retry is the caller's own."""
    name = cloud.deploy("def handler(event, context):\n    raise ValueError('boom')\n")
    cloud.invoke(name)
    lines = [line for lines in cloud.streams(name).values() for line in lines]
    assert 1 == len([line for line in lines if line.startswith("START ")])


def test_error_names_the_request(cloud: Any) -> None:
    """The error body's requestId is the id of the response."""
    answer = cloud.run("def handler(event, context):\n    raise ValueError('boom')\n")
    assert answer.request_id == answer.value["requestId"]


def test_exit_names_the_request(cloud: Any) -> None:
    """The sentence of an exit starts with the id of the response."""
    answer = cloud.run("import os\n\n\ndef handler(event, context):\n    os._exit(1)\n")
    assert answer.value["errorMessage"].startswith(f"RequestId: {answer.request_id} Error: ")
