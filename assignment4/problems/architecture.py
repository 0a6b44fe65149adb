"""The problems of the chapter on the architecture."""

from itertools import product

import numpy as np

from assignment4.problems import Answer, expect, expect_close


def latent_parameters(answer: Answer) -> None:
    """Try a function of an image's side: the parameters of the layer that makes 512 numbers."""
    for side in (28, 32, 30, 25, 27):
        halved = -(-side // 2)
        inputs = (-(-halved // 2)) ** 2 * 64
        expect(answer(side), inputs * 512 + (1 + 4 + 1) * 512, f"latent({side})")


def parameters_without_effect(answer: int) -> None:
    """Try the number of the network's trained parameters that change no output in training.

    These are the biases of each layer that a batch normalisation follows.
    """
    number = isinstance(answer, (int, np.integer)) and not isinstance(answer, bool)
    assert number, f"a whole number is asked for, not {answer!r}"
    biases = (32, 64, 512, 7 * 7 * 64, 32, 1)
    assert answer == sum(biases), f"{answer} is not the number of such parameters"


def parametric_relu_of_two_relus(answer: Answer) -> None:
    """Try a function of relu, x and a: the parametric ReLU of x."""
    for x, a in product((-2.0, 3.0, 0.0, -0.5), (0.25, 0.0, -0.5, 1.5)):
        expected = x if x > 0 else a * x
        found = answer(lambda value: max(0.0, value), x, a)
        expect_close(found, expected, f"parametric(relu, {x}, {a})")
