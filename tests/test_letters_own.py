"""Letters of a person's own: the layouts, the faults that are told, limits, and the command."""

import re
import shutil
import sys
import tracemalloc
import unicodedata
import zipfile
from pathlib import Path

import numpy as np
import pytest
from letter_images import drawing, saved, write_archives, write_arrays, write_folders
from PIL import Image, ImageChops

from assignment4 import __main__, cache
from assignment4.figures.letters import draw_contact_sheet
from assignment4.letters import CYRILLIC, LATIN, load_letters, own
from assignment4.letters.own import read_folder, read_letter

LAYOUTS = {"arrays": write_arrays, "archives": write_archives, "folders": write_folders}


@pytest.fixture(autouse=True)
def own_cache(monkeypatch, tmp_path_factory):
    monkeypatch.setenv("ASSIGNMENT4_CACHE", str(tmp_path_factory.mktemp("cache")))
    monkeypatch.setenv("ASSIGNMENT4_PROGRESS", "0")


@pytest.mark.parametrize(("dtype", "order"), [("u1", "C"), (">i2", "F"), ("f8", "C")])
def test_arrays_of_any_numbers_and_order_give_images_first(tmp_path, dtype, order):
    write_arrays(tmp_path)
    images, labels = np.load(tmp_path / "X_lat.npy"), np.load(tmp_path / "labels_lat.npy")
    np.save(tmp_path / "X_lat.npy", images.astype(dtype, order=order))
    np.save(tmp_path / "labels_lat.npy", labels.astype(dtype))
    letters = load_letters(tmp_path)
    np.testing.assert_array_equal(letters.latin.images, images.transpose(2, 0, 1))
    np.testing.assert_array_equal(letters.latin.labels, labels)
    np.testing.assert_array_equal(letters.cyrillic.labels, np.load(tmp_path / "labels_cyr.npy"))
    assert (letters.latin.images.dtype, letters.latin.labels.dtype) == (np.uint8, np.int64)
    assert (letters.cyrillic.letters, letters.latin.letters) == (CYRILLIC, LATIN)
    assert (letters.cyrillic.report_size, letters.latin.report_size) == (5798, 6015)
    assert (letters.source, letters.embedded) == (str(tmp_path), False)
    assert set(letters.latin.families) == set(letters.latin.styles) == {""}


@pytest.mark.parametrize("encoding", [None, "cp866", "cp1251", "utf-8", "decomposed"])
def test_archives_and_folders_give_the_same_letters(tmp_path, encoding):
    """Names in archives may be in small letters, composed or not, and in older code pages."""

    def encode(name: str) -> bytes:
        if encoding == "decomposed":
            return unicodedata.normalize("NFD", name.lower()).encode()
        return name.lower().encode(encoding)

    (tmp_path / "folders").mkdir()
    first = load_letters(write_archives(tmp_path, encode if encoding else None))
    second = load_letters(write_folders(tmp_path / "folders"))
    assert first.digest() == second.digest()
    for alphabet in (first.cyrillic, first.latin):
        assert alphabet.labels.tolist() == list(range(14))
        for image, letter in zip(alphabet.images, alphabet.letters, strict=True):
            np.testing.assert_array_equal(image, read_letter(saved(drawing(letter))))
    (tmp_path / "folders" / "Latin").rename(tmp_path / "LATIN")
    (tmp_path / "Latin.zip").unlink()
    assert load_letters(tmp_path).digest() == first.digest()


def test_pictures_are_sorted_by_letter_and_name_and_others_are_left_out(tmp_path):
    cyrillic = write_folders(tmp_path) / "Cyrillic"
    for name, letter in (("Б/2", "З"), ("б/0", "И"), ("Б/0", "П")):
        (cyrillic / name).parent.mkdir(exist_ok=True)
        (cyrillic / f"{name}.png").write_bytes(saved(drawing(letter)))
    others = ("Ж/1.png", "Ж/2.png", "C/1.png", "read me", "БД/1.png")
    byproducts = (".DS_Store", "Б/Thumbs.db", "Б/._1.png", "Б/desktop.ini", "__MACOSX/Б/2.png")
    for name in others + byproducts:
        (cyrillic / name).parent.mkdir(parents=True, exist_ok=True)
        (cyrillic / name).write_text("never opened")
    letters, left_out = read_folder(tmp_path)
    assert letters.cyrillic.labels.tolist() == [0, 0, 0, 0, *range(1, 14)]
    for image, letter in zip(letters.cyrillic.images, "ПБЗИ", strict=False):
        np.testing.assert_array_equal(image, read_letter(saved(drawing(letter))))
    assert left_out == {"cyrillic": {"Ж": 2, "C": 1, "": 1, "БД": 1}, "latin": {}}
    for title in ("Cyrillic", "Latin"):
        shutil.make_archive(str(tmp_path / "zips" / title), "zip", tmp_path / title)
    zipped, left_out_of_zips = read_folder(tmp_path / "zips")
    assert (zipped.digest(), left_out_of_zips) == (letters.digest(), left_out)


