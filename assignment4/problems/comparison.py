"""The problems of the chapter with all losses side by side."""

from collections.abc import Callable, Sequence
from itertools import product

import numpy as np

from assignment4.encoder_decoder.assessment import Readability
from assignment4.encoder_decoder.comparison import confusion_matrix
from assignment4.encoder_decoder.spectrum import phase_means
from assignment4.intervals import Interval
from assignment4.problems import expect, expect_close

SIDES = (
    Interval(0.91, 0.95, 0.98),
    Interval(0.86, 0.91, 0.94),
    Interval(0.84, 0.88, 0.93),
    Interval(0.70, 0.75, 0.80),
)
"""Of a share: surely above 0.90, twice not to be told, surely below."""

WORDS = {True: "readable", False: "unreadable", None: "undecided"}


def confusions(answer: Callable[[np.ndarray, np.ndarray, int], object]) -> None:
    """Try a function of what should be read, what is read and the number of classes: the counts."""
    for right, read, classes in (
        ([0, 0, 0, 1], [0, 1, 1, 1], 2),
        ([2, 2, 2, 2, 1], [0, 0, 0, 2, 1], 3),
        ([0], [3], 4),
    ):
        counts = confusion_matrix(np.array(read), np.array(right), count=classes)
        found = answer(np.array(right), np.array(read), classes)
        expect_close(found, counts, f"confusions({right}, {read}, {classes})")


def words_for_outputs(answer: Callable[[Sequence[Interval], Interval], str]) -> None:
    """Try a function of the judges' intervals and that of the share near: a word by the rule."""
    sure = Interval(0.99, 1.0, 1.0)
    for first, second, near in product(SIDES, repeat=3):
        word = WORDS[Readability((sure, sure), (first, second), near).verdict]
        ranges = [f"{one.lower} to {one.upper}" for one in (first, second, near)]
        of = "word for judges {} and {}, near {},".format(*ranges)
        expect(answer([first, second], near), word, of)


def repeating_shares(answer: Callable[[np.ndarray, int], float]) -> None:
    """Try a function of image and period: the share of its variance that the place explains."""
    places = np.arange(4)
    checkerboard = np.add.outer(places, places) % 2
    halves = np.repeat([[0, 0, 2, 2]], 4, axis=0)
    mixed = 4 * checkerboard + np.add.outer(3 * places, places)
    tall = np.add.outer(np.arange(8) ** 2, 5 * (np.arange(8) % 4 == 1))
    cases = (
        ("a checkerboard", checkerboard, 2),
        ("two halves", halves, 2),
        ("two halves", halves, 4),
        ("a sum of lattice and slope", mixed, 2),
        ("lines on a slope", tall, 2),
        ("lines on a slope", tall, 4),
    )
    for name, image, period in cases:
        share = np.square(phase_means(image[np.newaxis], period)).mean()
        expect_close(answer(image, period), share, f"the share for {name}, period {period},")
