"""The addresses of an account that answer HTTP: function URLs, APIs, load balancers.

Found through boto3. A REST API and a load balancer have no address in their documents, so theirs
are the ones that the kit's account gives them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from helpers.consoles.invoking import ConsoleLab


@dataclass(frozen=True, slots=True)
class Front:
    """One address: what it is, where, and which service a signed request names."""

    title: str
    kind: str
    id: str
    url: str
    service: str = "execute-api"
    stage: str = "$default"


def fronts_of(lab: ConsoleLab) -> list[Front]:
    """Return every address of the account, in the order of its services."""
    finders: tuple[Callable[[ConsoleLab], Iterator[Front]], ...] = (
        _function_urls,
        _http_apis,
        _rest_apis,
        _load_balancers,
    )
    return [front for find in finders for front in find(lab)]


def _function_urls(lab: ConsoleLab) -> Iterator[Front]:
    aws = lab.client("lambda")
    for function in _pages(aws, "list_functions", "Functions"):
        name = function["FunctionName"]
        listed = aws.list_function_url_configs(FunctionName=name)["FunctionUrlConfigs"]
        for config in listed:
            qualifier = config["FunctionArn"].split(":function:")[1]
            url = config["FunctionUrl"].rstrip("/")
            title = f"Function URL of {qualifier} ({config['AuthType']})"
            yield Front(title, "lambda-url", url.rpartition("/")[2], url, service="lambda")


def _http_apis(lab: ConsoleLab) -> Iterator[Front]:
    aws = lab.client("apigatewayv2")
    for api in aws.get_apis()["Items"]:
        if api["ProtocolType"] != "HTTP":
            continue
        for stage in aws.get_stages(ApiId=api["ApiId"])["Items"]:
            name = stage["StageName"]
            url = api["ApiEndpoint"] if name == "$default" else f"{api['ApiEndpoint']}/{name}"
            title = f"HTTP API {api['Name']}, stage {name}"
            yield Front(title, "http-api", api["ApiId"], url, stage=name)


def _rest_apis(lab: ConsoleLab) -> Iterator[Front]:
    aws = lab.client("apigateway")
    endpoint = aws.meta.endpoint_url
    for api in aws.get_rest_apis(limit=500).get("items", []):
        for stage in aws.get_stages(restApiId=api["id"]).get("item", []):
            name = stage["stageName"]
            url = f"{endpoint}/_aws/execute-api/{api['id']}/{name}"
            title = f"REST API {api['name']}, stage {name}"
            yield Front(title, "rest-api", api["id"], url, stage=name)


def _load_balancers(lab: ConsoleLab) -> Iterator[Front]:
    aws = lab.client("elbv2")
    for balancer in _pages(aws, "describe_load_balancers", "LoadBalancers"):
        label = balancer["DNSName"].partition(".")[0]
        url = f"{aws.meta.endpoint_url}/_aws/elb/{label}"
        name = balancer["LoadBalancerName"]
        yield Front(f"Load balancer {name}", "load-balancer", name, url)


def _pages(aws: Any, operation: str, member: str) -> list[Any]:
    return [one for page in aws.get_paginator(operation).paginate() for one in page[member]]
