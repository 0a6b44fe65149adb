"""The latent search: what it finds, what it leaves alone, and the trap that it avoids."""

import keras
import numpy as np
import pytest
import sympy

from assignment4.encoder_decoder import Study, build_decoder, class_constants, class_means
from assignment4.encoder_decoder.classifiers import read_letters
from assignment4.encoder_decoder.squared_error import loss_to_all
from assignment4.encoder_decoder.training import DEFAULT_STEPS
from assignment4.intervals import Interval
from assignment4.latent_search import (
    Search,
    batch_variance,
    copy_of,
    deviation,
    directional_derivative,
    draw_starts,
    epsilon,
    find_the_same,
    finds_letters,
    keeps_statistics,
    latent_gradients,
    move_normalization_behind_reshape,
    normalization_jacobian,
    reading_accuracies,
    search,
    search_as_scripts,
    search_one_by_one,
    shares_of_variance,
    trains_only_latent,
)
from assignment4.latent_search.descent import Descent
from assignment4.latent_search.trap import draw_normalizations, normalizations

pytestmark = pytest.mark.usefixtures("empty_cache")

CLASSES, STEPS = 3, 20


@pytest.fixture(scope="module")
def decoder() -> keras.Model:
    """A decoder that looks trained: no scale is 1, no shift 0, and no slope at a kink 0."""
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
    return class_means(*letters), class_constants(*letters), draw_starts(CLASSES, seed=2)


@pytest.fixture(scope="module")
def searched(decoder, task):
    """A decoder with which a search was made, and what the search found."""
    copy = copy_of(decoder)
    return copy, Descent(copy, (CLASSES,), steps=STEPS).run(*task)


def test_losses_are_the_mean_squared_errors_to_all_letters_of_the_class(
    decoder, letters, task, searched
):
    _, found = searched
    images, labels = letters
    assert found.vectors.shape == (CLASSES, 512)
    assert found.losses.shape == (STEPS + 1, CLASSES)
    before = decoder.predict(task[2], verbose=0)
    for label in range(CLASSES):
        own = images[labels == label]
        for drawn, losses in ((before, found.losses[0]), (found.images, found.losses[-1])):
            assert loss_to_all(drawn[[label]], own) == pytest.approx(losses[label], rel=1e-5)
    assert (found.losses[-1] < found.losses[0]).all()


@pytest.mark.parametrize("rate", [1e-3, 0.1])
def test_the_first_step_of_adam_goes_as_far_as_its_rate(rate, decoder, task):
    found = search(decoder, *task, steps=1, learning_rate=rate)
    assert np.abs(found.vectors - task[2]).max() == pytest.approx(rate, rel=0.01)


def test_more_starts_are_searched_along_leading_axes_and_each_time_alike(decoder, task, searched):
    means, constants, starts = task
    both = np.stack([starts, draw_starts(CLASSES, seed=3)])
    found = search(decoder, means, constants, both, steps=STEPS)
    assert found.losses.shape == (STEPS + 1, 2, CLASSES)
    for place in range(2):
        alone = search(decoder, means, constants, both[place], steps=STEPS)
        assert found.images[place] == pytest.approx(alone.images, abs=1e-3)
        assert found.losses[:, place] == pytest.approx(alone.losses, abs=1e-4)
    first = search(decoder, *task, steps=STEPS)
    assert first.vectors.tobytes() == searched[1].vectors.tobytes()
    assert not find_the_same(first, alone)


def test_starts_are_normal_numbers_of_their_seed():
    starts = draw_starts(20, 14, seed=1)
    assert starts.shape == (20, 14, 512)
    assert (starts.mean(), starts.std()) == pytest.approx((0, 1), abs=0.01)
    assert not np.array_equal(starts, draw_starts(20, 14, seed=2))


def test_shapes_that_do_not_fit_are_refused(decoder, task):
    means, constants, starts = task
    with pytest.raises(ValueError, match="starts of shape"):
        Descent(decoder, (CLASSES + 1,)).run(means, constants, starts)
    with pytest.raises(ValueError, match="2 constants"):
        search(decoder, means, constants[:2], starts)
    with pytest.raises(ValueError, match="30 means"):
        search(decoder, np.zeros((30, 28, 28, 1)), constants, starts)


# Only the vectors


def left_trainable(decoder, means, constants, starts):
    weights = decoder.trainable_variables
    return Descent(decoder, (CLASSES,), steps=STEPS, weights=weights).run(means, constants, starts)


def in_training_mode(decoder, *task):
    return search(decoder, *task, steps=STEPS, training=True)


