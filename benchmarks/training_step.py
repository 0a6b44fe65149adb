"""Time a training step at batch 100: the book's, plain Keras, and the same network in PyTorch.

Run as `python benchmarks/training_step.py`, with PyTorch installed, on an idle machine. All ways
draw 100 images and 20 targets for each at every step, and train the same layers with the mean
squared error and Adam, on two threads. They take turns, so that what else the machine does meets
all of them. Where there is much of that, `taskset -c 1 python benchmarks/training_step.py 1` is
fairer: one thread on one core has none to wait for. PyTorch pads an image on both sides where Keras
pads one: the work is the same, the outputs are not. The measurement goes to results/speed.jsonl,
from which a chapter reads it. The run fails where the book's step is slower than eager PyTorch's.
"""

import os
import sys
from collections.abc import Callable, Mapping

import assignment4.reproducible  # noqa: F401  (before keras)

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from peers.pytorch import Data, Peer, start_peer

from assignment4.book.running_times import (
    Work,
    check_idle,
    describe_machine,
    keep,
    spread,
    take_turns,
    times_as_fast,
)
from assignment4.encoder_decoder.graph import WEIGHTED
from assignment4.encoder_decoder.models import DROPOUT_RATE, build_encoder_decoder
from assignment4.encoder_decoder.targets import (
    BATCH_SIZE,
    TARGETS_PER_IMAGE,
    draw_with_targets,
    letters_by_class,
)
from assignment4.encoder_decoder.training import (
    LEARNING_RATE,
    STEPS_PER_EXECUTION,
    FusedAdam,
    MeanSquaredErrorToTargets,
)
from assignment4.letters import load_letters, normalize, split_as_reported
from assignment4.tables import Table

NAME = "training step"
THREADS = 2
ROUNDS = 7
STEPS = 20
PARTS_REPEATS = 5
MATRIX_SIZE, PRODUCTS = 2048, 10
BOOK, EAGER, MATRIX = "the book", "PyTorch, eager", "matrix products"
LEAST_RATIO, AIM = 1.0, 1.3
PACKAGES = ("keras", "numpy", "tensorflow", "torch")
SETTINGS = {
    "batch_size": BATCH_SIZE,
    "targets_per_image": TARGETS_PER_IMAGE,
    "dropout_rate": DROPOUT_RATE,
    "learning_rate": LEARNING_RATE,
    "steps": STEPS,
    "repeats": PARTS_REPEATS,
}
"""What PyTorch is told, beside the number of threads."""


def load_data() -> Data:
    """Return the training parts, normalised."""
    letters = load_letters()
    cyrillic, _ = split_as_reported(letters.cyrillic)
    latin, _ = split_as_reported(letters.latin)
    pools = letters_by_class(normalize(latin.images), latin.labels)
    return Data(normalize(cyrillic.images), cyrillic.labels, pools)


def keras_ways(data: Data, *, steps: int = STEPS) -> dict[str, Work]:
    """Return ways to train with `fit`, always from the same weights and on the same batches."""
    chosen = draw_with_targets(*data, seed=0)(0, steps)

    def way(
        optimizer: keras.optimizers.Optimizer, batches: tf.data.Dataset = chosen, **options: object
    ) -> Work:
        keras.utils.set_random_seed(0)
        model = build_encoder_decoder()
        optimizer.build(model.trainable_variables)
        model.compile(optimizer, loss=MeanSquaredErrorToTargets(), **options)
        return lambda: model.fit(batches, verbose=0, shuffle=False).history["loss"][-1]

    together = {"steps_per_execution": STEPS_PER_EXECUTION}
    tuned = tf.data.Options()
    tuned.autotune.enabled = True
    return {
        BOOK: way(FusedAdam(LEARNING_RATE), **together),
        "the book, with autotuning": way(
            FusedAdam(LEARNING_RATE), chosen.with_options(tuned), **together
        ),
        "the book, one step per execution": way(FusedAdam(LEARNING_RATE)),
        "the book, Keras's Adam": way(keras.optimizers.Adam(LEARNING_RATE), **together),
        "plain Keras": way(keras.optimizers.Adam(LEARNING_RATE)),
        "plain Keras, XLA": way(keras.optimizers.Adam(LEARNING_RATE), jit_compile=True),
    }


def check_counts(counts: Mapping[str, int]) -> None:
    """Raise ValueError unless PyTorch's network has as many parameters as the book's."""
    model = build_encoder_decoder()
    trained = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
    expected = {"trained": trained, "all": model.count_params()}
    if counts != expected:
        raise ValueError(f"PyTorch's network has the parameters {counts}, Keras's {expected}")


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
    return repeated(multiply, PRODUCTS)


def repeated(function: Callable[[], object], times: int = PARTS_REPEATS) -> Work:
    """Return work that calls a function several times."""

    def repeat() -> None:
        for _ in range(times):
            function()

    return repeat


