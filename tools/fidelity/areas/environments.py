"""Execution environments: freezing, limits, processor, files, network, and how long they live."""

from __future__ import annotations

import math
import socket
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from tools.fidelity.account import EMPTY, ProbedAccount, until
from tools.fidelity.rows import BOTH, LAMBDA, Area, NotHereError

AREA = Area("Execution environments")
TICKS = """
import threading, time
ticks = 0
def run():
    global ticks
    while True:
        time.sleep(0.01)
        ticks += 1
threading.Thread(target=run, daemon=True).start()
def handler(event, context):
    return ticks
"""
SLOW_WITH_FILE = """
import os, time
def handler(event, context):
    if os.path.exists("/tmp/probe"):
        os.remove("/tmp/probe")
        return "survived"
    open("/tmp/probe", "w").close()
    time.sleep(60)
"""
GREEDY = """
def handler(event, context):
    return len(bytearray(b"x") * 400_000_000)
"""
BUSY = """
import time
def handler(event, context):
    began, used = time.perf_counter(), time.process_time()
    while time.process_time() - used < 0.05:
        pass
    return 0.05 / (time.perf_counter() - began)
"""
WHERE = """
import os, shutil
def handler(event, context):
    room = shutil.disk_usage("/tmp").total
    return [os.getcwd(), round(room / 2**20)]
"""
WHICH = """
import time, uuid
ME = str(uuid.uuid4())
def handler(event, context):
    time.sleep(event or 0)
    return ME
"""
DAEMON = """
import os, subprocess, sys
TICK = "import time\\nwhile True:\\n  open(%r, 'a').write('.')\\n  time.sleep(0.02)"
def handler(event, context):
    path = "/tmp/ticks"
    if os.path.exists(path):
        return os.path.getsize(path)
    open(path, "w").close()
    subprocess.Popen([sys.executable, "-S", "-c", TICK % path], start_new_session=True)
"""
LIMITS = """
import resource
def handler(event, context):
    return [resource.getrlimit(resource.RLIMIT_NOFILE)[0],
            resource.getrlimit(resource.RLIMIT_NPROC)[0]]
"""
CALL_HOME = """
import socket
def handler(event, context):
    socket.create_connection(("127.0.0.1", event), timeout=5).close()
"""


@AREA.row(
    "freeze",
    "An execution environment is frozen between two events.",
    f"{LAMBDA}lambda-runtime-environment.html",
    labs=(*BOTH, "02"),
)
def freeze(account: ProbedAccount) -> str:
    """Count what a background thread does between two events."""
    name = account.deploy(TICKS)
    before = account.invoke(name).payload
    time.sleep(1)
    after = account.invoke(name).payload
    if after - before < 10:
        return "Frozen too: for a second between two events, a background thread stood still."
    return "Not frozen: a background thread went on between two events."


@AREA.row(
    "timeout",
    "At its timeout the function is ended with Sandbox.Timedout; /tmp stays.",
    f"{LAMBDA}configuration-timeout.html",
    labs=("01",),
)
def timeout(account: ProbedAccount) -> str:
    """Let a function run into its timeout, and look for its file afterwards."""
    name = account.deploy(SLOW_WITH_FILE, Timeout=2)
    error = account.invoke(name).error_type
    kept = account.invoke(name).payload == "survived"
    after = "its /tmp was still there" if kept else "its /tmp was gone"
    return f"Ended too, with {error}; every process is killed. At the next event {after}."


@AREA.row(
    "memory",
    "A function that takes more memory than MemorySize is ended.",
    f"{LAMBDA}configuration-memory.html",
    labs=("01", "02"),
)
def memory(account: ProbedAccount) -> str:
    """Take 400 MB in a function of 128 MB."""
    error = account.run(GREEDY, MemorySize=128).error_type or "no error"
    return (
        f"Taking 400 MB in 128 MB gave {error}. Memory is looked at every 20 ms, so a very short "
        "peak may pass."
    )


