"""Letters drawn with a pen: a few strokes each, by hands that differ.

What is summed in no fixed order is a multiple of a power of two, so that images are the same bytes
on any machine.
"""

import hashlib
from collections.abc import Sequence
from importlib.resources import files

import numpy as np
from PIL import Image

from assignment4.cache import made_by, stored, versions
from assignment4.letters.alphabets import Alphabet, Letters
from assignment4.letters.embedded import CYRILLIC_COUNT, LATIN_COUNT
from assignment4.letters.pairs import CYRILLIC, LATIN
from assignment4.letters.rendering import SIZE, random_fractions
from assignment4.letters.skeletons import HEIGHT, Form, skeletons
from assignment4.letters.splits import random_order

HANDS = 200
HELD_OUT_HANDS = tuple(f"hand {number}" for number in range(160, HANDS))
OWN_FORM = 0.85  # how often a hand writes a letter in the form that is its own
PEN = 3.6  # half of the pen's width, in pixels of the raster

# How much varies between hands, and between the letters of a hand; lengths in letter heights.
LEAN = 0.17, 0.10  # shift to the right of the top against the middle
CLIMB = 0.06, 0.06  # rise of the right side against the middle
TURN = 0.08, 0.06  # radians, nearly
WIDTH = 0.20, 0.13  # relative; on average a tenth narrower than the skeletons
SIZE_SPREAD = 0.25, 0.12  # relative
BEND = 0.09, 0.13  # of each term of a smooth warp of the whole letter
STRAY = 0.03, 0.02  # a point's distance from its place
TREMOR = 0.005, 0.004  # the same between points
BOW = 0.03, 0.02  # how far the middle of a straight line lies off, relative to its length
OVERSHOOT = 0.01, 0.03  # of the ends of a stroke, relative to the first or last piece
SHIFT = 0.06  # of a stroke against the others

_GRID = 2.0**-10  # points are multiples of it, in letter heights
_HAND_NUMBERS = 128
_IMAGE_NUMBERS = 512


class _Chance:
    """Hands out numbers of one row, evenly spread over [-1, 1) or more often near 0."""

    def __init__(self, row: np.ndarray) -> None:
        self.row, self.used = row, 0

    def even(self, *shape: int) -> np.ndarray:
        start, self.used = self.used, self.used + int(np.prod(shape))
        return self.row[start : self.used].reshape(shape)

    def bell(self, *shape: int) -> np.ndarray:
        return 0.75 * (self.even(*shape) + self.even(*shape))


class Hand:
    """A person, drawn from numbers in [-1, 1): which forms it writes, how it leans and trembles."""

    def __init__(self, numbers: np.ndarray) -> None:
        chance = _Chance(numbers)
        self.style = chance.even(1)[0]  # from printed to cursive
        self.choices = chance.even(len(skeletons()))
        self.lean, self.climb, self.turn, self.width, self.size = chance.bell(5)
        self.bend = chance.even(8)
        self.unsteady, self.tremor, self.bow, self.overshoot = chance.even(4)

    def form(self, letter: str, chance: _Chance) -> Form:
        """Return the form in which the hand writes a letter this time."""
        forms = skeletons()[letter]
        other, choice = (chance.even(2) + 1) / 2
        if other < OWN_FORM:
            own = self.choices[list(skeletons()).index(letter)]
            choice = _rank(0.4 * (self.style + 1) / 2 + 0.6 * (own + 1) / 2)
        shares = np.cumsum([form.share for form in forms])
        return forms[int(np.searchsorted(shares, choice * shares[-1], side="right"))]

    def write(self, letter: str, numbers: np.ndarray) -> np.ndarray:
        """Return one letter of the hand, (SIZE, SIZE) uint8, white on black."""
        chance = _Chance(numbers)
        form = self.form(letter, chance)
        wild = 0.65 + 1.1 * ((chance.even(1)[0] + 1) / 2) ** 3
        x, y = self._moved(form, chance, wild).T
        x = 2 * x - form.points[:, 0].min() - form.points[:, 0].max()
        y = 2 * y - 1
        bend = BEND[0] * self.bend + wild * BEND[1] * chance.bell(8)
        x, y = (
            x + bend[0] * y * y + bend[1] * x * y + bend[2] * x * x + bend[3] * y * y * y,
            y + bend[4] * x * x + bend[5] * x * y + bend[6] * y * y + bend[7] * y * x * x,
        )
        own = np.array([self.lean, self.climb, self.turn, self.width, self.size])
        spreads = np.array([LEAN, CLIMB, TURN, WIDTH, SIZE_SPREAD])
        one = spreads[:, 0] * own + spreads[:, 1] * chance.bell(5) * (wild, wild, 1, wild, 1)
        lean, climb, turn, width, size = one + np.array([0, 0, 0, -0.1, 1.05])
        x = x * (1 + width)
        x, y = x - lean * y, y + climb * x
        half = turn / 2
        cosine, sine = (1 - half * half) / (1 + half * half), 2 * half / (1 + half * half)
        x, y = cosine * x - sine * y, sine * x + cosine * y
        points = np.round(np.stack([x, y]) * (size / 2) / _GRID) * _GRID
        return _ink(points @ form.weights.T * HEIGHT)

    def _moved(self, form: Form, chance: _Chance, wild: float) -> np.ndarray:
        """Return the form's points, each a little away from its place."""
        count = len(form.points)
        stray = wild * STRAY[0] + STRAY[1] * self.unsteady
        tremor = TREMOR[0] + TREMOR[1] * self.tremor
        size = np.where(form.freedom > 0, stray * form.freedom, tremor)
        moves = chance.bell(count, 2) * size[:, None]
        bow = BOW[0] + BOW[1] * self.bow
        moves = moves + form.across * (bow * (chance.even(count) + 0.7 * chance.even(1)))[:, None]
        over = OVERSHOOT[0] * self.overshoot + OVERSHOOT[1] * chance.bell(count)
        moves = moves + form.onwards * over[:, None]
        moves = np.round(moves / _GRID) * _GRID
        shift = wild * SHIFT * chance.even(form.stroke[-1] + 1, 2)
        return form.points + form.follow @ moves + shift[form.stroke]


