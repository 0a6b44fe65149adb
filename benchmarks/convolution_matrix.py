"""Time the convolution as a matrix: the first layer of Exercise 1, and the growth with its size.

Run as `python benchmarks/convolution_matrix.py`. The matrix is compared with the plain way to get
one from a layer: send every unit image through it and keep what is not 0.
"""

import time
from collections.abc import Callable

import numpy as np
import scipy.sparse

from assignment4.convolution import SHAPES, convolution_matrix
from assignment4.convolution.layers import convolve

BATCHES = (1, 64, 512)
IMAGES = 2048
"""How many unit images are timed for each batch; the time of all is theirs in proportion."""

REPEATS = 5
LAYER = {"strides": (3, 2), "padding": "SAME"}


def best_time(function: Callable[[], object], *, repeats: int = REPEATS) -> float:
    """Return the shortest time of several calls, in seconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return min(times)


def rows_of_unit_images(kernel: np.ndarray, *, batch: int, count: int) -> scipy.sparse.csr_array:
    """Return the first rows of the transposed matrix, from unit images in batches."""
    inputs = int(np.prod(SHAPES[0]))
    rows = []
    for start in range(0, count, batch):
        images = np.zeros((batch, inputs), kernel.dtype)
        images[np.arange(batch), start + np.arange(batch)] = 1
        values = convolve(images.reshape(batch, *SHAPES[0]), kernel, **LAYER).numpy()
        rows.append(scipy.sparse.csr_array(values.reshape(batch, -1)))
    return scipy.sparse.vstack(rows)


def compare_with_unit_images() -> None:
    """Print the time of the first layer's matrix and of unit images through the layer."""
    shape = (3, 3, SHAPES[0][2], SHAPES[1][2])
    kernel = np.random.default_rng(0).normal(size=shape)
    matrix = convolution_matrix(kernel, SHAPES[0], **LAYER)
    build = best_time(lambda: convolution_matrix(kernel, SHAPES[0], **LAYER))
    print(f"first layer: {matrix.nnz:,} nonzeros in {1000 * build:.1f} ms")
    found = rows_of_unit_images(kernel, batch=512, count=IMAGES)
    assert abs(matrix.T.tocsr()[:IMAGES] - found).max() == 0

    inputs = matrix.shape[1]
    totals = {}
    for batch in BATCHES:
        timed = best_time(
            lambda batch=batch: rows_of_unit_images(kernel, batch=batch, count=IMAGES), repeats=2
        )
        totals[batch] = timed * inputs / IMAGES
        print(f"{inputs:,} unit images in batches of {batch}: {totals[batch]:.1f} s")
    fastest = min(totals, key=totals.get)
    print(f"the matrix is {totals[fastest] / build:,.0f} times faster than batches of {fastest}")


def show_growth() -> None:
    """Print the time per nonzero for matrices of 1e5 to 1e7 nonzeros."""
    for name, channels in (("1 channel to 1", 1), ("16 channels to 16", 16)):
        kernel = np.random.default_rng(0).normal(size=(3, 3, channels, channels))
        for nonzeros in (1e5, 1e6, 1e7):
            side = round(np.sqrt(nonzeros) / 3 / channels)
            shape = (side, side, channels)
            options = {"strides": 1, "padding": "SAME"}
            count = convolution_matrix(kernel, shape, **options).nnz
            build = best_time(
                lambda kernel=kernel, shape=shape, options=options: convolution_matrix(
                    kernel, shape, **options
                )
            )
            print(
                f"{name}: {count:>10,} nonzeros in {1000 * build:7.1f} ms, "
                f"{1e9 * build / count:5.1f} ns each"
            )


if __name__ == "__main__":
    compare_with_unit_images()
    show_growth()
