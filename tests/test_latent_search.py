"""The latent search: what it finds, what it leaves alone, and the trap that it avoids."""

from collections.abc import Callable

import keras
import numpy as np
import pytest
import sympy

from assignment4.encoder_decoder import build_decoder
from assignment4.encoder_decoder.classifiers import read_letters, train_judge
from assignment4.encoder_decoder.experiments import JUDGE_SEED
from assignment4.encoder_decoder.losses import train_on_random_targets
from assignment4.encoder_decoder.metrics import class_means, within_class_variances
from assignment4.encoder_decoder.squared_error import loss_to_all
from assignment4.encoder_decoder.training import DEFAULT_STEPS
from assignment4.intervals import Interval
from assignment4.latent_search.checks import (
    find_the_same,
    finds_letters,
    keeps_statistics,
    reading_accuracies,
    trains_only_latent,
)
from assignment4.latent_search.reach import euclidean_distances, least_losses
from assignment4.latent_search.search import (
    Descent,
    Search,
    draw_starts,
    latent_gradient,
    search,
    search_one_by_one,
)
from assignment4.latent_search.trap import (
    batch_variance,
    copy_of,
    deviation,
    directional_derivative,
    epsilon,
    move_normalization_behind_reshape,
    normalization_jacobian,
    normalizations,
    search_as_scripts,
)
from assignment4.letters import Alphabet, Letters, load_letters, normalize, split_as_reported

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
    starts = draw_starts(CLASSES, seed=2)
    return class_means(*letters), within_class_variances(*letters), starts


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
    assert found.images.shape == (CLASSES, 28, 28, 1)
    assert found.losses.shape == (STEPS + 1, CLASSES)
    before = decoder.predict(task[2], verbose=0)
    for label in range(CLASSES):
        own = images[labels == label]
        for drawn, losses in ((before, found.losses[0]), (found.images, found.losses[-1])):
            assert loss_to_all(drawn[[label]], own) == pytest.approx(losses[label], rel=1e-5)
    assert (found.losses[-1] < found.losses[0]).all()


def test_the_mean_over_the_wrong_axis_does_not_fit(decoder, letters, task, searched):
    means, constants, starts = task
    with pytest.raises(ValueError, match="3 vectors, 30 means"):
        search(decoder, letters[0].mean(axis=-1), constants, starts, steps=1)
    over_rows = np.broadcast_to(means.mean(axis=1, keepdims=True), means.shape)
    found = search(decoder, over_rows, constants, starts, steps=1)
    assert (np.abs(found.losses[0] - searched[1].losses[0]) > 1e-3).all()


def test_searches_are_the_same_each_time_and_differ_by_start(decoder, task, searched):
    first, second = searched[1], search(decoder, *task, steps=STEPS)
    assert first.vectors.tobytes() == second.vectors.tobytes()
    means, constants, starts = task
    other = search(decoder, means, constants, draw_starts(CLASSES, seed=3), steps=STEPS)
    assert not find_the_same(first, other)
    assert (draw_starts(CLASSES, seed=2) == starts).all()


def test_more_starts_are_searched_along_leading_axes(decoder, task):
    means, constants, starts = task
    both = np.stack([starts, draw_starts(CLASSES, seed=3)])
    found = search(decoder, means, constants, both, steps=STEPS)
    assert found.losses.shape == (STEPS + 1, 2, CLASSES)
    alone = search(decoder, means, constants, both[1], steps=STEPS)
    assert found.images[1] == pytest.approx(alone.images, abs=1e-3)
    assert found.losses[:, 1] == pytest.approx(alone.losses, abs=1e-4)


def test_shapes_that_do_not_fit_are_refused(decoder, task):
    means, constants, starts = task
    with pytest.raises(ValueError, match="starts of shape"):
        Descent(decoder, (CLASSES + 1,)).run(means, constants, starts)
    with pytest.raises(ValueError, match="2 constants"):
        search(decoder, means, constants[:2], starts)


def left_trainable(decoder, means, constants, starts):
    weights = decoder.trainable_variables
    descent = Descent(decoder, starts.shape[:-1], steps=STEPS, weights=weights)
    return descent.run(means, constants, starts)


