"""Numbers that say how good outputs are, and the baselines to hold them against."""

from typing import NamedTuple

import numpy as np
from scipy.stats import binomtest

from assignment4 import cache
from assignment4.claims import Finding
from assignment4.intervals import Interval, all_of, is_below, proportion_interval
from assignment4.letters import Alphabet, normalize

LEAST_CHANCE = 0.025
"""Below it wins are too few for a fair coin, on the side of the look-up: half of 5 %."""

LARGEST_LOSS = 0.02
"""Of accuracy, by looking up."""


def accuracy(predicted: np.ndarray, labels: np.ndarray) -> Interval:
    """Return the share of labels predicted right, with Wilson's 95 % interval.

    Raises:
        ValueError: the lengths differ.
    """
    if len(predicted) != len(labels):
        raise ValueError(f"{len(predicted)} predictions for {len(labels)} labels")
    return proportion_interval((predicted == labels).sum(), len(labels))


def class_means(images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return the mean image of each label 0, 1, ..., (labels, ...) as the images' shape."""
    return np.stack([images[labels == label].mean(axis=0) for label in range(labels.max() + 1)])


def within_class_variances(images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    r"""Return for each label the mean squared distance, a pixel, of its images to their mean.

    $\frac{1}{n_c p} \sum_{i \in c} \lVert x_i - \bar x_c \rVert^2$ for the $n_c$ images of
    class c, of p pixels each, in double precision.
    """
    distances = np.square(images - class_means(images, labels)[labels])
    distances = distances.reshape(len(labels), -1).mean(axis=1, dtype=np.float64)
    return class_means(distances, labels)


def nearest_mean(
    images: np.ndarray, train_images: np.ndarray, train_labels: np.ndarray
) -> np.ndarray:
    """Return for each image the label of the nearest class mean of the training images."""
    means = class_means(train_images, train_labels).reshape(train_labels.max() + 1, -1)
    images = images.reshape(len(images), -1)
    distances = np.square(images).sum(axis=1)[:, None] - 2 * images @ means.T
    return (distances + np.square(means).sum(axis=1)).argmin(axis=1)


def baselines(train: Alphabet, test: Alphabet) -> dict[str, Interval]:
    """Return the accuracy of two simple methods, by name, on the images of a test part."""
    known, unseen = normalize(train.images), normalize(test.images)
    methods = {"nearest class mean": nearest_mean, "logistic regression": logistic_regression}
    return {
        name: accuracy(method(unseen, known, train.labels), test.labels)
        for name, method in methods.items()
    }


def logistic_regression(
    images: np.ndarray, train_images: np.ndarray, train_labels: np.ndarray
) -> np.ndarray:
    """Return for each image the label that a logistic regression on pixels gives it."""
    key = {
        "data": cache.array_digest(images, train_images, train_labels),
        "made by": cache.made_by(logistic_regression),
    }

    def compute():
        from sklearn.linear_model import LogisticRegression  # a second, where nothing is kept

        model = LogisticRegression(C=0.01, max_iter=200)
        model.fit(train_images.reshape(len(train_images), -1), train_labels)
        return {"labels": model.predict(images.reshape(len(images), -1))}

    return cache.stored("logistic-regression", key, compute)["labels"]


def nearest_distances(images: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return each image's mean squared distance, a pixel, to the nearest of others, float64."""
    images = images.reshape(len(images), -1).astype(np.float64)
    others = others.reshape(len(others), -1).astype(np.float64)
    products = np.square(others).sum(axis=1) - 2 * images @ others.T
    squares = products.min(axis=1) + np.square(images).sum(axis=1)
    return np.maximum(squares, 0) / images.shape[1]


def sharpness(images: np.ndarray) -> np.ndarray:
    r"""Return the root mean square difference between neighbouring pixels of each image, (n,).

    Images are (n, height, width, 1) and normalised: the number grows with the contrast, from 0 for
    a constant image to about $\sqrt 2$ for independent pixels and 2 for a chessboard.
    """
    across = np.square(np.diff(images, axis=2)).mean(axis=(1, 2, 3))
    down = np.square(np.diff(images, axis=1)).mean(axis=(1, 2, 3))
    return np.sqrt((across + down) / 2)


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


def compare_with_look_up(by_network: np.ndarray, by_look_up: np.ndarray) -> LookUp:
    """Compare a network with a look-up: for each image, (n,) bool, whether they are right."""
    alone = int((by_look_up & ~by_network).sum())
    missed = int((by_network & ~by_look_up).sum())
    either = alone + missed
    chance = float(binomtest(alone, either, alternative="less").pvalue) if either else 1.0
    return LookUp(alone, either, chance, proportion_interval(missed, len(by_network)))


def does_as_well(look_up: LookUp) -> Finding:
    """Find whether a look-up does as well as the network.

    It does where the coin finds no difference and the accuracy lost is surely below two points. The
    coin alone would be no test, since it cannot say no to fewer than six images in dispute.
    """
    alone, either, chance, lost = look_up
    return Finding(
        all_of([chance >= LEAST_CHANCE, is_below(lost, LARGEST_LOSS)]),
        f"The look-up alone is right on ≈{alone} of ≈{either} images in dispute, by a coin with "
        f"probability ≈{chance:.2f}, needed: at least {LEAST_CHANCE}; lost by looking up: {lost}, "
        f"needed: surely below {LARGEST_LOSS}.",
    )
