"""AWS::CodeDeploy::*: what SAM's DeploymentPreference makes of a function.

Traffic shifts all at once when the alias gets its new version; there is no deployment to watch.
Source:
docs.aws.amazon.com/serverless-application-model/latest/developerguide/automating-updates-to-serverless-apps.html.
"""

from __future__ import annotations

from moto.codedeploy.models import codedeploy_backends

from helpers.cloud.moto_seam.cloudformation.resource_types import Made, Properties, ResourceType


def _forget_application(made: Made) -> None:
    backend = codedeploy_backends[made.facts["Account"]][made.facts["Region"]]
    backend.applications.pop(made.facts["ApplicationName"], None)


def _forget_group(made: Made) -> None:
    backend = codedeploy_backends[made.facts["Account"]][made.facts["Region"]]
    groups = backend.deployment_groups.get(made.facts["ApplicationName"], {})
    groups.pop(made.facts["DeploymentGroupName"], None)


def _group(properties: Properties) -> Properties:
    return {
        **{name: value for name, value in properties.items() if name not in _NOT_CALLED},
        "deploymentGroupName": properties["DeploymentGroupName"],
    }


_NOT_CALLED = ("DeploymentGroupName", "Deployment")

TYPES = (
    ResourceType(
        "AWS::CodeDeploy::Application",
        "codedeploy",
        create="CreateApplication",
        ref="{ApplicationName}",
        name_property="ApplicationName",
        removed=_forget_application,
        fixed=("ApplicationName", "ComputePlatform"),
    ),
    ResourceType(
        "AWS::CodeDeploy::DeploymentGroup",
        "codedeploy",
        create="CreateDeploymentGroup",
        ref="{DeploymentGroupName}",
        name_property="DeploymentGroupName",
        prepare=_group,
        removed=_forget_group,
        fixed=("ApplicationName", "DeploymentGroupName"),
    ),
)
