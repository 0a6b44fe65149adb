"""A process killed at any line of the cache's code loses nothing, and leaves nothing half done."""

import os
import subprocess
import sys

import pytest

from assignment4 import cache

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


@pytest.fixture
def folder(monkeypatch, tmp_path):
    monkeypatch.setenv("ASSIGNMENT4_CACHE", str(tmp_path))
    monkeypatch.setenv("ASSIGNMENT4_PROGRESS", "0")
    return tmp_path


def test_files_of_writes_killed_long_ago_are_cleared_away(folder):
    old, young = (folder / f".net-0123.entry-{name}" for name in ("old", "young"))
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    cache.write("net", {}, {})
    assert (old.exists(), young.exists()) == (False, True)


@pytest.mark.parametrize("call", ["write", "fsync", "replace", "mkstemp"])
def test_a_full_disk_is_one_error_and_leaves_the_old_entry(folder, monkeypatch, call):
    def full(*_, **options):
        raise OSError(28, "No space left on device")

    cache.write("net", {}, {"numbers": cache.np.arange(3)})
    if call == "write":
        monkeypatch.setattr(os, "fdopen", lambda descriptor, mode: Full(descriptor))
    else:
        module = cache.tempfile if call == "mkstemp" else os
        monkeypatch.setattr(module, call, full)
    with pytest.raises(OSError, match=r"cannot write to the cache folder .*No space left"):
        cache.write("net", {}, {"numbers": cache.np.zeros(3)})
    monkeypatch.undo()
    monkeypatch.setenv("ASSIGNMENT4_CACHE", str(folder))
    assert cache.read("net", {})["numbers"].tolist() == [0, 1, 2]
    assert [path.suffix for path in folder.iterdir()] == [".entry"]


class Full:
    """A file on a full disk: its first bytes are written, the rest are not."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def __enter__(self) -> "Full":
        return self

    def __exit__(self, *_) -> None:
        os.close(self.descriptor)

    def write(self, content: bytes) -> None:
        os.write(self.descriptor, content[:10])
        raise OSError(28, "No space left on device")


def test_an_entry_that_may_not_be_read_is_one_error(folder, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    cache.write("net", {}, {})
    monkeypatch.setattr("pathlib.Path.read_bytes", refuse)
    with pytest.raises(OSError, match=r"cannot read the cache folder .*Permission denied"):
        cache.read("net", {})
