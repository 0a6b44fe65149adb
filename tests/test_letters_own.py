"""Letters of a person's own: the layouts, the faults that are told, limits, and the command."""

import os
import pickle
import re
import struct
import sys
import tracemalloc
import unicodedata
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from letter_images import (
    contents,
    drawing,
    saved,
    write_archives,
    write_arrays,
    write_folders,
)
from PIL import Image, ImageChops

from assignment4 import __main__, cache
from assignment4.figures.letters import draw_contact_sheet
from assignment4.letters import CYRILLIC, LATIN, load_letters, own, pictures
from assignment4.letters.own import count_letters, read_folder
from assignment4.letters.pictures import read_letter

LAYOUTS = {"arrays": write_arrays, "archives": write_archives, "folders": write_folders}


@pytest.fixture(autouse=True)
def own_cache(monkeypatch, tmp_path_factory):
    monkeypatch.setenv("ASSIGNMENT4_CACHE", str(tmp_path_factory.mktemp("cache")))


@pytest.mark.parametrize("dtype", ["u1", ">i2", "u8", "f2", ">f4", "f8"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_of_any_numbers_and_order_give_images_first(tmp_path, dtype, order):
    write_arrays(tmp_path)
    images, labels = np.load(tmp_path / "X_lat.npy"), np.load(tmp_path / "labels_lat.npy")
    np.save(tmp_path / "X_lat.npy", images.astype(dtype, order=order))
    np.save(tmp_path / "labels_lat.npy", labels.astype(dtype))
    letters = load_letters(tmp_path)
    for index, image in enumerate(letters.latin.images):
        np.testing.assert_array_equal(image, images[:, :, index])
    np.testing.assert_array_equal(letters.latin.labels, labels)
    np.testing.assert_array_equal(letters.cyrillic.labels, np.load(tmp_path / "labels_cyr.npy"))
    assert (letters.latin.images.dtype, letters.latin.labels.dtype) == (np.uint8, np.int64)
    assert (letters.cyrillic.letters, letters.latin.letters) == (CYRILLIC, LATIN)
    assert (letters.cyrillic.report_size, letters.latin.report_size) == (5798, 6015)
    assert (letters.source, letters.embedded) == (str(tmp_path), False)
    assert set(letters.latin.families) == set(letters.latin.styles) == {""}


def test_archives_and_folders_give_the_same_letters(tmp_path):
    for name in ("archives", "folders"):
        (tmp_path / name).mkdir()
        LAYOUTS[name](tmp_path / name)
    first, second = (load_letters(tmp_path / name) for name in ("archives", "folders"))
    assert first.digest() == second.digest()
    for label, letter in enumerate(CYRILLIC):
        expected = read_letter(saved(drawing(letter)))
        np.testing.assert_array_equal(first.cyrillic.images[label], expected)
    assert first.latin.labels.tolist() == list(range(14))
    (tmp_path / "folders" / "Latin").rename(tmp_path / "archives" / "LATIN")
    (tmp_path / "archives" / "Latin.zip").unlink()
    assert load_letters(tmp_path / "archives").digest() == first.digest()


@pytest.mark.parametrize("small", [str, str.lower])
@pytest.mark.parametrize("encoding", ["cp866", "cp1251", "utf-8", "decomposed"])
def test_names_in_older_encodings_are_told_apart(tmp_path, encoding, small):
    def encode(name: str) -> bytes:
        if encoding == "decomposed":
            return unicodedata.normalize("NFD", small(name)).encode()
        return small(name).encode(encoding)

    letters = load_letters(write_archives(tmp_path, encode))
    for label, letter in enumerate(CYRILLIC):
        expected = read_letter(saved(drawing(letter)))
        np.testing.assert_array_equal(letters.cyrillic.images[label], expected)


def test_small_letters_count_and_others_are_left_out(tmp_path):
    write_folders(tmp_path)
    cyrillic = tmp_path / "Cyrillic"
    (cyrillic / "Й").rename(cyrillic / unicodedata.normalize("NFD", "Й"))
    for name in ("Ж/1.png", "Ж/2.png", "C/1.png", "readme.txt", "old\x1b[2J/1.png", "БД/1.png"):
        (cyrillic / name).parent.mkdir(exist_ok=True)
        (cyrillic / name).write_text("never opened")
    for name in (".DS_Store", "Б/Thumbs.db", "Б/._1.png", "Б/desktop.ini", "__MACOSX/Б/2.png"):
        (cyrillic / name).parent.mkdir(parents=True, exist_ok=True)
        (cyrillic / name).write_text("never opened")
    (cyrillic / "б").mkdir()
    for number in range(3):
        (cyrillic / "б" / f"{number}.png").write_bytes(saved(drawing("Б")))
    letters, left_out = read_folder(tmp_path)
    assert np.bincount(letters.cyrillic.labels).tolist() == [4] + 13 * [1]
    assert left_out["cyrillic"] == {"Ж": 2, "C": 1, "": 1, "old\x1b[2J": 1, "БД": 1}
    assert left_out["latin"] == {}
    assert own._described(left_out["cyrillic"], "cyrillic") == (
        "no folder (1), C U+0043 (1), old\\x1b[2J (1), БД (1), Ж (2)"
    )


def test_images_are_decoded_once_and_another_image_anew(tmp_path, monkeypatch):
    folder = write_folders(tmp_path)
    first = load_letters(folder)
    decoded = []
    read_images = own._read_images
    monkeypatch.setattr(
        own, "_read_images", lambda *given: decoded.append(1) or read_images(*given)
    )
    assert load_letters(folder).digest() == first.digest()
    assert not decoded
    (folder / "Latin" / "B" / "1.png").write_bytes(saved(drawing("D")))
    other = load_letters(folder).latin
    assert (other.images[0] == other.images[1]).all()
    (folder / "Latin" / "B" / "2.png").write_bytes(PICTURE)
    assert np.bincount(load_letters(folder).latin.labels)[:2].tolist() == [2, 1]
    (folder / "Latin" / "B" / "2.png").rename(folder / "Latin" / "D" / "0.png")
    assert np.bincount(load_letters(folder).latin.labels)[:2].tolist() == [1, 2]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_nothing_is_written_beside_the_cache(tmp_path, layout):
    LAYOUTS[layout](tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    load_letters(tmp_path)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


# Faults


def array(change):
    """Return a breakage that saves what a change makes of an array."""
    return lambda path: np.save(path, change(np.load(path)))


def content(data: bytes):
    def replace(path):
        path.unlink(missing_ok=True)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)

    return replace


def add(name: str | bytes, data: bytes, *, method: int = zipfile.ZIP_DEFLATED):
    def write(path):
        with zipfile.ZipFile(path, "a", method) as archive:
            archive.writestr(name, data)

    return write


def without(letter: str):
    """Return a breakage that leaves a letter out of an archive."""

    def write(path):
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in contents(path.stem).items():
                if f"/{letter}/" not in name:
                    archive.writestr(name, data)

    return write


def encrypted(path):
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in [("B/2.png", b""), *contents("Latin").items()]:
            archive.writestr(name, data)
    marked = bytearray(path.read_bytes())
    marked[marked.index(b"PK\x01\x02") + 8] |= 1
    marked[6] |= 1
    path.write_bytes(marked)


def link(path):
    target = path.parent.parent / f"elsewhere {path.name}"
    path.rename(target)
    path.symlink_to(target)


def pipe(path):
    path.unlink()
    os.mkfifo(path)


def inverted(path):
    for image in path.rglob("*.png"):
        image.write_bytes(saved(ImageChops.invert(Image.open(image))))


def announced(shape: str) -> bytes:
    """Return an npy file of a header alone."""
    text = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}}}\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text.encode()


