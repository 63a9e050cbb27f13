"""kit.py from outside: the versions it accepts, the commands it hands over, the errors it explains.

A checkout here is the real kit.py, tools/launch and what they use of helpers/, with a `.venv` whose
Python notes how it was called; the tests marked slow make a real one from a folder of wheels.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parents[1]
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
needs_posix = pytest.mark.skipif(os.name == "nt", reason="stands a shell script in for Python")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a kit without packages, in a folder with spaces."""
    home = tmp_path / "a kit of mine"
    for folder in ("tools/launch", "helpers/firstaid"):
        unwanted = shutil.ignore_patterns("__pycache__")
        shutil.copytree(HERE / folder, home / folder, ignore=unwanted)
    (home / "helpers" / "cloud").mkdir()
    for file in (
        "kit.py",
        "tools/__init__.py",
        "helpers/__init__.py",
        *(f"helpers/cloud/{name}" for name in ("__init__.py", "errors.py", "edition.py")),
        "helpers/cloud/facts.json",
    ):
        shutil.copy(HERE / file, home / file)
    (home / "labs").mkdir()
    for lab in ("00-welcome", "01-handlers"):
        (home / "labs" / f"{lab}.ipynb").write_text(f'"{lab}"')
    for lock in ("requirements.lock", "requirements-dev.lock"):
        (home / lock).write_text("")
    return home


@pytest.fixture
def installed(checkout: Path) -> Path:
    """Return a kit whose `.venv` is whole, with a Python that writes its arguments to a file."""
    scripts = checkout / ".venv" / "bin"
    scripts.mkdir(parents=True)
    python = scripts / "python"
    python.write_text(
        "#!/bin/sh\n"
        f'[ "$1" = -I ] && echo {VERSION} && exit\n'
        'printf "%s\\n" "$@" > "$CALLED"\n'
        'echo "PYTHONPATH=$PYTHONPATH in $PWD, first on PATH: ${PATH%%:*}"\n'
    )
    python.chmod(0o755)
    empty = hashlib.sha256(b"").hexdigest()
    locks = {"requirements.lock": empty, "requirements-dev.lock": empty}
    state = {"complete": True, "python": VERSION, "locks": locks}
    (checkout / ".venv" / "coldstart.json").write_text(json.dumps(state))
    return checkout


