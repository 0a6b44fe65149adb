"""The experiments by name: each changes what it says, and what is measured of them."""

import dataclasses
import json

import keras
import numpy as np
import pytest
from keras import layers

from assignment4.cache import array_digest
from assignment4.encoder_decoder import build_encoder_decoder, classifiers, experiments, losses
from assignment4.encoder_decoder.assessment import Yardstick
from assignment4.encoder_decoder.experiments import (
    ABLATIONS,
    CLASSIFIER_LOSSES,
    CLASSIFIER_SEED,
    SQUARED_ERRORS,
    Parts,
    Run,
    activation_slopes,
    measure,
    pixels_from_0_to_1,
    train_its_classifier,
)
from assignment4.encoder_decoder.models import AS_DESCRIBED, FOR_CLASSIFIER, Architecture
from assignment4.encoder_decoder.scripts import AS_IN_SCRIPTS
from assignment4.encoder_decoder.targets import one_hot
from assignment4.encoder_decoder.training import Trained
from assignment4.letters import CYRILLIC, LATIN, Alphabet, Letters, load_letters, normalize
from assignment4.replication import runs as replication
from assignment4.replication.runs import run_experiment

pytestmark = pytest.mark.usefixtures("empty_cache")

GROUPS = (SQUARED_ERRORS, CLASSIFIER_LOSSES, ABLATIONS)
STEPS, SEED = 5, 2
PATTERNS = np.random.default_rng(0).integers(0, 190, (14, 28, 28))


