"""Readers of one kind of letters on another: nothing leaks, and what is counted is right."""

import itertools
from collections import Counter
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from patterns import alphabet

from assignment4 import transfer
from assignment4.encoder_decoder.experiments import pixels_from_0_to_1
from assignment4.figures import transfer as draw
from assignment4.intervals import Interval, mean_interval, proportion_interval
from assignment4.letters import (
    CYRILLIC,
    HELD_OUT_FAMILIES,
    LATIN,
    Alphabet,
    Letters,
    normalize,
    pen_letters,
    split_by_family,
)
from assignment4.letters.rendering import draw_variations, render_image
from assignment4.letters.typefaces import letter_shape, typeface_families
from assignment4.replication.runs import SEEDS, read_lines, read_results, run_experiment
from assignment4.transfer import TRANSFERS, choose_faces, drawings, experiments, kinds, two_kinds
from assignment4.transfer.faces import FIRST_SEED, KNOWN_FAMILIES, draw_letters, of_faces
from assignment4.transfer.kinds import HELD_OUT, OWN, TYPEFACES, Reading, misread
from assignment4.transfer.readers import CONTRAST, PAPER, STEPS, Reader, faded


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    monkeypatch.setenv("ASSIGNMENT4_PROGRESS", "0")
    monkeypatch.delenv("ASSIGNMENT4_LETTERS", raising=False)


def nameless(alphabet: Alphabet) -> Alphabet:
    nothing = np.full(len(alphabet), "")
    return replace(alphabet, families=nothing, styles=nothing)


def test_families_are_chosen_with_all_faces_fewer_among_the_more_and_none_held_out():
    for seed in range(20):
        chosen = [choose_faces(n, seed=seed) for n in range(1, 7)]
        names = [{face.family for face in faces} for faces in chosen]
        assert [len(families) for families in names] == [1, 2, 3, 4, 5, 6]
        assert all(fewer < more for fewer, more in itertools.pairwise(names))
        assert names[-1] == set(KNOWN_FAMILIES) == set(typeface_families()) - {*HELD_OUT_FAMILIES}
        assert len(chosen[1]) == sum(len(typeface_families()[name]) for name in names[1])
        (face,) = choose_faces(0, seed=seed)
        assert {face.family} == names[0]
    assert len({choose_faces(1, seed=seed)[0].family for seed in range(30)}) == 6
    for families in (-1, 7):
        with pytest.raises(ValueError, match=f"no {families} families"):
            choose_faces(families, seed=0)


def test_letters_and_families_are_drawn_equally_often():
    faces = choose_faces(2, seed=0)
    drawn = draw_letters(CYRILLIC, faces, 14 * 2 * 12, seed=0)
    pairs = Counter(zip(drawn.labels.tolist(), drawn.families.tolist(), strict=True))
    assert len(pairs) == 28
    assert set(pairs.values()) == {12}
    assert len(set(zip(drawn.families, drawn.styles, strict=True))) == len(faces)


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


# Leaks are noticed


def test_a_family_or_an_image_in_both_parts_is_noticed(book_letters):
    known, unknown = split_by_family(book_letters.cyrillic)
    transfer.check_new_faces(known, unknown)
    transfer.check_new_faces(nameless(known), nameless(unknown))
    spoilt = unknown.families.copy()
    spoilt[7] = known.families[0]
    with pytest.raises(ValueError, match=f"\\['{known.families[0]}'\\]"):
        transfer.check_new_faces(known, replace(unknown, families=spoilt))
    images = unknown.images.copy()
    images[[3, 5]] = known.images[11]
    repeated = replace(unknown, images=images)
    for check in (transfer.check_new_images, transfer.check_new_faces):
        with pytest.raises(ValueError, match="2 of"):
            check(nameless(known), nameless(repeated))


