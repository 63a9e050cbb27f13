"""Lab 03, Triggers I: HTTP: doors, formats, refusals, CORS, and an API that says what is wrong."""

from __future__ import annotations

from helpers.checks.capability import Capability
from helpers.checks.exercise import Exercise, LabChecks
from helpers.checks.lab_03_complaints import check_3_6
from helpers.checks.lab_03_formats import check_3_2
from helpers.checks.lab_03_orders import check_3_1
from helpers.checks.lab_03_origins import check_3_5
from helpers.checks.lab_03_predictions import PREDICTIONS
from helpers.checks.lab_03_samples import check_3_3
from helpers.checks.lab_03_tickets import check_3_4

LAB = LabChecks(
    slug="03-http",
    can="put a function behind a URL or an API, answer as each wants, and tell who refused",
    shows=frozenset({Capability.RECORDS}),
    exercises=(
        Exercise(
            id="3.1",
            title="Place and read an order",
            core=True,
            hints=(
                "Two routes, one handler. `routes` is a list of two texts such as "
                '"POST /orders"; the other one has a part in braces.',
                'Ask event["routeKey"] which one it was. The order is json.loads(event["body"]); '
                'the id is event["pathParameters"]["order_id"].',
                "POST: `table.put_item(Item=order)`, then `return answer(201, order)`. "
                'GET: `found = table.get_item(Key={"order_id": order_id})`; without "Item" in '
                'found, `answer(404, {...})`, else `answer(200, found["Item"])`.',
            ),
            check=check_3_1,
            needs=frozenset({Capability.HTTP_API}),
        ),
        Exercise(
            id="3.2",
            title="One handler, two formats",
            core=True,
            hints=(
                "Find out first which format the event has. Format 2.0 says so in version; the "
                "event of a REST API has no version.",
                'Use `event.get("version")`. Make a dict of the headers with names in small '
                "letters. Where format 2.0 leaves a key out, format 1.0 writes null: "
                "`(event.get(name) or {})` serves both.",
                'Format 2.0: method in event["requestContext"]["http"]["method"], path in '
                'event["rawPath"], skus by split(",") of queryStringParameters["sku"]. Format '
                '1.0: event["httpMethod"], event["path"], and '
                'multiValueQueryStringParameters["sku"].',
            ),
            check=check_3_2,
            needs=frozenset({Capability.HTTP_API, Capability.REST_API}),
        ),
        Exercise(
            id="3.3",
            title="A picture in the answer",
            core=False,
            hints=(
                "Three things have to be said: what it is (Content-Type), the bytes as text, and "
                "that the text is base64.",
                "`base64.b64encode(picture).decode()` is the text. `isBase64Encoded: True` makes "
                "the door decode it; a REST API also needs the media type in its list.",
                '`binary_types = ["image/png"]`, and `return {"statusCode": 200, "headers": '
                '{"Content-Type": "image/png"}, "body": base64.b64encode(picture).decode(), '
                '"isBase64Encoded": True}`.',
            ),
            check=check_3_3,
            needs=frozenset({Capability.HTTP_API, Capability.REST_API}),
        ),
        Exercise(
            id="3.4",
            title="The ticket collector",
            core=False,
            hints=(
                "Test the signature before you believe anything else in the ticket.",
                '`ticket.rpartition(".")` parts the text from its signature. Compare '
                "`sign(text)` with it by hmac.compare_digest, then the time with time.time().",
                'scheme, _, ticket = header.partition(" "); text, _, signature = '
                'ticket.rpartition("."); customer, _, until = text.partition("."). Let in when '
                'scheme is "Bearer", the signatures are equal and int(until) lies ahead.',
            ),
            check=check_3_4,
            needs=frozenset({Capability.HTTP_API}),
        ),
        Exercise(
            id="3.5",
            title="CORS, twice",
            core=False,
            hints=(
                "The setting names three things: which origins, which methods, which headers. "
                "By hand they are three response headers.",
                "AllowOrigins is the page's scheme and host. The preflight comes as "
                'httpMethod "OPTIONS"; the POST itself needs Access-Control-Allow-Origin too.',
                'cors = {"AllowOrigins": [SHOP], "AllowMethods": ["POST"], "AllowHeaders": '
                '["content-type"]}. In the handler, `headers = {"Access-Control-Allow-Origin": '
                "SHOP}` for every answer; for OPTIONS add -Methods and -Headers, and return 204.",
            ),
            check=check_3_5,
            needs=frozenset({Capability.HTTP_API, Capability.REST_API}),
        ),
        Exercise(
            id="3.6",
            title="Say what is wrong",
            core=True,
            hints=(
                "First get an order out of the event, or None. Then collect faults in a list. "
                "Only then decide on the status.",
                'The body may be missing, and base64 when event["isBase64Encoded"]. json.loads '
                "raises ValueError for what is no JSON; JSON may also be a list. Ask for the type "
                "of a value before you use it.",
                'For each item: `for number, item in enumerate(items)`; when `type(item.get("qty"))'
                ' is not int or item["qty"] < 1`, append '
                '`(f"items.{number}.qty", "must be a whole number of at least 1")`.',
            ),
            check=check_3_6,
            needs=frozenset({Capability.HTTP_API}),
        ),
    ),
    predictions=PREDICTIONS,
)
