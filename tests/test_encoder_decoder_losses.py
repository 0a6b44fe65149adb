"""Each way to train: what the outputs are compared with, and what is left alone."""

import dataclasses
import functools

import keras
import numpy as np
import pytest
from keras import layers

from assignment4.encoder_decoder import losses
from assignment4.encoder_decoder.assessment import Yardstick, readability
from assignment4.encoder_decoder.classifiers import (
    build_classifier,
    build_second_judge,
    train_judge,
)
from assignment4.encoder_decoder.experiments import JUDGE_SEED, SECOND_JUDGE_SEED
from assignment4.encoder_decoder.losses import (
    LETTERS_WEIGHT,
    train_near_letters,
    train_on_means,
    train_on_random_targets,
    train_on_representatives,
    train_through_classifier,
)
from assignment4.encoder_decoder.models import AS_DESCRIBED, FOR_CLASSIFIER
from assignment4.encoder_decoder.training import (
    DEFAULT_STEPS,
    MeanSquaredErrorToTargets,
    Trained,
)
from assignment4.letters import (
    CYRILLIC,
    LATIN,
    Alphabet,
    load_letters,
    normalize,
    split_as_reported,
)

pytestmark = pytest.mark.usefixtures("empty_cache")

RANDOM = np.random.default_rng(0)


def alphabet(letters: str, count: int) -> Alphabet:
    """Return images of noise, `count` for each letter, in an order without a system."""
    labels = RANDOM.permutation(np.arange(14 * count) % 14)
    images = RANDOM.integers(0, 256, (len(labels), 28, 28), dtype=np.uint8)
    unknown = np.full(len(labels), "")
    return Alphabet(letters, images, labels, unknown, unknown, 6015)


KNOWN, LETTERS = alphabet(CYRILLIC, 3), alphabet(LATIN, 4)


@pytest.fixture
def trainings(monkeypatch) -> list[dict]:
    """The arguments of every training; nothing is trained."""
    calls = []

    def train(build, batches, **arguments):
        calls.append({"build": build, "batches": batches} | arguments)
        return Trained(layers.Identity(), 0.0)

    monkeypatch.setattr(losses, "train", train)
    monkeypatch.setattr(losses, "_network_of", lambda trained: trained)
    return calls


def targets_by_class(call: dict, inputs: Alphabet, *, prepare=normalize) -> list[set[bytes]]:
    """Return the different targets that go with the inputs of each class in some batches."""
    labels = {
        image.tobytes(): label
        for image, label in zip(prepare(inputs.images), inputs.labels, strict=True)
    }
    found = [set() for _ in range(14)]
    for images, targets in call["batches"](0, 3):
        targets = targets[1] if isinstance(targets, tuple) else targets
        for image, row in zip(images.numpy(), targets.numpy(), strict=True):
            found[labels[image.tobytes()]] |= {target.tobytes() for target in row}
    return found


def one_target_each(found: list[set[bytes]]) -> np.ndarray:
    """Return the target of each class, (14, 28, 28, 1); each must have just one."""
    assert [len(targets) for targets in found] == [1] * 14
    images = [np.frombuffer(*targets, dtype=np.float32) for targets in found]
    return np.stack(images).reshape(14, 28, 28, 1)


def test_random_targets_are_all_letters_of_the_class(trainings):
    train_on_random_targets(KNOWN, LETTERS, steps=7, seed=5)
    (call,) = trainings
    images = normalize(LETTERS.images)
    for label, found in enumerate(targets_by_class(call, KNOWN)):
        assert found == {image.tobytes() for image in images[LETTERS.labels == label]}
    ((_, targets),) = call["batches"](0, 1)
    assert targets.shape == (100, 20, 28, 28, 1)
    assert (call["steps"], call["seed"]) == (7, 5)
    assert isinstance(call["loss"], MeanSquaredErrorToTargets)
    assert call["loss"].get_config()["weight"] == 1
    assert call["data"]["architecture"] == dataclasses.asdict(AS_DESCRIBED)


def test_images_are_prepared_as_asked_for(trainings):
    def halved(images):
        return images[..., None].astype(np.float32) / 2

    train_on_random_targets(KNOWN, LETTERS, steps=1, seed=0, prepare=halved)
    train_on_random_targets(KNOWN, LETTERS, steps=1, seed=0)
    own, plain = trainings
    expected = {image.tobytes() for image in halved(LETTERS.images)[LETTERS.labels == 3]}
    assert targets_by_class(own, KNOWN, prepare=halved)[3] == expected
    assert own["data"]["inputs"] != plain["data"]["inputs"]
    assert own["data"]["targets"] != plain["data"]["targets"]


