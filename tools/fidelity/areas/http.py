"""HTTP: function URLs, API Gateway and load balancers, and what is left out of them."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from helpers.cloud.environment.runtime_folder import interpreter
from helpers.course.packaging import zip_of
from tools.fidelity.account import ProbedAccount, fetch, outcome
from tools.fidelity.rows import LAMBDA, Area

AREA = Area("HTTP: function URLs, API Gateway, load balancers")
GUIDE = "https://docs.aws.amazon.com/apigateway/latest/developerguide/"
BALANCERS = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/"
STREAMING = """\
import http.client, os
api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
path = "/2018-06-01/runtime/invocation/"
while True:
    api.request("GET", path + "next")
    event = api.getresponse()
    event.read()
    api.request(
        "POST",
        path + event.headers["Lambda-Runtime-Aws-Request-Id"] + "/response",
        (b"x" * 1_000_000 for _ in range(30)),
        {"Lambda-Runtime-Function-Response-Mode": "streaming", "Transfer-Encoding": "chunked"},
        encode_chunked=True,
    )
    api.getresponse().read()
"""
ECHO = """
import json
def handler(event, context):
    return {"statusCode": 200, "body": json.dumps(event)}
"""


class _HttpApi:
    """An HTTP API with a default stage."""

    def __init__(self, account: ProbedAccount) -> None:
        self._account = account
        self.client = account.client("apigatewayv2")
        made = self.client.create_api(Name=account.name(), ProtocolType="HTTP")
        self.id, self.url = made["ApiId"], made["ApiEndpoint"]
        self.client.create_stage(ApiId=self.id, StageName="$default", AutoDeploy=True)

    def route(self, **integration: Any) -> None:
        """Route everything to an integration."""
        made = self.client.create_integration(ApiId=self.id, **integration)
        target = f"integrations/{made['IntegrationId']}"
        self.client.create_route(ApiId=self.id, RouteKey="$default", Target=target)


class _RestApi:
    """A REST API with one method that answers a template."""

    def __init__(self, account: ProbedAccount, template: str = "ok") -> None:
        self._account = account
        self.client = account.client("apigateway")
        made = self.client.create_rest_api(name=account.name())
        self.id = made["id"]
        method = {"restApiId": self.id, "resourceId": made["rootResourceId"], "httpMethod": "GET"}
        self.client.put_method(**method, authorizationType="NONE")
        self.client.put_integration(
            **method, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'}
        )
        self.client.put_method_response(**method, statusCode="200")
        self.client.put_integration_response(
            **method, statusCode="200", responseTemplates={"application/json": template}
        )

    def deploy(self, **settings: Any) -> None:
        """Deploy to the stage dev."""
        self.client.create_deployment(restApiId=self.id, stageName="dev", **settings)

    def get(self, **headers: str) -> tuple[int, bytes]:
        """Call the stage dev."""
        url = f"{self._account.cloud.endpoint}/_aws/execute-api/{self.id}/dev/"
        return fetch(url, **headers)


@AREA.row(
    "url-address",
    "A function URL is https://<id>.lambda-url.<region>.on.aws; the event shows that name.",
    f"{LAMBDA}urls-invocation.html",
    labs=("03",),
)
def url_address(account: ProbedAccount) -> str:
    """Make a public function URL, call it, and compare it with the event."""
    name = account.deploy(ECHO)
    made = account.lambda_client.create_function_url_config(FunctionName=name, AuthType="NONE")
    for action, more in (
        ("lambda:InvokeFunctionUrl", {"FunctionUrlAuthType": "NONE"}),
        ("lambda:InvokeFunction", {"InvokedViaFunctionUrl": True}),
    ):
        account.lambda_client.add_permission(
            FunctionName=name,
            StatementId=action.split(":")[1],
            Action=action,
            Principal="*",
            **more,
        )
    status, body = fetch(made["FunctionUrl"])
    event = json.loads(body)
    url = urlsplit(made["FunctionUrl"])
    seen = event["requestContext"]["domainName"].partition(".")[2]
    proto = event["headers"].get("x-forwarded-proto", "none")
    return (
        f"{url.scheme} on {url.hostname}, under a path of its own, answers {status}; the event "
        f"shows {seen} and x-forwarded-proto {proto}."
    )


@AREA.row(
    "response-streaming",
    "A Python function streams through a custom runtime only; a stream brings its status first.",
    f"{LAMBDA}configuration-response-streaming.html",
    labs=("03",),
)
def response_streaming(account: ProbedAccount) -> str:
    """Invoke a managed Python function with a response stream, and read its parts."""
    name = account.deploy("def handler(event, context):\n    return 'x' * 100\n")
    answer = account.lambda_client.invoke_with_response_stream(FunctionName=name)
    kinds = [next(iter(part)) for part in answer["EventStream"]]
    chunks = kinds.count("PayloadChunk")
    return f"A managed function's answer comes in {chunks} piece, when it is complete."


@AREA.row(
    "stream-rate",
    "A streamed answer may have 200 MB; after its first 6 MB it comes at 2 MB a second.",
    f"{LAMBDA}configuration-response-streaming.html",
)
def stream_rate(account: ProbedAccount) -> str:
    """Let a bootstrap stream 30 MB, and take the time."""
    name = account.name()
    account.lambda_client.create_function(
        FunctionName=name,
        Role=account.role,
        Runtime="provided.al2023",
        Handler="unused",
        Timeout=60,
        Code={"ZipFile": zip_of({"bootstrap": f"#!{interpreter()} -S\n{STREAMING}"})},
    )
    try:
        answer = account.lambda_client.invoke_with_response_stream(FunctionName=name)
    except ClientError as error:
        return f"Not here: a custom runtime gets {error.response['Error']['Code']}."
    began, received = time.monotonic(), 0
    for part in answer["EventStream"]:
        received += len(part.get("PayloadChunk", {}).get("Payload", b""))
    told, on_aws_s = f"{received // 1_000_000} MB", (received // 1_000_000 - 6) // 2
    if time.monotonic() - began > on_aws_s:
        return f"Slowed down too: {told} took as long as on AWS."
    return f"As fast as it comes, and as much: {told} took less than the {on_aws_s} s of AWS."


@AREA.row(
    "http-proxy",
    "An HTTP_PROXY integration reaches any address of the internet.",
    f"{GUIDE}http-api-develop-integrations-http.html",
)
def http_proxy(account: ProbedAccount) -> str:
    """Integrate an address outside, and one of this computer."""
    answers = []
    for address in ("http://example.com/", f"{account.cloud.endpoint}/_kit/health"):
        api = _HttpApi(account)
        api.route(
            IntegrationType="HTTP_PROXY",
            IntegrationMethod="GET",
            IntegrationUri=address,
            PayloadFormatVersion="1.0",
        )
        answers.append(fetch(api.url)[0])
    return f"Addresses of this computer only: they answer {answers[1]}, others {answers[0]}."


@AREA.row(
    "jwt-issuers",
    "A JWT authorizer fetches the keys of its issuer, over https.",
    f"{GUIDE}http-api-jwt-authorizer.html",
    labs=("03",),
)
def jwt_issuers(account: ProbedAccount) -> str:
    """Make authorizers with an issuer outside and one of this computer."""
    api = _HttpApi(account)
    answers = {
        issuer: outcome(
            api.client.create_authorizer,
            ApiId=api.id,
            AuthorizerType="JWT",
            IdentitySource=["$request.header.Authorization"],
            Name=f"a{number}",
            JwtConfiguration={"Audience": ["a"], "Issuer": issuer},
        )
        for number, issuer in enumerate(("https://example.com", account.cloud.endpoint))
    }
    outside, here = answers.values()
    return (
        f"Keys come from this computer or a user pool of the account only. An authorizer with an "
        f"issuer here {here}; one with an issuer outside {outside}, and finds no keys."
    )


@AREA.row(
    "api-cache",
    "A stage of a REST API can cache answers.",
    f"{GUIDE}api-gateway-caching.html",
    labs=("03",),
)
def api_cache(account: ProbedAccount) -> str:
    """Deploy a stage with a cache, and call it twice."""
    api = _RestApi(account, "$context.requestId")
    api.deploy(cacheClusterEnabled=True, cacheClusterSize="0.5")
    answers = {api.get()[1] for _ in range(2)}
    return "Cached." if len(answers) == 1 else "Accepted, but every call is answered anew."


@AREA.row(
    "web-sockets",
    "API Gateway has WebSocket APIs.",
    f"{GUIDE}apigateway-websocket-api.html",
    labs=("03",),
)
def web_sockets(account: ProbedAccount) -> str:
    """Create one, and look whether its address answers."""
    client = account.client("apigatewayv2")
    made = client.create_api(
        Name=account.name(), ProtocolType="WEBSOCKET", RouteSelectionExpression="$request.body.a"
    )
    client.create_stage(ApiId=made["ApiId"], StageName="dev")
    status, _ = fetch(f"{account.cloud.endpoint}/_aws/execute-api/{made['ApiId']}/dev/")
    return f"Kept, but nobody can connect: its address answers {status}."


@AREA.row(
    "custom-domains",
    "An API can have a domain name of yours.",
    f"{GUIDE}how-to-custom-domains.html",
)
def custom_domains(account: ProbedAccount) -> str:
    """Map a domain name to an API, and call it under that name."""
    api = _HttpApi(account)
    domain = f"{account.name()}.example.com"
    made = outcome(
        api.client.create_domain_name,
        DomainName=domain,
        DomainNameConfigurations=[
            {"CertificateArn": account.arn("acm", "certificate/0"), "EndpointType": "REGIONAL"}
        ],
    )
    status, _ = fetch(account.cloud.endpoint, Host=domain)
    return f"To make one {made}; a request under that name gets {status}."


@AREA.row(
    "vpc-links",
    "Private integrations reach into a VPC through a VPC link.",
    f"{GUIDE}http-api-private-integration.html",
)
def vpc_links(account: ProbedAccount) -> str:
    """Make a link and an integration through it, and call it."""
    api = _HttpApi(account)
    link = api.client.create_vpc_link(Name=account.name(), SubnetIds=["subnet-0"])["VpcLinkId"]
    api.route(
        IntegrationType="HTTP_PROXY",
        IntegrationMethod="GET",
        ConnectionType="VPC_LINK",
        ConnectionId=link,
        IntegrationUri=account.arn("elasticloadbalancing", "listener/app/x/0/1"),
        PayloadFormatVersion="1.0",
    )
    return f"Kept, but there is no VPC to reach: a call gets {fetch(api.url)[0]}."


@AREA.row(
    "waf",
    "A web ACL of AWS WAF can stand before an API.",
    f"{GUIDE}apigateway-control-access-aws-waf.html",
)
def waf(account: ProbedAccount) -> str:
    """Make a web ACL that blocks everything, tie it to a stage, and call the stage."""
    api = _RestApi(account)
    api.deploy()
    visible = {
        "SampledRequestsEnabled": False,
        "CloudWatchMetricsEnabled": False,
        "MetricName": "m",
    }
    client = account.client("wafv2")
    acl = client.create_web_acl(
        Name=account.name(),
        Scope="REGIONAL",
        DefaultAction={"Block": {}},
        VisibilityConfig=visible,
    )["Summary"]["ARN"]
    stage = f"arn:aws:apigateway:{account.cloud.region}::/restapis/{api.id}/stages/dev"
    tied = outcome(client.associate_web_acl, WebACLArn=acl, ResourceArn=stage)
    return f"To tie one that blocks all {tied}; a call still gets {api.get()[0]}."


@AREA.row(
    "api-documents",
    "API Gateway keeps documentation, client certificates and developer portals, makes SDKs of an "
    "API, and imports and exports HTTP APIs.",
    f"{GUIDE}api-gateway-documenting-api.html",
)
def api_documents(account: ProbedAccount) -> str:
    """Ask for one of each."""
    rest, http = account.client("apigateway"), account.client("apigatewayv2")
    api = _RestApi(account)
    asked = {
        "Documentation": outcome(rest.get_documentation_parts, restApiId=api.id),
        "client certificates": outcome(rest.get_client_certificates),
        "SDKs": outcome(rest.get_sdk_types),
        "portals": outcome(http.list_portals),
        "ImportApi of HTTP APIs": outcome(http.import_api, Body="{}"),
    }
    told = " or ".join(sorted({*asked.values()}))
    return f"{', '.join(asked)}: each {told}."


@AREA.row(
    "vtl-macros",
    "Mapping templates are written in Velocity, with API Gateway's own variables.",
    f"{GUIDE}models-mappings.html",
)
def vtl_macros(account: ProbedAccount) -> str:
    """Answer with a loop, and with a macro."""
    loop = _RestApi(account, "#foreach($n in [1..3])$n#end")
    loop.deploy()
    macro = _RestApi(account, "#macro(m)x#end#m()")
    macro.deploy()
    status, body = macro.get()
    told = f"gets {status}" if status != 200 else f"gives {body.decode()}"
    worked = "work" if loop.get()[1] == b"123" else "do not work"
    return f"Loops, conditions and variables {worked}; a template with #macro {told}."


@AREA.row(
    "balancer-tls",
    "A load balancer listens with TLS, knows sticky sessions, and checks the health of targets.",
    f"{BALANCERS}create-https-listener.html",
    labs=("03",),
)
def balancer_tls(account: ProbedAccount) -> str:
    """Make a load balancer before a function, call it, and look at the connection and health."""
    client, name = account.client("elbv2"), account.name()
    function = account.permit(account.deploy(ECHO), "elasticloadbalancing")
    subnets = account.client("ec2").describe_subnets()["Subnets"]
    made = client.create_load_balancer(
        Name=name, Subnets=[subnet["SubnetId"] for subnet in subnets[:2]]
    )["LoadBalancers"][0]
    group = client.create_target_group(Name=name, TargetType="lambda")["TargetGroups"][0]
    where = {"TargetGroupArn": group["TargetGroupArn"]}
    client.register_targets(**where, Targets=[{"Id": function}])
    certificate = account.client("acm").request_certificate(DomainName="example.com")[
        "CertificateArn"
    ]
    client.create_listener(
        LoadBalancerArn=made["LoadBalancerArn"],
        Protocol="HTTPS",
        Port=443,
        Certificates=[{"CertificateArn": certificate}],
        DefaultActions=[{"Type": "forward", **where}],
    )
    client.modify_target_group(**where, HealthCheckEnabled=True, HealthCheckPath="/health")
    label = made["DNSName"].partition(".")[0]
    status, _ = fetch(f"{account.cloud.endpoint}/_aws/elb/{label}/")
    runs = len(account.records(function.rpartition(":")[2], "invocation.started"))
    return (
        f"It answers over plain HTTP ({status}), also for an HTTPS listener. No health checks: "
        f"the function ran {runs} time, for the call. Stickiness is ignored."
    )


@AREA.row(
    "api-throttles",
    "An account's APIs share 10,000 requests a second.",
    f"{GUIDE}api-gateway-request-throttling.html",
)
def api_throttles(account: ProbedAccount) -> str:
    """Allow a stage one request, and call it twice."""
    api = _RestApi(account)
    api.deploy()
    operations = [
        {"op": "replace", "path": f"/*/*/throttling/{name}", "value": "1"}
        for name in ("rateLimit", "burstLimit")
    ]
    api.client.update_stage(restApiId=api.id, stageName="dev", patchOperations=operations)
    statuses = sorted({api.get()[0] for _ in range(4)})
    told = " and ".join(str(status) for status in statuses)
    return f"A stage's own limit is kept (four calls of a stage with 1 a second got {told})."