def test_a_run_whose_letters_are_not_new_is_refused(book_letters, monkeypatch):
    run, options = experiments.run_transfer, {"seed": 0, "steps": 1}
    monkeypatch.setattr(experiments, "COUNT", 28)
    with pytest.raises(ValueError, match="families that were trained on"):
        run(TRANSFERS["1 family"], book_letters, split="as reported", **options)
    known, _ = split_by_family(book_letters.cyrillic)
    monkeypatch.setattr(experiments, "letters_for", lambda *_, **options: known)
    with pytest.raises(ValueError, match="images to test with were trained on"):
        run(TRANSFERS["1 family"], book_letters, split="by family", **options)


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


def test_shares_are_of_the_letters_that_they_are_named_after(book_letters, monkeypatch):
    def run_with(reader) -> dict:
        monkeypatch.setattr(experiments, "train_reader", lambda *_, **options: reader)
        chosen = TRANSFERS["1 family"]
        return experiments.run_transfer(chosen, book_letters, split="by family", seed=0, steps=1)

    for method in ("nearest_mean", "logistic_regression"):
        monkeypatch.setattr(experiments, method, lambda images, *_: np.zeros(len(images), int))
    monkeypatch.setattr(experiments, "COUNT", 28)
    known, unknown = split_by_family(book_letters.cyrillic)
    stix = unknown.select(np.flatnonzero(unknown.families == "STIX General"))
    faces = choose_faces(1, seed=0)
    found = run_with(KnowsSome(of_faces(known, faces), stix))
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
    assert run_with(KnowsSome(of_faces(known, faces[1:])))["known faces"] < 1


def test_every_experiment_changes_what_its_name_says(monkeypatch):
    assert len(set(TRANSFERS.values())) == len(TRANSFERS) == 4 * len(transfer.FAMILIES) == 20
    assert TRANSFERS["4 families"] == (4, "varied", normalize)
    assert TRANSFERS["one face, upright"] == (0, "upright", normalize)
    assert TRANSFERS["6 families, pixels from 0 to 1"] == (6, "varied", pixels_from_0_to_1)
    monkeypatch.setattr(experiments, "COUNT", 56)
    drawn = transfer.letters_for(TRANSFERS["2 families, upright"], CYRILLIC, seed=1)
    faces = choose_faces(2, seed=1)
    expected = draw_letters(CYRILLIC, faces, 56, seed=1, variation="upright")
    assert np.array_equal(drawn.images, expected.images)


def test_faded_letters_are_the_same_to_a_reader_that_normalises(book_letters):
    images = book_letters.cyrillic.images[:50]
    pale = faded(images)
    assert pale.dtype == np.uint8
    assert (pale.min(), pale.max()) == (round(PAPER), round(PAPER + 255 * CONTRAST))
    rounding = 0.5 / (CONTRAST * images.std(axis=(1, 2)).min())
    assert np.abs(normalize(pale) - normalize(images)).max() < 3 * rounding


@pytest.mark.parametrize(("families", "images"), [(1, 1), (1, 3), (2, 1), (2, 3)])
def test_the_variance_has_two_terms(families, images):
    accuracies = [Fraction(1, 2), Fraction(9, 10), Fraction(4, 5)]
    found = transfer.measured_accuracy(accuracies, families=families, images=images)
    assert found.mean == Fraction(11, 15)
    terms = transfer.two_variances(accuracies, families=families, images=images)
    assert found.variance == sum(terms)
    assert terms[0] == Fraction(13, 450) / families


# Two kinds of letters


