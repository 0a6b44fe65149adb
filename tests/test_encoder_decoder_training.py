"""Targets, loss, optimizer, and a training that is cached, resumed after any death, and timed."""

import json
import os
import subprocess
import sys
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from assignment4 import cache
from assignment4.encoder_decoder import training
from assignment4.encoder_decoder.models import build_encoder_decoder
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
    FusedAdam,
    MeanSquaredErrorToTargets,
    Trained,
    train,
    training_steps,
)

pytestmark = pytest.mark.usefixtures("empty_cache")


def constant_images(values) -> np.ndarray:
    return np.asarray(values, np.float32)[:, None, None, None] * np.ones((1, 28, 28, 1), np.float32)


def values(images) -> np.ndarray:
    """Return the value of each constant image."""
    return np.asarray(images)[..., 0, 0, 0]


IMAGES, LABELS = constant_images(range(50)), np.arange(50) % 2
POOLS = [constant_images(range(100, 150)), constant_images(range(200, 203))]
"""Inputs 0, 1, 2, ... of classes 0, 1, 0, 1, ...; targets 100 to 149 and 200 to 202."""


def batch(step: int, *, seed: int = 0, **options):
    return next(
        iter(draw_with_targets(IMAGES, LABELS, POOLS, seed=seed, **options)(step, step + 1))
    )


def test_every_image_and_every_target_of_its_class_is_drawn_and_no_other():
    seen, drawn = {0: set(), 1: set()}, []
    for images, targets in draw_with_targets(IMAGES, LABELS, POOLS, seed=0)(0, 20):
        assert (images.shape, targets.shape) == ((100, 28, 28, 1), (100, 20, 28, 28, 1))
        drawn += values(images).astype(int).tolist()
        for image, row in zip(values(images), values(targets), strict=True):
            seen[int(image) % 2] |= set(row.tolist())
    assert seen == {0: set(range(100, 150)), 1: {200, 201, 202}}
    counts = np.bincount(drawn, minlength=50)
    assert (counts.min(), counts.max()) == (pytest.approx(40, abs=25), pytest.approx(40, abs=30))


def test_which_image_is_drawn_says_nothing_of_its_target():
    """Of as many targets as images, in one class: one draw for both would pair them by place."""
    images = np.broadcast_to(np.arange(97)[:, None, None, None], (97, 28, 28, 1)).astype("f4")
    draw = draw_with_targets(images, np.zeros(97, int), [images], seed=3, targets_per_image=1)
    for given, targets in draw(0, 3):
        assert (values(given) != values(targets)[:, 0]).mean() > 0.9


