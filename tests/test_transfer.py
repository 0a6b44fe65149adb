"""Readers of one kind of letters on another: nothing leaks, and what is counted is right."""

import itertools
from collections import Counter
from dataclasses import replace
from fractions import Fraction

import matplotlib.pyplot as plt
import numpy as np
import pytest

from assignment4.encoder_decoder.experiments import pixels_from_0_to_1
from assignment4.figures.transfer import plot_accuracies, plot_both_ways, plot_misread
from assignment4.intervals import Interval, mean_interval, proportion_interval
from assignment4.letters import (
    CYRILLIC,
    HELD_OUT_FAMILIES,
    LATIN,
    Alphabet,
    Letters,
    load_letters,
    normalize,
    pen_letters,
    split_by_family,
)
from assignment4.letters.rendering import draw_variations, render_image
from assignment4.letters.typefaces import letter_shape, typeface_families
from assignment4.replication.runs import SEEDS, read_lines, read_results, run_experiment
from assignment4.transfer import drawings, experiments, kinds
from assignment4.transfer.argument import measured_accuracy, two_variances
from assignment4.transfer.experiments import COUNT, FAMILIES, TRANSFERS, letters_for, run_transfer
from assignment4.transfer.faces import (
    FIRST_SEED,
    KNOWN_FAMILIES,
    check_new_faces,
    check_new_images,
    choose_faces,
    draw_letters,
    of_faces,
)
from assignment4.transfer.kinds import HELD_OUT, OWN, TYPEFACES, Reading, misread, two_kinds
from assignment4.transfer.readers import CONTRAST, PAPER, STEPS, Reader, faded


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    monkeypatch.setenv("ASSIGNMENT4_PROGRESS", "0")
    monkeypatch.delenv("ASSIGNMENT4_LETTERS", raising=False)
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def letters() -> Letters:
    return load_letters()


def families_of(alphabet: Alphabet) -> set[str]:
    return set(alphabet.families.tolist())


def nameless(alphabet: Alphabet) -> Alphabet:
    nothing = np.full(len(alphabet), "")
    return replace(alphabet, families=nothing, styles=nothing)


def test_families_are_chosen_with_all_faces_fewer_among_the_more_and_none_held_out():
    for seed in range(20):
        chosen = [choose_faces(n, seed=seed) for n in range(1, 7)]
        names = [{face.family for face in faces} for faces in chosen]
        assert [len(families) for families in names] == [1, 2, 3, 4, 5, 6]
        assert all(fewer < more for fewer, more in itertools.pairwise(names))
        assert names[-1] == set(KNOWN_FAMILIES)
        assert not names[-1] & set(HELD_OUT_FAMILIES)
        assert len(chosen[1]) == sum(len(typeface_families()[name]) for name in names[1])
        (face,) = choose_faces(0, seed=seed)
        assert {face.family} == names[0]
    assert len({choose_faces(1, seed=seed)[0].family for seed in range(30)}) == 6
    for families in (-1, 7):
        with pytest.raises(ValueError, match=f"no {families} families"):
            choose_faces(families, seed=0)


def test_letters_and_families_are_drawn_equally_often():
    faces = choose_faces(2, seed=0)
    drawn = draw_letters(CYRILLIC, faces, 14 * 2 * 24, seed=0)
    pairs = Counter(zip(drawn.labels.tolist(), drawn.families.tolist(), strict=True))
    assert len(pairs) == 28
    assert set(pairs.values()) == {24}
    assert len(set(zip(drawn.families, drawn.styles, strict=True))) == len(faces)
    other = draw_letters(CYRILLIC, faces, 14, seed=1)
    assert not np.array_equal(drawn.images[:14], other.images)


def test_variations_do_what_their_names_say():
    """Each image is what the renderer makes of the same draw with less of it."""
    faces, flat = choose_faces(0, seed=2), np.zeros((2, 5, 5))
    less = {"varied": {}, "not warped": {"warp": flat}}
    less["upright"] = {"warp": flat, "matrix": np.eye(2)}
    for name, changes in less.items():
        drawn = draw_letters(LATIN, faces, 20, seed=3, variation=name)
        for index, one in enumerate(draw_variations(20, seed=FIRST_SEED + 3)):
            shape = letter_shape(faces[0], LATIN[index % 14])
            assert np.array_equal(drawn.images[index], render_image(shape, replace(one, **changes)))
    with pytest.raises(ValueError, match="no variation 'wavy'"):
        draw_letters(LATIN, faces, 14, seed=0, variation="wavy")


# Leaks are noticed


