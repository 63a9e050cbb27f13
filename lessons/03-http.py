# %% [markdown]
# <!-- lab: {"number": "03", "title": "Triggers I: HTTP", "minutes_core": 45, "minutes_stretch": 40, "exam_tasks": ["DVA-C03 1.1", "DVA-C03 2.1", "DVA-C03 4.1"], "closed": []} -->
# # Lab 03 · Triggers I: HTTP
#
# > **Ticket.** Halftone, Thursday 09:10. One order in five ends in "Internal Server Error", and the page says nothing more.
# > Customers ask what they did wrong, and so do we. Please find out who says no, and let it say why.
#
# **Promise.** In 45 minutes you put a function behind four kinds of HTTP address, and know for every refusal who sent it.
#
# **You will be able to**
#
# - read one request in the event of each door;
# - return an answer that every door understands;
# - say who refused by the status alone: the door, Lambda or your code;
# - tell what CORS does, and what it does not do;
# - choose a door by its limits.
#
# **Minutes.** 45 for the core, 40 more for the three stretch exercises under "More".
#
# **Know first.** Lab 01: `lab.deploy`, FunctionError, and what survives JSON.
#
# **Exam tasks.** DVA-C03 1.1 (APIs for applications), DVA-C03 2.1 (who may call) and DVA-C03 4.1 (root cause).

# %% [markdown]
# ## Setup
#
# Run this cell first. It starts an empty account. `send` sends one HTTP request, with nothing but Python's standard library.
# To run a cell twice that makes something, run `lab.reset()` first: names are taken.

# %% tags=["setup"]
import json
import urllib.error
import urllib.request

import boto3

from helpers import Lab

lab = Lab("03-http")
lambda_ = lab.client("lambda")
order = {
    "order_id": "o-1007",
    "customer": "c-42",
    "items": [{"sku": "poster-a2", "qty": 2, "unit_cents": 1950}],
    "total_cents": 3900,
    "status": "placed",
}


