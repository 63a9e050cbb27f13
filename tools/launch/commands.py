"""The commands of kit.py: read the command line, set up what it needs, hand over."""

from __future__ import annotations

import argparse
import errno
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from helpers.firstaid import folders, ports
from tools.launch.bundling import add_options, to_arguments
from tools.launch.copies import WELCOME, Copies
from tools.launch.doctor import run_doctor
from tools.launch.errors import LaunchError
from tools.launch.installation import Installation
from tools.launch.room import Room, run_room
from tools.launch.setup_lock import setup_lock
from tools.launch.suite import run_suite

HOME = Path(__file__).resolve().parents[2]
MAX_PORT = 65_535
# Loopback only, ended by one Ctrl-C, and no request that leaves the machine.
JUPYTER = (
    "jupyterlab",
    "--ServerApp.ip=127.0.0.1",
    "--ServerApp.answer_yes=True",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.news_url=None",
)


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    top = argparse.ArgumentParser(prog="kit.py", description="Learn AWS Lambda in labs that run.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    lab = commands.add_parser("lab", help="open a lab in JupyterLab, in your own copy")
    lab.add_argument("name", nargs="?", default=WELCOME, help="01, handlers or 01-handlers")
    lab.add_argument("--fresh", action="store_true", help="start over; the old copy is kept")
    lab.epilog = "Options after -- go to JupyterLab: kit.py lab 01 -- --no-browser --port 8890"

    test = commands.add_parser("test", help="run everything this machine can run")
    test.add_argument("--quick", action="store_true", help="leave out what is slow")

    serve = commands.add_parser("serve", help="run the local AWS account for any SDK or CLI")
    serve.add_argument("--port", type=_port, default=4566)
    serve.add_argument("--open", action="store_true", help="accept any access key")

    doctor = commands.add_parser("doctor", help="say what on this machine helps or hinders")
    doctor.add_argument("--port", type=_port, default=4566, help="the port serve would use")
    doctor.add_argument("--room", action="store_true", help="can learners work here? one page")
    doctor.add_argument("--learners", type=_count, default=1, metavar="N", help="so many at once")
    doctor.add_argument(
        "--to",
        type=lambda text: Path(text).expanduser(),
        default=Path(),
        metavar="FOLDER",
        help="where the page of --room goes",
    )

    build = commands.add_parser("build", help="make labs/ and solutions/ from lessons/")
    build.add_argument("name", nargs="?", help="a lesson: 01, handlers or 01-handlers")
    build.add_argument("--check", action="store_true", help="only say whether they are current")

    new = commands.add_parser("new", help="begin a lesson")
    new.add_argument("slug", help="such as observability or 12-observability")

    bundle = commands.add_parser(
        "bundle", help="pack the kit and its packages, for rooms without a network"
    )
    add_options(bundle, HOME)

    grade = commands.add_parser("grade", help="judge what learners handed in; write CSV and HTML")
    grade.add_argument("folder", type=Path, help="notebooks and progress files, in any folders")
    grade.add_argument("--to", type=Path, help="where grades go, by default FOLDER/grades-DATE")
    grade.add_argument("--jobs", type=int, help="how many labs to go through at once")
    grade.add_argument("--again", action="store_true", help="grade anew what was graded before")
    grade.add_argument(
        "--unconfined", action="store_true", help="let answers run as you, where nothing else works"
    )

    bench = commands.add_parser("bench", help="measure, print the table, and write bench.json")
    bench.add_argument("groups", nargs="*", metavar="GROUP", help="a part of it, such as triggers")
    bench.add_argument("--learners", metavar="N", help="a room of N kernels, each through a lab")
    bench.add_argument("--lab", help="the lab they go through, 02 unless you say")
    bench.add_argument("--within", metavar="S", help="they arrive within S seconds; 0: at once")
    bench.add_argument("--seed", help="draws when each arrives")
    bench.add_argument("--cores", metavar="N", help="pin the room to N processors (Linux)")
    return top


def main(arguments: Sequence[str]) -> int:
    """Do what the command line says and return the exit status."""
    own, passed_on = _split(arguments)
    options = parser().parse_args(own or ["--help"])
    if passed_on and options.command != "lab":
        parser().error("only lab passes options on to another program")
    signal.signal(signal.SIGTERM, _end)
    try:
        return _COMMANDS[options.command](options, passed_on)
    except LaunchError as problem:
        print(problem, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. Run the same command again to go on.", file=sys.stderr)
        return 130
    except BrokenPipeError:  # such as kit.py doctor | head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        print(_explain(error), file=sys.stderr)
        return 1


def _split(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Split at the first `--`, which stays in neither half."""
    words = list(arguments)
    at = words.index("--") if "--" in words else len(words)
    return words[:at], words[at + 1 :]


def _end(signal_number: int, _frame: FrameType | None) -> None:
    """Turn SIGTERM into an exception, so that a running pip or test is ended too."""
    sys.exit(128 + signal_number)


def _explain(error: OSError) -> LaunchError:
    if error.errno == errno.ENOSPC:
        advice = "free 1 GB, then run the same command again."
        return LaunchError("Writing a file failed.", "the disk is full.", advice, anchor="disk")
    if error.errno in {errno.EACCES, errno.EROFS, errno.EPERM}:
        return LaunchError(
            f"{error.filename!r} cannot be written.",
            f"{error.strerror}: the kit keeps .venv and your copies in its own folder.",
            "copy the kit to a folder of your own and run it there.",
            anchor="not-writable",
        )
    if error.errno in {errno.EEXIST, errno.ENOTDIR}:
        return LaunchError(
            f"{error.filename!r} is a file, and a folder is needed there.",
            "the kit keeps .venv and your copies in folders of these names.",
            f"move {error.filename!r} away, then run the same command again.",
            anchor="file-in-the-way",
        )
    raise error


def _lab(options: argparse.Namespace, passed_on: list[str]) -> int:
    copies = Copies(HOME)
    lab = copies.find(options.name)
    _require_home()
    installation = Installation(HOME)
    installation.ensure()
    with setup_lock(HOME / ".venv.lock"):  # two terminals at once make one copy
        notebook = copies.open(lab, fresh=options.fresh)
    print("Opening JupyterLab; Ctrl-C here ends it.", flush=True)
    # containers run as root, and Jupyter's objection is to servers others can reach
    as_root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    root = f"--ServerApp.root_dir={HOME}"
    where = notebook.relative_to(HOME).as_posix()
    return _hand_over(installation, [*JUPYTER, root, *as_root, *passed_on, where])


def _require_home() -> None:
    """Refuse what JupyterLab would answer with a traceback: a home it cannot write."""
    if os.environ.get("JUPYTER_RUNTIME_DIR"):  # it has been given another place
        return
    found = folders.home_folder(folders.home())
    if not found.is_well:
        raise LaunchError(
            f"The {found.subject} {found.seen}.",
            f"{found.cause}.",
            found.command,
            anchor=found.anchor,
        )


def _test(options: argparse.Namespace, _passed_on: list[str]) -> int:
    installation = Installation(HOME)
    installation.ensure(developer=True)
    return run_suite(installation, quick=options.quick)


def _serve(options: argparse.Namespace, _passed_on: list[str]) -> int:
    installation = Installation(HOME)
    installation.ensure()
    _require_free_port(options.port)
    opening = ["--open"] if options.open else []
    arguments = ["helpers.cloud.server", "--port", str(options.port), *opening]
    return _hand_over(installation, arguments)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text[:6]) > MAX_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: choose 1024 to {MAX_PORT}")
    return int(text)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or not 0 < int(text[:5]) < 10_000:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of learners: choose 1 to 9999")
    return int(text)


def _require_free_port(port: int) -> None:
    complaint = ports.why_not(port)
    if complaint:
        raise LaunchError(
            f"Port {port} cannot be used: {complaint}.",
            f"{ports.whose(port)} has it.",
            f"end it, or choose another port: {ports.another(port)}",
            anchor="port-taken",
        )


def _doctor(options: argparse.Namespace, _passed_on: list[str]) -> int:
    if options.room or options.learners > 1:
        room = Room(options.learners, options.to.resolve())
        return run_room(Installation(HOME), room, port=options.port)
    return run_doctor(Installation(HOME), port=options.port)


def _build(options: argparse.Namespace, _passed_on: list[str]) -> int:
    check = ["--check"] if options.check else []
    name = [options.name] if options.name else []
    return _author(["tools.build", *check, *name])


def _new(options: argparse.Namespace, _passed_on: list[str]) -> int:
    return _author(["tools.scaffold", options.slug])


def _bundle(options: argparse.Namespace, _passed_on: list[str]) -> int:
    installation = Installation(HOME)
    installation.ensure()
    return _hand_over(installation, ["tools.bundle", *to_arguments(options)])


def _bench(options: argparse.Namespace, _passed_on: list[str]) -> int:
    room = {name: getattr(options, name) for name in ("learners", "lab", "within", "seed", "cores")}
    told = [f"--{name}={value}" for name, value in room.items() if value is not None]
    return _author(["tools.bench", *options.groups, *told])


def _grade(options: argparse.Namespace, _passed_on: list[str]) -> int:
    installation = Installation(HOME)
    installation.ensure()
    to = ["--to", str(options.to.absolute())] if options.to else []
    jobs = ["--jobs", str(options.jobs)] if options.jobs else []
    flags = [f"--{name}" for name in ("again", "unconfined") if getattr(options, name)]
    folder = str(options.folder.absolute())
    return _hand_over(installation, ["tools.grade", *to, *jobs, *flags, "--", folder])


def _author(arguments: list[str]) -> int:
    installation = Installation(HOME)
    installation.ensure(developer=True)
    return _hand_over(installation, arguments)


def _hand_over(installation: Installation, arguments: Sequence[str]) -> int:
    """Become that module under .venv's Python, so that signals reach it and nobody else."""
    command = [str(installation.python), "-m", *arguments]
    environment = installation.environment()
    # a kernel of this checkout, not one of the same name in the user's own Jupyter
    environment["JUPYTER_PREFER_ENV_PATH"] = "1"
    os.chdir(HOME)
    # a shell's `&` leaves SIGINT ignored; whoever started it so may still end it by SIGINT
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if os.name != "nt":
        os.execve(command[0], command, environment)
    child = subprocess.Popen(command, env=environment)
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:  # the console sent it to the child as well, which decides
            continue


_COMMANDS = {
    "lab": _lab,
    "test": _test,
    "serve": _serve,
    "doctor": _doctor,
    "build": _build,
    "new": _new,
    "grade": _grade,
    "bench": _bench,
    "bundle": _bundle,
}
