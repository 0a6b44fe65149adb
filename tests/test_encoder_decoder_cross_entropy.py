"""A label out of range: a loss of 0, a derivative of 0, and a gradient that is not."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from assignment4.encoder_decoder.cross_entropy import (
    RUNS,
    WAYS,
    becomes_undecided,
    entropies,
    entropy_growth,
    follow_fused_gradient,
    fused_gradient,
    gradient_formula,
    gradient_table,
    is_entropy_growth,
    is_gradient_of_cross_entropy,
    is_pushed_silently,
    loss_and_gradient,
    symbolic_cross_entropy,
    symbols,
    true_gradient,
)
from assignment4.encoder_decoder.targets import (
    NOISE_LABEL,
    NOISE_LABEL_OF_SCRIPTS,
    OUTPUTS,
    one_hot,
)

LOGITS = np.random.default_rng(0).normal(scale=3, size=(4, OUTPUTS)).astype(np.float32)
SOFTMAX = tf.nn.softmax(LOGITS).numpy()
LOST, SURE = one_hot(NOISE_LABEL_OF_SCRIPTS), 8 * one_hot(3)


def test_derivative_is_proved_and_the_known_one_on_its_condition():
    assert is_gradient_of_cross_entropy(true_gradient, places=4)
    for formula in (true_gradient, fused_gradient):
        assert is_gradient_of_cross_entropy(formula, places=4, sum_to_one=True)
    nothing, (_, logits) = [0] * 4, symbols(4)
    assert symbolic_cross_entropy(nothing, logits) == 0
    assert true_gradient(nothing, logits) == nothing
    assert fused_gradient(nothing, logits) == list(logits)


@pytest.mark.can_fail("2c-noise-class")
def test_wrong_derivatives_are_not_proved():
    assert not is_gradient_of_cross_entropy(fused_gradient, places=3)

    def flipped(targets, softmax):
        return [-derivative for derivative in true_gradient(targets, softmax)]

    def shifted(targets, softmax):
        return fused_gradient([*targets[1:], targets[0]], softmax)

    for wrong in (flipped, shifted, lambda t, q: q, lambda t, q: [0] * len(t)):
        assert not is_gradient_of_cross_entropy(wrong, places=3, sum_to_one=True)


def test_true_labels_have_the_gradient_of_finite_differences_in_every_way():
    targets, step = one_hot([0, 5, 13, 14]), 1e-2
    for _, loss, *formulas in gradient_table(targets, LOGITS).rows:
        assert loss.startswith("≈")
        assert formulas == ["softmax - targets"] * 3
    losses, gradient = loss_and_gradient("fused", targets, LOGITS)
    assert losses == pytest.approx(-np.log((SOFTMAX * targets).sum(axis=1)), rel=1e-4)
    moved, _ = loss_and_gradient("formula", targets, LOGITS + step * np.eye(OUTPUTS)[7])
    assert (moved - losses) / step == pytest.approx(gradient[:, 7], abs=5e-3)
    for wrong in (-gradient, SOFTMAX[::-1]):
        assert gradient_formula(wrong, targets, LOGITS) == "another"


def test_the_lost_label_has_the_softmax_as_its_gradient_but_written_out():
    rows = {row[0]: row[1:] for row in gradient_table(0 * LOGITS, LOGITS).rows}
    assert rows["Keras, of probabilities"] == ["0", "0", "softmax", "softmax"]
    assert rows["formula"] == ["0"] * 4
    assert rows["fused"] == rows["Keras, of logits"] == ["0", *["softmax"] * 3]
    assert len(rows) == len(WAYS)
    assert len(rows["fused"]) == 1 + len(RUNS)


@pytest.mark.can_fail("2c-noise-class")
def test_only_the_lost_label_pushes_silently(monkeypatch):
    assert is_pushed_silently(LOST, LOGITS)
    for code in (one_hot(0), one_hot(NOISE_LABEL), np.full(OUTPUTS, 1 / OUTPUTS)):
        assert not is_pushed_silently(code, LOGITS)
    monkeypatch.setitem(WAYS, "fused", WAYS["formula"])
    assert not is_pushed_silently(LOST, LOGITS)


def test_fit_changes_weights_behind_a_loss_of_zero():
    model = keras.Sequential([keras.Input((4,)), layers.Dense(OUTPUTS)])
    model.compile(keras.optimizers.SGD(0.1), keras.losses.CategoricalCrossentropy(from_logits=True))
    before = model.get_weights()[1]
    history = model.fit(np.ones((20, 4)), np.tile(LOST, (20, 1)), epochs=2, verbose=0)
    assert history.history["loss"] == [0, 0]
    assert (model.get_weights()[1] < before).all()


@pytest.mark.can_fail("2c-noise-class")
def test_entropy_growth_is_proved_and_another_is_not():
    assert is_entropy_growth(entropy_growth, places=2)
    for wrong in (lambda q: -entropy_growth(q), lambda q: 2 * entropy_growth(q), lambda q: 0):
        assert not is_entropy_growth(wrong, places=2)


def test_entropies_by_hand():
    found = entropies(np.array([[0.0, 0, 0, 0], [0, 0, -800, -800], [900, 0, 0, 0]]))
    assert found == pytest.approx([np.log(4), np.log(2), 0])


@pytest.mark.can_fail("2c-noise-class")
def test_a_sure_answer_becomes_undecided_by_the_lost_label_alone():
    losses, logits = follow_fused_gradient(LOST, SURE, steps=100)
    assert (logits[0] == SURE).all()
    assert logits[1] == pytest.approx(SURE - tf.nn.softmax(SURE).numpy(), abs=1e-5)
    assert logits.mean(axis=1)[-1] == pytest.approx(SURE.mean() - 100 / 15, rel=1e-4)
    assert becomes_undecided(losses, logits)
    wrong = [(losses + 1, logits), (losses[:10], logits[:10]), (losses, logits[::-1])]
    wrong += [(losses, 0 * logits), follow_fused_gradient(one_hot(NOISE_LABEL), SURE, steps=100)]
    for path in wrong:
        assert not becomes_undecided(*path)
    assert wrong[-1][1][-1].argmax() == NOISE_LABEL
    halves = follow_fused_gradient(LOST, SURE, steps=1, rate=0.5)[1]
    assert halves[1] - halves[0] == pytest.approx((logits[1] - logits[0]) / 2, abs=1e-5)
