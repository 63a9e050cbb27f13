"""What stored outputs are sanitised of: few patterns, none of which hides what a lesson teaches."""

from __future__ import annotations

import re
from pathlib import Path

from tools.lint.problem import Problem
from tools.notebooks.sanitize import Pattern

MAX_PATTERNS = 15
# Error types, counts, codes and amounts in the words of AWS and of checks: all of them must stay.
PROTECTED = (
    "Runtime.ImportModuleError",
    "Runtime.HandlerNotFound: Handler 'handler' missing on module 'app'",
    "Sandbox.Timedout",
    "Runtime.ExitError",
    "Task timed out after 3.00 seconds",
    "RequestId: Error: Runtime exited with error: exit status 3",
    "An error occurred (ResourceNotFoundException) when calling the Invoke operation",
    "(TooManyRequestsException) when calling the Invoke operation: Rate Exceeded.",
    "An error occurred (AccessDeniedException) when calling the GetItem operation",
    "ReservedFunctionConcurrentInvocationLimitExceeded",
    "StatusCode: 200",
    "{'StatusCode': 202, 'ExecutedVersion': '$LATEST'}",
    "HTTP 429, 502 and 504",
    "sent 3 orders, 1 without items",
    "10 events, 8 environments, 1 cold",
    "order o-1007 of c-42: 3900 cents",
    "errorType: EmptyOrder, errorMessage: order o-1007 has no items",
    "arn:aws:lambda:us-east-1:123456789012:function:place-order:7",
    "Memory Size: 128 MB",
    "Size of a request: 6,291,556 bytes; timeout 900 s; python3.9 ends 2025-12-15",
    "2 min on AWS, 2 s here",
    "A cold start takes from under 100 ms to over 1 s; rounded up to 1 ms",
    "A REPORT line says Duration 200.00 ms, Billed Duration 350 ms",
    "$0.0000166667 for every GB-second",
    "/opt/python and /var/task and /tmp/cache.json",
)


def patterns(
    found: tuple[Pattern, ...], path: Path, protected: tuple[str, ...] = PROTECTED
) -> list[Problem]:
    """Find patterns that are too many, do not compile, or change what must be compared."""
    problems = []
    if len(found) > MAX_PATTERNS:
        problems.append(
            f"{len(found)} patterns; at most {MAX_PATTERNS}. Make an output stable instead."
        )
    for pattern in found:
        try:
            hidden = [text for text in protected if pattern.apply(text) != text]
        except re.error as error:
            problems.append(f"[{pattern.name}] is no regular expression: {error}. Correct it.")
            continue
        problems += [
            f"[{pattern.name}] hides part of {text!r}. Make it match less." for text in hidden
        ]
    return [Problem(path, 1, message) for message in problems]
