"""What lies at a limit of archives, folders and files is read, and what lies beyond is refused."""

import io
import struct
import zipfile

import numpy as np
import pytest
from letter_images import RawInfo, contents, drawing, saved, write_folders
from numpy.lib import format as npy

from assignment4.letters import LATIN, archives, folders
from assignment4.letters.archives import open_archive, shown
from assignment4.letters.files import FILES, printable, read_folder
from assignment4.letters.folders import open_folder

PICTURE = saved(drawing("Б"))


@pytest.fixture
def archive(tmp_path):
    """An archive of fifteen members that are stored as they are."""
    path = tmp_path / "Cyrillic.zip"
    with zipfile.ZipFile(path, "w") as file:
        for name, content in contents("Cyrillic").items():
            file.writestr(name, content)
        file.writestr("Cyrillic/Ж/1.png", PICTURE)
    return path


def read_all(path) -> dict[str, bytes]:
    with open_archive(path) as files:
        return {name: read() for name, read in files.items()}


# Archives and folders


@pytest.mark.parametrize(
    ("limit", "value"),
    [
        ("MOST_FILES", lambda sizes: len(sizes)),
        ("LARGEST_FILE", max),
        ("MOST_BYTES", sum),
        ("LARGEST_RATIO", lambda sizes: 1),
    ],
)
def test_an_archive_at_a_limit_is_read_and_one_beyond_is_refused(
    archive, monkeypatch, limit, value
):
    sizes = [len(content) for content in read_all(archive).values()]
    monkeypatch.setattr(archives, limit, value(sizes))
    assert len(read_all(archive)) == 15
    monkeypatch.setattr(archives, limit, value(sizes) - 1)
    with pytest.raises(ValueError, match="expected at most"):
        read_all(archive)


def test_a_member_packed_into_one_byte_may_have_as_many_as_a_byte_may(archive):
    with zipfile.ZipFile(archive, "a") as file:
        file.writestr("Б/2.png", PICTURE)
    content = bytearray(archive.read_bytes())
    struct.pack_into("<II", content, content.rfind(b"PK\x01\x02") + 20, 1, 401)
    archive.write_bytes(content)
    with pytest.raises(ValueError, match=r"401 bytes packed into 1; expected at most 400 times"):
        read_all(archive)


@pytest.mark.parametrize(("size", "expected"), [(0, b""), (1, b"2"), (5, b"23456"), (9, b"234567")])
def test_a_bounded_file_is_read_like_any_other(tmp_path, monkeypatch, size, expected):
    (tmp_path / "file").write_bytes(b"01234567")
    monkeypatch.setattr(archives, "LARGEST_DIRECTORY", 9)
    with archives._Bounded(io.FileIO(tmp_path / "file")) as file:
        file.seek(2)
        assert file.read(size) == expected


@pytest.mark.parametrize("arguments", [(), (None,), (-1,), (-2,)])
def test_a_bounded_file_is_read_to_its_end_where_that_is_near(tmp_path, monkeypatch, arguments):
    (tmp_path / "file").write_bytes(b"01234567")
    monkeypatch.setattr(archives, "LARGEST_DIRECTORY", 5)
    with archives._Bounded(io.FileIO(tmp_path / "file")) as file:
        file.seek(3)
        assert file.read(*arguments) == b"34567"
        file.seek(2)
        with pytest.raises(ValueError, match="its directory has more than 5 bytes"):
            file.read(*arguments)


def test_a_bounded_file_gives_no_more_at_once_than_its_limit(tmp_path, monkeypatch):
    (tmp_path / "file").write_bytes(b"01234567")
    monkeypatch.setattr(archives, "LARGEST_DIRECTORY", 5)
    with archives._Bounded(io.FileIO(tmp_path / "file")) as file:
        assert file.read(5) == b"01234"
        with pytest.raises(ValueError, match="its directory has more than 5 bytes"):
            file.read(6)


def test_flags_other_than_that_of_utf_8_leave_the_encoding_open(archive):
    """A flag above it is set, which the format reserves."""
    info = RawInfo("Б/2.png".encode("cp866"))
    info.flags = 0x1000
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(info, PICTURE)
    assert read_all(archive) == {"Б/2.png": PICTURE}


@pytest.mark.parametrize(
    ("length", "expected"),
    [(119, 119 * "x"), (120, 120 * "x"), (121, 100 * "x" + "..." + 17 * "x")],
)
def test_a_name_is_shown_whole_up_to_120_characters(length, expected):
    assert shown(length * "x") == expected


