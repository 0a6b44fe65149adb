"""Readers of one kind of letters on another: nothing leaks, and what is counted is right."""

import itertools
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

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
    split_by_family,
)
from assignment4.letters.rendering import Variation, draw_variations, render_image
from assignment4.letters.typefaces import letter_shape, typeface_families
from assignment4.replication.runs import (
    SEEDS,
    STEPS_OF_READERS,
    read_lines,
    read_results,
    run_experiment,
)
from assignment4.transfer import experiments, kinds
from assignment4.transfer.argument import measured_accuracy, two_variances
from assignment4.transfer.experiments import (
    COUNT,
    FAMILIES,
    STEPS,
    TRANSFERS,
    letters_for,
    run_transfer,
)
from assignment4.transfer.faces import (
    FIRST_SEED,
    KNOWN_FAMILIES,
    check_new_faces,
    check_new_images,
    choose_faces,
    draw_letters,
    of_faces,
)
from assignment4.transfer.kinds import (
    HELD_OUT,
    OWN,
    TYPEFACES,
    Reading,
    accuracy_table,
    confused_pairs,
    divide,
    letter_table,
    lost,
    misread,
    read_across,
    two_kinds,
    typeface_letters,
)
from assignment4.transfer.readers import CONTRAST, PAPER, Reader, faded, train_reader

HANDWRITING = Path(__file__).resolve().parents[2] / "shared" / "handwriting"


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


# Faces, and letters of them


def test_fewer_families_are_among_the_more():
    for seed in SEEDS:
        chosen = [{face.family for face in choose_faces(n, seed=seed)} for n in range(1, 7)]
        assert [len(families) for families in chosen] == [1, 2, 3, 4, 5, 6]
        assert all(fewer < more for fewer, more in itertools.pairwise(chosen))
        assert chosen[-1] == set(KNOWN_FAMILIES)
        (face,) = choose_faces(0, seed=seed)
        assert {face.family} == chosen[0]


def test_a_family_is_chosen_with_all_its_faces_and_never_one_held_out():
    families = typeface_families()
    for seed in SEEDS:
        faces = choose_faces(2, seed=seed)
        assert {face.family for face in faces} & set(HELD_OUT_FAMILIES) == set()
        assert Counter(face.family for face in faces) == {
            family: len(families[family]) for family in {face.family for face in faces}
        }
    first = {choose_faces(1, seed=seed)[0].family for seed in range(30)}
    assert first == set(KNOWN_FAMILIES)


@pytest.mark.parametrize("families", [-1, 7])
def test_there_are_no_more_families_than_there_are(families):
    with pytest.raises(ValueError, match=f"there are no {families} families to train on"):
        choose_faces(families, seed=0)


def test_letters_and_families_are_drawn_equally_often():
    faces = choose_faces(2, seed=0)
    drawn = draw_letters(CYRILLIC, faces, 14 * 2 * 24, seed=0)
    assert set(Counter(drawn.labels.tolist()).values()) == {48}
    pairs = Counter(zip(drawn.labels.tolist(), drawn.families.tolist(), strict=True))
    assert len(pairs) == 28
    assert set(pairs.values()) == {24}
    assert len(set(zip(drawn.families, drawn.styles, strict=True))) == len(faces)
    again = draw_letters(CYRILLIC, faces, 14 * 2 * 24, seed=0)
    assert np.array_equal(drawn.images, again.images)
    assert not np.array_equal(
        drawn.images, draw_letters(CYRILLIC, faces, 14 * 2 * 24, seed=1).images
    )