def test_own_letters_take_the_place_of_families_held_out(book_letters, monkeypatch, tmp_path):
    """The typefaces are the embedded ones, even where the environment names a folder."""
    for name in ("cyrillic", "latin"):
        found = two_kinds(book_letters, name)
        assert list(found) == [TYPEFACES, HELD_OUT]
        assert set(found[TYPEFACES].families) == set(KNOWN_FAMILIES)
        assert set(found[HELD_OUT].families) == set(HELD_OUT_FAMILIES)
        assert found[HELD_OUT].letters == getattr(book_letters, name).letters
    monkeypatch.setenv("ASSIGNMENT4_LETTERS", str(tmp_path))
    known, _ = split_by_family(book_letters.cyrillic)
    some = nameless(book_letters.cyrillic.select(np.arange(280)))
    images = some.images[:, ::-1].copy()
    images[[4, 9]] = known.images[:2]
    own = Letters(replace(some, images=images), book_letters.latin, "elsewhere")
    found = two_kinds(own)
    assert list(found) == [TYPEFACES, OWN]
    assert np.array_equal(found[TYPEFACES].images, known.images)
    assert np.array_equal(found[OWN].labels, np.delete(some.labels, [4, 9]))
    assert np.array_equal(found[OWN].images, np.delete(images, [4, 9], axis=0))


def small(seed: int, family: str, each: int = 10) -> Alphabet:
    some = alphabet(CYRILLIC, each, seed=seed)
    return replace(some, families=np.full(len(some), family))


def test_every_reader_reads_the_unseen_letters_of_each_kind(monkeypatch):
    """The readers know their own kind, and read all else as the first letter."""

    def baselines(known: Alphabet, unseen: Alphabet) -> dict[str, str]:
        return {"simple": f"{known.families[0]}{len(known)} {unseen.families[0]}{len(unseen)}"}

    monkeypatch.setattr(kinds, "baselines", baselines)
    parts = transfer.divide({"one": small(1, "A"), "two": small(2, "B")})
    readers = {name: KnowsSome(*alphabets) for name, alphabets in parts.items()}
    readings = transfer.read_across(parts, readers)
    assert list(readings) == [("one", "one"), ("one", "two"), ("two", "one"), ("two", "two")]
    for (trained_on, of), one in readings.items():
        assert (one.trained_on, one.of) == (trained_on, of)
        assert set(one.letters.families) == {"A" if of == "one" else "B"}
        right = 28 if trained_on == of else 2
        assert one.accuracy == proportion_interval(right, len(one.letters))
        assert one.counts[:, 0].sum() == (2 if trained_on == of else 28)
    rows = transfer.accuracy_table(readings).rows
    lost, unread = mean_interval([0, 0, *[1] * 26]), proportion_interval(2, 28)
    assert rows[1] == ["one", "two", str(unread), "A112 B28", str(lost)]
    assert rows[2] == ["two", "one", str(unread), "B112 A28", str(lost)]
    assert [row[-1] for row in rows] == ["", str(lost), str(lost), ""]
    table = transfer.letter_table([readings["one", "one"], readings["one", "two"]])
    assert [row[0] for row in table.rows] == list(CYRILLIC)
    assert [table.rows[place][2] for place in (0, 5)] == ["≈1.000", "≈0.000"]
    panels = draw.plot_both_ways([readings["one", "two"], readings["two", "one"]])
    assert panels[1].get_title() == "trained on two,\nreading one"


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
    assert np.isnan([missing, *list(rows.values())[-1]]).all()
    (axes,) = draw.plot_misread([reading], rows=2, columns=3)
    assert [text.get_text() for text in axes.get_yticklabels()] == ["Л as Д", "П as Н"]


def test_curves_have_a_point_for_each_number_of_faces_and_end_at_1():
    found = [Interval(0.6, 0.65, 0.7), Interval(0.9, 0.97, 1.04)]
    axes = draw.plot_accuracies({"known": found}, ["one face", "1 family"])
    line, _, (bars,) = axes.containers[0]
    assert line.get_ydata().tolist() == [one.estimate for one in found]
    ends = [segment[:, 1].tolist() for segment in bars.get_segments()]
    assert ends == [pytest.approx([0.6, 0.7]), pytest.approx([0.9, 1])]


# Stored results