def png(width: int, height: int) -> bytes:
    """Return a PNG file of grey pixels that are not there."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = [header, b"IDAT" + zlib.compress(b""), b"IEND"]
    parts = [struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


class Sentinel:
    """Its unpickling would be noticed."""

    def __reduce__(self):
        return pytest.fail, ("a pickle was loaded",)


PICTURE = saved(drawing("B"))
PICKLED = np.array([Sentinel()] * 42, object)
FAULTS = {
    "arrays X_lat.npy": [
        (array(lambda x: x.T), r"shape \(42, 28, 28\); expected \(28, 28, n\)"),
        (array(lambda x: x[0, 0, 0]), r"shape \(\)"),
        (array(lambda x: x / x.max()), "from 0.0 to 1.0; expected whole numbers from 0 to 255"),
        (array(lambda x: x // 128), "from 0 to 1; expected"),
        (array(lambda x: x + np.uint16(57)), "from 57 to 256"),
        (array(lambda x: x.astype(int) - 1), "from -1 to"),
        (array(lambda x: x + 0.5), "whole numbers"),
        (array(lambda x: np.where(x == x.max(), np.nan, x)), "nan"),
        (array(lambda x: 255 - x // 2), "mostly white"),
        (array(lambda x: x * (np.arange(42) != 5)), "image 5 blank"),
        (lambda path: np.save(path, PICKLED), "unreadable"),
        (content(pickle.dumps(PICKLED)), "pickle"),
        (lambda path: np.savez(path.open("wb"), 1), "archive"),
        (content(b""), "expected an npy file"),
        (content(announced("(28, 28, 42)")), "unreadable"),
        (content(announced("(28, 28, 10**9)")), "unreadable"),
        (lambda path: path.unlink(), "no file"),
        (link, "a link"),
        (pipe, "no file"),
    ],
    "arrays labels_cyr.npy": [
        (array(lambda x: x + 1), "from 1 to 14; expected whole numbers from 0 to 13"),
        (array(lambda x: np.where(x == 5, 4, x)), r"no image of Й \(label 5\)"),
        (array(lambda x: x[1:]), "41 labels; expected 42, one for each image of X_cyr.npy"),
        (array(lambda x: np.eye(14)[x]), r"shape \(42, 14\); expected \(n,\)"),
        (array(lambda x: np.array([*LATIN])[x]), "<U1"),
    ],
    "archives Latin.zip": [
        (content(b"PK"), "not a zip file"),
        (without("G"), r"no image of G \(label 2\); expected every letter; .*: nothing"),
        (link, "a link"),
    ],
    "archives Latin.zip/B/2.png": [
        (encrypted, "encrypted"),
        (add("B/2.png", bytes(2**24)), "16,777,216 bytes"),
        (add("B/2.png", bytes(9), method=zipfile.ZIP_LZMA), "compression method 14"),
    ],
    "archives ": [(lambda path: (path / "latin").mkdir(), "Latin.zip and latin; expected one")],
    "folders ": [(lambda path: (path / "Latin").rename(path / "L"), "no Latin or Latin.zip")],
    "folders Latin": [
        (inverted, "light strokes on dark paper"),
        (lambda path: link(path / "B" / "1.png"), "the link B/1.png"),
        (lambda path: link(path / "B"), "the link B;"),
        (link, "a link"),
    ],
    "folders Latin/B/2.png": [
        (content(b"not an image"), "begin with b'not an image'; expected a PNG, JPEG"),
        (content(PICTURE[:99]), "unreadable"),
        (content(PICTURE[:-15] + b"\0" * 15), "unreadable"),
        (content(saved(drawing("B", 120), "JPEG")[:900]), "unreadable"),
        (content(saved(Image.new("L", (50, 50), 255))), "a blank image"),
        (content(png(40000, 40000)), "DecompressionBomb"),
        (content(png(4097, 1)), "4097 x 1 pixels; expected at most 4096"),
        (content(PICTURE + bytes(2**23)), "8,388,"),
        (lambda path: os.mkfifo(path), "no file"),
    ],
    "folders Cyrillic": [
        (
            lambda path: (path / "С").rename(path / "C"),
            r"С \(label 9\); expected every letter; other folders: C U\+0043 \(1\)",
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


@pytest.mark.filterwarnings("ignore::ResourceWarning")
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
    assert tracemalloc.get_traced_memory()[1] < 4 * 2**20
    tracemalloc.stop()
    assert told.startswith(f"{folder / name}: found ")
    assert re.search(found, told), told
    assert not list(cache.cache_folder().glob("*.entry"))


@pytest.mark.parametrize(("white", "fault"), [(140, ""), (141, "mostly white")])
def test_paper_is_taken_for_white_by_the_mean_of_all_images(tmp_path, white, fault):
    write_arrays(tmp_path)
    images = np.full((28, 28, 42), white, np.uint8)
    images[:14], images[14:] = white - 9, white + 9
    np.save(tmp_path / "X_cyr.npy", images)
    if fault:
        assert fault in refusal_of(tmp_path)
    else:
        assert load_letters(tmp_path).cyrillic.images.mean() == white


def test_no_folder_an_empty_one_and_a_file_are_told(tmp_path):
    file = tmp_path / "X_cyr.npy"
    file.write_text("text")
    (tmp_path / "empty\n").mkdir()
    for folder, found in (
        (tmp_path / "nowhere", "No such file"),
        (file, "Not a directory"),
        (tmp_path / "empty\n", "no Cyrillic or Cyrillic.zip"),
    ):
        told = refusal_of(folder)
        assert found in told
        assert told.startswith(str(folder).replace("\n", "\\n") + ": ")
        assert "npy files, or Cyrillic.zip and Latin.zip, or folders Cyrillic and Latin" in told


def test_of_many_images_with_faults_the_first_is_told_and_the_number(tmp_path):
    write_folders(tmp_path)
    for letter in LATIN[:3]:
        (tmp_path / "Latin" / letter / "1.png").write_bytes(b"text")
    told = refusal_of(tmp_path)
    assert told.startswith(f"{tmp_path}/Latin/B/1.png: ")
    assert told.endswith("; 2 more have faults")


def test_a_member_that_is_larger_than_it_says_is_cut_off_and_refused(tmp_path):
    """The header announces 100 bytes; 64 MB are packed."""
    write_archives(tmp_path)
    add("B/2.png", bytes(2**26))(tmp_path / "Latin.zip")
    content = (tmp_path / "Latin.zip").read_bytes()
    size = (2**26).to_bytes(4, "little")
    (tmp_path / "Latin.zip").write_bytes(content.replace(size, (100).to_bytes(4, "little")))
    tracemalloc.start()
    assert "CRC" in refusal_of(tmp_path)
    assert tracemalloc.get_traced_memory()[1] < 4 * pictures.LARGEST_FILE
    tracemalloc.stop()


def test_more_files_than_the_limit_are_refused(tmp_path, monkeypatch):
    write_folders(tmp_path)
    monkeypatch.setattr(own, "MOST_IMAGES", 14)
    assert len(load_letters(tmp_path).latin) == 14
    monkeypatch.setattr(own, "MOST_IMAGES", 13)
    assert "14 files" in refusal_of(tmp_path)


FUZZED = {"arrays": "X_cyr.npy", "archives": "Latin.zip", "folders": "Latin/B/1.png"}
CHANGES = st.lists(st.tuples(st.integers(-200, 300), st.binary(min_size=1, max_size=8)), min_size=1)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.sampled_from([*FUZZED]), CHANGES)
def test_any_change_of_a_file_gives_letters_or_a_refusal(tmp_path_factory, layout, changes):
    folder = LAYOUTS[layout](tmp_path_factory.mktemp(layout))
    file = folder / FUZZED[layout]
    data = bytearray(file.read_bytes())
    for place, change in changes:
        start = place % len(data)
        data[start : start + len(change)] = change
    file.write_bytes(data)
    try:
        letters = load_letters(folder)
    except ValueError:
        refusal_of(folder)
    else:
        assert letters.latin.images.shape[1:] == (28, 28)
        assert set(letters.latin.labels) == set(range(14))


# Images

TONES = np.random.default_rng(0).integers(40, 222, (28, 28)).astype(np.uint8)
TONES[[0, -1]] = TONES[:, [0, -1]] = 40
TONES[14, 14] = 221
"""Dark at the borders and of the size of a letter, so that nothing is cropped or resized."""

EXPECTED = np.rint((221 - TONES.astype(float)) * 255 / 181)


def with_alpha(alpha: np.ndarray, grey: int = 0) -> Image.Image:
    """Return strokes of a grey value and an opacity."""
    image = Image.new("RGBA", alpha.shape[::-1], (grey, grey, grey, 0))
    image.putalpha(Image.fromarray(alpha))
    return image


def letter_of(pixels: np.ndarray) -> np.ndarray:
    return read_letter(saved(Image.fromarray(pixels)))


@pytest.mark.parametrize(
    "image",
    [
        Image.fromarray(TONES),
        Image.fromarray(TONES).convert("RGB"),
        Image.fromarray(TONES).convert("P"),
        Image.fromarray(256 * TONES.astype(np.uint16) + 99),
        with_alpha(255 - TONES),
        with_alpha(255 - TONES, 255),
    ],
    ids=["grey", "colours", "palette", "16 bits", "black on transparent", "white on transparent"],
)
def test_the_lightest_pixel_becomes_black_and_the_darkest_white(image):
    np.testing.assert_array_equal(read_letter(saved(image)), EXPECTED)


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "BMP", "GIF"])
def test_the_same_letter_in_any_format_and_turned_as_it_says(image_format):
    letter = read_letter(saved(drawing("F", 120)))
    content = saved(drawing("F", 120), image_format)
    assert np.abs(read_letter(content).astype(int) - letter).mean() < 8
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = read_letter(saved(drawing("F", 120).rotate(90), "JPEG", exif=exif))
    assert np.abs(turned.astype(int) - letter).mean() < 8


def on_paper(ink: np.ndarray, top: int, left: int, *, paper: int = 0) -> np.ndarray:
    """Return ink on a paper of 70 x 80 pixels, as grey values: 255 less the ink."""
    pixels = np.full((70, 80), paper, np.uint8)
    pixels[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    return 255 - pixels


def stretched(ink: np.ndarray) -> np.ndarray:
    return np.asarray(Image.fromarray(ink).resize((28, 28), Image.Resampling.HAMMING))


TRIANGLE = 255 * np.tri(28, dtype=np.uint8)


def test_strokes_need_contrast():
    faint = np.where(TRIANGLE, 32, 0).astype(np.uint8)
    np.testing.assert_array_equal(letter_of(on_paper(faint, 16, 16)), TRIANGLE)
    with pytest.raises(ValueError, match="blank image, its grey values at most 31"):
        letter_of(on_paper(faint - faint // 32, 16, 16))
    full = np.full((5000, 5), 255, np.uint8)
    with pytest.raises(ValueError, match="5000 pixels"):
        letter_of(full)
    dotted = np.zeros((4096, 4096), np.uint8)
    dotted[2000, 2000] = 255
    with pytest.raises(ValueError, match="nothing but ink"):
        letter_of(dotted)


@pytest.mark.parametrize(
    ("paper", "nearer_to_stroke", "nearer_to_paper"), [(0, 128, 127), (1, 128, 127), (55, 155, 154)]
)
@pytest.mark.parametrize(("row", "column"), [(19, 40), (30, 58), (48, 40), (30, 29)])
def test_a_stroke_ends_where_a_pixel_is_nearer_to_the_paper(
    paper, nearer_to_stroke, nearer_to_paper, row, column
):
    """A pixel beside the strokes belongs to their box or not, as dark as it is."""
    ink = np.maximum(255 - TONES, paper)
    ink[14, 14], ink[0] = paper, 255
    inside = np.s_[20:48, 30:58]
    wider = np.s_[min(row, 20) : max(row + 1, 48), min(column, 30) : max(column + 1, 58)]
    for grey, box in ((nearer_to_stroke, wider), (nearer_to_paper, inside)):
        pixels = on_paper(ink, 20, 30, paper=paper)
        pixels[row, column] = 255 - grey
        strokes = stretched(255 - pixels[box]).astype(float)
        expected = np.rint((strokes - paper) * (255 / (255 - paper)))
        np.testing.assert_array_equal(letter_of(pixels), expected)


@pytest.mark.parametrize(("height", "width"), [(60, 5), (5, 60), (14, 13), (13, 3), (3, 28)])
@pytest.mark.parametrize(("top", "left"), [(6, 12), (0, 9), (4, 0), (2, 3)])
def test_a_bar_gets_a_margin_of_a_fourteenth_and_a_pixel_within_its_paper(height, width, top, left):
    bar, margin = np.full((height, width), 255, np.uint8), 1 + max(height, width) // 14
    pixels = on_paper(bar, top, left, paper=55)
    rows = slice(max(top - margin, 0), top + height + margin)
    columns = slice(max(left - margin, 0), left + width + margin)
    expected = np.rint((stretched(255 - pixels[rows, columns]).astype(float) - 55) * (255 / 200))
    np.testing.assert_array_equal(letter_of(pixels), expected)


# The command


@pytest.fixture
def run(monkeypatch, capsys):
    """A function that runs the command and returns its status and what it printed, twice."""

    def run(path):
        monkeypatch.setattr(sys, "argv", ["assignment4", "letters", str(path)])
        status = __main__.main()
        return status, *capsys.readouterr()

    return run


def test_the_command_tells_what_it_found_and_how_to_use_it(tmp_path, run, monkeypatch):
    folder = tmp_path / "my letters"
    folder.mkdir()
    cyrillic = write_folders(folder) / "Cyrillic"
    for name in ("б/2.png", "Ж/1.png", "Ж/2.png"):
        (cyrillic / name).parent.mkdir(exist_ok=True)
        (cyrillic / name).write_bytes(saved(drawing("Б")))
    monkeypatch.setenv("HOME", str(tmp_path))
    status, printed, faults = run("~/my letters")
    assert (status, faults) == (0, "")
    lines = printed.splitlines()
    assert lines[0].split() == ["Cyrillic", "images", "Latin", "images"]
    assert [line.split() for line in lines[1:3]] == [["Б", "2", "B", "1"], ["Д", "1", "D", "1"]]
    assert lines[15].split() == ["all", "15", "all", "14"]
    assert lines[16] == "left out, Cyrillic: Ж (2)"
    (sheet,) = cache.cache_folder().glob("*.png")
    assert lines[17] == f"some of each letter: {sheet}"
    assert lines[18:] == [f"to use them: make book ASSIGNMENT4_LETTERS='{folder}'"]
    with Image.open(sheet) as image:
        assert image.size == (1500, 1200)


def test_the_contact_sheet_has_a_row_for_each_letter_from_beginning_to_end(tmp_path):
    write_folders(tmp_path)
    for number in range(2, 30):
        (tmp_path / "Latin" / "B" / f"{number:02}.png").write_bytes(
            saved(drawing("BD"[number > 28]))
        )
    letters = load_letters(tmp_path)
    assert count_letters(letters).rows[0] == ["Б", "1", "B", "29"]
    cyrillic, latin = draw_contact_sheet(letters).axes
    assert [text.get_text() for text in cyrillic.get_yticklabels()] == list(CYRILLIC)
    mosaic = latin.images[0].get_array()
    assert mosaic.shape == (14 * 30 - 2, 8 * 30 - 2)
    for shown, image in ((mosaic[:28, -28:], 28), (mosaic[:28, :28], 0), (mosaic[-28:, :28], 41)):
        both = np.asarray(shown).ravel(), letters.latin.images[image].ravel()
        assert np.corrcoef(*both)[0, 1] > 0.999


def test_the_command_tells_in_one_line_what_is_wrong(tmp_path, run, monkeypatch):
    status, printed, faults = run(tmp_path / "nowhere")
    assert (status, printed) == (1, "")
    assert faults.startswith(f"{tmp_path}/nowhere: found ")
    (tmp_path / "file").write_bytes(b"")
    folder = tmp_path / "letters"
    folder.mkdir()
    monkeypatch.setenv("ASSIGNMENT4_CACHE", str(tmp_path / "file"))
    status, printed, faults = run(write_folders(folder))
    assert (status, printed) == (1, "")
    assert f"cannot write to the cache folder {tmp_path / 'file'}" in faults
    assert len(faults.splitlines()) == 1
