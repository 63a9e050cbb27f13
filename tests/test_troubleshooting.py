"""TROUBLESHOOTING.md has a section for every message of the kit, and says what the message says."""

from __future__ import annotations

import ast
import datetime
import errno
import re
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

import kit
from helpers.checks.exercise import find_lab
from helpers.cloud.client import Cloud
from helpers.cloud.settings import Settings
from helpers.consoles.measuring import Plan
from helpers.consoles.saved_events import checked
from helpers.consoles.sending import headers_in
from helpers.course.cell_rules import check_cell
from helpers.course.hints import Hints
from helpers.course.packaging import package
from helpers.course.solutions import read_solution
from helpers.firstaid import backends, clouds, moment, packages, pythons, settings
from helpers.firstaid.finding import Finding
from helpers.quiz.domains import exam_of
from helpers.quiz.questions import load_questions
from helpers.simulator.validation import require_number
from helpers.views.cost import cost_view
from helpers.views.decision_picture import decision_view
from helpers.views.picture import Picture
from helpers.views.side_by_side import events_side_by_side
from tools.launch import commands
from tools.launch.copies import Copies
from tools.launch.packages import CAUSES, explain_failure

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "TROUBLESHOOTING.md"
HEADING = re.compile(r'### (?:<a id="(?P<anchor>[a-z0-9]+(?:-[a-z0-9]+)*)"></a>)?(?P<title>.+)')
GENERAL = {
    "broken",
    "cell-hangs",
    "function-exists",
    "function-missing",
    "graded-not-yet",
    "keys-in-a-terminal",
    "lesson-changed",
    "no-browser",
    "no-cell-ids",
    "not-available",
    "not-available-cell",
    "not-started",
    "old-cli",
    "real-account",
    "set-up-lock",
    "whose",
}
"""Sections about what is no error of the kit: words of AWS, of a check, of the launcher."""

ERRORS = {"KitError", "LaunchError", "CloudError"}
PASSED_ON = {
    "helpers/firstaid/backends.py",
    "helpers/firstaid/folders.py",
    "tools/launch/commands.py",
    "tools/launch/packages.py",
    "tools/launch/supplies.py",
}
"""Modules in which an error or finding gets its anchor as a value; their tests look at each."""


@dataclass(frozen=True, slots=True)
class Site:
    """One place that makes an error or a finding: where, and its anchor ('' if it has none)."""

    place: str
    module: str
    anchor: str | None


@cache
def sections() -> dict[str, str]:
    """Return the text under each heading of the page, by anchor."""
    found: dict[str, str] = {}
    for part in re.split(r"^(?=### )", PAGE.read_text("utf-8"), flags=re.MULTILINE)[1:]:
        head, _, text = part.partition("\n")
        match = HEADING.fullmatch(head)
        assert match is not None, head
        anchor = match["anchor"]
        assert anchor, f'{head!r} needs a name that stays: ### <a id="…"></a>{match["title"]}'
        assert anchor not in found, f"two sections are called {anchor}"
        found[anchor] = text
    return found


@cache
def nodes() -> dict[str, tuple[ast.AST, ...]]:
    """Return the nodes that matter of each module that could make an error, read once."""
    kinds = (ast.ClassDef, ast.Call, ast.Constant, ast.ImportFrom)
    found = {}
    for folder in ("helpers", "tools"):
        for file in (ROOT / folder).rglob("*.py"):
            text = file.read_text("utf-8")
            if "Error(" in text or "Finding(" in text:
                kept = (node for node in ast.walk(ast.parse(text)) if isinstance(node, kinds))
                found[file.relative_to(ROOT).as_posix()] = tuple(kept)
    return found


@cache
def error_names() -> frozenset[str]:
    """Return the kit's errors and what is derived from them."""
    classes = [n for kept in nodes().values() for n in kept if isinstance(n, ast.ClassDef)]
    names: set[str] = set(ERRORS)
    while more := {c.name for c in classes if names & {ast.unparse(b) for b in c.bases}} - names:
        names |= more
    return frozenset(names)


def calls(names: frozenset[str]) -> Iterator[tuple[str, ast.Call]]:
    """Yield each call of one of these names, with its module."""
    for module, kept in nodes().items():
        for node in kept:
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                yield from [(module, node)] if node.func.id in names else []


