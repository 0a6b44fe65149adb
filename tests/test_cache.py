"""The cache tells the truth, whatever is in its folder."""

import os
import subprocess
import sys
import tempfile
import time

import numpy as np
import pytest

from assignment4 import cache

KEY = {"seed": 0, "code": "abc", "versions": {"numpy": "2"}}
ARRAYS = {"weights": np.arange(6.0).reshape(2, 3), "names": np.array(["а", "б"])}


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    monkeypatch.setenv("ASSIGNMENT4_CACHE", str(tmp_path))
    monkeypatch.setenv("ASSIGNMENT4_PROGRESS", "0")
    return tmp_path


COMPUTING = """
import sys, time
from pathlib import Path
import numpy as np
from assignment4 import cache

def compute():
    with open(sys.argv[1], "a", encoding="utf-8") as file:
        file.write("computed\\n")
    time.sleep(float(sys.argv[2]))
    return {"numbers": np.arange(3)}

assert cache.stored("net", {}, compute)["numbers"].tolist() == [0, 1, 2]
"""


def start_computing(notes, seconds: float) -> subprocess.Popen:
    return subprocess.Popen([sys.executable, "-c", COMPUTING, str(notes), str(seconds)])


def wait_for(notes, count: int) -> None:
    """Wait until so many computations have begun."""
    end = time.monotonic() + 60
    while not notes.exists() or len(notes.read_text(encoding="utf-8").splitlines()) < count:
        assert time.monotonic() < end, "no computation began"
        time.sleep(0.05)


def same(arrays) -> bool:
    return arrays.keys() == ARRAYS.keys() and all((arrays[n] == ARRAYS[n]).all() for n in ARRAYS)


def fail():
    pytest.fail("computed again")


def test_what_is_stored_comes_back():
    assert cache.read("net", KEY) is None
    assert same(cache.stored("net", KEY, lambda: ARRAYS))
    assert same(cache.stored("net", KEY, fail))


@pytest.mark.parametrize("change", [{"seed": 1}, {"code": "abd"}, {"versions": {"numpy": "3"}}])
def test_another_key_is_another_entry(change):
    cache.write("net", KEY, ARRAYS)
    assert cache.read("net", KEY | change) is None
    assert cache.read("other", KEY) is None


def flip_byte(content: bytes) -> bytes:
    return content[:-100] + bytes([content[-100] ^ 1]) + content[-99:]


@pytest.mark.parametrize(
    "damage",
    [
        flip_byte,
        lambda content: content[: len(content) // 2],
        lambda content: b"",
        lambda content: content[64:],
        lambda content: content + b"x",
        lambda content: b"PK\x03\x04 something else",
    ],
)
def test_a_damaged_entry_is_noticed_and_replaced(damage, folder):
    cache.write("net", KEY, ARRAYS)
    path = cache.entry_path("net", KEY)
    path.write_bytes(damage(path.read_bytes()))
    assert same(cache.stored("net", KEY, lambda: ARRAYS))
    assert f"{path.name} is damaged" in (folder / "log.txt").read_text(encoding="utf-8")
    assert same(cache.stored("net", KEY, fail))


def test_a_sound_entry_of_another_key_is_not_trusted(folder):
    cache.write("net", KEY | {"seed": 1}, ARRAYS)
    os.replace(cache.entry_path("net", KEY | {"seed": 1}), cache.entry_path("net", KEY))
    assert cache.read("net", KEY) is None
    assert "stored under another key" in (folder / "log.txt").read_text(encoding="utf-8")


def test_pickles_are_not_loaded():
    cache.write("net", KEY, {"weights": np.array([{"a": 1}], object)})
    assert cache.read("net", KEY) is None


NO_FOLDERS = {
    "within a device": "/dev/null/cache",
    "a full disk": "/dev/full",
    "a link to itself": "{}/itself",
    "within a file": "{}/file/cache",
    "a name too long": "{}/" + "x" * 300,
}


@pytest.mark.parametrize("value", NO_FOLDERS.values(), ids=list(NO_FOLDERS))
def test_what_can_be_no_folder_is_one_error(monkeypatch, tmp_path, value):
    (tmp_path / "itself").symlink_to("itself")
    (tmp_path / "file").touch()
    monkeypatch.setenv("ASSIGNMENT4_CACHE", value.format(tmp_path))
    message = "cannot (read|write to) the cache folder .*set ASSIGNMENT4_CACHE"
    for ask in (
        lambda: cache.stored("net", KEY, fail),
        lambda: cache.write("net", KEY, ARRAYS),
        lambda: cache.log("a line"),
    ):
        with pytest.raises(OSError, match=message):
            ask()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("~/kept", "{home}/kept"),
        ("a/../kept", "{here}/kept"),
        ("with space and буквы", "{here}/with space and буквы"),
        ("$HOME", "{here}/$HOME"),
        ("{home}/kept/", "{home}/kept"),
    ],
)
def test_an_odd_name_of_the_folder_is_taken_as_it_is(monkeypatch, tmp_path, value, expected):
    home, here = tmp_path / "home", tmp_path / "here"
    for place in (home, here, here / "a"):
        place.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(here)
    monkeypatch.setenv("ASSIGNMENT4_CACHE", value.format(home=home))
    assert same(cache.stored("net", KEY, lambda: ARRAYS))
    assert same(cache.stored("net", KEY, fail))
    (entry,) = tmp_path.rglob("*.entry")
    assert str(entry.parent) == expected.format(home=home, here=here)


def test_two_processes_at_once_compute_an_entry_once(folder, tmp_path_factory):
    notes = tmp_path_factory.mktemp("notes") / "notes.txt"
    first = start_computing(notes, 3)
    wait_for(notes, 1)
    second = start_computing(notes, 3)
    assert first.wait(60) == second.wait(60) == 0
    assert notes.read_text(encoding="utf-8") == "computed\n"
    assert "another process, which is waited for" in (folder / "log.txt").read_text("utf-8")


def test_a_process_that_dies_keeps_nobody_waiting(tmp_path_factory):
    notes = tmp_path_factory.mktemp("notes") / "notes.txt"
    first = start_computing(notes, 600)
    wait_for(notes, 1)
    second = start_computing(notes, 0)
    first.kill()
    first.wait(60)
    assert second.wait(60) == 0
    assert notes.read_text(encoding="utf-8") == "computed\ncomputed\n"


def test_array_digest_follows_shape_dtype_and_values():
    arrays = [np.zeros((2, 3)), np.zeros((3, 2)), np.zeros((2, 3), np.float32), np.ones((2, 3))]
    assert len({cache.array_digest(array) for array in arrays}) == 4
    assert cache.array_digest(np.asfortranarray(ARRAYS["weights"])) == cache.array_digest(
        ARRAYS["weights"]
    )


def test_the_user_s_cache_folder_is_used_without_a_name(monkeypatch):
    monkeypatch.delenv("ASSIGNMENT4_CACHE")
    assert cache.cache_folder().name == "assignment4"


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

    cache.write("net", {}, {"numbers": np.arange(3)})
    if call == "write":
        monkeypatch.setattr(os, "fdopen", lambda descriptor, mode: Full(descriptor))
    else:
        module = tempfile if call == "mkstemp" else os
        monkeypatch.setattr(module, call, full)
    with pytest.raises(OSError, match=r"cannot write to the cache folder .*No space left"):
        cache.write("net", {}, {"numbers": np.zeros(3)})
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
