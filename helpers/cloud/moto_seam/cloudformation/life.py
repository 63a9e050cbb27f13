"""A stack's life: made, updated and deleted on a thread, and back again after a failure.

The call that starts it waits for the end, but not longer than callers wait for an answer; then it
answers, and the stack goes on, as on AWS, where it always does. Source:
docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-failure-options.html.
"""

from __future__ import annotations

import contextvars
import threading
import traceback
from collections.abc import Callable, Mapping
from typing import Any

from moto.cloudformation import parsing
from moto.cloudformation.models import cloudformation_backends

from helpers.cloud.moto_seam.cloudformation import changes
from helpers.cloud.moto_seam.cloudformation.events import (
    AbandonedError,
    FailedError,
    move,
    reason_of,
)
from helpers.cloud.moto_seam.stack_calls import with_role

ANSWERS_WITHIN_S = 20.0
"""How long a call waits for its stack: less than an SDK waits for the answer."""
NOTHING: dict[str, Any] = {}


def run(stack: Any, work: Callable[[], None], failed: str) -> None:
    """Do the work of a stack on a thread of its own; `failed` is the status when it breaks."""

    def guarded() -> None:
        try:
            with with_role(stack.role_arn):
                work()
        except AbandonedError:
            return
        except Exception as error:
            traceback.print_exc()
            move(stack, failed, reason_of(error))

    asked = contextvars.copy_context()  # as whom the stack acts
    thread = threading.Thread(
        target=lambda: asked.run(guarded), name=f"stack-{stack.name}", daemon=True
    )
    thread.start()
    thread.join(ANSWERS_WITHIN_S)


def create(stack: Any, on_failure: str = "ROLLBACK") -> None:
    """Make a stack's resources; `on_failure` is ROLLBACK, DO_NOTHING or DELETE."""
    move(stack, "CREATE_IN_PROGRESS", "User Initiated")
    try:
        _until_made(stack, lambda: changes.make(stack.resource_map))
    except FailedError as failed:
        reason = f"The following resource(s) failed to create: [{failed.logical_id}]. "
        if on_failure == "DO_NOTHING":
            move(stack, "CREATE_FAILED", reason)
        elif on_failure == "DELETE":
            move(stack, "CREATE_FAILED", f"{reason}Delete requested by user.")
            delete(stack)
        else:
            move(stack, "ROLLBACK_IN_PROGRESS", f"{reason}Rollback requested by user.")
            _forget(stack, fresh=True)
            move(stack, "ROLLBACK_COMPLETE")
        return
    move(stack, "CREATE_COMPLETE")


