"""The errors of a learner's function that nobody hands over: read from its log, and advised on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

ANYWHERE: Mapping[str, str] = {
    "Decimal is not JSON serializable": (
        "DynamoDB gives numbers back as Decimal, and json.dumps knows no Decimal. Give it "
        "default=int, or take the numbers out as int first."
    ),
    "Float types are not supported": "DynamoDB takes whole numbers or Decimal, no floats.",
    "Missing the key": "Each item needs the table's own key, under the name that the table gave.",
    "Attribute name is a reserved keyword": (
        "DynamoDB keeps that word for itself. Write #state, and "
        'ExpressionAttributeNames={"#state": "state"}.'
    ),
    "ConditionalCheckFailedException": (
        "DynamoDB refused the write, as the condition wants it. Catch this one error, and answer."
    ),
    "Object of type bytes is not JSON serializable": "JSON holds text. Bytes travel as base64.",
    "Object of type datetime is not JSON serializable": (
        "JSON has no datetime. Take out what is asked for, or make text of it."
    ),
    "Runtime.ExitError": "The process ended itself. A handler returns; it does not exit.",
}
"""By words of the error, what to try wherever a function is."""
ERRORS: Mapping[str, str] = {
    **ANYWHERE,
    "string indices must be integers": (
        "The body is text until you read it: order = json.loads(event['body'])."
    ),
    "KeyError: 'httpMethod'": (
        "That is format 1.0's place. Here the method is event['requestContext']['http']['method']."
    ),
    "KeyError: 'http'": "That is format 2.0's place. Here the method is event['httpMethod'].",
    "KeyError: 'rawPath'": "That is format 2.0's place. Here the path is event['path'].",
    "KeyError: 'pathParameters'": (
        "A route without a part in braces brings no pathParameters. Ask for the route first."
    ),
    "KeyError: 'queryStringParameters'": (
        "Without parameters the key is missing: event.get('queryStringParameters') or {}."
    ),
    "KeyError: 'Authorization'": "Format 2.0 writes the names of headers small: authorization.",
    "key element does not match the schema": (
        "Key names the table's own key, {'order_id': …}. The names in pathParameters are those "
        "in the braces of your route."
    ),
    "JSON object must be str": "There may be no body at all. Look before you read it.",
    "JSONDecodeError": "Not every body is JSON. Catch the ValueError of json.loads.",
    "codec can't decode byte": "JSON holds text. Bytes travel as base64.",
    "AccessDenied": "The role allows put_item and get_item on the table, and nothing else.",
    "Sandbox.Timedout": "The handler did not end in time. Is there a loop that never stops?",
    "Runtime.ImportModuleError": (
        "The environment has the standard library, boto3 and your own file. Do without the rest."
    ),
    "Runtime.UserCodeSyntaxError": "Python could not read the file. The message names the line.",
}
"""The same behind an HTTP door, where events, roles and files are those of lab 03."""


def last_error(messages: Sequence[str]) -> str:
    """Return the last error in a function's log, with the line that raised it.

    >>> last_error(["[ERROR] KeyError: 'path'\\nTraceback:\\n  File app.py\\n    event['path']"])
    "KeyError: 'path' at: event['path']"
    """
    errors = [message for message in messages if message.startswith("[ERROR] ")]
    if not errors:
        return ""
    lines = errors[-1].removeprefix("[ERROR] ").splitlines()
    place = f" at: {lines[-1].strip()}" if lines[-1].startswith("  ") else ""
    return f"{lines[0].strip()}{place}"


def advice_anywhere(error: str) -> str:
    """Return what to try against an error that any function may end in, or nothing."""
    return next((advice for words, advice in ANYWHERE.items() if words in error), "")


def advice_on(error: str) -> str:
    """Return what to try against an error that handlers of HTTP requests often end in."""
    for words, advice in ERRORS.items():
        if words in error:
            return advice
    if error.startswith("KeyError: "):
        return (
            f"There is no {error.split()[1]} there. The names in pathParameters are those in "
            "the braces of your route; other dicts you can print."
        )
    return "The place is named above. Print the event there, and look at what this door sends."
