"""A label out of range: a loss of 0, a derivative of 0, and a gradient that is not."""

import keras
import numpy as np
import pytest
import sympy
import tensorflow as tf
from keras import layers

from assignment4.encoder_decoder.cross_entropy import (
    RUNS,
    WAYS,
    descend,
    entropies,
    entropy_growth,
    fused_gradient,
    gradient_formula,
    gradient_table,
    loss_and_gradient,
    symbolic_cross_entropy,
    symbols,
    true_gradient,
)
from assignment4.encoder_decoder.cross_entropy_checks import (
    becomes_undecided,
    is_entropy_growth,
    is_gradient_of_cross_entropy,
    is_pushed_silently,
)
from assignment4.encoder_decoder.targets import (
    NOISE_LABEL,
    NOISE_LABEL_OF_SCRIPTS,
    OUTPUTS,
    one_hot,
)

LOGITS = np.random.default_rng(0).normal(scale=3, size=(4, OUTPUTS)).astype(np.float32)
SOFTMAX = tf.nn.softmax(LOGITS).numpy()


def test_a_label_out_of_range_has_no_code():
    assert one_hot(NOISE_LABEL_OF_SCRIPTS).tolist() == [0] * OUTPUTS
    assert one_hot(-1, 3).tolist() == [0, 0, 0]
    assert one_hot(NOISE_LABEL).tolist() == [0] * 14 + [1]
    assert one_hot([0, 2, 3], 3).tolist() == [[1, 0, 0], [0, 0, 1], [0, 0, 0]]


@pytest.mark.parametrize("places", range(3, 16, 4))
def test_derivative_is_proved(places):
    assert is_gradient_of_cross_entropy(true_gradient, places=places)
    assert is_gradient_of_cross_entropy(true_gradient, places=places, sum_to_one=True)
    assert is_gradient_of_cross_entropy(fused_gradient, places=places, sum_to_one=True)


@pytest.mark.can_fail("2c-noise-class")
def test_wrong_derivatives_are_not_proved():
    assert not is_gradient_of_cross_entropy(fused_gradient, places=3)
    assert not is_gradient_of_cross_entropy(fused_gradient)

    def flipped(targets, softmax):
        return [-derivative for derivative in true_gradient(targets, softmax)]

    def shifted(targets, softmax):
        return fused_gradient([*targets[1:], targets[0]], softmax)

    for wrong in (flipped, shifted, lambda t, q: q, lambda t, q: [0] * len(t)):
        assert not is_gradient_of_cross_entropy(wrong, places=3)
        assert not is_gradient_of_cross_entropy(wrong, places=3, sum_to_one=True)


def test_without_a_target_there_is_neither_loss_nor_derivative():
    _, logits = symbols(OUTPUTS)
    loss = symbolic_cross_entropy([0] * OUTPUTS, logits)
    assert loss == 0
    softmax = sympy.symbols(f"q:{OUTPUTS}", positive=True)
    assert true_gradient([0] * OUTPUTS, softmax) == [0] * OUTPUTS
    assert fused_gradient([0] * OUTPUTS, softmax) == list(softmax)


def test_tensorflow_s_gradient_is_the_softmax():
    targets = np.zeros_like(LOGITS)
    for run in RUNS:
        for way in ("fused", "Keras, of logits"):
            losses, gradient = loss_and_gradient(way, targets, LOGITS, run=run)
            assert not losses.any()
            assert gradient == pytest.approx(SOFTMAX, abs=1e-6)
        assert not loss_and_gradient("formula", targets, LOGITS, run=run)[1].any()


def test_keras_goes_back_to_the_logits_in_a_graph():
    rows = {row[0]: row[1:] for row in gradient_table(np.zeros_like(LOGITS), LOGITS).rows}
    assert rows["Keras, of probabilities"] == ["0", "0", "softmax", "softmax"]
    assert rows["formula"] == ["0"] * 4
    assert rows["fused"] == rows["Keras, of logits"] == ["0", *["softmax"] * 3]
    assert set(rows) == set(WAYS)