def _rank(mixture: float) -> float:
    """Return the share of values below a mixture of 0.4 and 0.6 of two even numbers in [0, 1)."""
    if mixture < 0.4:
        return mixture * mixture / 0.48
    if mixture < 0.6:
        return (mixture - 0.2) / 0.6
    return 1 - (1 - mixture) * (1 - mixture) / 0.48


_AROUND = np.arange(-int(PEN) - 2, int(PEN) + 3)


def _ink(places: np.ndarray) -> np.ndarray:
    """Return what a round pen leaves along places (2, m) in pixels, cropped and stretched."""
    places = places - places.min(axis=1, keepdims=True) + len(_AROUND) // 2
    width, height = places.max(axis=1).astype(int) + len(_AROUND) // 2 + 2
    pixels = np.round(places).astype(int)
    columns, rows = pixels[:, :, None] + _AROUND
    across, down = (pixels - places)[:, :, None] + _AROUND
    squares = (down * down)[:, :, None] + (across * across)[:, None, :]
    field = np.full(height * width, np.inf)
    np.minimum.at(field, (rows[:, :, None] * width + columns[:, None, :]).ravel(), squares.ravel())
    ink = np.clip(PEN + 0.5 - np.sqrt(field.reshape(height, width)), 0, 1)
    image = Image.fromarray(np.round(255 * ink).astype(np.uint8))
    box = image.point([255 * (value >= 128) for value in range(256)]).getbbox()
    return np.asarray(image.crop(box).resize((SIZE, SIZE), Image.Resampling.HAMMING))


def draw_hands(seed: int) -> list[Hand]:
    """Return HANDS hands; the same non-negative seed gives the same."""
    return [Hand(row) for row in random_fractions(seed, HANDS * _HAND_NUMBERS).reshape(HANDS, -1)]


def write_letters(
    letters: str, count: int, *, hands: Sequence[Hand], seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Write letters, each and by each hand about equally often, in random order.

    The same hands and seed, from 0, give the same bytes anywhere: images (count, 28, 28) uint8,
    labels (count,) int64, and the number of each image's hand. ValueError: a skeleton is missing.
    """
    if missing := [letter for letter in letters if letter not in skeletons()]:
        raise ValueError(
            f"skeletons.txt has no letter {missing[0]!r}; it has {''.join(skeletons())}"
        )
    labels = np.arange(count) % len(letters)
    writers = np.arange(count) // len(letters) % len(hands)
    numbers = random_fractions(seed, count * _IMAGE_NUMBERS).reshape(count, -1)
    images = np.empty((count, SIZE, SIZE), np.uint8)
    for index, row in enumerate(numbers):
        images[index] = hands[writers[index]].write(letters[labels[index]], row)
    order = random_order(count, seed=(seed, 3))
    return images[order], labels[order], writers[order]


def pen_letters(seed: int = 0) -> Letters:
    """Return as many letters as in the report, both alphabets by the same hands; a seed from 0.

    An image's family is its hand, such as "hand 17".
    """
    return Letters(
        _stored_letters(CYRILLIC, CYRILLIC_COUNT, hands=seed, seed=2 * seed),
        _stored_letters(LATIN, LATIN_COUNT, hands=seed, seed=2 * seed + 1),
        "pen",
    )


def _stored_letters(letters: str, count: int, *, hands: int, seed: int) -> Alphabet:
    skeleton = files("assignment4.letters").joinpath("skeletons.txt").read_bytes()
    key = {
        "letters": letters,
        "count": count,
        "hands": hands,
        "seed": seed,
        "skeletons": hashlib.sha256(skeleton).hexdigest(),
        "made by": made_by(write_letters, draw_hands),
        "versions": versions("pillow"),
    }

    def compute():
        images, labels, writers = write_letters(letters, count, hands=draw_hands(hands), seed=seed)
        return {"images": images, "labels": labels, "hands": writers}

    arrays = stored("letters-pen", key, compute)
    names = np.array([f"hand {number}" for number in arrays["hands"]])
    unknown = np.full(count, "")
    return Alphabet(letters, arrays["images"], arrays["labels"], names, unknown, count)
