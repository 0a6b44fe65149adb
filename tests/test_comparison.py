"""All losses side by side: their tables, where networks err, and the question of the dots."""

import base64
import io
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.metrics import confusion_matrix

from assignment4.encoder_decoder import comparison, lattice
from assignment4.encoder_decoder.assessment import Assessment, Readability
from assignment4.encoder_decoder.spectrum import lattice_shares
from assignment4.figures.side_by_side import SideBySide, plot_all_confusions
from assignment4.intervals import Interval
from assignment4.letters import CYRILLIC, LATIN, Alphabet, normalize


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def assessed(seed: int = 0) -> Assessment:
    """Return outputs for 28 letters: the first judge errs at place 3, both at place 5."""
    random = np.random.default_rng(seed)
    labels = np.arange(28) % 14
    read = np.stack([labels, labels])
    read[:, 5], read[0, 3] = (1, 2), 9
    numbers = random.uniform(size=(5, 28))
    return Assessment(
        images=random.normal(size=(28, 28, 28, 1)).astype(np.float32),
        labels=labels,
        read=read,
        variance_shares=numbers[0, :14],
        to_mean=numbers[1],
        to_representative=numbers[2],
        sharpness=numbers[4],
    )


FOUND = {"one": assessed(0), "two & three": assessed(1)}
NONE = np.full(28, "")
IMAGES = np.random.default_rng(2).integers(0, 256, (28, 28, 28)).astype(np.uint8)
GIVEN = Alphabet(CYRILLIC, IMAGES, np.arange(28) % 14, NONE, NONE, 99)


def test_what_is_read_wrong():
    found = FOUND["one"]
    counts = comparison.confusion_matrix(found.read[0], found.labels)
    assert (counts == confusion_matrix(found.labels, found.read[0], labels=range(15))[:-1]).all()
    counts = np.diag([9, 3, 4]) + np.diag([1, 1], k=1)
    assert comparison.worst_letter(counts) == (1, 3, 4)
    assert comparison.worst_letter(counts).told("BDG") == "D: 3 of 4"


def test_shares_are_of_a_reader_and_a_gain_is_the_mean_of_both_judges(monkeypatch):
    monkeypatch.setattr(comparison, "read_letters", lambda classifier, images: images)
    read, labels = np.array([0, 1, 2, 2]), np.array([0, 1, 1, 2])
    assert comparison.share_read(None, read, labels).estimate == 0.75
    right = np.broadcast_to(FOUND["one"].labels, (2, 28))
    better = Assessment(**vars(FOUND["one"]) | {"read": right})
    gain = comparison.gain_in_reading(better, FOUND["one"])
    assert gain.estimate == pytest.approx(1.5 / 28)


SURE, LOW, OPEN = Interval(0.97, 0.98, 0.99), Interval(0.1, 0.15, 0.19), Interval(0.7, 0.8, 0.9)


@pytest.mark.parametrize(
    ("read", "word"),
    [
        ((SURE, SURE), "readable"),
        ((LOW, LOW), "unreadable"),
        ((SURE, LOW), "partly readable"),
        ((OPEN, SURE), "too close to tell"),
    ],
)
def test_a_word_is_found_for_outputs(read, word):
    assert comparison.describe(Readability([SURE, SURE], read)) == word


def test_tables_have_a_row_for_each_network():
    rows = comparison.distance_table(FOUND).rows
    assert [row[0] for row in rows] == list(FOUND)
    assert rows[1][2] == f"≈{FOUND['two & three'].to_mean.mean():.3f}"
    own, methods = {"one": SURE}, {"nearest class mean": LOW}
    rows = comparison.reading_table(FOUND["one"], FOUND, own, methods, {"one": "readable"}).rows
    assert len(rows) == 4
    assert rows[1][1:4] == [str(one) for one in (SURE, *FOUND["one"].reading_accuracies)]
    assert rows[1][-1] == "readable"
    assert rows[-1][:2] == ["nearest class mean", str(LOW)]
    stored = {"to mean": 0.25, "read by first judge": 1}
    apart = [abs(FOUND["one"].to_mean.mean() - 0.25), 2 / 28]
    assert comparison.apart(FOUND["one"], stored) == pytest.approx(apart)


def carried(page: str, kind: str) -> bytes:
    (content,) = re.findall(rf'="data:{kind};base64,([^"]*)"', page)
    return base64.b64decode(content)