def test_another_architecture_is_built_and_kept_apart(trainings):
    small = dataclasses.replace(AS_DESCRIBED, dropout_rate=0.5)
    train_on_random_targets(KNOWN, LETTERS, steps=1, seed=0, architecture=small)
    (call,) = trainings
    assert call["data"]["architecture"]["dropout_rate"] == 0.5
    assert call["build"]().get_layer("dropout").rate == 0.5


def test_a_seed_draws_other_letters(trainings):
    for seed in (0, 0, 1):
        train_on_random_targets(KNOWN, LETTERS, steps=1, seed=seed)
    first, same, other = (next(iter(call["batches"](0, 1)))[1].numpy() for call in trainings)
    assert (first == same).all()
    assert (first != other).any()


def returns_first_letters(targets: np.ndarray) -> bool:
    first = [LETTERS.images[LETTERS.labels == label][0] for label in range(14)]
    return np.array_equal(targets, normalize(np.stack(first)))


@pytest.mark.can_fail("2c-representative")
def test_representative_is_the_first_letter_of_the_class(trainings):
    train_on_representatives(KNOWN, LETTERS, steps=2, seed=1)
    (call,) = trainings
    targets = one_target_each(targets_by_class(call, KNOWN))
    assert returns_first_letters(targets)
    assert not returns_first_letters(np.roll(targets, 1, axis=0))
    second = [LETTERS.images[LETTERS.labels == label][1] for label in range(14)]
    assert not returns_first_letters(normalize(np.stack(second)))
    ((_, drawn),) = call["batches"](0, 1)
    assert drawn.shape == (100, 1, 28, 28, 1)
    assert call["data"]["architecture"] == dataclasses.asdict(AS_DESCRIBED)


def is_mean_of_classes(targets: np.ndarray, *, normalized_again: bool) -> bool:
    """Say whether targets are the sums of each class's images over their number."""
    images = normalize(LETTERS.images).astype(np.float64)
    for label, target in enumerate(targets):
        own = [image for image, of in zip(images, LETTERS.labels, strict=True) if of == label]
        mean = sum(own) / len(own)
        if normalized_again:
            mean = (mean - mean.mean()) / mean.std()
        if target.shape != mean.shape or not np.allclose(target, mean, atol=1e-5):
            return False
    return len(targets) == 14


@pytest.mark.parametrize("normalized_again", [True, False])
def test_means_are_over_the_images_of_a_class(trainings, normalized_again):
    train_on_means(KNOWN, LETTERS, steps=2, seed=1, normalized_again=normalized_again)
    (call,) = trainings
    targets = one_target_each(targets_by_class(call, KNOWN))
    assert is_mean_of_classes(targets, normalized_again=normalized_again)
    assert not is_mean_of_classes(targets, normalized_again=not normalized_again)
    deviations = targets.std(axis=(1, 2, 3))
    if normalized_again:
        assert deviations == pytest.approx(1, abs=1e-5)
    else:
        assert (deviations < 0.7).all()
    ((_, drawn),) = call["batches"](0, 1)
    assert drawn.shape == (100, 1, 28, 28, 1)


@pytest.mark.can_fail("2c-mean")
@pytest.mark.parametrize("axis", [1, 2, (1, 2)])
@pytest.mark.parametrize("normalized_again", [True, False])
def test_means_over_the_wrong_axis_are_found_out(trainings, monkeypatch, axis, normalized_again):
    """Over rows or columns of one image, spread out to an image's shape again."""

    def wrong_means(images, labels):
        first = np.stack([images[labels == label][0] for label in range(14)])
        means = first.mean(axis=axis, keepdims=True) + 0.01 * first
        return np.broadcast_to(means, first.shape)

    monkeypatch.setattr(losses, "class_means", wrong_means)
    train_on_means(KNOWN, LETTERS, steps=2, seed=1, normalized_again=normalized_again)
    (call,) = trainings
    targets = one_target_each(targets_by_class(call, KNOWN))
    assert not is_mean_of_classes(targets, normalized_again=normalized_again)