def test_variations_do_what_their_names_say():
    """Each image is what the renderer makes of the same draw with less of it."""
    faces = choose_faces(0, seed=2)
    flat, straight = np.zeros((2, 5, 5)), np.eye(2)
    expected = {
        "varied": lambda one: one,
        "not warped": lambda one: Variation(one.matrix, flat, one.half_stroke),
        "upright": lambda one: Variation(straight, flat, one.half_stroke),
    }
    found = {}
    for name, change in expected.items():
        drawn = draw_letters(LATIN, faces, 20, seed=3, variation=name)
        pens = draw_variations(20, seed=FIRST_SEED + 3)
        for index, one in enumerate(pens):
            shape = letter_shape(faces[0], LATIN[index % 14])
            assert np.array_equal(drawn.images[index], render_image(shape, change(one)))
        found[name] = drawn.images
    assert not np.array_equal(found["varied"], found["not warped"])
    assert not np.array_equal(found["not warped"], found["upright"])


def test_what_cannot_be_drawn_is_named():
    with pytest.raises(ValueError, match="no variation 'wavy'; there are"):
        draw_letters(CYRILLIC, choose_faces(0, seed=0), 14, seed=0, variation="wavy")
    with pytest.raises(ValueError, match="no face"):
        draw_letters(CYRILLIC, [], 14, seed=0)


def test_images_of_some_faces_are_found_by_family_and_style(letters):
    family = typeface_families()["Roboto"]
    found = of_faces(letters.cyrillic, family[:2])
    assert set(zip(found.families, found.styles, strict=True)) == {
        ("Roboto", family[0].style),
        ("Roboto", family[1].style),
    }
    assert len(of_faces(letters.cyrillic, family)) == (letters.cyrillic.families == "Roboto").sum()
    assert len(of_faces(letters.cyrillic, [])) == 0


# Leaks are noticed


def test_a_family_in_both_parts_is_noticed(letters):
    known, unknown = split_by_family(letters.cyrillic)
    drawn = letters_for(TRANSFERS["one face"], CYRILLIC, seed=0)
    check_new_faces(drawn, unknown)
    check_new_faces(known, unknown)
    spoilt = unknown.families.copy()
    spoilt[7] = drawn.families[0]
    with pytest.raises(ValueError, match=f"trained on: \\['{drawn.families[0]}'\\]"):
        check_new_faces(drawn, replace(unknown, families=spoilt))


def test_an_image_in_both_parts_is_noticed(letters):
    known, unknown = split_by_family(letters.cyrillic)
    images = unknown.images.copy()
    images[[3, 5]] = known.images[11]
    with pytest.raises(ValueError, match=f"2 of {len(unknown)} images to test with"):
        check_new_images(known, replace(unknown, images=images))
    without = replace(unknown, images=images, families=np.full(len(unknown), ""))
    with pytest.raises(ValueError, match="2 of"):
        check_new_faces(known, without)


def test_letters_without_a_family_may_be_of_the_same(letters):
    known, unknown = split_by_family(letters.cyrillic)
    nameless = [replace(one, families=np.full(len(one), "")) for one in (known, unknown)]
    check_new_faces(*nameless)


def test_a_run_with_the_report_s_split_is_refused(letters):
    with pytest.raises(ValueError, match="families that were trained on"):
        run_transfer(TRANSFERS["1 family"], letters, split="as reported", seed=0, steps=1)


def test_a_run_whose_letters_are_among_those_to_test_with_is_refused(letters, monkeypatch):
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


def run_with(reader, letters, monkeypatch, name="1 family") -> dict:
    monkeypatch.setattr(experiments, "train_reader", lambda *_, **options: reader)
    for method in ("nearest_mean", "logistic_regression"):
        monkeypatch.setattr(experiments, method, lambda images, *_: np.zeros(len(images), int))
    return run_transfer(TRANSFERS[name], letters, split="by family", seed=0, steps=1)


