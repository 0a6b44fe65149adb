"""Letters of chosen typefaces, drawn anew with as much variation as is asked for."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from assignment4.letters import HELD_OUT_FAMILIES, Alphabet
from assignment4.letters.rendering import SIZE, draw_variations, render_image
from assignment4.letters.splits import random_order
from assignment4.letters.typefaces import Typeface, letter_shape, typeface_families

FIRST_SEED = 10_000
"""Added to a seed; the embedded letters are drawn with the seeds 0 and 1."""

KNOWN_FAMILIES = tuple(name for name in typeface_families() if name not in HELD_OUT_FAMILIES)

_NOT_WARPED = {"warp": np.zeros((2, 5, 5))}

VARIATIONS = {
    "varied": {},
    "not warped": _NOT_WARPED,
    "upright": _NOT_WARPED | {"matrix": np.eye(2)},
}
"""What is set back: nothing, the elastic warp, or all but the pen."""


def choose_faces(families: int, *, seed: int) -> list[Typeface]:
    """Return all faces of so many known families, or a single face for 0; ValueError beyond.

    The seed decides their order, fewer families being among the more, and which face is single.
    """
    if not 0 <= families <= len(KNOWN_FAMILIES):
        raise ValueError(
            f"there are no {families} families to train on; {len(KNOWN_FAMILIES)} are known"
        )
    by_family = typeface_families()
    names = [KNOWN_FAMILIES[place] for place in random_order(len(KNOWN_FAMILIES), seed=(seed, 3))]
    if families:
        return [face for name in names[:families] for face in by_family[name]]
    faces = by_family[names[0]]
    return [faces[random_order(len(faces), seed=(seed, 4))[0]]]


def draw_letters(
    letters: str, faces: Sequence[Typeface], count: int, *, seed: int, variation: str = "varied"
) -> Alphabet:
    """Draw letters of some faces, each letter and family equally often, in a family each face.

    A seed, from 0, is none of the embedded letters', and gives the same pens in all VARIATIONS.
    """
    by_family = defaultdict(list)
    for face in faces:
        by_family[face.family].append(face)
    families = list(by_family.values())
    images = np.empty((count, SIZE, SIZE), np.uint8)
    chosen = []
    for index, drawn in enumerate(draw_variations(count, seed=FIRST_SEED + seed)):
        turn = index // len(letters)
        family = families[turn % len(families)]
        chosen.append(family[turn // len(families) % len(family)])
        shape = letter_shape(chosen[-1], letters[index % len(letters)])
        images[index] = render_image(shape, replace(drawn, **VARIATIONS[variation]))
    return Alphabet(
        letters,
        images,
        np.arange(count) % len(letters),
        np.array([face.family for face in chosen]),
        np.array([face.style for face in chosen]),
        count,
    )


def of_faces(alphabet: Alphabet, faces: Sequence[Typeface]) -> Alphabet:
    """Return those images of an alphabet that show one of the faces."""
    wanted = {(face.family, face.style) for face in faces}
    origins = zip(alphabet.families.tolist(), alphabet.styles.tolist(), strict=True)
    return alphabet.select(np.flatnonzero([origin in wanted for origin in origins]))


def check_new_images(known: Alphabet, unseen: Alphabet) -> None:
    """Raise ValueError if a reader was trained on images to test with."""
    seen = {image.tobytes() for image in known.images}
    if repeated := sum(image.tobytes() in seen for image in unseen.images):
        raise ValueError(f"{repeated} of {len(unseen)} images to test with were trained on")


def check_new_faces(known: Alphabet, unseen: Alphabet) -> None:
    """Raise ValueError if images to test with, or their families if known, were trained on."""
    check_new_images(known, unseen)
    if common := sorted(set(known.families.tolist()) & set(unseen.families.tolist()) - {""}):
        raise ValueError(f"letters to test with are of families that were trained on: {common}")