def test_two_networks_stand_side_by_side_with_what_was_given_and_read():
    shown = SideBySide("example", GIVEN, FOUND, LATIN)
    page = shown._repr_html_()
    bitmap = plt.imread(io.BytesIO(carried(page, "image/png")))
    bitmap = (bitmap if bitmap.ndim == 2 else bitmap[..., 0]) / bitmap.max()
    rows = [GIVEN.images[:14], *(one.images[:14, ..., 0] for one in FOUND.values())]
    for row, images in enumerate(rows):
        for column, image in enumerate(images.astype(float)):
            tile = bitmap[row * 28 : row * 28 + 28, column * 28 : column * 28 + 28]
            stretched = (image - image.min()) / np.ptp(image)
            assert np.abs(tile - stretched).max() <= 0.5 / 15 + 1e-6
    read = "".join(LATIN[label] for label in FOUND["one"].read[0, :14])
    assert carried(page, "text/plain").decode() == read * 2
    assert "two &amp; three" in page
    with pytest.raises(ValueError, match="hyphens"):
        SideBySide("two words", GIVEN, FOUND, LATIN)


def test_panels_are_drawn_for_each_network():
    plot_all_confusions(FOUND, LATIN)
    titles = [axes.get_title() for axes in plt.gcf().axes]
    assert titles[:2] == [f"{name}\nworst letter {LATIN[3]}: 1 of 2" for name in FOUND]


# The dots

ROWS, COLUMNS = np.indices((28, 28))
CHESSBOARD = (-1.0) ** (ROWS + COLUMNS)
STRIPES = np.tile([3.0, 1.0, 0.0, 1.0], (28, 7))


def with_images(images: np.ndarray, labels: np.ndarray) -> Assessment:
    return Assessment(**vars(FOUND["one"]) | {"images": images[..., np.newaxis], "labels": labels})


def test_lattices_are_told_by_class_and_period():
    images = np.stack([CHESSBOARD, STRIPES, np.zeros((28, 28)), CHESSBOARD])
    found = with_images(images, np.array([0, 0, 1, 1]))
    assert lattice.shares_by_class(found, 2) == pytest.approx([(1 + 0.0625 / 1.1875) / 2, 0.5])
    assert lattice.shares_by_class(found, 4) == pytest.approx([1.125 / 1.1875 / 2, 0])
    assert lattice.both_periods(found) == pytest.approx([1, 0.5])


@pytest.mark.can_fail("2c-bright-dots")
def test_images_without_their_lattice_have_none_and_keep_the_rest():
    noise = np.random.default_rng(0).normal(size=(28, 28, 28))
    images = normalize(noise + CHESSBOARD + STRIPES)
    for period in lattice.PERIODS:
        assert lattice_shares(images, period).min() > 0.01
        assert lattice_shares(lattice.without_lattice(images), period).max() < 1e-6
    other = normalize(np.cos(np.pi * COLUMNS / 7)[np.newaxis])
    assert lattice.without_lattice(other) == pytest.approx(other, abs=1e-5)


LETTERS = 0.01
KERNELS = {"kernel 3": [0.2, 0.21, 0.19], "kernel 4": [0.1, 0.11, 0.1], "resized": [0.01] * 3}


@pytest.mark.can_fail("2c-bright-dots")
@pytest.mark.parametrize(
    ("changes", "stated", "corrected"),
    [
        ({}, False, True),
        ({"kernel 4": [0.01, 0.011, 0.01]}, True, False),
        ({"kernel 4": [0.2, 0.22, 0.21]}, False, None),
        ({"kernel 4": [0.3, 0.32, 0.31]}, False, False),
        ({"resized": [0.1, 0.11, 0.1]}, False, False),
        ({"kernel 3": [0.01, 0.011, 0.012]}, False, False),
        ({"kernel 4": [0.01, 0.05, 0.03]}, None, None),
    ],
)
def test_dots_are_told_by_what_has_a_lattice(changes, stated, corrected):
    found = lattice.dots_are_checkerboard(KERNELS | changes, LETTERS)
    assert [one.holds for one in found] == [stated, corrected]
    assert "kernel 3 ≈" in found[1].numbers
    each = lattice.dots_are_checkerboard(KERNELS | changes, np.full(3, LETTERS))
    assert each == found
