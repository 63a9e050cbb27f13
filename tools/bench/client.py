"""One process of load: some threads with a boto3 client each, invoking until the time is up.

Reads its task as one JSON line from standard input, says "ready", waits for a line, and prints how
many answers it got. A process apart, so that the measuring does not share the Python of others.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.config import Config


@dataclass(frozen=True, slots=True)
class Task:
    """What to call: an endpoint with its key, a function, how many threads, for how long."""

    endpoint: str
    access_key_id: str
    secret_access_key: str
    function: str
    threads: int
    seconds: float = 0.0
    rounds: int = 0

    def client(self) -> Any:
        """Return a Lambda client that does not retry."""
        return boto3.client(
            "lambda",
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=self.access_key_id,
            aws_secret_access_key=self.secret_access_key,
            config=Config(retries={"total_max_attempts": 1}),
        )


def run(task: Task, started: threading.Event) -> int:
    """Invoke from every thread until `seconds` are over, or each `rounds` times; count answers."""
    counts = [0] * task.threads
    clients = [task.client() for _ in range(task.threads)]
    for client in clients:  # one connection each, and a warm function
        client.invoke(FunctionName=task.function, Payload=b"{}")["Payload"].read()
    print("ready", flush=True)
    started.wait()
    end = time.perf_counter() + task.seconds

    def work(index: int) -> None:
        while counts[index] < task.rounds or (not task.rounds and time.perf_counter() < end):
            answer = clients[index].invoke(FunctionName=task.function, Payload=b"{}")
            answer["Payload"].read()
            counts[index] += 1

    workers = [threading.Thread(target=work, args=(index,)) for index in range(task.threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return sum(counts)


def main() -> None:
    """Take the task, wait for the sign, and tell the count."""
    task = Task(**json.loads(sys.stdin.readline()))
    started = threading.Event()

    def await_sign() -> None:
        sys.stdin.readline()
        started.set()

    threading.Thread(target=await_sign, daemon=True).start()
    print(run(task, started), flush=True)


if __name__ == "__main__":
    main()
