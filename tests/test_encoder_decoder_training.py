"""Targets, loss, and a training that is cached, resumed and timed."""

import os
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from keras import layers

from assignment4 import cache
from assignment4.encoder_decoder import training
from assignment4.encoder_decoder.targets import (
    NOISE_LABEL,
    NOISE_LABEL_OF_SCRIPTS,
    OUTPUTS,
    draw_with_labels,
    draw_with_targets,
    letters_by_class,
    one_hot,
)
from assignment4.encoder_decoder.training import (
    MeanSquaredErrorToTargets,
    Trained,
    train,
    training_steps,
)

pytestmark = pytest.mark.usefixtures("empty_cache")


def constant_images(values) -> np.ndarray:
    return np.asarray(values, np.float32)[:, None, None, None] * np.ones((1, 28, 28, 1), np.float32)


@pytest.fixture
def labelled():
    """Inputs 0, 1, 2, ... of classes 0, 1, 0, 1, ...; targets 100 to 104 and 200 to 202."""
    images = constant_images(range(10))
    targets = constant_images([100, 101, 102, 103, 104, 200, 201, 202])
    labels = np.array([0] * 5 + [1] * 3)
    return images, np.arange(10) % 2, letters_by_class(targets, labels)


def values(images) -> np.ndarray:
    """Return the value of each constant image."""
    return np.asarray(images)[..., 0, 0, 0]


def test_targets_are_of_the_image_s_class(labelled):
    batches = draw_with_targets(*labelled, seed=0)
    seen = {0: set(), 1: set()}
    for images, targets in batches(0, 5):
        assert images.shape == (100, 28, 28, 1)
        assert targets.shape == (100, 20, 28, 28, 1)
        for image, row in zip(values(images), values(targets), strict=True):
            seen[int(image) % 2] |= set(row.tolist())
    assert seen == {0: {100, 101, 102, 103, 104}, 1: {200, 201, 202}}


def test_every_image_is_drawn(labelled):
    drawn = np.concatenate([values(x) for x, _ in draw_with_targets(*labelled, seed=0)(0, 10)])
    counts = np.bincount(drawn.astype(int), minlength=10)
    assert counts.min() > 60
    assert counts.max() < 150


def test_a_step_s_batch_depends_on_seed_and_step_alone(labelled):
    whole = [y.numpy() for _, y in draw_with_targets(*labelled, seed=7)(0, 4)]
    later = [y.numpy() for _, y in draw_with_targets(*labelled, seed=7)(2, 4)]
    other = [y.numpy() for _, y in draw_with_targets(*labelled, seed=8)(2, 4)]
    assert (whole[2] == later[0]).all()
    assert (whole[3] == later[1]).all()
    assert (later[0] != later[1]).any()
    assert (later[0] != other[0]).any()


def test_answers_go_with_their_images(labelled):
    answers = np.stack([np.arange(10) * 10, np.arange(10) ** 2], axis=1)
    batches = draw_with_targets(*labelled, seed=3, targets_per_image=4, answers=answers)
    plain = draw_with_targets(*labelled, seed=3, targets_per_image=4)
    for (images, (answer, targets)), (same, others) in zip(batches(0, 3), plain(0, 3), strict=True):
        assert answer.numpy().tolist() == answers[values(images).astype(int)].tolist()
        assert targets.shape == (100, 4, 28, 28, 1)
        assert (images.numpy() == same.numpy()).all()
        assert (targets.numpy() == others.numpy()).all()


def test_batches_are_of_the_size_asked_for(labelled):
    images, labels, _ = labelled
    ((x, y),) = draw_with_targets(*labelled, seed=0, targets_per_image=3, batch_size=7)(0, 1)
    assert (len(x), y.shape) == (7, (7, 3, 28, 28, 1))
    ((x, y),) = draw_with_labels(images, labels, seed=0, batch_size=7)(0, 1)
    assert (len(x), y.shape) == (7, (7,))
    assert list(draw_with_labels(images, labels, seed=0)(5, 5)) == []
    assert draw_with_labels(images, labels, seed=0)(0, 1).options().autotune.enabled is False


