"""The latent search: what it finds, what it leaves alone, and the trap that it avoids."""

from functools import partial

import keras
import numpy as np
import pytest
import sympy

from assignment4 import latent_search as latent
from assignment4.encoder_decoder import build_decoder, class_constants, class_means
from assignment4.encoder_decoder.squared_error import loss_to_all
from assignment4.intervals import Interval
from assignment4.latent_search.descent import Descent
from assignment4.latent_search.trap import draw_normalizations, normalizations

CLASSES, STEPS = 3, 20


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ASSIGNMENT4_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def decoder() -> keras.Model:
    """A decoder that looks trained: no scale is 1, no shift or bias 0, and no slope at a kink 0."""
    keras.utils.set_random_seed(0)
    model = build_decoder()
    generator = np.random.default_rng(0)
    for layer in normalizations(model):
        size = layer.gamma.shape
        ranges = [(0.5, 1.5), (-0.5, 0.5), (-0.5, 0.5), (0.5, 1.5)]
        layer.set_weights([generator.uniform(low, high, size) for low, high in ranges])
    for layer in model.layers:
        if isinstance(layer, keras.layers.PReLU):
            layer.alpha.assign(np.full(layer.alpha.shape, 0.7))
    bias = model.get_layer("last").bias
    bias.assign(np.full(bias.shape, 0.3))
    return model


@pytest.fixture(scope="module")
def letters() -> tuple[np.ndarray, np.ndarray]:
    """Images of three classes that differ, and their labels."""
    generator = np.random.default_rng(1)
    labels = np.arange(30) % CLASSES
    patterns = generator.normal(size=(CLASSES, 28, 28, 1))
    images = patterns[labels] + 0.5 * generator.normal(size=(30, 28, 28, 1))
    return images.astype(np.float32), labels


@pytest.fixture(scope="module")
def task(letters):
    """The means, the constants and the starts of a search."""
    return class_means(*letters), class_constants(*letters), latent.draw_starts(CLASSES, seed=2)


def left_trainable(decoder, *task):
    weights = decoder.trainable_variables
    return latent.search_one_by_one(decoder, *task, steps=2, weights=weights)


def as_scripts(decoder, *task, seed=7, steps=STEPS):
    return latent.search_as_scripts(decoder, *task, seed=seed, steps=steps)[0]


WAYS = {
    "at once": partial(latent.search, steps=STEPS),
    "one by one": partial(latent.search_one_by_one, steps=STEPS),
    "standing still": partial(latent.search, steps=0),
    "in training mode": partial(latent.search, steps=STEPS, training=True),
    "so one by one": partial(latent.search_one_by_one, steps=STEPS, training=True),
    "left trainable": left_trainable,
    "as scripts": as_scripts,
}


@pytest.fixture(scope="module")
def made(decoder, task):
    """What each way of searching finds, and the decoder that it leaves; made once."""
    copies = {way: latent.copy_of(decoder) for way in WAYS}
    return {way: (WAYS[way](copy, *task), copy) for way, copy in copies.items()}


def test_losses_are_the_mean_squared_errors_to_all_letters_of_the_class(
    decoder, letters, task, made
):
    (found, _), (images, labels) = made["at once"], letters
    assert found.vectors.shape == (CLASSES, 512)
    assert found.losses.shape == (STEPS + 1, CLASSES)
    before = decoder.predict(task[2], verbose=0)
    for label in range(CLASSES):
        own = images[labels == label]
        for drawn, losses in ((before, found.losses[0]), (found.images, found.losses[-1])):
            assert loss_to_all(drawn[[label]], own) == pytest.approx(losses[label], rel=1e-5)
    assert (found.losses[-1] < found.losses[0]).all()


def test_more_starts_are_searched_along_leading_axes(decoder, task, made):
    means, constants, starts = task
    alone, _ = made["at once"]
    both = np.stack([latent.draw_starts(CLASSES, seed=3), starts])
    found = latent.search(decoder, means, constants, both, steps=STEPS)
    assert found.losses.shape == (STEPS + 1, 2, CLASSES)
    assert found.images[1] == pytest.approx(alone.images, abs=1e-3)
    assert found.losses[:, 1] == pytest.approx(alone.losses, abs=1e-4)
    assert np.abs(found.images[0] - alone.images).max() > 0.01
    first_step = latent.search(decoder, *task, steps=1, learning_rate=0.1)
    assert np.abs(first_step.vectors - starts).max() == pytest.approx(0.1, rel=0.01)


def test_starts_are_normal_numbers_of_their_seed():
    starts = latent.draw_starts(20, 14, seed=1)
    assert starts.shape == (20, 14, 512)
    assert (starts.mean(), starts.std()) == pytest.approx((0, 1), abs=0.01)
    assert not np.array_equal(starts, latent.draw_starts(20, 14, seed=2))


