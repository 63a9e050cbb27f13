"""CloudFormation's calls that make, change and delete stacks, in place of moto's.

Source: docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Operations.html.
"""

from __future__ import annotations

import re
from typing import Any

from moto.cloudformation import models
from moto.cloudformation.exceptions import (
    AlreadyExistsException,
    CloudFormationError,
    ValidationError,
)
from moto.cloudformation.responses import CloudFormationResponse
from moto.cloudformation.utils import generate_stack_id
from moto.core.responses import ActionResult, EmptyResult

from helpers.cloud.moto_seam.cloudformation import life
from helpers.cloud.moto_seam.cloudformation.claims import claiming
from helpers.cloud.moto_seam.cloudformation.events import move
from helpers.cloud.moto_seam.cloudformation.templates import read_template
from helpers.cloud.moto_seam.cloudformation.wanted import Wanted, wanted_by

STACK_NAME = re.compile(r"[a-zA-Z][-a-zA-Z0-9]{0,127}")
UPDATABLE = (
    "CREATE_COMPLETE",
    "UPDATE_COMPLETE",
    "UPDATE_ROLLBACK_COMPLETE",
    "UPDATE_FAILED",
    "CREATE_FAILED",
)
NO_CHANGES = (
    "The submitted information didn't contain changes. Submit different information to create a "
    "change set."
)


class ChangeSetNotFoundError(CloudFormationError):  # type: ignore[misc]
    """No change set has this name."""

    code = "ChangeSetNotFound"


class InvalidChangeSetStatusError(CloudFormationError):  # type: ignore[misc]
    """The change set cannot be executed."""

    code = "InvalidChangeSetStatus"


def install() -> None:
    """Bind the calls."""
    for call in (
        create_stack,
        update_stack,
        delete_stack,
        create_change_set,
        execute_change_set,
        describe_change_set,
        delete_change_set,
        list_change_sets,
        update_termination_protection,
    ):
        setattr(CloudFormationResponse, call.__name__, call)


def create_stack(response: Any) -> ActionResult:
    """CreateStack: checked at the call; failures afterwards are the stack's."""
    backend, name = response.cloudformation_backend, _name(response)
    with claiming(backend):
        if any(stack.name == name for stack in backend.stacks.values()):
            raise AlreadyExistsException(f"Stack [{name}] already exists")
        stack = _new_stack(response, wanted_by(response, {}))
    on_failure = response._get_param("OnFailure") or "ROLLBACK"
    if response._get_bool_param("DisableRollback", False):
        on_failure = "DO_NOTHING"
    life.run(stack, lambda: life.create(stack, on_failure), "CREATE_FAILED")
    return ActionResult({"StackId": stack.stack_id})


def update_stack(response: Any) -> ActionResult:
    """UpdateStack: refused when nothing would change."""
    stack = stack_of(response.cloudformation_backend, response._get_param("StackName"))
    with claiming(response.cloudformation_backend):
        check_updatable(stack)
        wanted = wanted_by(response, stack.resource_map.input_parameters, stack.original_template)
        tags = _tags(response)
        if _is_same(stack, wanted) and (not tags or tags == stack.tags):
            raise ValidationError(message="No updates are to be performed.")
        _take(stack, wanted, tags, response._get_param("RoleARN"))
        stack.status = "UPDATE_IN_PROGRESS"
    rollback = not response._get_bool_param("DisableRollback", False)
    life.run(
        stack,
        lambda: life.update(stack, wanted.template, wanted.parameters, rollback=rollback),
        "UPDATE_FAILED",
    )
    return ActionResult({"StackId": stack.stack_id})


def delete_stack(response: Any) -> EmptyResult:
    """DeleteStack: harmless for a name that nobody has."""
    name = response._get_param("StackName")
    retained = tuple(response._get_param("RetainResources", []))
    for stack in list(response.cloudformation_backend.stacks.values()):
        if name not in (stack.name, stack.stack_id):
            continue
        if stack.enable_termination_protection:
            message = f"Stack [{stack.name}] cannot be deleted while TerminationProtection is "
            raise ValidationError(message=f"{message}enabled")
        if retained and stack.status != "DELETE_FAILED":
            message = "Invalid operation on stack. Specify RetainResources only for stacks in "
            raise ValidationError(message=f"{message}the DELETE_FAILED state.")
        start_deletion(stack, retained)
    return EmptyResult()


