"""HTTP fronts before functions: URLs, HTTP APIs, REST APIs, load balancers; wired with boto3."""

from __future__ import annotations

import urllib3

from tools.triggers import REGION, Send, Triggers


class RefusedError(RuntimeError):
    """A front answered something else than 200; `status` says what."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(f"{status}: {body[:200]!r}")
        self.status = status


class Fronts:
    """The fronts of one account; requests share a pool of connections."""

    def __init__(self, triggers: Triggers) -> None:
        self._triggers = triggers
        self._pool = urllib3.PoolManager(maxsize=16, retries=False)

    def close(self) -> None:
        """Close every connection."""
        self._pool.clear()

    def url(self, function: str) -> Send:
        """Give the function a public URL."""
        functions = self._triggers.client("lambda")
        made = functions.create_function_url_config(FunctionName=function, AuthType="NONE")
        for action, more in (
            ("lambda:InvokeFunctionUrl", {"FunctionUrlAuthType": "NONE"}),
            ("lambda:InvokeFunction", {"InvokedViaFunctionUrl": True}),
        ):
            functions.add_permission(
                FunctionName=function,
                StatementId=action.split(":")[1],
                Action=action,
                Principal="*",
                **more,
            )
        address = made["FunctionUrl"].split("://")[1]
        label = address.split("/")[3] if "/_aws/" in address else address.split(".")[0]
        return self._get(f"/_aws/lambda-url/{label}/")

    def http_api(self, name: str, function: str) -> Send:
        """Put an HTTP API before the function."""
        apis = self._triggers.client("apigatewayv2")
        api = apis.create_api(Name=name, ProtocolType="HTTP")["ApiId"]
        integration = apis.create_integration(
            ApiId=api,
            IntegrationType="AWS_PROXY",
            IntegrationUri=function,
            PayloadFormatVersion="2.0",
        )["IntegrationId"]
        apis.create_route(ApiId=api, RouteKey="GET /orders", Target=f"integrations/{integration}")
        apis.create_stage(ApiId=api, StageName="dev", AutoDeploy=True)
        self._triggers.permit(function, "apigateway.amazonaws.com")
        return self._get(f"/_aws/execute-api/{api}/dev/orders")

    def rest_api(self, name: str, function: str) -> Send:
        """Put a REST API before the function."""
        apis = self._triggers.client("apigateway")
        api = apis.create_rest_api(name=name)["id"]
        (root,) = apis.get_resources(restApiId=api)["items"]
        orders = apis.create_resource(restApiId=api, parentId=root["id"], pathPart="orders")["id"]
        named = {"restApiId": api, "resourceId": orders, "httpMethod": "GET"}
        apis.put_method(**named, authorizationType="NONE")
        path = f"path/2015-03-31/functions/{function}/invocations"
        apis.put_integration(
            **named,
            type="AWS_PROXY",
            integrationHttpMethod="POST",
            uri=f"arn:aws:apigateway:{REGION}:lambda:{path}",
        )
        apis.create_deployment(restApiId=api, stageName="dev")
        self._triggers.permit(function, "apigateway.amazonaws.com")
        return self._get(f"/_aws/execute-api/{api}/dev/orders")

    def load_balancer(self, name: str, function: str, *, prefix: str = "") -> Send:
        """Put a load balancer before the function; `prefix` is its path where it is not ours."""
        balancers = self._triggers.client("elbv2")
        subnets = self._triggers.client("ec2").describe_subnets()["Subnets"]
        made = balancers.create_load_balancer(
            Name=name, Subnets=[subnet["SubnetId"] for subnet in subnets[:2]]
        )["LoadBalancers"][0]
        group = balancers.create_target_group(Name=f"{name}-group", TargetType="lambda")
        group_arn = group["TargetGroups"][0]["TargetGroupArn"]
        self._triggers.permit(function, "elasticloadbalancing.amazonaws.com", group_arn)
        balancers.register_targets(TargetGroupArn=group_arn, Targets=[{"Id": function}])
        balancers.create_listener(
            LoadBalancerArn=made["LoadBalancerArn"],
            Protocol="HTTP",
            Port=80,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": group_arn}],
        )
        label = made["DNSName"].partition(".")[0]
        return self._get(f"{prefix}/orders" if prefix else f"/_aws/elb/{label}/orders")

    def _get(self, path: str) -> Send:
        def send(one: str) -> None:
            answer = self._pool.request(
                "GET", f"{self._triggers.cloud.endpoint}{path}?id={one}", timeout=30
            )
            if answer.status != 200:
                raise RefusedError(answer.status, answer.data)

        return send
