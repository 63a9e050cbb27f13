"""EventBridge Scheduler: operations, actions and ARNs."""

from __future__ import annotations

from helpers.cloud.moto_seam.operations.arns import named, param, regional
from helpers.cloud.moto_seam.operations.call import (
    Call,
    everything,
    no_keys,
    pass_role,
    row,
    rows,
)


def schedule(call: Call) -> str:
    """Give the ARN of the schedule in its group."""
    group = call.params.get("GroupName") or "default"
    return regional("scheduler", call, f"schedule/{group}/{call.params['Name']}")


def _target_role(call: Call) -> list[str]:
    role = call.params["Target"].get("RoleArn")
    return [role] if role else []


_group = named("scheduler", "schedule-group/{Name}")
_passed = pass_role("scheduler.amazonaws.com", _target_role)

OPERATIONS = {
    "CreateSchedule": row("scheduler:CreateSchedule", schedule, no_keys, _passed),
    "UpdateSchedule": row("scheduler:UpdateSchedule", schedule, no_keys, _passed),
    **rows("scheduler", schedule, "GetSchedule DeleteSchedule"),
    **rows("scheduler", _group, "CreateScheduleGroup GetScheduleGroup DeleteScheduleGroup"),
    **rows("scheduler", everything, "ListSchedules ListScheduleGroups"),
    **rows("scheduler", param("ResourceArn"), "TagResource UntagResource ListTagsForResource"),
}