def create_change_set(response: Any) -> ActionResult:
    """CreateChangeSet of type CREATE or UPDATE; one without changes is made, and FAILED."""
    backend, kind = response.cloudformation_backend, response._get_param("ChangeSetType", "UPDATE")
    name = response._get_param("ChangeSetName")
    stack = _stack_for(response, kind)
    known = stack.resource_map.input_parameters if kind != "CREATE" else {}
    wanted = wanted_by(response, known, stack.original_template, direct=False)
    if any(s.change_set_name == name and s.stack is stack for s in backend.change_sets.values()):
        raise AlreadyExistsException(f"ChangeSet {name} already exists")
    if kind == "CREATE" and stack.stack_id not in backend.stacks:
        backend.stacks[stack.stack_id] = stack
        move(stack, "REVIEW_IN_PROGRESS", "User Initiated")
    change_set = models.ChangeSet(
        change_set_type=kind,
        change_set_id=models.generate_changeset_id(name, backend.region_name, backend.account_id),
        change_set_name=name,
        stack=stack,
        template=wanted.text,
        parameters=wanted.parameters,
        description=response._get_param("Description"),
        notification_arns=response._get_param("NotificationARNs", []),
        tags=_tags(response),
        role_arn=response._get_param("RoleARN"),
    )
    change_set.wanted = wanted
    same = kind == "UPDATE" and _is_same(stack, wanted)
    change_set.status = "FAILED" if same else "CREATE_COMPLETE"
    change_set.execution_status = "UNAVAILABLE" if same else "AVAILABLE"
    change_set.status_reason = NO_CHANGES if same else None
    backend.change_sets[change_set.change_set_id] = change_set
    return ActionResult({"Id": change_set.change_set_id, "StackId": stack.stack_id})


def execute_change_set(response: Any) -> EmptyResult:
    """ExecuteChangeSet: the stack is made or changed, and the change set is used up."""
    change_set = _change_set(response)
    with claiming(response.cloudformation_backend):
        if change_set.execution_status != "AVAILABLE":
            raise InvalidChangeSetStatusError(
                f"ChangeSet [{change_set.change_set_id}] cannot be executed in its current status "
                f"of [{change_set.status}]"
            )
        change_set.execution_status = "EXECUTE_COMPLETE"
    stack, wanted = change_set.stack, change_set.wanted
    rollback = not response._get_bool_param("DisableRollback", False)
    _take(stack, wanted, change_set.tags, change_set.role_arn)
    if change_set.change_set_type == "CREATE":
        stack.template_dict, stack.resource_map.input_parameters = (
            wanted.template,
            wanted.parameters,
        )
        stack.description = wanted.template.get("Description")
        stack.resource_map = stack._create_resource_map()
        on_failure = "ROLLBACK" if rollback else "DO_NOTHING"
        life.run(stack, lambda: life.create(stack, on_failure), "CREATE_FAILED")
    else:
        check_updatable(stack)
        life.run(
            stack,
            lambda: life.update(stack, wanted.template, wanted.parameters, rollback=rollback),
            "UPDATE_FAILED",
        )
    return EmptyResult()


def describe_change_set(response: Any) -> ActionResult:
    """DescribeChangeSet: by ARN, or by its name and the stack's."""
    return ActionResult(_change_set(response))


def delete_change_set(response: Any) -> EmptyResult:
    """DeleteChangeSet: harmless for one that does not exist."""
    backend = response.cloudformation_backend
    try:
        backend.change_sets.pop(_change_set(response).change_set_id, None)
    except ChangeSetNotFoundError:
        return EmptyResult()
    return EmptyResult()


def list_change_sets(response: Any) -> ActionResult:
    """ListChangeSets of one stack."""
    backend = response.cloudformation_backend
    stack = stack_of(backend, response._get_param("StackName"))
    return ActionResult(
        {"Summaries": [each for each in backend.change_sets.values() if each.stack is stack]}
    )


