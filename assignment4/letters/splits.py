"""Two ways to divide an alphabet into images to train on and images to test on."""

import numpy as np

from assignment4.letters.alphabets import Alphabet

REPORT_TRAIN_COUNT = 5000
TRAIN_SHARE = 0.8
HELD_OUT_FAMILIES = ("Source Sans Pro", "STIX General")  # one without serifs, one with


def random_order(count: int, *, seed: tuple[int, ...]) -> np.ndarray:
    """Return a random permutation of 0 .. count - 1, the same on every machine.

    Different tuples of non-negative integers give independent orders.
    """
    return np.argsort(np.random.PCG64(seed).random_raw(count), kind="stable")


def split_as_reported(alphabet: Alphabet, *, seed: int = 0) -> tuple[Alphabet, Alphabet]:
    """Shuffle, then take 5,000 images to train and the rest to test.

    An alphabet smaller than the report's gives 80 % of each class to train, which is this book's
    choice. Copies of training images go there too. ValueError: a class has fewer than two images in
    one of the parts. Source: the report's public source.
    """
    order = random_order(len(alphabet), seed=(seed, 2))
    if len(alphabet) >= alphabet.report_size:
        in_train = np.arange(len(order)) < REPORT_TRAIN_COUNT
    else:
        in_train = _rank_in_class(alphabet.labels[order]) < TRAIN_SHARE
    pixels = alphabet.images[order].reshape(len(order), -1)
    _, content = np.unique(pixels, axis=0, return_inverse=True)
    in_train |= np.isin(content, content[in_train])
    return _parts(alphabet, order[in_train], order[~in_train])


def split_by_family(
    alphabet: Alphabet, *, held_out: tuple[str, ...] = HELD_OUT_FAMILIES
) -> tuple[Alphabet, Alphabet]:
    """Put whole typeface families into the test part; both parts are in the alphabet's order.

    ValueError: none of the images is of such a family, or a class has fewer than two images in one
    of the parts.
    """
    known = sorted(set(alphabet.families.tolist()) - {""})
    missing = [family for family in held_out if family not in known]
    if missing:
        raise ValueError(f"no image comes from {missing}; the typeface families are {known}")
    in_test = np.isin(alphabet.families, held_out)
    return _parts(alphabet, np.flatnonzero(~in_test), np.flatnonzero(in_test))


SPLITS = {"as reported": split_as_reported, "by family": split_by_family}


def _rank_in_class(labels: np.ndarray) -> np.ndarray:
    """Return each image's position among those of its class, from 0 to below 1."""
    rank = np.empty(len(labels))
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        rank[members] = np.arange(len(members)) / len(members)
    return rank


def _parts(alphabet, train, test) -> tuple[Alphabet, Alphabet]:
    for name, part in (("training", train), ("test", test)):
        counts = np.bincount(alphabet.labels[part], minlength=len(alphabet.letters))
        if counts.min() < 2:
            letter = alphabet.letters[counts.argmin()]
            raise ValueError(
                f"the {name} part has {counts.min()} images of {letter!r}, and needs at least 2"
            )
    return alphabet.select(train), alphabet.select(test)
