"""Synchronous invocation: check the event, find the version, lease an environment, answer.

Lambda never retries a synchronous invocation; a failed function is an answer, not an error.

Source: docs.aws.amazon.com/lambda/latest/dg/invocation-sync.html, API_Invoke.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from helpers.cloud.environment.lifecycle import finished
from helpers.cloud.environment.runtimes import is_runnable
from helpers.cloud.errors import (
    AwsError,
    InvalidRequestContentException,
    RequestTooLargeException,
    ServiceException,
)
from helpers.cloud.invoke.json_faults import json_fault
from helpers.cloud.invoke.lineage import parse_trace
from helpers.cloud.invoke.recursion import RecursionGuard
from helpers.cloud.invoke.tracing import Tracer
from helpers.cloud.model import (
    LATEST,
    MAX_SYNC_PAYLOAD_BYTES,
    FunctionVersion,
    Invocation,
    InvocationResult,
    PackageType,
)
from helpers.cloud.pool import Pool
from helpers.cloud.registry import Key, Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class InvokeRequest:
    """One call of Invoke: the function as named, the event, and what goes with it.

    `client_context` is JSON text; `trace_id` is an X-Amzn-Trace-Id header, made when empty. An
    event that `is_json` for sure is not read once more, just to see whether it is. `pieces` takes
    what the version that runs streams: its content type, and the next bytes.
    """

    key: Key
    qualifier: str | None
    request_id: str
    event: bytes
    client_context: str | None = None
    trace_id: str = ""
    is_json: bool = False
    pieces: Callable[[FunctionVersion, str, bytes], None] | None = field(
        default=None, repr=False, compare=False
    )


@dataclass(frozen=True, slots=True)
class InvokeAnswer:
    """The answer to a synchronous call: which version ran, and what came of it."""

    function: FunctionVersion
    result: InvocationResult
    trace_id: str

    @property
    def executed_version(self) -> str:
        """The version that ran."""
        return self.function.version


Serving = Generator[None, None, InvokeAnswer]
"""A call in steps: it stops once the event is handed over, and before anything that lasts."""


class Begun:
    """A call whose event is on its way to the handler; lives until it is finished."""

    def __init__(self, steps: Serving) -> None:
        self._steps = steps
        self._answer: InvokeAnswer | None = None
        self._error: Exception | None = None
        try:
            next(steps)
        except StopIteration as end:
            self._answer = end.value
        except Exception as error:  # raised again where somebody waits
            self._error = error

    def finish(self) -> InvokeAnswer:
        """Wait for what comes of it, on whichever thread; raises what `Invoker.invoke` raises."""
        if self._error is not None:
            raise self._error
        return self._answer or finished(self._steps)


class Invoker:
    """Runs events on functions; lives with the cloud."""

    def __init__(
        self, registry: Registry, pool: Pool, tracer: Tracer, recursion: RecursionGuard
    ) -> None:
        self._registry = registry
        self._pool = pool
        self._tracer = tracer
        self._recursion = recursion

    def invoke(
        self, request: InvokeRequest, answered: Callable[[InvokeAnswer], None] | None = None
    ) -> InvokeAnswer:
        """Run the function and wait for its answer; raises AwsError when it cannot be run.

        `answered` gets the handler's answer before the environment is frozen and has logged.
        """
        return finished(self._serving(request, answered))

    def begin(self, request: InvokeRequest, function: FunctionVersion) -> Begun | None:
        """Hand an event over without waiting, if an environment of the version waits for one."""
        return Begun(self._serving(request)) if self._pool.is_ready(function) else None

    def _serving(
        self, request: InvokeRequest, answered: Callable[[InvokeAnswer], None] | None = None
    ) -> Serving:
        function = self.check(request)
        if len(request.event) > MAX_SYNC_PAYLOAD_BYTES:
            raise RequestTooLargeException(
                f"Request must be smaller than {MAX_SYNC_PAYLOAD_BYTES} bytes for the "
                "InvokeFunction operation"
            )
        trace = parse_trace(request.trace_id)
        self._recursion.check(function, trace, request.request_id)
        traced = self._tracer.begin(function, request.request_id, trace.through(function.arn))
        invocation = Invocation(
            function=function,
            invoked_arn=function.arn + (f":{request.qualifier}" if request.qualifier else ""),
            request_id=request.request_id,
            event=request.event or b"{}",
            client_context=request.client_context,
            trace_id=traced.header,
            pieces=partial(request.pieces, function) if request.pieces else None,
        )
        try:
            if traced.sampled:
                return (yield from self._run_traced(invocation, answered))
            return (yield from self._run(invocation, answered))
        except OSError as error:
            raise ServiceException(
                f"This machine could not run the event: {error}. It may be short of memory, disk "
                "space, processes or open files; free some, or raise the limit (ulimit -a)."
            ) from error

    def _run_traced(
        self, invocation: Invocation, answered: Callable[[InvokeAnswer], None] | None
    ) -> Serving:
        """Run a sampled event, and tell when its caller has the answer."""
        ended = False

        def end(**how: Any) -> None:
            nonlocal ended
            if not ended:
                ended = True
                self._tracer.end(invocation.function, invocation.request_id, **how)

        def early(answer: InvokeAnswer) -> None:
            end()
            assert answered is not None
            answered(answer)

        try:
            return (yield from self._run(invocation, early if answered else None))
        except AwsError as error:
            end(status=error.http_status, throttled=error.http_status == 429)
            raise
        except OSError:
            end(status=500)
            raise
        finally:
            end()

    def _run(
        self, invocation: Invocation, answered: Callable[[InvokeAnswer], None] | None
    ) -> Serving:
        function, trace_id = invocation.function, invocation.trace_id
        qualifier = invocation.invoked_arn.removeprefix(function.arn).lstrip(":")
        with self._pool.lease(function, qualifier) as lease:

            def early(result: InvocationResult) -> None:
                assert answered is not None
                lease.answered()
                answered(InvokeAnswer(function, result, trace_id))

            result = yield from lease.environment.serving(invocation, early if answered else None)
        return InvokeAnswer(function, result, trace_id)

    def accepted_trace(self, function: FunctionVersion, request: InvokeRequest) -> str:
        """Return the trace header that a queued event keeps: it is sampled once, or not."""
        return self._tracer.accepted(function, request.trace_id)

    def resolve(self, request: InvokeRequest) -> FunctionVersion:
        """Return the version that is named, whether it can run or not."""
        return self._registry.resolve(request.key, request.qualifier or LATEST)

    def check(self, request: InvokeRequest) -> FunctionVersion:
        """Return the version that would run, without running it (DryRun)."""
        function = self.resolve(request)
        if not request.is_json:
            _check_json(request.event)
        _check_runnable(function)
        return function


def _check_json(event: bytes) -> None:
    fault = json_fault(event) if event else ""
    if fault:
        raise InvalidRequestContentException(
            f"Could not parse request body into json: Could not parse payload into json: {fault}"
        )


def _check_runnable(function: FunctionVersion) -> None:
    if function.package_type is PackageType.IMAGE:
        raise AwsError(
            "Functions of package type Image do not run in this local account, which has no "
            "container engine. Deploy the same handler as a zip to run it here.",
            code="InvalidRuntimeException",
            http_status=502,
        )
    if not is_runnable(function.runtime):
        raise AwsError(
            f"The runtime {function.runtime} does not run on this machine, which has the Python "
            "runtimes and, except on Windows, provided.al2023 with a bootstrap of your own. Choose "
            "one of them to run the function here.",
            code="InvalidRuntimeException",
            http_status=502,
        )
