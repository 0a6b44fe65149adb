"""Checks of what the squared error to random letters comes to, Exercise 2 c and e.

The formulas are proved with SymPy, for any number of letters, classes or pixels; arrays are
compared in double precision. Where a network could be replaced by a classifier and a look-up, both
are compared on the same images.
"""

from typing import NamedTuple

import numpy as np
import sympy
from scipy.stats import binomtest

from assignment4.encoder_decoder.squared_error import (
    MIXTURE_LOSS,
    NORMALIZING_COST,
    RANDOM_LOSS,
    LossDifference,
    f,
    loss_by_mean,
    loss_to_all,
    reduced,
)
from assignment4.intervals import Interval, all_of, is_below, proportion_interval

ROUNDING = 1e-9
"""The largest relative difference of sums in double precision that counts as none."""

LEAST_CHANCE = 0.025
"""Below it wins are too few for a fair coin, on the side of the look-up: half of 5 %."""

LARGEST_LOSS = 0.02
"""Of accuracy, by looking up."""


def random_loss_has_mean_as_minimiser(minimiser: sympy.Expr) -> bool:
    """Say whether the expected squared error to a random target is least at an expression.

    Its derivative must be 0 there and its second derivative positive everywhere.

    Args:
        minimiser: in the symbols of `squared_error`, such as MEAN.
    """
    return _is_minimiser(RANDOM_LOSS, minimiser)


def mixture_loss_has_mean_of_means_as_minimiser(minimiser: sympy.Expr) -> bool:
    """Say the same of the loss where an input may be of several classes.

    Args:
        minimiser: such as MEAN, here the classes' mean images weighted by their probabilities.
    """
    return _is_minimiser(MIXTURE_LOSS, minimiser)


def _is_minimiser(loss: sympy.Expr, minimiser: sympy.Expr) -> bool:
    slope = reduced(sympy.diff(loss, f)).subs(f, minimiser)
    curvature = reduced(sympy.diff(loss, f, 2))
    return reduced(slope) == 0 and curvature.is_positive is True


def splits_into_distance_and_constant(center: sympy.Expr, constant: sympy.Expr) -> bool:
    """Say whether the expected squared error is (f - center)^2 + constant, for every f.

    Args:
        center: such as MEAN; without f.
        constant: such as VARIANCE; without f.
    """
    difference = reduced(RANDOM_LOSS - (f - center) ** 2 - constant)
    return difference == 0 and f not in center.free_symbols | constant.free_symbols


def is_cost_of_normalizing(cost: sympy.Expr) -> bool:
    """Say whether normalising a mean image again moves it by this squared distance a pixel.

    Args:
        cost: in s, such as (1 - s)^2.
    """
    return sympy.expand(NORMALIZING_COST - cost) == 0


def is_distance_to_mean_plus_constant(
    images: np.ndarray,
    letters: np.ndarray,
    labels: np.ndarray,
    means: np.ndarray,
    constants: np.ndarray,
) -> bool:
    """Say whether, for every class, the loss to all its letters is that to a mean, and a number.

    Args:
        images: (k, ...) real, what is compared with the letters; at least two that differ.
        letters: (n, ...) real.
        labels: (n,) integers from 0, the class of each letter.
        means: one image a class, such as the `class_means` of the letters in float64.
        constants: one number a class, such as `class_constants`.

    Raises:
        ValueError: all images are equal, so that any means would do.
    """
    if (images == images[:1]).all():
        raise ValueError(f"{len(images)} equal images cannot tell a wrong mean from a right one")
    classes = range(labels.max() + 1)
    if means.shape != (len(classes), *letters.shape[1:]) or constants.shape != (len(classes),):
        return False
    return all(
        np.allclose(
            loss_to_all(images, letters[labels == label]),
            loss_by_mean(images, means[label], constants[label]),
            rtol=ROUNDING,
            atol=0,
        )
        for label in classes
    )


def losses_differ_by_variance(losses: LossDifference) -> bool:
    """Say whether the loss to letters is the loss to means and the letters' variance.

    That is so with the letters that the means are of, and else by accident only.
    """
    expected = losses.to_means + losses.variance
    return bool(np.isclose(losses.to_letters, expected, rtol=ROUNDING, atol=0))


def losses_differ_by_terms(losses: LossDifference) -> bool:
    """Say whether the loss to letters is the loss to means and all three terms."""
    expected = losses.to_means + losses.total
    return bool(np.isclose(losses.to_letters, expected, rtol=ROUNDING, atol=0))


class LookUp(NamedTuple):
    """A classifier and a look-up beside a network, on the same images.

    Attributes:
        alone: on how many images only the look-up is right.
        either: on how many exactly one of the two is.
        chance: with which probability a fair coin gives the look-up as few of them, or fewer.
        lost: the share of all images on which only the network is right.
    """

    alone: int
    either: int
    chance: float
    lost: Interval

    @property
    def told(self) -> list[str]:
        """The four as text, marked as measured."""
        return [f"≈{self.alone}", f"≈{self.either}", f"≈{self.chance:.2f}", str(self.lost)]


def compare_with_look_up(by_network: np.ndarray, by_look_up: np.ndarray) -> LookUp:
    """Compare a network with a look-up image by image.

    Args:
        by_network: (n,) bool, whether the network is right on an image.
        by_look_up: (n,) bool, the same of the look-up.
    """
    alone = int((by_look_up & ~by_network).sum())
    missed = int((by_network & ~by_look_up).sum())
    either = alone + missed
    chance = float(binomtest(alone, either, alternative="less").pvalue) if either else 1.0
    return LookUp(alone, either, chance, proportion_interval(missed, len(by_network)))


def does_as_well(look_up: LookUp) -> bool | None:
    """Say whether a look-up does as well as the network.

    The coin alone would be no test, since it cannot say no to fewer than six images in dispute.

    Returns:
        True where the coin finds no difference and the accuracy lost is surely below two points;
        False where the coin finds one, or the loss is surely above; None otherwise.
    """
    return all_of([look_up.chance >= LEAST_CHANCE, is_below(look_up.lost, LARGEST_LOSS)])
