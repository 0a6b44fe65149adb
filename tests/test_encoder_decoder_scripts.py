"""The scripts as they were: each setting against what was read in their source."""

import keras
import numpy as np
import pytest
from keras import layers
from patterns import CYRILLIC_PART, LATIN_PART

from assignment4.encoder_decoder import learning_curves, scripts
from assignment4.encoder_decoder.scripts import (
    FIXED_LETTERS,
    build_classifier,
    build_network,
    draw_in_order,
    fixed_targets,
    squared_error,
    through_classifier,
)
from assignment4.encoder_decoder.targets import draw_with_targets, draws_anew, letters_by_class
from assignment4.letters import normalize, one_of_each

pytestmark = pytest.mark.usefixtures("empty_cache")

IMAGES = normalize(CYRILLIC_PART.images)


def weights(model: keras.Model, kind: type) -> list:
    return [layer for layer in model.layers if isinstance(layer, kind)]


@pytest.mark.parametrize("options", [{}, {"last_bias": False}])
def test_first_weights_are_those_of_the_scripts(options):
    keras.utils.set_random_seed(0)
    model = build_network(**options)
    dense, convolutions = weights(model, layers.Dense), weights(model, layers.Conv2D)
    convolutions += weights(model, layers.Conv2DTranspose)
    assert len(dense) == 3
    for layer in (*dense, *convolutions):
        deviation = 0.1 if layer.kernel.numpy().size < 1000 else 0.02
        assert layer.kernel.numpy().std() == pytest.approx(1, abs=deviation)
    assert {float(bias) for layer in convolutions for bias in layer.bias.numpy()} == {
        float(np.float32(0.1))
    }
    assert all(layer.bias.numpy().std() == pytest.approx(1, abs=0.1) for layer in dense[:2])
    assert dense[2].use_bias is options.get("last_bias", True)
    assert len({layer.kernel.numpy().ravel()[0] for layer in (*dense, *convolutions)}) == 7
    normalizations = weights(model, layers.BatchNormalization)
    assert len(normalizations) == 6
    for layer in normalizations:
        for name, mean in (("gamma", 1), ("beta", 0), ("moving_mean", 0), ("moving_variance", 1)):
            values = getattr(layer, name).numpy()
            assert np.abs(values - mean).max() <= 0.2 + 1e-6  # truncated at two deviations of 0.1
            assert len(values) == 1 or values.std() > 0.05
        assert (layer.momentum, layer.epsilon) == (0.99, 1e-3)
    (activation,) = weights(model, scripts.ScriptsReLU)
    assert float(activation.a.numpy()) == pytest.approx(0.1)
    assert len(activation._inbound_nodes) == 6
    (dropout,) = weights(model, layers.Dropout)
    assert dropout.rate == pytest.approx(1 - 0.67)
    assert model.losses == []


def test_the_network_for_the_classifier_lacks_what_its_script_lacks():
    model = build_network(normalized=False, last_layer=False, decay=1e-5)
    assert len(weights(model, layers.BatchNormalization)) == 4
    kernels = [layer.kernel.numpy() for layer in model.layers if hasattr(layer, "kernel")]
    assert len(kernels) == 6
    half = sum(np.square(kernel).sum() / 2 for kernel in kernels)
    assert float(sum(model.losses)) == pytest.approx(1e-5 * half, rel=1e-3)
    assert model(IMAGES[:3]).numpy().min() >= 0
    classifier = build_classifier()
    first = classifier.layers[1]
    assert np.abs(first.kernel.numpy()).max() <= 0.2 + 1e-6
    assert set(first.bias.numpy().tolist()) == {float(np.float32(0.1))}
    assert classifier.output_shape == (None, 15)


def test_a_pass_has_each_image_once_and_leaves_out_the_last_hundred():
    images = np.arange(500, dtype=np.float32).reshape(-1, 1, 1, 1) * np.ones((1, 28, 28, 1))
    labels = np.arange(500) % 14
    batches = draw_in_order(images, labels, np.arange(14)[:, None], seed=1)
    drawn = [(one.numpy()[:, 0, 0, 0].astype(int), two.numpy()) for one, two in batches(0, 8)]
    passes = [
        np.concatenate([one for one, _ in drawn[:4]]),
        np.concatenate([one for one, _ in drawn[4:]]),
    ]
    for one in passes:
        assert len(one) == len(set(one.tolist())) == 400
    assert passes[0].tolist() != passes[1].tolist()
    assert (drawn[3][1][:, 0] == labels[drawn[3][0]]).all()
    (again, _), *_ = batches(5, 6)
    assert (again.numpy()[:, 0, 0, 0] == drawn[5][0]).all()


@pytest.mark.can_fail("2c-random-drawn")
def test_letters_are_drawn_anew_by_the_text_and_never_by_the_script():
    pools = letters_by_class(normalize(LATIN_PART.images), LATIN_PART.labels)
    many = [np.random.default_rng(c).normal(size=(60, 28, 28, 1)) for c in range(14)]
    batches = draw_with_targets(IMAGES, CYRILLIC_PART.labels, many, seed=0)
    assert draws_anew(batches).holds
    assert not draws_anew(draw_with_targets(IMAGES, CYRILLIC_PART.labels, pools, seed=0)).holds
    answers = np.stack([pool[:FIXED_LETTERS] for pool in many])
    in_order = draw_in_order(
        np.tile(IMAGES, (8, 1, 1, 1)), np.tile(CYRILLIC_PART.labels, 8), answers, seed=0
    )
    assert not draws_anew(in_order).holds


def test_targets_are_those_of_the_scripts():
    letters = normalize(LATIN_PART.images)
    found = fixed_targets("representative", LATIN_PART, seed=0)
    assert (found[:, 0] == normalize(one_of_each(LATIN_PART).images)).all()
    means = [letters[LATIN_PART.labels == label].mean(axis=0) for label in range(14)]
    found = fixed_targets("mean", LATIN_PART, seed=0)[:, 0]
    assert found == pytest.approx(normalize(np.stack(means)[..., 0]), abs=1e-5)
    assert squared_error("mean", CYRILLIC_PART, LATIN_PART, seed=0).build.keywords == {
        "last_bias": False
    }
    setup = through_classifier(CYRILLIC_PART, build_classifier(), seed=0)
    model = setup.build()
    assert setup.network(model).name == "scripts_network"
    assert len(model.trainable_variables) == 6 * 2 + 4 * 2 + 1


def test_a_training_goes_on_where_a_shorter_one_stopped():
    def build():
        return keras.Sequential(
            [keras.Input((28, 28, 1)), layers.Dropout(0.5), layers.Conv2D(1, 3, padding="same")]
        )

    answers = fixed_targets("mean", LATIN_PART, seed=0)
    many = np.tile(IMAGES, (8, 1, 1, 1)), np.tile(CYRILLIC_PART.labels, 8)
    setup = scripts.Setup(
        build, draw_in_order(*many, answers, seed=0), scripts.MeanSquaredErrorToTargets()
    )
    settings = {"inputs": IMAGES[:5], "seed": 3}
    straight = learning_curves.train_further("one", setup, steps=40, data={"a": 1}, **settings)
    for steps in (20, 40):
        found = learning_curves.train_further("one", setup, steps=steps, data={"a": 2}, **settings)
    assert found["outputs"] == pytest.approx(straight["outputs"], abs=1e-5)
    assert float(found["loss"]) == pytest.approx(float(straight["loss"]), rel=1e-4)
