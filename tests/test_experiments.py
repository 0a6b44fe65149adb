"""The experiments by name: each changes what it says, and what is measured of them."""

import json
from dataclasses import asdict, replace

import keras
import numpy as np
import pytest
from keras import layers
from patterns import (
    CYRILLIC_PART,
    LATIN_PART,
    UNSEEN_CYRILLIC,
    UNSEEN_LATIN,
    pattern_reader,
)

from assignment4.cache import array_digest
from assignment4.encoder_decoder import build_encoder_decoder, classifiers, experiments
from assignment4.encoder_decoder.experiments import (
    ABLATIONS,
    CLASSIFIER_LOSSES,
    CLASSIFIER_SEED,
    ROUNDS,
    SQUARED_ERRORS,
    Parts,
    Run,
    activation_slopes,
    measure,
    pixels_from_0_to_1,
    train_its_classifier,
)
from assignment4.encoder_decoder.losses import LETTERS_WEIGHT
from assignment4.encoder_decoder.models import AS_DESCRIBED, FOR_CLASSIFIER
from assignment4.encoder_decoder.targets import one_hot
from assignment4.encoder_decoder.training import Trained
from assignment4.letters import SPLITS, Letters, normalize
from assignment4.replication.runs import run_experiment

pytestmark = pytest.mark.usefixtures("empty_cache")

PARTS = Parts(CYRILLIC_PART, UNSEEN_CYRILLIC, LATIN_PART, UNSEEN_LATIN)
IMAGES = normalize(LATIN_PART.images)


def carried_out(trainings, experiment) -> tuple[Run, dict, list[dict]]:
    """Return an experiment's run, its network's training and those before it."""
    trainings.clear()
    run = experiment(PARTS, 5, 2)
    *before, network = list(trainings)
    assert (network["steps"], network["seed"]) == (5, 2)
    assert len(before) == (run.classifier is not None)
    return run, network, before


def changes(network: dict, base=AS_DESCRIBED) -> dict[str, object]:
    built, standard = network["data"]["architecture"], asdict(base)
    return {name: built[name] for name in standard if built[name] != standard[name]}


def test_squared_errors_differ_in_their_targets_alone(trainings):
    data = {}
    for name, experiment in SQUARED_ERRORS.items():
        run, network, _ = carried_out(trainings, experiment)
        assert run.prepare is normalize
        assert changes(network) == {}
        data[name] = network["data"]
    classes = [IMAGES[LATIN_PART.labels == label] for label in range(14)]
    means = np.stack([images.mean(axis=0) for images in classes])
    targets = {
        "representative": np.stack([images[0] for images in classes]),
        "plain mean": means,
        "normalised mean": normalize(means[..., 0]),
    }
    for name, images in targets.items():
        assert data[name].pop("targets") == array_digest(*images[:, None])
    data["random letters"].pop("targets")
    assert [found.pop("targets per image") for found in data.values()] == [20, 1, 1, 1]
    assert all(found == data["plain mean"] for found in data.values())


NORMAL = {"initial_weights": "standard_normal"}
CHANGED = {
    "as described": {},
    "ReLU": {"activation": "relu"},
    "scaled ReLU": {"activation": "scaled"},
    "no batch normalisation": {"normalization": "none"},
    "no dropout": {"dropout_rate": 0.0},
    "dropout 0.5": {"dropout_rate": 0.5},
    "pixels from 0 to 1": {},
    "weights from N(0, 1)": NORMAL,
    "weights from N(0, 1), no batch normalisation": NORMAL | {"normalization": "none"},
}


def test_ablations_change_what_they_are_named_after(trainings):
    _, described, _ = carried_out(trainings, SQUARED_ERRORS["random letters"])
    assert list(ABLATIONS) == list(CHANGED)
    for name, experiment in ABLATIONS.items():
        run, network, _ = carried_out(trainings, experiment)
        assert changes(network) == CHANGED[name]
        others = {one for one, value in network["data"].items() if described["data"][one] != value}
        if name == "pixels from 0 to 1":
            assert others == {"inputs", "targets"}
            assert run.prepare is pixels_from_0_to_1
        else:
            assert others == ({"architecture"} if CHANGED[name] else set())
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
    base, changed, noise_label = CLASSIFIER_CHANGES[name]
    _, network, (classifier,) = carried_out(trainings, CLASSIFIER_LOSSES[name])
    assert changes(network, base) == changed
    assert classifier["seed"] == CLASSIFIER_SEED + 2
    codes = np.concatenate([codes for _, codes in classifier["batches"](0, 3)])
    noise = codes[~codes[:, :14].any(axis=1)]
    assert len(noise) == pytest.approx(0 if noise_label is None else 150, abs=50)
    if noise_label is not None:
        assert (noise == one_hot(noise_label)).all()


def test_the_remedy_has_classifier_and_letters(trainings):
    run, network, (classifier,) = carried_out(
        trainings, CLASSIFIER_LOSSES["classifier and letters"]
    )
    assert run.classifier is not None
    assert network["loss"][1].get_config()["weight"] == LETTERS_WEIGHT == 1
    _, _, (other,) = carried_out(trainings, CLASSIFIER_LOSSES["classifier"])
    assert classifier["data"] == other["data"]


def test_the_classifier_of_a_network_has_a_seed_and_noise_of_its_own(trainings):
    train_its_classifier(LATIN_PART, seed=2, noise_label=14)
    noise = classifiers.draw_noise(len(LATIN_PART), seed=CLASSIFIER_SEED + 2)
    labels = np.concatenate([LATIN_PART.labels, np.full(len(noise), 14)])
    digest = array_digest(np.concatenate([IMAGES, noise]), labels)
    assert trainings[-1]["data"]["letters"] == digest