def test_a_family_or_an_image_in_both_parts_is_noticed(letters):
    known, unknown = split_by_family(letters.cyrillic)
    check_new_faces(known, unknown)
    check_new_faces(nameless(known), nameless(unknown))
    spoilt = unknown.families.copy()
    spoilt[7] = known.families[0]
    with pytest.raises(ValueError, match=f"\\['{known.families[0]}'\\]"):
        check_new_faces(known, replace(unknown, families=spoilt))
    images = unknown.images.copy()
    images[[3, 5]] = known.images[11]
    repeated = replace(unknown, images=images)
    for check in (check_new_images, check_new_faces):
        with pytest.raises(ValueError, match="2 of"):
            check(nameless(known), nameless(repeated))


def test_a_run_whose_letters_are_not_new_is_refused(letters, monkeypatch):
    with pytest.raises(ValueError, match="families that were trained on"):
        run_transfer(TRANSFERS["1 family"], letters, split="as reported", seed=0, steps=1)
    known, _ = split_by_family(letters.cyrillic)
    monkeypatch.setattr(experiments, "letters_for", lambda *_, **options: known)
    with pytest.raises(ValueError, match="images to test with were trained on"):
        run_transfer(TRANSFERS["1 family"], letters, split="by family", seed=0, steps=1)


# What a run counts


class KnowsSome:
    """In place of a reader: right for all images of known pixels, else it says label 0."""

    def __init__(self, *known: Alphabet) -> None:
        self.trained = type("Done", (), {"seconds": 0.0})
        self.labels = {
            image.tobytes(): label
            for one in known
            for image, label in zip(one.images, one.labels, strict=True)
        }

    def read(self, images):
        return np.array([self.labels.get(image.tobytes(), 0) for image in images])

    accuracy = Reader.accuracy


def run_with(reader, letters, monkeypatch) -> dict:
    monkeypatch.setattr(experiments, "train_reader", lambda *_, **options: reader)
    for method in ("nearest_mean", "logistic_regression"):
        monkeypatch.setattr(experiments, method, lambda images, *_: np.zeros(len(images), int))
    return run_transfer(TRANSFERS["1 family"], letters, split="by family", seed=0, steps=1)


def test_shares_are_of_the_letters_that_they_are_named_after(letters, monkeypatch):
    known, unknown = split_by_family(letters.cyrillic)
    stix = unknown.select(np.flatnonzero(unknown.families == "STIX General"))
    faces = choose_faces(1, seed=0)
    found = run_with(KnowsSome(of_faces(known, faces), stix), letters, monkeypatch)
    assert found["known faces"] == 1
    assert found["unknown faces, STIX General"] == 1
    first = round((unknown.labels == 0).mean(), 5)
    other = unknown.labels[unknown.families == "Source Sans Pro"]
    assert found["unknown faces, Source Sans Pro"] == round((other == 0).mean(), 5)
    right = len(stix) + (other == 0).sum()
    assert found["unknown faces"] == round(right / len(unknown), 5)
    share = (unknown.families[unknown.labels == 3] == "STIX General").mean()
    assert found["unknown faces, Ф"] == round(share, 5)
    assert found["unknown faces, faded"] == found["nearest class mean"] == first
    found = run_with(KnowsSome(of_faces(known, faces[1:])), letters, monkeypatch)
    assert found["known faces"] < 1


def test_every_experiment_changes_what_its_name_says():
    assert len(set(TRANSFERS.values())) == len(TRANSFERS) == 4 * len(FAMILIES) == 20
    assert TRANSFERS["4 families"] == (4, "varied", normalize)
    assert TRANSFERS["one face, upright"] == (0, "upright", normalize)
    assert TRANSFERS["6 families, pixels from 0 to 1"] == (6, "varied", pixels_from_0_to_1)
    drawn = letters_for(TRANSFERS["2 families"], CYRILLIC, seed=1)
    assert len(drawn) == COUNT
    assert families_of(drawn) == {face.family for face in choose_faces(2, seed=1)}


def test_faded_letters_are_the_same_to_a_reader_that_normalises(letters):
    images = letters.cyrillic.images[:50]
    pale = faded(images)
    assert pale.dtype == np.uint8
    assert (pale.min(), pale.max()) == (round(PAPER), round(PAPER + 255 * CONTRAST))
    rounding = 0.5 / (CONTRAST * images.std(axis=(1, 2)).min())
    assert np.abs(normalize(pale) - normalize(images)).max() < 3 * rounding
    assert np.abs(pixels_from_0_to_1(pale) - pixels_from_0_to_1(images)).max() > 0.3


@pytest.mark.parametrize(("families", "images"), [(1, 1), (1, 3), (2, 1), (2, 3), (3, 2)])
def test_the_variance_has_two_terms(families, images):
    accuracies = [Fraction(1, 2), Fraction(9, 10), Fraction(4, 5)]
    found = measured_accuracy(accuracies, families=families, images=images)
    assert found.mean == Fraction(11, 15)
    terms = two_variances(accuracies, families=families, images=images)
    assert found.variance == sum(terms)
    assert terms[0] == Fraction(13, 450) / families
    with pytest.raises(ValueError, match="not 3/2"):
        measured_accuracy([Fraction(3, 2)], families=1, images=1)


