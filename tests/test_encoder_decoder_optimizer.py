"""Adam in one operation: the numbers of Keras's own, its counter, and what a checkpoint holds."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from assignment4.encoder_decoder.models import build_encoder_decoder
from assignment4.encoder_decoder.optimizer import FusedAdam
from assignment4.encoder_decoder.targets import draw_with_targets, letters_by_class
from assignment4.encoder_decoder.training import MeanSquaredErrorToTargets
from assignment4.letters import load_letters, normalize, split_as_reported

STEPS = 20
FEW_STEPS = 3
"""Of the book's network: every further step makes what was rounded several times as large."""

ROUNDING = 2.0**-24
"""Of one operation in single precision, as a share of its result."""


def descend(optimizer: keras.optimizers.Optimizer, gradients: np.ndarray) -> np.ndarray:
    """Return the variable, (steps + 1, size), before and after each given gradient."""
    variable = keras.Variable(np.linspace(-1, 1, gradients.shape[1], dtype=np.float32))
    optimizer.build([variable])
    path = [variable.numpy()]
    for gradient in gradients:
        optimizer.apply_gradients([(tf.constant(gradient), variable)])
        path.append(variable.numpy())
    return np.array(path)


@pytest.fixture
def gradients() -> np.ndarray:
    """Gradients of all sizes, from far below epsilon to far above 1, and one that is always 0."""
    generator = np.random.default_rng(0)
    sizes = np.append(10.0 ** np.arange(-12, 7), 0)
    return (generator.normal(size=(STEPS, len(sizes))) * sizes).astype(np.float32)


def tolerance(learning_rate: float) -> float:
    """Return how far two sums of STEPS updates may lie apart.

    Each update rounds a variable below 2, and is itself a share of the learning rate, known to
    1,000 roundings: 1 - 0.999 is a small difference of rounded numbers.
    """
    return STEPS * ROUNDING * (2 + 1000 * learning_rate)