def update(
    stack: Any, template: dict[str, Any], parameters: Mapping[str, Any], *, rollback: bool = True
) -> None:
    """Bring a stack to a template, or back to the old one when a resource fails."""
    resource_map = stack.resource_map
    old_template, old_given = stack.template_dict, dict(resource_map.input_parameters)
    before = dict(resource_map._resource_json_map)
    replaced: list[changes.Replaced] = []
    move(stack, "UPDATE_IN_PROGRESS", "User Initiated")
    try:
        changes.turn_to(resource_map, template, parameters)
        _until_made(stack, lambda: changes.bring(resource_map, replaced), template)
    except FailedError as failed:
        reason = f"The following resource(s) failed to update: [{failed.logical_id}]. "
        if not rollback:
            move(stack, "UPDATE_FAILED", reason)
            return
        move(stack, "UPDATE_ROLLBACK_IN_PROGRESS", reason)
        _roll_back(stack, old_template, old_given, replaced)
        return
    move(stack, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
    _clean_up(stack, before, replaced)
    move(stack, "UPDATE_COMPLETE")


def remember(stack: Any) -> None:
    """Keep what GetTemplate shows of a stack, for the case that its update is rolled back."""
    stack.before_update = (stack.template, stack.original_template, stack.parameters)


def delete(stack: Any, retained: tuple[str, ...] = ()) -> None:
    """Delete a stack's resources; those of `retained` stay."""
    backend = cloudformation_backends[stack.account_id][stack.region_name]
    move(stack, "DELETE_IN_PROGRESS", "User Initiated")
    for export in stack.kit_exports:
        users = importers(backend, export.name)
        if users:
            names = ", ".join(users)
            reason = f"Export {export.name} cannot be deleted as it is in use by {names}"
            move(stack, "DELETE_FAILED", reason)
            return
    for name in retained:
        stack.resource_map._parsed_resources.pop(name, None)
    failed = _forget(stack, fresh=False)
    if failed:
        listed = ", ".join(failed)
        move(stack, "DELETE_FAILED", f"The following resource(s) failed to delete: [{listed}]. ")
        return
    backend.stacks.pop(stack.stack_id, None)
    backend.deleted_stacks[stack.stack_id] = stack
    move(stack, "DELETE_COMPLETE")


def importers(backend: Any, export: str) -> list[str]:
    """Return the names of the stacks that import a value."""
    return sorted(
        stack.name
        for stack in list(backend.stacks.values())
        if export in getattr(stack.resource_map, "imports", ())
    )


def _until_made(
    stack: Any, work: Callable[[], None], template: dict[str, Any] | None = None
) -> None:
    """Do the work, then read the outputs and publish the exports; all of it may fail."""
    stack.resource_map.imports = set()
    try:
        work()
        stack.template_dict = template if template is not None else stack.template_dict
        stack.output_map = stack._create_output_map()
        outputs = [each for each in stack.output_map.values() if each]
        exports = stack.output_map.exports
    except (FailedError, AbandonedError):
        raise
    except Exception as error:
        raise FailedError(stack.name, reason_of(error)) from error
    _publish(stack, exports)
    stack.kit_outputs = outputs


def _publish(stack: Any, exports: list[Any]) -> None:
    backend = cloudformation_backends[stack.account_id][stack.region_name]
    wanted = {export.name: export for export in exports}
    for name, export in wanted.items():
        known = backend.exports.get(name)
        if known is not None and known.exporting_stack_id != stack.stack_id:
            other = known.exporting_stack_id.split("/")[1]
            reason = f"Export with name {name} is already exported by stack {other}."
            raise FailedError(stack.name, f"{reason} Rollback requested by user.")
        users = importers(backend, name)
        if known is not None and known.value != export.value and users:
            reason = f"Cannot update export {name} as it is in use by {', '.join(users)}"
            raise FailedError(stack.name, reason)
    for export in stack.kit_exports:
        users = importers(backend, export.name)
        if export.name not in wanted and users:
            reason = f"Export {export.name} cannot be deleted as it is in use by {', '.join(users)}"
            raise FailedError(stack.name, reason)
    for export in stack.kit_exports:
        backend.exports.pop(export.name, None)
    backend.exports.update(wanted)
    stack.kit_exports = list(wanted.values())


def _roll_back(
    stack: Any,
    template: dict[str, Any],
    given: Mapping[str, Any],
    replaced: list[changes.Replaced],
) -> None:
    made = stack.resource_map._parsed_resources
    added = dict(stack.resource_map._resource_json_map)
    for each in reversed(replaced):
        made[each.name] = each.old
    changes.turn_to(stack.resource_map, template, given)
    stack.template, stack.original_template, stack.parameters = stack.before_update
    try:
        _until_made(stack, lambda: changes.bring(stack.resource_map, []), template)
    except FailedError as failed:
        reason = f"The following resource(s) failed to update: [{failed.logical_id}]. "
        move(stack, "UPDATE_ROLLBACK_FAILED", reason)
        return
    move(stack, "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
    for each in reversed(replaced):
        changes.delete(stack, each.name, each.definition, each.new)
    _remove_gone(stack, added)
    move(stack, "UPDATE_ROLLBACK_COMPLETE")


def _clean_up(
    stack: Any, before: Mapping[str, Mapping[str, Any]], replaced: list[changes.Replaced]
) -> None:
    for each in reversed(replaced):
        if each.definition.get("UpdateReplacePolicy") not in changes.RETAINED:
            changes.delete(stack, each.name, each.definition, each.old)
    _remove_gone(stack, before)


def _remove_gone(stack: Any, before: Mapping[str, Mapping[str, Any]]) -> None:
    resource_map = stack.resource_map
    now = resource_map._resource_json_map
    gone = {
        name: definition
        for name, definition in before.items()
        if name not in now or not changes.is_wanted(resource_map, now[name])
    }
    changes.remove(stack, gone)


def _forget(stack: Any, *, fresh: bool) -> list[str]:
    """Remove every resource of a stack, and its exports; returns what would not go."""
    failed = changes.remove(stack, stack.resource_map._resource_json_map, fresh=fresh)
    backend = cloudformation_backends[stack.account_id][stack.region_name]
    for export in stack.kit_exports:
        backend.exports.pop(export.name, None)
    stack.kit_exports, stack.kit_outputs = [], []
    stack.resource_map.imports = set()
    stack.output_map = parsing.OutputMap(stack.resource_map, NOTHING, stack.stack_id)
    return failed