def alphabet(letters: str, count: int, *, seed: int) -> Alphabet:
    """Return images of 14 patterns that everyone can tell apart, `count` of each."""
    labels = np.arange(14 * count) % 14
    spoilt = np.random.default_rng(seed).integers(0, 60, (len(labels), 28, 28))
    families = np.where(np.arange(len(labels)) < len(labels) // 2, "Roboto", "Source Sans Pro")
    families[-14 * (count // 4) :] = "STIX General"
    images = (PATTERNS[labels] + spoilt).astype(np.uint8)
    return Alphabet(letters, images, labels, families, np.full(len(labels), ""), 6015)


PARTS = Parts(
    alphabet(CYRILLIC, 4, seed=1),
    alphabet(CYRILLIC, 3, seed=2),
    alphabet(LATIN, 4, seed=3),
    alphabet(LATIN, 3, seed=4),
)
NORMALIZED = normalize(PARTS.latin.images)


class Untrained:
    """In place of a model: it has weights that tell it apart, and no layer."""

    def __init__(self, mark: str) -> None:
        self.mark, self.trainable = mark, True

    def get_weights(self):
        return [np.frombuffer(self.mark.encode(), np.uint8)]

    def get_layer(self, name):
        return self


@pytest.fixture
def trainings(monkeypatch) -> list[dict]:
    """The arguments of every training, a classifier's before its network's; none is trained."""
    calls = []

    def train(build, batches, **arguments):
        calls.append({"build": build, "batches": batches} | arguments)
        return Trained(Untrained(json.dumps(arguments["data"])), 1.0)

    monkeypatch.setattr(losses, "train", train)
    monkeypatch.setattr(classifiers, "train", train)
    return calls


def carried_out(trainings, experiment) -> tuple[Run, dict, dict | None]:
    """Return an experiment's run, its network's training and its classifier's, if it has one."""
    trainings.clear()
    run = experiment(PARTS, STEPS, SEED)
    *before, network = trainings
    assert (network["steps"], network["seed"]) == (STEPS, SEED)
    assert len(before) == (run.classifier is not None)
    return run, network, before[0] if before else None


def architecture_changes(data: dict, base: Architecture = AS_DESCRIBED) -> dict[str, object]:
    changed, standard = data["architecture"], dataclasses.asdict(base)
    return {name: changed[name] for name in standard if changed[name] != standard[name]}


def differing(first: dict, second: dict) -> set[str]:
    return {name for name in first | second if first.get(name) != second.get(name)}


def test_names_are_unique_over_all_groups():
    names = [name for group in GROUPS for name in group]
    assert len(names) == len(set(names)) == 20
    repeated = [group.experiments for group in replication.GROUPS.values()]
    assert repeated[:3] == list(GROUPS)


def test_squared_errors_differ_in_their_targets_alone(trainings):
    data = {}
    for name, experiment in SQUARED_ERRORS.items():
        run, network, classifier = carried_out(trainings, experiment)
        assert classifier is None
        assert run.prepare is normalize
        assert architecture_changes(network["data"]) == {}
        data[name] = network["data"]
    targets = [found.pop("targets") for found in data.values()]
    assert len(set(targets)) == len(targets)
    assert [found.pop("targets per image") for found in data.values()] == [20, 1, 1, 1]
    assert all(found == data["random letters"] for found in data.values())


def test_squared_errors_are_to_the_targets_that_they_are_named_after(trainings):
    targets = {}
    for name in ("representative", "normalised mean", "plain mean"):
        _, network, _ = carried_out(trainings, SQUARED_ERRORS[name])
        targets[name] = network["data"]["targets"]
    means = [NORMALIZED[PARTS.latin.labels == label].mean(axis=0) for label in range(14)]
    again = normalize(np.stack(means)[..., 0])
    assert targets["representative"] == array_digest(*NORMALIZED[:14, None])
    assert targets["plain mean"] == array_digest(*np.stack(means)[:, None])
    assert targets["normalised mean"] == array_digest(*again[:, None])


ABLATION_CHANGES = {
    "as described": {},
    "ReLU": {"activation": "relu"},
    "scaled ReLU": {"activation": "scaled"},
    "no batch normalisation": {"normalization": "none"},
    "no dropout": {"dropout_rate": 0.0},
    "dropout 0.5": {"dropout_rate": 0.5},
    "pixels from 0 to 1": {},
    "weights from N(0, 1)": {"initial_weights": "standard_normal"},
    "weights from N(0, 1), no batch normalisation": {
        "initial_weights": "standard_normal",
        "normalization": "none",
    },
}


def test_the_scripts_own_network_has_their_activation_and_first_weights(trainings):
    _, described, _ = carried_out(trainings, SQUARED_ERRORS["random letters"])
    (experiment,) = AS_IN_SCRIPTS.values()
    run, network, classifier = carried_out(trainings, experiment)
    assert classifier is None
    assert run.prepare is normalize
    assert architecture_changes(network["data"]) == {
        "activation": "scaled",
        "initial_weights": "standard_normal",
    }
    assert differing(network["data"], described["data"]) == {"architecture"}


def test_ablations_change_what_they_are_named_after(trainings):
    assert list(ABLATIONS) == list(ABLATION_CHANGES)
    _, described, _ = carried_out(trainings, SQUARED_ERRORS["random letters"])
    for name, experiment in ABLATIONS.items():
        run, network, classifier = carried_out(trainings, experiment)
        assert classifier is None
        assert architecture_changes(network["data"]) == ABLATION_CHANGES[name]
        changed = differing(network["data"], described["data"])
        if name == "pixels from 0 to 1":
            assert changed == {"inputs", "targets"}
            assert run.prepare is pixels_from_0_to_1
        else:
            assert changed == ({"architecture"} if ABLATION_CHANGES[name] else set())
            assert run.prepare is normalize


CLASSIFIER_CHANGES = {
    "classifier": (FOR_CLASSIFIER, {}, None),
    "classifier, network as described": (AS_DESCRIBED, {}, None),
    "noise class as in the scripts": (FOR_CLASSIFIER, {}, 15),
    "noise class as meant": (FOR_CLASSIFIER, {}, 14),
    "classifier, kernel 4": (FOR_CLASSIFIER, {"kernel_size": 4}, None),
    "classifier, resized": (FOR_CLASSIFIER, {"upsampling": "resized"}, None),
}


@pytest.mark.parametrize("name", CLASSIFIER_CHANGES)
def test_classifier_losses_change_what_they_are_named_after(trainings, name):
    base, changes, noise_label = CLASSIFIER_CHANGES[name]
    _, network, classifier = carried_out(trainings, CLASSIFIER_LOSSES[name])
    assert architecture_changes(network["data"], base) == changes
    assert classifier["seed"] == CLASSIFIER_SEED + SEED
    codes = np.concatenate([codes for _, codes in classifier["batches"](0, 3)])
    letters, noise = codes[codes[:, :14].any(axis=1)], codes[~codes[:, :14].any(axis=1)]
    assert letters.sum(axis=1).tolist() == [1] * len(letters)
    if noise_label is None:
        assert len(noise) == 0
    else:
        assert len(noise) == pytest.approx(150, abs=50)
        assert (noise == one_hot(noise_label)).all()
    assert network["data"]["inputs"] == array_digest(
        normalize(PARTS.cyrillic.images), one_hot(PARTS.cyrillic.labels)
    )


def test_the_remedy_has_classifier_and_letters(trainings):
    assert set(CLASSIFIER_LOSSES) == {*CLASSIFIER_CHANGES, "classifier and letters"}
    run, network, classifier = carried_out(trainings, CLASSIFIER_LOSSES["classifier and letters"])
    assert run.classifier is not None
    assert classifier["seed"] == CLASSIFIER_SEED + SEED
    assert network["loss"][1].get_config()["weight"] == losses.LETTERS_WEIGHT
    _, _, other = carried_out(trainings, CLASSIFIER_LOSSES["classifier"])
    assert classifier["data"] == other["data"]


def test_classifier_of_a_network_has_as_much_noise_as_letters(trainings):
    train_its_classifier(PARTS.latin, seed=SEED)
    train_its_classifier(PARTS.latin, seed=SEED, noise_label=14)
    train_its_classifier(PARTS.latin, seed=SEED, noise_label=15)
    train_its_classifier(PARTS.latin, seed=SEED + 1, noise_label=15)
    digests = [call["data"]["letters"] for call in trainings]
    assert len(set(digests)) == 4
    noise = classifiers.draw_noise(len(PARTS.latin), seed=CLASSIFIER_SEED + SEED)
    labels = np.concatenate([PARTS.latin.labels, np.full(len(noise), 14)])
    assert digests[1] == array_digest(np.concatenate([NORMALIZED, noise]), labels)


def test_pixels_without_normalisation():
    images = np.array([0, 51, 255], np.uint8).reshape(1, 1, 3)
    pixels = pixels_from_0_to_1(images)
    assert (pixels.shape, pixels.dtype) == ((1, 1, 3, 1), np.float32)
    assert pixels.ravel().tolist() == pytest.approx([0, 0.2, 1])


@pytest.mark.parametrize("split", ["as reported", "by family"])
def test_parts_are_those_of_the_split(split):
    letters = Letters(alphabet(CYRILLIC, 16, seed=1), alphabet(LATIN, 16, seed=2), "patterns")
    parts = Parts.of(letters, split)
    divide = experiments.SPLITS[split]
    known, unseen = divide(letters.cyrillic)
    assert (parts.cyrillic.images == known.images).all()
    assert (parts.unseen_cyrillic.images == unseen.images).all()
    known, unseen = divide(letters.latin)
    assert (parts.latin.images == known.images).all()
    assert (parts.unseen_latin.images == unseen.images).all()
    assert parts.latin.letters == parts.unseen_latin.letters == LATIN


def test_a_split_that_does_not_exist_is_refused():
    with pytest.raises(KeyError, match="by colour"):
        Parts.of(Letters(PARTS.cyrillic, PARTS.latin, "patterns"), "by colour")


def pattern_reader(*, outputs: int = 14) -> keras.Model:
    """Return a reader of the pattern to which an image is most alike."""
    images = keras.Input((28, 28, 1))
    tensor = layers.Dense(outputs, use_bias=False)(layers.Flatten()(images))
    model = keras.Model(images, tensor)
    kernel = np.zeros((784, outputs), np.float32)
    kernel[:, :14] = normalize(PATTERNS).reshape(14, -1).T
    model.set_weights([kernel])
    return model


@pytest.fixture(scope="module")
def yardstick() -> Yardstick:
    return Yardstick([pattern_reader(), pattern_reader()], PARTS.latin, PARTS.unseen_latin)


def copying(activation=layers.ReLU) -> keras.Model:
    """Return a network in two parts that returns its input's positive part, and more of it."""
    encoder = keras.Sequential([keras.Input((28, 28, 1)), layers.Rescaling(1.0)], name="encoder")
    decoder = keras.Sequential([keras.Input((28, 28, 1)), activation()], name="decoder")
    return keras.Sequential([keras.Input((28, 28, 1)), encoder, decoder], name="encoder_decoder")


NUMBERS = {
    *("read by first judge", "read by second judge", "variance share", "largest variance share"),
    *("to mean", "to representative", "to nearest letter", "as near as letters"),
    *("sharpness", "lattice share"),
}
OWN = {"read by own classifier", "letters read by own classifier"}
SLOPES = {"mean a", "least a", "largest a"}


def test_what_is_measured_can_be_written_as_text(yardstick):
    cyrillic = PARTS.unseen_cyrillic
    plain = measure(Run(Trained(copying(), 1.0)), yardstick, cyrillic)
    assert set(plain) == NUMBERS
    assert all(type(value) is float for value in plain.values())
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert plain["read by first judge"] == plain["read by second judge"] == 1
    assert plain["largest variance share"] >= plain["variance share"] > 0
    assert all(value == round(value, 5) for value in plain.values())
    own = measure(
        Run(Trained(copying(layers.PReLU), 1.0), pattern_reader(outputs=15)), yardstick, cyrillic
    )
    assert set(own) == NUMBERS | OWN | SLOPES
    assert own["read by own classifier"] == own["letters read by own classifier"] == 1
    assert json.loads(json.dumps(own, allow_nan=False)) == own


def test_a_network_that_draws_nothing_is_measured(yardstick):
    silent = copying(lambda: layers.Rescaling(0.0))
    found = measure(Run(Trained(silent, 1.0)), yardstick, PARTS.unseen_cyrillic)
    assert found["lattice share"] == found["sharpness"] == found["variance share"] == 0
    assert found["to mean"] == 1
    assert json.dumps(found, allow_nan=False)


def test_inputs_are_prepared_as_in_training(yardstick):
    def negated(images):
        return -normalize(images)

    cyrillic = PARTS.unseen_cyrillic
    linear = keras.Sequential(
        [keras.Input((28, 28, 1)), layers.Rescaling(1.0, name="encoder")], name="encoder_decoder"
    )
    model = keras.Sequential([keras.Input((28, 28, 1)), linear])
    model.get_layer = lambda name: keras.Sequential(name=name)
    right = measure(Run(Trained(model, 1.0)), yardstick, cyrillic)
    wrong = measure(Run(Trained(model, 1.0), prepare=negated), yardstick, cyrillic)
    assert right["read by first judge"] == 1
    assert wrong["read by first judge"] < 0.5
    bright = measure(Run(Trained(model, 1.0), prepare=pixels_from_0_to_1), yardstick, cyrillic)
    assert bright == pytest.approx(right, abs=1e-4)


def test_slopes_are_taken_over_all_activations():
    model = build_encoder_decoder()
    assert activation_slopes(model) == {"mean a": 0, "least a": 0, "largest a": 0}
    slopes = [
        layer.alpha
        for part in ("encoder", "decoder")
        for layer in model.get_layer(part).layers
        if isinstance(layer, layers.PReLU)
    ]
    for variable in slopes:
        variable.assign(np.full(variable.shape, 0.25))
    slopes[2].assign(np.full(slopes[2].shape, -0.5))
    slopes[-1].assign([[[0.75]]])
    found = activation_slopes(model)
    count = sum(int(np.prod(variable.shape)) for variable in slopes)
    expected = (0.25 * (count - 512 - 1) - 0.5 * 512 + 0.75) / count
    assert found == pytest.approx({"mean a": expected, "least a": -0.5, "largest a": 0.75})


def test_slope_of_the_scaled_relu_is_one_number_and_that_of_a_relu_is_none():
    model = build_encoder_decoder(FOR_CLASSIFIER)
    model.get_layer("encoder").get_layer("scaled_relu").a.assign(0.25)
    assert activation_slopes(model) == {"mean a": 0.25, "least a": 0.25, "largest a": 0.25}
    relu = dataclasses.replace(AS_DESCRIBED, activation="relu")
    assert activation_slopes(build_encoder_decoder(relu)) == {}


@pytest.fixture(scope="module")
def some_letters() -> Letters:
    """A few hundred of the embedded letters, from the person's cache."""
    letters = load_letters()
    some = np.arange(420)
    return Letters(letters.cyrillic.select(some), letters.latin.select(some), letters.source)


NETWORKS = ("encoder_decoder-*", "through_classifier-*")
"""Entries of trained networks, not of what they are trained through or judged by."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("group", "name", "kept"),
    [("squared_errors", "random letters", False), ("classifier_losses", "classifier", True)],
)
def test_a_run_gives_the_same_numbers_again(monkeypatch, tmp_path, some_letters, group, name, kept):
    """Bit for bit on one machine, whether judges and classifier are trained again or kept."""
    for train in (classifiers.train_judge, classifiers.train_classifier):
        monkeypatch.setitem(train.__kwdefaults__, "steps", 20)
    found = []
    for folder in ("first", "first" if kept else "second"):
        monkeypatch.setenv("ASSIGNMENT4_CACHE", str(tmp_path / folder))
        networks = [path for one in NETWORKS for path in (tmp_path / folder).glob(one)]
        assert len(networks) == int(kept and bool(found))
        for path in networks:
            path.unlink()
        numbers = run_experiment(group, name, some_letters, split="as reported", seed=0, steps=20)
        assert numbers.pop("seconds") > 0
        found.append(numbers)
    assert {*NUMBERS, *SLOPES, "first judge", "second judge"} <= set(found[0])
    assert found[0] == found[1]


@pytest.mark.slow
def test_another_seed_gives_other_numbers(monkeypatch, some_letters):
    monkeypatch.setitem(classifiers.train_judge.__kwdefaults__, "steps", 20)
    found = [
        run_experiment(
            "squared_errors", "random letters", some_letters, split="by family", seed=seed, steps=20
        )
        for seed in (0, 1)
    ]
    assert found[0]["to mean"] != found[1]["to mean"]
    assert found[0]["first judge"] != found[1]["first judge"]