def test_draws_are_of_seed_and_step_alone():
    """Another step or seed draws others."""
    images, targets = map(values, batch(2, targets_per_image=4))
    whole = list(draw_with_targets(IMAGES, LABELS, POOLS, seed=0, targets_per_image=4)(0, 4))
    assert (values(whole[2][1]) == targets).all()
    for other in (batch(3, targets_per_image=4), batch(2, seed=1, targets_per_image=4)):
        assert (values(other[0]) != images).mean() > 0.9
        assert (values(other[1]) != targets)[images % 2 == 0].mean() > 0.5
    even = images % 2 == 0
    assert len(np.unique(targets[even], axis=0)) == len(targets[even])
    assert (targets[even, 0] - 100 != images[even]).mean() > 0.9
    assert (targets[even, 0] - 100 != images[even] // 2).mean() > 0.9


def test_answers_and_labels_go_with_their_images():
    answers = np.stack([np.arange(50) * 10, np.arange(50) ** 2], axis=1)
    images, (answer, targets) = batch(1, answers=answers, targets_per_image=3)
    assert answer.numpy().tolist() == answers[values(images).astype(int)].tolist()
    assert (targets.numpy() == batch(1, targets_per_image=3)[1].numpy()).all()
    for code in (lambda labels: labels, one_hot):
        ((x, y),) = draw_with_labels(IMAGES, code(LABELS), seed=0, batch_size=7)(0, 1)
        assert (y.numpy() == code(values(x).astype(int) % 2)).all()
        assert len(x) == 7


def test_letters_are_divided_by_their_class():
    pools = letters_by_class(constant_images([5, 6, 7]), np.array([1, 0, 1]))
    assert [values(pool).tolist() for pool in pools] == [[6], [5, 7]]
    with pytest.raises(ValueError, match="label 1 has no image"):
        letters_by_class(constant_images([1, 2]), np.array([0, 2]))


def test_the_label_of_the_scripts_has_no_place_in_the_code():
    assert (one_hot(np.arange(OUTPUTS)) == np.eye(15)).all()
    assert one_hot(NOISE_LABEL).tolist() == [0] * 14 + [1]
    assert not one_hot([NOISE_LABEL_OF_SCRIPTS, -1]).any()


def test_loss_averages_over_targets_and_pixels_also_in_fit():
    targets = np.stack([constant_images([1, 5]), constant_images([3, 5])], axis=1)
    outputs = constant_images([0, 4])
    for weight, expected in ((1.0, [(1 + 9) / 2, 1]), (0.5, [(1 + 9) / 4, 0.5])):
        loss = MeanSquaredErrorToTargets(weight=weight, reduction=None)
        assert np.asarray(loss(targets, outputs)).tolist() == expected
        assert loss.get_config()["weight"] == weight
    model = keras.Sequential([keras.Input((28, 28, 1)), layers.Rescaling(1.0)])
    model.compile(loss=MeanSquaredErrorToTargets())
    assert model.evaluate(outputs, targets, verbose=0) == pytest.approx(3)


def adam_path(optimizer: keras.optimizers.Optimizer, gradients: np.ndarray) -> np.ndarray:
    """Return a variable, (steps + 1, size), before and after each given gradient."""
    variable = keras.Variable(np.linspace(-1, 1, gradients.shape[1], dtype=np.float32))
    optimizer.build([variable])
    path = [variable.numpy()]
    for gradient in gradients:
        optimizer.apply_gradients([(tf.constant(gradient), variable)])
        path.append(variable.numpy())
    return np.array(path)


SIZES = np.append(10.0 ** np.arange(-12, 7), 0)
GRADIENTS = (np.random.default_rng(0).normal(size=(20, 20)) * SIZES).astype(np.float32)
"""Of all sizes, from far below epsilon to far above 1, and one that is always 0."""


@pytest.mark.parametrize("settings", [{}, {"beta_1": 0.5, "beta_2": 0.9, "epsilon": 1e-3}])
def test_updates_are_those_of_keras_and_of_the_formula_up_to_rounding(settings):
    """In double precision, with epsilon beside the uncorrected root."""
    beta_1, beta_2, epsilon = (
        {"beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-7} | settings
    ).values()
    first = second = np.zeros(20)
    expected = np.linspace(-1, 1, 20)
    for step, gradient in enumerate(GRADIENTS.astype(np.float64), start=1):
        first = beta_1 * first + (1 - beta_1) * gradient
        second = beta_2 * second + (1 - beta_2) * gradient**2
        rate = 1e-3 * np.sqrt(1 - beta_2**step) / (1 - beta_1**step)
        expected = expected - rate * first / (np.sqrt(second) + epsilon)
    fused, plain = FusedAdam(**settings), keras.optimizers.Adam(**settings)
    found = adam_path(fused, GRADIENTS)
    assert found[-1] == pytest.approx(expected, abs=1e-5)
    assert np.abs(found - adam_path(plain, GRADIENTS)).max() < 5e-6
    assert np.abs(found[-1] - found[0]).max() > 5e-3
    assert int(fused.iterations.numpy()) == 20
    for one, other in zip(fused.variables, plain.variables, strict=True):
        assert one.numpy() == pytest.approx(other.numpy(), rel=1e-4)


@pytest.mark.slow
def test_the_book_s_network_is_trained_as_with_keras_s_adam(study):
    """To two hundredths of a letter's deviation, as the root mean square over pixels.

    In training mode: a normalisation takes out again what the biases before it add. Their gradients
    are 0 but for rounding, and what an Adam makes of the rounding is its own.
    """
    pools = letters_by_class(study.targets.astype(np.float32), study.parts.latin.labels)
    inputs = study.targets.astype(np.float32)
    batches = draw_with_targets(inputs, study.parts.latin.labels, pools, seed=0)(0, 3)
    outputs = []
    for optimizer in (FusedAdam(), keras.optimizers.Adam(), keras.optimizers.Adam(beta_1=0.5)):
        keras.utils.set_random_seed(0)
        model = build_encoder_decoder()
        model(inputs[:100], training=True)
        model.compile(optimizer, loss=MeanSquaredErrorToTargets())
        model.fit(batches, verbose=0, shuffle=False)
        outputs.append(model(inputs[:100], training=True).numpy())
    apart, wrong = (np.sqrt(np.square(one - outputs[1]).mean()) for one in outputs[::2])
    assert apart < 0.02
    assert wrong > 0.05


def build_line() -> keras.Model:
    """Return a one-layer model with dropout, whose seed belongs to the state of a training."""
    images = keras.Input((28, 28, 1))
    tensor = layers.Dropout(0.5)(layers.Dense(1)(images))
    return keras.Model(images, layers.Dense(1)(tensor), name="line")


def train_line(*, steps=5, seed=0, loss=None, learning_rate=1e-3, batches=None, **data) -> Trained:
    return train(
        build_line,
        batches or draw_with_targets(IMAGES, LABELS, POOLS, seed=seed, targets_per_image=2),
        loss=loss or MeanSquaredErrorToTargets(),
        steps=steps,
        seed=seed,
        data=data,
        learning_rate=learning_rate,
    )


def weights(trained: Trained) -> list[float]:
    return np.concatenate([value.ravel() for value in trained.model.get_weights()]).tolist()


class TrainedAgainError(Exception):
    """Raised in place of a training."""


def refuse(*arguments):
    raise TrainedAgainError


def test_a_training_is_repeatable_and_is_not_done_again(monkeypatch, tmp_path):
    first = train_line()
    with monkeypatch.context() as patch:
        patch.setattr(training, "_fit", refuse)
        again = train_line()
        assert weights(again) == weights(first)
        assert again.seconds == first.seconds > 0
    monkeypatch.setenv("ASSIGNMENT4_CACHE", str(tmp_path / "another"))
    assert weights(train_line()) == weights(first)


ENTROPY = keras.losses.CategoricalCrossentropy
CHANGES = [
    {"steps": 6},
    {"seed": 1},
    {"letters": "others"},
    {"learning_rate": 1e-4},
    {"loss": MeanSquaredErrorToTargets(weight=2.0)},
    {"loss": [MeanSquaredErrorToTargets(), MeanSquaredErrorToTargets()]},
    {"loss": MeanSquaredErrorToTargets(reduction="sum")},
    {"loss": keras.losses.MeanSquaredError()},
    {"loss": ENTROPY(from_logits=True)},
    {"loss": ENTROPY(from_logits=False)},
]


def test_another_training_does_not_take_its_place(monkeypatch, tmp_path):
    monkeypatch.setattr(training, "_fit", lambda *_: 1.0)
    for changed in ({}, *CHANGES):
        train_line(**changed)
    assert len(list((tmp_path / "cache").glob("line-*.entry"))) == 1 + len(CHANGES)
    monkeypatch.setattr(training, "_fit", refuse)
    train_line(**CHANGES[-1])
    monkeypatch.setattr(cache, "made_by", lambda *_: {"code": "another", "libraries": {}})
    with pytest.raises(TrainedAgainError):
        train_line()


def test_the_sum_of_several_losses_is_minimised():
    """On constant images it is known: the minimum of (k - 7)^2 + w (2 k - 3)^2 in the output k."""

    def build() -> keras.Model:
        images = keras.Input((28, 28, 1))
        tensor = layers.Dense(1)(images)
        return keras.Model(images, [tensor, layers.Rescaling(2.0)(tensor)], name="two_outputs")

    ones, pools = np.ones_like(IMAGES), [constant_images([3])] * 2
    answers = constant_images([7] * 50)
    trained = train(
        build,
        draw_with_targets(ones, LABELS, pools, seed=0, targets_per_image=2, answers=answers),
        loss=[keras.losses.MeanSquaredError(), MeanSquaredErrorToTargets(weight=0.5)],
        steps=60,
        seed=0,
        data={},
        learning_rate=0.1,
    )
    found, doubled = trained.model.predict(ones[:1], verbose=0)
    assert values(found) == pytest.approx((7 + 0.5 * 2 * 3) / (1 + 0.5 * 4), abs=0.5)
    assert values(doubled) == pytest.approx(2 * values(found))


@pytest.mark.parametrize("steps", [1, 47])
def test_as_many_steps_are_taken_as_asked_for_and_each_alike(monkeypatch, tmp_path, steps):
    """Also where twenty at a time do not add up to them, and a save comes in between."""
    monkeypatch.setattr(training, "STEPS_BETWEEN_SAVES", 26)
    trained = train_line(steps=steps)
    assert training.STEPS_PER_EXECUTION == 20
    assert int(trained.model.optimizer.iterations.numpy()) == steps
    monkeypatch.setattr(training, "STEPS_PER_EXECUTION", 1)
    monkeypatch.setenv("ASSIGNMENT4_CACHE", str(tmp_path / "another"))
    assert weights(train_line(steps=steps)) == pytest.approx(weights(trained), rel=1e-5)


@pytest.mark.parametrize(("between", "steps"), [(21, 61)])
def test_an_interrupted_training_goes_on_where_it_was(monkeypatch, tmp_path, between, steps):
    monkeypatch.setattr(training, "STEPS_BETWEEN_SAVES", between)
    whole = weights(train_line(steps=steps))
    monkeypatch.setenv("ASSIGNMENT4_CACHE", str(tmp_path / "another"))
    clock = iter(range(1000))
    monkeypatch.setattr(training, "time", SimpleNamespace(perf_counter=lambda: next(clock)))
    draw, starts = draw_with_targets(IMAGES, LABELS, POOLS, seed=0, targets_per_image=2), []

    def interrupted(first, stop):
        starts.append(first)
        if len(starts) == 3:
            raise KeyboardInterrupt
        return draw(first, stop)

    with pytest.raises(KeyboardInterrupt):
        train_line(batches=interrupted, steps=steps)
    assert len(list((tmp_path / "another").glob("line-unfinished-*"))) == 1
    resumed = train_line(batches=interrupted, steps=steps)
    assert weights(resumed) == whole
    assert starts == [0, between, 2 * between, 2 * between]
    assert not list((tmp_path / "another").glob("*unfinished*"))
    assert resumed.seconds == train_line(batches=interrupted, steps=steps).seconds == 3


@pytest.mark.parametrize(
    "value", ["0", "-5", "many", "1e3", "2.5", " 5", "1_000", "²", "nan", "9" * 20]
)
def test_a_wrong_number_of_steps_is_refused(monkeypatch, value):
    monkeypatch.setenv("ASSIGNMENT4_STEPS", value)
    with pytest.raises(ValueError, match="ASSIGNMENT4_STEPS"):
        training_steps()


def test_steps_come_from_the_environment(monkeypatch):
    monkeypatch.setenv("ASSIGNMENT4_STEPS", "20000")
    assert training_steps() == 20000
    monkeypatch.delenv("ASSIGNMENT4_STEPS")
    assert training_steps() == training.DEFAULT_STEPS


POINTS = {
    "before the first save": ("update", 2, 0),
    "while the first state is written": ("fsync", 1, 0),
    "between two saves": ("update", 4, 2),
    "before the second state takes the first one's place": ("replace", 2, 2),
    "while the weights are written": ("fsync", 3, 4),
    "before the weights are in place": ("replace", 3, 4),
    "before the state is removed": ("remove", 1, None),
}
"""The call before which a run is killed, which of that name, and the step the next run begins with.

None is for a run that finds the weights.
"""

KILLED_AND_TAKEN_UP = """
import hashlib, json, os, signal, sys, tempfile
sys.path.insert(0, sys.argv[3])
from assignment4 import cache
from assignment4.encoder_decoder import training
import test_encoder_decoder_training as tests

training.STEPS_BETWEEN_SAVES, training.STEPS_PER_EXECUTION = 2, 1

class Bar:
    n = 0
    __enter__ = lambda self: self
    __exit__ = lambda self, *error: None

    def update(self, count):
        self.n += count

PLACES = {"update": Bar, "fsync": os, "replace": os, "remove": cache}
training.progress_bar = lambda *_, **options: Bar()

def train(folder, note):
    os.environ["ASSIGNMENT4_CACHE"] = folder
    draw = tests.draw_with_targets(tests.IMAGES, tests.LABELS, tests.POOLS, seed=0)
    starts = []

    def batches(first, stop):
        starts.append(first)
        return draw(first, stop)

    weights = tests.weights(tests.train_line(batches=batches, steps=6))
    left = [name for name in os.listdir(folder) if "unfinished" in name and name[0] != "."]
    note.write(json.dumps([weights, (starts or [None])[0], left]))

def kill_before(name, number):
    original, calls = getattr(PLACES[name], name), []

    def counted(*arguments, **options):
        calls.append(name)
        if len(calls) == number:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*arguments, **options)

    setattr(PLACES[name], name, counted)

def run(folder, *point):
    with tempfile.TemporaryFile("w+") as note:
        child = os.fork()  # before TensorFlow has computed anything, so that it has no threads
        if child == 0:
            if point:
                kill_before(*point)
            train(folder, note)
            note.flush()
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        assert os.WIFSIGNALED(status) == bool(point), (point, status)
        note.seek(0)
        return json.loads(note.read() or "null")

folder, points = sys.argv[1], json.loads(sys.argv[2])
found = {"never": run(os.path.join(folder, "never"))}
for name, (call, number, _) in points.items():
    place = os.path.join(folder, name.replace(" ", "_"))
    assert run(place, call, number) is None
    found[name] = run(place)
print(json.dumps(found))
"""


@pytest.mark.slow
def test_a_killed_training_is_taken_up_and_ends_with_the_same_weights(tmp_path):
    here = os.path.dirname(__file__)
    command = [sys.executable, "-c", KILLED_AND_TAKEN_UP, str(tmp_path), json.dumps(POINTS), here]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    weights, start, left = found.pop("never")
    assert (start, left) == (0, [])
    expected = {name: [weights, start, []] for name, (_, _, start) in POINTS.items()}
    assert found == expected
    assert list(tmp_path.rglob("log.txt")) == [], "an entry was found damaged"
