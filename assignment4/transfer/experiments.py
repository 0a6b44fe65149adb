"""What readers of typefaces read of faces that they have not seen, over seeds."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from assignment4.encoder_decoder.experiments import pixels_from_0_to_1
from assignment4.encoder_decoder.metrics import logistic_regression, nearest_mean
from assignment4.letters import SPLITS, Alphabet, Letters, normalize
from assignment4.transfer.faces import (
    check_new_faces,
    check_new_images,
    choose_faces,
    draw_letters,
    of_faces,
)
from assignment4.transfer.readers import Prepare, faded, train_reader

COUNT = 2100
"""Images to train on, however many faces they show: 150 of each letter."""

FAMILIES = {"one face": 0, "1 family": 1, "2 families": 2, "4 families": 4, "6 families": 6}


class Transfer(NamedTuple):
    """Of how many families a reader is, 0 for a single face, their variation and preparation."""

    families: int
    variation: str = "varied"
    prepare: Prepare = normalize


CHANGES = {
    "": {},
    ", not warped": {"variation": "not warped"},
    ", upright": {"variation": "upright"},
    ", pixels from 0 to 1": {"prepare": pixels_from_0_to_1},
}
TRANSFERS = {
    f"{name}{change}": Transfer(families, **options)
    for change, options in CHANGES.items()
    for name, families in FAMILIES.items()
}


def letters_for(transfer: Transfer, letters: str, *, seed: int) -> Alphabet:
    """Draw the COUNT letters of an alphabet that a reader is trained on."""
    faces = choose_faces(transfer.families, seed=seed)
    return draw_letters(letters, faces, COUNT, seed=seed, variation=transfer.variation)


def run_transfer(
    transfer: Transfer, letters: Letters, *, split: str, seed: int, steps: int
) -> dict[str, float]:
    """Train a reader of Cyrillic letters, and return what it reads of others.

    Letters are divided "by family", since any other split has faces in both parts, or ValueError.
    The seed is also that of faces and of the letters trained on. Returned are the share read right
    of new draws of the known faces; of unknown faces, as they are and faded, by family and by
    letter; of the same as two simple methods read them, with the same training; and the seconds of
    the training.
    """
    known, unknown = SPLITS[split](letters.cyrillic)
    drawn = letters_for(transfer, letters.cyrillic.letters, seed=seed)
    new_draws = of_faces(known, choose_faces(transfer.families, seed=seed))
    check_new_images(drawn, new_draws)
    check_new_faces(drawn, unknown)
    reader = train_reader(drawn, seed=seed, steps=steps, prepare=transfer.prepare)
    right = reader.read(unknown.images) == unknown.labels
    pale = replace(unknown, images=faded(unknown.images))
    shares = {
        "known faces": reader.accuracy(new_draws).estimate,
        "unknown faces": right.mean(),
        "unknown faces, faded": reader.accuracy(pale).estimate,
    }
    for family in np.unique(unknown.families):
        shares[f"unknown faces, {family}"] = right[unknown.families == family].mean()
    for label, letter in enumerate(unknown.letters):
        shares[f"unknown faces, {letter}"] = right[unknown.labels == label].mean()
    images, others = transfer.prepare(unknown.images), transfer.prepare(drawn.images)
    methods = {"nearest class mean": nearest_mean, "logistic regression": logistic_regression}
    for name, method in methods.items():
        shares[name] = (method(images, others, drawn.labels) == unknown.labels).mean()
    numbers = {name: round(float(share), 5) for name, share in shares.items()}
    return numbers | {"seconds": round(reader.trained.seconds, 1)}