def test_outputs_of_each_round_become_noise_of_the_next(trainings, monkeypatch):
    monkeypatch.setattr(experiments, "outputs_of", lambda model, images: -images)
    name = f"outputs called noise, round {ROUNDS}"
    run = CLASSIFIER_LOSSES[name](PARTS, 5, 2)
    assert run.classifier is not None
    networks = [call for call in trainings if "architecture" in call["data"]]
    assert len(trainings) == 2 * (ROUNDS + 1) == 2 * len(networks)
    assert {network["seed"] for network in networks} == {2}
    images, codes = next(iter(trainings[-2]["batches"](0, 1)))
    outputs = {image.tobytes() for image in -normalize(CYRILLIC_PART.images)}
    noise = {image.tobytes() for image in images.numpy()[codes.numpy()[:, 14] == 1]}
    assert noise <= outputs
    assert len(noise) > 5


def test_pixels_without_normalisation():
    pixels = pixels_from_0_to_1(np.array([0, 51, 255], np.uint8).reshape(1, 1, 3))
    assert (pixels.shape, pixels.dtype) == ((1, 1, 3, 1), np.float32)
    assert pixels.ravel().tolist() == pytest.approx([0, 0.2, 1])


@pytest.mark.parametrize("split", SPLITS)
def test_parts_are_those_of_the_split(book_letters, split):
    parts = Parts.of(book_letters, split)
    for name in ("cyrillic", "latin"):
        known, unseen = SPLITS[split](getattr(book_letters, name))
        assert np.array_equal(getattr(parts, name).images, known.images)
        assert np.array_equal(getattr(parts, f"unseen_{name}").images, unseen.images)


def copying(activation=layers.ReLU) -> keras.Model:
    """Return a network in two parts that returns its input's positive part, and more of it."""
    encoder = keras.Sequential([keras.Input((28, 28, 1)), layers.Rescaling(1.0)], name="encoder")
    decoder = keras.Sequential([keras.Input((28, 28, 1)), activation()], name="decoder")
    return keras.Sequential([keras.Input((28, 28, 1)), encoder, decoder], name="encoder_decoder")


def test_a_run_is_measured_by_the_yardstick_and_written_as_text(yardstick):
    run = Run(Trained(copying(layers.PReLU), 1.0), pattern_reader(outputs=15))
    found = measure(run, yardstick, UNSEEN_CYRILLIC)
    outputs = yardstick.measure_outputs(run.model, UNSEEN_CYRILLIC)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert (found["read by first judge"], found["read by second judge"]) == (1, 0)
    assert found["read by own classifier"] == found["letters read by own classifier"] == 1
    assert found["to mean"] == round(float(outputs.to_mean.mean()), 5)
    assert found["sharpness"] == round(float(outputs.sharpness.mean()), 5)
    shares = outputs.variance_shares
    assert found["variance share"] == round(shares.mean(), 5)
    assert found["largest variance share"] == round(shares.max(), 5)
    silent = measure(
        Run(Trained(copying(lambda: layers.Rescaling(0.0)), 1.0)), yardstick, UNSEEN_CYRILLIC
    )
    assert silent["lattice share"] == silent["sharpness"] == silent["variance share"] == 0
    assert "read by own classifier" not in silent


def test_inputs_are_prepared_as_in_training(yardstick):
    run = Run(Trained(copying(), 1.0), prepare=lambda images: -normalize(images))
    assert measure(run, yardstick, UNSEEN_CYRILLIC)["read by first judge"] < 0.5


def test_slopes_are_taken_over_all_activations(described):
    assert activation_slopes(described) == {"mean a": 0, "least a": 0, "largest a": 0}
    model = build_encoder_decoder(FOR_CLASSIFIER)
    model.get_layer("encoder").get_layer("scaled_relu").a.assign(0.25)
    assert activation_slopes(model) == {"mean a": 0.25, "least a": 0.25, "largest a": 0.25}
    model = build_encoder_decoder()
    slopes = [one for one in model.weights if "alpha" in one.path]
    assert len(slopes) == 6
    for number, slope in enumerate(slopes):
        slope.assign(np.full(slope.shape, number / 8))
    sizes = [int(np.prod(slope.shape)) for slope in slopes]
    expected = np.average(np.arange(6) / 8, weights=sizes)
    found = activation_slopes(model)
    assert found == pytest.approx({"mean a": expected, "least a": 0, "largest a": 5 / 8})
    relu = replace(AS_DESCRIBED, activation="relu")
    assert activation_slopes(build_encoder_decoder(relu)) == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("group", "name", "kept"),
    [("squared_errors", "random letters", False), ("classifier_losses", "classifier", True)],
)
def test_a_run_gives_the_same_numbers_again(monkeypatch, tmp_path, book_letters, group, name, kept):
    """Bit for bit on one machine, whether judges and classifier are trained again or kept."""
    for train in (classifiers.train_small_classifier, classifiers.train_classifier):
        monkeypatch.setitem(train.__kwdefaults__, "steps", 20)
    some = np.arange(420)
    letters = Letters(
        book_letters.cyrillic.select(some), book_letters.latin.select(some), book_letters.source
    )
    found = []
    for seed, folder in ((0, "first"), (0, "first" if kept else "second"), (1, "first")):
        monkeypatch.setenv("ASSIGNMENT4_CACHE", str(tmp_path / folder))
        for path in (tmp_path / folder).glob("*e*_*r-*.entry"):
            path.unlink()  # of trained networks, not of what they are trained through or judged by
        numbers = run_experiment(group, name, letters, split="as reported", seed=seed, steps=20)
        assert numbers.pop("seconds") > 0
        found.append(numbers)
    assert found[0] == found[1]
    assert found[0]["to mean"] != found[2]["to mean"]
