"""Running functions: synchronously, and through the asynchronous queue with its failure paths."""

from helpers.cloud.invoke.asynchronous import AsyncQueue
from helpers.cloud.invoke.event_config import EventInvokeConfig, EventInvokeConfigs
from helpers.cloud.invoke.failure_path import FailurePath
from helpers.cloud.invoke.recursion import RecursionGuard, RecursiveLoop
from helpers.cloud.invoke.streaming import StreamedAnswer
from helpers.cloud.invoke.synchronous import Begun, InvokeAnswer, Invoker, InvokeRequest
from helpers.cloud.invoke.tracing import Sampler, Tracer

__all__ = [
    "AsyncQueue",
    "Begun",
    "EventInvokeConfig",
    "EventInvokeConfigs",
    "FailurePath",
    "InvokeAnswer",
    "InvokeRequest",
    "Invoker",
    "RecursionGuard",
    "RecursiveLoop",
    "Sampler",
    "StreamedAnswer",
    "Tracer",
]