def test_labels_go_with_their_images(labelled):
    images, labels, _ = labelled
    for x, y in draw_with_labels(images, labels, seed=0)(0, 3):
        assert (values(x) % 2 == y.numpy()).all()
    for x, y in draw_with_labels(images, one_hot(labels), seed=0)(0, 3):
        assert (values(x) % 2 == y.numpy().argmax(axis=1)).all()
        assert y.shape == (100, OUTPUTS)


def test_a_class_without_targets_is_refused():
    with pytest.raises(ValueError, match="label 1 has no image"):
        letters_by_class(constant_images([1, 2]), np.array([0, 2]))


def test_letters_are_divided_by_their_class():
    pools = letters_by_class(constant_images([5, 6, 7]), np.array([1, 0, 1]))
    assert [values(pool).tolist() for pool in pools] == [[6], [5, 7]]


def test_the_label_of_the_scripts_has_no_place_in_the_code():
    assert one_hot(NOISE_LABEL_OF_SCRIPTS).tolist() == [0] * 15
    assert one_hot(NOISE_LABEL).tolist() == [0] * 14 + [1]
    codes = one_hot(np.arange(OUTPUTS))
    assert codes.dtype == np.float32
    assert (codes == np.eye(15)).all()


def test_loss_averages_over_targets_and_pixels():
    targets = np.stack([constant_images([1, 5]), constant_images([3, 5])], axis=1)
    outputs = constant_images([0, 4])
    loss = MeanSquaredErrorToTargets(reduction=None)(targets, outputs)
    assert np.asarray(loss).tolist() == [(1 + 9) / 2, 1]
    loss = MeanSquaredErrorToTargets(weight=0.5, reduction=None)(targets, outputs)
    assert np.asarray(loss).tolist() == [(1 + 9) / 4, 0.5]
    assert MeanSquaredErrorToTargets(weight=0.5).get_config()["weight"] == 0.5


def test_loss_is_the_same_in_fit():
    """Keras's own wrapper around functions would drop the targets' last axis."""
    model = keras.Sequential([keras.Input((28, 28, 1)), layers.Rescaling(1.0)])
    model.compile(loss=MeanSquaredErrorToTargets())
    targets = np.stack([constant_images([1, 5]), constant_images([3, 5])], axis=1)
    assert model.evaluate(constant_images([0, 4]), targets, verbose=0) == pytest.approx(3)


def build_line() -> keras.Model:
    """Return a one-layer model with dropout, whose seed belongs to the state of a training."""
    images = keras.Input((28, 28, 1))
    tensor = layers.Dropout(0.5)(layers.Dense(1)(images))
    return keras.Model(images, layers.Dense(1)(tensor), name="line")


def train_line(labelled, *, steps, seed=0, loss=None, learning_rate=1e-3, **data) -> Trained:
    return train(
        build_line,
        draw_with_targets(*labelled, seed=seed, targets_per_image=2),
        loss=loss or MeanSquaredErrorToTargets(),
        steps=steps,
        seed=seed,
        data=data,
        learning_rate=learning_rate,
    )


def weights(trained: Trained) -> list[float]:
    return np.concatenate([value.ravel() for value in trained.model.get_weights()]).tolist()


def test_the_same_training_gives_the_same_weights(labelled, monkeypatch, tmp_path):
    first = weights(train_line(labelled, steps=5))
    monkeypatch.setenv("ASSIGNMENT4_CACHE", str(tmp_path / "another"))
    assert weights(train_line(labelled, steps=5)) == first
    assert weights(train_line(labelled, steps=5, seed=1)) != first


class TrainedAgainError(Exception):
    """Raised in place of a training."""


def refuse(*arguments):
    raise TrainedAgainError


def test_a_finished_training_is_not_done_again(labelled, monkeypatch):
    first = train_line(labelled, steps=5)
    monkeypatch.setattr(training, "_fit", refuse)
    again = train_line(labelled, steps=5)
    assert weights(again) == weights(first)
    assert again.seconds == first.seconds > 0


