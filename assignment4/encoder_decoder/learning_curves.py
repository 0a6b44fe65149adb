"""Trainings that go on where a shorter one stopped: accuracy and loss from 50 steps to the end."""

import functools
import time
from collections.abc import Callable, Mapping

import assignment4.reproducible  # noqa: F401  (before keras)

import keras
import numpy as np

from assignment4 import cache
from assignment4.encoder_decoder import scripts
from assignment4.encoder_decoder.assessment import Yardstick
from assignment4.encoder_decoder.classifiers import train_small_classifier
from assignment4.encoder_decoder.experiments import (
    CLASSIFIER_SEED,
    Parts,
    measure_outputs,
    train_its_classifier,
)
from assignment4.encoder_decoder.judges import train_judges
from assignment4.encoder_decoder.losses import Frozen
from assignment4.encoder_decoder.metrics import class_means
from assignment4.encoder_decoder.models import IMAGE_SHAPE, build_encoder_decoder, outputs_of
from assignment4.encoder_decoder.scripts import Setup
from assignment4.encoder_decoder.targets import (
    draw_with_labels,
    draw_with_targets,
    letters_by_class,
    one_hot,
)
from assignment4.encoder_decoder.training import (
    LEARNING_RATE,
    STEPS_PER_EXECUTION,
    FusedAdam,
    MeanSquaredErrorToTargets,
)
from assignment4.letters import Letters, normalize, one_of_each

POINTS = (50, 100, 200, 400, 800, 1600, 3200, 6400, 10_000, 20_000)
"""The steps after which a network is measured; where a script stops earlier, so does its curve."""

STEPS_OF_CLASSIFIER = 2000
"""Of the scripts' classifier; they took 20,000, and this many reach the same accuracy."""

UNSEEN_STEP = 10**6
"""No training comes so far: from here batches are drawn that only measure the loss."""


def train_further(
    name: str, setup: Setup, inputs: np.ndarray, *, steps: int, seed: int, data: Mapping
) -> cache.Arrays:
    """Train for so many steps, from where a shorter training of the same kind stopped if it can.

    Args:
        name: of the training, the beginning of its files' names in the cache.
        setup: what is trained.
        inputs: (n, 28, 28, 1) float32, for which the trained network's outputs are wanted.
        steps: how many steps of Adam in all.
        seed: of the first weights and of the dropout.
        data: digests of what setup and inputs are made of.

    Returns:
        outputs, (n, 28, 28, 1) float32; and as single numbers the loss, a mean over ten batches
        without dropout, and the seconds of training.
    """
    key = {"seed": seed, "data": dict(data), "made by": cache.made_by(train_further)}

    def compute():
        keras.utils.set_random_seed(seed)
        model = setup.build()
        optimizer = FusedAdam(LEARNING_RATE)
        optimizer.build(model.trainable_variables)
        model.compile(optimizer, loss=setup.loss, steps_per_execution=STEPS_PER_EXECUTION)
        variables = [*model.variables, *optimizer.variables]
        state = cache.read(f"{name}-state", key) or {"step": np.array(0), "seconds": np.array(0.0)}
        done, seconds = int(state.pop("step")), float(state.pop("seconds"))
        if done <= steps:
            for variable, saved in zip(variables, sorted(state), strict=False):
                variable.assign(state[saved])
        else:
            done, seconds = 0, 0.0
        start = time.perf_counter()
        if done < steps:
            model.fit(setup.batches(done, steps), verbose=0, shuffle=False)
        seconds += time.perf_counter() - start
        values = {f"{index:04}": variable.numpy() for index, variable in enumerate(variables)}
        progress = {"step": np.array(steps), "seconds": np.array(seconds)}
        cache.write(f"{name}-state", key, values | progress)
        losses = model.evaluate(setup.batches(UNSEEN_STEP, UNSEEN_STEP + 10), verbose=0)
        outputs = outputs_of(setup.network(model), inputs)
        return {
            "outputs": outputs,
            "loss": np.ravel(losses)[0],
            "seconds": np.array(seconds),
        }

    return cache.stored(name, key | {"steps": steps}, compute)


