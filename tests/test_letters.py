"""What the networks see: alphabets, their numbers, splits, normalisation, and which are loaded."""

import numpy as np
import pytest

from assignment4 import ROOT
from assignment4 import letters as data
from assignment4.letters import (
    CYRILLIC,
    LATIN,
    Alphabet,
    Letters,
    normalize_mean,
    normalize_stddev,
    split_as_reported,
    split_by_family,
)
from assignment4.letters.pairs import letters_folder


def alphabet(images, labels, *, families=("",), letters=LATIN, report_size=5600) -> Alphabet:
    """Return an alphabet whose images come from families by turns."""
    origin = np.resize(np.array(families), len(labels))
    images, styles = np.asarray(images), np.arange(len(labels)).astype(str)
    return Alphabet(letters, images, np.asarray(labels), origin, styles, report_size)


def numbered(per_class: int, **options) -> Alphabet:
    """Return an alphabet whose labels follow one another, and of which each image is another."""
    count = 14 * per_class
    images = np.random.default_rng(0).integers(0, 256, (count, 28, 28)).astype(np.uint8)
    return alphabet(images, np.arange(count) % 14, **options)


def pixels(part: Alphabet) -> set[bytes]:
    return {image.tobytes() for image in part.images}


# Alphabets


def test_one_of_each_counts_within_a_class_and_starts_again():
    some = alphabet(np.arange(28), [*range(13, -1, -1), *range(14)])
    for number, places in ((0, range(13, -1, -1)), (1, range(14, 28)), (2, range(13, -1, -1))):
        found = data.one_of_each(some, number)
        assert found.labels.tolist() == list(range(14))
        assert found.images.tolist() == list(places)


def test_letters_tell_their_source_and_have_a_digest_of_images_labels_and_families():
    one, other = numbered(1, letters=CYRILLIC), numbered(2)
    letters = Letters(one, other, "by hand")
    assert str(letters) == "by hand: 14 Cyrillic and 28 Latin images"
    assert not letters.embedded
    assert Letters(one, other, "typefaces").embedded
    changed = [
        alphabet(other.images[::-1], other.labels),
        alphabet(other.images, other.labels[::-1]),
        numbered(2, families=("A", "B")),
    ]
    digests = {Letters(one, some, "by hand").digest() for some in [one, other, *changed]}
    assert len({*digests, Letters(other, one, "").digest()}) == 6


def test_the_table_has_each_class_s_letters_numbers_and_share_of_bright_pixels():
    random = np.random.default_rng(0)
    images = random.choice([0, 127, 128, 255], (2, 60, 28, 28))
    images *= (np.arange(28) < np.arange(60)[:, None] % 28)[..., None]
    labels = [[*range(14), *random.integers(14, size=46)] for _ in range(2)]
    both = [alphabet(images[0], labels[0], letters=CYRILLIC), alphabet(images[1], labels[1])]
    table = data.describe_classes(Letters(*both, "by hand"))
    assert table.names == ["label", "Cyrillic", "images", "ink", "Latin", "images", "ink"]
    for label, row in enumerate(table.rows):
        expected = [str(label)]
        for one in both:
            of_class = one.images[one.labels == label]
            share = f"{np.mean(of_class > 127):.2f}"
            expected += [one.letters[label], str(len(of_class)), share]
        assert row == expected


def test_the_spread_of_slants_is_as_it_is_defined():
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (70, 28, 28)).astype(np.uint8)
    images[:, :, :9] //= 5
    images[:, 20:] //= 3
    images[::2] = np.triu(images[::2])
    labels = random.permutation(70) % 14
    rows, columns = np.indices((28, 28)).reshape(2, -1)
    covariances = [np.cov(rows, columns, aweights=image.ravel(), ddof=0) for image in images]
    slants = np.array([covariance[0, 1] / covariance[0, 0] for covariance in covariances])
    spread = np.mean([slants[labels == label].std() for label in range(14)])
    assert data.slant_spread(alphabet(images, labels)) == pytest.approx(spread, rel=1e-9)


# Normalisation


@pytest.fixture
def images():
    images = np.random.default_rng(0).integers(0, 256, (6, 28, 28)).astype(np.uint8)
    images[0] //= 4
    return images


def test_normalize_is_both_with_a_channel(images):
    found, centred, scaled = (
        change(images) for change in (data.normalize, normalize_mean, normalize_stddev)
    )
    assert (found.shape, found.dtype) == ((6, 28, 28, 1), np.float32)
    for index, image in enumerate(images.astype(float)):
        np.testing.assert_allclose(centred[index], image - image.mean(), atol=1e-9)
        np.testing.assert_allclose(scaled[index], image / image.std(), rtol=1e-9)
        np.testing.assert_allclose(found[index, ..., 0], centred[index] / image.std(), atol=1e-6)
    assert (normalize_mean(np.full((1, 28, 28), 7, np.uint8)) == 0).all()
    assert normalize_stddev(np.ones((0, 28, 28))).shape == (0, 28, 28)


