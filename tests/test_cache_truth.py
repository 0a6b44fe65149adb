"""What is kept depends on all that its key names, and its key names all that it depends on.

The modules behind something kept are found by following imports from those that compute it; a
change of any of them, of the data, of a setting or of a library must lead to another entry.
"""

import ast
import dataclasses
import importlib.metadata
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np
import pytest

from assignment4 import batch_sizes, cache, provenance
from assignment4.auto_encoders import convolutional, linear
from assignment4.batch_sizes import BATCH_SIZES, SAMPLES_SEEN, run_batch_size
from assignment4.encoder_decoder import build_decoder, losses, training
from assignment4.encoder_decoder.classifiers import (
    build_classifier,
    build_second_judge,
    draw_noise,
    train_classifier,
    train_judge,
)
from assignment4.encoder_decoder.losses import (
    train_near_letters,
    train_on_means,
    train_on_random_targets,
    train_on_representatives,
    train_through_classifier,
)
from assignment4.encoder_decoder.models import AS_DESCRIBED
from assignment4.encoder_decoder.targets import draw_with_labels
from assignment4.experiments import Parts, pixels_from_0_to_1
from assignment4.groups import GROUPS
from assignment4.latent_search import search, trap
from assignment4.letters import CYRILLIC, LATIN, Alphabet, Letters, embedded, sources
from assignment4.transfer.readers import train_reader

PACKAGE = cache.PACKAGE
DISTRIBUTIONS = {"sklearn": "scikit-learn"}
"""Of packages whose import has another name."""

# The modules behind a computation


def source_of(module: str) -> ast.Module:
    paths = [PACKAGE / f"{module}.py", PACKAGE / module / "__init__.py"]
    (path,) = [path for path in paths if path.is_file()]
    return ast.parse(path.read_text(encoding="utf-8"))


def is_module(name: str) -> bool:
    return (PACKAGE / f"{name}.py").is_file()


