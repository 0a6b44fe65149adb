"""All losses side by side: their tables, where networks err, and the question of the dots."""

import base64
import io
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
from sklearn.metrics import confusion_matrix

from assignment4.encoder_decoder import comparison, lattice
from assignment4.encoder_decoder.assessment import LARGEST_VARIANCE_SHARE, Assessment, Readability
from assignment4.encoder_decoder.experiments import Run
from assignment4.encoder_decoder.spectrum import lattice_shares
from assignment4.figures.side_by_side import SideBySide, plot_all_confusions, plot_all_failures
from assignment4.intervals import Interval
from assignment4.letters import CYRILLIC, LATIN, Alphabet, normalize
from assignment4.replication.paired_comparisons import read_groups
from assignment4.replication.runs import readability_of_run


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
        to_nearest=numbers[3],
        sharpness=numbers[4],
    )


FOUND = {"one": assessed(0), "two & three": assessed(1)}
NONE = np.full(28, "")
IMAGES = np.random.default_rng(2).integers(0, 256, (28, 28, 28)).astype(np.uint8)
GIVEN = Alphabet(CYRILLIC, IMAGES, np.arange(28) % 14, NONE, NONE, 99)


def test_what_is_read_wrong():
    found = FOUND["one"]
    counts = comparison.confusion_matrix(found.read[0], found.labels)
    assert (counts == confusion_matrix(found.labels, found.read[0], labels=range(14))).all()
    assert comparison.worst(found, count=8).tolist() == [5, 3]
    assert comparison.worst(found, count=1).tolist() == [5]
    told = [f"{LATIN[a]}: {LATIN[b]}{LATIN[c]}" for a, b, c in ((3, 9, 3), (5, 1, 2), (0, 0, 0))]
    assert comparison.readings(found, [3, 5, 0], LATIN) == told
    counts = np.diag([9, 3, 4]) + np.diag([1, 1], k=1)
    assert comparison.worst_letter(counts) == (1, 3, 4)
    assert comparison.worst_letter(counts).told("BDG") == "D: 3 of 4"


def test_shares_and_gains_are_of_each_reader(monkeypatch):
    right = np.broadcast_to(FOUND["one"].labels, (2, 28))
    better = Assessment(**vars(FOUND["one"]) | {"read": right})
    first, second = comparison.judges_gains(better, FOUND["one"])
    assert (first.estimate, second.estimate) == pytest.approx((2 / 28, 1 / 28))
    monkeypatch.setattr(comparison, "read_letters", lambda classifier, images: images)
    read, labels = np.array([0, 1, 2, 2]), np.array([0, 1, 1, 2])
    assert comparison.share_read(None, read, labels).estimate == 0.75


SURE, LOW, OPEN = Interval(0.97, 0.98, 0.99), Interval(0.1, 0.2, 0.3), Interval(0.85, 0.9, 0.95)


@pytest.mark.parametrize(
    ("read", "near", "word"),
    [
        (SURE, SURE, "readable"),
        (LOW, LOW, "unreadable"),
        (SURE, LOW, "contradictory"),
        (OPEN, SURE, "too close to tell"),
    ],
)
def test_a_word_is_found_for_outputs(read, near, word):
    assert comparison.describe(Readability([SURE, SURE], [SURE, read], near)) == word


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
    runs = {"random letters": Run(None), "plain mean": Run(None), "classifier": Run(None, object())}
    stored = {name: [{"steps": 7, "seconds": s} for s in (3.0, 2.0)] for name in runs}
    rows = comparison.cost_table(runs, stored).rows
    assert [row[1:4] for row in rows] == [["7", "20", "no"], ["7", "1", "no"], ["7", "0", "yes"]]
    assert {row[4] for row in rows} == {"≈2"}
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
    plot_all_failures(FOUND, GIVEN, np.ones((14, 28, 28, 1)), LATIN, count=1)
    heads = [text.get_text() for text in plt.gcf().axes[0].get_xticklabels()]
    assert heads == comparison.readings(FOUND["one"], [5], LATIN)


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


def test_longer_trainings_are_what_the_chapter_says_of_them():
    groups = "squared_errors", "classifier_losses"
    short, longer = read_groups(*groups), read_groups(*groups, steps=20_000)
    (letters,), (classifier,) = longer["random letters"], longer["classifier"]
    assert comparison.describe(readability_of_run(letters)) == "readable"
    assert comparison.describe(readability_of_run(classifier)) == "contradictory"
    assert letters["largest variance share"] < LARGEST_VARIANCE_SHARE
    assert letters["sharpness"] < 1
    assert classifier["as near as letters"] < 0.01
    assert classifier["read by own classifier"] > 0.99
    assert [run["seed"] for run in short["classifier"]] == list(range(5))
