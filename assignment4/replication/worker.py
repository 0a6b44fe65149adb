"""What a worker does with a task: it has another process carry it out, one for each task.

Libraries draw random numbers from generators that all of a process shares. In the worker's own
process its other threads draw from them as well, and no training would come out twice the same.
"""

import os
import pickle
import signal
import subprocess
import sys

from distributed import get_worker

from assignment4.replication import task_process


def work_alike(content: bytes) -> object:
    """Have a task carried out, if the circumstances are those of the process that asks.

    Where the task's process is killed, this one goes with it, as if it had been killed itself.

    Args:
        content: see `task_process.carry_out`.

    Raises:
        DifferentWorkerError: the circumstances differ; the message names the worker and in what.
        Exception: what the task raises.
    """
    worker = get_worker()
    done = subprocess.run(
        [sys.executable, "-m", task_process.__name__, worker.address],
        input=content,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ
        | {
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            task_process.WORKER: str(worker.name),
        },
    )
    if done.returncode < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    outcome, error = pickle.loads(done.stdout)
    if error is not None:
        raise error
    return outcome
