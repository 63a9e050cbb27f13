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
    ENVIRONMENT_AFTER_ERROR = (
        "environment-after-error",
        "An environment outlives an event that failed, with its globals; where it is ended, "
        "nothing can leak from one customer to the next.",
    )
    ENVIRONMENT_AFTER_UPDATE = (
        "environment-after-update",
        "After a change of its configuration a function starts in a new environment; where the "
        "old one serves on, what it remembered is not lost.",
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
        "A bootstrap program that this computer's Python runs serves the Runtime API; in a "
        "container or under Windows there is no such Python.",
    )

    # what a function leaves
    RUNTIME_ERRORS = (
        "runtime-errors",
        "A failed function answers with the runtime's error type, message and stack trace; where "
        "they are missing, the failure cannot be told from another.",
    )
    LOG_TAIL = (
        "log-tail",
        "Invoke returns what this event's run printed; where the tail is empty, there is no "
        "evidence to read.",
    )
    REPORT_LINE = (
        "report-line",
        "The log says START and REPORT for each event, with its request id, duration and init; "
        "where these lines are missing, nothing can be compared with them.",
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

    # doors and neighbours
    HTTP_API = (
        "http-api",
        "An HTTP API invokes a function for each request, in payload format 2.0; where it does "
        "not, there is nothing to answer.",
    )
    REST_API = (
        "rest-api",
        "A REST API invokes a function for each request, in payload format 1.0; where it does "
        "not, there is nothing to answer.",
    )
    LOOPBACK = (
        "loopback",
        "A function reaches a server of this computer, with which a check holds events in flight "
        "or counts calls; a function in a container does not.",
    )

    # events
    QUEUE_POLLER = (
        "queue-poller",
        "An event source mapping reads a queue and deletes what was done; where nobody reads, "
        "messages stay.",
    )
    PARTIAL_BATCHES = (
        "partial-batches",
        "Of a batch, only the messages that a function names come again; where all do, or none, "
        "the function's answer counts for nothing.",
    )
    EVENT_FILTERS = (
        "event-filters",
        "A mapping's filter keeps messages from the function and deletes them; where filters are "
        "only noted, every message arrives.",
    )