def test_pictures_are_decoded_once_and_others_anew(tmp_path, monkeypatch):
    folder, decoded = write_folders(tmp_path), []
    read_once = own.read_letter
    monkeypatch.setattr(own, "read_letter", lambda content: decoded.append(1) or read_once(content))
    monkeypatch.setattr(cache, "made_by", lambda function: "the same")
    assert load_letters(folder).digest() == load_letters(folder).digest()
    assert len(decoded) == 28
    (folder / "Latin" / "B" / "1.png").write_bytes(saved(drawing("D")))
    other = load_letters(folder).latin
    assert (other.images[0] == other.images[1]).all()
    assert len(decoded) == 28 + 14


# Faults


def array(change):
    """Return a breakage that saves what a change makes of an array."""
    return lambda path: np.save(path, change(np.load(path)))


def content(data: bytes):
    """Return a breakage that puts bytes in the place of a file's."""
    return lambda path: path.write_bytes(data)


def add(data: bytes, *, method: int = zipfile.ZIP_DEFLATED):
    def write(path):
        with zipfile.ZipFile(path, "a", method) as archive:
            archive.writestr("B/2.png", data)

    return write


def larger_than_it_says(path):
    """The archive announces 100 bytes; 32 MB are packed."""
    add(bytes(2**25))(path)
    path.write_bytes(path.read_bytes().replace(*(n.to_bytes(4, "little") for n in (2**25, 100))))


def inverted(path):
    for picture in path.rglob("*.png"):
        picture.write_bytes(saved(ImageChops.invert(Image.open(picture))))


class Sentinel:
    """Its unpickling would be noticed."""

    def __reduce__(self):
        return pytest.fail, ("a pickle was loaded",)


