"""Elastic Load Balancing v2: operations, actions and ARNs. Leaves out trust stores.

Source: docs.aws.amazon.com/service-authorization/latest/reference/
list_awselasticloadbalancingv2.html.
"""

from __future__ import annotations

from collections.abc import Iterable

from helpers.cloud.moto_seam.operations.arns import param
from helpers.cloud.moto_seam.operations.call import Call, everything, row, rows

_SERVICE = "elasticloadbalancing"


def _load_balancer(call: Call) -> str:
    name, kind = call.params["Name"], call.params.get("Type", "application")
    prefix = {"application": "app", "network": "net", "gateway": "gwy"}.get(str(kind), "app")
    return f"arn:aws:{_SERVICE}:{call.region}:{call.account}:loadbalancer/{prefix}/{name}/*"


def _target_group(call: Call) -> str:
    return f"arn:aws:{_SERVICE}:{call.region}:{call.account}:targetgroup/{call.params['Name']}/*"


def _rules(call: Call) -> Iterable[str]:
    return [str(one["RuleArn"]) for one in call.params["RulePriorities"]]


def _tagged(call: Call) -> Iterable[str]:
    return [str(arn) for arn in call.params["ResourceArns"]]


OPERATIONS = {
    "CreateLoadBalancer": row(f"{_SERVICE}:CreateLoadBalancer", _load_balancer),
    "CreateTargetGroup": row(f"{_SERVICE}:CreateTargetGroup", _target_group),
    **rows(
        _SERVICE,
        param("LoadBalancerArn"),
        "CreateListener DeleteLoadBalancer ModifyLoadBalancerAttributes SetIpAddressType"
        " SetSecurityGroups SetSubnets ModifyCapacityReservation ModifyIpPools",
    ),
    **rows(
        _SERVICE,
        param("TargetGroupArn"),
        "DeleteTargetGroup DeregisterTargets ModifyTargetGroup ModifyTargetGroupAttributes"
        " RegisterTargets",
    ),
    **rows(
        _SERVICE,
        param("ListenerArn"),
        "AddListenerCertificates CreateRule DeleteListener ModifyListener"
        " ModifyListenerAttributes RemoveListenerCertificates",
    ),
    **rows(_SERVICE, param("RuleArn"), "DeleteRule ModifyRule"),
    **rows(_SERVICE, _rules, "SetRulePriorities"),
    **rows(_SERVICE, _tagged, "AddTags RemoveTags"),
    **rows(
        _SERVICE,
        everything,
        "DescribeAccountLimits DescribeCapacityReservation DescribeListenerAttributes"
        " DescribeListenerCertificates DescribeListeners DescribeLoadBalancerAttributes"
        " DescribeLoadBalancers DescribeRules DescribeSSLPolicies DescribeTags"
        " DescribeTargetGroupAttributes DescribeTargetGroups DescribeTargetHealth",
    ),
}
