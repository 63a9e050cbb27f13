"""A lab on an account that is not the kit's own: what is limited there, and how it is emptied.

What stood in the account when the lab came is never touched. A product's own reset empties all of
it, so it is used on this machine only, and only where nothing stood before.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from helpers.checks.capability import Capability
from helpers.checks.exercise import LabChecks
from helpers.course.abilities import Abilities
from helpers.course.account import Account, CloudHandle
from helpers.course.calm import keep_cells_calm
from helpers.course.guard import is_remote
from helpers.course.product import reset_product
from helpers.course.removal import KINDS, Inventory, inventory, remove_since
from helpers.views.card import Card
from helpers.views.panel import Tone

HOW_TO_GET_THEM = (
    "Their checks answer “not available here”, and so does a cell that needs what is missing. "
    "The kit's own account can do all of it: unset COLDSTART_BACKEND and AWS_ENDPOINT_URL, then "
    "restart the kernel."
)


class Elsewhere:
    """One foreign account in one kernel, from the moment the first lab comes."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._before = inventory(account.client)

    def keep_cells_calm(self) -> None:
        """Let cells end calmly that ask for what this account does not have."""
        keep_cells_calm()

    def limits(self, lab: LabChecks, abilities: Abilities) -> Card | None:
        """Return what of a lab is limited here and why; None where nothing is."""
        return limits_card(lab, abilities)

    def reset(self) -> Card:
        """Delete what came since the first lab, and say what was done."""
        endpoint = self._account.cloud.endpoint
        if self._was_empty() and not is_remote(endpoint):
            path = reset_product(endpoint)
            if path:
                return Card(Tone.GOOD, "The account is empty", (("By", f"POST {path}"),))
        deleted, kept = remove_since(self._account.client, self._before)
        lines = [(noun.capitalize(), ", ".join(sorted(names))) for noun, names in deleted.items()]
        if any(self._before.values()):
            lines.append(("Left alone", f"what stood here before: {_counted(self._before)}"))
        if kept:
            lines.append(("Still there", f"{_counted(kept)}, because the endpoint refused"))
        heading = "Deleted what came since the lab began" if deleted else "Nothing to delete"
        return Card(Tone.WAIT if kept else Tone.GOOD, heading, tuple(lines))

    def _was_empty(self) -> bool:
        """Tell whether every kind of resource could be listed, and there was none of any."""
        return len(self._before) == len(KINDS) and not any(self._before.values())


def limits_card(lab: LabChecks, abilities: Abilities) -> Card | None:
    """Return what of a lab is limited on this account and why; None where nothing is."""
    missing = abilities.missing(lab.needs | lab.shows)
    if not missing:
        return None
    limited = [exercise for exercise in lab.exercises if exercise.needs & set(missing)]
    lines = tuple((_touched(lab, each), each.sentence) for each in missing)
    heading = f"{len(limited)} of {len(lab.exercises)} exercises are limited on this account"
    if not limited:
        heading = "Every exercise can be done on this account; some cells show less"
    return Card(Tone.WAIT if limited else Tone.CALM, heading, lines, HOW_TO_GET_THEM)


def _touched(lab: LabChecks, missing: Capability) -> str:
    """Return what of a lab a missing capability limits: exercises by id, and its cells."""
    ids = [exercise.id for exercise in lab.exercises if missing in exercise.needs]
    return _listed([*ids, *(["cells"] if missing in lab.shows else [])])


def touched_by_labs(cloud: CloudHandle) -> str:
    """Return what labs create and delete things in, where that is another machine; or nothing."""
    if not is_remote(cloud.endpoint):
        return ""
    parts = urlsplit(cloud.endpoint)
    proxied = parts.scheme in getproxies() and not proxy_bypass(parts.hostname or "")
    return (
        f"labs create and delete resources at {cloud.endpoint}, region {cloud.region}, "
        f"with the key {cloud.access_key_id}{', through your proxy' if proxied else ''}"
    )


def _listed(ids: Iterable[str]) -> str:
    return ", ".join(ids)


def _counted(found: Inventory) -> str:
    return ", ".join(f"{len(names)} {noun}" for noun, names in found.items() if names)
