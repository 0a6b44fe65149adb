"""The problems of the chapter on squared errors."""

import numpy as np

from assignment4.problems import ROUNDING, Answer, expect_close


def minimisers_of_the_absolute_error(answer: Answer) -> None:
    """Try a function of a pixel's values: a number with the least mean absolute error to them."""
    for values in ([0, 0, 1, 1, 1], [0, 0, 0, 1, 1], [9, 1, 5], [1, 2, 3, 10, 100], [4, 1], [7]):
        found = answer(list(values))
        assert found is not None, f"best_pixel({values}) is None"
        assert np.ndim(found) == 0, f"best_pixel({values}) is {found!r}, and one number is needed"
        error, least = (np.abs(np.array(values) - f).mean() for f in (found, np.median(values)))
        assert error <= least + ROUNDING, (
            f"best_pixel({values}) is {found:g}, and another number has a smaller error"
        )


def losses_of_contrasts(answer: Answer) -> None:
    """Try a function of c and s: the loss of c times the mean image, whose deviation is s.

    It is held against the loss to two letters of four pixels, of mean 0 and deviation 1.
    """
    common, own = np.array([1, 1, -1, -1]), np.array([1, -1, 1, -1])
    for c, s in ((1.0, 0.5), (0.0, 0.5), (2.0, 0.5), (1.0, 0.8), (-1.0, 0.25), (0.5, 1.0)):
        letters = [s * common + sign * np.sqrt(1 - s**2) * own for sign in (1, -1)]
        loss = np.mean([np.square(c * s * common - letter).mean() for letter in letters])
        expect_close(answer(c, s), loss, f"loss({c}, {s})")


def savings_of_ghosts(answer: Answer) -> None:
    """Try a function of p and D: by how much a ghost's loss is below that of the likelier mean.

    Where one class has the probability p, the other 1 - p, and their means the squared distance D.
    """
    for p, other in ((0.5, 2.0), (0.75, 2.0), (0.75, 1.0), (0.9, 3.0), (1.0, 2.0)):
        of_likelier, of_ghost = (
            p * image**2 + (1 - p) * (image - other) ** 2 for image in (0, (1 - p) * other)
        )
        distance = int(other**2)
        expect_close(answer(p, distance), of_likelier - of_ghost, f"saved({p}, {distance})")