def as_scripts(decoder, *task):
    return search_as_scripts(decoder, *task, seed=7, steps=STEPS)[0]


def standing_still(decoder, *task):
    return search(decoder, *task, steps=0)


@pytest.mark.can_fail("2e-only-latent")
@pytest.mark.parametrize("wrong", [left_trainable, in_training_mode, as_scripts, standing_still])
def test_a_search_that_trains_something_else_is_seen(decoder, task, wrong):
    copy = copy_of(decoder)
    found = wrong(copy, *task)
    assert trains_only_latent(found, task[2], decoder, copy).holds is False


@pytest.mark.can_fail("2e-only-latent")
def test_a_single_changed_bit_other_images_and_a_still_vector_are_seen(decoder, task, searched):
    copy, found = searched
    assert trains_only_latent(found, task[2], decoder, copy).holds is True
    other = Search(found.vectors, found.images + 0.01, found.losses)
    assert not trains_only_latent(other, task[2], decoder, copy)
    starts = task[2].copy()
    starts[1] = found.vectors[1]
    assert not trains_only_latent(found, starts, decoder, copy)
    copy = copy_of(decoder)
    weights = copy.get_weights()
    weights[0][0, 0] = np.nextafter(weights[0][0, 0], np.float32(1))
    copy.set_weights(weights)
    assert not trains_only_latent(found, task[2], decoder, copy)


def test_vectors_searched_at_once_are_searched_as_if_alone(decoder, task, searched):
    copy, together = searched
    alone = search_one_by_one(copy, *task, steps=STEPS)
    assert find_the_same(together, alone)
    assert keeps_statistics(decoder, copy)
    assert together.losses == pytest.approx(alone.losses, abs=1e-4)


def test_in_training_mode_they_are_not(decoder, task):
    copy = copy_of(decoder)
    together = search(copy, *task, steps=STEPS, training=True)
    assert not keeps_statistics(decoder, copy)
    alone = search_one_by_one(copy_of(decoder), *task, steps=STEPS, training=True)
    assert not find_the_same(together, alone)
    assert (alone.vectors == task[2]).all()
    assert (together.vectors != task[2]).any(axis=1).all()


# The trap


def test_the_gradient_is_0_in_training_mode_and_that_of_differences_at_inference(decoder, task):
    means, _, starts = task
    weights = decoder.get_weights()
    assert (latent_gradients(decoder, means, starts, training=True) == 0).all()
    for before, after in zip(weights, decoder.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)
    gradients = latent_gradients(decoder, means, starts, training=False)
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
    moved = move_normalization_behind_reshape(decoder)
    assert (latent_gradients(moved, means, starts, training=True) != 0).any(axis=1).all()
    names = [layer.name for layer in moved.layers]
    assert names.index("moved_normalization") > names.index("pixels") > names.index("expand")
    assert "expand_normalization" not in names
    fresh = build_decoder()
    expected = fresh.predict(starts, verbose=0)
    moved = move_normalization_behind_reshape(fresh)
    assert moved.predict(starts, verbose=0) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_normalization_loses_one_direction_of_the_batch_by_either_derivation(count):
    x, u = (sympy.Matrix(numbers[:count]) for numbers in ([2, 3, 7, -1, 4], [1, -2, 5, 3, 3]))
    numbers = dict(zip(sympy.symbols(f"x_1:{count + 1}", real=True), x, strict=True))
    jacobian = normalization_jacobian(count).subs(numbers).subs(epsilon, sympy.Rational(1, 7))
    assert sympy.simplify(jacobian * sympy.ones(count, 1)) == sympy.zeros(count, 1)
    assert jacobian.applyfunc(sympy.nsimplify).rank() == count - 1
    mean = sum(u) / sympy.Integer(count)
    deviations = x - sum(x) / sympy.Integer(count) * sympy.ones(count, 1)
    for place, expected in enumerate(jacobian * u):
        derivative = directional_derivative(u[place], mean, deviations.dot(u) / count)
        known = {deviation: deviations[place], batch_variance: deviations.dot(deviations) / count}
        known[epsilon] = sympy.Rational(1, 7)
        assert sympy.simplify(derivative.subs(known) - expected) == 0


def test_the_scripts_move_scales_shifts_and_slopes_and_no_vector(decoder, task):
    copy = copy_of(decoder)
    found = as_scripts(copy, *task)
    assert found.vectors.tobytes() == task[2].tobytes()
    changed = {
        layer.name
        for layer, original in zip(copy.layers, decoder.layers, strict=True)
        for after, before in zip(layer.get_weights(), original.get_weights(), strict=True)
        if (after != before).any()
    }
    slopes = {one.name for one in decoder.layers if isinstance(one, keras.layers.PReLU)}
    assert changed - {"last"} == {layer.name for layer in normalizations(decoder)} | slopes
    assert (found.losses[-1] < found.losses[0]).all()