def test_shares_are_of_the_letters_that_they_are_named_after(letters, monkeypatch):
    known, unknown = split_by_family(letters.cyrillic)
    stix = unknown.select(np.flatnonzero(unknown.families == "STIX General"))
    found = run_with(KnowsSome(known, stix), letters, monkeypatch)
    assert found["known faces"] == 1
    assert found["unknown faces, STIX General"] == 1
    other = unknown.labels[unknown.families == "Source Sans Pro"]
    assert found["unknown faces, Source Sans Pro"] == round((other == 0).mean(), 5)
    right = len(stix) + (other == 0).sum()
    assert found["unknown faces"] == round(right / len(unknown), 5)
    assert found["unknown faces, Б"] == 1
    share = (unknown.families[unknown.labels == 3] == "STIX General").mean()
    assert found["unknown faces, Ф"] == round(share, 5)
    assert found["unknown faces, faded"] == round((unknown.labels == 0).mean(), 5)
    assert found["nearest class mean"] == round((unknown.labels == 0).mean(), 5)


def test_new_draws_are_of_the_faces_trained_on_and_of_no_others(letters, monkeypatch):
    faces = choose_faces(1, seed=0)
    found = run_with(KnowsSome(of_faces(letters.cyrillic, faces)), letters, monkeypatch)
    assert found["known faces"] == 1
    found = run_with(KnowsSome(of_faces(letters.cyrillic, faces[1:])), letters, monkeypatch)
    assert found["known faces"] < 1


def test_every_experiment_changes_what_its_name_says():
    assert len(TRANSFERS) == 4 * len(FAMILIES) == 20
    assert TRANSFERS["4 families"] == (4, "varied", normalize)
    assert TRANSFERS["one face, upright"] == (0, "upright", normalize)
    assert TRANSFERS["6 families, pixels from 0 to 1"] == (6, "varied", pixels_from_0_to_1)
    assert len(set(TRANSFERS.values())) == len(TRANSFERS)
    drawn = letters_for(TRANSFERS["2 families"], CYRILLIC, seed=1)
    assert len(drawn) == COUNT
    assert len(families_of(drawn)) == 2


def test_faded_letters_are_the_same_to_a_reader_that_normalises(letters):
    images = letters.cyrillic.images[:50]
    pale = faded(images)
    assert pale.dtype == np.uint8
    assert pale.min() == round(PAPER)
    assert pale.max() == round(PAPER + 255 * CONTRAST)
    rounding = 0.5 / (CONTRAST * images.std(axis=(1, 2)).min())
    assert np.abs(normalize(pale) - normalize(images)).max() < 3 * rounding
    assert np.abs(pixels_from_0_to_1(pale) - pixels_from_0_to_1(images)).max() > 0.3


@pytest.mark.slow
def test_a_reader_learns_to_read(monkeypatch, tmp_path, letters):
    monkeypatch.setenv("ASSIGNMENT4_CACHE", str(tmp_path))
    drawn = letters_for(TRANSFERS["one face, upright"], CYRILLIC, seed=0)
    reader = train_reader(drawn, seed=0, steps=60)
    assert reader.accuracy(drawn).lower > 0.9
    raw = train_reader(drawn, seed=0, steps=60, prepare=pixels_from_0_to_1)
    assert raw.accuracy(drawn).lower > 0.9
    assert reader.accuracy(replace(drawn, images=faded(drawn.images))).lower > 0.9
    wrong = replace(drawn, labels=(drawn.labels + 1) % 14)
    assert reader.accuracy(wrong).upper < 0.1


# The argument

SOME_ACCURACIES = [Fraction(1, 2), Fraction(9, 10), Fraction(4, 5)]


@pytest.mark.parametrize(("families", "images"), [(1, 1), (1, 3), (2, 1), (2, 3), (3, 2)])
def test_the_variance_has_two_terms(families, images):
    found = measured_accuracy(SOME_ACCURACIES, families=families, images=images)
    assert found.mean == Fraction(11, 15)
    terms = two_variances(SOME_ACCURACIES, families=families, images=images)
    assert found.variance == sum(terms)


