"""The cache tells the truth, whatever is in its folder."""

import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

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


def same(arrays) -> bool:
    return arrays.keys() == ARRAYS.keys() and all((arrays[n] == ARRAYS[n]).all() for n in ARRAYS)


def fail():
    pytest.fail("computed again")


def logged(folder) -> str:
    return (folder / "log.txt").read_text(encoding="utf-8")


def test_what_is_stored_comes_back_by_its_name_and_key():
    assert cache.read("net", KEY) is None
    assert same(cache.stored("net", KEY, lambda: ARRAYS))
    assert same(cache.stored("net", KEY, fail))
    assert cache.read("other", KEY) is None
    for change in ({"seed": 1}, {"code": "abd"}, {"versions": {"numpy": "3"}}):
        assert cache.read("net", KEY | change) is None
    cache.remove("net", KEY)
    assert cache.read("net", KEY) is None


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
    assert f"{path.name} is damaged" in logged(folder)
    assert same(cache.stored("net", KEY, fail))


def test_neither_entries_of_other_keys_nor_pickles_are_trusted(folder):
    cache.write("net", KEY | {"seed": 1}, ARRAYS)
    os.replace(cache.entry_path("net", KEY | {"seed": 1}), cache.entry_path("net", KEY))
    assert cache.read("net", KEY) is None
    assert "stored under another key" in logged(folder)
    cache.write("net", KEY, {"weights": np.array([{"a": 1}], object)})
    assert cache.read("net", KEY) is None


@pytest.mark.parametrize(
    "value", ["/dev/null/cache", "/dev/full", "{}/itself", "{}/file/cache", "{}/" + 300 * "x"]
)
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
        ("~/kept", "home/kept"),
        ("a/../kept", "kept"),
        ("with space and буквы", "with space and буквы"),
        ("$HOME", "$HOME"),
        ("", "home/.cache/assignment4"),
    ],
)
def test_an_odd_name_of_the_folder_is_taken_as_it_is(monkeypatch, tmp_path, value, expected):
    (tmp_path / "a").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("ASSIGNMENT4_CACHE", value)
    assert same(cache.stored("net", KEY, lambda: ARRAYS))
    assert same(cache.stored("net", KEY, fail))
    (entry,) = tmp_path.rglob("*.entry")
    assert entry.parent == tmp_path / expected


def test_of_two_that_ask_at_once_one_computes_and_the_other_waits(folder):
    """As processes do: each has a lock of its own."""
    with ThreadPoolExecutor(1) as another:

        def compute() -> cache.Arrays:
            waiting.append(another.submit(cache.stored, "net", KEY, fail))
            while not (folder / "log.txt").exists():
                assert not waiting[0].done()
            return ARRAYS

        waiting = []
        assert same(cache.stored("net", KEY, compute))
        assert same(waiting[0].result(timeout=60))
    assert "another process, which is waited for" in logged(folder)


def test_array_digest_follows_shape_dtype_and_values():
    arrays = [np.zeros((2, 3)), np.zeros((3, 2)), np.zeros((2, 3), np.float32), np.ones((2, 3))]
    assert len({cache.array_digest(array) for array in arrays}) == 4
    weights = ARRAYS["weights"]
    assert cache.array_digest(np.asfortranarray(weights)) == cache.array_digest(weights)


def test_files_of_writes_killed_long_ago_are_cleared_away(folder):
    old, young = (folder / f".net-0123.entry-{name}" for name in ("old", "young"))
    for path in (old, young):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    cache.write("net", {}, {})
    assert (old.exists(), young.exists()) == (False, True)


@pytest.mark.parametrize(
    ("module", "call"), [(tempfile, "mkstemp"), (os, "fsync"), (os, "replace")]
)
def test_a_full_disk_is_one_error_and_leaves_the_old_entry(folder, monkeypatch, module, call):
    def full(*_, **options):
        raise OSError(28, "No space left on device")

    cache.write("net", KEY, ARRAYS)
    with monkeypatch.context() as patch:
        patch.setattr(module, call, full)
        with pytest.raises(OSError, match=r"cannot write to the cache folder .*No space left"):
            cache.write("net", KEY, {"weights": np.zeros(3)})
    assert same(cache.read("net", KEY))
    assert [path.suffix for path in folder.iterdir()] == [".entry"]


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

for moment in range(1, 1000):
    os.environ["ASSIGNMENT4_CACHE"] = os.path.join(sys.argv[1], str(moment))
    child = os.fork()
    if child == 0:
        store_until_killed(moment)
        os._exit(0)
    if not os.WIFSIGNALED(os.waitpid(child, 0)[1]):
        break
    for arrays in (cache.stored("net", {}, compute), cache.read("net", {})):
        assert (arrays["numbers"] == SAME).all(), moment
print(moment - 1)
"""


def test_a_process_killed_at_any_line_of_the_cache_loses_nothing(tmp_path):
    """Nor does it keep the others waiting, or half an entry."""
    environment = os.environ | {"ASSIGNMENT4_PROGRESS": "0"}
    command = [sys.executable, "-c", KILLED_AT_EVERY_LINE, str(tmp_path)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert 60 <= int(done.stdout) < 998
    assert list(tmp_path.rglob("log.txt")) == [], "an entry was found damaged"
