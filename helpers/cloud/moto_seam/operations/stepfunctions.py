"""Step Functions: operations, actions (prefix ``states``) and ARNs."""

from __future__ import annotations

from helpers.cloud.moto_seam.operations.arns import named, optional, param
from helpers.cloud.moto_seam.operations.call import everything, no_keys, pass_role, row, rows

_machine = param("stateMachineArn")
_execution = param("executionArn")
_passed = pass_role("states.amazonaws.com", optional("roleArn"))

OPERATIONS = {
    "CreateStateMachine": row(
        "states:CreateStateMachine", named("states", "stateMachine:{name}"), no_keys, _passed
    ),
    "UpdateStateMachine": row("states:UpdateStateMachine", _machine, no_keys, _passed),
    **rows(
        "states",
        _machine,
        "StartExecution StartSyncExecution DescribeStateMachine DeleteStateMachine ListExecutions"
        " ListStateMachineVersions ListStateMachineAliases PublishStateMachineVersion",
    ),
    **rows(
        "states",
        _execution,
        "DescribeExecution StopExecution GetExecutionHistory RedriveExecution"
        " DescribeStateMachineForExecution",
    ),
    **rows(
        "states",
        everything,
        "ListStateMachines SendTaskSuccess SendTaskFailure SendTaskHeartbeat"
        " ValidateStateMachineDefinition",
    ),
    **rows("states", param("resourceArn"), "TagResource UntagResource ListTagsForResource"),
}
