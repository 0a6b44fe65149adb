"""The two divisions of an alphabet."""

import numpy as np
import pytest

from assignment4.letters import Alphabet, split_as_reported, split_by_family


def make_alphabet(per_class: int, *, report_size: int, families: tuple[str, ...] = ("A", "B")):
    count = 14 * per_class
    images = np.random.default_rng(0).integers(0, 256, (count, 28, 28)).astype(np.uint8)
    chosen = np.array([families[index // 14 % len(families)] for index in range(count)])
    labels = np.arange(count) % 14
    return Alphabet("БДГФИЙЛНПСРУВЗ", images, labels, chosen, chosen, report_size)


def pixels(alphabet: Alphabet) -> set[bytes]:
    return {image.tobytes() for image in alphabet.images}


def test_the_report_s_division_takes_5000_to_train():
    alphabet = make_alphabet(400, report_size=5600)
    train, test = split_as_reported(alphabet)
    assert (len(train), len(test)) == (5000, 600)
    assert pixels(train) | pixels(test) == pixels(alphabet)
    assert not pixels(train) & pixels(test)


def test_fewer_images_give_four_fifths_of_each_class():
    train, test = split_as_reported(make_alphabet(10, report_size=5600))
    assert set(np.bincount(train.labels)) == {8}
    assert set(np.bincount(test.labels)) == {2}


def test_the_division_depends_on_the_seed_alone():
    alphabet = make_alphabet(20, report_size=5600)
    first, again, other = (split_as_reported(alphabet, seed=seed)[1] for seed in (0, 0, 1))
    assert pixels(first) == pixels(again) != pixels(other)


def test_equal_images_stay_together():
    alphabet = make_alphabet(20, report_size=5600)
    alphabet.images[14:28] = alphabet.images[:14]
    for seed in range(5):
        train, test = split_as_reported(alphabet, seed=seed)
        assert not pixels(train) & pixels(test)
        assert len(train) + len(test) == len(alphabet)


def test_labels_and_families_go_with_their_images():
    alphabet = make_alphabet(10, report_size=5600)
    origin = {image.tobytes(): index for index, image in enumerate(alphabet.images)}
    for part in split_as_reported(alphabet):
        places = [origin[image.tobytes()] for image in part.images]
        assert (part.labels == alphabet.labels[places]).all()
        assert (part.families == alphabet.families[places]).all()


@pytest.mark.parametrize("per_class", [1, 2, 4, 5])
def test_too_few_images_of_a_class_are_refused(per_class):
    with pytest.raises(ValueError, match=r"part has [01] images of 'Б', and needs at least 2"):
        split_as_reported(make_alphabet(per_class, report_size=5600))


def test_families_are_held_out_whole():
    train, test = split_by_family(
        make_alphabet(12, report_size=1, families=("A", "B", "C")), held_out=("B",)
    )
    assert set(test.families) == {"B"}
    assert set(train.families) == {"A", "C"}
    assert (len(train), len(test)) == (8 * 14, 4 * 14)


def test_an_unknown_family_is_refused():
    with pytest.raises(ValueError, match=r"no image comes from \['Z'\]; .* \['A', 'B'\]"):
        split_by_family(make_alphabet(8, report_size=1), held_out=("Z",))


def test_letters_from_files_have_no_families():
    with pytest.raises(ValueError, match="no image comes from"):
        split_by_family(make_alphabet(8, report_size=1, families=("",)))


def test_a_family_division_without_enough_images_is_refused():
    alphabet = make_alphabet(3, report_size=1, families=("A", "B", "A"))
    with pytest.raises(ValueError, match="the test part has 1 images"):
        split_by_family(alphabet, held_out=("B",))