@pytest.mark.can_fail("2c-mean")
def test_one_mean_for_all_classes_is_found_out(trainings, monkeypatch):
    monkeypatch.setattr(
        losses, "class_means", lambda images, labels: images.mean(axis=0)[None].repeat(14, axis=0)
    )
    train_on_means(KNOWN, LETTERS, steps=2, seed=1, normalized_again=False)
    targets = one_target_each(targets_by_class(trainings[0], KNOWN))
    assert not is_mean_of_classes(targets, normalized_again=False)


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


@pytest.fixture
def small_networks(monkeypatch):
    monkeypatch.setattr(losses, "build_encoder_decoder", small_network)


def bits(model: keras.Model) -> list[bytes]:
    return [weight.tobytes() for weight in model.get_weights()]


WAYS = {
    "through": lambda classifier, **options: train_through_classifier(
        KNOWN, classifier, steps=3, seed=0, **options
    ),
    "near": lambda classifier, **options: train_near_letters(
        KNOWN, LETTERS, classifier, steps=3, seed=0, **options
    ),
}


def trains_only_network(way, classifier: keras.Model) -> bool:
    """Say whether a training changes every weight of the network and no bit of the classifier."""
    before = bits(classifier)
    keras.utils.set_random_seed(0)
    start = bits(losses.build_encoder_decoder(FOR_CLASSIFIER))
    trained = way(classifier).model
    assert trained.name == "encoder_decoder"
    assert trained.output_shape == (None, 28, 28, 1)
    moved = all(found != was for found, was in zip(bits(trained), start, strict=True))
    return moved and bits(classifier) == before


def with_unfrozen_classifier(followed_by, classifier, architecture) -> keras.Model:
    model = followed_by(classifier, architecture)
    classifier.trainable = True
    return model


@pytest.mark.can_fail("2c-class-accuracy")
@pytest.mark.parametrize("name", WAYS)
def test_the_classifier_stays_as_it_is_and_one_left_unfrozen_does_not(
    small_networks, monkeypatch, tmp_path, name
):
    classifier = small_classifier()
    assert trains_only_network(WAYS[name], classifier)
    assert trains_only_network(WAYS[name], classifier), "from the cache it is the same"
    monkeypatch.setenv("ASSIGNMENT4_CACHE", str(tmp_path / "another"))
    unfrozen = functools.partial(with_unfrozen_classifier, losses._followed_by)
    monkeypatch.setattr(losses, "_followed_by", unfrozen)
    assert not trains_only_network(WAYS[name], small_classifier())


@pytest.mark.slow
def test_the_report_s_classifier_stays_as_it_is():
    classifier = build_classifier()
    before = bits(classifier)
    keras.utils.set_random_seed(0)
    start = losses.build_encoder_decoder(FOR_CLASSIFIER)
    trained = train_through_classifier(KNOWN, classifier, steps=3, seed=0).model
    assert bits(classifier) == before
    for weight, found, was in zip(trained.weights, bits(trained), bits(start), strict=True):
        assert found != was, weight.path


def test_the_classifier_drops_nothing_and_keeps_its_statistics(small_networks):
    classifier = small_classifier()
    model = losses._followed_by(classifier, AS_DESCRIBED)
    images = normalize(KNOWN.images[:5])
    answers, outputs = model(images, training=True)
    assert (outputs.numpy() != 0).any()
    assert outputs.numpy() == pytest.approx(model.get_layer("encoder_decoder")(images).numpy())
    assert answers.numpy() == pytest.approx(classifier(outputs, training=False).numpy(), abs=1e-6)
    assert {id(weight) for weight in model.trainable_weights} == {
        id(weight) for weight in model.get_layer("encoder_decoder").trainable_weights
    }


def test_weight_decay_reaches_the_loss_through_the_classifier(trainings):
    train_through_classifier(KNOWN, small_classifier(), steps=1, seed=0)
    train_near_letters(KNOWN, LETTERS, small_classifier(), steps=1, seed=0)
    through, near = (call["build"]() for call in trainings)
    assert (through.name, near.name) == ("through_classifier", "followed")
    assert len(through.losses) == 6
    assert len(near.losses) == 0