def update_termination_protection(response: Any) -> ActionResult:
    """UpdateTerminationProtection."""
    stack = stack_of(response.cloudformation_backend, response._get_param("StackName"))
    stack.enable_termination_protection = response._get_bool_param("EnableTerminationProtection")
    return ActionResult({"StackId": stack.stack_id})


def stack_of(backend: Any, name: str) -> Any:
    """Return a stack by name or id; raises ValidationError as these calls word it."""
    for stack in list(backend.stacks.values()):
        if name in (stack.name, stack.stack_id):
            return stack
    raise ValidationError(message=f"Stack [{name}] does not exist")


def check_updatable(stack: Any) -> None:
    """Raise ValidationError for a stack that something happens to, or that never was."""
    if stack.status not in UPDATABLE:
        message = f"Stack:{stack.stack_id} is in {stack.status} state and can not be updated."
        raise ValidationError(message=message)


def _new_stack(response: Any, wanted: Wanted | None) -> Any:
    backend, name = response.cloudformation_backend, _name(response)
    stack = models.Stack(
        stack_id=generate_stack_id(name, backend.region_name, backend.account_id),
        name=name,
        template=wanted.text if wanted else {},
        parameters=wanted.parameters if wanted else {},
        account_id=backend.account_id,
        region_name=backend.region_name,
        notification_arns=response._get_param("NotificationARNs", []),
        tags=_tags(response),
        role_arn=response._get_param("RoleARN"),
        cross_stack_resources=backend.exports,
        enable_termination_protection=response._get_bool_param("EnableTerminationProtection"),
        timeout_in_mins=response._get_param("TimeoutInMinutes"),
        stack_policy_body=response._get_param("StackPolicyBody"),
    )
    stack.original_template = wanted.original if wanted else ""
    if wanted:
        backend.stacks[stack.stack_id] = stack
    return stack


def _stack_for(response: Any, kind: str) -> Any:
    """Return the stack that a change set is for; a new one, not yet known, for type CREATE."""
    backend, name = response.cloudformation_backend, response._get_param("StackName")
    found = [s for s in backend.stacks.values() if name in (s.name, s.stack_id)]
    if kind == "CREATE":
        if found and found[0].status != "REVIEW_IN_PROGRESS":
            change_set = response._get_param("ChangeSetName")
            message = f"Stack [{name}] already exists and cannot be created again with the "
            raise ValidationError(message=f"{message}changeSet [{change_set}].")
        return found[0] if found else _new_stack(response, None)
    stack = stack_of(backend, name)
    check_updatable(stack)
    return stack


def _take(stack: Any, wanted: Wanted, tags: dict[str, str], role_arn: str | None) -> None:
    life.remember(stack)
    stack.template, stack.original_template = wanted.text, wanted.original
    stack.parameters, stack.role_arn = wanted.parameters, role_arn or stack.role_arn
    stack.tags = tags or stack.tags


def _is_same(stack: Any, wanted: Wanted) -> bool:
    given = stack.resource_map.input_parameters
    # read anew: moto writes into the template that it works with
    return bool(read_template(stack.template) == wanted.template and given == wanted.parameters)


def start_deletion(stack: Any, retained: tuple[str, ...] = ()) -> None:
    """Delete a stack on a thread; those resources of `retained` stay."""
    life.run(stack, lambda: life.delete(stack, retained), "DELETE_FAILED")


def _change_set(response: Any) -> Any:
    return response.cloudformation_backend.describe_change_set(
        response._get_param("ChangeSetName"), response._get_param("StackName") or ""
    )


def _name(response: Any) -> str:
    name = str(response._get_param("StackName"))
    if not STACK_NAME.fullmatch(name):
        raise ValidationError(
            message=f"1 validation error detected: Value '{name}' at 'stackName' failed to satisfy "
            "constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"
        )
    return name


def _tags(response: Any) -> dict[str, str]:
    return {each["Key"]: each["Value"] for each in response._get_param("Tags", [])}