def send(url, method="GET", body=None, headers=None):
    """Send a request, with its body as JSON; return status, text and headers of the answer."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", **(headers or {})}
    request = urllib.request.Request(url, data, headers, method=method)
    try:
        answer = urllib.request.urlopen(request, timeout=60)
    except urllib.error.HTTPError as refusal:
        answer = refusal  # 4xx and 5xx are answers too
    with answer:
        return answer.status, answer.read().decode(), answer.headers

# %% [markdown]
# ## Warm-up
#
# Three questions from labs 01 and 02. Say your answer aloud, then open the line. Skip them if you come straight from there.
#
# <details><summary>An invoke answers with StatusCode 200. Did the function work?</summary>Look at FunctionError: 200 says that Lambda ran it, not how it ended.</details>
# <details><summary>A handler returns a datetime. What happens?</summary>Runtime.MarshalError, after the handler has returned: JSON has no datetime.</details>
# <details><summary>A list at the top of your file grows with each event. Who sees it?</summary>Every later event of the same environment, whoever sent it; no other environment does.</details>

# %% [markdown] teaches=["05-12"]
# ## A table in three calls
#
# An API is often a thin skin over a table: create, read, update, delete. Webhooks and the shop's own apps come the same way.
# Orders need a place that outlives the environment: **DynamoDB**, AWS's table of items.
#
# An **item** is a dict. One of its attributes is the **key**, by which you get it back. No other attribute has to be announced.

# %% [markdown]
# **Predict.** You put the order of Setup into a table and get it back. What is `item["total_cents"]`?
#
# - A — the int 3900: what went in comes out
# - B — a `Decimal`: numbers come back as `Decimal`
# - C — the text `"3900"`

# %% tags=["predict-3.a"]
lab.predict("3.a", ...)

# %% tags=["run"]
table = boto3.resource("dynamodb").create_table(
    TableName="orders",
    KeySchema=[{"AttributeName": "order_id", "KeyType": "HASH"}],
    AttributeDefinitions=[{"AttributeName": "order_id", "AttributeType": "S"}],
    BillingMode="PAY_PER_REQUEST",
)
stored = table.put_item(Item=order)
print("stored:", stored["ResponseMetadata"]["HTTPStatusCode"])

# %% tags=["run"]
item = table.get_item(Key={"order_id": "o-1007"})["Item"]
print(repr(item["total_cents"]))

try:
    json.dumps(item)
except TypeError as error:
    print("json.dumps:", error)
print("with default=int:", json.dumps(item["items"], default=int, sort_keys=True))
print("nobody placed o-9999:", "Item" in table.get_item(Key={"order_id": "o-9999"}))
lab.saw("3.a")

# %% [markdown]
# **What we saw.** Numbers come back as `Decimal`, because DynamoDB keeps up to 38 digits and a float does not. `json.dumps` refuses a `Decimal`; `default=int` helps for whole cents.
# On the way in, a float is refused: another reason for whole cents.
# An item that is not there is no error. The answer has no `Item`, and your code has to look.

# %% [markdown] teaches=["05-01", "05-03", "05-04"]
# ## One request, four doors
#
# Four services put an HTTP address before a function. All four wait for its answer: a synchronous invoke.
#
# | door | what it is |
# |---|---|
# | **function URL** | an address of the function itself |
# | **HTTP API** | API Gateway's lean kind: routes, tokens, CORS |
# | **REST API** | API Gateway's older, richer kind: it also checks, caches, transforms and counts |
# | **load balancer** | an Application Load Balancer spreads requests over servers, and a function may be one of them |
#
# API Gateway's third kind, the **WebSocket API**, keeps a connection open and invokes a function for each message.
#
# In a **proxy integration** the whole request becomes the event, and what the function returns becomes the response.

# %% [markdown]
# **Predict.** The same `POST` goes through all four doors to one function. Where does the handler find the word `POST`?
#
# - A — in `event["httpMethod"]`, at each door
# - B — in `event["requestContext"]["http"]["method"]`, at each door
# - C — at two doors in the first place, at two in the second

# %% tags=["predict-3.b"]
lab.predict("3.b", ...)

# %% tags=["demo"]
import json


def echo(event, context):
    return {"statusCode": 200, "body": json.dumps(event)}

# %% tags=["run"]
HERE = f"{lambda_.meta.endpoint_url}/_aws"  # where this computer answers in AWS's place
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:"
http = lab.client("apigatewayv2")
rest = lab.client("apigateway")


def allow(function, door, service, source):
    lambda_.add_permission(
        FunctionName=function,
        StatementId=door,
        Action="lambda:InvokeFunction",
        Principal=f"{service}.amazonaws.com",
        SourceArn=source,
    )


def open_url(function):
    everybody = {"FunctionName": function, "Principal": "*"}
    made = lambda_.create_function_url_config(FunctionName=function, AuthType="NONE")
    lambda_.add_permission(
        **everybody,
        StatementId="url",
        Action="lambda:InvokeFunctionUrl",
        FunctionUrlAuthType="NONE",
    )
    lambda_.add_permission(
        **everybody,
        StatementId="url-invoke",
        Action="lambda:InvokeFunction",
        InvokedViaFunctionUrl=True,
    )
    return made["FunctionUrl"].rstrip("/")  # on AWS https://<id>.lambda-url.us-east-1.on.aws


def open_http_api(function):
    # with a Target, one call makes a route for everything and a stage that deploys by itself
    made = http.create_api(Name=function, ProtocolType="HTTP", Target=FUNCTION + function)
    source = f"arn:aws:execute-api:us-east-1:123456789012:{made['ApiId']}/*"
    allow(function, "http-api", "apigateway", source)
    return made["ApiEndpoint"]  # on AWS https://<id>.execute-api.us-east-1.amazonaws.com

# %% tags=["run"]
def open_rest_api(function, timeout_ms=29_000):
    api = rest.create_rest_api(name=function)
    path = rest.create_resource(  # {proxy+} stands for every path below the root
        restApiId=api["id"], parentId=api["rootResourceId"], pathPart="{proxy+}"
    )
    method = {"restApiId": api["id"], "resourceId": path["id"], "httpMethod": "ANY"}
    uri = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{FUNCTION}{function}"
    rest.put_method(**method, authorizationType="NONE")
    rest.put_integration(
        **method,
        type="AWS_PROXY",
        integrationHttpMethod="POST",  # how the API calls Lambda; always POST
        uri=f"{uri}/invocations",
        timeoutInMillis=timeout_ms,
    )
    rest.create_deployment(restApiId=api["id"], stageName="prod")
    source = f"arn:aws:execute-api:us-east-1:123456789012:{api['id']}/*"
    allow(function, "rest-api", "apigateway", source)
    # on AWS https://<id>.execute-api.us-east-1.amazonaws.com/prod
    return f"{HERE}/execute-api/{api['id']}/prod"


def open_load_balancer(function):
    balancers = lab.client("elbv2")
    subnets = lab.client("ec2").describe_subnets()["Subnets"]
    made = balancers.create_load_balancer(
        Name=function, Subnets=[subnet["SubnetId"] for subnet in subnets[:2]]
    )["LoadBalancers"][0]
    group = balancers.create_target_group(Name=function, TargetType="lambda")
    group = group["TargetGroups"][0]["TargetGroupArn"]
    allow(function, "balancer", "elasticloadbalancing", group)
    balancers.register_targets(TargetGroupArn=group, Targets=[{"Id": FUNCTION + function}])
    balancers.create_listener(
        LoadBalancerArn=made["LoadBalancerArn"],
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
    )
    # on AWS http://<DNSName>
    return f"{HERE}/elb/{made['DNSName'].split('.')[0]}"


lab.deploy(echo, "echo-demo")

# %% tags=["run"]
doors = {
    "function URL": open_url("echo-demo"),
    "HTTP API": open_http_api("echo-demo"),
    "REST API": open_rest_api("echo-demo"),
    "load balancer": open_load_balancer("echo-demo"),
}
events = {}
for door, address in doors.items():
    wanted = f"{address}/orders?sku=a2&sku=a3"
    status, text, headers = send(
        wanted, "POST", {"qty": 2}, {"X-Customer": "c-42", "Cookie": "lang=de"}
    )
    events[door] = json.loads(text)


def look_up(event, place):
    for name in place.split("."):
        event = event.get(name, "–") if isinstance(event, dict) else "–"
    return event if event == "–" else json.dumps(event).replace('\\"', "'")


PLACES = """version httpMethod requestContext.http.method path rawPath queryStringParameters.sku
multiValueQueryStringParameters.sku headers.x-customer headers.X-Customer cookies
stageVariables body isBase64Encoded""".split()
print(f"{'':36}" + "".join(f"{door:15}" for door in events))
for place in PLACES:
    print(f"{place:36}" + "".join(f"{look_up(event, place):15}" for event in events.values()))
lab.saw("3.b")

# %% [markdown]
# **What we saw.** Two families. The **payload format**, the shape of event and answer, is 2.0 at the function URL and the HTTP API. The REST API and the load balancer send the older 1.0 and its cousin.
#
# | | format 2.0 | REST API, load balancer |
# |---|---|---|
# | `version` | `"2.0"` | missing (`"1.0"` if an HTTP API is told to send it) |
# | a parameter twice | `"a,b"` | the last one; all of them in `multiValue…` at REST |
# | header names | small | as sent at REST, small at the load balancer |
# | cookies | a list of their own | in the headers |
# | nothing there | the key is missing | `null` at REST |
#
# The body is always text. Types that are no text arrive as base64, with `isBase64Encoded: true`. A form counts among them in format 2.0, and `curl -d` sends its data as a form.
#
# In a terminal, `aws lambda create-function-url-config --function-name echo-demo --auth-type NONE` makes a function URL.
# `aws apigatewayv2 create-api --name echo-demo --protocol-type HTTP --target <ARN of the function>` makes an HTTP API.

# %% [markdown]
# ## One answer, three doors
#
# The way back has rules too. A door has to make a status, headers and a body out of what you return.
#
# The full shape is a dict: `statusCode`, `headers`, `body` as text, and `isBase64Encoded` for bytes.
# Format 2.0 adds `cookies`, a list; REST has `multiValueHeaders` instead.
#
# What about less than the full shape?

# %% [markdown]
# **Predict.** Draw a table: five rows, three columns (function URL, HTTP API, REST API). A handler returns, or does:
#
# | | |
# |---|---|
# | 1 | the text `"placed"` |
# | 2 | `{"order_id": "o-1007"}`, a dict without `statusCode` |
# | 3 | `{"statusCode": 201, "body": {"order_id": "o-1007"}}`, a dict as body |
# | 4 | an exception |
# | 5 | `{"statusCode": 200, "cookies": ["lang=de"], "body": "placed"}` |
#
# Write a status into each of the fifteen fields. How many are 2xx?
#
# - A — 12: one answer shape fits every door, only the exception fails
# - B — 9: exception and dict as body fail, at every door
# - C — 6

# %% tags=["predict-3.c"]
lab.predict("3.c", ...)

# %% tags=["demo"]
ANSWERS = {
    "text": "placed",
    "no-statusCode": {"order_id": "o-1007"},
    "dict-as-body": {"statusCode": 201, "body": {"order_id": "o-1007"}},
    "cookies": {"statusCode": 200, "cookies": ["lang=de"], "body": "placed"},
}


def answer_with(event, context):
    how = event["queryStringParameters"]["how"]
    if how == "exception":
        raise ValueError("no paper left")
    return ANSWERS[how]

# %% tags=["run"]
lab.deploy(answer_with, "answer-demo")
three = [make("answer-demo") for make in (open_url, open_http_api, open_rest_api)]

print(f"{'':15}function URL   HTTP API   REST API")
for how in ("text", "no-statusCode", "dict-as-body", "exception", "cookies"):
    statuses = [send(f"{address}/orders?how={how}")[0] for address in three]
    print(f"{how:15}{statuses[0]:<15}{statuses[1]:<11}{statuses[2]}")
lab.saw("3.c")

# %% [markdown]
# **What we saw.** Six. Format 2.0 guesses: JSON without a `statusCode` is a 200 with that JSON. A REST API guesses nothing: a missing `statusCode` is a 502, and so is a key it does not know, such as `cookies`.
#
# A failed function is told differently too: 502 from the function URL and the REST API, 500 from the HTTP API. The caller never sees your error; it is in the log.
#
# So return the full shape, always: `statusCode`, `headers`, and a body made by `json.dumps`.

# %% [markdown]
# ### Exercise 3.1 · Place and read an order
#
# **Given** the table `orders`. The check puts an HTTP API before your function, with your `routes`, and gives its role one statement more:
#
# ```json
# {
#   "Effect": "Allow",
#   "Action": ["dynamodb:PutItem", "dynamodb:GetItem"],
#   "Resource": "arn:aws:dynamodb:us-east-1:123456789012:table/orders"
# }
# ```
#
# **Goal** `POST /orders` stores the order of its body and answers 201 with it. `GET` of `/orders/` and an id answers 200 with that order, or 404 when there is none.
# A **route** is a method and a path; `{name}` in it stands for one segment. The event brings it in `pathParameters`, and the route itself in `routeKey`.
#
# **Done when** a new order and an old one are read back with their numbers, and an unknown one is a 404.

# %% tags=["exercise-3.1"]
import json

import boto3

table = boto3.resource("dynamodb").Table("orders")
routes = ["POST /orders", "GET /orders/{order_id}"]  # SOLUTION


def answer(status, value):
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps(value, default=int),
    }


def handler(event, context):
    # SOLUTION: look at event["routeKey"]; store and answer 201, or read and answer 200 or 404
    if event["routeKey"] == "POST /orders":
        placed = json.loads(event["body"])
        table.put_item(Item=placed)
        return answer(201, placed)
    order_id = event["pathParameters"]["order_id"]
    found = table.get_item(Key={"order_id": order_id})
    if "Item" not in found:
        return answer(404, {"message": f"no order {order_id}"})
    return answer(200, found["Item"])
    # END SOLUTION

# %% tags=["check-3.1"]
lab.check("3.1", handler, routes)

# %% [markdown] tags=["solution-only"]
# **Why this works.** The API matches the route before your code runs, so the handler asks only which route it was. Whatever fits no route is a 404 of the API, and costs no invocation.
# The table outlives every environment; a dict at the top of the file would not.
#
# An alternative is one function per route: smaller roles, separate metrics, more to deploy. Or one `$default` route and a router of your own, such as the one of Powertools.
#
# In production, a second POST with the same id would overwrite the order: add a `ConditionExpression` (lab 10). And check the order before you store it; exercise 3.6 does.

# %% tags=["wrong-3.1"] expect="no route fits, and the function never ran"
# one route for both
import json

import boto3

table = boto3.resource("dynamodb").Table("orders")
routes = ["POST /orders", "GET /orders"]


def handler(event, context):
    if event["routeKey"] == "POST /orders":
        order = json.loads(event["body"])
        table.put_item(Item=order)
        return {"statusCode": 201, "body": json.dumps(order)}
    found = table.get_item(Key={"order_id": event["pathParameters"]["order_id"]})
    return {"statusCode": 200, "body": json.dumps(found["Item"], default=int)}

# %% tags=["wrong-3.1"] expect="The body is text until you read it"
# takes the body for a dict
import json

import boto3

table = boto3.resource("dynamodb").Table("orders")
routes = ["POST /orders", "GET /orders/{order_id}"]


def handler(event, context):
    if event["routeKey"] == "POST /orders":
        order = {"order_id": event["body"]["order_id"], "items": event["body"]["items"]}
        table.put_item(Item=order)
        return {"statusCode": 201, "body": json.dumps(order)}
    found = table.get_item(Key=event["pathParameters"])
    return {"statusCode": 200, "body": json.dumps(found["Item"], default=int)}

# %% tags=["wrong-3.1"] expect="json.dumps knows no Decimal"
# forgets what comes back
import json

import boto3

table = boto3.resource("dynamodb").Table("orders")
routes = ["POST /orders", "GET /orders/{order_id}"]


def handler(event, context):
    if event["routeKey"] == "POST /orders":
        order = json.loads(event["body"])
        table.put_item(Item=order)
        return {"statusCode": 201, "body": json.dumps(order)}
    found = table.get_item(Key=event["pathParameters"])
    if "Item" not in found:
        return {"statusCode": 404}
    return {"statusCode": 200, "body": json.dumps(found["Item"])}

# %% tags=["wrong-3.1"] expect="The numbers have become text"
# the cure that is found first on the web
import json

import boto3

table = boto3.resource("dynamodb").Table("orders")
routes = ["POST /orders", "GET /orders/{order_id}"]


def handler(event, context):
    if event["routeKey"] == "POST /orders":
        order = json.loads(event["body"])
        table.put_item(Item=order)
        return {"statusCode": 201, "body": json.dumps(order)}
    found = table.get_item(Key=event["pathParameters"])
    if "Item" not in found:
        return {"statusCode": 404}
    return {"statusCode": 200, "body": json.dumps(found["Item"], default=str)}

# %% tags=["wrong-3.1"] expect="A global lives in one environment and is gone with it"
# keeps the orders in a global
import json

ORDERS = {}
routes = ["POST /orders", "GET /orders/{order_id}"]


def handler(event, context):
    if event["routeKey"] == "POST /orders":
        order = json.loads(event["body"])
        ORDERS[order["order_id"]] = order
        return {"statusCode": 201, "body": json.dumps(order)}
    order = ORDERS.get(event["pathParameters"]["order_id"])
    return {"statusCode": 200 if order else 404, "body": json.dumps(order)}

# %% tags=["wrong-3.1"] expect="get_item answers without the key Item when there is none"
# nothing found, and all is well
import json

import boto3

table = boto3.resource("dynamodb").Table("orders")
routes = ["POST /orders", "GET /orders/{order_id}"]


def handler(event, context):
    if event["routeKey"] == "POST /orders":
        order = json.loads(event["body"])
        table.put_item(Item=order)
        return {"statusCode": 201, "body": json.dumps(order)}
    found = table.get_item(Key=event["pathParameters"])
    return {"statusCode": 200, "body": json.dumps(found.get("Item"), default=int)}

# %% tags=["wrong-3.1"] expect="The numbers have become floats"
# whole cents no more
import json

import boto3

table = boto3.resource("dynamodb").Table("orders")
routes = ["POST /orders", "GET /orders/{order_id}"]


def handler(event, context):
    if event["routeKey"] == "POST /orders":
        order = json.loads(event["body"])
        table.put_item(Item=order)
        return {"statusCode": 201, "body": json.dumps(order)}
    found = table.get_item(Key=event["pathParameters"])
    if "Item" not in found:
        return {"statusCode": 404}
    return {"statusCode": 200, "body": json.dumps(found["Item"], default=float)}

# %% tags=["wrong-3.1"] expect="those in the braces of your route"
# one name in the route, another in the code
import json

import boto3

table = boto3.resource("dynamodb").Table("orders")
routes = ["POST /orders", "GET /orders/{id}"]


def handler(event, context):
    if event["routeKey"] == "POST /orders":
        order = json.loads(event["body"])
        table.put_item(Item=order)
        return {"statusCode": 201, "body": json.dumps(order)}
    found = table.get_item(Key={"order_id": event["pathParameters"]["order_id"]})
    return {"statusCode": 200, "body": json.dumps(found["Item"], default=int)}

# %% tags=["wrong-3.1"] expect="A route without a part in braces brings no pathParameters"
# reads the id before it knows which route came
import json

import boto3

table = boto3.resource("dynamodb").Table("orders")
routes = ["POST /orders", "GET /orders/{order_id}"]


def handler(event, context):
    order_id = event["pathParameters"]["order_id"]
    if event["routeKey"] == "POST /orders":
        table.put_item(Item=json.loads(event["body"]))
        return {"statusCode": 201, "body": event["body"]}
    found = table.get_item(Key={"order_id": order_id})
    return {"statusCode": 200, "body": json.dumps(found["Item"], default=int)}

# %% tags=["alternative-3.1"]
# one greedy route, and Decimals made whole by a function of its own
import json
from decimal import Decimal

import boto3

client = boto3.resource("dynamodb").Table("orders")
routes = ("ANY /{proxy+}",)


def plain(value):
    if isinstance(value, Decimal):
        return int(value)
    raise TypeError(f"no JSON for {value!r}")


def handler(event, context):
    method = event["requestContext"]["http"]["method"]
    first, *rest = event["rawPath"].strip("/").split("/")
    if (method, first, len(rest)) == ("POST", "orders", 0):
        order = json.loads(event["body"], parse_float=Decimal)
        client.put_item(Item=order)
        return {"statusCode": 201, "body": event["body"]}
    if (method, first, len(rest)) == ("GET", "orders", 1):
        item = client.get_item(Key={"order_id": rest[0]}, ConsistentRead=True).get("Item")
        if item:
            return {"statusCode": 200, "body": json.dumps(item, default=plain)}
    return {"statusCode": 404, "body": "{}"}

# %% [markdown]
# ### Exercise 3.2 · One handler, two formats
#
# **Given** a function behind an HTTP API (format 2.0) and a REST API (format 1.0) at the same time, as in any move from one to the other.
#
# **Goal** at both doors the answer is 200 with this JSON:
# `{"method": …, "path": …, "customer": …, "skus": […]}`.
# `customer` is the header `X-Customer`, in whatever letters it was sent, or `null`. `skus` are all values of the parameter `sku`, in a list.
#
# **Done when** three requests get the same answers through both doors.

# %% tags=["exercise-3.2"]
import json


def request_of(event):
    # SOLUTION: return method, path, customer and skus as a dict, from either format
    headers = {name.lower(): value for name, value in event["headers"].items()}
    if event.get("version") == "2.0":
        method, path = event["requestContext"]["http"]["method"], event["rawPath"]
        sku = (event.get("queryStringParameters") or {}).get("sku")
        skus = sku.split(",") if sku else []
    else:
        method, path = event["httpMethod"], event["path"]
        skus = (event["multiValueQueryStringParameters"] or {}).get("sku", [])
    return {"method": method, "path": path, "customer": headers.get("x-customer"), "skus": skus}
    # END SOLUTION


def handler(event, context):
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps(request_of(event)),
    }

# %% tags=["check-3.2"]
lab.check("3.2", handler)

# %% [markdown] tags=["solution-only"]
# **Why this works.** One small function knows the two formats; the rest of the code knows neither. `event.get("version")` asks without assuming: a REST API sends no version.
# Header names are compared in small letters, since HTTP does not tell `X-Customer` from `x-customer`.
#
# An alternative is `parse_qs(event["rawQueryString"])` for format 2.0, which is right even when a value holds a comma. The event classes of Powertools do the same for you.
#
# In production, an HTTP API can send format 1.0 as well (`PayloadFormatVersion`), so that a move needs no new code on the first day.

# %% tags=["wrong-3.2"] expect="Look at the table of the doors"
# knows one format
import json


def handler(event, context):
    answer = {
        "method": event["requestContext"]["http"]["method"],
        "path": event["rawPath"],
        "customer": event["headers"].get("x-customer"),
        "skus": [s for s in event.get("queryStringParameters", {}).get("sku", "").split(",") if s],
    }
    return {"statusCode": 200, "body": json.dumps(answer)}

# %% tags=["wrong-3.2"] expect="One answer shape does not fit every door"
# returns what worked at the HTTP API
def handler(event, context):
    headers = {name.lower(): value for name, value in event["headers"].items()}
    if "rawPath" in event:
        method, path = event["requestContext"]["http"]["method"], event["rawPath"]
        sku = event.get("queryStringParameters", {}).get("sku")
        skus = sku.split(",") if sku else []
    else:
        method, path = event["httpMethod"], event["path"]
        skus = (event["multiValueQueryStringParameters"] or {}).get("sku", [])
    return {"method": method, "path": path, "customer": headers.get("x-customer"), "skus": skus}

# %% tags=["wrong-3.2"] expect="has no version at all"
# asks for a version that is not there
import json


def request_of(event):
    headers = {name.lower(): value for name, value in event["headers"].items()}
    if event["version"] == "1.0":
        method, path = event["httpMethod"], event["path"]
        skus = (event["multiValueQueryStringParameters"] or {}).get("sku", [])
    else:
        method, path = event["requestContext"]["http"]["method"], event["rawPath"]
        sku = event.get("queryStringParameters", {}).get("sku")
        skus = sku.split(",") if sku else []
    return {"method": method, "path": path, "customer": headers.get("x-customer"), "skus": skus}


def handler(event, context):
    return {"statusCode": 200, "body": json.dumps(request_of(event))}

# %% tags=["wrong-3.2"] expect="Compare names in small letters"
# one spelling of the header
import json


def request_of(event):
    customer = event["headers"].get("x-customer")
    if "rawPath" in event:
        method, path = event["requestContext"]["http"]["method"], event["rawPath"]
        sku = event.get("queryStringParameters", {}).get("sku")
        skus = sku.split(",") if sku else []
    else:
        method, path = event["httpMethod"], event["path"]
        skus = (event["multiValueQueryStringParameters"] or {}).get("sku", [])
    return {"method": method, "path": path, "customer": customer, "skus": skus}


def handler(event, context):
    return {"statusCode": 200, "body": json.dumps(request_of(event))}

# %% tags=["wrong-3.2"] expect="only the last in queryStringParameters"
# format 1.0 keeps the last
import json


def request_of(event):
    headers = {name.lower(): value for name, value in event["headers"].items()}
    sku = (event.get("queryStringParameters") or {}).get("sku")
    if "rawPath" in event:
        method, path = event["requestContext"]["http"]["method"], event["rawPath"]
    else:
        method, path = event["httpMethod"], event["path"]
    skus = sku.split(",") if sku else []
    return {"method": method, "path": path, "customer": headers.get("x-customer"), "skus": skus}


def handler(event, context):
    return {"statusCode": 200, "body": json.dumps(request_of(event))}

# %% tags=["wrong-3.2"] expect="Format 1.0 writes null where format 2.0 leaves a key out"
# a default does not help against null
import json


def request_of(event):
    headers = {name.lower(): value for name, value in event["headers"].items()}
    if "rawPath" in event:
        method, path = event["requestContext"]["http"]["method"], event["rawPath"]
        sku = event.get("queryStringParameters", {}).get("sku")
        skus = sku.split(",") if sku else []
    else:
        method, path = event["httpMethod"], event["path"]
        skus = event.get("multiValueQueryStringParameters", {}).get("sku", [])
    return {"method": method, "path": path, "customer": headers.get("x-customer"), "skus": skus}


def handler(event, context):
    return {"statusCode": 200, "body": json.dumps(request_of(event))}

# %% tags=["wrong-3.2"] expect="Look whether a sku came before you split it"
# splits what is not there
import json


def request_of(event):
    headers = {name.lower(): value for name, value in event["headers"].items()}
    if event.get("version") == "2.0":
        method, path = event["requestContext"]["http"]["method"], event["rawPath"]
        skus = event.get("queryStringParameters", {}).get("sku", "").split(",")
    else:
        method, path = event["httpMethod"], event["path"]
        skus = (event["multiValueQueryStringParameters"] or {}).get("sku", [])
    return {"method": method, "path": path, "customer": headers.get("x-customer"), "skus": skus}


def handler(event, context):
    return {"statusCode": 200, "body": json.dumps(request_of(event))}

# %% tags=["wrong-3.2"] expect="requestContext.path begins with the stage"
# the path as the API's own address has it
import json


def request_of(event):
    headers = {name.lower(): value for name, value in event["headers"].items()}
    if event.get("version") == "2.0":
        method, path = event["requestContext"]["http"]["method"], event["rawPath"]
        sku = event.get("queryStringParameters", {}).get("sku")
        skus = sku.split(",") if sku else []
    else:
        method, path = event["httpMethod"], event["requestContext"]["path"]
        skus = (event["multiValueQueryStringParameters"] or {}).get("sku", [])
    return {"method": method, "path": path, "customer": headers.get("x-customer"), "skus": skus}


def handler(event, context):
    return {"statusCode": 200, "body": json.dumps(request_of(event))}

# %% tags=["wrong-3.2"] expect="statusCode is a whole number"
def handler(event, context):
    return {"statusCode": "OK", "body": "{}"}

# %% tags=["alternative-3.2"]
# both formats made one, from the most particular place to the most general
import json
from urllib.parse import parse_qs


def handler(event, context):
    http = event.get("requestContext", {}).get("http", {})
    many = event.get("multiValueQueryStringParameters") or parse_qs(event.get("rawQueryString", ""))
    customer = [v for n, v in event["headers"].items() if n.casefold() == "x-customer"]
    answer = {
        "method": http.get("method") or event["httpMethod"],
        "path": event.get("rawPath") or event["path"],
        "customer": customer[0] if customer else None,
        "skus": many.get("sku", []),
    }
    return {"statusCode": 200, "body": json.dumps(answer)}

# %% [markdown]
# ## CORS is the browser's rule
#
# A page of one **origin** (scheme, host and port) wants to read from another. Browsers do not let it, unless the other one agrees.
# The agreement is called **CORS**, cross-origin resource sharing. It is a header of the answer: `access-control-allow-origin`.
#
# Before an unusual request, such as one with JSON, the browser asks first. It sends `OPTIONS`, the **preflight**, and looks for `access-control-allow-…` in the answer.
#
# Who answers that? A function URL and an HTTP API do, when their CORS setting says so. Behind a REST API or a load balancer your function has to.

# %% [markdown]
# **Predict.** A page of `https://blog.example` sends a plain `GET` to your API, which has no CORS setting. What happens?
#
# - A — the API refuses with 403: another origin
# - B — the browser sends nothing
# - C — the function runs and answers 200, and the browser keeps the answer from the page

# %% tags=["predict-3.d"]
lab.predict("3.d", ...)

# %% tags=["run"]
shop, blog = "https://shop.halftone.example", "https://blog.example"
address = doors["HTTP API"]


def show_cors(origin, method="GET", **more):
    ran = len(lab.records(kind="invocation.started", function="echo-demo"))
    status, text, headers = send(f"{address}/orders", method, headers={"Origin": origin, **more})
    ran = len(lab.records(kind="invocation.started", function="echo-demo")) > ran
    allowed = headers["access-control-allow-origin"]
    print(f"{method:8}from {origin:30} → {status}, function ran: {ran}, allowed: {allowed}")


print("no CORS setting")
show_cors(blog)

# %% tags=["run"]
api_id = next(api["ApiId"] for api in http.get_apis()["Items"] if api["ApiEndpoint"] == address)
http.update_api(
    ApiId=api_id,
    CorsConfiguration={
        "AllowOrigins": [shop],
        "AllowMethods": ["GET", "POST"],
        "AllowHeaders": ["content-type"],
    },
)
print("with a CORS setting for the shop")
show_cors(blog)
show_cors(shop)
show_cors(shop, "OPTIONS", **{"Access-Control-Request-Method": "POST"})
lab.saw("3.d")

# %% [markdown] teaches=["05-09", "DVA-C03 2.1"]
# **What we saw.** The function ran for the stranger's page, before the setting and after it. Only a header differs, and only a browser looks at it: `curl` and other programs do not.
# So CORS guards the reader of a page. It does not guard your API: for that, ask who is calling.
#
# With the setting the API answered the preflight itself, and no function ran. It also replaces CORS headers of your function.
#
# Frequent mistakes: the header on the preflight only, not on the answer itself. And none on errors, so that the page cannot read your 400.

# %% [markdown] teaches=["05-06"]
# ## Who said no
#
# A request passes three layers, and each may refuse it: the *door*, then *Lambda*, then *your code*.
#
# The door can ask who is calling before anything runs:
#
# | | function URL | HTTP API | REST API |
# |---|---|---|---|
# | a signature of IAM | yes | yes | yes |
# | a token of Cognito or another issuer | – | JWT authorizer | Cognito user pools |
# | a function that decides | – | Lambda authorizer | Lambda authorizer |
#
# **Cognito** keeps users and signs their tokens; it invokes nothing.
# A **JWT authorizer** checks such a token by the issuer's public keys, without code of yours. A **Lambda authorizer** is a function of yours that answers yes or no.

# %% [markdown]
# **Predict.** Six requests to one HTTP API are refused with six statuses: 400, 401, 403, 404, 429 and 500. For how many of them did your function run?
#
# - A — for none: a refused request reaches no function
# - B — for two: 400 and 500
# - C — for all six: a status is what a function returns

# %% tags=["predict-3.e"]
lab.predict("3.e", ...)

# %% tags=["demo"]
import time


def serve(event, context):
    wish = (event.get("queryStringParameters") or {}).get("wish")
    if wish == "crash":
        raise ValueError("no paper left")
    if wish == "nonsense":
        return {"statusCode": 400, "body": "there is no such paper"}
    if wish == "slow":
        time.sleep(3)
    return {"statusCode": 200, "body": "printed"}

# %% tags=["run"]
lab.deploy(serve, "serve-demo", Timeout=10)
made = http.create_api(Name="serve-demo", ProtocolType="HTTP")
api = {"ApiId": made["ApiId"]}
integration = http.create_integration(
    **api,
    IntegrationType="AWS_PROXY",
    IntegrationUri=FUNCTION + "serve-demo",
    PayloadFormatVersion="2.0",
)
members = http.create_authorizer(
    **api,
    Name="members",
    AuthorizerType="JWT",
    IdentitySource=["$request.header.Authorization"],
    JwtConfiguration={
        "Issuer": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Halftone",
        "Audience": ["shop"],
    },
)
to_serve = {**api, "Target": f"integrations/{integration['IntegrationId']}"}
http.create_route(**to_serve, RouteKey="GET /open")
http.create_route(
    **to_serve,
    RouteKey="GET /members",
    AuthorizationType="JWT",
    AuthorizerId=members["AuthorizerId"],
)
http.create_route(**to_serve, RouteKey="GET /staff", AuthorizationType="AWS_IAM")
http.create_route(**to_serve, RouteKey="GET /sale")
one_only = {"ThrottlingBurstLimit": 1, "ThrottlingRateLimit": 0.01}
http.create_stage(
    **api, StageName="$default", AutoDeploy=True, RouteSettings={"GET /sale": one_only}
)
source = f"arn:aws:execute-api:us-east-1:123456789012:{made['ApiId']}/*"
allow("serve-demo", "http-api", "apigateway", source)

serve_api = made["ApiEndpoint"]
send(f"{serve_api}/sale")  # the one request that the sale allows
for path in ("open?wish=nonsense", "members", "staff", "nowhere", "sale", "open?wish=crash"):
    runs = len(lab.records(kind="invocation.started", function="serve-demo"))
    status, text, headers = send(f"{serve_api}/{path}")
    ran = len(lab.records(kind="invocation.started", function="serve-demo")) > runs
    print(f"{status}  GET /{path:20}{'your function ran' if ran else 'nothing ran':20}{text}")
lab.saw("3.e")

# %% [markdown] teaches=["05-13", "DVA-C03 4.1"]
# **What we saw.** Four times the door said no, and no function ran: nothing to find in its log, nothing to pay for it. Twice it was your code: once in its own words, once by crashing.
#
# | what happened | function URL | HTTP API | REST API | who said no |
# |---|---|---|---|---|
# | who are you? | 403 | 401, 403 | 401, 403 | the door |
# | no such path | – | 404 | 403 | the door |
# | above the door's limit | – | 429 | 429 | the door |
# | the door may not invoke | 403 | 500 | 500 | Lambda |
# | the function is throttled | 429 | 503 | 500 | Lambda |
# | the function failed, or its answer cannot be used | 502 | 500 | 502 | your code |
# | the door stopped waiting | – | 503 | 504 | the door |
#
# Only a 4xx of your own can tell a caller what to mend. A synchronous caller is waiting: give it a structured error.

# %% [markdown] teaches=["05-02", "claim 15"]
# ## Break it · the permission, and the patience
#
# Each door needs a permission in the *function's* policy; `allow` added it. A door pushes. Where Lambda itself polls, it needs an *event source mapping* (lab 05), and here is none.
#
# **Predict.** `3.f`: A function URL and an HTTP API have lost their permission to invoke. What do they answer?
#
# - A — both 403: forbidden is forbidden
# - B — the function URL 403, the HTTP API 500
# - C — both 500
#
# `3.g`: A REST API waits 1 second for a function that takes 3, and its caller gets a 504. For how long are you billed?
#
# - A — 1 second: the API ends the function
# - B — nothing: it was an error
# - C — 3 seconds: the function runs to its end

# %% tags=["predict-3.f"]
display(lab.predict("3.f", ...), lab.predict("3.g", ...))

# %% tags=["run"]
serve_url = open_url("serve-demo")
print("before:", send(f"{serve_url}/open")[0], send(f"{serve_api}/open")[0])

for statement in ("url", "url-invoke", "http-api"):
    lambda_.remove_permission(FunctionName="serve-demo", StatementId=statement)
print("without permission:", send(f"{serve_url}/open")[0], send(f"{serve_api}/open")[0])
print("why:", lab.records(kind="http.answered")[-1]["reason"])

allow("serve-demo", "http-api", "apigateway", source)
print("repaired:", send(f"{serve_api}/open")[0])
mappings = lambda_.list_event_source_mappings()["EventSourceMappings"]
print("event source mappings in this lab:", len(mappings))
lab.saw("3.f")

# %% [markdown]
# **What we saw.** For the function URL the caller is the one who may not: 403. The HTTP API may not, and its caller can do nothing about that: 500, without a word.
# On AWS, switch on the API's access log with `$context.integrationErrorMessage`: the reason stands there, not in the function's log. Nothing ran.
#
# Now the patience. The next cell takes 3 seconds.

# %% tags=["run"]
hasty = open_rest_api("serve-demo", timeout_ms=1000)
status, text, headers = send(f"{hasty}/open?wish=slow")
print(status, text)


def is_finished():
    ends = lab.records(kind="invocation.finished", function="serve-demo")
    return [end for end in ends if end["duration_ms"] > 2900]


(end,) = lab.wait_until(is_finished, 10, "the function to finish")
print("the function:", end["status"], "· billed 3 s or more:", end["billed_ms"] >= 3000)
lab.saw("3.g")

# %% [markdown] teaches=["05-05", "05-07", "05-08", "05-10", "05-11"]
# **What we saw.** The function never learns that nobody listens. It ends well and is billed, and the caller may send again: two orders for one click (lab 10). Long work belongs behind a queue (lab 05).
#
# | | function URL | HTTP API | REST API | load balancer |
# |---|---|---|---|---|
# | waits | as long as the function, 15 min at most | 30 s | 29 s; more on request | its idle timeout |
# | request and answer | 6 MB | 6 MB, Lambda's limit | 6 MB (10 MB at the door) | 1 MB |
# | only here | streamed answers without an API | JWT, automatic deployment | see below | servers beside functions |
#
# | only at a REST API | what for |
# |---|---|
# | **request validation** | checks bodies by a JSON schema before anything is invoked |
# | **stage cache** | keeps a stage's answers for a while, which saves invocations |
# | **usage plan** | gives each paying partner a rate and a quota, by an API key |
# | **mapping template** | changes request and answer in a custom integration (in VTL): to adapt an old system, to join or to trim |
#
# An idle API costs nothing per hour. Upwards there are limits, until raised: 10,000 requests a second for an account's APIs, 1,000 concurrent executions.
#
# **Response streaming** sends up to 200 MB in pieces: natively in Node.js; Python needs a custom runtime or the Lambda Web Adapter.
#
# ([API Gateway](https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html) and [Lambda](https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html), read in November 2026.)

# %% [markdown] teaches=["DVA-C03 1.1"]
# ### Exercise 3.6 · Say what is wrong
#
# The ticket: a bad order makes `place-order` raise, and the customer sees a 500.
#
# **Given** `POST /orders` of an HTTP API. Some bodies are no JSON, some are missing. With `curl -d` a good order comes as base64.
#
# **Goal** a good order gets 201 and `{"order_id": …}`. A bad one gets 400 and `{"errors": [{"field": …, "problem": …}, …]}`, with *every* fault in it:
#
# - `body`: it is no JSON object;
# - `order_id`, `customer`: not a text;
# - `items`: not a list, or an empty one;
# - `items.0`: not an object; `items.0.qty`: not an int of at least 1; `items.0.unit_cents`: not an int of at least 0. Items count from 0.
#
# **Done when** two good and eight bad requests get what they should, and none a 500.

# %% tags=["exercise-3.6"]
import base64
import json


def order_in(event):
    # SOLUTION: return the order in the body as a dict, or None when it is no JSON object
    body = event.get("body") or ""
    if event.get("isBase64Encoded"):
        body = base64.b64decode(body)
    try:
        order = json.loads(body)
    except ValueError:
        return None
    return order if isinstance(order, dict) else None
    # END SOLUTION


def faults_in(order):
    # SOLUTION: return a list of (field, problem), one for each fault
    if order is None:
        return [("body", "must be a JSON object")]
    faults = []
    for field in ("order_id", "customer"):
        if not isinstance(order.get(field), str):
            faults.append((field, "must be a text"))
    items = order.get("items")
    if not isinstance(items, list) or not items:
        faults.append(("items", "must be a list with at least one item"))
        items = []
    for number, item in enumerate(items):
        if not isinstance(item, dict):
            faults.append((f"items.{number}", "must be an object"))
            continue
        for field, least in (("qty", 1), ("unit_cents", 0)):
            if type(item.get(field)) is not int or item[field] < least:
                problem = f"must be a whole number of at least {least}"
                faults.append((f"items.{number}.{field}", problem))
    return faults
    # END SOLUTION


def handler(event, context):
    order = order_in(event)
    faults = faults_in(order)
    if faults:
        errors = [{"field": field, "problem": problem} for field, problem in faults]
        return {"statusCode": 400, "body": json.dumps({"errors": errors})}
    return {"statusCode": 201, "body": json.dumps({"order_id": order["order_id"]})}

# %% tags=["check-3.6"]
lab.check("3.6", handler)

# %% [markdown] tags=["solution-only"]
# **Why this works.** Nothing is looked at before its shape is known: text, JSON, object, list, item. So no line can crash on what a stranger sends.
# The faults are collected, and the answer comes last: a customer mends a form once, not five times.
#
# An alternative is a model of the order, with pydantic or Powertools' validation: its error list becomes the answer. A REST API can check a JSON schema before your function runs; then a bad order costs no invocation, but the answer is one sentence.
#
# In production, count your 400s: a sudden rise is often a bug in your own page. And never repeat a customer's text in an answer without care.

# %% tags=["wrong-3.6"] expect="Collect the faults in a list and go on"
# stops at the first fault
import base64
import json


def fault_in(order):
    if not isinstance(order, dict):
        return "body"
    for field in ("order_id", "customer"):
        if not isinstance(order.get(field), str):
            return field
    if not isinstance(order.get("items"), list) or not order["items"]:
        return "items"
    for number, item in enumerate(order["items"]):
        if type(item["qty"]) is not int or item["qty"] < 1:
            return f"items.{number}.qty"
    return None


def handler(event, context):
    body = event.get("body", "null")
    order = json.loads(base64.b64decode(body) if event["isBase64Encoded"] else body)
    field = fault_in(order)
    if field:
        errors = [{"field": field, "problem": "is wrong"}]
        return {"statusCode": 400, "body": json.dumps({"errors": errors})}
    return {"statusCode": 201, "body": json.dumps({"order_id": order["order_id"]})}

# %% tags=["wrong-3.6"] expect="Look at isBase64Encoded before you read the body"
# has only met JSON that says so; reads the rest as nothing
import json


def handler(event, context):
    try:
        order = json.loads(event["body"])
    except ValueError:
        errors = [{"field": "body", "problem": "is no JSON"}]
        return {"statusCode": 400, "body": json.dumps({"errors": errors})}
    return {"statusCode": 201, "body": json.dumps({"order_id": order["order_id"]})}

# %% tags=["wrong-3.6"] expect="The customer sees Internal Server Error and nothing more"
# raises, and the caller gets a 500
import base64
import json


class BadOrder(Exception):
    pass


def handler(event, context):
    body = event["body"]
    order = json.loads(base64.b64decode(body) if event["isBase64Encoded"] else body)
    if "customer" not in order:
        raise BadOrder("customer is missing")
    return {"statusCode": 201, "body": json.dumps({"order_id": order["order_id"]})}

# %% tags=["wrong-3.6"] expect="An error inside a 2xx looks like success"
# the status says all is well
import base64
import json


def handler(event, context):
    body = event["body"]
    order = json.loads(base64.b64decode(body) if event["isBase64Encoded"] else body)
    errors = [{"field": f, "problem": "missing"} for f in ("order_id", "customer") if f not in order]
    if errors:
        return {"statusCode": 200, "body": json.dumps({"errors": errors})}
    return {"statusCode": 201, "body": json.dumps({"order_id": order["order_id"]})}

# %% tags=["wrong-3.6"] expect="Make text of the body with json.dumps"
# a dict as body
import base64
import json


def handler(event, context):
    body = event["body"]
    order = json.loads(base64.b64decode(body) if event["isBase64Encoded"] else body)
    if "customer" not in order:
        errors = [{"field": "customer", "problem": "is missing"}]
        return {"statusCode": 400, "body": {"errors": errors}}
    return {"statusCode": 201, "body": json.dumps({"order_id": order["order_id"]})}

# %% tags=["wrong-3.6"] expect="In Python True is an int"
# True counts as one piece
import base64
import json


def faults_in(order):
    faults = [f for f in ("order_id", "customer") if not isinstance(order.get(f), str)]
    if not order.get("items"):
        faults.append("items")
    for number, item in enumerate(order.get("items", [])):
        if not isinstance(item.get("qty"), int) or item["qty"] < 1:
            faults.append(f"items.{number}.qty")
        if not isinstance(item.get("unit_cents"), int) or item["unit_cents"] < 0:
            faults.append(f"items.{number}.unit_cents")
    return faults


def handler(event, context):
    body = event["body"]
    order = json.loads(base64.b64decode(body) if event["isBase64Encoded"] else body)
    errors = [{"field": field, "problem": "is wrong"} for field in faults_in(order)]
    if errors:
        return {"statusCode": 400, "body": json.dumps({"errors": errors})}
    return {"statusCode": 201, "body": json.dumps({"order_id": order["order_id"]})}

# %% tags=["wrong-3.6"] expect="Name the place: 'items.0.qty'"
# which of the items was it?
import base64
import json


def faults_in(order):
    faults = {f for f in ("order_id", "customer") if not isinstance(order.get(f), str)}
    if not order.get("items"):
        faults.add("items")
    for item in order.get("items", []):
        if type(item.get("qty")) is not int or item["qty"] < 1:
            faults.add("qty")
        if type(item.get("unit_cents")) is not int or item["unit_cents"] < 0:
            faults.add("unit_cents")
    return faults


def handler(event, context):
    body = event["body"]
    order = json.loads(base64.b64decode(body) if event["isBase64Encoded"] else body)
    errors = [{"field": field, "problem": "is wrong"} for field in faults_in(order)]
    if errors:
        return {"statusCode": 400, "body": json.dumps({"errors": errors})}
    return {"statusCode": 201, "body": json.dumps({"order_id": order["order_id"]})}

# %% tags=["wrong-3.6"] expect="the shop's page waits for 400"
# another status that means nearly the same
import base64
import json


def handler(event, context):
    body = event["body"]
    order = json.loads(base64.b64decode(body) if event["isBase64Encoded"] else body)
    errors = [{"field": f, "problem": "missing"} for f in ("order_id", "customer") if f not in order]
    if errors:
        return {"statusCode": 422, "body": json.dumps({"errors": errors})}
    return {"statusCode": 201, "body": json.dumps({"order_id": order["order_id"]})}

# %% tags=["wrong-3.6"] expect="name the fields that are wrong"
# one net around everything
import base64
import json


def handler(event, context):
    try:
        body = event["body"]
        order = json.loads(base64.b64decode(body) if event["isBase64Encoded"] else body)
        assert isinstance(order["order_id"], str) and isinstance(order["customer"], str)
        assert all(type(item["qty"]) is int and item["qty"] > 0 for item in order["items"])
    except Exception:
        errors = [{"field": "body", "problem": "something is wrong with it"}]
        return {"statusCode": 400, "body": json.dumps({"errors": errors})}
    return {"statusCode": 201, "body": json.dumps({"order_id": order["order_id"]})}

# %% tags=["alternative-3.6"]
# rules as a table, and one walk through it
import base64
import json


def is_count(least):
    return lambda value: isinstance(value, int) and value is not True and value >= least


ORDER = {"order_id": lambda v: isinstance(v, str), "customer": lambda v: isinstance(v, str)}
ITEM = {"qty": is_count(1), "unit_cents": lambda v: v is not False and is_count(0)(v)}


def walk(order):
    yield from (name for name, is_right in ORDER.items() if not is_right(order.get(name)))
    items = order.get("items")
    if not (isinstance(items, list) and items):
        yield "items"
        return
    for number, item in enumerate(items):
        if not isinstance(item, dict):
            yield f"items.{number}"
            continue
        for name, is_right in ITEM.items():
            if not is_right(item.get(name)):
                yield f"items.{number}.{name}"


def handler(event, context):
    try:
        raw = event["body"].encode()
        order = json.loads(base64.b64decode(raw) if event["isBase64Encoded"] else raw)
        fields = list(walk(order))
    except (KeyError, ValueError, AttributeError):
        fields = ["body"]
    if not fields:
        return {"statusCode": 201, "body": json.dumps({"order_id": order["order_id"]})}
    errors = [{"field": field, "problem": f"{field} is not as it should be"} for field in fields]
    return {"statusCode": 400, "body": json.dumps({"errors": errors})}

# %% [markdown]
# ## Recap
#
# - Two formats: 2.0 from function URLs and HTTP APIs, 1.0 from REST APIs; a load balancer's is close to 1.0.
# - Return the full shape: `statusCode`, `headers`, and a body made by `json.dumps`. Only format 2.0 forgives less.
# - The status names the layer: the door, Lambda or your code. Only your own 4xx tells a caller what to mend.
# - CORS tells browsers which pages may read an answer. It keeps nobody from calling.
# - A door stops waiting, the function does not. Choose the door by what it waits for, takes and does.
#
# Start with a function URL for one function, an HTTP API for an API. Take REST for what only REST has, a load balancer where one stands already.

# %% [markdown]
# ## Heard elsewhere
#
# Four sentences from articles about Lambda. Before you run the cell, mark each as `"true"`, `"half"` or `"false"`, in place of `...`.

# %% tags=["predict-3.h"] teaches=["05-02", "05-03", "05-11", "05-13", "claim 15"]
lab.predict("3.h", ...)  # Triggers are also called event source mappings.
lab.predict("3.i", ...)  # API Gateway offers two kinds of API: REST and WebSocket.
lab.predict("3.j", ...)  # An API on Lambda takes none or 10,000 requests a second alike.
lab.predict("3.k", ...)  # For a synchronous caller, return structured error responses.
display(lab.saw("3.h"), lab.saw("3.i"), lab.saw("3.j"), lab.saw("3.k"))

# %% [markdown]
# ## In real AWS
#
# Where this lab met something that AWS does in another way:

# %% tags=["run"]
lab.fidelity()

# %% [markdown]
# ## Receipt
#
# What your functions would have cost on AWS:

# %% tags=["run", "nbval-ignore-output"]
# not compared: what is billed differs from run to run
lab.receipt()

# %% [markdown]
# ## Questions
#
# Answer in your head or on paper, then open the reasons.

# %% tags=["run"]
lab.questions()

# %% [markdown]
# ## More
#
# Three stretch exercises, about 40 minutes. You close the lab without them, and master it with them.
#
# Before them, one more request at each door. The sign ≠ marks what is not as it was sent: a stage in front of the path, a parameter that stays encoded.
# The console below it sends requests of your own to the doors of this lab, and shows event and answer.

# %% tags=["run"]
from helpers.consoles import HttpConsole
from helpers.views import events_side_by_side

events_side_by_side("request")

# %% tags=["run"]
HttpConsole(lab)

# %% [markdown]
# ### Exercise 3.3 · A picture in the answer
#
# **Given** `png(color)`, which draws a small PNG of one color. A request asks for `/samples?color=c81e1e`.
#
# **Goal** the answer is that picture, with the content type `image/png`, through an HTTP API and through a REST API.
# JSON carries no bytes, so they travel as base64. A REST API turns base64 into bytes only for media types that it was told: `binary_types` is its list `binaryMediaTypes`.
#
# **Done when** two colors arrive through both doors, byte for byte.

# %% tags=["exercise-3.3"]
import base64
import struct
import zlib

binary_types = ["image/png"]  # SOLUTION


def png(color):
    def chunk(kind, data):
        checksum = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", 16, 16, 8, 2, 0, 0, 0)  # 16 × 16 pixels, 8 bits, RGB
    pixels = zlib.compress((b"\0" + bytes.fromhex(color) * 16) * 16)
    parts = (chunk(b"IHDR", header), chunk(b"IDAT", pixels), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def handler(event, context):
    picture = png(event["queryStringParameters"]["color"])
    # SOLUTION: return the picture as base64, with its content type
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "image/png"},
        "body": base64.b64encode(picture).decode(),
        "isBase64Encoded": True,
    }
    # END SOLUTION

# %% tags=["check-3.3"]
lab.check("3.3", handler, binary_types)

# %% [markdown] tags=["solution-only"]
# **Why this works.** base64 writes three bytes as four letters, and letters travel in JSON. `isBase64Encoded` tells the door to turn them back.
# A REST API looks at the caller's `Accept` as well: its first type has to be on the list.
#
# An alternative for a REST API is `binaryMediaTypes=["*/*"]`. Then every request body arrives as base64 too, so look at `isBase64Encoded` on the way in.
#
# In production, large pictures do not belong here: 6 MB of answer are about 4.5 MB of picture. Answer with a redirect to S3, or let CloudFront deliver them.

# %% tags=["wrong-3.3"] expect="Bytes travel as base64"
# bytes as they are
import struct
import zlib

binary_types = ["image/png"]


def chunk(kind, data):
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


def handler(event, context):
    color = bytes.fromhex(event["queryStringParameters"]["color"])
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 16, 16, 8, 2, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress((b"\0" + color * 16) * 16))
    picture = b"\x89PNG\r\n\x1a\n" + header + pixels + chunk(b"IEND", b"")
    return {"statusCode": 200, "headers": {"Content-Type": "image/png"}, "body": picture}

# %% tags=["wrong-3.3"] expect="The bytes were made text on the way"
# text that is none
import struct
import zlib

binary_types = ["image/png"]


def chunk(kind, data):
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


def handler(event, context):
    color = bytes.fromhex(event["queryStringParameters"]["color"])
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 16, 16, 8, 2, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress((b"\0" + color * 16) * 16))
    picture = b"\x89PNG\r\n\x1a\n" + header + pixels + chunk(b"IEND", b"")
    body = picture.decode("latin-1")
    return {"statusCode": 200, "headers": {"Content-Type": "image/png"}, "body": body}

# %% tags=["wrong-3.3"] expect="nobody decoded it"
# base64, and nobody told
import base64
import struct
import zlib

binary_types = ["image/png"]


def chunk(kind, data):
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


def handler(event, context):
    color = bytes.fromhex(event["queryStringParameters"]["color"])
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 16, 16, 8, 2, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress((b"\0" + color * 16) * 16))
    picture = b"\x89PNG\r\n\x1a\n" + header + pixels + chunk(b"IEND", b"")
    body = base64.b64encode(picture).decode()
    return {"statusCode": 200, "headers": {"Content-Type": "image/png"}, "body": body}

# %% tags=["wrong-3.3"] expect="A browser goes by the header"
# a picture that calls itself text
import base64
import struct
import zlib

binary_types = ["image/png"]


def chunk(kind, data):
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


def handler(event, context):
    color = bytes.fromhex(event["queryStringParameters"]["color"])
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 16, 16, 8, 2, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress((b"\0" + color * 16) * 16))
    picture = b"\x89PNG\r\n\x1a\n" + header + pixels + chunk(b"IEND", b"")
    body = base64.b64encode(picture).decode()
    return {"statusCode": 200, "body": body, "isBase64Encoded": True}

# %% tags=["wrong-3.3"] expect="only for media types on its list"
# the setting of the API forgotten
import base64
import struct
import zlib

binary_types = []


def chunk(kind, data):
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


def handler(event, context):
    color = bytes.fromhex(event["queryStringParameters"]["color"])
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 16, 16, 8, 2, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress((b"\0" + color * 16) * 16))
    picture = b"\x89PNG\r\n\x1a\n" + header + pixels + chunk(b"IEND", b"")
    return {
        "statusCode": 200,
        "headers": {"Content-Type": "image/png"},
        "body": base64.b64encode(picture).decode(),
        "isBase64Encoded": True,
    }

# %% tags=["wrong-3.3"] expect="nothing but base64"
# as a page would have it in its text
import base64
import struct
import zlib

binary_types = ["image/png"]


def chunk(kind, data):
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


def handler(event, context):
    color = bytes.fromhex(event["queryStringParameters"]["color"])
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 16, 16, 8, 2, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress((b"\0" + color * 16) * 16))
    picture = b"\x89PNG\r\n\x1a\n" + header + pixels + chunk(b"IEND", b"")
    body = "data:image/png;base64," + base64.b64encode(picture).decode()
    headers = {"Content-Type": "image/png"}
    return {"statusCode": 200, "headers": headers, "body": body, "isBase64Encoded": True}

# %% tags=["alternative-3.3"]
# every type is binary; another header's spelling
import base64
import struct
import zlib

binary_types = ["*/*"]


def chunk(kind, data):
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


def handler(event, context):
    color = bytes.fromhex(event["queryStringParameters"]["color"])
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\0" + color))
    picture = b"\x89PNG\r\n\x1a\n" + header + pixels + chunk(b"IEND", b"")
    text = str(base64.standard_b64encode(picture), "ascii")
    headers = {"content-type": "image/png"}
    return {"statusCode": 200, "headers": headers, "body": text, "isBase64Encoded": True}

# %% [markdown] teaches=["05-06", "DVA-C03 2.1"]
# ### Exercise 3.4 · The ticket collector
#
# **Given** tickets `<customer>.<until>.<signature>`, such as `c-42.1795250000.` and 64 hex digits. `until` counts seconds since 1970.
# The signature is the HMAC-SHA256, in hex, of `<customer>.<until>`; the secret is in the variable `TICKET_SECRET`. Callers send `Authorization: Bearer <ticket>`.
#
# **Goal** a Lambda authorizer for an HTTP API, in its simple form.
# It returns `{"isAuthorized": True, "context": {"customer": …}}` for a good ticket, and `{"isAuthorized": False}` for everything else.
#
# **Done when** two good tickets get through, with their customer in the next function's event, and seven bad ones get a 403.

# %% tags=["exercise-3.4"]
import hashlib
import hmac
import os
import time


def sign(text):
    secret = os.environ["TICKET_SECRET"].encode()
    return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()


def handler(event, context):
    # SOLUTION: take the ticket out of event["headers"]["authorization"], and test it
    scheme, _, ticket = event["headers"].get("authorization", "").partition(" ")
    text, _, signature = ticket.rpartition(".")
    customer, _, until = text.partition(".")
    is_ours = hmac.compare_digest(sign(text), signature)
    if scheme != "Bearer" or not is_ours or int(until) < time.time():
        return {"isAuthorized": False}
    return {"isAuthorized": True, "context": {"customer": customer}}
    # END SOLUTION

# %% tags=["check-3.4"]
lab.check("3.4", handler)

# %% [markdown] tags=["solution-only"]
# **Why this works.** The signature is tested before anything in the ticket is believed, so `int(until)` meets only numbers that the shop wrote. `compare_digest` takes the same time wherever two texts begin to differ, so nobody can guess a signature letter by letter.
#
# An alternative is a token of an issuer such as Cognito, with the HTTP API's JWT authorizer: no code, keys that change by themselves, and nobody shares a secret.
#
# In production, remember that the API keeps an authorizer's answer for its time to live, by the identity source alone. An answer that depends on the path must not be kept. And secrets belong into Secrets Manager (lab 08).

# %% tags=["wrong-3.4"] expect="Only a signature of your own proves"
# reads the ticket and believes it
import time


def handler(event, context):
    scheme, _, ticket = event["headers"]["authorization"].partition(" ")
    parts = ticket.split(".")
    if scheme != "Bearer" or len(parts) != 3 or not parts[1].isdigit():
        return {"isAuthorized": False}
    good = int(parts[1]) > time.time()
    return {"isAuthorized": good, "context": {"customer": parts[0]}}

# %% tags=["wrong-3.4"] expect="Compare the second part with time.time()"
# a ticket is a ticket for ever
import hashlib
import hmac
import os


def handler(event, context):
    scheme, _, ticket = event["headers"]["authorization"].partition(" ")
    text, _, signature = ticket.rpartition(".")
    secret = os.environ["TICKET_SECRET"].encode()
    good = hmac.new(secret, text.encode(), hashlib.sha256).hexdigest() == signature
    good = good and scheme == "Bearer"
    return {"isAuthorized": good, "context": {"customer": text.split(".")[0]}}

# %% tags=["wrong-3.4"] expect="Take it apart with care"
# crashes on what is no ticket
import hashlib
import hmac
import os
import time


def handler(event, context):
    customer, until, signature = event["headers"]["authorization"].removeprefix("Bearer ").split(".")
    secret = os.environ["TICKET_SECRET"].encode()
    wanted = hmac.new(secret, f"{customer}.{until}".encode(), hashlib.sha256).hexdigest()
    good = wanted == signature and int(until) > time.time()
    return {"isAuthorized": good, "context": {"customer": customer}}

# %% tags=["wrong-3.4"] expect="Only 'Bearer ' introduces a ticket"
# any scheme will do
import hashlib
import hmac
import os
import time


def handler(event, context):
    ticket = event["headers"]["authorization"].split(" ")[-1]
    text, _, signature = ticket.rpartition(".")
    secret = os.environ["TICKET_SECRET"].encode()
    wanted = hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()
    good = wanted == signature and int(text.split(".")[1]) > time.time()
    return {"isAuthorized": good, "context": {"customer": text.split(".")[0]}}

# %% tags=["wrong-3.4"] expect="sees customer 'c-42' in the context"
# lets in, and does not say whom
import hashlib
import hmac
import os
import time


def handler(event, context):
    scheme, _, ticket = event["headers"]["authorization"].partition(" ")
    text, _, signature = ticket.rpartition(".")
    secret = os.environ["TICKET_SECRET"].encode()
    wanted = hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()
    good = scheme == "Bearer" and wanted == signature and int(text.split(".")[1]) > time.time()
    return {"isAuthorized": good}

# %% tags=["wrong-3.4"] expect="So a REST API's authorizer says no"
# says no as articles about REST APIs do
import hashlib
import hmac
import os
import time


def handler(event, context):
    scheme, _, ticket = event["headers"]["authorization"].partition(" ")
    text, _, signature = ticket.rpartition(".")
    secret = os.environ["TICKET_SECRET"].encode()
    wanted = hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()
    if scheme != "Bearer" or wanted != signature or int(text.split(".")[1]) < time.time():
        raise Exception("Unauthorized")
    return {"isAuthorized": True, "context": {"customer": text.split(".")[0]}}

# %% tags=["wrong-3.4"] expect="The authorizer said no, or nothing that this form knows"
# a policy, which the other form of authorizers returns
def handler(event, context):
    customer = event["headers"]["authorization"].removeprefix("Bearer ").split(".")[0]
    allow = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": event["routeArn"]}
    document = {"Version": "2012-10-17", "Statement": [allow]}
    return {"principalId": customer, "policyDocument": document}

# %% tags=["wrong-3.4"] expect="writes the names of headers small"
def handler(event, context):
    customer = event["headers"]["Authorization"].removeprefix("Bearer ").split(".")[0]
    return {"isAuthorized": True, "context": {"customer": customer}}

# %% tags=["alternative-3.4"]
# every step may fail, and failing means no
import hashlib
import hmac
import os
import re
import time

TICKET = re.compile(r"Bearer ((c-[0-9]+)[.]([0-9]{1,12}))[.]([0-9a-f]{64})")


def handler(event, context):
    found = TICKET.fullmatch(event["headers"].get("authorization", ""))
    if not found:
        return {"isAuthorized": False}
    text, customer, until, signature = found.groups()
    digest = hmac.digest(os.environ["TICKET_SECRET"].encode(), text.encode(), "sha256")
    good = hmac.compare_digest(digest, bytes.fromhex(signature)) and time.time() < int(until)
    return {"isAuthorized": good, "context": {"customer": customer}}

# %% [markdown] teaches=["05-09"]
# ### Exercise 3.5 · CORS, twice
#
# **Given** the shop's page at `https://shop.halftone.example`. It posts JSON to `/orders`, so its browser asks before it sends.
#
# **Goal** `cors` is the setting of an HTTP API that lets this page post JSON. `handler` does the same by hand behind a REST API: it answers the preflight, and an order with 201.
# No other page may read the answers.
#
# **Done when** both doors satisfy the shop's browser, at the preflight and at the `POST`, and a stranger's at neither.

# %% tags=["exercise-3.5"]
import json

SHOP = "https://shop.halftone.example"
cors = {"AllowOrigins": [SHOP], "AllowMethods": ["POST"], "AllowHeaders": ["content-type"]}  # SOLUTION


def place(order):
    return 201, {"order_id": order["order_id"]}


def handler(event, context):
    # SOLUTION: answer OPTIONS; else place the order; put the CORS headers on both answers
    headers = {"Access-Control-Allow-Origin": SHOP}
    if event["httpMethod"] == "OPTIONS":
        headers["Access-Control-Allow-Methods"] = "POST"
        headers["Access-Control-Allow-Headers"] = "content-type"
        return {"statusCode": 204, "headers": headers}
    status, placed = place(json.loads(event["body"]))
    return {"statusCode": status, "headers": headers, "body": json.dumps(placed)}
    # END SOLUTION

# %% tags=["check-3.5"]
lab.check("3.5", cors, handler)

# %% [markdown] tags=["solution-only"]
# **Why this works.** The browser compares the header with the page's own origin, letter by letter. It does so at every answer, the refused orders included.
#
# An alternative behind a REST API is a MOCK integration for `OPTIONS`: the API answers the preflight itself, and no function runs for it. The console's "Enable CORS" makes one; the header on the other answers remains your work.
#
# In production, errors of the door itself (401, 429, 504) carry no CORS header at a REST API unless you add it to its gateway responses. Without it, a page sees a network error instead of the status.

# %% tags=["wrong-3.5"] expect="The browser looks for this header at every answer"
# the preflight only
SHOP = "https://shop.halftone.example"
cors = {"AllowOrigins": [SHOP], "AllowMethods": ["POST"], "AllowHeaders": ["content-type"]}


def handler(event, context):
    if event["httpMethod"] == "OPTIONS":
        headers = {
            "Access-Control-Allow-Origin": SHOP,
            "Access-Control-Allow-Methods": "POST",
            "Access-Control-Allow-Headers": "content-type",
        }
        return {"statusCode": 204, "headers": headers}
    return {"statusCode": 201, "body": "{}"}

# %% tags=["wrong-3.5"] expect="A star lets every page in the world read the answer"
# the answer that is found first on the web
cors = {"AllowOrigins": ["*"], "AllowMethods": ["*"], "AllowHeaders": ["*"]}


def handler(event, context):
    headers = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*"}
    return {"statusCode": 201, "headers": headers, "body": "{}"}

# %% tags=["wrong-3.5"] expect="needs the method POST and the header content-type"
# JSON is what makes the browser ask
SHOP = "https://shop.halftone.example"
cors = {"AllowOrigins": [SHOP], "AllowMethods": ["POST"]}


def handler(event, context):
    return {"statusCode": 201, "headers": {"Access-Control-Allow-Origin": SHOP}, "body": "{}"}

# %% tags=["wrong-3.5"] expect="Do not repeat whatever Origin comes"
# whoever asks is welcome
import json

SHOP = "https://shop.halftone.example"
cors = {"AllowOrigins": [SHOP], "AllowMethods": ["POST"], "AllowHeaders": ["content-type"]}


def handler(event, context):
    headers = {
        "Access-Control-Allow-Origin": event["headers"]["Origin"],
        "Access-Control-Allow-Methods": "POST",
        "Access-Control-Allow-Headers": "content-type",
    }
    if event["httpMethod"] == "OPTIONS":
        return {"statusCode": 204, "headers": headers}
    order = json.loads(event["body"])
    return {"statusCode": 201, "headers": headers, "body": json.dumps(order)}

# %% tags=["wrong-3.5"] expect="scheme and host, no slash at the end"
# an origin is no address
SHOP = "https://shop.halftone.example/"
cors = {"AllowOrigins": [SHOP], "AllowMethods": ["POST"], "AllowHeaders": ["content-type"]}


def handler(event, context):
    return {"statusCode": 201, "headers": {"Access-Control-Allow-Origin": SHOP}, "body": "{}"}

# %% tags=["wrong-3.5"] expect="The value of each header is one text"
# lists, as in the setting
SHOP = "https://shop.halftone.example"
cors = {"AllowOrigins": [SHOP], "AllowMethods": ["POST"], "AllowHeaders": ["content-type"]}


def handler(event, context):
    headers = {"Access-Control-Allow-Origin": [SHOP], "Access-Control-Allow-Methods": ["POST"]}
    return {"statusCode": 201, "headers": headers, "body": "{}"}

# %% tags=["wrong-3.5"] expect="Here the method is event['httpMethod']"
# the other format's place
SHOP = "https://shop.halftone.example"
cors = {"AllowOrigins": [SHOP], "AllowMethods": ["POST"], "AllowHeaders": ["content-type"]}


def handler(event, context):
    status = 204 if event["requestContext"]["http"]["method"] == "OPTIONS" else 201
    return {"statusCode": status, "headers": {"Access-Control-Allow-Origin": SHOP}, "body": "{}"}

# %% tags=["alternative-3.5"]
# a list of origins that are welcome, and one set of headers for every answer
import json

WELCOME = {"https://shop.halftone.example", "https://www.halftone.example"}
cors = {
    "AllowOrigins": sorted(WELCOME),
    "AllowMethods": ["GET", "POST"],
    "AllowHeaders": ["content-type", "authorization"],
    "MaxAge": 600,
}


def headers_for(event):
    headers = {"Vary": "Origin", "Content-Type": "application/json"}
    origin = (event["headers"] or {}).get("Origin")
    if origin in WELCOME:
        headers["Access-Control-Allow-Origin"] = origin
        headers["Access-Control-Allow-Methods"] = "GET, POST"
        headers["Access-Control-Allow-Headers"] = "Content-Type, Authorization"
    return headers


def handler(event, context):
    status, body = 200, {}
    if event["httpMethod"] == "POST":
        status, body = 201, json.loads(event["body"])
    return {"statusCode": status, "headers": headers_for(event), "body": json.dumps(body)}

# %% [markdown]
# ## Clean up
#
# Deletes what this lab made. On AWS, too, delete what you no longer use.

# %% tags=["run"]
lab.cleanup()

# %% [markdown]
# ## Next lab
#
# **04 · Triggers II: events pushed at you**: S3, SNS and EventBridge send events and wait for no answer.
# Close this tab, and in the terminal run `python3 kit.py lab 04`.