def test_answers_are_asked_for_in_a_code_of_fifteen_places(trainings):
    train_through_classifier(KNOWN, small_classifier(), steps=4, seed=2)
    train_near_letters(KNOWN, LETTERS, small_classifier(), steps=4, seed=2)
    labels = {
        image.tobytes(): label
        for image, label in zip(normalize(KNOWN.images), KNOWN.labels, strict=True)
    }
    through, near = trainings
    for call in trainings:
        assert (call["steps"], call["seed"]) == (4, 2)
        for images, targets in call["batches"](0, 2):
            codes = targets[0] if isinstance(targets, tuple) else targets
            assert codes.shape == (100, 15)
            expected = [labels[image.tobytes()] for image in images.numpy()]
            assert codes.numpy().tolist() == np.eye(15)[expected].tolist()
    assert through["loss"].get_config()["from_logits"] is True
    images = normalize(LETTERS.images)
    for label, found in enumerate(targets_by_class(near, KNOWN)):
        assert found == {image.tobytes() for image in images[LETTERS.labels == label]}


@pytest.mark.parametrize("weight", [LETTERS_WEIGHT, 0.25])
def test_the_letters_weight_is_that_of_the_squared_error(trainings, weight):
    train_near_letters(KNOWN, LETTERS, small_classifier(), steps=1, seed=0, letters_weight=weight)
    (call,) = trainings
    entropy, square = call["loss"]
    assert isinstance(entropy, keras.losses.CategoricalCrossentropy)
    assert entropy.get_config()["from_logits"] is True
    assert square.get_config()["weight"] == weight


def test_another_classifier_is_another_training(trainings):
    first = small_classifier()
    other = small_classifier()
    other.layers[-1].bias.assign(np.ones(15))
    for classifier in (first, other):
        train_through_classifier(KNOWN, classifier, steps=1, seed=0)
        train_near_letters(KNOWN, LETTERS, classifier, steps=1, seed=0)
    digests = [call["data"]["classifier"] for call in trainings]
    assert digests[0] == digests[1] != digests[2] == digests[3]
    described = dataclasses.replace(FOR_CLASSIFIER, kernel_size=4)
    train_through_classifier(KNOWN, first, steps=1, seed=0, architecture=described)
    assert trainings[-1]["data"]["architecture"] == dataclasses.asdict(described)


def test_a_class_without_a_letter_is_refused():
    without = LETTERS.select(np.flatnonzero(LETTERS.labels != 5))
    with pytest.raises(ValueError, match="label 5 has no image"):
        train_on_random_targets(KNOWN, without, steps=1, seed=0)
    with pytest.raises(ValueError, match="label 5 has no image"):
        train_near_letters(KNOWN, without, small_classifier(), steps=1, seed=0)


def test_classes_of_the_targets_are_those_of_the_latin_letters(trainings):
    """Shifted by one, each class gets the letters of its neighbour."""
    shifted = dataclasses.replace(LETTERS, labels=(LETTERS.labels + 1) % 14)
    train_on_random_targets(KNOWN, LETTERS, steps=1, seed=0)
    train_on_random_targets(KNOWN, shifted, steps=1, seed=0)
    right, wrong = (targets_by_class(call, KNOWN) for call in trainings)
    assert [wrong[(label + 1) % 14] for label in range(14)] == right


@pytest.fixture(scope="module")
def real_letters():
    """The embedded letters: training and test part of the Cyrillic, then of the Latin ones."""
    letters = load_letters()
    return split_as_reported(letters.cyrillic), split_as_reported(letters.latin)


@pytest.fixture(scope="module")
def yardstick(real_letters) -> Yardstick:
    """With the chapters' judges, from the person's cache."""
    _, (latin, real) = real_letters
    judges = [
        train_judge(latin, seed=JUDGE_SEED),
        train_judge(latin, seed=SECOND_JUDGE_SEED, build=build_second_judge),
    ]
    return Yardstick(judges, latin, real)


@pytest.fixture(scope="module")
def network(real_letters) -> keras.Model:
    """The chapters' network, from the person's cache."""
    (cyrillic, _), (latin, _) = real_letters
    return train_on_random_targets(cyrillic, latin, steps=DEFAULT_STEPS, seed=0).model


@pytest.mark.slow
@pytest.mark.can_fail("2c-random-works")
def test_outputs_are_not_readable_as_letters_of_the_next_class(real_letters, yardstick, network):
    (_, unseen), _ = real_letters
    found = yardstick.measure_outputs(network, unseen)
    shifted = dataclasses.replace(found, labels=(found.labels + 1) % 14)
    assert readability(yardstick.letters, found).verdict is True
    assert readability(yardstick.letters, shifted).verdict is not True
    assert all(share.upper < 0.1 for share in shifted.reading_accuracies)
