"""Each way to train: what the outputs are compared with, and what is left alone."""

import functools
from dataclasses import asdict, replace

import keras
import numpy as np
import pytest
from keras import layers
from patterns import CYRILLIC_PART, LATIN_PART, labels_of

from assignment4.encoder_decoder import losses
from assignment4.encoder_decoder.classifier_loss import is_unchanged
from assignment4.encoder_decoder.classifiers import build_classifier
from assignment4.encoder_decoder.losses import (
    LETTERS_WEIGHT,
    train_near_letters,
    train_on_means,
    train_on_random_targets,
    train_on_representatives,
    train_through_classifier,
)
from assignment4.encoder_decoder.models import AS_DESCRIBED, FOR_CLASSIFIER
from assignment4.letters import normalize

pytestmark = pytest.mark.usefixtures("empty_cache")

PARTS = (CYRILLIC_PART, LATIN_PART)
LETTERS = normalize(LATIN_PART.images)
BY_CLASS = [LETTERS[LATIN_PART.labels == label] for label in range(14)]
OPTIONS = {"steps": 7, "seed": 5}


def targets_by_class(call: dict, *, prepare=normalize) -> list[set[bytes]]:
    """Return the different targets that go with the inputs of each class in some batches."""
    labels, found = labels_of(CYRILLIC_PART, prepare=prepare), [set() for _ in range(14)]
    for images, targets in call["batches"](0, 3):
        targets = targets[1] if isinstance(targets, tuple) else targets
        for image, row in zip(images.numpy(), targets.numpy(), strict=True):
            found[labels[image.tobytes()]] |= {target.tobytes() for target in row}
    return found


def one_target_each(call: dict) -> np.ndarray:
    """Return the target of each class, (14, 28, 28, 1); each must have just one."""
    images = [np.frombuffer(*targets, dtype=np.float32) for targets in targets_by_class(call)]
    return np.stack(images).reshape(14, 28, 28, 1)


def test_random_targets_are_all_letters_of_the_class_and_of_no_other(trainings):
    train_on_random_targets(*PARTS, **OPTIONS)
    train_on_random_targets(*PARTS, **OPTIONS | {"seed": 6})
    call, other = trainings
    expected = [{image.tobytes() for image in images} for images in BY_CLASS]
    assert targets_by_class(call) == expected
    first, second = (next(iter(one["batches"](0, 1)))[1].numpy() for one in (call, other))
    assert first.shape == (100, 20, 28, 28, 1)
    assert (first != second).any()
    assert (call["steps"], call["seed"]) == (7, 5)
    assert call["loss"].get_config()["weight"] == 1
    assert call["data"]["architecture"] == asdict(AS_DESCRIBED)


def test_images_are_prepared_and_networks_built_as_asked_for(trainings):
    def halved(images):
        return images[..., None].astype(np.float32) / 2

    other = replace(AS_DESCRIBED, dropout_rate=0.5)
    train_on_random_targets(*PARTS, **OPTIONS)
    train_on_random_targets(*PARTS, **OPTIONS, prepare=halved, architecture=other)
    plain, call = trainings
    expected = {one.tobytes() for one in halved(LATIN_PART.images)[LATIN_PART.labels == 3]}
    assert targets_by_class(call, prepare=halved)[3] == expected
    assert call["build"]().get_layer("dropout").rate == 0.5
    assert all(call["data"][name] != plain["data"][name] for name in ("inputs", "targets"))
    assert call["data"]["architecture"] == asdict(other)


def is_letter_of_each_class(targets: np.ndarray, number: int) -> bool:
    return np.array_equal(targets, [images[number] for images in BY_CLASS])


@pytest.mark.can_fail("2c-representative")
def test_representative_is_the_first_letter_of_the_class(trainings):
    train_on_representatives(*PARTS, **OPTIONS)
    targets = one_target_each(trainings[0])
    assert is_letter_of_each_class(targets, 0)
    assert not is_letter_of_each_class(targets, 1)
    assert not is_letter_of_each_class(np.roll(targets, 1, axis=0), 0)
    ((_, drawn),) = trainings[0]["batches"](0, 1)
    assert drawn.shape == (100, 1, 28, 28, 1)


def is_mean_of_classes(targets: np.ndarray, *, normalized_again: bool) -> bool:
    means = np.stack([sum(images.astype(np.float64)) / len(images) for images in BY_CLASS])
    if normalized_again:
        means = (means - means.mean(axis=(1, 2, 3), keepdims=True)) / means.std(
            axis=(1, 2, 3), keepdims=True
        )
    return targets.shape == means.shape and np.allclose(targets, means, atol=1e-5)


@pytest.mark.can_fail("2c-mean")
@pytest.mark.parametrize("again", [True, False])
def test_means_are_over_the_images_of_a_class(trainings, monkeypatch, again):
    """Also seen to fail over rows or columns of one image, and over all classes."""
    train_on_means(*PARTS, **OPTIONS, normalized_again=again)

    def over_rows(images, labels):
        first = np.stack([images[labels == label][0] for label in range(14)])
        return np.broadcast_to(first.mean(axis=1, keepdims=True) + 0.01 * first, first.shape)

    def over_all(images, labels):
        return images.mean(axis=0)[None].repeat(14, axis=0)

    for wrong in (over_rows, over_all):
        monkeypatch.setattr(losses, "class_means", wrong)
        train_on_means(*PARTS, **OPTIONS, normalized_again=again)
    right, *others = map(one_target_each, trainings)
    assert is_mean_of_classes(right, normalized_again=again)
    assert not is_mean_of_classes(right, normalized_again=not again)
    for targets in others:
        assert not is_mean_of_classes(targets, normalized_again=again)