@pytest.mark.parametrize(
    "changed",
    [
        {"steps": 6},
        {"seed": 1},
        {"letters": "others"},
        {"learning_rate": 1e-4},
        {"loss": MeanSquaredErrorToTargets(weight=2.0)},
        {"loss": [MeanSquaredErrorToTargets(), MeanSquaredErrorToTargets()]},
        {"loss": MeanSquaredErrorToTargets(reduction="sum")},
        {"loss": keras.losses.MeanSquaredError()},
        {"loss": keras.losses.CategoricalCrossentropy(from_logits=True)},
    ],
)
def test_another_training_does_not_take_its_place(labelled, monkeypatch, changed):
    monkeypatch.setattr(training, "_fit", lambda *_: 1.0)
    train_line(labelled, steps=5)
    monkeypatch.setattr(training, "_fit", refuse)
    train_line(labelled, steps=5)
    with pytest.raises(TrainedAgainError):
        train_line(labelled, **({"steps": 5} | changed))


def settings_of_losses() -> list:
    squares = [MeanSquaredErrorToTargets(weight=weight) for weight in (0.0, 0.1, 1.0)]
    entropies = [
        keras.losses.CategoricalCrossentropy(from_logits=True),
        keras.losses.CategoricalCrossentropy(from_logits=False),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    ]
    both = [[entropy, square] for entropy in entropies for square in squares]
    return [*squares, *entropies, *both, [squares[1], entropies[0]]]


def test_each_setting_of_losses_has_an_entry_of_its_own(labelled, monkeypatch, tmp_path):
    monkeypatch.setattr(training, "_fit", lambda *_: 1.0)
    for loss in settings_of_losses():
        train_line(labelled, steps=5, loss=loss)
    assert len(list((tmp_path / "cache").glob("line-*.entry"))) == 16
    monkeypatch.setattr(training, "_fit", refuse)
    for loss in settings_of_losses():
        train_line(labelled, steps=5, loss=loss)


def test_a_changed_line_of_code_trains_again(labelled, monkeypatch):
    train_line(labelled, steps=5)
    monkeypatch.setattr(cache, "code_digest", lambda *_: "another")
    monkeypatch.setattr(training, "_fit", refuse)
    with pytest.raises(TrainedAgainError):
        train_line(labelled, steps=5)


def test_what_a_training_depends_on_is_in_its_key():
    assert cache.code_digest(*training.CODE)
    modules = {f"encoder_decoder/{name}" for name in ("models", "targets", "training", "optimizer")}
    assert modules <= set(training.CODE)


def build_two_outputs() -> keras.Model:
    images = keras.Input((28, 28, 1))
    tensor = layers.Dense(1)(images)
    return keras.Model(images, [tensor, layers.Rescaling(2.0)(tensor)], name="two_outputs")


def test_the_sum_of_several_losses_is_minimised(labelled):
    """On constant images it is known: the minimum of (k - 7)^2 + w (2 k - 3)^2 in the output k."""
    images, labels = np.ones_like(labelled[0]), labelled[1]
    first, second = (constant_images([value] * 10) for value in (7, 3))
    pools = [second[:1], second[:1]]
    batches = draw_with_targets(
        images, labels, pools, seed=0, targets_per_image=2, batch_size=4, answers=first
    )
    trained = train(
        build_two_outputs,
        batches,
        loss=[keras.losses.MeanSquaredError(), MeanSquaredErrorToTargets(weight=0.5)],
        steps=60,
        seed=0,
        data={},
        learning_rate=0.1,
    )
    found, doubled = trained.model.predict(images[:1], verbose=0)
    assert values(found) == pytest.approx((7 + 0.5 * 2 * 3) / (1 + 0.5 * 4), abs=0.5)
    assert values(doubled) == pytest.approx(2 * values(found))


class Bar:
    """A progress bar that keeps what it shows."""

    def __init__(self, total, *, description):
        self.total, self.description, self.n, self.seen = total, description, 0, []

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None

    def update(self, count):
        self.n += count
        self.seen.append(self.n)


