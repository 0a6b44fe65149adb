"""Mutants are tried apart from each other, with an end to each, and none twice without need."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from assignment4.json_lines import read_json_lines
from assignment4.mutation import run
from assignment4.mutation.copies import copies
from assignment4.notebooks import ROOT

HALF = '''"""Halves."""


def half(number):
    if number < 0:
        raise ValueError(f"{number} is negative")
    return number / 2
'''
TESTS = """import pytest

from assignment4.half import half


def test_half():
    assert half(4) == 2


def test_negative():
    with pytest.raises(ValueError, match="-1"):
        half(-1)
"""
ORDER = """import time

import assignment4.half


def note(name, seconds):
    with open({path!r}, "a") as file:
        file.write(name + " ")
    time.sleep(seconds)


def test_slow():
    note("slow", 0.4)


def test_half():
    note("half", 0.2)
    assert assignment4.half.half(4) == 2


def test_quick():
    note("quick", 0)
"""
APART = """import os, pathlib, tempfile

import assignment4.half


def test_nothing_is_left_of_others():
    cache = pathlib.Path(os.environ["ASSIGNMENT4_CACHE"])
    assert not cache.exists()
    cache.mkdir()
    left = pathlib.Path(tempfile.gettempdir(), "left")
    assert not left.exists()
    left.touch()
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    """A repository with one module."""
    root = tmp_path_factory.mktemp("book")
    write(root / "assignment4" / "__init__.py", "")
    write(root / "assignment4" / "half.py", HALF)
    write(root / "tests" / "test_half.py", TESTS)
    write(root / "tests" / "test_left.py", APART)
    write(root / "tests" / "test_order.py", ORDER.format(path=str(root / "order")))
    write(root / "conftest.py", "")
    return root


@pytest.fixture(scope="module")
def outcome(root: Path):
    """A function from the module's source to what the tests make of it."""
    with copies(root, [], count=1) as places:

        def test(source: str, *tests: str, seconds: float = 60.0) -> tuple[str, str | None]:
            names = [f"tests/test_{test}.py" for test in tests or ("half",)]
            answer = places.test("assignment4/half.py", source, names, seconds)
            return answer["outcome"], answer.get("by")

        yield test


