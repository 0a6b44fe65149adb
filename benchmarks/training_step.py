"""Time a training step at batch 100: the book's, plain Keras, and the same network in PyTorch.

Run as `python benchmarks/training_step.py`. All ways draw 100 images and 20 targets for each at
every step, and train the same layers with the mean squared error and Adam, on two threads. They
take turns, so that what else the machine does meets all of them; told are the medians of the rounds
and, in brackets, their extremes. PyTorch pads an image on both sides where Keras pads one: the work
is the same, the outputs are not.
"""

import contextlib
import importlib.util
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import assignment4.reproducible  # noqa: F401  (before keras)

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from assignment4.encoder_decoder.checks import WEIGHTED
from assignment4.encoder_decoder.models import DROPOUT_RATE, build_encoder_decoder
from assignment4.encoder_decoder.optimizer import FusedAdam
from assignment4.encoder_decoder.targets import (
    BATCH_SIZE,
    TARGETS_PER_IMAGE,
    Batches,
    draw_with_targets,
    letters_by_class,
)
from assignment4.encoder_decoder.training import (
    LEARNING_RATE,
    STEPS_PER_EXECUTION,
    MeanSquaredErrorToTargets,
)
from assignment4.letters import load_letters, normalize, split_as_reported
from assignment4.tables import Table

THREADS = 2
ROUNDS = 5
STEPS = 100
PARTS_REPEATS = 20
MATRIX_SIZE, PRODUCTS = 2048, 10
BOOK, EAGER = "the book", "PyTorch, eager"
LEAST_RATIO = 1.3
PEER = Path(__file__).parent / "peers" / "pytorch_step.py"


class Done(NamedTuple):
    """What some work took, in seconds, and the loss, where there is one."""

    seconds: float
    loss: float | None


Work = Callable[[], Done]


class Data(NamedTuple):
    """Inputs (n, 28, 28, 1) float32, their labels (n,), and the targets of each class."""

    images: np.ndarray
    labels: np.ndarray
    pools: list[np.ndarray]


class Peer:
    """PyTorch in a process of its own, which waits while it is asked for nothing.

    Attributes:
        ways: to train, by name.
        parts: of a step, by name.
        counts: the numbers of parameters, "trained" and "all".
    """

    def __init__(self, process: subprocess.Popen) -> None:
        self._process = process
        ready = self._answer()
        self.counts = ready["counts"]
        self.ways = {f"PyTorch, {name}": self._work(name) for name in ready["ways"]}
        self.parts = {f"PyTorch, {name}": self._work(name) for name in ready["parts"]}

    def _work(self, name: str) -> Work:
        def work() -> Done:
            self._process.stdin.write(f"{name}\n")
            self._process.stdin.flush()
            return Done(**self._answer())

        return work

    def _answer(self) -> dict:
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("PyTorch stopped; what it wrote stands above")
        return json.loads(line)


@contextlib.contextmanager
def start_peer(data: Data) -> Iterator[Peer | None]:
    """Start PyTorch for as long as the context lasts; None where it is not installed."""
    if importlib.util.find_spec("torch") is None:
        print("PyTorch is not installed; to compare with it: .venv/bin/pip install torch")
        yield None
        return
    settings = {
        "batch_size": BATCH_SIZE,
        "targets_per_image": TARGETS_PER_IMAGE,
        "dropout_rate": DROPOUT_RATE,
        "learning_rate": LEARNING_RATE,
        "threads": THREADS,
        "steps": STEPS,
        "repeats": PARTS_REPEATS,
    }
    images, targets = (
        some.transpose(0, 3, 1, 2) for some in (data.images, np.concatenate(data.pools))
    )
    sizes = np.array([len(pool) for pool in data.pools])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "letters.npz"
        np.savez(
            path,
            images=images,
            labels=data.labels,
            targets=targets,
            sizes=sizes,
            settings=json.dumps(settings),
        )
        command = [sys.executable, str(PEER), str(path)]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
            yield Peer(process)


