"""What an account must be able to do for an exercise, each with the sentence a learner reads.

An exercise names its `needs`; where one is missing, its check answers *not available here* with
that sentence and does not run. The kit's own cloud declares its list in `/_kit/health`; any other
endpoint is tried, by the probe of that name in `helpers.course.probes`. No product is named here.

    Exercise("2.3", "…", True, hints, check, frozenset({Capability.FREEZE, Capability.RECORDS}))

To add one: a member here, its name in `helpers/cloud/server/capabilities.py`, a probe.

>>> Capability.TIMEOUT.value
'timeout'
>>> Capability.TIMEOUT.sentence
'A function is ended when its Timeout is over; where it runs on, nothing is learned from waiting.'
"""

from __future__ import annotations

from enum import StrEnum


class Capability(StrEnum):
    """One ability of an account; `sentence` says what it is and what goes without it."""

    sentence: str

    def __new__(cls, value: str, sentence: str) -> Capability:
        """Keep the sentence beside the name."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.sentence = sentence
        return member

    # the recorder and the switches, which no API of AWS has
    RECORDS = (
        "records",
        "The kit's recorder tells every environment, decision and delivery, which no API of AWS "
        "does; without it, a check cannot see them.",
    )
    TIME_LAPSE = (
        "time-lapse",
        "Waits of minutes and hours are shortened; without that, a retry takes as long as on AWS.",
    )
    FAULTS = (
        "faults",
        "A call is made to fail with AWS's error on demand; without that, the failure never comes.",
    )
    SCHEDULE_FORECAST = (
        "schedule-forecast",
        "The coming moments of a schedule are told, as the console does and no API of AWS.",
    )

    # execution environments
    EXECUTION_ENVIRONMENTS = (
        "execution-environments",
        "A warm environment keeps its globals and serves one event at a time; where each event "
        "gets a new process, or shares one, there is nothing to observe.",
    )
    FREEZE = (
        "freeze",
        "An execution environment stands still between invocations; where it runs on, background "
        "work ends that AWS would have frozen.",
    )
    TIMEOUT = (
        "timeout",
        "A function is ended when its Timeout is over; where it runs on, nothing is learned from "
        "waiting.",
    )
    MEMORY_LIMIT = (
        "memory-limit",
        "A function that takes more than its MemorySize is ended; where memory is not limited, it "
        "goes on.",
    )
    CPU_SHARE = (
        "cpu-share",
        "A function gets processor time in proportion to its MemorySize; where each gets all of "
        "it, more memory makes nothing faster.",
    )
    PACKAGES = (
        "packages",
        "A function sees the standard library, boto3, its own package and its layers; where it "
        "sees more, an import works that fails on AWS.",
    )
    THROTTLES = (
        "throttles",
        "Reserved concurrency is a limit, and one event more gets 429; where nothing is refused, "
        "no event waits.",
    )
    SCALING_LIMIT = (
        "scaling-limit",
        "The account's concurrency is a limit that all functions share; where it is not enforced, "
        "one function cannot starve another.",
    )
    PROVISIONED = (
        "provisioned-concurrency",
        "Environments are initialized before the first event comes; where that is only noted, "
        "the first event meets a cold start all the same.",
    )
    LAYERS = (
        "layers",
        "A layer's files are in /opt when the function starts; where layers are only noted, the "
        "import of what is in them fails.",
    )
    VERSIONS = (
        "versions",
        "A published version keeps its code, and an alias leads to it; where both lead to the "
        "latest code, nothing can be rolled back.",
    )
    CUSTOM_RUNTIME = (
        "custom-runtime",
        "A bootstrap program of one's own serves the Runtime API; where only known runtimes start, "
        "it never runs.",
    )

    # what a function leaves
    RUNTIME_ERRORS = (
        "runtime-errors",
        "A failed function answers with the runtime's error type, message and stack trace; where "
        "they are missing, the failure cannot be told from another.",
    )
    LOG_TAIL = (
        "log-tail",
        "Invoke returns the end of the log, with START, END and REPORT; where the tail is empty, "
        "there is no evidence to read.",
    )
    LOGS = (
        "logs",
        "What a function prints is in its CloudWatch log group; where it is not, there is no "
        "evidence to read.",
    )

    # permissions
    IAM_DECISIONS = (
        "iam-decisions",
        "Policies decide what a function may do, and the rest is AccessDenied; where everything "
        "is allowed, a missing permission goes unnoticed.",
    )
    RESOURCE_POLICIES = (
        "resource-policies",
        "A function's resource-based policy decides which service may invoke it; where every "
        "service may, a missing permission goes unnoticed.",
    )

    # events
    ASYNC_RETRIES = (
        "async-retries",
        "An asynchronous event that failed is tried twice more; where it is tried once, nothing "
        "is done twice.",
    )
    DESTINATIONS = (
        "destinations",
        "An event that failed for good goes to the function's destination or dead-letter queue; "
        "where it is dropped, there is nothing to take up again.",
    )
    QUEUE_POLLER = (
        "queue-poller",
        "An event source mapping reads a queue in batches and deletes what was done; where nobody "
        "reads, messages stay.",
    )
    PARTIAL_BATCHES = (
        "partial-batches",
        "Of a batch, only the messages that a function names come again; where all do, or none, "
        "the function's answer counts for nothing.",
    )
    EVENT_FILTERS = (
        "event-filters",
        "A mapping's filter keeps events from the function; where filters are only noted, every "
        "event arrives.",
    )
    STREAM_POLLER = (
        "stream-poller",
        "An event source mapping reads a stream shard by shard, in order; where nobody reads, no "
        "record arrives.",
    )
    TABLE_STREAM = (
        "table-stream",
        "Changes of a DynamoDB table arrive as a stream; where nobody reads it, no change arrives.",
    )
    S3_PUSH = (
        "s3-push",
        "A new object in a bucket invokes a function; where notifications are only noted, no event "
        "arrives.",
    )
    SNS_PUSH = (
        "sns-push",
        "A topic invokes the functions that subscribe to it; where it does not, no message "
        "arrives.",
    )
    BUS_PUSH = (
        "bus-push",
        "A rule of an EventBridge bus invokes a function with the events that match; where rules "
        "are only noted, no event arrives.",
    )

    # doors
    FUNCTION_URL = (
        "function-url",
        "A function's URL answers HTTP requests; where it leads nowhere, there is nothing to send "
        "to.",
    )
    HTTP_API = (
        "http-api",
        "An HTTP API invokes a function for each request, in payload format 2.0; where it does "
        "not, there is nothing to answer.",
    )
    REST_API = (
        "rest-api",
        "A REST API invokes a function for each request and validates it before; where it does "
        "not, there is nothing to answer.",
    )

    # stores
    PARAMETERS = (
        "parameters",
        "Parameter Store keeps texts and secrets by path; without it, there is no configuration "
        "to read.",
    )
    SECRETS = (
        "secrets",
        "Secrets Manager keeps a secret's versions under labels; without them, no older version "
        "can be read.",
    )
    ROTATION = (
        "rotation",
        "Secrets Manager has a function rotate a secret in four steps; where it is not called, "
        "the secret never changes.",
    )
