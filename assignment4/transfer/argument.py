"""What a test on a few families of typefaces can tell, worked out exactly."""

import itertools
import math
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple


class Moments(NamedTuple):
    """Of a random number."""

    mean: Fraction
    variance: Fraction


def measured_accuracy(accuracies: Sequence[Fraction], *, families: int, images: int) -> Moments:
    """Return the moments of the share read right in a test, by going through all its outcomes.

    A test draws families at random, with replacement, and so many images of each; an image is read
    right with the accuracy of its family, from 0 to 1.
    """
    mean = second = Fraction(0)
    for drawn in itertools.product(map(Fraction, accuracies), repeat=families):
        for right in itertools.product(range(images + 1), repeat=families):
            chance = Fraction(1, len(accuracies) ** families) * math.prod(
                math.comb(images, k) * a**k * (1 - a) ** (images - k)
                for a, k in zip(drawn, right, strict=True)
            )
            share = Fraction(sum(right), families * images)
            mean += chance * share
            second += chance * share**2
    return Moments(mean, second - mean**2)


def two_variances(accuracies: Sequence[Fraction], *, families: int, images: int) -> list[Fraction]:
    r"""Return both terms of the variance, that of the families and that of the images.

    $\sigma^2 / F$ with the variance $\sigma^2$ of the accuracies, and the mean of $a (1 - a)$ over
    all $F n$ images.
    """
    count = len(accuracies)
    mean = Fraction(sum(accuracies)) / count
    between = sum((a - mean) ** 2 for a in accuracies) / count
    within = sum(a * (1 - a) for a in accuracies) / count
    return [between / families, within / (families * images)]