def timed(function: Callable[[], float | None]) -> Work:
    """Return the function as work that tells what it took."""

    def work() -> Done:
        start = time.perf_counter()
        loss = function()
        return Done(time.perf_counter() - start, loss)

    return work


def load_data() -> Data:
    """Return the training parts, normalised."""
    letters = load_letters()
    cyrillic, _ = split_as_reported(letters.cyrillic)
    latin, _ = split_as_reported(letters.latin)
    pools = letters_by_class(normalize(latin.images), latin.labels)
    return Data(normalize(cyrillic.images), cyrillic.labels, pools)


def keras_way(
    batches: Batches, optimizer: keras.optimizers.Optimizer, *, steps_per_execution: int
) -> Work:
    """Return training with `fit`, always of the same network and on the same batches."""
    model = build_encoder_decoder()
    optimizer.build(model.trainable_variables)
    model.compile(
        optimizer, loss=MeanSquaredErrorToTargets(), steps_per_execution=steps_per_execution
    )
    chosen = batches(0, STEPS)
    return timed(lambda: model.fit(chosen, verbose=0, shuffle=False).history["loss"][-1])


def check_counts(counts: Mapping[str, int]) -> None:
    """Raise ValueError unless PyTorch's network has as many parameters as the book's."""
    model = build_encoder_decoder()
    trained = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
    expected = {"trained": trained, "all": model.count_params()}
    if counts != expected:
        raise ValueError(f"PyTorch's network has the parameters {counts}, Keras's {expected}")
    print(f"{expected['all']:,} parameters, {trained:,} of them trained, in every network")


def operations_of_a_step(model: keras.Model) -> int:
    """Return the additions and multiplications of a step's convolutions and matrix products.

    Forward, and for the gradients of weights and inputs, each layer takes as many; the first
    layer's inputs need no gradient. Everything else, normalisations and Adam included, is left out.
    """
    operations = 0
    found = [*model.get_layer("encoder").layers, *model.get_layer("decoder").layers]
    for layer in [layer for layer in found if isinstance(layer, WEIGHTED)]:
        small = layer.input if isinstance(layer, layers.Conv2DTranspose) else layer.output
        places = int(np.prod(small.shape[1:-1]))
        passes = 2 if operations == 0 else 3
        operations += passes * 2 * BATCH_SIZE * places * int(np.prod(layer.kernel.shape))
    return operations


def matrix_products() -> Work:
    """Return some products of two large matrices, in single precision."""
    matrix = tf.random.stateless_normal((MATRIX_SIZE, MATRIX_SIZE), seed=[0, 0])
    multiply = tf.function(lambda: tf.reduce_sum(tf.matmul(matrix, matrix)))
    return timed(lambda: sum(float(multiply()) for _ in range(PRODUCTS)))


def take_turns(works: Mapping[str, Work]) -> dict[str, list[float]]:
    """Return the seconds that each work takes in each round; a first one is not timed."""
    for work in works.values():
        work()
    rounds = [[work().seconds for work in works.values()] for _ in range(ROUNDS)]
    return dict(zip(works, map(list, zip(*rounds, strict=True)), strict=True))


def told(numbers: Sequence[float], form: str) -> str:
    """Return the median of numbers and, in brackets, their extremes."""
    middle, least, most = (
        format(number, form) for number in (statistics.median(numbers), min(numbers), max(numbers))
    )
    return f"{middle} ({least} to {most})"