def imports_findings(module: str) -> bool:
    """Say whether a module's findings are those of the doctors."""
    imported = {node.module for node in nodes()[module] if isinstance(node, ast.ImportFrom)}
    return "helpers.firstaid.finding" in imported


@cache
def sites() -> tuple[Site, ...]:
    """Return every place that makes an error of the kit, or a finding that is not well."""
    found = []
    for module, call in calls(error_names()):
        value = next((k.value for k in call.keywords if k.arg == "anchor"), None)
        found.append(_site(module, call, value))
    for module, call in calls(frozenset({"Finding"})):
        if imports_findings(module) and ast.unparse(call.args[0]) != "Mark.OK":
            found.append(_site(module, call, call.args[5] if len(call.args) > 5 else None))
    return tuple(found)


def _site(module: str, call: ast.Call, value: ast.expr | None) -> Site:
    place = f"{module}:{call.lineno}"
    if value is None:
        return Site(place, module, "")
    return Site(place, module, str(value.value) if isinstance(value, ast.Constant) else None)


def words_of(module: str) -> set[str]:
    """Return the texts of a module that could name a section."""
    constants = (node.value for node in nodes()[module] if isinstance(node, ast.Constant))
    return {text for text in constants if isinstance(text, str)}


def test_every_error_and_finding_names_a_section_that_is_there():
    """Whoever raises an error of the kit says where TROUBLESHOOTING.md says more of it."""
    known = sections().keys()
    complaints = [
        f'{site.place} needs anchor="…", a section of {PAGE.name}'
        if not site.anchor
        else f"{site.place} names {site.anchor!r}, which {PAGE.name} does not have"
        for site in sites()
        if site.anchor is not None and site.anchor not in known
    ]

    assert len(sites()) > 80
    assert "" == "\n".join(complaints)


def test_anchors_that_are_passed_on_come_from_modules_known_to():
    """An anchor that is no literal can be followed by hand; every other one is read here."""
    assert PASSED_ON >= {site.module for site in sites() if site.anchor is None}
    assert sections().keys() >= {anchor for *_, anchor in CAUSES}


def test_every_section_is_named_by_an_error_or_is_a_general_one():
    """No section is left behind when its error goes."""
    named = {site.anchor for site in sites() if site.anchor}
    named |= {word for module in PASSED_ON for word in words_of(module)}

    assert set() == sections().keys() - named - GENERAL
    assert set() == GENERAL - sections().keys()


def test_links_within_the_page_lead_somewhere():
    """The table at the top and the references between sections name what is there."""
    text = PAGE.read_text("utf-8")
    groups = {title.lower().replace(" ", "-").replace(",", "") for title in _groups(text)}

    assert set() == set(re.findall(r"\]\(#([^)]+)\)", text)) - groups - sections().keys()
    assert groups <= set(re.findall(r"\]\(#([^)]+)\)", text))


def _groups(text: str) -> list[str]:
    return re.findall(r"^## (.+)$", text, re.MULTILINE)


def test_what_the_launcher_says_before_it_can_read_names_a_section():
    """kit.py itself, the cloud's own start and its client name sections too."""
    said = "\n".join(
        (ROOT / file).read_text("utf-8")
        for file in ("kit.py", "helpers/cloud/server/__main__.py", "helpers/consoles/plain.py")
    )
    named = set(re.findall(r"(?:TROUBLESHOOTING\.md|\{TROUBLESHOOTING\})#([a-z-]+)", said))

    assert {"python-version", "port-taken", "account-gone"} == named & sections().keys()


def text_of(make: Callable[[], object]) -> str:
    """Return what an error says, or a finding as the doctor prints it, or a text as it is."""
    try:
        made = make()
    except Exception as error:
        return str(error)
    if isinstance(made, Finding):
        return f"{made.subject}: {made.seen}\nwhy:  {made.cause}"
    return str(made)


def taken_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        commands._require_free_port(server.getsockname()[1])


def dead_account() -> object:
    return Cloud("http://127.0.0.1:1", "us-east-1", "key", "secret", "token").health()


START = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
HAPPENED: tuple[tuple[str, Callable[[], object]], ...] = (
    ("python-version", lambda: kit.complaint((3, 9))),
    ("python-version", lambda: kit.complaint((3, 15))),
    ("no-such-lab", lambda: Copies(ROOT).find("99")),
    ("no-such-lab", lambda: find_lab("99-nothing")),
    ("no-labs", lambda: Copies(ROOT / "tests").find("01")),
    ("port-taken", taken_port),
    ("file-in-the-way", lambda: commands._explain(OSError(errno.EEXIST, "", "/a/work"))),
    ("not-writable", lambda: commands._explain(OSError(errno.EACCES, "", "/a/work"))),
    ("set-up-failed", lambda: explain_failure("?", lock="l", log_path=Path("log"))),
    ("no-network", lambda: explain_failure("ProxyError", lock="l", log_path=Path("log"))),
    ("cell-line", lambda: check_cell("\n\n\n\ngreet({}, None)", handler="greet")),
    ("cannot-package", lambda: package(3)),
    ("no-such-exercise", lambda: find_lab("01-handlers").exercise("9.9")),
    ("no-such-exercise", lambda: find_lab("01-handlers").exercise(1.1)),  # type: ignore[arg-type]
    ("no-such-exercise", lambda: Hints().show(find_lab("01-handlers").exercise("1.1"), 4)),
    ("no-solution", lambda: read_solution("01-handlers", "1.1", folder=ROOT / "tests")),
    ("account-gone", dead_account),
    ("settings", lambda: Settings().update({"nope": 1})),
    ("settings", lambda: Settings().update({"time_lapse": "fast"})),
    ("nothing-to-draw", lambda: cost_view([])),
    ("nothing-to-draw", lambda: decision_view([])),
    ("which-one", lambda: events_side_by_side("nothing")),  # type: ignore[arg-type]
    ("picture-name", lambda: Picture("", "", "").save("picture.gif")),
    ("simulator", lambda: require_number("duration_s", -1, at_least=0)),
    ("console-input", lambda: Plan("f", "{}", [], 1)),
    ("console-input", lambda: headers_in("no colon")),
    ("saved-events", lambda: checked("../order")),
    ("quiz", lambda: exam_of("XYZ-C99")),
    ("questions-file", lambda: load_questions("99-nothing")),
    ("kernel", lambda: pythons.kernel(ROOT, prefix="/usr")),
    ("packages", lambda: packages.packages(["moto"], ROOT, [])[0]),
    ("real-credentials", lambda: settings.aws_variables({"AWS_PROFILE": "work"})),
    ("proxies", lambda: settings.proxies({"HTTPS_PROXY": "http://proxy"})),
    ("python-settings", lambda: pythons.python_path({"PYTHONPATH": "/elsewhere"})),
    ("backend", lambda: backends.backend({"COLDSTART_BACKEND": "moto"})),
    ("clock-wrong", lambda: moment.clock(START)),
    ("stale-cloud", lambda: clouds._orphan(clouds.Process(1, 1, ()))),
)


@pytest.mark.parametrize(("anchor", "make"), HAPPENED, ids=[name for name, _ in HAPPENED])
def test_the_symptom_quoted_is_what_the_error_says(anchor: str, make: Callable[[], object]):
    """A learner who searches the page for the message in front of them finds its section."""
    if anchor == "kernel" and not (ROOT / ".venv").exists():
        pytest.skip("this checkout has no .venv")
    said = text_of(make)
    quoted = re.findall(r"^> (.+)$", sections()[anchor], re.MULTILINE)

    assert any(_as_pattern(quote).search(said) for quote in quoted), f"{said!r} is none of {quoted}"


def _as_pattern(quote: str) -> re.Pattern[str]:
    """Return a quoted message with its numbers and paths open."""
    parts = re.split(r"('/[^']*'|\d+)", quote)
    opened = [r"(?:'[^']*'|\d+)" if n % 2 else re.escape(part) for n, part in enumerate(parts)]
    return re.compile("^" + "".join(opened), re.MULTILINE)


def test_an_error_prints_where_to_read_more():
    """Under the message of a traceback, and in a terminal, the section's name stands last."""
    with pytest.raises(Exception, match="No lab is called") as launcher:
        Copies(ROOT).find("99")
    with pytest.raises(Exception, match="Cannot package") as kernel:
        package(3)

    assert "More: TROUBLESHOOTING.md#no-such-lab" == str(launcher.value).splitlines()[-1]
    assert ["More: TROUBLESHOOTING.md#cannot-package"] == kernel.value.__notes__
    assert "  More  TROUBLESHOOTING.md#cannot-package" == kernel.value._render_traceback_()[-1]
    assert sys.version_info >= kit.OLDEST
