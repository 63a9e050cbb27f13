from __future__ import annotations

import errno
import hashlib
import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from helpers.cloud.control import code_store
from helpers.cloud.control.code_store import CodeStore
from helpers.cloud.environment.workspace import remove_tree
from helpers.cloud.errors import InvalidParameterValueException
from helpers.cloud.model import CodePackage


def package_of(files: dict[str, str]) -> CodePackage:
    """Return a deployment package of text files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return CodePackage(hashlib.sha256(buffer.getvalue()).hexdigest(), buffer.getvalue())


@pytest.fixture
def store(tmp_path: Path):
    """A store in a folder of its own, whose protected files can be deleted again."""
    yield CodeStore(tmp_path / "code")
    remove_tree(tmp_path / "code")


def test_a_package_is_unpacked_once(store: CodeStore):
    """Environments of the same code share one folder."""
    package = package_of({"app.py": "A = 1\n", "lib/shop.py": "B = 2\n"})

    folder = store.code(package)

    assert "A = 1\n" == (folder / "app.py").read_text()
    assert "B = 2\n" == (folder / "lib" / "shop.py").read_text()
    assert folder == store.code(package)


def test_other_code_has_another_folder(store: CodeStore):
    """Folders are named by what is in them."""
    one, two = (store.code(package_of({"app.py": text})) for text in ("1", "2"))

    assert one != two


def test_unpacked_code_is_read_only(store: CodeStore):
    """/var/task cannot be written on Lambda either; folders and files have no write bit."""
    folder = store.code(package_of({"lib/app.py": ""}))

    for path in (folder, folder / "lib", folder / "lib" / "app.py"):
        assert 0 == path.stat().st_mode & 0o222


def test_many_threads_that_want_the_same_code_get_it_whole(store: CodeStore):
    """Eight events at once start eight environments of one package."""
    package = package_of({f"m{n}.py": "x" * 1000 for n in range(50)})
    with ThreadPoolExecutor(8) as threads:
        folders = {*threads.map(store.code, [package] * 8)}

    (folder,) = folders
    assert 50 == len([*folder.glob("*.py")])


def test_what_is_no_zip_is_refused_every_time(store: CodeStore):
    """A failed attempt leaves nothing that a second one would trip over."""
    broken = CodePackage("0" * 64, b"this is no zip")

    for _ in range(2):
        with pytest.raises(InvalidParameterValueException):
            store.code(broken)


def test_a_later_layer_overwrites_an_earlier_one(store: CodeStore):
    """Layers share one /opt, laid over each other in the order of the list."""
    first = package_of({"python/shop.py": "1", "python/only.py": "1", "data": "file"})
    second = package_of({"python/shop.py": "2", "data/more.txt": "folder"})

    opt = store.opt([first, second])

    assert "2" == (opt / "python" / "shop.py").read_text()
    assert "1" == (opt / "python" / "only.py").read_text()
    assert "folder" == (opt / "data" / "more.txt").read_text()
    assert opt != store.opt([second, first])


def test_without_layers_opt_is_empty_but_for_the_mounts(tmp_path: Path):
    """What will be mounted below /opt needs a folder to be mounted on."""
    store = CodeStore(tmp_path / "code", mounts=[Path("python3.11/lib")])

    assert ["python3.11"] == [path.name for path in store.opt([]).iterdir()]
    remove_tree(tmp_path / "code")


def test_a_broken_layer_can_be_followed_by_a_good_one(store: CodeStore):
    """A list that cannot be laid out leaves nothing that the next list would trip over."""
    good, broken = package_of({"a": "1"}), CodePackage("0" * 64, b"this is no zip")

    for _ in range(2):
        with pytest.raises(InvalidParameterValueException):
            store.opt([good, broken])

    assert "1" == (store.opt([good]) / "a").read_text()


def test_a_full_disk_leaves_nothing_behind(
    store: CodeStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A package that could not be written whole is not there at all, and works with room again."""
    package = package_of({"app.py": "A = 1\n"})

    def full(zip_bytes: bytes, folder: Path) -> None:
        (folder / "half").write_text("h")
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(code_store, "unpack", full)
        with pytest.raises(OSError, match="No space left"):
            store.code(package)

    assert [] == [*(tmp_path / "code").iterdir()]
    assert "A = 1\n" == (store.code(package) / "app.py").read_text()
