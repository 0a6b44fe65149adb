"""Letters of chosen typefaces, drawn anew with as much variation as is asked for."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from assignment4.letters import HELD_OUT_FAMILIES, Alphabet
from assignment4.letters.rendering import SIZE, Variation, draw_variations, render_image
from assignment4.letters.splits import random_order
from assignment4.letters.typefaces import Typeface, letter_shape, typeface_families

FIRST_SEED = 10_000
"""Added to a seed; the embedded letters are drawn with the seeds 0 and 1."""

KNOWN_FAMILIES = tuple(name for name in typeface_families() if name not in HELD_OUT_FAMILIES)
"""The families that a reader may be trained on."""


VARIATIONS = ("varied", "not warped", "upright")
"""What is done to a letter: all that is done to the embedded ones; the same without the elastic
warp, but turned, slanted and stretched; or only another pen."""


def _less_varied(variation: Variation, name: str) -> Variation:
    if name == "varied":
        return variation
    flat = replace(variation, warp=np.zeros_like(variation.warp))
    return flat if name == "not warped" else replace(flat, matrix=np.eye(2))


def choose_faces(families: int, *, seed: int) -> list[Typeface]:
    """Return all faces of so many known families, or a single face for 0 families.

    The seed decides the order of the families, and which face is the single one: fewer families
    are among the more.

    Raises:
        ValueError: there are not so many known families.
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

    Args:
        letters: the alphabet, in label order.
        faces: of which to draw.
        count: how many images.
        seed: a non-negative integer; the embedded letters have other ones.
        variation: of VARIATIONS; the same seed gives the same pens in all of them.

    Raises:
        ValueError: there is no such variation.
    """
    if variation not in VARIATIONS:
        raise ValueError(f"there is no variation {variation!r}; there are {VARIATIONS}")
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
        images[index] = render_image(shape, _less_varied(drawn, variation))
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
    """Refuse images to test with that a reader was trained on.

    Raises:
        ValueError: an image is in both.
    """
    seen = {image.tobytes() for image in known.images}
    if repeated := sum(image.tobytes() in seen for image in unseen.images):
        raise ValueError(f"{repeated} of {len(unseen)} images to test with were trained on")


def check_new_faces(known: Alphabet, unseen: Alphabet) -> None:
    """Refuse images to test with, of families that a reader was trained on.

    Letters from files have no family, and are compared as images alone.

    Raises:
        ValueError: an image or a family is in both.
    """
    check_new_images(known, unseen)
    if common := sorted(set(known.families.tolist()) & set(unseen.families.tolist()) - {""}):
        raise ValueError(f"letters to test with are of families that were trained on: {common}")