def write(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_the_file_that_fails_first_is_told(outcome) -> None:
    assert outcome(HALF, "half", "left") == ("survived", None)
    wrong = HALF.replace("/", "*")
    assert outcome(wrong, "left", "half", "left") == ("killed", "tests/test_half.py")


def test_quick_tests_are_run_first_and_those_that_failed_before_them(outcome, root) -> None:
    wrong = HALF.replace("/", "*")
    found = []
    for source in (HALF, HALF, wrong, wrong):
        (root / "order").unlink(missing_ok=True)
        assert outcome(source, "order")[0] == ("killed" if source == wrong else "survived")
        found.append((root / "order").read_text().split())
    assert found == [
        ["slow", "half", "quick"],
        ["quick", "half", "slow"],
        ["quick", "half"],
        ["half"],
    ]
    assert outcome(wrong, "order", "half") == ("killed", "tests/test_order.py")
    assert outcome(wrong, "half")[0] == "killed"
    assert outcome(wrong, "order", "half") == ("killed", "tests/test_half.py")


def test_no_run_sees_the_code_of_another(outcome) -> None:
    """The sources are of one length and written within a second, as bytecode is told apart."""
    for _ in range(2):
        assert outcome(HALF) == ("survived", None)
        assert outcome(HALF.replace("/", "*"))[0] == "killed"


def test_no_run_finds_files_of_another(outcome) -> None:
    assert [outcome(HALF, "left")[0] for _ in range(2)] == ["survived", "survived"]


@pytest.mark.parametrize(
    "source",
    ["1 +", "import no_such_module", "import os\nos._exit(0)", "import os\nos.abort()"],
    ids=["syntax", "import", "end", "crash"],
)
def test_what_cannot_be_imported_is_killed(outcome, source) -> None:
    assert outcome(source) == ("killed", "tests/test_half.py")


def test_what_wants_all_memory_is_killed(outcome) -> None:
    assert outcome(HALF + "x = bytearray(2**28)")[0] == "survived"
    assert outcome(HALF + "x = bytearray(7 * 2**30)")[0] == "killed"


def test_what_does_not_end_is_ended_with_what_it_started(outcome, tmp_path) -> None:
    place = tmp_path / "child"
    starting = (
        f"import os, time\nif not os.fork():\n    open({str(place)!r}, 'w').write(str(os.getpid()))"
    )
    assert outcome(f"{starting}\nwhile True:\n    time.sleep(1)", seconds=0.6) == ("timeout", None)
    assert has_ended(int(place.read_text()))


def test_computing_without_an_end_is_ended(outcome) -> None:
    assert outcome("while True:\n    pass", seconds=1.0) == ("timeout", None)


def has_ended(process: int) -> bool:
    """Say whether a process ends within seconds; a dead one may wait for its parent as a zombie."""
    for _ in range(100):
        status = Path(f"/proc/{process}/stat")
        if not status.exists() or status.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False


@pytest.mark.slow
def test_survivors_are_found_and_nothing_is_tried_again(root, tmp_path) -> None:
    results = tmp_path / "mutants.jsonl"

    def lines() -> list[dict]:
        run.run_mutants(["half"], processes=2, root=root, results=results)
        return read_json_lines(results)

    found = {line["id"].removeprefix("assignment4/half.py: "): line for line in lines()}
    assert {name for name, line in found.items() if line["outcome"] == "survived"} == {
        "if number < 0: -> if number <= 0:",
        "if number < 0: -> if number < 1:",
    }
    assert len(found) == 6
    assert found["return number / 2 -> return number * 2"]["by"] == "tests/test_half.py"
    assert len(lines()) == 6
    tests = root / "tests" / "test_left.py"
    tests.write_text(APART.replace("import os", "import assignment4, os"), encoding="utf-8")
    assert [line["outcome"] for line in lines()[6:]] == ["survived"] * 2
    tests = root / "tests" / "test_half.py"
    tests.write_text(TESTS.replace("half(4) == 2", "half(0) == 0"), encoding="utf-8")
    assert len(lines()) == 8 + 6
    tests.write_text(TESTS, encoding="utf-8")


@pytest.mark.slow
def test_a_test_that_fails_without_a_change_stops_all(root, tmp_path) -> None:
    tests = root / "tests" / "test_half.py"
    tests.write_text(TESTS.replace("== 2", "== 3"), encoding="utf-8")
    with pytest.raises(RuntimeError, match=r"tests/test_half.py fails without a change"):
        run.run_mutants(["half"], processes=1, root=root, results=tmp_path / "mutants.jsonl")
    tests.write_text(TESTS, encoding="utf-8")


@pytest.mark.slow
def test_an_interruption_leaves_whole_lines_and_no_process(root, tmp_path) -> None:
    results = tmp_path / "mutants.jsonl"
    code = (
        "import sys\nfrom pathlib import Path\nfrom assignment4.mutation.run import run_mutants\n"
        "run_mutants(['half'], processes=1, root=Path(sys.argv[1]), results=Path(sys.argv[2]))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, root, results], cwd=ROOT, stderr=subprocess.DEVNULL
    )
    while not results.exists():
        time.sleep(0.01)
        assert process.poll() is None
    (server,) = psutil.Process(process.pid).children()
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=60) != 0
    assert has_ended(server.pid)
    assert 1 <= len(read_json_lines(results)) < 6


@pytest.mark.slow
def test_no_process_outlives_the_one_that_asked_it(root, tmp_path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom assignment4.mutation.copies import copies\n"
        "with copies(Path(sys.argv[1]), [], count=1) as places:\n"
        "    source, tests = 'import time\\ntime.sleep(600)', ['tests/test_half.py']\n"
        "    places.test('assignment4/half.py', source, tests, 60.0)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, root], cwd=ROOT, env=os.environ | {"TMPDIR": str(tmp_path)}
    )
    while len(started := psutil.Process(process.pid).children(recursive=True)) < 2:
        time.sleep(0.01)
        assert process.poll() is None
    process.kill()
    process.wait()
    assert all(has_ended(one.pid) for one in started)
