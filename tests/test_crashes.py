"""A process killed at any line of the cache's code loses nothing, and leaves nothing half done."""

import os
import subprocess
import sys

KILLED_AT_EVERY_LINE = """
import os, signal, sys
import numpy as np
from assignment4 import cache

SAME = np.arange(1000)

def compute():
    return {"numbers": SAME}

def store_until_killed(moment):
    lines = 0

    def count(frame, event, argument):
        nonlocal lines
        lines += event == "line"
        if lines == moment:
            os.kill(os.getpid(), signal.SIGKILL)
        return count

    sys.settrace(lambda frame, *_: count if frame.f_code.co_filename == cache.__file__ else None)
    cache.stored("net", {}, compute)

def run(work, *arguments):
    child = os.fork()
    if child == 0:
        work(*arguments)
        os._exit(0)
    return os.waitpid(child, 0)[1]

def store_again():
    assert (cache.stored("net", {}, compute)["numbers"] == SAME).all()

def read_again():
    assert (cache.read("net", {})["numbers"] == SAME).all()

for moment in range(1, 1000):
    os.environ["ASSIGNMENT4_CACHE"] = os.path.join(sys.argv[1], str(moment))
    if not os.WIFSIGNALED(run(store_until_killed, moment)):
        break
    assert run(store_again) == run(read_again) == 0, moment
print(moment - 1)
"""


def test_a_process_killed_at_any_line_of_the_cache_loses_nothing(tmp_path):
    environment = os.environ | {"ASSIGNMENT4_PROGRESS": "0"}
    command = [sys.executable, "-c", KILLED_AT_EVERY_LINE, str(tmp_path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert 60 <= int(done.stdout) < 998
    assert list(tmp_path.rglob("log.txt")) == [], "an entry was found damaged"
