"""The problems of the chapter on Exercise 3."""

import numpy as np

from assignment4.convolution.matrix import line_matrix
from assignment4.problems import Answer, expect, expect_array


def bias_gradients(answer: Answer) -> None:
    """Try a function of the gradient by a layer's maps: the gradient by its biases."""
    random = np.random.default_rng(0)
    for shape in ((2, 3, 2), (3, 3, 3), (4, 2, 1), (1, 1, 4)):
        p = random.integers(-4, 5, shape)
        expected = np.array([p[..., channel].sum() for channel in range(shape[-1])])
        expect_array(answer(p), expected, f"the gradient for maps of shape {shape}")


def two_layer_gradients(answer: Answer) -> None:
    """Try a backward pass through two matrices, with a parametric ReLU between them.

    The answer takes both matrices and x. No entry of the first product is 0, where there is no
    derivative. What it returns is compared with the derivative along each axis, taken forwards.
    """
    random = np.random.default_rng(0)
    for inputs, between, outputs in ((2, 3, 2), (3, 3, 3), (4, 5, 2)):
        first = 2 * random.integers(-2, 3, (between, inputs))
        first[:, -1] += 1
        second = random.integers(-3, 4, (outputs, between))
        x = random.integers(-3, 4, inputs)
        x[-1] = 1
        y = first @ x  # odd
        slopes = np.where(y > 0, 1, 0.25)
        moves = second @ (slopes[:, np.newaxis] * first)
        expected = 2 * (second @ (slopes * y)) @ moves
        of = f"the gradient for matrices of shapes {first.shape} and {second.shape}"
        expect_array(answer(first, second, x), expected, of)


def tap_gradients(answer: Answer) -> None:
    """Try the gradient by a kernel on one axis, under VALID: pixels, p, kernel size, stride.

    What a tap adds to the outputs is found by a kernel that is 1 in this tap and 0 elsewhere.
    """
    random = np.random.default_rng(0)
    for size, kernel, stride in ((7, 3, 2), (8, 3, 2), (6, 2, 1), (11, 4, 3)):
        pixels = random.integers(-3, 4, size)
        matrices = [
            line_matrix(tap, size, stride=stride, padding="VALID") for tap in np.eye(kernel)
        ]
        p = random.integers(-3, 4, matrices[0].shape[0])
        expected = np.array([(matrix @ pixels) @ p for matrix in matrices])
        of = f"the gradient for {size} pixels, kernel {kernel}, stride {stride}"
        expect_array(answer(pixels, p, kernel, stride), expected, of)


def blind_tests(answer: object) -> None:
    """Try a matrix that is not symmetric, and a p, for which the transpose may be forgotten."""
    assert answer is not None, "there is no matrix yet"
    A, p = (np.asarray(part) for part in answer)
    assert A.ndim == 2, f"A has shape {A.shape}"
    expect(A.shape[0], A.shape[1], "the number of A's rows")
    expect(p.shape, (A.shape[1],), "the shape of p")
    assert (A != A.T).any(), "A is symmetric"
    assert p.all(), "an entry of p is 0"
    gradient = A.T @ p
    assert gradient.any(), "the gradient is 0"
    expect((A @ p).tolist(), gradient.tolist(), "A p")
