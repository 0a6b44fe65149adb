"""Time the convolution as a matrix beside the plain way to get one from a layer.

Run as `python benchmarks/convolution_matrix.py`. The plain way sends every unit image through the
layer and keeps what is not 0. The layer is the first of Exercise 1. Of its unit images only the
first are sent: each batch costs the same, and the time of all is theirs in proportion. The matrix
is made several times a round. The measurement goes to results/speed.jsonl.
"""

from collections.abc import Sequence

import numpy as np
import scipy.sparse
from measuring import conclude, describe_machine, take_turns

from assignment4.convolution import SHAPES, convolution_matrix
from assignment4.convolution.layers import convolve

NAME = "convolution matrix"
BOOK = "the book"
BATCHES = (1, 64, 512)
IMAGES = 1024
"""How many unit images are sent in a round, a multiple of each batch."""

TIMES = 20
"""How often the matrix is made in a round."""

ROUNDS = 7
LAYER = {"strides": (3, 2), "padding": "SAME"}
INPUTS = int(np.prod(SHAPES[0]))


def rows_of_unit_images(kernel: np.ndarray, *, batch: int, count: int) -> scipy.sparse.csr_array:
    """Return the first rows of the transposed matrix, from unit images in batches."""
    rows = []
    for start in range(0, count, batch):
        images = np.zeros((batch, INPUTS), kernel.dtype)
        images[np.arange(batch), start + np.arange(batch)] = 1
        values = convolve(images.reshape(batch, *SHAPES[0]), kernel, **LAYER).numpy()
        rows.append(scipy.sparse.csr_array(values.reshape(batch, -1)))
    return scipy.sparse.vstack(rows)


def measure(
    *,
    batches: Sequence[int] = BATCHES,
    images: int = IMAGES,
    times: int = TIMES,
    rounds: int = ROUNDS,
) -> dict[str, object]:
    """Return the seconds of all ways in each round, and how many columns each found.

    Args:
        batches: of unit images, one way for each.
        images: how many unit images are sent in a round, a multiple of each batch.
        times: how often the matrix is made in a round.
        rounds: how many.
    """
    shape = (3, 3, SHAPES[0][2], SHAPES[1][2])
    kernel = np.random.default_rng(0).normal(size=shape)
    matrix = convolution_matrix(kernel, SHAPES[0], **LAYER)
    found = rows_of_unit_images(kernel, batch=max(batches), count=images)
    assert abs(matrix.T.tocsr()[:images] - found).max() == 0

    def build() -> None:
        for _ in range(times):
            convolution_matrix(kernel, SHAPES[0], **LAYER)

    works, amounts = {BOOK: build}, {BOOK: times * INPUTS}
    for batch in batches:
        name = f"unit images, batches of {batch}"
        works[name] = lambda batch=batch: rows_of_unit_images(kernel, batch=batch, count=images)
        amounts[name] = images
    machine = describe_machine("numpy", "scipy", "tensorflow")
    ways = take_turns(works, rounds=rounds)
    counts = {"nonzeros": matrix.nnz, "columns": INPUTS}
    return {"machine": machine, "ways": ways, "amounts": amounts} | counts


if __name__ == "__main__":
    conclude(NAME, measure())