def test_images_of_one_family_do_not_count_as_independent():
    """The variance of so many independent images is another one, and too small."""
    found = measured_accuracy(SOME_ACCURACIES, families=2, images=3)
    as_if = found.mean * (1 - found.mean) / 6
    assert as_if < found.variance
    between, within = two_variances(SOME_ACCURACIES, families=2, images=3)
    for wrong in (between / 3 + within, between + within * 3, 2 * between + within):
        assert found.variance != wrong


def test_an_accuracy_is_a_share():
    with pytest.raises(ValueError, match="not 3/2"):
        measured_accuracy([Fraction(1, 2), Fraction(3, 2)], families=1, images=1)


# Two kinds of letters


def own_letters(letters: Letters) -> Letters:
    """Return letters as a person's own: of no family, and pixels of their own."""
    own = []
    for alphabet in (letters.cyrillic, letters.latin):
        part = alphabet.select(np.arange(280))
        nameless = np.full(len(part), "")
        images = part.images[:, ::-1]
        own.append(replace(part, images=images, families=nameless, styles=nameless))
    return Letters(*own, "elsewhere")


def test_without_letters_of_one_s_own_there_are_families_held_out(letters):
    for alphabet in ("cyrillic", "latin"):
        found = two_kinds(letters, alphabet)
        assert list(found) == [TYPEFACES, HELD_OUT]
        assert families_of(found[TYPEFACES]) == set(KNOWN_FAMILIES)
        assert families_of(found[HELD_OUT]) == set(HELD_OUT_FAMILIES)
        assert found[HELD_OUT].letters == getattr(letters, alphabet).letters


def test_letters_of_one_s_own_take_their_place(letters, monkeypatch, tmp_path):
    """The typefaces are the embedded ones, even where the environment names a folder."""
    monkeypatch.setenv("ASSIGNMENT4_LETTERS", str(tmp_path))
    own = own_letters(letters)
    found = two_kinds(own, "latin")
    assert list(found) == [TYPEFACES, OWN]
    assert families_of(found[TYPEFACES]) == set(KNOWN_FAMILIES)
    assert np.array_equal(found[OWN].images, own.latin.images)
    assert np.array_equal(found[OWN].labels, own.latin.labels)


def test_own_letters_that_are_copies_of_the_typefaces_are_left_out(letters):
    known, _ = split_by_family(letters.cyrillic)
    own = own_letters(letters)
    images = own.cyrillic.images.copy()
    images[[4, 9]] = known.images[:2]
    found = two_kinds(replace(own, cyrillic=replace(own.cyrillic, images=images)))
    assert np.array_equal(found[OWN].labels, np.delete(own.cyrillic.labels, [4, 9]))
    same = two_kinds(replace(letters, source="elsewhere"))
    assert families_of(same[OWN]) == set(HELD_OUT_FAMILIES)


def test_the_embedded_letters_are_those_of_the_book(letters):
    assert np.array_equal(typeface_letters(CYRILLIC).images, letters.cyrillic.images)
    assert np.array_equal(typeface_letters(LATIN).labels, letters.latin.labels)
    with pytest.raises(ValueError, match="no alphabet 'АБВ'"):
        typeface_letters("АБВ")


def small(seed: int, family: str, count: int = 140) -> Alphabet:
    """Return images of one pattern for each letter that everyone can tell apart."""
    labels = np.arange(count) % 14
    patterns = np.random.default_rng(0).integers(0, 190, (14, 28, 28))
    noise = np.random.default_rng(seed).integers(0, 60, (count, 28, 28))
    images = (patterns[labels] + noise).astype(np.uint8)
    families = np.full(count, family)
    return Alphabet(CYRILLIC, images, labels, families, families, count + 1)


@pytest.fixture
def readings(monkeypatch, tmp_path):
    """Of readers that know their own kind, and read all else as the first letter."""
    monkeypatch.setenv("ASSIGNMENT4_CACHE", str(tmp_path))
    parts = divide({"one": small(1, "A"), "two": small(2, "B")})
    readers = {name: KnowsSome(*alphabets) for name, alphabets in parts.items()}
    return read_across(parts, readers)