# Two kinds of letters


def test_own_letters_take_the_place_of_families_held_out(letters, monkeypatch, tmp_path):
    """The typefaces are the embedded ones, even where the environment names a folder."""
    for alphabet in ("cyrillic", "latin"):
        found = two_kinds(letters, alphabet)
        assert list(found) == [TYPEFACES, HELD_OUT]
        assert families_of(found[TYPEFACES]) == set(KNOWN_FAMILIES)
        assert families_of(found[HELD_OUT]) == set(HELD_OUT_FAMILIES)
        assert found[HELD_OUT].letters == getattr(letters, alphabet).letters
    monkeypatch.setenv("ASSIGNMENT4_LETTERS", str(tmp_path))
    known, _ = split_by_family(letters.cyrillic)
    some = nameless(letters.cyrillic.select(np.arange(280)))
    images = some.images[:, ::-1].copy()
    images[[4, 9]] = known.images[:2]
    own = Letters(replace(some, images=images), letters.latin, "elsewhere")
    found = two_kinds(own)
    assert list(found) == [TYPEFACES, OWN]
    assert np.array_equal(found[TYPEFACES].images, known.images)
    assert np.array_equal(found[OWN].labels, np.delete(some.labels, [4, 9]))
    assert np.array_equal(found[OWN].images, np.delete(images, [4, 9], axis=0))


def small(seed: int, family: str, count: int = 140) -> Alphabet:
    """Return images of one pattern for each letter that everyone can tell apart."""
    labels = np.arange(count) % 14
    patterns = np.random.default_rng(0).integers(0, 190, (14, 28, 28))
    noise = np.random.default_rng(seed).integers(0, 60, (count, 28, 28))
    images = (patterns[labels] + noise).astype(np.uint8)
    families = np.full(count, family)
    return Alphabet(CYRILLIC, images, labels, families, families, count + 1)


def test_every_reader_reads_the_unseen_letters_of_each_kind(empty_cache):
    """The readers know their own kind, and read all else as the first letter."""
    parts = kinds.divide({"one": small(1, "A"), "two": small(2, "B")})
    readers = {name: KnowsSome(*alphabets) for name, alphabets in parts.items()}
    readings = kinds.read_across(parts, readers)
    assert list(readings) == [("one", "one"), ("one", "two"), ("two", "one"), ("two", "two")]
    for (trained_on, of), one in readings.items():
        assert (one.trained_on, one.of) == (trained_on, of)
        assert families_of(one.letters) == {"A" if of == "one" else "B"}
        right = 28 if trained_on == of else 2
        assert one.accuracy == proportion_interval(right, len(one.letters))
        assert one.counts[:, 0].sum() == (2 if trained_on == of else 28)
        assert one.simple["logistic regression"].estimate == 1
    rows = kinds.accuracy_table(readings).rows
    assert [row[:2] for row in rows] == [list(pair) for pair in readings]
    assert rows[1][2] == str(proportion_interval(2, 28))
    lost = kinds.lost(readings, "two", "one")
    assert lost == mean_interval([0, 0, *[1] * 26])
    assert [row[-1] for row in rows] == ["", str(lost), str(lost), ""]
    table = kinds.letter_table([readings["one", "one"], readings["one", "two"]])
    assert [row[0] for row in table.rows] == list(CYRILLIC)
    assert [table.rows[place][2] for place in (0, 5)] == ["≈1.000", "≈0.000"]
    panels = plot_both_ways([readings["one", "two"], readings["two", "one"]])
    assert [axes.get_title() for axes in panels] == [
        "trained on one,\nreading two",
        "trained on two,\nreading one",
    ]


def test_confused_letters_are_shown_most_often_first():
    pairs = [(2, 2), (6, 1), (6, 1), (8, 7), (3, 3), (6, 1), (8, 7), (0, 4)]
    labels, read = np.array(pairs).T
    images = np.arange(1, 9, dtype=np.uint8)[:, None, None] * np.ones((1, 28, 28), np.uint8)
    nothing = np.full(8, "")
    given = Alphabet(CYRILLIC, images, labels, nothing, nothing, 100)
    reading = Reading("one", "two", given, read, {})
    rows = misread(reading, rows=5, columns=2)
    assert list(rows)[:3] == ["Л as Д", "П as Н", "Б as И"]
    assert len(rows) == 5
    assert [int(image.max()) for image in rows["Л as Д"]] == [2, 3]
    shown, missing = rows["Б as И"]
    assert shown.max() == 8
    assert np.isnan(missing).all()
    assert np.isnan(list(rows.values())[-1]).all()
    (axes,) = plot_misread([reading], rows=2, columns=3)
    assert [text.get_text() for text in axes.get_yticklabels()] == ["Л as Д", "П as Н"]