def compare(data: Data, peer: Peer | None) -> None:
    """Print the steps a second of all ways, against the matrix product and eager PyTorch."""
    batches = draw_with_targets(*data, seed=0)
    fused, plain = FusedAdam(LEARNING_RATE), keras.optimizers.Adam(LEARNING_RATE)
    ways = {
        BOOK: keras_way(batches, fused, steps_per_execution=STEPS_PER_EXECUTION),
        "plain Keras": keras_way(batches, plain, steps_per_execution=1),
    } | (peer.ways if peer else {})
    seconds = take_turns({"matrix": matrix_products()} | ways)
    for name, way in ways.items():
        assert way().loss < 1, f"{name} has learnt nothing: the targets' variance is 1"

    speeds = [PRODUCTS * 2 * MATRIX_SIZE**3 / one for one in seconds.pop("matrix")]
    operations = operations_of_a_step(build_encoder_decoder())
    print(f"a step takes {operations / 1e9:.2f} GFLOP in convolutions and matrix products")
    print(f"product of matrices of {MATRIX_SIZE}: {told([x / 1e9 for x in speeds], '.0f')} GFLOP/s")
    rows, ratios = [], {}
    for name, spent in seconds.items():
        rates = [STEPS / one for one in spent]
        shares = [operations * rate / speed for rate, speed in zip(rates, speeds, strict=True)]
        eager = seconds.get(EAGER, spent)
        ratios[name] = [other / one for other, one in zip(eager, spent, strict=True)]
        rows.append([name, told(rates, ".1f"), told(shares, ".0%"), told(ratios[name], ".2f")])
    names = ["way", "steps a second", "share of matrix speed", "times eager PyTorch"]
    print(Table(names, rows) if peer else Table(names[:-1], [row[:-1] for row in rows]))
    if peer:
        ratio = statistics.median(ratios[BOOK])
        print(f"the book's step is {ratio:.2f} times as fast as eager PyTorch, aim: {LEAST_RATIO}")


def keras_parts(data: Data) -> dict[str, Work]:
    """Return the parts of a step in Keras, each compiled, by itself and repeated."""
    ahead = draw_with_targets(*data, seed=0)(0, PARTS_REPEATS)
    images, targets = next(iter(ahead))
    model, loss_of = build_encoder_decoder(), MeanSquaredErrorToTargets()
    variables = [variable.value for variable in model.trainable_variables]

    @tf.function
    def forward():
        return loss_of(targets, model(images, training=True))

    @tf.function
    def forward_and_backward():
        with tf.GradientTape() as tape:
            loss = loss_of(targets, model(images, training=True))
        return loss, tape.gradient(loss, variables)

    _, gradients = forward_and_backward()

    def update(optimizer):
        optimizer.build(model.trainable_variables)
        return tf.function(lambda: optimizer.apply(gradients, model.trainable_variables))

    def draw():
        for _ in ahead:
            pass

    def repeated(function):
        def repeat():
            for _ in range(PARTS_REPEATS):
                function()

        return timed(repeat)

    return {
        "Keras, drawing a batch": timed(draw),
        "Keras, forward": repeated(lambda: float(forward())),
        "Keras, forward and backward": repeated(lambda: float(forward_and_backward()[0])),
        "Keras, Adam": repeated(update(keras.optimizers.Adam(LEARNING_RATE))),
        "Keras, fused Adam": repeated(update(FusedAdam(LEARNING_RATE))),
    }


def show_profile(data: Data, peer: Peer | None) -> None:
    """Print what the parts of a step take; in Keras's training, drawing runs beside the rest."""
    seconds = take_turns(keras_parts(data) | (peer.parts if peer else {}))
    rows = [
        (name, told([1000 * one / PARTS_REPEATS for one in spent], ".1f"))
        for name, spent in seconds.items()
    ]
    print(Table(["part of a step", "ms"], rows))


def main() -> None:
    """Print the comparison, then the profile."""
    tf.config.set_visible_devices([], "GPU")
    tf.config.threading.set_intra_op_parallelism_threads(THREADS)
    tf.config.threading.set_inter_op_parallelism_threads(THREADS)
    keras.utils.set_random_seed(0)
    data = load_data()
    with start_peer(data) as peer:
        if peer:
            check_counts(peer.counts)
        compare(data, peer)
        show_profile(data, peer)


if __name__ == "__main__":
    main()