def test_shapes_that_do_not_fit_are_refused(decoder, task):
    means, constants, starts = task
    with pytest.raises(ValueError, match="starts of shape"):
        Descent(decoder, (CLASSES + 1,)).run(means, constants, starts)
    with pytest.raises(ValueError, match="2 constants"):
        latent.search(decoder, means, constants[:2], starts)
    with pytest.raises(ValueError, match="30 means"):
        latent.search(decoder, np.zeros((30, 28, 28, 1)), constants, starts)


# Only the vectors


@pytest.mark.can_fail("2e-only-latent")
@pytest.mark.parametrize("way", WAYS)
def test_a_search_that_trains_something_else_is_seen(decoder, task, made, way):
    finding = latent.trains_only_latent(made[way][0], task[2], decoder, made[way][1])
    assert finding.holds is (way in ("at once", "one by one"))


@pytest.mark.can_fail("2e-only-latent")
def test_a_single_changed_bit_other_images_and_a_still_vector_are_seen(decoder, task, made):
    found, copy = made["at once"]
    other = latent.Search(found.vectors, found.images + 0.01, found.losses)
    assert not latent.trains_only_latent(other, task[2], decoder, copy)
    starts = task[2].copy()
    starts[1] = found.vectors[1]
    assert not latent.trains_only_latent(found, starts, decoder, copy)
    copy = latent.copy_of(decoder)
    weights = copy.get_weights()
    weights[0][0, 0] = np.nextafter(weights[0][0, 0], np.float32(1))
    copy.set_weights(weights)
    assert not latent.trains_only_latent(found, task[2], decoder, copy)


def test_vectors_searched_at_once_are_searched_as_if_alone_but_in_training_mode(
    decoder, task, made
):
    together, alone = made["at once"][0], made["one by one"][0]
    assert together.images == pytest.approx(alone.images, abs=1e-3)
    assert together.losses == pytest.approx(alone.losses, abs=1e-4)
    together, _ = made["in training mode"]
    alone, _ = made["so one by one"]
    assert together.images != pytest.approx(alone.images, abs=1e-3)
    assert (alone.vectors == task[2]).all()
    assert (together.vectors != task[2]).any(axis=1).all()