def in_training_mode(decoder, means, constants, starts):
    return search(decoder, means, constants, starts, steps=STEPS, training=True)


def as_scripts(decoder, means, constants, starts):
    return search_as_scripts(decoder, means, constants, starts, steps=STEPS)


def standing_still(decoder, means, constants, starts):
    return search(decoder, means, constants, starts, steps=0)


def test_the_search_trains_only_the_vectors(decoder, task, searched):
    copy, found = searched
    assert trains_only_latent(found, task[2], decoder, copy)


@pytest.mark.can_fail("2e-only-latent")
@pytest.mark.parametrize("wrong", [left_trainable, in_training_mode, as_scripts, standing_still])
def test_a_search_that_trains_something_else_is_seen(decoder, task, wrong):
    copy = copy_of(decoder)
    found = wrong(copy, *task)
    assert not trains_only_latent(found, task[2], decoder, copy)


@pytest.mark.can_fail("2e-only-latent")
def test_a_single_changed_bit_and_other_images_are_seen(decoder, task, searched):
    copy, found = searched
    other = Search(found.vectors, found.images + 0.01, found.losses)
    assert not trains_only_latent(other, task[2], decoder, copy)
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


def test_a_batch_of_one_in_training_mode_has_no_gradient(decoder, task):
    means, _, starts = task
    weights = decoder.get_weights()
    trained = latent_gradient(decoder, means[:1], starts[:1], training=True)
    assert (trained == 0).all()
    assert (latent_gradient(decoder, means[:1], starts[:1]) != 0).any()
    assert (latent_gradient(decoder, means, starts, training=True) != 0).any(axis=1).all()
    pairs = zip(weights, decoder.get_weights(), strict=True)
    assert all((before == after).all() for before, after in pairs)


def test_the_gradient_is_that_of_differences(decoder, task):
    means, _, starts = task
    gradient = latent_gradient(decoder, means[:1], starts[:1])[0]
    place = np.abs(gradient).argmax()
    step = np.zeros_like(starts[:1])
    step[0, place] = 1e-2
    above, below = (
        np.square(decoder(starts[:1] + sign * step) - means[:1]).mean() for sign in (1, -1)
    )
    assert (above - below) / 2e-2 == pytest.approx(gradient[place], rel=0.02)


def test_behind_the_reshape_a_batch_of_one_has_a_gradient(decoder, task):
    means, _, starts = task
    moved = move_normalization_behind_reshape(decoder)
    assert (latent_gradient(moved, means[:1], starts[:1], training=True) != 0).any()
    names = [layer.name for layer in moved.layers]
    assert names.index("moved_normalization") > names.index("pixels") > names.index("expand")
    assert "expand_normalization" not in names


def test_moving_a_uniform_normalization_changes_nothing_at_inference(task):
    fresh = build_decoder()
    moved = move_normalization_behind_reshape(fresh)
    expected = fresh.predict(task[2], verbose=0)
    assert moved.predict(task[2], verbose=0) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_normalization_loses_one_direction_of_the_batch(count):
    jacobian = normalization_jacobian(count)
    x = sympy.symbols(f"x_1:{count + 1}", real=True)
    numbers = {epsilon: sympy.Rational(1, 1000)} | dict(zip(x, (2, 3, 7), strict=False))
    jacobian = jacobian.subs(numbers).applyfunc(sympy.nsimplify)
    assert jacobian * sympy.ones(count, 1) == sympy.zeros(count, 1)
    assert jacobian.rank() == count - 1


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_derivatives_along_a_direction_are_those_of_the_jacobian(count):
    """The formula for any size, in a batch of numbers and along a direction of numbers."""
    x, u = (sympy.Matrix(numbers[:count]) for numbers in ([2, 3, 7, -1, 4], [1, -2, 5, 3, 3]))
    mean = sum(x) / sympy.Integer(count)
    deviations = x - mean * sympy.ones(count, 1)
    numbers = dict(zip(sympy.symbols(f"x_1:{count + 1}", real=True), x, strict=True))
    expected = normalization_jacobian(count).subs(numbers) * u
    for place in range(count):
        derivative = directional_derivative(
            u[place], sum(u) / sympy.Integer(count), deviations.dot(u) / count
        )
        known = {deviation: deviations[place], batch_variance: deviations.dot(deviations) / count}
        difference = derivative.subs(known) - expected[place]
        assert sympy.simplify(difference.subs(epsilon, sympy.Rational(1, 7))) == 0


