"""The command that checks letters of a person's own."""

import io
import sys

import numpy as np
import pytest
from letter_images import drawing, saved, write_archives, write_folders
from PIL import Image

from assignment4 import __main__, cache
from assignment4.letters import CYRILLIC, LATIN, load_letters
from assignment4.letters.own import IMAGES_IN_ROW, count_letters, draw_contact_sheet


@pytest.fixture(autouse=True)
def own_cache(monkeypatch, tmp_path_factory):
    monkeypatch.setenv("ASSIGNMENT4_CACHE", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture
def run(monkeypatch, capsys):
    """A function that runs the command and returns its status and what it printed, twice."""

    def run(path):
        monkeypatch.setattr(sys, "argv", ["assignment4", "letters", str(path)])
        status = __main__.main()
        return status, *capsys.readouterr()

    return run


def test_tells_what_it_found_and_how_to_use_it(tmp_path, run):
    folder = tmp_path / "my letters"
    folder.mkdir()
    cyrillic = write_folders(folder) / "Cyrillic"
    for name in ("б/2.png", "Ж/1.png", "Ж/2.png"):
        (cyrillic / name).parent.mkdir(exist_ok=True)
        (cyrillic / name).write_bytes(saved(drawing("Б")))
    status, printed, faults = run(folder)
    assert (status, faults) == (0, "")
    lines = printed.splitlines()
    assert lines[0].split() == ["Cyrillic", "images", "Latin", "images"]
    assert [line.split() for line in lines[1:3]] == [["Б", "2", "B", "1"], ["Д", "1", "D", "1"]]
    assert lines[15].split() == ["all", "15", "all", "14"]
    assert lines[16] == "left out, Cyrillic: Ж (2)"
    assert lines[-1] == f"to use them: make book ASSIGNMENT4_LETTERS='{folder}'"
    assert len(lines) == 19


def test_the_contact_sheet_lies_in_the_cache(tmp_path, run):
    _, printed, _ = run(write_archives(tmp_path))
    (sheet,) = cache.cache_folder().glob("*.png")
    assert f"some of each letter: {sheet}" in printed.splitlines()
    with Image.open(io.BytesIO(sheet.read_bytes())) as image:
        assert image.size == (1500, 1200)
    assert list(cache.cache_folder().glob("letters-elsewhere-*.entry"))


def test_the_contact_sheet_has_a_row_for_each_letter(tmp_path):
    letters = load_letters(write_folders(tmp_path))
    cyrillic, latin = draw_contact_sheet(letters).axes
    assert [text.get_text() for text in cyrillic.get_yticklabels()] == list(CYRILLIC)
    assert [text.get_text() for text in latin.get_yticklabels()] == list(LATIN)
    mosaic = latin.images[0].get_array()
    assert mosaic.shape == (14 * 30 - 2, 28)
    for label, image in enumerate(letters.latin.images):
        shown = np.asarray(mosaic[30 * label : 30 * label + 28])
        assert np.corrcoef(shown.ravel(), image.ravel())[0, 1] > 0.999


def test_the_contact_sheet_takes_images_from_beginning_to_end(tmp_path):
    write_folders(tmp_path)
    for number in range(2, 30):
        (tmp_path / "Latin" / "B" / f"{number:02}.png").write_bytes(saved(drawing("B", 40)))
    last = drawing("D")
    (tmp_path / "Latin" / "B" / "99.png").write_bytes(saved(last))
    letters = load_letters(tmp_path)
    assert count_letters(letters).rows[0] == ["Б", "1", "B", "30"]
    mosaic = draw_contact_sheet(letters).axes[1].images[0].get_array()
    assert mosaic.shape[1] == IMAGES_IN_ROW * 30 - 2
    shown = np.asarray(mosaic[:28, -28:])
    assert np.corrcoef(shown.ravel(), letters.latin.images[29].ravel())[0, 1] > 0.999


def test_a_tilde_is_the_home_folder(tmp_path, run, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path.parent))
    write_folders(tmp_path)
    status, printed, _ = run(f"~/{tmp_path.name}")
    assert status == 0
    assert printed.endswith(f"ASSIGNMENT4_LETTERS={tmp_path}\n")


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        (None, "found no such folder"),
        (b"text", "1.png: found no image that can be read"),
        (saved(Image.new("L", (50, 50))), "1.png: found a blank image"),
    ],
    ids=["no folder", "text", "blank"],
)
def test_tells_in_one_line_what_is_wrong(tmp_path, run, fault, found):
    folder = tmp_path / "letters"
    if fault:
        folder.mkdir()
        (write_folders(folder) / "Latin" / "B" / "1.png").write_bytes(fault)
    status, printed, faults = run(folder)
    assert (status, printed) == (1, "")
    assert faults.startswith(str(folder))
    assert found in faults
    assert "; expected " in faults
    assert len(faults.splitlines()) == 1


def test_tells_that_the_cache_cannot_be_written(tmp_path, run, monkeypatch):
    folder = tmp_path / "letters"
    folder.mkdir()
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("ASSIGNMENT4_CACHE", str(tmp_path / "file"))
    status, printed, faults = run(write_folders(folder))
    assert (status, printed) == (1, "")
    assert f"cannot write to the cache folder {tmp_path / 'file'}" in faults
    assert len(faults.splitlines()) == 1
