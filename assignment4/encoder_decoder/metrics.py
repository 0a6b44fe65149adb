"""Numbers that say how good outputs are, and the baselines to hold them against."""

import numpy as np

from assignment4 import cache
from assignment4.intervals import Interval, proportion_interval
from assignment4.letters import Alphabet, normalize


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
    class c, of p pixels each.

    Returns:
        (labels,) float64.
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
    """Return each image's mean squared distance, a pixel, to the nearest of other images.

    Args:
        images: (n, ...) real.
        others: (m, ...) of the same shape otherwise.

    Returns:
        (n,) float64.
    """
    images = images.reshape(len(images), -1).astype(np.float64)
    others = others.reshape(len(others), -1).astype(np.float64)
    products = np.square(others).sum(axis=1) - 2 * images @ others.T
    squares = products.min(axis=1) + np.square(images).sum(axis=1)
    return np.maximum(squares, 0) / images.shape[1]


def sharpness(images: np.ndarray) -> np.ndarray:
    r"""Return the root mean square difference between neighbouring pixels of each image.

    Args:
        images: (n, height, width, 1), normalised: the number grows with the contrast.

    Returns:
        (n,) float, from 0 for a constant image to about $\sqrt 2$ for independent pixels of
        deviation 1 and 2 for a checkerboard.
    """
    across = np.square(np.diff(images, axis=2)).mean(axis=(1, 2, 3))
    down = np.square(np.diff(images, axis=1)).mean(axis=(1, 2, 3))
    return np.sqrt((across + down) / 2)
