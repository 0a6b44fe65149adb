"""What the auto-encoders are trained on, and how fast."""

import numpy as np
import pytest

from assignment4.auto_encoders import convolutional, linear
from assignment4.letters import LATIN, Alphabet, normalize


class TrainingAskedForError(Exception):
    """Carries what a training was asked for with."""


def test_the_target_of_an_image_is_the_image(monkeypatch) -> None:
    def asked_for(build, batches, **settings):
        raise TrainingAskedForError(batches)

    random = np.random.default_rng(0)
    images, labels = random.integers(0, 256, (28, 28, 28), np.uint8), np.arange(28) % 14
    nowhere = np.full(28, "")
    letters = Alphabet(LATIN, images, labels, nowhere, nowhere, 28)
    monkeypatch.setattr(convolutional, "train", asked_for)
    with pytest.raises(TrainingAskedForError) as asked:
        convolutional.train_auto_encoder(letters, 3, steps=1, seed=0)
    ((inputs, targets),) = asked.value.args[0](0, 1)
    assert np.array_equal(inputs, targets)
    known = {image.tobytes() for image in normalize(images)}
    assert {image.tobytes() for image in inputs.numpy()} <= known


def test_the_linear_network_has_momentum_and_a_rate_that_falls_to_zero(
    monkeypatch, tmp_path
) -> None:
    models, build = [], linear.build_linear_auto_encoder
    monkeypatch.setenv("ASSIGNMENT4_CACHE", str(tmp_path))
    monkeypatch.setattr(linear, "EPOCHS", 2)
    monkeypatch.setattr(
        linear,
        "build_linear_auto_encoder",
        lambda d, k: models.append(build(d, k)) or models[-1],
    )
    samples = np.random.default_rng(0).normal(size=(200, 5))
    linear.train_linear_auto_encoder(samples - samples.mean(axis=0), 2)
    (model,) = models
    assert model.optimizer.momentum == linear.MOMENTUM > 0
    assert float(model.optimizer.learning_rate) < linear.LEARNING_RATE / 100
