"""Who calls the function, and what happens to a request that is refused or fails.

A synchronous caller gets 429 and may try again; an asynchronous event waits in Lambda's queue; a
message waits in an SQS queue that Lambda polls.

Source: docs.aws.amazon.com/lambda/latest/dg/invocation-retries.html,
invocation-async-error-handling.html, with-sqs.html, services-sqs-scaling.html.
"""

from __future__ import annotations

from dataclasses import dataclass

from helpers.cloud.queue_scaling import AT_MOST
from helpers.simulator.validation import require, require_count, require_number


@dataclass(frozen=True, slots=True)
class ClientRetries:
    """An SDK that tries again after 429: a random share of a wait that doubles.

    The defaults are those of boto3 before version 1.44 (legacy mode): five attempts in all.
    """

    attempts: int = 5
    first_wait_s: float = 1.0
    longest_wait_s: float = 20.0

    def __post_init__(self) -> None:
        require_count("attempts", self.attempts, at_least=1, at_most=100)
        require_number("first_wait_s", self.first_wait_s, at_least=0)
        require_number("longest_wait_s", self.longest_wait_s, at_least=self.first_wait_s)


@dataclass(frozen=True, slots=True)
class Sync:
    """Callers that wait for the answer; `retries` None: a refused request is lost at once."""

    retries: ClientRetries | None = None


@dataclass(frozen=True, slots=True)
class Async:
    """InvocationType Event: `retries` after function errors, and no event older than `age_s`."""

    retries: int = 2
    age_s: float = 21_600.0
    dead_letter_queue: bool = False

    def __post_init__(self) -> None:
        require_count("retries", self.retries, at_least=0, at_most=2)
        require_number("age_s", self.age_s, at_least=60, at_most=21_600)


@dataclass(frozen=True, slots=True)
class Sqs:
    """A queue and its event source mapping, without a batching window.

    `maximum_concurrency` None: the poller's own curve. `fifo`: all messages of one message group,
    so one batch at a time, in order. `max_receives` None: no redrive policy.
    """

    batch_size: int = 10
    maximum_concurrency: int | None = None
    visibility_s: float = 30.0
    max_receives: int | None = None
    fifo: bool = False

    def __post_init__(self) -> None:
        require_count("batch_size", self.batch_size, at_least=1, at_most=10)
        require_number("visibility_s", self.visibility_s, at_least=1, at_most=43_200)
        if self.maximum_concurrency is not None:
            require_count("maximum_concurrency", self.maximum_concurrency, at_least=2, at_most=1000)
        if self.max_receives is not None:
            require_count("max_receives", self.max_receives, at_least=1, at_most=1000)
        require(
            not (self.fifo and self.max_receives is None),
            "A FIFO queue without max_receives cannot be simulated.",
            why="One message that fails for ever would block its group for ever.",
            next_step="Give max_receives, the redrive policy's maxReceiveCount: 5, for example.",
        )

    @property
    def ceiling(self) -> int:
        """How many batches may ever be in flight at once."""
        return 1 if self.fifo else self.maximum_concurrency or AT_MOST


Source = Sync | Async | Sqs
