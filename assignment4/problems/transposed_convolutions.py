"""The problems of the chapter on Exercise 1."""

from itertools import product

import numpy as np

from assignment4.convolution.matrix import line_matrix
from assignment4.convolution.sizes import strides_between
from assignment4.problems import Answer, expect


def unread_pixels(answer: Answer) -> None:
    """Try a function of size, kernel and stride: the pixels that no window reads, under VALID."""
    for n, k, s in ((10, 3, 3), (11, 3, 3), (9, 3, 2), (24, 4, 6), (7, 7, 5)):
        read = {start + tap for start in range(0, n - k + 1, s) for tap in range(k)}
        expect(answer(n, k, s), n - len(read), f"unread({n}, {k}, {s})")


def stride_lists(answer: Answer) -> None:
    """Try a function of two sizes: all strides that take the first to the second, under SAME."""
    for n, m in ((64, 22), (24, 4), (22, 11), (5, 5), (7, 6)):
        found = answer(n, m)
        assert found is not None, f"strides({n}, {m}) is None"
        expect(list(found), strides_between(n, m), f"strides({n}, {m})")


def even_kernels(answer: Answer) -> None:
    """Try a function of kernel and stride: whether a transposed convolution covers evenly."""
    for k, s in product(range(1, 9), range(1, 6)):
        reaching = {len(range(place, k, s)) for place in range(s)}
        expect(answer(k, s), len(reaching) == 1, f"covers_evenly({k}, {s})")


def transposed_by_scattering(answer: Answer) -> None:
    """Try a transposed convolution on one axis, under VALID: values, weights, stride, size."""
    random = np.random.default_rng(0)
    for size, kernel, stride in ((7, 3, 2), (8, 3, 2), (9, 4, 3), (5, 5, 1)):
        weights = random.integers(-3, 4, kernel)
        A = line_matrix(weights, size, stride=stride, padding="VALID")
        values = random.integers(-3, 4, A.shape[0])
        found = answer(values, weights, stride, size)
        assert found is not None, f"it returns nothing for {values.tolist()}"
        assert np.shape(found) == (size,), f"the shape is {np.shape(found)}, not ({size},)"
        expect(np.asarray(found).tolist(), (A.T @ values).tolist(), f"scatter of {values.tolist()}")
