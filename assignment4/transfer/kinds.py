"""Two kinds of letters: typefaces, and a reader's own or faces held out in their place."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from assignment4.encoder_decoder.comparison import confusion_matrix
from assignment4.encoder_decoder.metrics import accuracy, baselines
from assignment4.intervals import Interval, mean_interval
from assignment4.letters import (
    CYRILLIC,
    LATIN,
    Alphabet,
    Letters,
    embedded,
    split_as_reported,
    split_by_family,
)
from assignment4.letters.embedded import RENDERED, check_typefaces
from assignment4.tables import Table, table
from assignment4.transfer.faces import check_new_faces
from assignment4.transfer.readers import Reader, train_reader

TYPEFACES = "typefaces"
HELD_OUT = "families held out"
OWN = "your letters"

Parts = Mapping[str, tuple[Alphabet, Alphabet]]
"""For each kind of letters its training part and its unseen part."""


def typeface_letters(letters: str) -> Alphabet:
    """Return the letters of typefaces, whichever folder is in use; see `check_typefaces`."""
    check_typefaces()
    return {CYRILLIC: embedded.cyrillic_letters, LATIN: embedded.latin_letters}[letters](0)


def two_kinds(letters: Letters, alphabet: str = "cyrillic") -> dict[str, Alphabet]:
    """Return the letters of the known typeface families, and those of another kind, by name.

    Of the "cyrillic" or the "latin" alphabet these are a person's own, without copies of the
    former, or else those of the families held out.
    """
    own = getattr(letters, alphabet)
    known, others = split_by_family(typeface_letters(own.letters))
    if letters.source != RENDERED:
        copies = {image.tobytes() for image in known.images}
        new = [image.tobytes() not in copies for image in own.images]
        others = own.select(np.flatnonzero(new))
    check_new_faces(known, others)
    return {TYPEFACES: known, HELD_OUT if letters.source == RENDERED else OWN: others}


def divide(kinds: Mapping[str, Alphabet]) -> dict[str, tuple[Alphabet, Alphabet]]:
    """Return the training part and the unseen part of each kind, drawn independently."""
    return {name: split_as_reported(alphabet) for name, alphabet in kinds.items()}


class Reading(NamedTuple):
    """The labels (n,) read in unseen letters `of` a kind by what was `trained_on` one.

    `simple` has the accuracies of simple methods with the same training.
    """

    trained_on: str
    of: str
    letters: Alphabet
    read: np.ndarray
    simple: dict[str, Interval]

    @property
    def accuracy(self) -> Interval:
        """The share read right."""
        return accuracy(self.read, self.letters.labels)

    @property
    def counts(self) -> np.ndarray:
        """How often each letter, a row, was read as each, a column; (14, 14)."""
        return confusion_matrix(self.read, self.letters.labels)[:, :-1]


Readings = Mapping[tuple[str, str], Reading]
"""By the kind that was trained on and the kind that was read."""


def train_readers(parts: Parts, *, seed: int) -> dict[str, Reader]:
    """Return for each kind a reader of its training part."""
    return {name: train_reader(known, seed=seed) for name, (known, _) in parts.items()}


def read_across(parts: Parts, readers: Mapping[str, Reader]) -> Readings:
    """Return what the reader of each kind reads of the unseen letters of each."""
    return {
        (trained_on, of): Reading(
            trained_on,
            of,
            unseen,
            readers[trained_on].read(unseen.images),
            baselines(parts[trained_on][0], unseen),
        )
        for trained_on in parts
        for of, (_, unseen) in parts.items()
    }


def lost(readings: Readings, trained_on: str, of: str) -> Interval:
    """Return by how much a reader falls short of that of the kind read, letter by letter."""
    own, other = (
        (one.read == one.letters.labels).astype(int)
        for one in (readings[of, of], readings[trained_on, of])
    )
    return mean_interval(own - other)


def accuracy_table(readings: Readings) -> Table:
    """Return the accuracies of networks and simple methods, and by how much networks fall short."""
    methods = list(next(iter(readings.values())).simple)
    rows = [
        (
            *(one.trained_on, one.of, one.accuracy),
            *(one.simple[method] for method in methods),
            "" if one.trained_on == one.of else lost(readings, *pair),
        )
        for pair, one in readings.items()
    ]
    return Table(["trained on", "letters read", "network", *methods, "lost"], rows)


def letter_table(readings: Sequence[Reading]) -> Table:
    """Return for each letter the share read right, a column for each reading."""
    shares = {
        f"{one.trained_on} read {one.of}": np.diag(one.counts) / one.counts.sum(axis=1)
        for one in readings
    }
    return table({"letter": list(readings[0].letters.letters)} | shares, measured=shares)


def misread(reading: Reading, *, rows: int, columns: int) -> dict[str, np.ndarray]:
    """Return letters that were taken for others, a row for each pair most often confused.

    A row such as "Л as Д" is (columns, 28, 28), not a number where there are fewer. Equal pairs are
    in label order; where there are fewer, rows have names of spaces.
    """
    names, images = reading.letters.letters, reading.letters.images
    errors = reading.counts - np.diag(np.diag(reading.counts))
    order = np.argsort(-errors, axis=None, kind="stable")[:rows]
    found = {}
    for label, taken_for in zip(*np.unravel_index(order, errors.shape), strict=True):
        places = (reading.letters.labels == label) & (reading.read == taken_for)
        some = images[places][:columns]
        row = np.full((columns, *images.shape[1:]), np.nan)
        row[: len(some)] = some
        name = f"{names[label]} as {names[taken_for]}"
        found[name if errors[label, taken_for] else " " * (len(found) + 1)] = row
    return found