def run_kit(home: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run kit.py from another working directory."""
    return subprocess.run(
        [sys.executable, str(home / "kit.py"), *arguments],
        cwd=home.parent,
        env=os.environ | {"CALLED": str(home.parent / "called")} | variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def called(home: Path) -> list[str]:
    """Return the arguments `.venv`'s Python was called with."""
    return (home.parent / "called").read_text().splitlines()


@pytest.mark.parametrize(("version", "fault"), [((3, 10), "older"), ((3, 15), "newer")])
def test_an_unsuitable_python_is_named_with_one_that_serves(
    tmp_path: Path, version: tuple[int, int], fault: str
) -> None:
    """A Python too old or too new for the pinned wheels is refused with the command to use."""
    (tmp_path / "python3.12").touch()
    program = f"import kit; print(kit.complaint({version!r}))"
    result = subprocess.run(
        [sys.executable, "-c", program, "test"],
        cwd=HERE,
        env=os.environ | {"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert f"Python {version[0]}.{version[1]} is {fault} than" in result.stdout
    assert "Run: python3.12 kit.py test" in result.stdout


def test_the_launcher_needs_only_the_standard_library(checkout: Path) -> None:
    """`kit.py` explains itself under an interpreter that has no packages at all."""
    base = getattr(sys, "_base_executable", sys.executable)
    result = subprocess.run(
        [base, "-I", "-S", str(checkout / "kit.py"), "--help"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    for command in ("lab", "test", "serve", "doctor", "bundle", "build", "new", "bench"):
        assert command in result.stdout


def test_the_doctor_needs_only_the_standard_library(checkout: Path) -> None:
    """`kit.py doctor` looks at everything under an interpreter that has no packages at all."""
    base = getattr(sys, "_base_executable", sys.executable)
    result = subprocess.run(
        [base, "-I", "-S", str(checkout / "kit.py"), "doctor", "--port", "0"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "" == result.stderr
    assert "ok    .venv: not made yet" in result.stdout


@needs_posix
def test_lab_opens_the_learners_copy_on_loopback(installed: Path) -> None:
    """`kit.py lab 1` copies the lab and becomes JupyterLab, bound to 127.0.0.1, on that copy."""
    result = run_kit(installed, "lab", "1", "--", "--no-browser", PYTHONPATH="/somewhere/else")
    assert result.returncode == 0, result.stderr
    assert called(installed)[:2] == ["-m", "jupyterlab"]
    assert "--ServerApp.ip=127.0.0.1" in called(installed)
    assert called(installed)[-2:] == ["--no-browser", "work/01-handlers.ipynb"]
    assert (installed / "work" / "01-handlers.ipynb").read_text() == '"01-handlers"'
    assert f"PYTHONPATH= in {installed}" in result.stdout
    assert f"first on PATH: {installed / '.venv' / 'bin'}" in result.stdout


@needs_posix
def test_lab_refuses_a_home_that_jupyterlab_could_not_write(installed: Path) -> None:
    """Before JupyterLab ends with a traceback, the launcher names the home and gives another."""
    (installed / "file").write_text("")
    home = str(installed / "file" / "home")
    result = run_kit(installed, "lab", HOME=home, JUPYTER_RUNTIME_DIR="")
    assert 1 == result.returncode
    assert f"The home folder {home!r} cannot be written" in result.stderr
    assert 'Next: mkdir -p work/home && export HOME="$PWD/work/home"' in result.stderr
    assert "More: TROUBLESHOOTING.md#read-only-home" in result.stderr
    elsewhere = run_kit(installed, "lab", HOME=home, JUPYTER_RUNTIME_DIR=str(installed))
    assert elsewhere.returncode == 0, elsewhere.stderr


@needs_posix
def test_lab_without_a_name_opens_the_welcome_lab(installed: Path) -> None:
    """`kit.py lab` opens lab 00."""
    assert run_kit(installed, "lab").returncode == 0
    assert called(installed)[-1] == "work/00-welcome.ipynb"


@needs_posix
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["serve", "--port", "0", "--open"], ["helpers.cloud.server", "--port", "0", "--open"]),
        (["build", "--check", "01-handlers"], ["tools.build", "--check", "01-handlers"]),
        (["new", "12-observability"], ["tools.scaffold", "12-observability"]),
        (["bench"], ["tools.bench"]),
        (["bench", "startup", "triggers"], ["tools.bench", "startup", "triggers"]),
    ],
)
def test_commands_hand_over_to_their_modules(
    installed: Path, arguments: list[str], expected: list[str]
) -> None:
    """The other commands become their module under `.venv`'s Python."""
    assert run_kit(installed, *arguments).returncode == 0
    assert called(installed) == ["-m", *expected]


@needs_posix
def test_test_runs_the_sections_and_sums_them_up(installed: Path) -> None:
    """`kit.py test --quick` runs each section, leaves slow tests out, and ends with a verdict."""
    result = run_kit(installed, "test", "--quick")
    assert result.returncode == 0, result.stderr
    assert "ok      types" in result.stdout
    assert '-m "not slow and not browser"' in result.stdout
    assert "Everything passed" in result.stdout


@needs_posix
def test_test_fails_when_a_section_fails(installed: Path) -> None:
    """One failing section makes the exit status 1, and the others still run."""
    python = installed / ".venv" / "bin" / "python"
    python.write_text(python.read_text() + '[ "$2" != mypy ]\n')
    result = run_kit(installed, "test", "--quick")
    assert result.returncode == 1
    assert "FAILED  types" in result.stdout
    assert "ok      tests" in result.stdout


@needs_posix
def test_serve_names_a_taken_port_and_another(installed: Path) -> None:
    """`kit.py serve` on a port in use says so, and which command takes the next one."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run_kit(installed, "serve", "--port", str(port))
    assert result.returncode == 1
    assert f"Port {port} cannot be used" in result.stderr
    assert f"python3 kit.py serve --port {port + 1}" in result.stderr


@pytest.mark.parametrize("port", ["99999", "80x", "-1"])
def test_a_number_that_is_no_port_is_refused(checkout: Path, port: str) -> None:
    """`kit.py serve --port` says which numbers are ports, without a traceback."""
    result = run_kit(checkout, "serve", "--port", port)
    assert result.returncode == 2
    assert f"'{port}' is no port: choose 1024 to 65535" in result.stderr


def test_an_unknown_lab_is_answered_with_the_list(checkout: Path) -> None:
    """A name that fits no lab is answered before anything is installed."""
    result = run_kit(checkout, "lab", "42")
    assert result.returncode == 1
    assert "No lab is called '42'." in result.stderr
    assert "00-welcome, 01-handlers" in result.stderr


def make_wheel(folder: Path) -> str:
    """Write a wheel called `tiny` into `folder` and return the lock line that names it."""
    folder.mkdir()
    wheel = folder / "tiny-1.0-py3-none-any.whl"
    about = "tiny-1.0.dist-info"
    files = {
        "jupyterlab.py": "import helpers, sys; print(helpers.__file__, sys.argv[-1])\n",
        f"{about}/METADATA": "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    rows = []
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in files.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=")
            rows.append(f"{name},sha256={digest.decode()},{len(text)}")
            archive.writestr(name, text)
        archive.writestr(f"{about}/RECORD", "\n".join([*rows, f"{about}/RECORD,,", ""]))
    return f"tiny==1.0 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"


@pytest.mark.slow
def test_a_first_start_sets_up_and_a_second_needs_nothing(checkout: Path, tmp_path: Path) -> None:
    """A bare checkout sets itself up from a folder of wheels, once; then it works without them."""
    (checkout / "requirements.lock").write_text(make_wheel(checkout / "wheels"))
    first = run_kit(checkout, "lab")
    assert first.returncode == 0, first.stdout + first.stderr
    assert "Setting up" in first.stdout
    shutil.rmtree(checkout / "wheels")
    moved = tmp_path / "elsewhere"
    checkout.rename(moved)
    second = run_kit(moved, "lab", PIP_NO_INDEX="1")
    assert second.returncode == 0, second.stdout + second.stderr
    assert "Setting up" not in second.stdout
    assert f"{moved / 'helpers' / '__init__.py'} work/00-welcome.ipynb" in second.stdout


@pytest.mark.slow
def test_wheels_that_are_missing_are_explained(checkout: Path, tmp_path: Path) -> None:
    """With neither network nor the wheels, the error names the package and how to get it."""
    (checkout / "requirements.lock").write_text(make_wheel(tmp_path / "not here"))
    result = run_kit(checkout, "lab", PIP_NO_INDEX="1")
    assert result.returncode == 1
    assert "Installing tiny==1.0 failed." in result.stderr
    assert "pip download --no-deps -r requirements.lock -d wheels" in result.stderr


@needs_posix
@pytest.mark.slow
def test_a_killed_set_up_is_made_again_by_one_of_two_terminals(checkout: Path) -> None:
    """After kill -9 in the middle, two starts at once leave one whole environment."""
    (checkout / "requirements.lock").write_text(make_wheel(checkout / "wheels"))
    command = [sys.executable, str(checkout / "kit.py"), "lab"]
    killed = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert killed.stdout is not None
    assert "Setting up" in killed.stdout.readline()
    while not (checkout / ".venv" / "bin" / "python").exists():
        assert killed.poll() is None
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()
    starts = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    outputs = [start.communicate(timeout=100)[0] for start in starts]
    assert [start.returncode for start in starts] == [0, 0]
    assert sum("an earlier set-up did not finish" in output for output in outputs) == 1
    assert list(checkout.glob(".venv.old-*")) == []