def test_a_folder_at_a_limit_is_read_and_one_beyond_is_refused(tmp_path, monkeypatch):
    """Of fourteen letters there are as many folders and files."""
    folder = write_folders(tmp_path) / "Latin"
    limits = {"MOST_FILES": 28, "MOST_BYTES": sum(map(len, contents("Latin").values()))}
    for limit, value in limits.items():
        monkeypatch.setattr(folders, limit, value)
        assert len(open_folder(folder)) == 14
        monkeypatch.setattr(folders, limit, value - 1)
        with pytest.raises(ValueError, match=r"found more than .*; expected fewer"):
            open_folder(folder)
        monkeypatch.undo()


def test_a_folder_that_is_too_large_is_told_the_limits(tmp_path):
    with open(tmp_path / "1.png", "wb") as file:
        file.truncate(2**31 + 1)
    with pytest.raises(ValueError, match="more than 100,000 files or 2,147,483,648 bytes"):
        open_folder(tmp_path)


def test_a_file_at_the_limit_is_read_from_a_folder(tmp_path, monkeypatch):
    (tmp_path / "1.png").write_bytes(PICTURE)
    monkeypatch.setattr(folders, "LARGEST_FILE", len(PICTURE))
    assert open_folder(tmp_path)["1.png"]() == PICTURE


# Files in the course's layout


@pytest.fixture
def folder(tmp_path):
    random = np.random.default_rng(0)
    for images_name, labels_name in FILES.values():
        np.save(tmp_path / images_name, random.integers(0, 256, (28, 28, 14), np.uint8))
        np.save(tmp_path / labels_name, np.arange(14))
    return tmp_path


def refusal_of(folder, name: str, content: bytes | np.ndarray) -> str:
    if isinstance(content, bytes):
        (folder / name).write_bytes(content)
    else:
        np.save(folder / name, content)
    with pytest.raises(ValueError, match=f"{name}: found ") as refusal:
        read_folder(folder)
    return str(refusal.value)


def of_shape(shape: tuple[int, ...]) -> bytes:
    text = repr({"descr": "|u1", "fortran_order": False, "shape": shape}).encode()
    return npy.magic(1, 0) + struct.pack("<H", len(text)) + text


def test_the_longest_header_of_version_1_is_told_to_be_too_long(folder):
    text = of_shape((28, 28, 14))[10:].ljust(2**16 - 1)
    content = npy.magic(1, 0) + struct.pack("<H", len(text)) + text + bytes(784 * 14)
    assert "Header info length (65535) is large" in refusal_of(folder, "X_cyr.npy", content)


@pytest.mark.parametrize(
    ("size", "expected"),
    [(2**63 - 1, "n from 1 to 200,000"), (2**63, "non-negative 64-bit integers")],
)
def test_the_largest_integer_has_63_bits(folder, size, expected):
    content = of_shape((28, 28, size))
    assert f"{size}); expected {expected}" in refusal_of(folder, "X_cyr.npy", content)


def test_a_file_of_its_version_alone_is_told_its_version(folder):
    message = refusal_of(folder, "X_lat.npy", npy.magic(3, 0))
    assert "found version 3.0 of the npy format; expected" in message


def test_a_single_image_lacks_letters_and_nothing_else(folder):
    np.save(folder / "X_lat.npy", np.load(folder / "X_lat.npy")[:, :, :1])
    message = refusal_of(folder, "labels_lat.npy", np.zeros(1, int))
    assert f"found no image of {LATIN[1]} (label 1), " in message


@pytest.mark.parametrize("value", [0, 1])
def test_images_of_a_single_value_are_constant(folder, value):
    message = refusal_of(folder, "X_cyr.npy", np.full((28, 28, 14), value, np.uint8))
    assert "found image 0 constant" in message


def test_images_of_the_three_darkest_values_are_read(folder):
    images = np.load(folder / "X_cyr.npy") % 3
    np.save(folder / "X_cyr.npy", images)
    np.testing.assert_array_equal(read_folder(folder)["cyrillic"][0], np.moveaxis(images, -1, 0))


def test_a_path_is_printed_from_its_first_to_its_last_character():
    assert printable("letters\nБ") == r"letters\nБ"
    assert printable("letters/Б") == "letters/Б"
