"""What readers of typefaces, of the pen and of real drawings make of each other's letters.

Real drawings are a person's own. What was measured of them is kept in `results/drawings.jsonl`.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy.stats import mannwhitneyu

from assignment4 import ROOT
from assignment4.cache import write_atomically
from assignment4.encoder_decoder.metrics import accuracy
from assignment4.intervals import Interval, mean_interval
from assignment4.letters import (
    CYRILLIC,
    Alphabet,
    load_letters,
    pen_letters,
    split_as_reported,
    split_by_family,
)
from assignment4.letters.pen import HELD_OUT_HANDS
from assignment4.tables import Table, table
from assignment4.transfer.kinds import TYPEFACES, Parts, typeface_letters
from assignment4.transfer.readers import train_reader

PEN, BOTH, REAL = "pen", "typefaces and pen", "real drawings"
STEPS = 600
RESULTS = ROOT / "results" / "drawings.jsonl"


def joined(first: Alphabet, second: Alphabet) -> Alphabet:
    """Return the letters of both, those of the first in front."""
    names = ("images", "labels", "families", "styles")
    both = {one: np.concatenate([getattr(first, one), getattr(second, one)]) for one in names}
    return replace(first, **both)


def four_kinds(folder: Path) -> dict[str, tuple[Alphabet, Alphabet]]:
    """Return Cyrillic letters to train on and to test with, for each kind.

    Tests are by families and by hands that nothing is trained on; of real drawings, whose writers
    are not known, by images. ValueError: see `load_letters`.
    """
    typefaces = split_by_family(typeface_letters(CYRILLIC))
    pen = split_by_family(pen_letters(0).cyrillic, held_out=HELD_OUT_HANDS)
    both = joined(typefaces[0], pen[0]), joined(typefaces[1], pen[1])
    real = split_as_reported(load_letters(folder).cyrillic)
    return {TYPEFACES: typefaces, PEN: pen, BOTH: both, REAL: real}


def share_read(read: np.ndarray, letters: Alphabet) -> Interval:
    """Return the share read right, with an interval over hands, if many, each for the same.

    Else, as for the few families of typefaces, it is one over images.
    """
    right = read == letters.labels
    groups = np.unique(letters.families)
    if len(groups) < len(HELD_OUT_HANDS):
        return accuracy(read, letters.labels)
    return mean_interval([right[letters.families == one].mean() for one in groups])


def readings(parts: Parts, *, seed: int) -> Iterator[dict[str, object]]:
    """Yield a line for each kind that is trained on and each that is read."""
    for trained_on, (known, _) in parts.items():
        reader = train_reader(known, seed=seed, steps=STEPS)
        for kind, (_, unseen) in parts.items():
            if kind == BOTH:
                continue
            read = reader.read(unseen.images)
            share = share_read(read, unseen)
            letters = {
                letter: round(float((read == label)[unseen.labels == label].mean()), 4)
                for label, letter in enumerate(unseen.letters)
            }
            bounds = [round(float(bound), 4) for bound in share]
            yield {"trained on": trained_on, "read": kind, "share": bounds, "letters": letters}


def told_apart(first: Alphabet, second: Alphabet, *, seed: int) -> dict[str, float]:
    """Return how well a network tells two kinds of letters apart, over all and by letter.

    It is trained on four fifths of each kind. On the rest it finds a letter of the second kind more
    like that kind than one of the first so often: the area under the curve, 1/2 for guesses.
    """
    count = min(len(first), len(second))
    both = joined(first.select(np.arange(count)), second.select(np.arange(count)))
    kinds, letters = np.repeat([0, 1], count), both.labels
    unseen = np.arange(2 * count) % count >= 0.8 * count
    known = replace(both.select(np.flatnonzero(~unseen)), labels=kinds[~unseen])
    reader = train_reader(known, seed=seed, steps=STEPS)
    logits = reader.trained.model.predict(reader.prepare(both.images[unseen]), verbose=0)
    surplus, kinds, letters = logits[:, 1] - logits[:, 0], kinds[unseen], letters[unseen]

    def area(chosen: np.ndarray) -> float:
        ones, zeros = surplus[chosen & (kinds == 1)], surplus[chosen & (kinds == 0)]
        return round(float(mannwhitneyu(ones, zeros).statistic / (len(ones) * len(zeros))), 4)

    by_letter = {letter: area(letters == label) for label, letter in enumerate(first.letters)}
    return {"all": area(letters >= 0)} | by_letter


def measure(folder: Path, *, source: str, seeds: int) -> list[dict[str, object]]:
    """Return what is measured of the real drawings of a folder, a line for each number and seed."""
    parts, lines = four_kinds(folder), []
    of = {"source": source, "pen": pen_letters(0).digest()[:16]}
    for seed in range(seeds):
        areas = told_apart(parts[PEN][0], parts[REAL][0], seed=seed)
        for line in (*readings(parts, seed=seed), {"areas": areas}):
            lines.append(of | line | {"seed": seed})
    return lines


def keep(lines: list[dict], *, path: Path = RESULTS) -> None:
    """Write what was measured in place of what was measured before."""
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    write_atomically(path, text.encode())


def kept(*, path: Path = RESULTS) -> list[dict]:
    """Return what was measured last."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def reading_table(lines: list[Mapping]) -> Table:
    """Return the shares read right, a row for each kind trained on, of the first seed."""
    found = {
        (line["trained on"], line["read"]): Interval(*line["share"])
        for line in lines
        if "share" in line and line["seed"] == 0
    }
    trained_on, read = (list(dict.fromkeys(names)) for names in zip(*found, strict=True))
    rows = [(name, *(found[name, kind] for kind in read)) for name in trained_on]
    return Table(["trained on", *read], rows)


def letter_table(lines: list[Mapping]) -> Table:
    """Return what readers of the pen and of real letters read of the other kind, and the areas.

    All are means over the seeds, by letter.
    """

    def means(key: str, **wanted: str) -> list[float]:
        some = [one[key] for one in lines if key in one and wanted.items() <= one.items()]
        return [float(np.mean([one[letter] for one in some])) for letter in CYRILLIC]

    columns = {
        "pen reads real": means("letters", **{"trained on": PEN, "read": REAL}),
        "real reads pen": means("letters", **{"trained on": REAL, "read": PEN}),
        "told apart": means("areas"),
    }
    return table({"letter": list(CYRILLIC)} | columns, digits=2, measured=columns)