def test_curves_have_a_point_for_each_number_of_faces_and_end_at_1():
    found = [Interval(0.6, 0.65, 0.7), Interval(0.9, 0.97, 1.04)]
    axes = plot_accuracies({"known": found}, ["one face", "1 family"])
    line, _, (bars,) = axes.containers[0]
    assert line.get_ydata().tolist() == [one.estimate for one in found]
    ends = [segment[:, 1].tolist() for segment in bars.get_segments()]
    assert ends == [pytest.approx([0.6, 0.7]), pytest.approx([0.9, 1])]


# Stored results


def test_stored_shares_are_counts_of_the_letters_held_out(letters):
    _, unknown = split_by_family(letters.cyrillic)
    counts = np.bincount(unknown.labels)
    assert {line["split"] for line in read_lines("transfer")} == {"by family"}
    for name in TRANSFERS:
        assert [line["seed"] for line in read_results("transfer", name)] == list(SEEDS)
    for line in read_lines("transfer"):
        right = line["unknown faces"] * len(unknown)
        assert right == pytest.approx(round(right), abs=1e-5 * len(unknown))
        by_letter = [line[f"unknown faces, {letter}"] for letter in CYRILLIC]
        assert np.dot(by_letter, counts) == pytest.approx(right, abs=0.02)
        by_family = [line[f"unknown faces, {family}"] for family in HELD_OUT_FAMILIES]
        sizes = [(unknown.families == family).sum() for family in HELD_OUT_FAMILIES]
        assert np.dot(by_family, sizes) == pytest.approx(right, abs=0.02)


@pytest.mark.slow
def test_a_stored_run_is_found_again(letters, empty_cache):
    """Another machine rounds otherwise: shares may differ by 0.02."""
    stored = {name: read_results("transfer", name)[0] for name in ("1 family", "6 families")}
    found = run_experiment("transfer", "1 family", letters, split="by family", seed=0, steps=STEPS)
    numbers = ("known faces", "unknown faces", "nearest class mean", "logistic regression")
    apart = {
        name: {number for number in numbers if abs(found[number] - line[number]) > 0.02}
        for name, line in stored.items()
    }
    assert apart["1 family"] == set()
    assert set(found) <= set(stored["1 family"])
    assert {"unknown faces", "nearest class mean"} <= apart["6 families"]


# Real drawings


def test_hands_count_as_independent_where_they_are_known():
    """One hand that is never read right weighs as one hand, however many images it has."""
    labels = np.zeros(205, int)
    hands = np.array(["hand 1"] * 166 + [f"hand {number}" for number in range(2, 41)])
    hands = np.resize(hands, 205)
    images = np.zeros((205, 28, 28), np.uint8)
    read = np.where(hands == "hand 1", 1, 0)
    letters = Alphabet(CYRILLIC, images, labels, hands, hands, 205)
    expected = mean_interval([0.0, *[1.0] * 39])
    assert drawings.share_read(read, letters) == pytest.approx(expected)
    assert drawings.share_read(read, nameless(letters)) == proportion_interval(39, 205)


def test_kinds_are_told_apart_only_where_they_differ(empty_cache, monkeypatch):
    monkeypatch.setattr(drawings, "STEPS", 40)
    one, same, other = (small(seed, "A", 280) for seed in (1, 2, 3))
    other = replace(other, images=255 - other.images)
    assert drawings.told_apart(one, other, seed=0)["all"] > 0.95
    assert 0.25 < drawings.told_apart(one, same, seed=0)["all"] < 0.75


def test_what_is_measured_of_drawings_is_kept_and_shown(tmp_path):
    kinds = [drawings.TYPEFACES, drawings.PEN, drawings.REAL]
    letters = dict.fromkeys(CYRILLIC, 0.5)
    lines = [
        {"trained on": a, "read": b, "share": [0.1, 0.2, 0.3], "letters": letters, "seed": 0}
        for a, b in itertools.product(kinds, kinds)
    ]
    lines += [{"areas": letters, "seed": 0}]
    drawings.keep(lines, path=tmp_path / "drawings.jsonl")
    again = drawings.kept(path=tmp_path / "drawings.jsonl")
    assert again == lines
    assert drawings.reading_table(again).names == ["trained on", *kinds]
    assert drawings.letter_table(again).rows[3] == ["Ф", "≈0.50", "≈0.50", "≈0.50"]


def test_stored_measurements_are_of_the_present_pen():
    lines = drawings.kept()
    assert {line["pen"] for line in lines} == {pen_letters(0).digest()[:16]}
    assert {line["seed"] for line in lines} == set(range(5))
    assert len(lines) == 5 * (4 * 3 + 1)
