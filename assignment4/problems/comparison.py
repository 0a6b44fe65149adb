"""The problems of the chapter with all losses side by side."""

from itertools import product

import numpy as np

from assignment4.encoder_decoder.assessment import Readability
from assignment4.encoder_decoder.comparison import confusion_matrix
from assignment4.encoder_decoder.spectrum import phase_means
from assignment4.intervals import Interval
from assignment4.problems import Answer, expect, expect_close


def confusions(answer: Answer) -> None:
    """Try a function of what should be read, what is read and the number of classes: the counts."""
    for right, read, classes in (
        ([0, 0, 0, 1], [0, 1, 1, 1], 2),
        ([2, 2, 2, 2, 1], [0, 0, 0, 2, 1], 3),
        ([3], [0], 4),
    ):
        counts = confusion_matrix(np.array(read), np.array(right), count=classes)[:, :-1]
        found = answer(np.array(right), np.array(read), classes)
        expect_close(found, counts, f"confusions({right}, {read}, {classes})")


def words_for_outputs(answer: Answer) -> None:
    """Try a function of the two judges' intervals: a word by the rule."""
    words = {True: "readable", False: "unreadable", None: "undecided"}
    sides = (0.81, 0.85, 0.88), (0.76, 0.81, 0.84), (0.30, 0.50, 0.70), (0.05, 0.10, 0.15)
    sides += ((0.15, 0.18, 0.22),)
    sure = Interval(0.99, 1.0, 1.0)
    for first, second in product([Interval(*side) for side in sides], repeat=2):
        word = words[Readability((sure, sure), (first, second)).verdict]
        ranges = [f"{one.lower} to {one.upper}" for one in (first, second)]
        expect(answer(first, second), word, "word for {} and {},".format(*ranges))


def repeating_shares(answer: Answer) -> None:
    """Try a function of image and period: the share of its variance that the place explains."""
    places = np.arange(4)
    checkerboard = np.add.outer(places, places) % 2
    images = {
        "a checkerboard": checkerboard,
        "two halves": np.repeat([[0, 0, 2, 2]], 4, axis=0),
        "a sum of lattice and slope": 4 * checkerboard + np.add.outer(3 * places, places),
        "lines on a slope": np.add.outer(np.arange(8) ** 2, 5 * (np.arange(8) % 4 == 1)),
    }
    for (name, image), period in product(images.items(), (2, 4)):
        share = np.square(phase_means(image[np.newaxis], period)).mean()
        expect_close(answer(image, period), share, f"the share for {name}, period {period},")