def small_classifier() -> keras.Model:
    """Return an untrained classifier that would drop half of what it sees in training."""
    keras.utils.set_random_seed(3)
    images = keras.Input((28, 28, 1))
    tensor = layers.Dense(20, activation="tanh")(layers.Flatten()(images))
    tensor = layers.BatchNormalization()(tensor)
    return keras.Model(images, layers.Dense(15)(layers.Dropout(0.5)(tensor)), name="classifier")


def small_network(architecture) -> keras.Model:
    images = keras.Input((28, 28, 1))
    outputs = layers.Conv2D(1, 3, padding="same")(images)
    return keras.Model(images, outputs, name="encoder_decoder")


WAYS = {
    "through": lambda classifier, **options: train_through_classifier(
        CYRILLIC_PART, classifier, steps=3, seed=0, **options
    ),
    "near": lambda classifier, **options: train_near_letters(
        *PARTS, classifier, steps=3, seed=0, **options
    ),
}


def trains_only_network(way, classifier: keras.Model) -> bool:
    before = classifier.get_weights()
    keras.utils.set_random_seed(0)
    start = losses.build_encoder_decoder(FOR_CLASSIFIER).get_weights()
    trained = way(classifier).model
    assert (trained.name, trained.output_shape) == ("encoder_decoder", (None, 28, 28, 1))
    moved = [(a != b).any() for a, b in zip(trained.get_weights(), start, strict=True)]
    return all(moved) and is_unchanged(classifier, before)


@pytest.mark.can_fail("2c-class-accuracy")
@pytest.mark.parametrize("name", WAYS)
def test_the_classifier_stays_as_it_is_and_one_left_unfrozen_does_not(monkeypatch, tmp_path, name):
    monkeypatch.setattr(losses, "build_encoder_decoder", small_network)
    classifier = small_classifier()
    assert trains_only_network(WAYS[name], classifier)
    assert trains_only_network(WAYS[name], classifier), "from the cache it is the same"
    monkeypatch.setenv("ASSIGNMENT4_CACHE", str(tmp_path / "another"))

    def with_unfrozen(followed_by, classifier, architecture):
        model = followed_by(classifier, architecture)
        classifier.trainable = True
        return model

    unfrozen = functools.partial(with_unfrozen, losses._followed_by)
    monkeypatch.setattr(losses, "_followed_by", unfrozen)
    assert not trains_only_network(WAYS[name], small_classifier())


@pytest.mark.slow
def test_the_report_s_classifier_stays_as_it_is():
    assert trains_only_network(WAYS["through"], build_classifier())


def test_the_classifier_drops_nothing_and_keeps_its_statistics(monkeypatch):
    monkeypatch.setattr(losses, "build_encoder_decoder", small_network)
    classifier = small_classifier()
    model = losses._followed_by(classifier, AS_DESCRIBED)
    images = normalize(CYRILLIC_PART.images[:5])
    answers, outputs = model(images, training=True)
    assert (outputs.numpy() != 0).any()
    assert answers.numpy() == pytest.approx(classifier(outputs, training=False).numpy(), abs=1e-6)
    network = model.get_layer("encoder_decoder")
    assert len(model.trainable_weights) == len(network.trainable_weights) > 0


def test_answers_are_asked_for_in_a_code_of_fifteen_places(trainings):
    for way in WAYS.values():
        way(small_classifier())
    through, near = trainings
    labels = labels_of(CYRILLIC_PART)
    for call in trainings:
        assert (call["steps"], call["seed"]) == (3, 0)
        ((images, targets),) = call["batches"](0, 1)
        codes = targets[0] if isinstance(targets, tuple) else targets
        expected = [labels[image.tobytes()] for image in images.numpy()]
        assert codes.numpy().tolist() == np.eye(15)[expected].tolist()
    assert targets_by_class(near) == [{one.tobytes() for one in images} for images in BY_CLASS]
    entropy, square = near["loss"]
    assert (
        entropy.get_config()["from_logits"] is through["loss"].get_config()["from_logits"] is True
    )
    assert square.get_config()["weight"] == LETTERS_WEIGHT
    train_near_letters(*PARTS, small_classifier(), **OPTIONS, letters_weight=0.25)
    assert trainings[-1]["loss"][1].get_config()["weight"] == 0.25
    assert [len(call["build"]().losses) for call in (through, near)] == [6, 0]


def test_another_classifier_or_network_is_another_training(trainings):
    first, other = small_classifier(), small_classifier()
    other.layers[-1].bias.assign(np.ones(15))
    for classifier in (first, other):
        for way in WAYS.values():
            way(classifier)
    digests = [call["data"]["classifier"] for call in trainings]
    assert digests[0] == digests[1] != digests[2] == digests[3]
    changed = replace(FOR_CLASSIFIER, kernel_size=4)
    WAYS["through"](first, architecture=changed)
    assert trainings[-1]["data"]["architecture"] == asdict(changed)


@pytest.mark.slow
@pytest.mark.can_fail("2c-random-works")
def test_outputs_are_not_readable_as_letters_of_the_next_class(study):
    found = study.assess(study.run("random letters").model)
    shifted = replace(found, labels=(found.labels + 1) % 14)
    assert study.readability(found).verdict is True
    assert study.readability(shifted).verdict is not True
    assert all(share.upper < 0.1 for share in shifted.reading_accuracies)