def test_every_reader_reads_the_unseen_letters_of_each_kind(readings):
    assert list(readings) == [("one", "one"), ("one", "two"), ("two", "one"), ("two", "two")]
    for (trained_on, of), one in readings.items():
        assert (one.trained_on, one.of) == (trained_on, of)
        assert families_of(one.letters) == {"A" if of == "one" else "B"}
        assert len(one.letters) == 28
        right = 28 if trained_on == of else 2
        assert one.accuracy == proportion_interval(right, 28)
        assert one.counts.sum() == 28
        assert one.counts[:, 0].sum() == (2 if trained_on == of else 28)
        assert one.simple["logistic regression"].estimate == 1
    rows = accuracy_table(readings).rows
    assert [row[:2] for row in rows] == [list(pair) for pair in readings]
    assert rows[1][2] == str(proportion_interval(2, 28))
    assert [row[-1] for row in rows[::3]] == ["", ""]
    assert rows[2][-1] == str(lost(readings, "two", "one"))
    assert lost(readings, "two", "one") == mean_interval([0, 0, *[1] * 26])


def test_letters_have_their_shares_in_label_order(readings):
    table = letter_table({"well": readings["one", "one"], "badly": readings["one", "two"]})
    assert [row[0] for row in table.rows] == list(CYRILLIC)
    assert table.rows[0][1:] == ["≈1.000", "≈1.000"]
    assert table.rows[5][1:] == ["≈1.000", "≈0.000"]


def reading_of(pairs: list[tuple[int, int]]) -> Reading:
    """Return a reading of these pairs of the right label and the label read."""
    labels, read = map(np.array, zip(*pairs, strict=True))
    images = np.arange(1, len(pairs) + 1, dtype=np.uint8)[:, None, None] * np.ones(
        (1, 28, 28), np.uint8
    )
    nameless = np.full(len(pairs), "")
    letters = Alphabet(CYRILLIC, images, labels, nameless, nameless, 100)
    return Reading("one", "two", letters, read, {})


def test_confused_letters_are_shown_most_often_first():
    reading = reading_of([(2, 2), (6, 1), (6, 1), (8, 7), (3, 3), (6, 1), (8, 7), (0, 4)])
    assert confused_pairs(reading, count=2) == [(6, 1), (8, 7)]
    assert confused_pairs(reading, count=9) == [(6, 1), (8, 7), (0, 4)]
    rows = misread(reading, rows=5, columns=2)
    assert list(rows)[:3] == ["Л as Д", "П as Н", "Б as И"]
    assert len(rows) == 5
    assert {images.shape for images in rows.values()} == {(2, 28, 28)}
    assert [int(image.max()) for image in rows["Л as Д"]] == [2, 3]
    shown, missing = rows["Б as И"]
    assert shown.max() == 8
    assert np.isnan(missing).all()
    assert np.isnan(list(rows.values())[-1]).all()


# Pictures


def test_curves_have_a_point_for_each_number_of_faces_and_end_at_1():
    curves = {
        name: [Interval(base, base + 0.05, base + 0.1), Interval(0.9, 0.97, 1.04)]
        for name, base in (("known", 0.6), ("unknown", 0.3))
    }
    axes = plot_accuracies(plt.figure().subplots(), curves, ["one face", "1 family"])
    for container, found in zip(axes.containers, curves.values(), strict=True):
        line, _, (bars,) = container
        assert line.get_ydata().tolist() == [one.estimate for one in found]
        ends = [segment[:, 1].tolist() for segment in bars.get_segments()]
        assert ends[0] == pytest.approx([found[0].lower, found[0].upper])
        assert ends[1] == pytest.approx([0.9, 1])
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["known", "unknown"]
    assert [text.get_text() for text in axes.get_xticklabels()] == ["one face", "1 family"]


