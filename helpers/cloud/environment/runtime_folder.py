"""What a managed Python runtime brings along: awslambdaric, boto3, and what they need.

The folder stands for /var/runtime and is the only entry of PYTHONPATH, so that a handler finds
the standard library, boto3 and its own files, and nothing else. Packages are links to the kit's
own installation (copies where links are not allowed). Where awslambdaric's native
`runtime_client` is missing, the kit's pure-Python module of that name takes its place.

Source: docs.aws.amazon.com/lambda/latest/dg/lambda-python.html ("Runtime-included SDK versions").
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement

ROOTS = ("awslambdaric", "boto3")
NATIVE_CLIENT = "runtime_client"
OWN_MODULES = {
    "snapshot_runtime.py": "snapshot_runtime.py",
    "runtime_client.py": "snapshot_runtime_client.py",
    "wrapped_runtime.py": "bootstrap.py",
}
"""The runtime of versions with SnapStart, which needs the pure-Python client everywhere, and the
script that wrapper scripts start; each with the name that an environment sees it under."""
AWS_CONFIG = "[default]\ns3 =\n    signature_version = s3v4\n"


def build_runtime_folder(folder: Path, *, native_client: bool = True) -> Path:
    """Fill `folder` and return it; `native_client=False` asks for the pure-Python client."""
    folder.mkdir(parents=True)
    for source in runtime_files(native_client=native_client):
        link_or_copy(source, folder / source.name)
    if not native_client or importlib.util.find_spec(NATIVE_CLIENT) is None:
        pure = Path(__file__).with_name("runtime_client.py")
        shutil.copyfile(pure, folder / pure.name)
    for module, seen_as in OWN_MODULES.items():
        shutil.copyfile(Path(__file__).with_name(module), folder / seen_as)
    (folder / "aws-config").write_text(AWS_CONFIG)
    (folder / "aws-credentials").write_text("")
    return folder


def runtime_files(*, native_client: bool = True) -> Iterator[Path]:
    """Yield the top-level files and folders of the runtime's packages."""
    seen: set[Path] = set()
    for name in sorted(_closure(ROOTS)):
        distribution = importlib.metadata.distribution(name)
        for file in distribution.files or ():
            top = file.parts[0]
            if top in ("..", "__pycache__") or (".." in file.parts):
                continue
            if not native_client and top.startswith(NATIVE_CLIENT + "."):
                continue
            path = Path(str(distribution.locate_file(top)))
            if path not in seen and path.exists():
                seen.add(path)
                yield path


def interpreter() -> str:
    """Return the base interpreter: the one the kit's virtual environment was made from."""
    return str(getattr(sys, "_base_executable", None) or sys.executable)


def host_folders() -> list[Path]:
    """Return the folders an environment must still see wherever they lie on this machine."""
    packages = {path.parent for path in runtime_files()}
    return sorted({Path(sys.base_prefix), Path(interpreter()).resolve().parent, *packages})


def link_or_copy(source: Path, target: Path) -> None:
    """Make `source` appear at `target`: as a link, or as a copy where links are refused."""
    try:
        target.symlink_to(source, target_is_directory=source.is_dir())
    except OSError:
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copyfile(source, target)


def _closure(names: tuple[str, ...]) -> set[str]:
    known: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop().lower()
        if name in known:
            continue
        known.add(name)
        for line in importlib.metadata.requires(name) or ():
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                waiting.append(requirement.name)
    return known