def test_the_scripts_begin_anew_with_each_letter(decoder, task):
    """Nothing passes from a letter to the next, and each is shown with other averages."""
    means, constants, starts = task
    first, shown = search_as_scripts(copy_of(decoder), *task, seed=7, steps=STEPS)
    other = means[::-1].copy()
    other[1:] = means[1:]
    second, _ = search_as_scripts(copy_of(decoder), other, constants, starts, seed=7, steps=STEPS)
    np.testing.assert_array_equal(first.losses[:, 1:], second.losses[:, 1:])
    assert (first.losses[:, 0] != second.losses[:, 0]).any()
    assert np.abs(first.images - shown).max() > 0.1
    third, _ = search_as_scripts(copy_of(decoder), *task, seed=8, steps=STEPS)
    assert (first.losses[0] != third.losses[0]).all()


def test_normalizations_are_drawn_around_1_and_0(decoder):
    copy = copy_of(decoder)
    draw_normalizations(copy, np.random.default_rng(0))
    layer = copy.get_layer("expand_normalization")
    for values, center in zip(layer.get_weights(), (1, 0, 0, 1), strict=True):
        assert values.mean() == pytest.approx(center, abs=0.01)
        assert values.std() == pytest.approx(0.088, abs=0.005)
        assert np.abs(values - center).max() <= 0.2 + 1e-6


# What is found


def test_shares_are_0_for_the_mean_and_1_for_letters_on_average(letters, task):
    (images, labels), (means, constants, _) = letters, task
    stacked = np.stack([means, means + 1])
    shares = shares_of_variance(stacked, means, constants)
    assert shares == pytest.approx(np.stack([0 * constants, 1 / constants]), abs=1e-6)
    each = shares_of_variance(images, means, constants, labels)
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
    found = finds_letters(letters, read, shares)
    assert found.holds is finding
    assert all(str(one) in found.numbers for one in (*letters, *reading_accuracies(read)))


def test_readings_are_counted_for_each_judge():
    first, second = reading_accuracies(changed(RIGHT, np.s_[1, 0, :7], 13))
    assert (first.estimate, second.estimate) == pytest.approx((1, 133 / 140))


def one_by_one(decoder, *task):
    return search_one_by_one(decoder, *task, steps=2)


@pytest.mark.parametrize("way", [standing_still, one_by_one, in_training_mode, as_scripts])
def test_searches_are_kept_with_what_they_move(way, decoder, task, monkeypatch):
    first, second = copy_of(decoder), copy_of(decoder)
    found = way(first, *task)
    monkeypatch.setattr(Descent, "run", None)
    again = way(second, *task)
    for name in ("vectors", "images", "losses"):
        np.testing.assert_array_equal(getattr(again, name), getattr(found, name))
    for one, other in zip(first.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    other = copy_of(decoder)
    expand = other.get_layer("expand")
    expand.kernel.assign(expand.kernel + 0.01)
    with pytest.raises(TypeError):
        way(other, *task)


@pytest.fixture(scope="module")
def trained() -> Study:
    """The chapter's study; its networks are from the person's cache."""
    study = Study(steps=DEFAULT_STEPS)
    assert study.run("random letters")
    assert study.judges
    return study


@pytest.mark.slow
@pytest.mark.can_fail("2e-letters", "2e-only-latent")
def test_a_trained_decoder_s_letters_are_found_and_shifted_ones_are_not(trained):
    decoder = trained.run("random letters").trained.model.get_layer("decoder")
    means, labels = trained.means, trained.parts.latin.labels
    constants = class_constants(trained.targets, labels)
    starts = draw_starts(5, 14, seed=1)

    def finding(sought):
        found = search(decoder, sought, constants, starts, steps=200)
        flat = found.images.reshape(-1, 28, 28, 1)
        read = read_letters(trained.judges[0], flat).reshape(1, 5, 14)
        shares = shares_of_variance(found.images, means, constants)
        return finds_letters([SURE], read, shares).holds

    assert finding(means) in (True, None)
    assert finding(np.roll(means, 1, axis=0)) is False
    copy = copy_of(decoder)
    found, _ = search_as_scripts(copy, means, constants, starts[0], seed=0, steps=10)
    assert not trains_only_latent(found, starts[0], decoder, copy)