def test_stored_shares_are_counts_of_the_letters_held_out(book_letters):
    _, unknown = split_by_family(book_letters.cyrillic)
    sizes = [(unknown.families == family).sum() for family in HELD_OUT_FAMILIES]
    counts = np.bincount(unknown.labels)
    for name in TRANSFERS:
        assert [line["seed"] for line in read_results("transfer", name)] == list(SEEDS)
    for line in read_lines("transfer"):
        assert line["split"] == "by family"
        right = line["unknown faces"] * len(unknown)
        assert right == pytest.approx(round(right), abs=1e-5 * len(unknown))
        for names, numbers in ((CYRILLIC, counts), (HELD_OUT_FAMILIES, sizes)):
            shares = [line[f"unknown faces, {name}"] for name in names]
            assert np.dot(shares, numbers) == pytest.approx(right, abs=0.02)


@pytest.mark.slow
def test_a_stored_run_is_found_again(book_letters, empty_cache):
    """Another machine rounds otherwise: shares may differ by 0.02."""
    stored = {name: read_results("transfer", name)[0] for name in ("1 family", "6 families")}
    options = {"split": "by family", "seed": 0, "steps": STEPS}
    found = run_experiment("transfer", "1 family", book_letters, **options)
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
    hands = np.array(["hand 1"] * 166 + [f"hand {number}" for number in range(2, 41)])
    images = np.zeros((205, 28, 28), np.uint8)
    read = np.where(hands == "hand 1", 1, 0)
    letters = Alphabet(CYRILLIC, images, np.zeros(205, int), hands, hands, 205)
    expected = mean_interval([0.0, *[1.0] * 39])
    assert drawings.share_read(read, letters) == pytest.approx(expected)
    assert drawings.share_read(read, nameless(letters)) == proportion_interval(39, 205)


def test_kinds_are_told_apart_only_where_they_differ(empty_cache, monkeypatch):
    """Here the second kind has every other letter inverted."""
    monkeypatch.setattr(drawings, "STEPS", 40)
    one, other = small(1, "A", 20), small(2, "A", 20)
    other.images[other.labels % 2 == 0] ^= 255
    areas = drawings.told_apart(one, other, seed=0)
    by_letter = [areas[letter] for letter in CYRILLIC]
    assert min(by_letter[::2]) > 0.95
    assert 0.25 < np.mean(by_letter[1::2]) < 0.75
    assert np.mean(by_letter[1::2]) < areas["all"] < 0.95


def test_what_is_measured_of_drawings_is_kept_and_shown(tmp_path):
    kinds = [drawings.TYPEFACES, drawings.PEN, drawings.REAL]
    lines = []
    for place, (a, b) in enumerate(itertools.product(kinds, kinds)):
        letters = dict.fromkeys(CYRILLIC, place / 10)
        share = [place / 20, place / 10, 0.9]
        lines.append({"trained on": a, "read": b, "share": share, "letters": letters, "seed": 0})
    lines += [{"areas": letters, "seed": 0}]
    drawings.keep(lines, path=tmp_path / "drawings.jsonl")
    again = drawings.kept(path=tmp_path / "drawings.jsonl")
    assert again == lines
    table = drawings.reading_table(again)
    assert table.names == ["trained on", *kinds]
    assert table.rows[1] == [drawings.PEN, *(str(Interval(*lines[n]["share"])) for n in (3, 4, 5))]
    assert drawings.letter_table(again).rows[3] == ["Ф", "≈0.50", "≈0.70", "≈0.80"]


def test_stored_measurements_are_of_the_present_pen_that_reads_real_letters():
    lines = drawings.kept()
    assert {line["pen"] for line in lines} == {pen_letters(0).digest()[:16]}
    assert {line["seed"] for line in lines} == set(range(5))
    assert len(lines) == 5 * (4 * 3 + 1)
    pairs = {(drawings.PEN, drawings.REAL), (drawings.REAL, drawings.PEN)}
    for line in lines:
        if (line.get("trained on"), line.get("read")) in pairs:
            assert line["share"][0] > 0.85
            assert min(line["letters"].values()) > 0.6
