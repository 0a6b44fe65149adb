"""The cache finds the code behind what it keeps by following names."""

import functools
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from assignment4 import cache
from assignment4.auto_encoders.linear import train_linear_auto_encoder
from assignment4.cache import code
from assignment4.encoder_decoder.classifiers import train_small_classifier
from assignment4.encoder_decoder.losses import train_on_representatives
from assignment4.encoder_decoder.models import build_decoder
from assignment4.latent_search.descent import search
from assignment4.letters import CYRILLIC, LATIN, Alphabet, embedded
from assignment4.pca.batches.error import batch_error

FILES = {
    "__init__.py": "",
    "cache/__init__.py": "",
    "numbers.py": (
        "import numpy\n\n"
        "TWO = 2\n\n"
        "def twice(x):\n    return TWO * numpy.array(x)\n\n"
        "def set_up():\n    numpy.seterr()\n\n"
        "set_up()\n"
    ),
    "other.py": "def unused():\n    return 3\n",
    "work.py": (
        "from assignment4 import numbers, other\n"
        "from assignment4.facade import shift\n\n"
        "def compute(x):\n"
        '    """Say what."""\n'
        "    return shift(numbers.twice(x))\n"
    ),
    "facade/__init__.py": "from assignment4.facade.shifts import shift\n",
    "facade/shifts.py": "import math\n\ndef shift(x):\n    return x + math.pi\n",
}


@pytest.fixture
def package(monkeypatch, tmp_path):
    """A small package of the same name, whose modules the cache reads."""
    folder = tmp_path / "assignment4"
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    monkeypatch.setattr(code, "PACKAGE", folder)
    yield folder
    code._source.cache_clear()


def digest() -> dict[str, object]:
    """Of the function `compute` of the small package."""

    def stand_in() -> None:
        pass

    stand_in.__module__, stand_in.__qualname__ = "assignment4.work", "compute"
    code._source.cache_clear()
    return cache.made_by(stand_in)


def change(package: Path, file: str, old: str, new: str) -> None:
    text = (package / file).read_text()
    assert old in text
    (package / file).write_text(text.replace(old, new))


CHANGES = {
    "the function itself": ("work.py", "(x))", "(-x))"),
    "a constant of a module": ("numbers.py", "TWO = 2", "TWO = 3"),
    "a function handed on by a facade": ("facade/shifts.py", "x + ", "x - "),
    "what a module does when it is imported": ("numbers.py", "TWO = 2", "TWO = 2\nprint(1)"),
    "what that calls": ("numbers.py", "seterr()", "seterr('raise')"),
}
HARMLESS = {
    "a function that is not used": ("other.py", "return 3", "return 4"),
    "a docstring": ("work.py", "Say what", "Say more"),
    "a comment": ("numbers.py", "TWO = 2", "TWO = 2  # not three"),
    "line breaks": ("work.py", "shift(numbers", "shift(\n        numbers"),
}


@pytest.mark.parametrize("name", CHANGES | HARMLESS)
def test_a_change_is_noticed_where_it_changes_a_result(package, name):
    before = digest()
    change(package, *(CHANGES | HARMLESS)[name])
    assert (digest() == before) is (name in HARMLESS)
    assert digest()["libraries"].keys() == {"numpy"}


def test_a_definition_may_move_but_not_name_another_library(package):
    before = digest()
    shutil.move(package / "facade" / "shifts.py", package / "moved.py")
    change(package, "facade/__init__.py", "facade.shifts", "moved")
    assert digest() == before
    change(package, "moved.py", "import math", "import scipy as math")
    assert digest()["libraries"].keys() == {"numpy", "scipy"}


def test_objects_closures_and_partial_functions_stand_for_their_code():
    def build(k: int) -> int:
        return k

    inside, libraries = code.behind(train_small_classifier)
    assert ("assignment4.encoder_decoder.training", "train") in inside
    assert ("assignment4.encoder_decoder.training", "FusedAdam") in inside
    assert {"keras", "tensorflow"} <= libraries
    assert code.behind(functools.partial(train_small_classifier, seed=1))[0] == inside
    assert code.behind(lambda: build(1)) == ({}, set())
    closure = (lambda inner: lambda: inner)(train_small_classifier)
    assert code.behind(closure)[0] == inside
    assert cache.made_by(Alphabet)["code"] != cache.made_by(batch_error)["code"]


# In earnest: what runs is what was found


def alphabet(letters: str) -> Alphabet:
    images = np.random.default_rng(len(letters)).integers(0, 256, (42, 28, 28)).astype(np.uint8)
    unknown = np.full(42, "")
    return Alphabet(letters, images, np.arange(42) % 14, unknown, unknown, 42)


def search_twice() -> None:
    means, starts = np.ones((3, 28, 28, 1)), np.ones((3, 512), np.float32)
    search(build_decoder(), means, np.ones(3), starts, steps=2)


COMPUTATIONS = {
    "squared error": lambda: train_on_representatives(
        alphabet(CYRILLIC), alphabet(LATIN), steps=2, seed=0
    ),
    "judge": lambda: train_small_classifier(alphabet(LATIN), seed=0, steps=2),
    "latent search": search_twice,
    "letters": lambda: embedded._stored_letters("some", LATIN, 28, 0),
    "linear auto-encoder": lambda: train_linear_auto_encoder(
        np.random.default_rng(0).standard_normal((20, 6)).repeat(2, 0) * (20 * [[1], [-1]]), 2
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", COMPUTATIONS)
def test_no_other_code_runs_than_what_was_found(name, monkeypatch, empty_cache):
    found, called = set(), set()
    behind, stored = code.behind, cache.stored

    def watched_behind(*things: object) -> tuple:
        definitions, libraries = behind(*things)
        found.update(definitions)
        return definitions, libraries

    def note(frame, event: str, _: object) -> None:
        if event == "call":
            name = frame.f_code.co_qualname.partition(".")[0]
            called.add((frame.f_globals.get("__name__", ""), name))

    def watched_stored(kind: str, key: dict, compute) -> dict:
        def watched() -> dict:
            sys.setprofile(note)
            try:
                return compute()
            finally:
                sys.setprofile(None)

        return stored(kind, key, watched)

    monkeypatch.setattr(code, "behind", watched_behind)
    monkeypatch.setattr(cache, "stored", watched_stored)
    monkeypatch.setattr(embedded, "stored", watched_stored)
    COMPUTATIONS[name]()
    ran = {
        (module, name)
        for module, name in called
        if module.startswith("assignment4.")
        and not module.startswith("assignment4.cache")
        and name in code._source(module).defined
    }
    assert ran
    assert ran <= found
