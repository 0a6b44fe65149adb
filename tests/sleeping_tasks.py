"""What the tests' workers do; they import it, so there is little in it."""

import os
import signal
import sys
import time
from pathlib import Path


def same_everywhere() -> dict[str, str]:
    return {"code": "0123"}


def of_the_process() -> dict[str, str]:
    return {"code": "0123" if "pytest" in sys.modules else "4567", "letters": "89ab"}


def sleep(task: dict) -> dict:
    """Note the start, and sleep; a task may ask for death or failure before that."""
    starts = Path(task["folder"]) / f"starts of {task['name']}"
    with starts.open("a") as file:
        file.write("x")
    deaths = task.get("deaths of its process", 0), task.get("deaths of its worker", 0)
    if starts.stat().st_size <= sum(deaths):
        os.kill(os.getpid() if deaths[0] else os.getppid(), signal.SIGKILL)
        time.sleep(60)
    if task.get("fails"):
        raise ArithmeticError("no number comes out")
    time.sleep(task["seconds"])
    threads = {name: value for name, value in os.environ.items() if name.endswith("_THREADS")}
    return {"threads": threads, "bars": os.environ.get("ASSIGNMENT4_PROGRESS")}
