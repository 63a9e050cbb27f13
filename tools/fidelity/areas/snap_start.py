"""SnapStart: what a snapshot is here, and what a copy keeps."""

from __future__ import annotations

import time

from tools.fidelity.account import EMPTY, ProbedAccount, outcome, until
from tools.fidelity.rows import LAMBDA, Area, NotHereError

AREA = Area("SnapStart")
UNIQUE = """
import os, random, threading, time
random.seed(1)
DRAWN = random.random()
open("/tmp/from-init", "w").close()
alive = threading.Event()
def beat():
    while True:
        alive.set()
        time.sleep(0.01)
threading.Thread(target=beat, daemon=True).start()
def handler(event, context):
    alive.clear()
    return {
        "next": random.random(),
        "file": os.path.exists("/tmp/from-init"),
        "thread": alive.wait(0.5),
    }
"""


def _published(account: ProbedAccount, source: str = UNIQUE) -> str:
    """Publish a version with SnapStart; return the function's name when it is Active."""
    name = account.deploy(
        source, SnapStart={"ApplyOn": "PublishedVersions"}, Timeout=10, MemorySize=256
    )
    account.lambda_client.publish_version(FunctionName=name)

    def state() -> str:
        answer = account.lambda_client.get_function_configuration(FunctionName=name, Qualifier="1")
        return str(answer["State"])

    until(lambda: state() != "Pending")
    if state() != "Active":
        raise NotHereError("this system cannot copy a process")
    return f"{name}:1"


@AREA.row(
    "snapshot",
    "A snapshot is an encrypted image of a microVM; restoring it takes well under a second.",
    f"{LAMBDA}snapstart.html",
    labs=("02",),
)
def snapshot(account: ProbedAccount) -> str:
    """Publish a version with SnapStart, and restore an environment of it."""
    name = _published(account, EMPTY)
    answer = account.invoke(name)
    restored = "RESTORE_START" in answer.log or "Restore Duration" in answer.log
    how = "with a Restore Duration in REPORT" if restored else "without a word in REPORT"
    return f"A frozen process; each environment is its fork, {how}. Nothing is encrypted."


@AREA.row(
    "snapshot-pending",
    "A new version with SnapStart is Pending for minutes while its snapshot is made.",
    f"{LAMBDA}snapstart-activate.html",
    labs=("02",),
)
def snapshot_pending(account: ProbedAccount) -> str:
    """Publish a version with SnapStart, and wait for it."""
    began = time.monotonic()
    _published(account, EMPTY)
    took = "seconds at most" if time.monotonic() - began < 15 else "longer than its init"
    return f"Pending while its init runs here: {took}."


@AREA.row(
    "snapshot-random",
    "Copies of a snapshot share what init made unique, such as a seed of Python's random.",
    f"{LAMBDA}snapstart-uniqueness.html",
)
def snapshot_random(account: ProbedAccount) -> str:
    """Seed a generator in init, and draw from it after the restore."""
    name = _published(account)
    first = account.invoke(name).payload["next"]
    expected = account.run(
        "import random\nrandom.seed(1)\nrandom.random()\nX = random.random()\n"
        "def handler(event, context):\n    return X\n"
    ).payload
    if first == expected:
        return "The same: what init seeded goes on from where it was."
    return "Python's own random is seeded anew in each copy; other values of init are shared."


@AREA.row(
    "snapshot-threads",
    "Threads that init started go on in every restored environment.",
    f"{LAMBDA}snapstart.html",
    labs=("02",),
)
def snapshot_threads(account: ProbedAccount) -> str:
    """Start a thread in init, and ask a restored environment for it."""
    alive = account.invoke(_published(account)).payload["thread"]
    return "They go on here too." if alive else "They are gone: a fork has one thread only."


@AREA.row(
    "snapshot-files",
    "Files that init wrote to /tmp are in every restored environment.",
    f"{LAMBDA}snapstart.html",
)
def snapshot_files(account: ProbedAccount) -> str:
    """Write a file in init, and ask a restored environment for it."""
    there = account.invoke(_published(account)).payload["file"]
    return "They are here too." if there else "They are not: a copy starts with an empty /tmp."


@AREA.row(
    "snapshot-extensions",
    "SnapStart works with extensions and layers.",
    f"{LAMBDA}snapstart.html",
)
def snapshot_extensions(account: ProbedAccount) -> str:
    """Publish a version with SnapStart and a layer that holds an extension."""
    layer = account.layer({"extensions/probe": "#!/bin/sh\nsleep 60\n"})
    name = account.deploy(EMPTY, SnapStart={"ApplyOn": "PublishedVersions"}, Layers=[layer])
    answer = outcome(account.lambda_client.publish_version, FunctionName=name)
    where = {"FunctionName": name, "Qualifier": "1"}
    if "refused" in answer:
        return f"With a layer that holds an extension, PublishVersion {answer}."
    until(lambda: account.lambda_client.get_function_configuration(**where)["State"] != "Pending")
    state = account.lambda_client.get_function_configuration(**where)["State"]
    return f"With a layer that holds an extension, the version becomes {state}."