def test_the_scripts_move_scales_and_shifts_and_nothing_else(decoder, task):
    copy = copy_of(decoder)
    found = as_scripts(copy, *task)
    assert found.vectors.tobytes() == task[2].tobytes()
    changed = {
        layer.name
        for layer, original in zip(copy.layers, decoder.layers, strict=True)
        if any(
            (after != before).any()
            for after, before in zip(layer.get_weights(), original.get_weights(), strict=True)
        )
    }
    assert changed == {layer.name for layer in normalizations(decoder)}
    first = decoder.get_layer("expand_normalization")
    assert (copy.get_layer("expand_normalization").beta != first.beta).numpy().mean() > 0.9


def test_the_scripts_do_not_put_the_shifts_back(decoder, task):
    means, constants, starts = task
    both = as_scripts(copy_of(decoder), means, constants, starts)
    second = as_scripts(copy_of(decoder), means[1:], constants[1:], starts[1:])
    assert np.abs(both.losses[0, 1] - second.losses[0, 0]) > 1e-3


def test_from_shifts_of_zero_nothing_passes_the_first_activation(decoder, task):
    copy = copy_of(decoder)
    search_as_scripts(copy, *task, steps=STEPS, fresh=True)
    first = copy.get_layer("expand_normalization")
    assert (first.beta == 0).numpy().all()
    assert (first.gamma == 1).numpy().all()


SURE, UNSURE = Interval(0.97, 0.98, 0.99), Interval(0.94, 0.96, 0.98)
RIGHT = np.broadcast_to(np.arange(14), (2, 10, 14))
NEAR = np.full((10, 14), 0.02) + np.linspace(0, 0.01, 10)[:, np.newaxis]


def changed(array: np.ndarray, place, value) -> np.ndarray:
    array = array.copy()
    array[place] = value
    return array


def test_images_that_are_read_right_and_near_the_mean_are_letters():
    assert finds_letters([SURE, SURE], RIGHT, NEAR) is True


@pytest.mark.can_fail("2e-letters")
@pytest.mark.parametrize(
    ("letters", "read", "shares", "finding"),
    [
        ([SURE, SURE], (RIGHT + 1) % 14, NEAR, False),
        ([SURE, SURE], changed(RIGHT, np.s_[1, :, :3], 13), NEAR, False),
        ([SURE, SURE], changed(RIGHT, np.s_[0, :6, 0], 1), NEAR, False),
        ([SURE, SURE], changed(RIGHT, np.s_[0, 0, :10], 13), NEAR, None),
        ([SURE, SURE], RIGHT, changed(NEAR, np.s_[:, 5], 0.2 + NEAR[:, 5]), False),
        ([SURE, SURE], RIGHT, changed(NEAR, np.s_[:2, 5], 0.2), None),
        ([SURE, UNSURE], RIGHT, NEAR, None),
    ],
)
def test_other_images_are_not(letters, read, shares, finding):
    assert finds_letters(letters, read, shares) is finding


def test_readings_are_counted_for_each_judge():
    first, second = reading_accuracies(changed(RIGHT, np.s_[1, 0, :7], 13))
    assert first.estimate == 1
    assert second.estimate == pytest.approx(133 / 140)


@pytest.fixture
def no_descent(monkeypatch) -> Callable[[], None]:
    """Call it to let every descent fail from then on."""

    def forbid() -> None:
        monkeypatch.setattr(Descent, "run", None)

    return forbid


def test_the_least_of_many_losses_is_kept_for_each_class(decoder, task):
    means, constants, starts = task
    both = np.stack([starts, draw_starts(CLASSES, seed=3)])
    least = least_losses(decoder, means, constants, both, steps=STEPS)
    found = search(decoder, means, constants, both, steps=STEPS)
    assert (least == found.losses[-1].min(axis=0)).all()


