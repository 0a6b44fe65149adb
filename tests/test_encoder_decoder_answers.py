"""What a classifier answers, and how little changes its mind."""

import keras
import numpy as np
import pytest
from keras import layers

from assignment4.encoder_decoder.answers import nudged, summary


def test_answers_are_summed_up_by_hand():
    logits = np.array([[0.0, 0, 800], [0, 0, 900], [np.log(2), np.log(2), np.log(4)], [800, 0, 0]])
    found = summary(logits)
    assert (found.label, found.share) == (2, 0.75)
    assert found.confidence == pytest.approx((1 + 1 + 0.5 + 1) / 4)
    assert found.entropy == pytest.approx((0.5 * np.log(2) + 0.5 * np.log(4)) / 4)
    assert summary(np.zeros((2, 15))).entropy == pytest.approx(np.log(15))


@pytest.fixture(scope="module")
def classifier() -> keras.Model:
    keras.utils.set_random_seed(0)
    return keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(3)])


IMAGES = np.random.default_rng(0).normal(size=(6, 28, 28, 1)).astype(np.float32)
LABELS = np.array([0, 1, 2, 0, 1, 2])


def test_a_nudge_with_aim_changes_the_answer_and_no_pixel_by_more(classifier):
    before = classifier.get_weights()
    moved = nudged(classifier, IMAGES, LABELS, size=0.2)
    assert moved.shape == IMAGES.shape
    assert np.abs(moved - IMAGES).max() == pytest.approx(0.2, rel=1e-3)
    assert (classifier(moved).numpy().argmax(axis=1) == LABELS).all()
    assert all(map(np.array_equal, classifier.get_weights(), before))


def test_a_nudge_goes_down_the_loss_and_nowhere_without_size(classifier):
    assert (nudged(classifier, IMAGES, LABELS, size=0.0) == IMAGES).all()
    away = nudged(classifier, IMAGES, LABELS, size=-0.2)
    assert not (classifier(away).numpy().argmax(axis=1) == LABELS).any()
    random = IMAGES + 0.2 * np.sign(np.random.default_rng(1).normal(size=IMAGES.shape))
    change = classifier(random.astype(np.float32)).numpy() - classifier(IMAGES).numpy()
    aimed = classifier(nudged(classifier, IMAGES, LABELS, size=0.2)).numpy()
    assert np.abs(change).max() < np.abs(aimed - classifier(IMAGES).numpy()).max() / 2