def outputs_after(
    setup: Callable[[Letters, Parts, int], Setup],
    letters: Letters,
    *,
    split: str = "as reported",
    seed: int,
    steps: int,
) -> cache.Arrays:
    """Return what `train_further` does, for the unseen Cyrillic letters.

    Args:
        setup: of CURVES.
        letters: both alphabets.
        split: how they are divided.
        seed: of everything that is random.
        steps: of training.
    """
    parts = Parts.of(letters, split)
    data = {"letters": letters.digest(), "split": split, "made by": cache.made_by(setup)}
    return train_further(
        "curve",
        setup(letters, parts, seed),
        normalize(parts.unseen_cyrillic.images),
        steps=steps,
        seed=seed,
        data=data | {"loss": setup.args[0]},
    )


def run_further(
    setup: Callable[[Letters, Parts, int], Setup],
    letters: Letters,
    *,
    split: str,
    seed: int,
    steps: int,
) -> dict[str, float]:
    """Train so far, and return the numbers of the outputs, the loss and the seconds."""
    parts = Parts.of(letters, split)
    yardstick = Yardstick(train_judges(parts.latin), parts.latin, parts.unseen_latin)
    found = outputs_after(setup, letters, split=split, seed=seed, steps=steps)
    numbers = measure_outputs(yardstick, found["outputs"], parts.unseen_cyrillic.labels)
    rest = {"loss": round(float(found["loss"]), 5), "seconds": round(float(found["seconds"]), 1)}
    return numbers | rest


def _as_described(name: str, letters: Letters, parts: Parts, seed: int) -> Setup:
    """Return the training of a loss as the report's text has it, on the training parts."""
    images, labels = normalize(parts.cyrillic.images), parts.cyrillic.labels
    latin = normalize(parts.latin.images)
    if name == "classifier":
        classifier = train_its_classifier(parts.latin, seed=seed)

        def build():
            image = keras.Input(IMAGE_SHAPE, name="image")
            outputs = build_encoder_decoder()(image)
            return keras.Model(image, Frozen(classifier)(outputs), name="followed")

        return Setup(
            build,
            draw_with_labels(images, one_hot(labels), seed=seed),
            keras.losses.CategoricalCrossentropy(from_logits=True),
            lambda model: model.get_layer("encoder_decoder"),
        )
    targets = {
        "random letters": lambda: letters_by_class(latin, parts.latin.labels),
        "representative": lambda: list(normalize(one_of_each(parts.latin).images)[:, np.newaxis]),
        "mean": lambda: list(class_means(latin, parts.latin.labels)[:, np.newaxis]),
    }
    options = {} if name == "random letters" else {"targets_per_image": 1}
    batches = draw_with_targets(images, labels, targets[name](), seed=seed, **options)
    return Setup(build_encoder_decoder, batches, MeanSquaredErrorToTargets())


def _as_in_scripts(name: str, letters: Letters, parts: Parts, seed: int) -> Setup:
    """Return the training of a loss as its script has it."""
    if name == "classifier":
        classifier = train_small_classifier(
            parts.latin,
            seed=CLASSIFIER_SEED + seed,
            build=scripts.build_classifier,
            steps=STEPS_OF_CLASSIFIER,
        )
        return scripts.through_classifier(parts.cyrillic, classifier, seed=seed)
    return scripts.squared_error(name, parts.cyrillic, letters.latin, seed=seed)


CURVES = {
    f"{loss}{suffix}": functools.partial(setup, loss)
    for suffix, setup in (("", _as_described), (", as in the scripts", _as_in_scripts))
    for loss in scripts.STEPS
}
"""By loss, as the report's text describes the training and as its script carried it out."""


def names_as_far_as(steps: int) -> list[str]:
    """Return the names in CURVES whose script trained for so many steps or more."""
    return [name for name, setup in CURVES.items() if scripts.STEPS[setup.args[0]] >= steps]