@pytest.mark.parametrize(
    "settings",
    [{}, {"learning_rate": 0.1, "beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-3}],
)
def test_updates_are_those_of_keras_up_to_rounding(gradients, settings):
    found, expected = (
        descend(kind(**settings), gradients) for kind in (FusedAdam, keras.optimizers.Adam)
    )
    allowed = tolerance(settings.get("learning_rate", 1e-3))
    assert np.abs(expected).max() < 2
    assert np.abs(found - expected).max() <= allowed
    assert np.abs(expected[-1] - expected[0]).max() > 1000 * allowed


@pytest.mark.parametrize("other", [{"beta_1": 0.91}, {"beta_2": 0.99}, {"epsilon": 1e-5}])
def test_another_adam_gives_other_numbers(gradients, other):
    found = descend(FusedAdam(), gradients)
    expected = descend(keras.optimizers.Adam(**other), gradients)
    assert np.abs(found - expected).max() > 10 * tolerance(1e-3)


def test_updates_by_the_formula_of_the_source(gradients):
    """In double precision, with epsilon beside the uncorrected root."""
    first = second = np.zeros(gradients.shape[1])
    variable = np.linspace(-1, 1, gradients.shape[1])
    for step, gradient in enumerate(gradients.astype(np.float64), start=1):
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        rate = 1e-3 * np.sqrt(1 - 0.999**step) / (1 - 0.9**step)
        variable = variable - rate * first / (np.sqrt(second) + 1e-7)
    assert descend(FusedAdam(), gradients)[-1] == pytest.approx(variable, abs=1e-5)


def small_model() -> keras.Model:
    """Return a model without a bias before its normalisation.

    The gradient of such a bias is 0 but for rounding, and Adam takes a whole step along its sign.
    """
    keras.utils.set_random_seed(0)
    images = keras.Input((8, 8, 1))
    tensor = layers.Conv2D(4, 3, strides=2, use_bias=False)(images)
    tensor = layers.BatchNormalization()(tensor)
    tensor = layers.Flatten()(layers.PReLU(shared_axes=[1, 2])(tensor))
    return keras.Model(images, layers.Dense(3)(tensor))


@pytest.fixture(scope="module")
def batch() -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(1)
    images = generator.normal(size=(16, 8, 8, 1)).astype(np.float32)
    return images, generator.normal(size=(16, 3)).astype(np.float32)


def fit(optimizer: keras.optimizers.Optimizer, batch, steps: int) -> keras.Model:
    model = small_model()
    model.compile(optimizer, loss="mse", steps_per_execution=steps)
    batches = tf.data.Dataset.from_tensors(batch).repeat(steps)
    model.fit(batches, verbose=0, shuffle=False)
    return model


@pytest.fixture(scope="module")
def trained(batch) -> tuple[keras.Model, keras.Model]:
    """The same model, trained by the fused Adam and by Keras's own."""
    return fit(FusedAdam(1e-2), batch, STEPS), fit(keras.optimizers.Adam(1e-2), batch, STEPS)


def test_a_model_is_trained_as_with_keras_s_adam(trained):
    """To 1e-5: what was rounded goes into the next gradient, so it may grow from step to step."""
    fused, plain = (model.get_weights() for model in trained)
    moved = 0.0
    for found, expected, before in zip(fused, plain, small_model().get_weights(), strict=True):
        assert found == pytest.approx(expected, abs=1e-5)
        moved = max(moved, np.abs(expected - before).max())
    assert moved > 0.05


def test_its_state_is_that_of_keras(trained):
    fused, plain = (model.optimizer for model in trained)
    assert int(fused.iterations.numpy()) == int(plain.iterations.numpy()) == STEPS
    assert len(fused.variables) == 2 + 2 * 6
    for found, expected in zip(fused.variables, plain.variables, strict=True):
        assert found.shape == expected.shape
        assert found.numpy() == pytest.approx(expected.numpy(), abs=1e-5)
    assert fused.get_config() == plain.get_config() | {"name": fused.name}


def test_a_state_that_is_copied_goes_on_with_the_same_bits(gradients):
    whole = descend(FusedAdam(), gradients)
    first = FusedAdam()
    half = descend(first, gradients[:10])
    second = FusedAdam()
    variable = keras.Variable(half[-1])
    second.build([variable])
    for target, source in zip(second.variables, first.variables, strict=True):
        target.assign(source)
    assert int(second.iterations.numpy()) == 10
    for gradient in gradients[10:]:
        second.apply_gradients([(tf.constant(gradient), variable)])
    assert variable.numpy().tobytes() == whole[-1].tobytes()
    fresh = FusedAdam()
    forgetful = keras.Variable(half[-1])
    fresh.build([forgetful])
    for gradient in gradients[10:]:
        fresh.apply_gradients([(tf.constant(gradient), forgetful)])
    assert (forgetful.numpy() != whole[-1]).any()


def test_a_schedule_of_learning_rates_is_followed(gradients):
    schedule = keras.optimizers.schedules.PiecewiseConstantDecay([9], [1e-2, 0.0])
    path = descend(FusedAdam(schedule), gradients)
    assert (path[1] != path[0])[:-1].any()
    assert (path[9] != path[8]).any()
    assert (path[10] != path[9]).any()
    assert (path[11:] == path[10]).all()


@pytest.fixture(scope="module")
def letters() -> tuple[tf.data.Dataset, np.ndarray]:
    """Batches of the training on random letters, and Cyrillic images to look at afterwards."""
    both = load_letters()
    cyrillic, latin = (split_as_reported(one)[0] for one in (both.cyrillic, both.latin))
    images = normalize(cyrillic.images)
    pools = letters_by_class(normalize(latin.images), latin.labels)
    return draw_with_targets(images, cyrillic.labels, pools, seed=0)(0, FEW_STEPS), images[:100]


def outputs_after_training(kind: type, letters, **settings: float) -> tuple[np.ndarray, np.ndarray]:
    """Return outputs of the book's network before and after FEW_STEPS steps.

    In training mode, with the same dropout for each optimizer: a normalisation takes out again
    what the biases before it add. Their gradients are 0 but for rounding, and what an Adam makes of
    the rounding is its own.
    """
    batches, images = letters
    keras.utils.set_random_seed(0)
    model = build_encoder_decoder()
    before = model(images, training=True).numpy()
    model.compile(kind(**settings), loss=MeanSquaredErrorToTargets())
    model.fit(batches, verbose=0, shuffle=False)
    return before, model(images, training=True).numpy()


@pytest.mark.slow
def test_the_book_s_network_is_trained_as_with_keras_s_adam(letters):
    """To two hundredths of a letter's deviation, as the root mean square over pixels."""
    before, found = outputs_after_training(FusedAdam, letters)
    _, expected = outputs_after_training(keras.optimizers.Adam, letters)
    _, other = outputs_after_training(keras.optimizers.Adam, letters, beta_1=0.5)
    apart, moved, wrong = (
        np.sqrt(np.square(expected - images).mean()) for images in (found, before, other)
    )
    assert apart < 0.02
    assert moved > 0.5
    assert wrong > 0.05