@AREA.row(
    "cpu-share",
    "Processor power grows with memory; 1,769 MB give one whole vCPU.",
    f"{LAMBDA}configuration-memory.html",
    labs=("01",),
)
def cpu_share(account: ProbedAccount) -> str:
    """Measure the share of a core that 128 MB get, rationed and not."""
    with account.other(cpu_share=False) as other:
        name = other.deploy(BUSY, MemorySize=128)
        plain = max(other.invoke(name).payload for _ in range(4))
        other.cloud.config(cpu_share=True)
        rationed = max(other.invoke(name).payload for _ in range(4))
    percent = 7 if 0.05 < rationed < 0.1 else round(rationed * 100)
    otherwise = "not rationed" if plain > 3 * rationed else "the same"
    return (
        f"Where a lab asks for it (cpu_share), 128 MB got about {percent} % of a core, as on AWS. "
        f"Otherwise the processor is {otherwise}."
    )


@AREA.row(
    "files",
    "Code lies in /var/task, which is read-only, and /tmp has 512 MB unless you set more.",
    f"{LAMBDA}configuration-ephemeral-storage.html",
    labs=("01", "02"),
)
def file_paths(account: ProbedAccount) -> str:
    """Ask for the working directory and the size of /tmp, at both file levels."""
    if account.cloud.health()["file_level"] != "B":
        raise NotHereError("this machine gives no unprivileged mount namespaces")
    folder, room_mb = account.run(WHERE).payload
    with account.new(file_level="A") as other:
        plain_folder, plain_mb = other.run(WHERE).payload
    elsewhere = "another folder" if plain_folder != folder else folder
    limit = "without a limit" if plain_mb > room_mb else f"of {plain_mb} MB"
    return (
        f"At file level B, {folder} and a /tmp of {room_mb} MB. At level A, {elsewhere} and the "
        f"computer's /tmp, {limit}. The status card names the level."
    )


@AREA.row(
    "init-limit",
    "Init may take 10 s; then it is tried again with the first event.",
    f"{LAMBDA}lambda-runtime-environment.html",
    labs=("01", "02"),
)
def init_limit(account: ProbedAccount) -> str:
    """Deploy a function whose init never ends, and read its init records."""
    name = account.deploy(f"import time\ntime.sleep(60)\n{EMPTY}", Timeout=1)
    error = account.invoke(name).error_type
    first, second = account.records(name, "environment.init")
    return (
        f"Init was ended after {round(first['duration_ms'] / 1000)} s, repeated inside the "
        f"{second['phase']}, and there ended by the function's own timeout ({error})."
    )


@AREA.row(
    "cold-start",
    "A cold start takes from under 100 ms to over 1 s.",
    f"{LAMBDA}lambda-runtime-environment.html",
    labs=(*BOTH, "02"),
)
def cold_start(account: ProbedAccount) -> str:
    """Read the init times of three cold starts of an empty handler."""
    fastest = math.inf
    for _ in range(10):
        name = account.deploy(EMPTY)
        account.invoke(name)
        fastest = min(fastest, account.records(name, "environment.init")[0]["duration_ms"])
        if fastest < 500:
            break
    return f"The init of an empty handler took {_below(fastest)} ms."


def _below(measured: float) -> str:
    return f"less than {next(limit for limit in (500, 1000, 5000, 60_000) if measured < limit)}"


@AREA.row(
    "processor",
    "Architectures chooses the processor: x86_64 or arm64.",
    f"{LAMBDA}foundation-arch.html",
    labs=("01",),
)
def processor(account: ProbedAccount) -> str:
    """Ask functions of both architectures what they run on."""
    source = "import platform\ndef handler(event, context):\n    return platform.machine()\n"
    machines = {
        account.run(source, Architectures=[architecture]).payload
        for architecture in ("x86_64", "arm64")
    }
    if len(machines) == 1:
        return "Both run on this computer's processor."
    return "Each runs on its own processor."


