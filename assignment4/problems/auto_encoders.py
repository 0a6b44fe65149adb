"""The problems of the chapter on auto-encoders."""

import numpy as np

from assignment4.problems import Answer, expect, expect_array


def best_encoders(answer: Answer) -> None:
    """Try a function of a decoder's matrix: the encoder's with the least error."""
    for columns in ([[3, 4]], [[1, 1, 0], [0, 1, 2]], [[0, 1, 0], [1, 0, 0]], [[2, 1], [1, 1]]):
        B = np.array(columns, dtype=float).T
        expect_array(answer(B), np.linalg.pinv(B), f"the encoder for B = {B.tolist()}")


def decoder_gradients(answer: Answer) -> None:
    """Try the gradient of a linear auto-encoder's error by B: A, B, and images as rows.

    The error is quadratic in each entry of B, so that a central difference is its derivative.
    """
    random = np.random.default_rng(0)
    for d, k in ((3, 1), (3, 2), (2, 2)):
        A, B, images = (random.integers(-2, 3, size) for size in ((k, d), (d, k), (4, d)))
        expected = np.zeros((d, k))
        for place in np.ndindex(d, k):
            for move in (1, -1):
                moved = B.copy()
                moved[place] += move
                expected[place] += move / 2 * np.square(images - images @ A.T @ moved.T).sum()
        expect_array(answer(A, B, images), expected, f"the gradient for d = {d}, k = {k}")


def ways_down(answer: object) -> None:
    """Try an encoder and a decoder near the second eigenvector, with a smaller error.

    The covariance is diagonal with 3, 2 and 1. Both are lists of three numbers, for k = 1.
    """
    assert answer is not None, "there are no weights yet"
    weights = np.asarray(answer, dtype=float)
    expect(weights.shape, (2, 3), "the shape of the weights")
    near = np.abs(weights - [0, 1, 0]).max() <= 0.1 + 1e-12
    assert near, "some weight is more than 0.1 away from the saddle"
    encoder, decoder = weights
    left = np.eye(3) - np.outer(decoder, encoder)
    error = np.trace(left @ np.diag([3, 2, 1]) @ left.T)
    assert error < 4 - 1e-9, "the error is not smaller than at the saddle"


def ordered_axes(answer: Answer) -> None:
    """Try a function of B and a covariance: components of the projections on B's columns."""
    random = np.random.default_rng(0)
    basis, _ = np.linalg.qr(random.standard_normal((5, 5)))
    covariance = basis * [9, 6, 4, 2, 1] @ basis.T
    mixed = basis[:, :2] @ [[2.0, 1], [1, 1]]
    for name, B in (
        ("the first two components, mixed", mixed),
        ("other columns", random.standard_normal((5, 3))),
    ):
        projector = B @ np.linalg.pinv(B)
        expected = np.linalg.eigh(projector @ covariance @ projector)[1][:, ::-1][:, : B.shape[1]]
        found = answer(B, covariance)
        assert found is not None, f"axes is None for {name}"
        expect(np.shape(found), expected.shape, f"the shape for {name}")
        signs = np.sign((found * expected).sum(axis=0))
        expect_array(found * signs, expected, f"axes for {name}")