@pytest.mark.parametrize("normalization", [normalize_mean, normalize_stddev])
def test_images_that_cannot_be_normalised_are_named(normalization, images):
    for shape in ((28, 28), (5, 28, 28, 1)):
        with pytest.raises(ValueError, match="shape"):
            normalization(np.ones(shape))
    for value in (np.nan, np.inf):
        broken = images.astype(float)
        broken[[1, 2, 4], 1, 1] = value
        with pytest.raises(ValueError, match=r"image 1 .* not finite"):
            normalization(broken)
    images[[1, 2, 4]] = 7
    with pytest.raises(ValueError, match="image 1 is constant"):
        normalize_stddev(images)


@pytest.mark.can_fail("2a-mean")
@pytest.mark.parametrize("sign", [-1, 1])
def test_check_of_means_fails(images, sign):
    right = sign * normalize_mean(images)
    assert data.means_are_zero(right)
    assert data.means_are_zero(np.zeros((2, 28, 28)))
    assert not data.means_are_zero(right + 1e-6)
    assert not data.means_are_zero(sign * (images - images.mean()))
    assert not data.means_are_zero(images - images.mean(axis=(0, 1), keepdims=True))
    image = np.ones((1, 28, 28))
    for rounding, passes in ((784e-10, True), (784e-8, False)):
        image[0, 5, 7] = -783 + rounding  # the mean is small beside 783, and large beside 1
        assert data.means_are_zero(sign * image) == passes


@pytest.mark.can_fail("2a-stddev")
def test_check_of_deviations_fails(images):
    right = normalize_stddev(images)
    assert data.deviations_are_one(right)
    assert not data.deviations_are_one(right * (1 + 1e-9))
    assert not data.deviations_are_one(right * (1 - 1e-9))
    assert not data.deviations_are_one(images / images.std())
    assert not data.deviations_are_one(images / images.var(axis=(1, 2), keepdims=True))
    assert not data.deviations_are_one(images / images.std(axis=(1, 2), keepdims=True, ddof=1))
    assert data.refuses_constant_image(normalize_stddev, images)
    assert not data.refuses_constant_image(normalize_mean, images)
    assert images.std(axis=(1, 2)).min() > 0


# Splits


def test_the_report_s_split_takes_5000_to_train():
    some = numbered(400)
    train, test = split_as_reported(some)
    assert (len(train), len(test)) == (5000, 600)
    assert pixels(train) | pixels(test) == pixels(some)


def test_the_split_of_seed_0_is_the_same_everywhere():
    """Trained weights and their scores rest on it."""
    images = np.arange(140, dtype=np.uint8)[:, None, None] + np.zeros((28, 28), np.uint8)
    _, test = split_as_reported(alphabet(images, np.arange(140) % 14))
    assert " ".join(map(str, test.images[:, 0, 0])) == (
        "79 51 40 88 12 123 13 103 78 69 50 47 136 118 66 70 20 84 16 72 11 15 32 119 59 29 73 77"
    )


@pytest.mark.parametrize(("count", "seed"), [(10, 0), (13, 7), (25, 3)])
def test_smaller_alphabets_give_four_fifths_of_each_class_and_copies(count, seed):
    some = numbered(count, families=("A", "B", "C"))
    train, test = split_as_reported(some, seed=seed)
    assert set(np.bincount(train.labels)) == {-(-4 * count // 5)}
    assert pixels(train) | pixels(test) == pixels(some)
    assert pixels(test) != pixels(split_as_reported(some, seed=seed + 1)[1])
    places = {image.tobytes(): index for index, image in enumerate(some.images)}
    for part in (train, test):
        origin = [places[image.tobytes()] for image in part.images]
        for name in ("labels", "families", "styles"):
            np.testing.assert_array_equal(getattr(part, name), getattr(some, name)[origin])
    some = numbered(20)
    some.images[14:28] = some.images[:14]
    train, test = split_as_reported(some, seed=seed)
    assert not pixels(train) & pixels(test)
    assert len(train) + len(test) == len(some)
    assert len(train) < 14 * 18


def test_families_are_held_out_whole_and_in_order():
    some = numbered(12, families=("A", "B", "C"))
    train, test = split_by_family(some, held_out=("B",))
    np.testing.assert_array_equal(test.images, some.images[some.families == "B"])
    np.testing.assert_array_equal(train.labels, some.labels[some.families != "B"])
    some = numbered(8, families=("STIX General", "Source Sans Pro", "D"))
    assert set(data.SPLITS["by family"](some)[0].families) == {"D"}
    assert data.SPLITS["as reported"] is split_as_reported


def test_what_cannot_be_split_is_refused():
    for per_class in (1, 2, 4, 5):
        with pytest.raises(ValueError, match=r"part has [01] images of 'B'"):
            split_as_reported(numbered(per_class))
    for families in (("A", "B"), ("",)):
        with pytest.raises(ValueError, match="no image comes from"):
            split_by_family(numbered(8, families=families), held_out=("Z",))


# Which letters are loaded


def test_the_variable_names_a_folder_from_the_repository_s_root(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/reader")
    for value, folder in (
        ("../up/", ROOT.parent / "up"),
        ("~/own", "/home/reader/own"),
        ("/some where", "/some where"),
    ):
        monkeypatch.setenv("ASSIGNMENT4_LETTERS", value)
        assert str(letters_folder()) == str(folder)
        with pytest.raises(ValueError, match=f"^{folder}: "):
            data.load_letters()
    monkeypatch.setenv("ASSIGNMENT4_LETTERS", "")
    assert letters_folder() is None