def convolutions(data_format: str) -> Work:
    """Return forward and backward of the four layers with small kernels, in a layout of images."""
    first = data_format == "channels_first"
    options = {"strides": 2, "padding": "same", "data_format": data_format}
    images = keras.Input((1, 28, 28) if first else (28, 28, 1))
    tensor = layers.Conv2D(32, 3, **options)(images)
    tensor = layers.Conv2D(64, 3, **options)(tensor)
    tensor = layers.Conv2DTranspose(32, 3, **options)(tensor)
    model = keras.Model(images, layers.Conv2DTranspose(1, 3, **options)(tensor))
    batch = tf.random.stateless_normal((BATCH_SIZE, *images.shape[1:]), seed=[0, 0])
    return repeated(gradients_of(model, lambda outputs: tf.reduce_mean(outputs**2), batch))


def gradients_of(model: keras.Model, loss_of: Callable, images: tf.Tensor, **options: bool):
    """Return a compiled function that gives the gradients of a loss of a model's outputs."""
    variables = [variable.value for variable in model.trainable_variables]

    @tf.function(**options)
    def forward_and_backward():
        with tf.GradientTape() as tape:
            loss = loss_of(model(images, training=True))
        return tape.gradient(loss, variables)

    return forward_and_backward


def keras_parts(data: Data) -> dict[str, Work]:
    """Return the parts of a step in Keras, each compiled, by itself and repeated.

    Transposed convolutions with channels first are left out without oneDNN: TensorFlow itself has
    none on processors.
    """
    ahead = draw_with_targets(*data, seed=0)(0, PARTS_REPEATS)
    images, targets = next(iter(ahead))
    model, squared_error = build_encoder_decoder(), MeanSquaredErrorToTargets()
    to_targets = lambda outputs: squared_error(targets, outputs)  # noqa: E731
    forward = tf.function(lambda: to_targets(model(images, training=True)))
    both = gradients_of(model, to_targets, images)
    gradients = both()

    def update(optimizer: keras.optimizers.Optimizer) -> Work:
        optimizer.build(model.trainable_variables)
        apply = tf.function(lambda: optimizer.apply(gradients, model.trainable_variables))
        return repeated(apply)

    channels_first = {}
    if os.environ.get("TF_ENABLE_ONEDNN_OPTS") != "0":
        channels_first["Keras, convolutions, channels first"] = convolutions("channels_first")
    return {
        "Keras, drawing a batch": lambda: sum(1 for _ in ahead),
        "Keras, forward": repeated(forward),
        "Keras, forward and backward": repeated(both),
        "Keras, forward and backward, XLA": repeated(
            gradients_of(model, to_targets, images, jit_compile=True)
        ),
        "Keras, convolutions, channels last": convolutions("channels_last"),
        **channels_first,
        "Keras, Adam": update(keras.optimizers.Adam(LEARNING_RATE)),
        "Keras, fused Adam": update(FusedAdam(LEARNING_RATE)),
    }


def measure(
    ours: Mapping[str, Work],
    our_parts: Mapping[str, Work],
    peer: Peer,
    *,
    threads: int = THREADS,
    rounds: int = ROUNDS,
) -> dict[str, object]:
    """Return the seconds of all ways and of all parts, in each round.

    Args:
        ours: ways to train, by name; each returns its loss.
        our_parts: parts of a step, by name.
        peer: the same in PyTorch.
        threads: with how many all compute.
        rounds: how many.
    """
    machine = describe_machine(*PACKAGES) | {"threads": threads}
    ways = take_turns({MATRIX: matrix_products()} | ours | peer.ways, rounds=rounds)
    losses = {name: way() for name, way in ours.items()}
    losses |= {name: way().loss for name, way in peer.ways.items()}
    for name, loss in losses.items():
        assert loss < 1, f"{name} has learnt nothing: the targets' variance is 1"
    return {
        "machine": machine,
        "steps": STEPS,
        "operations a step": operations_of_a_step(build_encoder_decoder()),
        "operations of the matrix products": PRODUCTS * 2 * MATRIX_SIZE**3,
        "ways": ways,
        "repeats": PARTS_REPEATS,
        "parts": take_turns(our_parts | peer.parts, rounds=rounds),
    }


def show(measured: dict[str, object]) -> None:
    """Print ratios and parts, and assert that the book's step is fast enough."""
    ways, parts = measured["ways"], measured["parts"]
    rows = [[name, times_as_fast(ways, name, EAGER).told(".2f")] for name in ways]
    print(Table(["way", "times as fast as eager PyTorch"], rows[1:]))
    rows = [
        [name, spread([1000 * one / PARTS_REPEATS for one in seconds]).told(".1f")]
        for name, seconds in parts.items()
    ]
    print(Table(["part of a step", "ms"], rows))
    ratio = times_as_fast(ways, BOOK, EAGER).median
    aim = "met" if ratio >= AIM else "not met"
    print(f"the book's step is {ratio:.2f} times as fast; the aim of {AIM} is {aim}")
    assert ratio >= LEAST_RATIO, "the book's step is slower than that of eager PyTorch"


def main(threads: int) -> None:
    """Measure, keep the measurement, and say whether the book's step is fast enough."""
    tf.config.set_visible_devices([], "GPU")
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    data = load_data()
    with start_peer(data, SETTINGS | {"threads": threads}) as peer:
        check_counts(peer.counts)
        measured = measure(keras_ways(data), keras_parts(data), peer, threads=threads)
    check_idle(measured["ways"] | measured["parts"])
    keep(NAME, measured)
    show(measured)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else THREADS)