def names_of(module: str, function: str | None) -> set[str]:
    """Return the names that a module uses, or one of its functions alone."""
    tree = source_of(module)
    if function:
        (tree,) = [node for node in tree.body if getattr(node, "name", "") == function]
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def imported(module: str) -> Iterator[tuple[str, str]]:
    """Yield what a module imports: the name that it goes by, and where in this package it is.

    A name that a subpackage hands on is looked up where it is defined.
    """
    for node in ast.walk(source_of(module)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith("assignment4."):
                    yield "", alias.name.removeprefix("assignment4.").replace(".", "/")
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports by a relative name"
            first, _, inner = node.module.partition(".")
            if first == "assignment4":
                for alias in node.names:
                    yield alias.asname or alias.name, defining(inner.replace(".", "/"), alias.name)


def defining(place: str, name: str) -> str:
    """Return the module that defines what is imported from a module or a subpackage."""
    inner = f"{place}/{name}".lstrip("/")
    if is_module(inner) or (PACKAGE / inner).is_dir():
        return inner
    if is_module(place):
        return place
    return dict(imported(place)).get(name, place)


def behind(roots: tuple[str, ...], exempt: dict[str, str]) -> set[str]:
    """Return the modules that roots need, without exempt ones; "module:function" is one function.

    Imports of modules for what they do when they are imported count for every function.
    """
    found, waiting = set(), list(roots)
    while waiting:
        module, _, function = waiting.pop().partition(":")
        if module in found or module in exempt:
            continue
        found.add(module)
        used = names_of(module, function) | {""}
        waiting += [place for name, place in imported(module) if name in used]
    return found


def libraries_of(kept: "Kept") -> set[str]:
    """Return the distributions that the modules behind something kept import."""
    found = set()
    for module in behind(kept.roots, kept.exempt):
        for node in ast.walk(source_of(module)):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                found.add(node.module.partition(".")[0])
    found -= {"assignment4", *kept.exempt, *sys.stdlib_module_names}
    return {DISTRIBUTIONS.get(name, name) for name in found}


# What is kept, and by whom

KEEPING = {
    "cache": "keeps arrays, and computes none",
    "progress": "shows a bar, and computes nothing",
}
LETTERS = KEEPING | {
    "letters/dataset": "images and labels enter the key by their digest",
    "letters/normalization": "what it gives enters the key by its digest",
    "letters/splits": "the part enters the key by its digest",
}
IN_LINE = KEEPING | {
    "letters/embedded": "the letters' digest stands in the line",
    "letters/sources": "only the embedded letters have results",
    "letters/pairs": "the letters' digest stands in the line",
    "letters/typefaces": "the letters' digest stands in the line",
}
"""Of results, whose line holds a digest of the letters before they are divided."""


class Kept(NamedTuple):
    """Something kept: the modules that compute it, those that its key names, and exemptions.

    An exemption is a module or a library with the reason why what is kept does not depend on it.
    """

    roots: tuple[str, ...]
    code: tuple[str, ...]
    exempt: dict[str, str]


ENTRIES = {
    "training": Kept(("encoder_decoder/training",), training.CODE, KEEPING),
    "classifiers": Kept(("encoder_decoder/classifiers",), training.CODE, LETTERS),
    "encoder-decoders": Kept(
        ("encoder_decoder/losses",),
        training.CODE,
        LETTERS | {"encoder_decoder/metrics": "the means enter the key by their digest"},
    ),
    "convolutional auto-encoder": Kept(
        ("auto_encoders/convolutional",),
        (*training.CODE, "auto_encoders/convolutional"),
        LETTERS | {"pca/components": "the PCA beside the network is not kept"},
    ),
    "readers": Kept(
        ("transfer/readers:train_reader",), (*training.CODE, "transfer/readers"), LETTERS
    ),
    "linear auto-encoder": Kept(
        ("auto_encoders/linear",),
        linear.CODE,
        KEEPING | {"scipy": "measures angles of matrices after they are kept"},
    ),
    "latent search": Kept(("latent_search/search",), search.CODE, KEEPING),
    "the scripts' latent search": Kept(
        ("latent_search/trap",),
        trap.CODE,
        KEEPING | {"sympy": "derives formulas, which are not kept"},
    ),
    "letters": Kept(("letters/embedded",), embedded.CODE, KEEPING),
    "letters from elsewhere": Kept(("letters/sources",), sources.CODE, KEEPING),
    "learning rates": Kept(("batch_sizes",), batch_sizes.CODE, LETTERS),
    "logistic regression": Kept(
        ("encoder_decoder/metrics:logistic_regression",), ("encoder_decoder/metrics",), KEEPING
    ),
}


def roots_of(group: str) -> tuple[str, ...]:
    """Return the modules of the function that carries out experiments, and of these."""
    ways = (GROUPS[group].run, *GROUPS[group].experiments.values())
    places = {getattr(way, "__module__", GROUPS[group].run.__module__) for way in ways}
    return tuple(place.removeprefix("assignment4.").replace(".", "/") for place in sorted(places))


RESULTS = {group: Kept(roots_of(group), GROUPS[group].code, IN_LINE) for group in GROUPS}
ALL = ENTRIES | RESULTS


def missing(name: str) -> set[str]:
    return behind(ALL[name].roots, ALL[name].exempt) - set(ALL[name].code)


@pytest.mark.parametrize("name", ALL)
def test_a_code_list_names_every_module_behind_what_is_kept(name):
    assert missing(name) == set()


def calls(module: str) -> set[str]:
    """Return the cache's functions that keep something, of those that a module calls."""
    functions = [node.func for node in ast.walk(source_of(module)) if isinstance(node, ast.Call)]
    names = {getattr(one, "attr", getattr(one, "id", "")) for one in functions}
    return names & {"code_digest", "stored"}


def test_every_module_that_keeps_something_is_in_the_table():
    paths = [path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py")]
    modules = {str(path.with_suffix("")) for path in paths if path.name != "__init__.py"}
    keeping = {module for module in modules - {"cache"} if calls(module)}
    roots = {root.partition(":")[0] for kept in ENTRIES.values() for root in kept.roots}
    trains = {"encoder_decoder/classifiers", "encoder_decoder/losses"}
    searches = {module for module in modules if ("kept", "latent_search/kept") in imported(module)}
    assert searches == {"latent_search/search", "latent_search/trap"}
    assert keeping == roots - trains - searches | {"latent_search/kept", "provenance"}
    training_modules = {
        module for module in modules if ("train", "encoder_decoder/training") in imported(module)
    }
    assert training_modules == trains | {"auto_encoders/convolutional", "transfer/readers"}


def test_imports_are_followed_to_where_a_name_is_defined():
    assert defining("letters", "normalize") == "letters/normalization"
    assert defining("", "cache") == "cache"
    assert defining("pca/components", "check_count") == "pca/components"
    assert behind(("letters/splits",), {"letters/dataset": ""}) == {
        "letters/splits",
        "letters/random_order",
    }
    of_one = behind(("encoder_decoder/metrics:logistic_regression",), {})
    assert of_one < behind(("encoder_decoder/metrics",), {})


# Each change leads to another entry


def alphabet(letters: str, count: int = 210) -> Alphabet:
    images = np.random.default_rng(len(letters)).integers(0, 256, (count, 28, 28)).astype(np.uint8)
    unknown = np.full(count, "")
    return Alphabet(letters, images, np.arange(count) % 14, unknown, unknown, 6015)


SOME = Letters(alphabet(CYRILLIC), alphabet(LATIN), embedded.NAME)


def with_other_pixel(letters: Alphabet) -> Alphabet:
    images = letters.images.copy()
    images[3, 4, 5] ^= 1
    return dataclasses.replace(letters, images=images)


def with_other_label(letters: Alphabet) -> Alphabet:
    labels = letters.labels.copy()
    labels[[0, 1]] = labels[[1, 0]]
    return dataclasses.replace(letters, labels=labels)


@pytest.fixture(autouse=True)
def small_networks(monkeypatch):
    """Networks quick to build: what a training of the book's would be kept under is the same."""

    def build(architecture):
        images = keras.Input((28, 28, 1))
        return keras.Model(images, keras.layers.Dense(1)(images), name="encoder_decoder")

    monkeypatch.setattr(losses, "build_encoder_decoder", build)


@pytest.fixture
def paths(monkeypatch, empty_cache):
    """The entries that are asked for, whose arrays are neither computed nor kept."""
    monkeypatch.delenv("ASSIGNMENT4_LETTERS", raising=False)
    found = []

    def stop(name, key):
        found.append(cache.entry_path(name, key))
        raise AskedForError

    monkeypatch.setattr(cache, "read", stop)
    return found


class AskedForError(Exception):
    """Raised in place of reading an entry."""


def build_line() -> keras.Model:
    images = keras.Input((28, 28, 1))
    return keras.Model(images, keras.layers.Dense(1)(images), name="line")


def classifier_of(seed: int) -> keras.Model:
    keras.utils.set_random_seed(seed)
    return build_classifier()


def decoder_of(*, seed: int) -> keras.Model:
    keras.utils.set_random_seed(seed)
    return build_decoder()


def decoder_with(activation: str) -> keras.Model:
    """Return a decoder whose weights do not tell its activation."""
    latent = keras.Input((512,), name="latent")
    pixels = keras.layers.Dense(784, activation, kernel_initializer="ones", name="last")(latent)
    return keras.Model(latent, keras.layers.Reshape((28, 28, 1), name="image")(pixels))


IMAGES, LABELS = np.ones((14, 28, 28, 1), np.float32), np.arange(14)
BATCHES = draw_with_labels(IMAGES, LABELS, seed=0)
SAMPLES = np.random.default_rng(0).standard_normal((40, 6))
SAMPLES -= SAMPLES.mean(axis=0)
MEANS, STARTS = np.ones((3, 28, 28, 1)), np.ones((2, 3, 512), np.float32)
SEARCHED = {"decoder": decoder_of(seed=0), "means": MEANS, "constants": np.ones(3), "steps": 5}
OTHER_SEARCHES = [
    {"steps": 6},
    {"learning_rate": 0.02},
    {"decoder": decoder_of(seed=1)},
    {"decoder": decoder_with("relu")},
    {"decoder": decoder_with("tanh")},
    {"means": 2 * MEANS},
    {"constants": np.zeros(3)},
]
STEPS_AND_SEED = {"steps": 5, "seed": 0}
BOTH = {"cyrillic": SOME.cyrillic, "latin": SOME.latin}
OTHERS = [
    {alphabet: change(BOTH[alphabet])}
    for alphabet in BOTH
    for change in (with_other_pixel, with_other_label)
]
LONGER = [{"steps": 6}, {"seed": 1}]
ARCHITECTURES = [
    {"architecture": dataclasses.replace(AS_DESCRIBED, **change)}
    for change in (
        {"activation": "relu"},
        {"activation": "scaled"},
        {"normalization": "none"},
        {"normalization": "convolutions"},
        {"dropout_rate": 0.5},
        {"initial_weights": "standard_normal"},
        {"weight_decay": 1e-5},
        {"last_layer": False},
        {"upsampling": "resized"},
        {"kernel_size": 4},
    )
]


def squared_errors(**changes) -> training.MeanSquaredErrorToTargets:
    return training.MeanSquaredErrorToTargets(**changes)


class Asked(NamedTuple):
    """A function that asks for an entry, its arguments, and changes of which each is another."""

    function: Callable
    arguments: dict[str, object]
    changes: list[dict[str, object]]
    entry: str


ASKED = {
    "a training": Asked(
        training.train,
        {"build": build_line, "batches": BATCHES, "loss": squared_errors(), "data": {"n": 1}}
        | STEPS_AND_SEED,
        [
            *LONGER,
            {"data": {"n": 2}},
            {"learning_rate": 1e-4},
            {"loss": squared_errors(weight=2.0)},
            {"loss": squared_errors(reduction="sum")},
            {"loss": [squared_errors(), squared_errors()]},
            {"loss": keras.losses.MeanSquaredError()},
            {"loss": keras.losses.CategoricalCrossentropy(from_logits=True)},
            {"loss": keras.losses.CategoricalCrossentropy(from_logits=False)},
        ],
        "training",
    ),
    "a judge": Asked(
        train_judge,
        {"letters": SOME.latin, "seed": 0},
        [
            {"seed": 1},
            {"build": build_second_judge},
            {"letters": with_other_pixel(SOME.latin)},
            {"letters": with_other_label(SOME.latin)},
        ],
        "classifiers",
    ),
    "a classifier": Asked(
        train_classifier,
        {"latin": SOME.latin, "noise": draw_noise(5, seed=0)} | STEPS_AND_SEED,
        [
            *LONGER,
            {"noise": None},
            {"noise": draw_noise(5, seed=1)},
            {"noise_label": 15},
            {"latin": with_other_pixel(SOME.latin)},
            {"latin": with_other_label(SOME.latin)},
        ],
        "classifiers",
    ),
    "random targets": Asked(
        train_on_random_targets,
        BOTH | STEPS_AND_SEED,
        [*LONGER, *OTHERS, *ARCHITECTURES, {"prepare": pixels_from_0_to_1}],
        "encoder-decoders",
    ),
    "representatives": Asked(
        train_on_representatives, BOTH | STEPS_AND_SEED, [*LONGER, *OTHERS], "encoder-decoders"
    ),
    "means": Asked(
        train_on_means,
        BOTH | STEPS_AND_SEED | {"normalized_again": True},
        [*LONGER, *OTHERS, {"normalized_again": False}],
        "encoder-decoders",
    ),
    "through a classifier": Asked(
        train_through_classifier,
        {"cyrillic": SOME.cyrillic, "classifier": classifier_of(0)} | STEPS_AND_SEED,
        [*LONGER, *OTHERS[:2], *ARCHITECTURES, {"classifier": classifier_of(1)}],
        "encoder-decoders",
    ),
    "near letters": Asked(
        train_near_letters,
        BOTH | STEPS_AND_SEED | {"classifier": classifier_of(0)},
        [*LONGER, *OTHERS, {"classifier": classifier_of(1)}, {"letters_weight": 0.5}],
        "encoder-decoders",
    ),
    "a convolutional auto-encoder": Asked(
        convolutional.train_auto_encoder,
        {"letters": SOME.latin, "k": 2} | STEPS_AND_SEED,
        [*LONGER, {"k": 3}, {"letters": with_other_pixel(SOME.latin)}],
        "convolutional auto-encoder",
    ),
    "a reader": Asked(
        train_reader,
        {"letters": SOME.cyrillic} | STEPS_AND_SEED,
        [*LONGER, {"prepare": pixels_from_0_to_1}]
        + [{"letters": change(SOME.cyrillic)} for change in (with_other_pixel, with_other_label)],
        "readers",
    ),
    "a linear auto-encoder": Asked(
        linear.train_linear_auto_encoder,
        {"samples": SAMPLES, "k": 2},
        [{"seed": 1}, {"k": 3}, {"samples": -SAMPLES}, {"samples": SAMPLES[:, ::-1]}],
        "linear auto-encoder",
    ),
    "a latent search": Asked(
        search.search,
        SEARCHED | {"starts": STARTS},
        [*OTHER_SEARCHES, {"starts": 2 * STARTS}, {"starts": STARTS[0]}],
        "latent search",
    ),
    "a latent search one by one": Asked(
        search.search_one_by_one,
        SEARCHED | {"starts": STARTS[0]},
        [*OTHER_SEARCHES, {"starts": 2 * STARTS[0]}],
        "latent search",
    ),
    "the scripts' latent search": Asked(
        trap.search_as_scripts,
        SEARCHED | {"starts": STARTS[0]},
        [*OTHER_SEARCHES, {"starts": 2 * STARTS[0]}],
        "the scripts' latent search",
    ),
    "Cyrillic letters": Asked(embedded.cyrillic_letters, {"seed": 0}, [{"seed": 1}], "letters"),
    "Latin letters": Asked(embedded.latin_letters, {"seed": 0}, [{"seed": 1}], "letters"),
    "a learning rate": Asked(
        run_batch_size,
        {
            "experiment": BATCH_SIZES["constant rate, B = 4"],
            "letters": SOME,
            "split": "as reported",
            "seed": 0,
            "steps": SAMPLES_SEEN,
        },
        [
            {"experiment": BATCH_SIZES["constant rate, B = 8"]},
            {"experiment": BATCH_SIZES["falling rate, B = 4"]},
            {"experiment": BATCH_SIZES["Oja's rule, B = 4"]},
            {"experiment": BATCH_SIZES["equal updates, B = 4"]},
            {"steps": SAMPLES_SEEN // 2},
            {"letters": dataclasses.replace(SOME, latin=with_other_pixel(SOME.latin))},
        ],
        "learning rates",
    ),
}


def asked_path(asked: Asked, found: list, **changes):
    """Return the entry that a call asks for."""
    with pytest.raises(AskedForError):
        asked.function(**asked.arguments | changes)
    return found[-1]


@pytest.mark.parametrize("name", ASKED)
def test_data_and_settings_lead_to_another_entry(name, paths):
    for changes in ({}, *ASKED[name].changes):
        asked_path(ASKED[name], paths, **changes)
    assert len(set(paths)) == len(paths)
    assert asked_path(ASKED[name], paths) == paths[0]


ON_TARGETS = ("squared_errors", "ablations", "as_in_scripts")


def test_each_experiment_has_an_entry_of_its_own(monkeypatch, tmp_path):
    """But for the network as described, which is that of random letters by another name."""
    monkeypatch.setenv("ASSIGNMENT4_CACHE", str(tmp_path))
    monkeypatch.setattr(training, "_fit", lambda *_: 1.0)
    paths = []

    def keep(name, key, compute):
        """Return untrained weights that tell one training from another."""
        paths.append(cache.entry_path(name, key))
        number = int(cache.array_digest(np.array(paths[-1].name))[:8], 16) / 2**32
        return {name: array + number for name, array in compute().items()}

    monkeypatch.setattr(cache, "stored", keep)
    parts = Parts.of(SOME, "as reported")
    last = {}
    for group in (*ON_TARGETS, "classifier_losses"):
        for experiment, run in GROUPS[group].experiments.items():
            run(parts, 5, 0)
            last[group, experiment] = paths[-1]
    assert last.pop(("ablations", "as described")) == last["squared_errors", "random letters"]
    assert len(set(last.values())) == len(last) == 20


@pytest.fixture(scope="module")
def copied_package(tmp_path_factory):
    """A copy of the package's source, to be changed and put right again."""
    copy = tmp_path_factory.mktemp("copy") / PACKAGE.name
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def unnoticed(modules: set[str], package, look: Callable[[], object]) -> set[str]:
    """Return the modules of which a byte can change while what is looked at stays the same."""
    before, found = look(), set()
    for module in sorted(modules):
        path = package / f"{module}.py"
        content = path.read_bytes()
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        if look() == before:
            found.add(module)
        path.write_bytes(content)
    assert look() == before
    return found


@pytest.mark.parametrize("name", ASKED)
def test_a_changed_byte_of_a_module_leads_to_another_entry(
    name, paths, copied_package, monkeypatch
):
    monkeypatch.setattr(cache, "PACKAGE", copied_package)
    kept = ENTRIES[ASKED[name].entry]
    modules = behind(kept.roots, kept.exempt) | set(kept.code)
    assert not unnoticed(modules, copied_package, lambda: asked_path(ASKED[name], paths))


def test_a_changed_byte_elsewhere_leads_to_the_same_entry(paths, copied_package, monkeypatch):
    monkeypatch.setattr(cache, "PACKAGE", copied_package)
    others = {"groups", "figures/outputs"}
    found = unnoticed(others, copied_package, lambda: asked_path(ASKED["a judge"], paths))
    assert found == others


@pytest.mark.parametrize("group", GROUPS)
def test_a_changed_byte_of_a_module_outdates_results(group, copied_package, monkeypatch):
    monkeypatch.setattr(cache, "PACKAGE", copied_package)
    kept = RESULTS[group]
    modules = behind(kept.roots, kept.exempt) | set(kept.code)
    found = unnoticed(modules, copied_package, lambda: provenance.provenance(group, SOME)["code"])
    assert found == set()


@pytest.mark.parametrize("name", ASKED)
def test_another_version_of_a_library_leads_to_another_entry(name, paths, monkeypatch):
    kept = ENTRIES[ASKED[name].entry]
    libraries = libraries_of(kept)
    assert "numpy" in libraries
    versions = importlib.metadata.version
    before = asked_path(ASKED[name], paths)
    for library in libraries:
        changed = lambda one, library=library: versions(one) + "+" * (one == library)  # noqa: E731
        monkeypatch.setattr(importlib.metadata, "version", changed)
        assert asked_path(ASKED[name], paths) != before, library


@pytest.mark.parametrize("group", GROUPS)
def test_results_depend_on_the_libraries_that_their_code_imports(group):
    assert {"numpy"} <= libraries_of(RESULTS[group]) <= set(provenance.LIBRARIES)


@pytest.mark.parametrize("library", provenance.LIBRARIES)
def test_another_version_in_the_lock_outdates_results(library, monkeypatch, tmp_path):
    lock = (provenance.ROOT / "requirements.txt").read_text(encoding="utf-8")
    before = provenance._libraries()
    monkeypatch.setattr(provenance, "ROOT", tmp_path)
    (tmp_path / "requirements.txt").write_text(lock, encoding="utf-8")
    assert provenance._libraries() == before
    changed = lock.replace(f"\n{library}==", f"\n{library}==1!")
    (tmp_path / "requirements.txt").write_text(changed, encoding="utf-8")
    assert provenance._libraries() != before


@pytest.mark.parametrize("name", ["cyrillic", "latin"])
@pytest.mark.parametrize(
    "change",
    [
        with_other_pixel,
        with_other_label,
        lambda letters: letters.select(np.arange(209)),
        lambda letters: dataclasses.replace(letters, families=letters.families[::-1]),
    ],
)
def test_other_letters_outdate_results(name, change):
    families = np.array(["Roboto", "STIX General"] * 105)
    alphabet = dataclasses.replace(getattr(SOME, name), families=families)
    letters = dataclasses.replace(SOME, **{name: alphabet})
    changed = dataclasses.replace(SOME, **{name: change(alphabet)})
    before, after = (provenance.provenance("squared_errors", one) for one in (letters, changed))
    assert before["letters"] != after["letters"]


# What really runs

QUICK = ("a training", "a linear auto-encoder", "a latent search", "Latin letters")
"""What is computed in a few seconds."""


def modules_that_run(work: Callable[[], object]) -> set[str]:
    """Return the modules of this package of which a function is called meanwhile."""
    files = set()
    sys.setprofile(lambda frame, *_: files.add(frame.f_code.co_filename))
    try:
        work()
    finally:
        sys.setprofile(None)
    paths = [Path(name) for name in files if name.startswith(f"{PACKAGE}/")]
    return {str(path.relative_to(PACKAGE).with_suffix("")) for path in paths}


@pytest.mark.slow
@pytest.mark.parametrize("name", QUICK)
def test_no_other_module_runs_than_those_behind_an_entry(name, monkeypatch, empty_cache):
    """Imports are followed by reading them; this sees what a short computation calls."""
    monkeypatch.setattr(linear, "EPOCHS", 1)
    monkeypatch.setattr(embedded, "LATIN_COUNT", 28)
    asked = ASKED[name]
    kept = ENTRIES[asked.entry]
    run = modules_that_run(lambda: asked.function(**asked.arguments))
    assert kept.roots[0] in run
    assert len(list(cache.cache_folder().glob("*.entry"))) == 1
    assert run <= behind(kept.roots, kept.exempt) | set(kept.exempt)
