"""CloudFormation: operations, actions and ARNs. Leaves out stack sets, types and hooks.

An ARN of a stack ends in an id, so it is asked for by name; a new stack has none yet.
"""

from __future__ import annotations

from helpers.cloud.moto_seam.operations.arns import keys_from, known, named, optional
from helpers.cloud.moto_seam.operations.call import everything, pass_role, row, rows

_new = named("cloudformation", "stack/{StackName}/*")
stack = known("stack", "StackName", _new)
_keys = keys_from(cloudformation_TemplateUrl="TemplateURL", cloudformation_RoleArn="RoleARN")
_passed = pass_role("cloudformation.amazonaws.com", optional("RoleARN"))

OPERATIONS = {
    "CreateStack": row("cloudformation:CreateStack", _new, _keys, _passed),
    "UpdateStack": row("cloudformation:UpdateStack", stack, _keys, _passed),
    "DeleteStack": row("cloudformation:DeleteStack", stack, _keys, _passed),
    "CreateChangeSet": row("cloudformation:CreateChangeSet", stack, _keys, _passed),
    **rows(
        "cloudformation",
        stack,
        "DescribeStacks DescribeStackEvents DescribeStackResource DescribeStackResources"
        " ListStackResources GetTemplate GetTemplateSummary ExecuteChangeSet DescribeChangeSet"
        " DeleteChangeSet ListChangeSets CancelUpdateStack ContinueUpdateRollback RollbackStack"
        " UpdateTerminationProtection GetStackPolicy SetStackPolicy",
    ),
    **rows("cloudformation", everything, "ListStacks ListExports ListImports ValidateTemplate"),
}