PICTURE = saved(drawing("B"))
FAULTS = {
    "arrays X_lat.npy": [
        (array(lambda x: x.T), r"shape \(42, 28, 28\); expected \(28, 28, n\)"),
        (array(lambda x: x / x.max()), "from 0.0 to 1.0; expected whole numbers from 0 to 255"),
        (array(lambda x: x + np.uint16(57)), "from 57 to 256"),
        (array(lambda x: x.astype(int) - 1), "from -1 to"),
        (array(lambda x: x + 0.5 * (x == 7)), "whole numbers"),
        (array(lambda x: np.where(x == x.max(), np.nan, x)), "nan"),
        (array(lambda x: 255 - x // 2), "black and white exchanged"),
        (array(lambda x: x * (np.arange(42) != 5)), "image 5 blank"),
        (lambda path: np.save(path, np.array([Sentinel()], object)), "unreadable"),
        (content(b""), "expected an npy file"),
        (lambda path: path.unlink(), "No such file"),
    ],
    "arrays labels_cyr.npy": [
        (array(lambda x: x + 1), "from 1 to 14; expected whole numbers from 0 to 13"),
        (array(lambda x: np.where(x == 5, 4, x)), r"no image of Й \(label 5\)"),
        (array(lambda x: x[1:]), "41 labels; expected 42, one for each image of X_cyr.npy"),
        (array(lambda x: np.eye(14)[x]), r"shape \(42, 14\); expected \(n,\)"),
        (array(lambda x: np.array([*LATIN])[x]), "expected an npy file of whole numbers"),
    ],
    "archives Latin.zip": [
        (content(b"PK"), "not a zip file"),
        (add(bytes(9), method=zipfile.ZIP_LZMA), "compression"),
    ],
    "archives Latin.zip/B/2.png": [
        (add(bytes(2**24)), "more than 8,388,608 bytes"),
        (larger_than_it_says, "CRC"),
    ],
    "archives ": [
        (lambda path: (path / "latin").mkdir(), "Latin.zip and latin; expected a folder")
    ],
    "folders ": [(lambda path: (path / "Latin").rename(path / "L"), "no Latin or Latin.zip")],
    "folders Latin": [(inverted, "black and white exchanged.*dark on light")],
    "folders Latin/B/2.png": [
        (content(b"not an image"), "b'not an image'; expected a PNG, JPEG, BMP or GIF image"),
        (content(PICTURE[:99]), "unreadable"),
        (content(PICTURE[:-15] + bytes(15)), "unreadable"),
        (content(saved(Image.new("L", (50, 50), 255))), "a blank picture"),
        (content(saved(Image.new("L", (4097, 1)))), "4097 x 1 pixels; expected at most 4096"),
        (content(PICTURE + bytes(2**23)), "8,388,"),
    ],
    "folders Cyrillic": [
        (
            lambda path: (path / "С").rename(path / "C"),
            r"С \(label 9\); expected every letter; other folders: Latin 'C' \(1\)",
        )
    ],
}
"""By layout and what is told of: what breaks it, and what is found."""


def refusal_of(folder: Path) -> str:
    with pytest.raises(ValueError, match=r"found .*; expected ") as refusal:
        read_folder(folder)
    told = str(refusal.value)
    assert told.isprintable()
    assert len(told) < len(str(folder)) + 400
    return told


@pytest.mark.parametrize(
    ("place", "breakage", "found"),
    [(place, *case) for place, cases in FAULTS.items() for case in cases],
)
def test_a_fault_is_told_in_one_line_that_begins_with_the_path(tmp_path, place, breakage, found):
    layout, name = place.split(" ")
    folder = LAYOUTS[layout](tmp_path)
    breakage(folder / (name.partition("/")[0] if ".zip/" in name else name))
    tracemalloc.start()
    told = refusal_of(folder)
    assert tracemalloc.get_traced_memory()[1] < 3 * own.LARGEST_FILE
    tracemalloc.stop()
    assert told.startswith(f"{folder / name}: found ")
    assert re.search(found, told), told


@pytest.mark.parametrize(("limit", "value"), [("MOST_IMAGES", 13), ("LARGEST_MEAN", 70)])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_limits_hold_in_each_layout(tmp_path, monkeypatch, layout, limit, value):
    folder = LAYOUTS[layout](tmp_path)
    load_letters(folder)
    monkeypatch.setenv("ASSIGNMENT4_CACHE", str(tmp_path / "another"))
    monkeypatch.setattr(own, limit, value)
    refusal_of(folder)


# Pictures

TONES = np.random.default_rng(0).integers(40, 222, (28, 28)).astype(np.uint8)
TONES[[0, -1]] = TONES[:, [0, -1]] = 40
TONES[14, 14] = 221
"""Dark at the borders and of the size of a letter, so that nothing is cropped or resized."""


@pytest.mark.parametrize("mode", ["L", "RGB", "P", "I;16", "black strokes", "white strokes"])
def test_the_lightest_pixel_becomes_black_and_the_darkest_white(mode):
    """Also where the strokes have one grey value and are more or less transparent."""
    image = Image.fromarray(TONES)
    if mode == "I;16":
        image = Image.fromarray(256 * TONES.astype(np.uint16) + 99)
    elif "strokes" in mode:
        strokes = Image.new("L", image.size, 0 if mode == "black strokes" else 255)
        image = Image.merge("LA", [strokes, ImageChops.invert(image)])
    else:
        image = image.convert(mode)
    letter = read_letter(saved(image))
    assert letter.dtype == np.uint8
    np.testing.assert_allclose(letter, (221 - TONES.astype(float)) * 255 / 181, atol=1)


def test_the_same_letter_in_any_format_and_turned_as_it_says():
    letter, exif = read_letter(saved(drawing("F", 120))), Image.Exif()
    exif[0x0112] = 6
    contents = [saved(drawing("F", 120), name) for name in ("JPEG", "BMP", "GIF")]
    contents.append(saved(drawing("F", 120).rotate(90), "JPEG", exif=exif))
    for content in contents:
        assert np.abs(read_letter(content).astype(int) - letter).mean() < 8


@pytest.mark.parametrize("paper", [255, 200])
@pytest.mark.parametrize(("row", "column"), [(19, 40), (30, 58), (48, 40), (30, 29)])
def test_strokes_are_cropped_where_pixels_are_nearer_to_the_paper(row, column, paper):
    """A pixel beside the strokes belongs to their box or not, as dark as it is."""
    pixels = np.full((70, 80), paper, np.uint8)
    pixels[20:48, 30:58] = np.minimum(TONES, paper)
    pixels[20, 40:50], pixels[30, 40] = 0, paper
    for grey in (paper // 2 - 2, paper // 2 + 2):
        pixels[row, column] = grey
        box = ImageChops.invert(Image.fromarray(pixels).point(lambda v: 255 * (2 * v > paper)))
        strokes = Image.fromarray(pixels).crop(box.getbbox())
        resized = np.asarray(strokes.resize((28, 28), Image.Resampling.HAMMING))
        found = read_letter(saved(Image.fromarray(pixels)))
        np.testing.assert_allclose(found, 255 - resized * (255 / paper), atol=3)


@pytest.mark.parametrize(("height", "width"), [(60, 5), (5, 60), (14, 13), (3, 28)])
@pytest.mark.parametrize(("top", "left"), [(6, 12), (0, 0)])
def test_a_straight_bar_gets_a_margin_of_a_fourteenth_and_a_pixel(height, width, top, left):
    pixels = np.full((70, 80), 200, np.uint8)
    pixels[top : top + height, left : left + width] = 0
    bar = np.pad(np.full((height, width), 255, np.uint8), 1 + max(height, width) // 14)
    expected = Image.fromarray(bar).resize((28, 28), Image.Resampling.HAMMING)
    np.testing.assert_array_equal(read_letter(saved(Image.fromarray(pixels))), expected)


def test_strokes_need_contrast():
    image = Image.fromarray(np.uint8(200 - 32 * np.tri(28)))
    np.testing.assert_array_equal(read_letter(saved(image)), 255 * np.tri(28))
    with pytest.raises(ValueError, match="blank picture; expected strokes at least 32"):
        read_letter(saved(image.point(lambda value: max(value, 169))))


# The command


def run(path, monkeypatch, capsys):
    """Return the command's status, and what it printed as output and as errors."""
    monkeypatch.setattr(sys, "argv", ["assignment4", "letters", str(path)])
    status = __main__.main()
    return status, *capsys.readouterr()


def test_the_command_tells_what_it_found_and_how_to_use_it(tmp_path, monkeypatch, capsys):
    """It writes nothing but a picture, and letters that it has decoded, into the cache."""
    folder = tmp_path / "my letters"
    folder.mkdir()
    cyrillic = write_folders(folder) / "Cyrillic"
    for name in ("б/2.png", "Ж/1.png", "Ж/2.png"):
        (cyrillic / name).parent.mkdir(exist_ok=True)
        (cyrillic / name).write_bytes(saved(drawing("Б")))
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    monkeypatch.setenv("HOME", str(tmp_path))
    status, printed, faults = run("~/my letters", monkeypatch, capsys)
    assert (status, faults) == (0, "")
    lines = printed.splitlines()
    assert lines[1].split()[:3] == ["0", "Б", "2"]
    (sheet,) = cache.cache_folder().glob("*.png")
    assert lines[15:] == [
        f"{folder}: 15 Cyrillic and 14 Latin images",
        "left out, Cyrillic: Cyrillic 'Ж' (2)",
        "left out, Latin: none",
        f"some of each letter: {sheet}",
        f"to use them: make book ASSIGNMENT4_LETTERS='{folder}'",
    ]
    assert Image.open(sheet).format == "PNG"
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_the_contact_sheet_has_a_row_for_each_letter_from_beginning_to_end(tmp_path):
    letters = load_letters(write_arrays(tmp_path))
    cyrillic, latin = draw_contact_sheet(letters, count=2).axes
    assert [text.get_text() for text in cyrillic.get_yticklabels()] == list(CYRILLIC)
    mosaic, images = np.asarray(latin.images[0].get_array()), letters.latin.images
    first, *_, last = images[letters.latin.labels == 0]
    for shown, image in ((mosaic[:28, :28], first), (mosaic[:28, -28:], last)):
        assert np.corrcoef(shown.ravel(), image.ravel())[0, 1] > 0.999


def test_the_command_tells_in_one_line_what_is_wrong(tmp_path, monkeypatch, capsys):
    for name, found in (("nowhere", "No such file"), ("empty\n", "no Cyrillic or Cyrillic.zip")):
        status, printed, faults = run(tmp_path / name, monkeypatch, capsys)
        assert (status, printed) == (1, "")
        assert faults.startswith(f"{tmp_path / name}: found ".replace("\n", "\\n"))
        (tmp_path / "empty\n").mkdir(exist_ok=True)
        assert found in faults
        assert "npy files, or with Cyrillic.zip and Latin.zip, or with folders" in faults
    monkeypatch.setenv("ASSIGNMENT4_CACHE", str(tmp_path / "file"))
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "letters").mkdir()
    status, printed, faults = run(write_folders(tmp_path / "letters"), monkeypatch, capsys)
    assert (status, printed) == (1, "")
    assert f"the cache folder {tmp_path / 'file'}" in faults
    assert len(faults.splitlines()) == 1
