"""The problems of the chapter on the latent search."""

import numpy as np

from assignment4.latent_search.walk import nearest_mixtures
from assignment4.problems import ROUNDING, Answer, expect, expect_close


def image_and_number(answer: Answer) -> None:
    """Try a function of a class's letters: their mean, and their own variance a pixel."""
    for letters in (
        [[[0, 2], [4, 6]], [[2, 2], [0, 6]]],
        [[[1, 0, 5]], [[3, 0, 1]], [[2, 3, 0]]],
        [[[3, 1], [2, 2]]],
    ):
        letters = np.array(letters, float)
        found = answer(letters)
        assert found is not None, f"it returns nothing for {len(letters)} letters"
        assert len(found) == 2, f"it returns {len(found)} things, not an image and a number"
        mean = letters.sum(axis=0) / len(letters)
        shown = letters.astype(int).tolist()
        expect_close(found[0], mean, f"the image for {shown}")
        expect_close(found[1], np.square(letters - mean).mean(), f"the number for {shown}")


def directions_without_epsilon(answer: Answer) -> None:
    """Try a function of n: the rank of a normalisation's Jacobian for n values, epsilon being 0."""
    for n in range(2, 8):
        x = np.arange(n) ** 2.0
        d = x - x.mean()
        s = np.sqrt(np.square(d).mean())
        J = (np.eye(n) - 1 / n - np.outer(d, d) / (n * s**2)) / s
        expect(answer(n), int(np.linalg.matrix_rank(J, tol=ROUNDING)), f"passing({n})")


def mixtures_of_two_ends(answer: Answer) -> None:
    """Try a function of first, last and between: the last one's share, and what is left."""
    for first, last, between in (
        ([[0, 0]], [[2, 0]], [[1, 1]]),
        ([[0, 0]], [[2, 0]], [[0, 1]]),
        ([[1, 3]], [[3, 3]], [[3, 3]]),
        ([[1, 2], [3, 4]], [[5, 2], [3, 1]], [[2, 2], [4, 4]]),
        ([[0, 4]], [[4, 0]], [[6, -2]]),
    ):
        path = np.array([first, between, last], float)
        expected = [numbers[1] for numbers in nearest_mixtures(path)]
        of = f"mixture({first}, {last}, {between})"
        expect_close(answer(path[0], path[2], path[1]), expected, of)