def test_all_ways_agree_on_a_true_label():
    targets = one_hot([0, 5, 13, 14])
    for _, loss, *formulas in gradient_table(targets, LOGITS).rows:
        assert loss.startswith("≈")
        assert formulas == ["softmax - targets"] * 3


def test_a_gradient_of_no_formula_is_told():
    targets = one_hot([0, 1, 2, 3])
    assert gradient_formula(targets - SOFTMAX, targets, LOGITS) == "another"
    assert gradient_formula(SOFTMAX[::-1], targets, LOGITS) == "another"


@pytest.mark.can_fail("2c-noise-class")
def test_only_the_lost_label_pushes_silently():
    assert is_pushed_silently(one_hot(NOISE_LABEL_OF_SCRIPTS), LOGITS)
    for label in (0, NOISE_LABEL):
        assert not is_pushed_silently(one_hot(label), LOGITS)
    assert not is_pushed_silently(np.full(OUTPUTS, 1 / OUTPUTS), LOGITS)
    sixteen = np.pad(LOGITS, ((0, 0), (0, 1)))
    assert not is_pushed_silently(one_hot(NOISE_LABEL_OF_SCRIPTS, 16), sixteen)


def test_a_written_out_loss_is_not_pushed(monkeypatch):
    monkeypatch.setitem(WAYS, "fused", WAYS["formula"])
    assert not is_pushed_silently(one_hot(NOISE_LABEL_OF_SCRIPTS), LOGITS)


def test_fit_changes_weights_behind_a_loss_of_zero():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(OUTPUTS)])
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.SGD(0.1), loss)
    before = model.get_weights()[1]
    noise = np.random.default_rng(0).normal(size=(20, 4))
    history = model.fit(noise, one_hot([NOISE_LABEL_OF_SCRIPTS] * 20), epochs=2, verbose=0)
    assert history.history["loss"] == [0, 0]
    assert (model.get_weights()[1] < before).all()


def test_entropy_growth_is_proved():
    assert is_entropy_growth(entropy_growth, places=2)
    assert is_entropy_growth(entropy_growth)


@pytest.mark.can_fail("2c-noise-class")
def test_another_growth_is_not_proved():
    for wrong in (lambda q: -entropy_growth(q), lambda q: 2 * entropy_growth(q), lambda q: 0):
        assert not is_entropy_growth(wrong, places=2)


def test_entropies_by_hand():
    found = entropies(np.array([[0.0, 0, 0, 0], [0, 0, -800, -800], [900, 0, 0, 0]]))
    assert found == pytest.approx([np.log(4), np.log(2), 0])


def test_a_sure_answer_becomes_undecided():
    sure = 8 * one_hot(3)
    losses, logits = descend(one_hot(NOISE_LABEL_OF_SCRIPTS), sure, steps=100)
    assert losses.shape == (101,)
    assert logits.shape == (101, OUTPUTS)
    assert (logits[0] == sure).all()
    assert becomes_undecided(losses, logits)
    assert (np.diff(logits, axis=0) < 0).all()
    assert logits.mean(axis=1)[-1] == pytest.approx(sure.mean() - 100 / 15, rel=1e-4)


@pytest.mark.can_fail("2c-noise-class")
def test_a_true_noise_label_makes_the_answer_sure():
    losses, logits = descend(one_hot(NOISE_LABEL), 8 * one_hot(3), steps=100)
    assert not becomes_undecided(losses, logits)
    assert entropies(logits)[-1] < 0.2
    assert logits[-1].argmax() == NOISE_LABEL
    losses, logits = descend(one_hot(NOISE_LABEL_OF_SCRIPTS), 8 * one_hot(3), steps=100)
    assert not becomes_undecided(losses + 1, logits)
    assert not becomes_undecided(losses[:10], logits[:10])
    assert not becomes_undecided(losses, logits[::-1])
    assert not becomes_undecided(losses, 0 * logits)
