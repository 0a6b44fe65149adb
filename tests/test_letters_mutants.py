"""What only mutants of the code for the letters showed to be untested."""

import io
from collections import Counter

import numpy as np
import pytest
from letter_images import write_folders
from tqdm import tqdm

from assignment4.letters import (
    LATIN,
    Alphabet,
    embedded,
    normalize_mean,
    normalize_stddev,
    sources,
    split_as_reported,
)
from assignment4.letters.checks import deviations_are_one, means_are_zero
from assignment4.letters.sources import describe_left_out, read_source


def test_no_two_sets_of_embedded_letters_share_their_random_numbers(monkeypatch):
    """Whatever the seeds; a generator's seed is not negative."""
    seeds = []
    monkeypatch.setattr(embedded, "stored", lambda name, key, compute: compute())
    monkeypatch.setattr(embedded, "CYRILLIC_COUNT", 14)
    monkeypatch.setattr(embedded, "LATIN_COUNT", 14)
    monkeypatch.setattr(
        embedded,
        "render_letters",
        lambda letters, count, *, seed: seeds.append(seed) or 4 * [np.zeros(count)],
    )
    for seed in range(6):
        embedded.cyrillic_letters(seed)
        embedded.latin_letters(seed)
    assert len(set(seeds)) == 12
    assert min(seeds) == 0


@pytest.mark.can_fail("2a-mean")
def test_check_of_means_fails_where_they_are_negative():
    images = np.random.default_rng(0).normal(size=(3, 28, 28))
    assert means_are_zero(normalize_mean(images))
    assert not means_are_zero(normalize_mean(images) - 1e-6)
    assert not means_are_zero(normalize_mean(images) + 1e-6)


def test_check_of_means_passes_for_black_images():
    assert means_are_zero(np.zeros((2, 28, 28)))


@pytest.mark.parametrize("sign", [-1, 1])
def test_what_rounding_may_leave_of_a_mean_goes_by_the_largest_magnitude(sign):
    """A mean of 1e-10 is small beside 783 and large beside 1."""
    image = np.ones((1, 28, 28))
    image[0, 5, 7] = -783 + 784e-10
    assert means_are_zero(sign * image)
    image[0, 5, 7] = -783 + 784e-8
    assert not means_are_zero(sign * image)


@pytest.mark.can_fail("2a-stddev")
def test_check_of_deviations_fails_where_they_are_a_little_larger_or_smaller():
    images = normalize_stddev(np.random.default_rng(0).normal(size=(3, 28, 28)))
    assert deviations_are_one(images)
    assert not deviations_are_one(images * (1 + 1e-9))
    assert not deviations_are_one(images * (1 - 1e-9))


@pytest.mark.parametrize("normalization", [normalize_mean, normalize_stddev])
def test_the_first_of_several_images_that_are_not_finite_is_named(normalization):
    images = np.random.default_rng(0).normal(size=(6, 28, 28))
    images[[1, 2, 4], 3, 5] = np.nan
    with pytest.raises(ValueError, match="image 1 has a value that is not finite"):
        normalization(images)


def test_the_first_of_several_constant_images_is_named():
    images = np.random.default_rng(0).normal(size=(6, 28, 28))
    images[[1, 2, 4]] = 7
    with pytest.raises(ValueError, match="image 1 is constant"):
        normalize_stddev(images)


def numbered(count: int) -> Alphabet:
    """Return an alphabet of which each image holds its number, and labels follow one another."""
    images = np.arange(count, dtype=np.uint8)[:, None, None] + np.zeros((28, 28), np.uint8)
    unknown = np.full(count, "")
    return Alphabet(LATIN, images, np.arange(count) % 14, unknown, unknown, 5600)


def test_the_division_of_seed_0_is_the_same_everywhere():
    """Trained weights and their scores rest on it."""
    places = split_as_reported(numbered(140))[1].images[:, 0, 0]
    assert " ".join(map(str, places)) == (
        "79 51 40 88 12 123 13 103 78 69 50 47 136 118 66 70 20 84 16 72 11 15 32 119 59 29 73 77"
    )


def test_folders_left_out_are_told_in_the_order_of_their_names():
    assert describe_left_out(Counter({"Wb": 2, "": 1, "A": 3}), "latin") == (
        "no folder (1), A (3), Wb (2)"
    )
    assert describe_left_out(Counter(), "latin") == "nothing"


@pytest.mark.parametrize(("count", "end"), [(39, "(38)"), (40, "(39)"), (41, "(39), ...")])
def test_of_folders_left_out_forty_are_told(count, end):
    told = describe_left_out(Counter({f"folder {n:02}": n for n in range(count)}), "latin")
    assert told.count("folder") == min(count, 40)
    assert told.endswith(end)


@pytest.fixture
def folder(monkeypatch, tmp_path):
    """A folder with a file for each letter, from which nothing is kept in the cache."""
    monkeypatch.setattr(sources, "stored", lambda name, key, compute: compute())
    return write_folders(tmp_path)


@pytest.mark.parametrize("count", [1, 2, 6, 7])
def test_of_many_images_with_faults_the_first_and_five_more_are_named(folder, count):
    for letter in LATIN[:count]:
        (folder / "Latin" / letter / "1.png").write_bytes(b"text")
    with pytest.raises(ValueError, match="b'text'") as refusal:
        read_source(folder)
    message = str(refusal.value)
    assert message.startswith(f"{folder}/Latin/B/1.png: found no image")
    named = [letter for letter in LATIN if f"Latin/{letter}/1.png" in message]
    assert named == list(LATIN[: min(count, 6)])
    assert (f"; {count - 1} more have faults: " in message) == (count > 1)


def test_paper_is_taken_for_dark_where_images_are_more_than_half_white(folder, monkeypatch):
    """Whether an image is lighter than its strokes is asked of all images together."""
    image = np.zeros((28, 28), np.uint8)
    image[:14] = 255
    monkeypatch.setattr(sources, "read_letter", lambda content: image)
    assert (read_source(folder).arrays["latin"][0] == image).all()
    image[14, 0] = 255
    with pytest.raises(ValueError, match="Cyrillic: found light strokes on dark paper"):
        read_source(folder)


def test_every_image_that_is_read_moves_the_bar(folder, monkeypatch):
    bars = []

    def progress_bar(total, *, description):
        bars.append(tqdm(total=total, desc=description, file=io.StringIO()))
        return bars[-1]

    monkeypatch.setattr(sources, "progress_bar", progress_bar)
    read_source(folder)
    assert [(bar.desc, bar.n, bar.total) for bar in bars] == [
        ("Cyrillic", 14, 14),
        ("Latin", 14, 14),
    ]
