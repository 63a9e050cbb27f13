"""The files of an environment: folders of its own, and real paths where the machine allows them."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.cloud.environment.probe import probe_file_level
from helpers.cloud.environment.runtime_folder import (
    build_runtime_folder,
    host_folders,
    interpreter,
)
from helpers.cloud.environment.workspace import (
    UNSHARE,
    FileLevel,
    Sources,
    Workspace,
    remove_tree,
)


@pytest.fixture(scope="session")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The runtime's packages."""
    return build_runtime_folder(tmp_path_factory.mktemp("runtime") / "runtime")


@pytest.fixture
def sources(tmp_path: Path, runtime: Path) -> Sources:
    """Code, runtime and layers of one function, in a folder with a space in its name."""
    code, opt = tmp_path / "my code", tmp_path / "opt"
    code.mkdir()
    opt.mkdir()
    (code / "app.py").write_text("ANSWER = 42\n")
    return Sources(code=code, opt=opt, runtime=runtime, keep=tuple(host_folders()))


@pytest.fixture(scope="session")
def level_b(tmp_path_factory: pytest.TempPathFactory, runtime: Path) -> None:
    """Skip where this machine gives no mount namespaces."""
    folder = tmp_path_factory.mktemp("probe") / "trial"
    if probe_file_level(folder, runtime, tuple(host_folders())) is not FileLevel.NAMESPACE:
        pytest.skip("this machine gives no unprivileged mount namespaces (file level B)")


def test_level_a_is_folders_of_its_own(tmp_path: Path, sources: Sources) -> None:
    """At level A commands run as they are, with a temporary folder of the environment's own."""
    workspace = Workspace(tmp_path / "env", sources, level=FileLevel.FOLDERS, ephemeral_mb=512)
    assert workspace.wrap(["python", "x"]) == ["python", "x"]
    assert workspace.places.task == workspace.working_directory == str(sources.code)
    assert Path(workspace.places.tmp) == tmp_path / "env" / "tmp"
    assert list(Path(workspace.places.tmp).iterdir()) == []
    workspace.remove()
    assert not (tmp_path / "env").exists()


def python(workspace: Workspace, source: str) -> subprocess.Popen[str]:
    """Start Python among the workspace's files."""
    return subprocess.Popen(
        workspace.wrap([interpreter(), "-S", "-c", source]),
        cwd=workspace.working_directory,
        env={"PYTHONPATH": "/var/runtime:/var/task", "PATH": "/usr/bin:/bin"},
        pass_fds=workspace.descriptors,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@pytest.mark.usefixtures("level_b")
def test_level_b_is_the_real_paths(tmp_path: Path, sources: Sources) -> None:
    """At level B the code lies in /var/task, read-only, and /tmp has the size asked for."""
    workspace = Workspace(tmp_path / "an env", sources, level=FileLevel.NAMESPACE, ephemeral_mb=8)
    source = (
        "import os, app, awslambdaric\n"
        f"print(app.__file__, os.getcwd(), os.path.exists({str(tmp_path)!r}))\n"
        "print(os.statvfs('/tmp').f_blocks * os.statvfs('/tmp').f_frsize)\n"
        "try: open('/var/task/new', 'w')\nexcept OSError as error: print(error.strerror)\n"
        "try: open('/tmp/big', 'wb').write(b'x' * 9_000_000)\n"
        "except OSError as error: print(error.strerror)\n"
    )
    output, _ = python(workspace, source).communicate(timeout=20)
    assert output.splitlines() == [
        "/var/task/app.py /var/task False",
        str(8 * 1024 * 1024),
        "Read-only file system",
        "No space left on device",
    ]
    workspace.remove()


@pytest.mark.usefixtures("level_b")
def test_tmp_survives_the_process(tmp_path: Path, sources: Sources) -> None:
    """A second process enters the same files when the first one's namespace was held."""
    workspace = Workspace(tmp_path / "env", sources, level=FileLevel.NAMESPACE, ephemeral_mb=8)
    write = "open('/tmp/note', 'w').write('kept'); print('ready', flush=True); input()"
    first = python(workspace, write)
    assert first.stdout is not None
    assert first.stdout.readline() == "ready\n"
    workspace.hold(first.pid)
    first.kill()
    first.communicate()
    assert len(workspace.descriptors) == 2
    source = "import app; print(open('/tmp/note').read(), app.__file__)"
    output, _ = python(workspace, source).communicate(timeout=20)
    assert output == "kept /var/task/app.py\n"
    workspace.remove()
    assert workspace.descriptors == ()


@pytest.mark.usefixtures("level_b")
def test_nothing_to_hold_of_a_process_without_files_of_its_own(
    tmp_path: Path, sources: Sources
) -> None:
    """A process that made no namespace, or has ended, gives nothing to keep."""
    workspace = Workspace(tmp_path / "env", sources, level=FileLevel.NAMESPACE, ephemeral_mb=8)
    workspace.hold(os.getpid())
    ended = subprocess.Popen([sys.executable, "-S", "-c", ""])
    ended.wait()
    workspace.hold(ended.pid)
    assert workspace.descriptors == ()
    workspace.remove()


def test_stubborn_folders_are_removed(tmp_path: Path) -> None:
    """A tree is deleted although its folders forbid it."""
    deep = tmp_path / "tree" / "a" / "b"
    deep.mkdir(parents=True)
    (deep / "file").write_text("x")
    for folder in (deep, deep.parent):
        folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    remove_tree(tmp_path / "tree")
    assert not (tmp_path / "tree").exists()


@pytest.mark.usefixtures("level_b")
def test_a_workspace_can_be_entered_by_whoever_may_not_set_groups(
    tmp_path: Path, runtime: Path
) -> None:
    """Level B, where a crashed runtime is started again, needs no rights that only root has."""
    probe = (
        "import sys; from pathlib import Path;"
        "from helpers.cloud.environment.probe import probe_file_level;"
        "from helpers.cloud.environment.runtime_folder import host_folders;"
        "print(probe_file_level(Path(sys.argv[1]), Path(sys.argv[2]), tuple(host_folders())))"
    )
    # in such a namespace setgroups is denied, as it is to everybody but root outside of it
    command = [UNSHARE, "--user", "--map-root-user", sys.executable, "-c", probe]
    done = subprocess.run(
        [*command, str(tmp_path / "trial"), str(runtime)],
        cwd=Path(__file__).resolve().parents[3],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ("B\n", "") == (done.stdout, done.stderr)
