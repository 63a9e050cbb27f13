"""Which module may import which: the table that keeps the rooms of helpers/ apart.

A row may import its own row and the rows above it, never one below, and never in circles.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HELPERS = ROOT / "helpers"
CLOUD = "helpers.cloud"

ROWS = (
    (
        "errors",
        "clock",
        "records",
        "facts",
        "http_messages",
        "settings",
        "regexes",
        "ready_threads",
        "exports",
        "json_text",
    ),
    ("model", "ports", "registry"),
    ("policy", "billing", "logs", "events", "signatures", "rates", "metrics", "queue_scaling"),
    ("environment", "governor"),
    ("pool", "admission", "provisioned", "reaper", "snapshots"),
    ("invoke",),
    ("pollers", "schedules", "telemetry"),
    ("control", "http_fronts"),
    ("moto_seam",),
    (
        "gateway",
        "server",
        "doorkeeper",
        "refusals",
        "unauthenticated",
        "http_server",
        "http_reading",
        "wsgi",
        "kit_api",
        "turns",
    ),
)
ROW_OF = {name: number for number, names in enumerate(ROWS) for name in names}

PURE = {
    f"{CLOUD}.control.functions": 2,
    f"{CLOUD}.control.packages": 2,
    f"{CLOUD}.control.runtimes": 2,
    f"{CLOUD}.control.constraints": 2,
    f"{CLOUD}.control.environment_variables": 2,
    f"{CLOUD}.control.names": 2,
    f"{CLOUD}.control.asked": 2,
    f"{CLOUD}.control.concurrency": 2,
    f"{CLOUD}.pollers.batches": 2,
    f"{CLOUD}.pollers.partial": 2,
    f"{CLOUD}.pollers.shard": 2,
    f"{CLOUD}.pollers.windows": 2,
}
"""Modules of a low row that use nothing below this one (beside modules of their own row)."""

ALONE = {
    f"{CLOUD}.client": "kernels import it before anything else",
    f"{CLOUD}.edition": "kit.py doctor runs before anything is installed",
    f"{CLOUD}.environment.keeper": "it is started by path, without the kit",
    f"{CLOUD}.environment.secrets_extension": "it runs inside execution environments",
    f"{CLOUD}.environment.runtime_client": "it runs inside execution environments",
    f"{CLOUD}.environment.snapshot_runtime": "it runs inside execution environments",
    f"{CLOUD}.environment.wrapped_runtime": "it runs inside execution environments",
}
"""Modules that use the standard library only, and why."""

THIRD_PARTY = {
    "moto": (f"{CLOUD}.moto_seam",),
    "botocore": (f"{CLOUD}.moto_seam", "helpers.course", "helpers.checks", "helpers.consoles"),
    "localstack_client": ("helpers.course.localstack",),
    "boto3": ("helpers.course", "helpers.consoles"),
    "IPython": ("helpers.course", "helpers.consoles"),
    "ipywidgets": ("helpers.consoles",),
    "anywidget": ("helpers.consoles",),
    "traitlets": ("helpers.consoles",),
    "resvg_py": ("helpers.views.picture",),
    "psutil": (f"{CLOUD}.environment",),
    "joserfc": (f"{CLOUD}.http_fronts", f"{CLOUD}.moto_seam.user_pools"),
    "jsonschema": (f"{CLOUD}.http_fronts.rest.schemas",),
    "regex": (f"{CLOUD}.regexes",),
    "referencing": (f"{CLOUD}.http_fronts.rest.schemas",),
    "packaging": (f"{CLOUD}.environment", "helpers.checks.wheelhouse"),
    "werkzeug": (f"{CLOUD}.moto_seam",),
    "simpy": ("helpers.simulator",),
    "samtranslator": (f"{CLOUD}.moto_seam.cloudformation",),
    "yaml": (f"{CLOUD}.moto_seam.cloudformation",),
}
"""Packages from outside, and the rooms that may import them."""

LATE_ONLY = {
    (f"{CLOUD}.server.cloud_server", f"{CLOUD}.moto_seam"),
    (f"{CLOUD}.server.cloud_server", f"{CLOUD}.server.composition"),
    ("helpers", "helpers.course"),
}
"""Imports that must stand inside a function: moto reads its settings when it is imported."""

ROOMS = {
    "firstaid": ("cloud.edition", "cloud.errors"),
    "views": (
        "firstaid.finding",
        "cloud.billing",
        "cloud.errors",
        "cloud.policy",
        "cloud.events",
        "simulator.result",
    ),
    "simulator": (
        "cloud.billing",
        "cloud.errors",
        "cloud.rates",
        "cloud.queue_scaling",
    ),
    "quiz": ("views", "cloud.errors", "cloud.facts"),
    "checks": ("views", "simulator", "cloud.errors"),
    "consoles": (
        "views",
        "quiz",
        "simulator",
        "cloud.client",
        "cloud.errors",
        "cloud.billing",
        "cloud.events",
        "cloud.http_messages",
    ),
    "course": (
        "checks",
        "views",
        "quiz",
        "cloud.errors",
        "cloud.billing",
        "cloud.client",
        "cloud.exports",
        "firstaid",
    ),
}
"""What each room of helpers/ may use of the others; the cloud uses none of them."""


@dataclass(frozen=True, slots=True)
class Import:
    """One import statement: who imports what, where, and whether not at once (`late`)."""

    importer: str
    imported: str
    line: int
    late: bool

    @property
    def place(self) -> str:
        """File and line, to click on."""
        path = ROOT / (self.importer.replace(".", "/"))
        file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        return f"{file.relative_to(ROOT)}:{self.line}"


def module_name(file: Path) -> str:
    """Return the dotted name of a module of helpers/."""
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(file): file for file in sorted(HELPERS.rglob("*.py"))}


def imports_of(name: str, source: str) -> Iterator[Import]:
    """Yield the imports of one module; `from package import module` names the module."""
    tree = ast.parse(source)
    inside = {
        node
        for block in ast.walk(tree)
        if isinstance(block, (ast.FunctionDef, ast.AsyncFunctionDef)) or _is_for_types(block)
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(name, alias.name, node.lineno, node in inside)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}:{node.lineno}: write the import with its full name"
            package = node.module or ""
            targets = {f"{package}.{alias.name}" for alias in node.names}
            for target in {t if t in MODULES else package for t in targets}:
                yield Import(name, target, node.lineno, node in inside)


def _is_for_types(block: ast.AST) -> bool:
    """Tell whether a block is `if TYPE_CHECKING:`, which never runs."""
    return isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"


IMPORTS = [
    found
    for name, file in MODULES.items()
    for found in imports_of(name, file.read_text(encoding="utf-8"))
]
KIT_IMPORTS = [found for found in IMPORTS if found.imported.split(".")[0] == "helpers"]


def row(module: str) -> int | None:
    """Return the row of a module of helpers/cloud; None outside the table."""
    parts = module.split(".")
    if parts[:2] != ["helpers", "cloud"] or len(parts) < 3:
        return None
    return ROW_OF.get(parts[2])


def under(module: str, room: str) -> bool:
    """Tell whether a module is this room or lies in it."""
    return module == room or module.startswith(f"{room}.")


def complaint_about(found: Import) -> str | None:
    """Return what is wrong with one import of the kit, and what to do; None when it is fine."""
    own, other = row(found.importer), row(found.imported)
    verb = f"{found.place} imports {found.imported}"
    if found.importer in ALONE:
        return f"{verb}: {ALONE[found.importer]}. Use the standard library."
    if under(found.importer, CLOUD) and not under(found.imported, CLOUD):
        return f"{verb}: the cloud knows nothing of the rooms around it. Pass the value in."
    if own is not None and other is not None and other > own:
        return (
            f"{verb}: row {own} may not import row {other}. Take what is needed as a parameter or "
            "a Protocol of ports, and let server pass it in."
        )
    limit = PURE.get(found.importer)
    if limit is not None and other is not None and limit < other != own:
        return f"{verb}: the module is pure, so it uses rows 0 to {limit} only. Pass the value in."
    late = any(
        found.importer == importer and under(found.imported, imported)
        for importer, imported in LATE_ONLY
    )
    if late and not found.late:
        return f"{verb} at its top. Move the import into the function that needs it."
    return _complaint_between_rooms(found, verb)


def _complaint_between_rooms(found: Import, verb: str) -> str | None:
    room = found.importer.split(".")[1] if "." in found.importer else ""
    if room not in ROOMS or under(found.imported, f"helpers.{room}"):
        return None
    allowed = [f"helpers.{name}" for name in ROOMS[room]]
    if any(under(found.imported, name) for name in allowed):
        return None
    return (
        f"{verb}: helpers/{room} may use {', '.join(allowed) or 'nothing of the kit'}. Pass the "
        "value in, or move the code to the room that owns it."
    )


def report(complaints: list[str | None]) -> str:
    """Return the complaints as one failure message."""
    return "\n".join(complaint for complaint in complaints if complaint)


def test_imports_between_rooms_and_rows_point_upwards():
    """No module imports a row below its own or a room it may not use."""
    assert "" == report([complaint_about(found) for found in KIT_IMPORTS])


def test_every_module_of_the_cloud_has_a_row():
    """A module that the table does not name fails, so that a new one is placed on purpose."""
    homeless = [
        f"{name} stands in no row. Add it to ROWS in {Path(__file__).name}."
        for name in MODULES
        if under(name, CLOUD) and name != CLOUD and name not in ALONE and row(name) is None
    ]

    assert "" == report([*homeless])


def test_every_room_of_helpers_is_in_the_table():
    """A folder of helpers/ without a line in ROOMS fails."""
    rooms = {name.split(".")[1] for name in MODULES if "." in name} - {"cloud"}

    assert set() == rooms - ROOMS.keys()


def test_nothing_imports_in_circles():
    """The modules of helpers/ can be put in an order in which each needs only earlier ones."""
    graph: dict[str, set[str]] = {name: set() for name in MODULES}
    for found in KIT_IMPORTS:
        if not (found.importer == "helpers" and found.late):
            graph[found.importer].add(found.imported)
    circle: list[str] = []
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = error.args[1]

    assert [] == circle, f"a circle: {' <- '.join(circle)}. Move what both need a row up."


def test_only_the_seam_imports_moto_and_each_package_has_its_rooms():
    """Packages from outside are imported where the table allows it, and nowhere else."""
    complaints = []
    for found in IMPORTS:
        package = found.imported.split(".")[0]
        if package in ("helpers", "__future__") or package in sys.stdlib_module_names:
            continue
        rooms = THIRD_PARTY.get(package, ())
        if found.importer in ALONE or not any(under(found.importer, room) for room in rooms):
            complaints.append(
                f"{found.place} imports {package}, which only {', '.join(rooms) or 'nobody'} may. "
                "Ask for what it knows through a port."
            )

    assert "" == report(complaints)


def test_what_is_allowed_is_needed():
    """The table holds no leave that nobody takes: it says what the rooms are."""
    rooms = {
        f"{room} may use {other}"
        for room, others in ROOMS.items()
        for other in others
        if not _imports_of_a_room(f"helpers.{room}", f"helpers.{other}")
    }
    packages = {
        f"{room} may import {package}"
        for package, importers in THIRD_PARTY.items()
        for room in importers
        if not _imports_of_a_room(room, package)
    }

    assert set() == rooms | packages


def _imports_of_a_room(room: str, imported: str) -> bool:
    return any(under(found.importer, room) and under(found.imported, imported) for found in IMPORTS)


@pytest.mark.parametrize(
    ("importer", "imported", "words"),
    [
        (f"{CLOUD}.pool", f"{CLOUD}.invoke", "row 4 may not import row 5"),
        (f"{CLOUD}.records", f"{CLOUD}.model", "row 0 may not import row 1"),
        (f"{CLOUD}.client", f"{CLOUD}.errors", "Use the standard library"),
        (f"{CLOUD}.control.packages", f"{CLOUD}.pool", "the module is pure"),
        (
            f"{CLOUD}.server.cloud_server",
            f"{CLOUD}.moto_seam.awslambda",
            "Move the import into the function",
        ),
        (f"{CLOUD}.policy.match", "helpers.views.panel", "knows nothing of the rooms"),
        ("helpers.views.report", f"{CLOUD}.pool", "helpers/views may use"),
        ("helpers.checks.outcome", "helpers.course.lab", "helpers/checks may use"),
    ],
)
def test_a_wrong_import_is_named_with_its_remedy(importer: str, imported: str, words: str):
    """Each rule of the table fails on an import that breaks it, and says what to do."""
    complaint = complaint_about(Import(importer, imported, line=7, late=False))

    assert complaint is not None
    assert words in complaint


def test_the_module_is_meant_when_a_package_is_named_before_it():
    """`from helpers.cloud import records` is an import of records, at its line, and not late."""
    found = list(imports_of("helpers.x", "from helpers.cloud import records\n"))

    assert [Import("helpers.x", f"{CLOUD}.records", 1, late=False)] == found