@pytest.mark.parametrize("steps", [1, 20, 47])
def test_as_many_steps_are_taken_as_asked_for(labelled, monkeypatch, steps):
    """Also where twenty at a time do not add up to them, and a save comes in between."""
    bars = []
    monkeypatch.setattr(
        training,
        "progress_bar",
        lambda total, description: bars.append(Bar(total, description=description)) or bars[-1],
    )
    monkeypatch.setattr(training, "STEPS_BETWEEN_SAVES", 26)
    trained = train_line(labelled, steps=steps)
    assert training.STEPS_PER_EXECUTION == 20
    assert int(trained.model.optimizer.iterations.numpy()) == steps
    (bar,) = bars
    assert (bar.total, bar.description) == (steps, "training line")
    assert steps <= bar.n < steps + 20
    assert bar.seen == sorted(bar.seen)


def test_steps_taken_together_are_the_same_steps(labelled, monkeypatch, tmp_path):
    together = weights(train_line(labelled, steps=23))
    monkeypatch.setattr(training, "STEPS_PER_EXECUTION", 1)
    monkeypatch.setenv("ASSIGNMENT4_CACHE", str(tmp_path / "another"))
    assert weights(train_line(labelled, steps=23)) == pytest.approx(together, rel=1e-5)


@pytest.mark.parametrize(("between", "steps"), [(4, 10), (21, 61)])
def test_an_interrupted_training_goes_on_where_it_was(
    labelled, monkeypatch, tmp_path, between, steps
):
    monkeypatch.setattr(training, "STEPS_BETWEEN_SAVES", between)
    whole = weights(train_line(labelled, steps=steps))
    monkeypatch.setenv("ASSIGNMENT4_CACHE", str(tmp_path / "another"))
    clock = iter(range(1000))
    monkeypatch.setattr(training, "time", SimpleNamespace(perf_counter=lambda: next(clock)))
    batches, starts = draw_with_targets(*labelled, seed=0, targets_per_image=2), []

    def interrupted(first, stop):
        starts.append(first)
        if len(starts) == 3:
            raise KeyboardInterrupt
        return batches(first, stop)

    arguments = {"loss": MeanSquaredErrorToTargets(), "steps": steps, "seed": 0, "data": {}}
    with pytest.raises(KeyboardInterrupt):
        train(build_line, interrupted, **arguments)
    assert len(list((tmp_path / "another").glob("line-unfinished-*"))) == 1
    resumed = train(build_line, interrupted, **arguments)
    assert weights(resumed) == whole
    assert starts == [0, between, 2 * between, 2 * between]
    assert not list((tmp_path / "another").glob("*unfinished*"))
    assert resumed.seconds == 3
    assert train(build_line, interrupted, **arguments).seconds == 3
    assert len(starts) == 4


WRONG_STEPS = ["0", "000", "-5", "+5", "many", "1e3", "2.5", " ", " 5", "5\n", "1_000", "0x10"]
WRONG_STEPS += ["5,000", "²", "½", "五", "inf", "nan", "None", os.fsdecode(b"\xff")]


@pytest.mark.parametrize("value", WRONG_STEPS)
def test_a_wrong_number_of_steps_is_refused(monkeypatch, value):
    monkeypatch.setenv("ASSIGNMENT4_STEPS", value)
    with pytest.raises(ValueError, match=r"ASSIGNMENT4_STEPS must be .* integer") as refusal:
        training_steps()
    assert str(refusal.value).endswith(f"got {value!r}")
    assert str(refusal.value).isprintable()


@pytest.mark.parametrize("digits", [20, 5000])
def test_more_steps_than_a_machine_can_count_are_refused(monkeypatch, digits):
    monkeypatch.setenv("ASSIGNMENT4_STEPS", "9" * digits)
    with pytest.raises(ValueError, match=r"ASSIGNMENT4_STEPS must be .* integer"):
        training_steps()


@pytest.mark.parametrize("value", ["5", "005", "٥"])
def test_a_number_of_steps_may_be_written_in_any_digits(monkeypatch, value):
    monkeypatch.setenv("ASSIGNMENT4_STEPS", value)
    assert training_steps() == 5


def test_steps_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("ASSIGNMENT4_STEPS", "20000")
    assert training_steps() == 20000
    monkeypatch.delenv("ASSIGNMENT4_STEPS")
    assert training_steps() == training.DEFAULT_STEPS