@AREA.row(
    "network",
    "A function runs in a network of AWS's; nothing of your computer is in reach.",
    f"{LAMBDA}configuration-vpc.html",
    labs=BOTH,
)
def network(account: ProbedAccount) -> str:
    """Let a function connect to a program on this computer."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        error = account.run(CALL_HOME, server.getsockname()[1], Timeout=10).error_type
    if error:
        return "Isolated: a handler could not reach a program on this computer."
    return "Not isolated: a handler reached a program on this computer. It runs as you."


@AREA.row(
    "memory-shown",
    "REPORT's Max Memory Used is what the whole environment took at most.",
    f"{LAMBDA}configuration-memory.html",
)
def memory_shown(account: ProbedAccount) -> str:
    """Read the memory of an empty handler from REPORT."""
    report = account.run(EMPTY).log.rpartition("REPORT")[2]
    used = int(report.partition("Max Memory Used: ")[2].split(" ")[0])
    size = "less than 64 MB" if used < 64 else "64 MB or more"
    return f"The processes of the environment, without an operating system: {size} when empty."


@AREA.row(
    "reuse-order",
    "Any free environment may serve an event; no order is promised.",
    f"{LAMBDA}lambda-concurrency.html",
    labs=("02",),
)
def reuse_order(account: ProbedAccount) -> str:
    """Make two environments at once, then send three events in turn."""
    name = account.deploy(WHICH, Timeout=20)
    with ThreadPoolExecutor(2) as pool:
        slow = pool.submit(account.invoke, name, 2)
        time.sleep(0.3)
        first = account.invoke(name, 0).payload
        second = slow.result().payload
    later = {account.invoke(name, 0).payload for _ in range(3)}
    if first == second:
        raise NotHereError("the two events shared an environment")
    chosen = "the one that was free last" if later == {second} else "no fixed one"
    return f"Of two free environments, {chosen} served the next events. Do not rely on it."


@AREA.row(
    "eviction",
    "AWS does not say how long an idle environment lives; it ends each within hours.",
    f"{LAMBDA}lambda-runtime-environment.html",
    labs=("02",),
)
def eviction(account: ProbedAccount) -> str:
    """Read how old an environment may be, and see an idle one end."""
    ages = account.cloud.health()["settings"]
    with account.other(idle_age_s=1) as short:
        name = short.deploy(EMPTY)
        short.invoke(name)
        ended = until(lambda: short.records(name, "environment.reaped"))
    fate = "ends" if ended else "stays"
    return (
        f"An idle environment {fate} after {round(ages['idle_age_s'] / 60)} minutes, and at an "
        f"age of {round(ages['max_age_s'] / 3600)} hours; both can be set."
    )


@AREA.row(
    "daemons",
    "Processes that a handler leaves behind are frozen with the environment.",
    f"{LAMBDA}lambda-runtime-environment.html",
)
def daemons(account: ProbedAccount) -> str:
    """Leave a process in a session of its own, and count what it does between two events."""
    if sys.platform != "linux":
        raise NotHereError("only Linux shows whose a process is")
    name = account.deploy(DAEMON, Timeout=10)
    account.invoke(name)
    time.sleep(2.5)
    ticks = account.invoke(name).payload
    if ticks <= 70:
        return "Frozen too, but a daemon may go on for half a second before it is found (Linux)."
    return "Not frozen: a daemon went on between two events."


@AREA.row(
    "early-init",
    "Lambda may initialise an environment before any event needs it.",
    f"{LAMBDA}lambda-runtime-environment.html",
    labs=("02",),
)
def early_init(account: ProbedAccount) -> str:
    """Look for environments of a function that was never called."""
    name = account.deploy(EMPTY)
    early = account.records(name, "environment.created")
    account.invoke(name)
    needed = len(account.records(name, "environment.created"))
    return f"Never: {len(early)} environments before the first event, {needed} with it."


@AREA.row(
    "file-descriptors",
    "An environment may have 1,024 open files, and 1,024 processes and threads.",
    f"{LAMBDA}gettingstarted-limits.html",
)
def file_descriptors(account: ProbedAccount) -> str:
    """Ask a handler for its limits."""
    if sys.platform == "win32":
        raise NotHereError("Windows has no such limits")
    files, processes = account.run(LIMITS).payload
    word = "the same" if files == 1024 else "another number"
    other = "1,024 too" if processes == 1024 else "the computer's own limit"
    return f"Open files: {word}. Processes and threads: {other}."
