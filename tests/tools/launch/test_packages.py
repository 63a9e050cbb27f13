"""pip's logs become one sentence each; the locks hold nothing of the machine that made them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools.launch.packages import explain_failure, requirement_of

HERE = Path(__file__).resolve().parents[3]
LOCKS = ("requirements.lock", "requirements-dev.lock")


@pytest.mark.parametrize(
    ("log", "sentence"),
    [
        ("ERROR: [Errno 28] No space left on device", "the disk is full"),
        ("Temporary failure in name resolution", "cannot be reached"),
        ("SSLCertVerificationError: CERTIFICATE_VERIFY_FAILED", "certificate is not trusted"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES FROM", "differs from the one the lock names"),
        ("ERROR: No matching distribution found for moto==5.2.5", "does not have it"),
        ("ERROR: Failed building wheel for pyyaml", "no wheel for this system"),
        ("something never seen before", "a reason kit.py does not know"),
    ],
)
def test_each_cause_has_its_sentence(log: str, sentence: str) -> None:
    """What went wrong is told from the log, with something to do."""
    problem = explain_failure(log, lock="requirements.lock", log_path=Path("setup.log"))
    assert sentence in problem.why
    assert problem.advice


def test_the_cause_comes_before_its_consequences() -> None:
    """A log full of lost connections that ends in "no matching distribution" is a network fault."""
    log = "NewConnectionError: Failed to establish a new connection\nNo matching distribution found"
    problem = explain_failure(log, lock="requirements.lock", log_path=Path("setup.log"))
    assert "cannot be reached" in problem.why


def test_one_package_is_cut_out_of_a_lock_with_its_hashes() -> None:
    """The builder's pin and hashes are taken, and nothing of its neighbours."""
    lock = "six==1 \\\n    --hash=a\nsetuptools==84 \\\n    --hash=b \\\n    --hash=c\ntoml==1\n"
    assert requirement_of("setuptools", lock) == (
        "setuptools==84 \\\n    --hash=b \\\n    --hash=c\n"
    )


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_are_complete_and_anonymous(lock: str) -> None:
    """Every pin has hashes, and no index, folder or address of a machine is in the file."""
    text = (HERE / lock).read_text(encoding="utf-8")
    statements = re.sub(r"\\\n\s*", "", text).splitlines()
    pins = [line for line in statements if line and not line.startswith("#")]
    assert pins
    for pin in pins:
        assert re.match(r"[a-z0-9._-]+==\S+ (; .+ )?--hash=sha256:[0-9a-f]{64}", pin), pin[:80]
    assert "://" not in text
    assert "--find-links" not in text
    assert "index-url" not in text.replace("--no-emit-index-url", "")
    assert requirement_of("setuptools", text)


def test_developers_have_the_learners_packages_in_the_same_versions() -> None:
    """requirements-dev.lock contains every line of requirements.lock."""
    learner, developer = (
        set(re.findall(r"^[a-z0-9._-]+==\S+", (HERE / lock).read_text(encoding="utf-8"), re.M))
        for lock in LOCKS
    )
    assert learner <= developer


def test_the_commit_hooks_use_the_locked_ruff() -> None:
    """A commit hook must not format differently from `kit.py test`."""
    hooks = (HERE / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    lock = (HERE / "requirements-dev.lock").read_text(encoding="utf-8")
    locked = re.search(r"^ruff==(\S+)", lock, re.MULTILINE)
    assert locked is not None
    assert f"rev: v{locked.group(1)} " in hooks