def test_both_ways_are_drawn_side_by_side(readings):
    panels = plot_both_ways([readings["one", "two"], readings["two", "one"]])
    assert [axes.get_title() for axes in panels] == [
        "trained on one,\nreading two",
        "trained on two,\nreading one",
    ]
    assert {text.get_text() for text in panels[0].texts} == {"2"}
    assert len(panels[0].texts) == 14


def test_misread_letters_are_drawn_by_row():
    some = [reading_of([(6, 1), (2, 2)]), reading_of([(0, 3), (4, 5), (4, 5)])]
    panels = plot_misread(some, rows=2, columns=3)
    names = [[text.get_text() for text in axes.get_yticklabels()] for axes in panels]
    assert names == [["Л as Д", " "], ["И as Й", "Б as Ф"]]
    assert panels[0].images[0].get_array().shape == (2 * 30 - 2, 3 * 30 - 2)
    assert panels[0].get_title() == "two, read by a reader of one"


# Stored results


def test_stored_results_are_there_for_every_experiment_and_seed():
    for name in TRANSFERS:
        assert [line["seed"] for line in read_results("transfer", name)] == list(SEEDS)
    for name in ("1 family", "6 families"):
        longer = read_results("transfer", name, steps=STEPS_OF_READERS)
        assert [line["seed"] for line in longer] == list(SEEDS)
    assert {line["split"] for line in read_lines("transfer")} == {"by family"}


def test_stored_shares_are_counts_of_the_letters_held_out(letters):
    _, unknown = split_by_family(letters.cyrillic)
    counts = Counter(unknown.labels.tolist())
    for line in read_lines("transfer"):
        right = line["unknown faces"] * len(unknown)
        assert right == pytest.approx(round(right), abs=1e-5 * len(unknown))
        by_letter = [line[f"unknown faces, {letter}"] for letter in CYRILLIC]
        total = sum(share * counts[label] for label, share in enumerate(by_letter))
        assert total == pytest.approx(right, abs=0.02)
        by_family = [line[f"unknown faces, {family}"] for family in HELD_OUT_FAMILIES]
        sizes = [(unknown.families == family).sum() for family in HELD_OUT_FAMILIES]
        assert np.dot(by_family, sizes) == pytest.approx(right, abs=0.02)


LARGEST_DIFFERENCE = 0.02
"""Of a share, between a stored run and the same run on another machine, which rounds otherwise."""


@pytest.mark.slow
def test_a_stored_run_is_found_again(letters, monkeypatch, tmp_path):
    monkeypatch.setenv("ASSIGNMENT4_CACHE", str(tmp_path))
    stored = {name: read_results("transfer", name)[0] for name in ("1 family", "6 families")}
    found = run_experiment("transfer", "1 family", letters, split="by family", seed=0, steps=STEPS)
    numbers = ("known faces", "unknown faces", "nearest class mean", "logistic regression")

    def apart(line: dict) -> list[str]:
        return [name for name in numbers if abs(found[name] - line[name]) > LARGEST_DIFFERENCE]

    assert apart(stored["1 family"]) == []
    assert set(found) <= set(stored["1 family"])
    assert {"unknown faces", "nearest class mean"} <= set(apart(stored["6 families"]))


@pytest.mark.slow
@pytest.mark.skipif(not HANDWRITING.exists(), reason="there is no handwriting beside this checkout")
def test_handwriting_is_read_both_ways(monkeypatch, tmp_path):
    """Nothing is claimed of it, but that a reader of one's own kind reads better."""
    monkeypatch.setenv("ASSIGNMENT4_CACHE", str(tmp_path))
    own = load_letters(HANDWRITING)
    parts = divide(two_kinds(own))
    found = read_across(parts, kinds.train_readers(parts, seed=0))
    for kind in parts:
        (other,) = set(parts) - {kind}
        assert found[kind, kind].accuracy.lower > found[other, kind].accuracy.upper