@pytest.mark.parametrize("way", WAYS)
def test_searches_are_kept_with_what_they_move(way, decoder, task, made, monkeypatch):
    monkeypatch.setattr(Descent, "run", None)
    found, left = made[way]
    copy = latent.copy_of(decoder)
    again = WAYS[way](copy, *task)
    for name in ("vectors", "images", "losses"):
        np.testing.assert_array_equal(getattr(again, name), getattr(found, name))
    for one, other in zip(left.get_weights(), copy.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    copy = latent.copy_of(decoder)
    expand = copy.get_layer("expand")
    expand.kernel.assign(expand.kernel + 0.01)
    with pytest.raises(TypeError):
        WAYS[way](copy, *task)


# The trap


def test_the_gradient_is_0_in_training_mode_and_that_of_differences_at_inference(decoder, task):
    means, _, starts = task
    weights = decoder.get_weights()
    assert (latent.latent_gradients(decoder, means, starts, training=True) == 0).all()
    for before, after in zip(weights, decoder.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)
    gradients = latent.latent_gradients(decoder, means, starts, training=False)
    for label, gradient in enumerate(gradients):
        place = np.abs(gradient).argmax()
        step = np.zeros((1, 512), np.float32)
        step[0, place] = 1e-2
        above, below = (
            np.square(decoder(starts[[label]] + sign * step) - means[label]).mean()
            for sign in (1, -1)
        )
        assert (above - below) / 2e-2 == pytest.approx(gradient[place], rel=0.03)


def test_behind_the_reshape_a_batch_of_one_has_a_gradient(decoder, task):
    means, _, starts = task
    moved = latent.move_normalization_behind_reshape(decoder)
    assert (latent.latent_gradients(moved, means, starts, training=True) != 0).any(axis=1).all()
    names = [layer.name for layer in moved.layers]
    assert names.index("moved_normalization") > names.index("pixels") > names.index("expand")
    assert "expand_normalization" not in names
    fresh = build_decoder()
    expected = fresh.predict(starts, verbose=0)
    moved = latent.move_normalization_behind_reshape(fresh)
    assert moved.predict(starts, verbose=0) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_normalization_loses_one_direction_of_the_batch_by_either_derivation(count):
    x, u = (sympy.Matrix(numbers[:count]) for numbers in ([2, 3, 7], [1, -2, 5]))
    numbers = dict(zip(sympy.symbols(f"x_1:{count + 1}", real=True), x, strict=True))
    numbers[latent.epsilon] = sympy.Rational(1, 7)
    jacobian = latent.normalization_jacobian(count).subs(numbers)
    assert sympy.simplify(jacobian * sympy.ones(count, 1)) == sympy.zeros(count, 1)
    assert jacobian.applyfunc(sympy.nsimplify).rank() == count - 1
    mean = sum(u) / sympy.Integer(count)
    deviations = x - sum(x) / sympy.Integer(count) * sympy.ones(count, 1)
    variance = deviations.dot(deviations) / count
    for place, expected in enumerate(jacobian * u):
        derivative = latent.directional_derivative(u[place], mean, deviations.dot(u) / count)
        known = numbers | {latent.deviation: deviations[place], latent.batch_variance: variance}
        assert sympy.simplify(derivative.subs(known) - expected) == 0


def test_the_scripts_move_scales_shifts_and_slopes_and_no_vector(decoder, task, made):
    found, copy = made["as scripts"]
    assert found.vectors.tobytes() == task[2].tobytes()
    changed = {
        layer.name
        for layer, original in zip(copy.layers, decoder.layers, strict=True)
        for after, before in zip(layer.get_weights(), original.get_weights(), strict=True)
        if (after != before).any()
    }
    slopes = {one.name for one in decoder.layers if isinstance(one, keras.layers.PReLU)}
    assert changed - {"last"} == {layer.name for layer in normalizations(decoder)} | slopes
    assert not copy.get_layer("last").bias.numpy().any()
    assert (found.losses[-1] < found.losses[0]).all()


def test_the_scripts_begin_anew_with_each_letter(decoder, task, made):
    """Nothing passes from a letter to the next, and each is shown with other averages."""
    first, _ = made["as scripts"]
    changed = [array[:2].copy() for array in task]
    changed[0][0] = task[0][2]
    copy = latent.copy_of(decoder)
    second, shown = latent.search_as_scripts(copy, *changed, seed=7, steps=STEPS)
    np.testing.assert_array_equal(first.losses[:, 1], second.losses[:, 1])
    assert (first.losses[:, 0] != second.losses[:, 0]).any()
    assert np.abs(second.images - shown).max() > 0.1
    other = as_scripts(latent.copy_of(decoder), *(array[:1] for array in changed), seed=8, steps=0)
    assert second.losses[0, 0] != other.losses[0, 0]


def test_normalizations_are_drawn_around_1_and_0(decoder):
    copy = latent.copy_of(decoder)
    draw_normalizations(copy, np.random.default_rng(0))
    layer = copy.get_layer("expand_normalization")
    for values, center in zip(layer.get_weights(), (1, 0, 0, 1), strict=True):
        assert values.mean() == pytest.approx(center, abs=0.01)
        assert values.std() == pytest.approx(0.088, abs=0.005)
        assert np.abs(values - center).max() <= 0.2 + 1e-6


# What is found


def test_shares_are_0_for_the_mean_and_1_for_letters_on_average(letters, task):
    (images, labels), (means, constants, _) = letters, task
    shares = latent.shares_of_variance(np.stack([means, means + 1]), means, constants)
    assert shares == pytest.approx(np.stack([0 * constants, 1 / constants]), abs=1e-6)
    each = latent.shares_of_variance(images, means, constants, labels)
    assert class_means(each, labels) == pytest.approx(np.ones(CLASSES), rel=1e-5)


SURE, UNSURE = Interval(0.97, 0.98, 0.99), Interval(0.94, 0.96, 0.98)
RIGHT = np.broadcast_to(np.arange(14), (2, 10, 14))
NEAR = np.full((10, 14), 0.02) + np.linspace(0, 0.01, 10)[:, np.newaxis]


def changed(array: np.ndarray, place, value) -> np.ndarray:
    array = array.copy()
    array[place] = value
    return array


@pytest.mark.can_fail("2e-letters")
@pytest.mark.parametrize(
    ("letters", "read", "shares", "finding"),
    [
        ([SURE, SURE], RIGHT, NEAR, True),
        ([SURE, SURE], (RIGHT + 1) % 14, NEAR, False),
        ([SURE, SURE], changed(RIGHT, np.s_[1, :, :3], 13), NEAR, False),
        ([SURE, SURE], changed(RIGHT, np.s_[0, :6, 0], 1), NEAR, False),
        ([SURE, SURE], changed(RIGHT, np.s_[0, 0, :10], 13), NEAR, None),
        ([SURE, SURE], RIGHT, changed(NEAR, np.s_[:, 5], 0.2 + NEAR[:, 5]), False),
        ([SURE, SURE], RIGHT, changed(NEAR, np.s_[:2, 5], 0.2), None),
        ([SURE, UNSURE], RIGHT, NEAR, None),
    ],
)
def test_letters_are_read_right_and_near_the_mean(letters, read, shares, finding):
    assert latent.finds_letters(letters, read, shares).holds is finding


def test_readings_are_counted_for_each_judge():
    first, second = latent.reading_accuracies(changed(RIGHT, np.s_[1, 0, :7], 13))
    assert (first.estimate, second.estimate) == pytest.approx((1, 133 / 140))