@pytest.mark.parametrize("way", [search, search_one_by_one])
def test_searches_are_kept(way, decoder, task, no_descent):
    found = way(decoder, *task, steps=STEPS)
    no_descent()
    assert_same(way(decoder, *task, steps=STEPS), found)
    with pytest.raises(TypeError):
        way(decoder, *task, steps=STEPS + 1)


def test_the_scripts_search_is_kept_with_the_weights_that_it_leaves(decoder, task, no_descent):
    first, second = copy_of(decoder), copy_of(decoder)
    found = search_as_scripts(first, *task, steps=STEPS)
    no_descent()
    assert_same(search_as_scripts(second, *task, steps=STEPS), found)
    for one, other in zip(first.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    with pytest.raises(TypeError):
        search_as_scripts(copy_of(decoder), *task, steps=STEPS, fresh=True)


def in_training_mode_once(decoder, task) -> tuple[Search, keras.Model]:
    copy = copy_of(decoder)
    return search(copy, *task, steps=STEPS, training=True), copy


def test_a_search_in_training_mode_is_kept_with_the_statistics_that_it_leaves(
    decoder, task, no_descent
):
    found, moved = in_training_mode_once(decoder, task)
    no_descent()
    again, moved_again = in_training_mode_once(decoder, task)
    assert_same(again, found)
    assert keeps_statistics(moved, moved_again)
    assert not keeps_statistics(decoder, moved_again)
    with pytest.raises(TypeError):
        search(copy_of(decoder), *task, steps=STEPS)


def assert_same(first: Search, second: Search) -> None:
    for name in ("vectors", "images", "losses"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))


def test_distances():
    generator = np.random.default_rng(0)
    vectors, others = generator.normal(size=(4, 512)), generator.normal(size=(5, 512))
    expected = np.linalg.norm(vectors[:, None] - others, axis=2)
    assert euclidean_distances(vectors, others) == pytest.approx(expected)
    assert euclidean_distances(vectors, vectors).diagonal() == pytest.approx(0, abs=1e-6)


@pytest.fixture(scope="module")
def embedded_letters() -> Letters:
    """From the person's cache."""
    return load_letters()


@pytest.fixture(scope="module")
def known(embedded_letters) -> tuple[Alphabet, Alphabet]:
    """The training parts of both alphabets."""
    return tuple(
        split_as_reported(one)[0] for one in (embedded_letters.cyrillic, embedded_letters.latin)
    )


@pytest.fixture(scope="module")
def judge(known) -> keras.Model:
    """The chapters' judge, from the person's cache."""
    return train_judge(known[1], seed=JUDGE_SEED)


@pytest.fixture(scope="module")
def trained_decoder(known) -> keras.Model:
    """That of the chapter's network, from the person's cache."""
    trained = train_on_random_targets(*known, steps=DEFAULT_STEPS, seed=0)
    return trained.model.get_layer("decoder")


@pytest.mark.slow
@pytest.mark.can_fail("2e-letters", "2e-only-latent")
def test_a_trained_decoder_s_letters_are_found_and_shifted_ones_are_not(
    known, judge, trained_decoder
):
    decoder, (_, latin) = trained_decoder, known
    images = normalize(latin.images)
    means, constants = (
        class_means(images, latin.labels),
        within_class_variances(images, latin.labels),
    )
    starts = draw_starts(5, 14, seed=1)

    def finding(means):
        found = search(decoder, means, constants, starts, steps=200)
        read = read_letters(judge, found.images.reshape(-1, 28, 28, 1)).reshape(1, 5, 14)
        shares = np.square(found.images - class_means(images, latin.labels)).mean(axis=(2, 3, 4))
        return finds_letters([SURE], read, shares / constants)

    assert finding(means) in (True, None)
    assert finding(np.roll(means, 1, axis=0)) is False
    copy = copy_of(decoder)
    found = search_as_scripts(copy, means, constants, starts[0], steps=10)
    assert not trains_only_latent(found, starts[0], decoder, copy)
    assert (found.vectors == starts[0]).all()
