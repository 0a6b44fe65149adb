"""Time how cost grows: training, the matrix of a convolution, and PCA, at several sizes each.

Run as `python benchmarks/growth.py`. The sizes of one kind of work take turns, so that what else
the machine does meets all of them. The measurement goes to results/speed.jsonl.
"""

from collections.abc import Mapping, Sequence

import assignment4.reproducible  # noqa: F401  (before keras)

import keras
import numpy as np

from assignment4.book.growth import Growth, check_idle_in_growth
from assignment4.book.running_times import Work, describe_machine, keep, take_turns
from assignment4.convolution import convolution_matrix
from assignment4.encoder_decoder.models import build_encoder_decoder
from assignment4.encoder_decoder.targets import BATCH_SIZE, draw_with_targets, letters_by_class
from assignment4.encoder_decoder.training import (
    LEARNING_RATE,
    FusedAdam,
    MeanSquaredErrorToTargets,
)
from assignment4.letters import load_letters, normalize
from assignment4.pca.components import principal_components
from assignment4.pca.running import RunningCovariance
from assignment4.tables import Table

NAME = "growth"
BATCHES = (25, 50, 100, 200, 400)
STEPS = 10
IMAGES = (1000, 2000, 4000, 8000)
NONZEROS = (1e5, 3e5, 1e6, 3e6, 1e7)
LEAST_NONZEROS = 3e6
"""How many are made in a round, in smaller matrices one after the other."""

CHANNELS = 16
KERNEL = 3
SAMPLES = (1000, 3000, 8000, 24_000, 64_000)
CHUNK = 1000
ENTRIES = 784
ROUNDS = 5
LONG_ROUNDS = 3
"""Where a round takes long."""


def training(images: int, batch_size: int, steps: int) -> Work:
    """Return so many steps of the book's training, on so many images and their targets."""
    letters = load_letters()
    chosen = np.arange(images) % len(letters.cyrillic.images)
    latin = letters.latin
    batches = draw_with_targets(
        normalize(letters.cyrillic.images)[chosen],
        letters.cyrillic.labels[chosen],
        letters_by_class(normalize(latin.images), latin.labels),
        seed=0,
        batch_size=batch_size,
    )(0, steps)
    keras.utils.set_random_seed(0)
    model, optimizer = build_encoder_decoder(), FusedAdam(LEARNING_RATE)
    optimizer.build(model.trainable_variables)
    model.compile(
        optimizer, loss=MeanSquaredErrorToTargets(), steps_per_execution=min(STEPS, steps)
    )
    return lambda: model.fit(batches, verbose=0, shuffle=False)


def grown(
    unit: str,
    works: dict[float, Work],
    *,
    rounds: int,
    times: Mapping[float, int] | None = None,
    warm_up: bool = True,
) -> Growth:
    """Return the seconds of works by their size, in turns.

    Args:
        unit: what a size counts.
        works: by size, ascending.
        rounds: how many.
        times: by size, how often the work does what is to be timed; by default once.
        warm_up: as for `take_turns`.
    """
    named = {str(size): work for size, work in works.items()}
    seconds = take_turns(named, rounds=rounds, warm_up=warm_up)
    counts = [times[size] if times else 1 for size in works]
    pairs = zip(seconds.values(), counts, strict=True)
    return Growth(unit, list(works), [[one / count for one in spent] for spent, count in pairs])


def step_by_batch(
    batches: Sequence[int] = BATCHES, *, steps: int = STEPS, rounds: int = ROUNDS
) -> Growth:
    """Return the seconds of a training step by the size of its batch."""
    count = len(load_letters().cyrillic.images)
    works = {size: training(count, size, steps) for size in batches}
    return grown("images a batch", works, rounds=rounds, times=dict.fromkeys(works, steps))


def pass_by_images(images: Sequence[int] = IMAGES, *, rounds: int = LONG_ROUNDS) -> Growth:
    """Return the seconds of as many steps as there are batches in a number of images."""
    works = {count: training(count, BATCH_SIZE, count // BATCH_SIZE) for count in images}
    return grown("images", works, rounds=rounds)


def matrix_by_nonzeros(
    channels: int, nonzeros: Sequence[float] = NONZEROS, *, rounds: int = ROUNDS
) -> Growth:
    """Return the seconds in which the matrix is made, by its number of nonzeros.

    Args:
        channels: of the square image and of its convolution by a 3 x 3 kernel with stride 1.
        nonzeros: about how many, ascending; the sides of the images are chosen accordingly.
        rounds: how many.
    """
    kernel = np.random.default_rng(0).normal(size=(KERNEL, KERNEL, channels, channels))
    works, times = {}, {}
    for number in nonzeros:
        side = round(np.sqrt(number) / KERNEL / channels)
        shape = (side, side, channels)
        count = convolution_matrix(kernel, shape, strides=1, padding="SAME").nnz
        times[count] = max(1, round(LEAST_NONZEROS / count))

        def build(shape: tuple[int, ...] = shape, repeats: int = times[count]) -> None:
            for _ in range(repeats):
                convolution_matrix(kernel, shape, strides=1, padding="SAME")

        works[count] = build
    return grown("nonzeros", works, rounds=rounds, times=times)


def pca_by_images(
    counts: Sequence[int] = SAMPLES, *, entries: int = ENTRIES, rounds: int = LONG_ROUNDS
) -> dict[str, Growth]:
    """Return the seconds of PCA by the number of images, of all in memory and in one pass."""
    chunk = np.random.default_rng(0).normal(size=(CHUNK, entries))
    images = np.resize(chunk, (max(counts), entries))

    def one_pass(count: int) -> None:
        running = RunningCovariance()
        for start in range(0, count, CHUNK):
            running.update(images[start : min(start + CHUNK, count)])
        running.components()

    in_memory = {
        count: lambda count=count: principal_components(images[:count]) for count in counts
    }
    in_one_pass = {count: lambda count=count: one_pass(count) for count in counts}
    in_memory[min(counts)]()
    in_one_pass[min(counts)]()
    return {
        "PCA, all in memory": grown("images", in_memory, rounds=rounds, warm_up=False),
        "PCA, in one pass": grown("images", in_one_pass, rounds=rounds, warm_up=False),
    }


def measure() -> dict[str, Growth]:
    """Return the growth of all kinds of work."""
    return {
        "a training step": step_by_batch(),
        "a pass of training": pass_by_images(),
        "matrix, 1 channel": matrix_by_nonzeros(1),
        f"matrix, {CHANNELS} channels": matrix_by_nonzeros(CHANNELS),
        **pca_by_images(),
    }


def show(series: dict[str, Growth]) -> None:
    """Print the fitted exponents."""
    rows = [[name, growth.unit, growth.law().exponent] for name, growth in series.items()]
    print(Table(["work", "size", "exponent"], rows))


def main() -> None:
    """Measure, keep the measurement, and print what is fitted to it."""
    machine = describe_machine("keras", "numpy", "scipy", "tensorflow")
    series = measure()
    check_idle_in_growth(series)
    keep(NAME, {"machine": machine, "series": as_json(series)})
    show(series)


def as_json(series: dict[str, Growth]) -> dict[str, dict]:
    """Return what `json` can write and `read_growth` reads."""
    return {name: growth._asdict() for name, growth in series.items()}


if __name__ == "__main__":
    main()
