"""Letters from archives and folders: what is read, where it is kept, and whatever is refused."""

import os
import re
import shutil
import stat
import struct
import subprocess
import sys
import tracemalloc
import unicodedata
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from letter_images import (
    TITLES,
    RawInfo,
    contents,
    drawing,
    saved,
    write_archives,
    write_folders,
)
from PIL import Image, ImageChops

from assignment4 import ROOT, cache
from assignment4.letters import CYRILLIC, LATIN, archives, folders, load_letters, sources
from assignment4.letters.archives import LARGEST_DIRECTORY, LARGEST_FILE, RUSSIAN
from assignment4.letters.embedded import render_letters
from assignment4.letters.files import FILES
from assignment4.letters.images import read_letter
from assignment4.letters.sources import describe_left_out, read_source

pytestmark = pytest.mark.filterwarnings("error")

PICTURE = saved(drawing("Б"))


@pytest.fixture(autouse=True)
def own_cache(monkeypatch, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("ASSIGNMENT4_CACHE", str(folder))
    return folder


@pytest.fixture
def in_archives(tmp_path):
    return write_archives(tmp_path)


@pytest.fixture
def in_folders(tmp_path):
    return write_folders(tmp_path)


def entries(folder) -> list:
    return sorted(folder.glob("letters-elsewhere-*.entry"))


# What is accepted


def test_archives_of_comnist_s_shape_give_the_letters_that_were_drawn(tmp_path):
    """Strokes in the alpha channel of 278 x 278 pixels, a folder for each letter, others too."""
    drawn = {}
    for number, (title, letters) in enumerate(TITLES.items()):
        images, labels, *_ = render_letters(letters, 56, seed=number)
        with zipfile.ZipFile(tmp_path / f"{title}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"{title}/", b"")
            archive.writestr(f"{title}/Ж/0.png", b"never opened")
            for index, (image, label) in enumerate(zip(images, labels, strict=True)):
                alpha = Image.new("L", (278, 278))
                alpha.paste(Image.fromarray(image).resize((180, 200)), (index, 70 - index))
                picture = Image.new("RGBA", alpha.size)
                picture.putalpha(alpha)
                archive.writestr(f"{title}/{letters[label]}/{index:02}.png", saved(picture))
        order = np.argsort(labels, kind="stable")
        drawn[title] = images[order], labels[order]
    letters = load_letters(tmp_path)
    assert not letters.embedded
    assert letters.source == str(tmp_path)
    for alphabet, (images, labels) in zip(
        (letters.cyrillic, letters.latin), drawn.values(), strict=True
    ):
        np.testing.assert_array_equal(alphabet.labels, labels)
        assert (alphabet.labels.dtype, alphabet.images.dtype) == (np.int64, np.uint8)
        for found, image in zip(alphabet.images, images, strict=True):
            assert np.corrcoef(found.ravel(), image.ravel())[0, 1] > 0.97


def test_folders_and_archives_give_the_same_letters(tmp_path):
    for name, write in ("archives", write_archives), ("folders", write_folders):
        (tmp_path / name).mkdir()
        write(tmp_path / name)
    first, second = (load_letters(tmp_path / name) for name in ("archives", "folders"))
    assert first.digest() == second.digest()
    np.testing.assert_array_equal(first.latin.images[3], read_letter(saved(drawing("F"))))


def test_an_archive_and_a_folder_go_together(in_archives, in_folders):
    (in_archives / "Cyrillic.zip").unlink()
    shutil.rmtree(in_archives / "Latin")
    assert len(load_letters(in_archives).cyrillic) == 14


def test_the_variable_names_any_layout(in_folders, monkeypatch):
    monkeypatch.setenv("ASSIGNMENT4_LETTERS", "~/letters")
    monkeypatch.setenv("HOME", str(in_folders.parent))
    in_folders.rename(in_folders.parent / "letters")
    assert load_letters().source == str(in_folders.parent / "letters")


def test_names_may_be_small_and_decomposed(in_folders):
    (in_folders / "Latin").rename(in_folders / "LATIN")
    cyrillic = in_folders / "Cyrillic"
    (cyrillic / "Й").rename(cyrillic / unicodedata.normalize("NFD", "й"))
    (cyrillic / "Д").rename(cyrillic / "д")
    cyrillic.rename(in_folders / "cyrillic")
    letters = load_letters(in_folders)
    np.testing.assert_array_equal(letters.cyrillic.labels, np.arange(14))
    np.testing.assert_array_equal(letters.cyrillic.images[5], read_letter(saved(drawing("Й"))))


def test_small_letters_and_capitals_are_one_class(in_folders):
    small = in_folders / "Cyrillic" / "б"
    small.mkdir()
    for number in range(3):
        (small / f"{number}.png").write_bytes(PICTURE)
    labels = load_letters(in_folders).cyrillic.labels
    assert np.bincount(labels).tolist() == [4] + 13 * [1]


def test_other_letters_and_byproducts_are_left_out(in_folders):
    for name in ("Ж/1.png", "Ж/2.png", "C/1.png", "readme.txt", "old\x1b[2J/1.png"):
        (in_folders / "Cyrillic" / name).parent.mkdir(exist_ok=True)
        (in_folders / "Cyrillic" / name).write_text("never opened")
    for name in (".DS_Store", "Б/Thumbs.db", "Б/._1.png", "Б/desktop.ini"):
        (in_folders / "Cyrillic" / name).write_text("never opened")
    left_out = read_source(in_folders).left_out
    assert left_out["latin"] == {}
    assert left_out["cyrillic"] == {"Ж": 2, "C": 1, "": 1, "old\x1b[2J": 1}
    assert describe_left_out(left_out["cyrillic"], "cyrillic") == (
        "no folder (1), C U+0043 (1), old\\x1b[2J (1), Ж (2)"
    )


def test_byproducts_in_archives_are_left_out(in_archives):
    with zipfile.ZipFile(in_archives / "Latin.zip", "a") as archive:
        for name in ("__MACOSX/Latin/B/._1.png", "Latin/B/.DS_Store", "Latin/Thumbs.db"):
            archive.writestr(name, "never opened")
    assert read_source(in_archives).left_out["latin"] == {}


def rewritten(path, encode) -> None:
    """Write an archive anew, without the mark of UTF-8, with names that `encode` gives."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(RawInfo(encode(name)), content)


@pytest.mark.parametrize("small", [False, True], ids=["capitals", "small letters"])
@pytest.mark.parametrize("encoding", ["cp866", "cp1251", "utf-8"])
def test_names_in_older_encodings_are_told_apart(in_archives, encoding, small):
    expected = load_letters(in_archives).digest()
    rewritten(
        in_archives / "Cyrillic.zip",
        lambda name: (name.replace("Cyrillic/", "").lower() if small else name).encode(encoding),
    )
    assert load_letters(in_archives).digest() == expected


def test_decomposed_names_without_the_mark_are_read(in_archives):
    expected = load_letters(in_archives).digest()
    decomposed = lambda name: unicodedata.normalize("NFD", name).encode()  # noqa: E731
    rewritten(in_archives / "Cyrillic.zip", decomposed)
    assert load_letters(in_archives).digest() == expected


@pytest.mark.skipif(shutil.which("zip") is None, reason="zip is not installed")
def test_an_archive_that_zip_made_is_read(tmp_path):
    expected = load_letters(write_folders(tmp_path)).digest()
    for title in TITLES:
        subprocess.run(["zip", "-qr", f"{title}.zip", title], cwd=tmp_path, check=True)
        shutil.rmtree(tmp_path / title)
    assert load_letters(tmp_path).digest() == expected


# The cache


def test_images_are_decoded_once(in_archives, own_cache, monkeypatch):
    first = load_letters(in_archives)
    assert len(entries(own_cache)) == 1
    monkeypatch.setattr(sources, "read_letter", lambda content: pytest.fail("decoded again"))
    assert load_letters(in_archives).digest() == first.digest()
    os.utime(in_archives / "Latin.zip", (0, 0))
    (in_archives / "Latin.zip").rename(in_archives / "latin.ZIP")
    assert load_letters(in_archives).digest() == first.digest()


@pytest.mark.parametrize("change", ["content", "label", "code", "version"])
def test_another_source_code_or_library_is_another_entry(
    in_folders, own_cache, monkeypatch, change
):
    load_letters(in_folders)
    cyrillic = in_folders / "Cyrillic"
    if change == "content":
        (cyrillic / "Б" / "1.png").write_bytes(saved(drawing("Б", 60)))
    elif change == "label":
        (cyrillic / "Б").rename(cyrillic / "old")
        (cyrillic / "Д").rename(cyrillic / "Б")
        (cyrillic / "old").rename(cyrillic / "Д")
    elif change == "code":
        monkeypatch.setattr(sources, "code_digest", lambda *parts: "changed")
    else:
        monkeypatch.setattr(sources, "versions", lambda *names: {"pillow": "0"})
    load_letters(in_folders)
    assert len(entries(own_cache)) == 2


def test_the_code_named_is_all_that_decides_the_images():
    """Modules of the letters that the listed ones import are listed, too."""
    for part in sources.CODE:
        text = (ROOT / "assignment4" / f"{part}.py").read_text(encoding="utf-8")
        imported = set(re.findall(r"from assignment4\.letters\.(\w+) import", text))
        assert {f"letters/{name}" for name in imported} <= set(sources.CODE)


def test_nothing_is_written_beside_the_cache(in_archives, own_cache, monkeypatch):
    before = sorted(in_archives.rglob("*"))
    empty = own_cache / "elsewhere"
    empty.mkdir()
    monkeypatch.chdir(empty)
    load_letters(in_archives)
    assert sorted(in_archives.rglob("*")) == before
    assert list(empty.iterdir()) == []


def test_what_is_refused_is_not_kept(in_folders, own_cache):
    (in_folders / "Latin" / "B" / "2.png").write_bytes(b"text")
    for _ in range(2):
        with pytest.raises(ValueError, match=r"2\.png: found"):
            load_letters(in_folders)
    assert entries(own_cache) == []


# Archives that are refused: what happens to Cyrillic.zip, the member, and what the message says


def add(name: str | bytes, content: bytes = PICTURE, *, mode: int = 0, method: int = 0, **options):
    """Return a breakage that adds a member to an archive."""

    def breakage(path):
        info = zipfile.ZipInfo(name) if isinstance(name, str) else RawInfo(name, **options)
        info.external_attr = mode << 16
        info.compress_type = method
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr(info, content)

    return breakage


def add_both(*names: bytes):
    """Return a breakage that adds members at once: whatever adds another rewrites their names."""

    def breakage(path):
        with zipfile.ZipFile(path, "a") as archive:
            for name in names:
                archive.writestr(RawInfo(name), PICTURE)

    return breakage


def patch(offset: int, form: str, value: int, *, local: int | None = None, name: str = "Б/2.png"):
    """Return a breakage that changes a field of an added member, in both of its headers or one."""

    def breakage(path):
        add(name, method=zipfile.ZIP_DEFLATED)(path)
        content = bytearray(path.read_bytes())
        struct.pack_into(form, content, content.rfind(b"PK\x01\x02") + offset, value)
        if local is not None:
            struct.pack_into(form, content, content.rfind(b"PK\x03\x04") + local, value)
        path.write_bytes(content)

    return breakage


def replaced(old: bytes, new: bytes, name: str):
    """Return a breakage that adds a member and then replaces bytes everywhere."""

    def breakage(path):
        add(name)(path)
        path.write_bytes(path.read_bytes().replace(old, new))

    return breakage


def twice(path):
    with pytest.warns(UserWarning, match="Duplicate name"):
        add("Cyrillic/Б/1.png")(path)


def content(data: bytes):
    return lambda path: path.write_bytes(data)


def cut(start: float, stop: float):
    """Return a breakage that leaves a part of an archive."""

    def breakage(path):
        data = path.read_bytes()
        path.write_bytes(data[int(start * len(data)) : int(stop * len(data))])

    return breakage


def replace_by(make):
    def breakage(path):
        path.unlink()
        make(path)

    return breakage


def flipped(path):
    """Change a byte in the middle of the first image, which is stored as it is."""
    data = bytearray(path.read_bytes())
    data[data.find(b"IDAT") + 20] ^= 1
    path.write_bytes(data)


def spliced(path):
    """Put a member's data where the directory says that another member's are."""
    data = bytearray(path.read_bytes())
    first = data.find(b"PK\x01\x02")
    second = data.find(b"PK\x01\x02", first + 1)
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    path.write_bytes(data)


def end_of_directory(size: int, start: int, count: int = 1) -> bytes:
    return b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, count, count, size, start, 0)


def nested() -> bytes:
    return b"PK\x03\x04" + bytes(26) + b"PK\x05\x06" + bytes(18)


EXTRA = "Б/2.png"
LINK = stat.S_IFLNK | 0o777
DEFLATED = zipfile.ZIP_DEFLATED
UNSAFE = "an unsafe name; expected names such as Cyrillic/Б/1.png"
SPECIAL = "a link, a pipe or a device; expected files and folders"
UNKNOWN = "names of folders in an encoding that cannot be told; expected UTF-8, cp866 or cp1251"
UNSOUND = "what cannot be read"
ALL_LETTERS = b"".join(letter.encode("cp866") for letter in CYRILLIC)

BREAKAGES = {
    # names
    "an absolute path": (add("/Б/2.png"), "/Б/2.png", UNSAFE),
    "a parent": (add("../Б/2.png"), "../Б/2.png", UNSAFE),
    "a parent within": (add("Б/../../Б/2.png"), "Б/../../Б/2.png", UNSAFE),
    "a backslash": (add("Б\\2.png"), "Б\\\\2.png", UNSAFE),
    "a share": (add("\\\\host\\Б\\2.png"), "host", UNSAFE),
    "a drive": (add("C:/Б/2.png"), "C:/Б/2.png", UNSAFE),
    "an empty part": (add("Б//2.png"), "Б//2.png", UNSAFE),
    "a dot": (add("./Б/2.png"), "./Б/2.png", UNSAFE),
    "no name": (add(b""), "", UNSAFE),
    "an end of text": (replaced(b"Z@Z", b"Z\0Z", "Z@Z/2.png"), "Z\\x00Z", UNSAFE),
    "a terminal's commands": (add("../\x1b[2J\n/2.png"), "../\\x1b[2J\\n/2.png", UNSAFE),
    "an unsafe folder": (add("../Б/", b""), "../Б/", UNSAFE),
    "an unsafe byproduct": (add("../.DS_Store", b""), "../.DS_Store", UNSAFE),
    "a name twice": (twice, "", "Cyrillic/Б/1.png twice; expected each name once"),
    "a name in two spellings": (
        lambda path: (add("Й/2.png")(path), add(unicodedata.normalize("NFD", "Й/2.png"))(path)),
        "",
        "Й/2.png twice; expected each name once",
    ),
    "no letter in any encoding": (add(b"\xb1/2.png"), "", UNKNOWN),
    "two encodings that fit": (add(b"\xe0/2.png"), "", UNKNOWN),
    "two encodings in one": (add_both(b"\xab/2.png", b"\xd3/2.png"), "", UNKNOWN),
    "not the UTF-8 that it says": (add(b"\xff/2.png", utf8=True), "", UNSOUND),
    # kinds
    "a link": (add(EXTRA, b"/etc/passwd", mode=LINK), EXTRA, SPECIAL),
    "a link to a folder": (add("Б/2/", b"", mode=LINK), "Б/2/", SPECIAL),
    "a pipe": (add(EXTRA, b"", mode=stat.S_IFIFO), EXTRA, SPECIAL),
    "a device": (add(EXTRA, b"", mode=stat.S_IFCHR), EXTRA, SPECIAL),
    "a socket": (add(EXTRA, b"", mode=stat.S_IFSOCK), EXTRA, SPECIAL),
    "an archive in an archive": (add("Б/2.zip", nested()), "Б/2.zip", "an archive; expected a PNG"),
    # methods
    "a password": (patch(8, "<H", 0x801), EXTRA, "it encrypted; expected an archive without"),
    "strong encryption": (patch(8, "<H", 0x840), EXTRA, "it encrypted; expected an archive"),
    "bzip2": (add(EXTRA, method=zipfile.ZIP_BZIP2), EXTRA, "compression method 12; expected"),
    "LZMA": (add(EXTRA, method=zipfile.ZIP_LZMA), EXTRA, "compression method 14; expected"),
    "an unknown method": (patch(10, "<H", 99, local=8), EXTRA, "compression method 99; expected"),
    "a patch": (patch(8, "<H", 0x820), EXTRA, UNSOUND),
    # sizes
    "a bomb": (
        add(EXTRA, bytes(LARGEST_FILE + 1), method=DEFLATED),
        EXTRA,
        "8388609 bytes; expected at most 8,388,608",
    ),
    "a small bomb": (
        add(EXTRA, bytes(2**20), method=DEFLATED),
        EXTRA,
        "expected at most 400 times as many",
    ),
    "four gigabytes announced": (patch(24, "<I", 2**32 - 2), EXTRA, "4294967294 bytes; expected"),
    "fewer bytes announced": (patch(24, "<I", 9), EXTRA, UNSOUND),
    "more bytes announced": (patch(24, "<I", 5000), EXTRA, UNSOUND),
    "fewer packed bytes announced": (patch(20, "<I", 20), EXTRA, UNSOUND),
    "no packed bytes announced": (patch(20, "<I", 0), EXTRA, UNSOUND),
    "a directory of gigabytes": (content(end_of_directory(2**32 - 9, 0)), "", UNSOUND),
    "a directory too large": (
        content(bytes(LARGEST_DIRECTORY + 1) + end_of_directory(LARGEST_DIRECTORY + 1, 0)),
        "",
        "its directory has more than 10,485,760 bytes",
    ),
    # content
    "nothing": (content(b""), "", UNSOUND),
    "text": (content(b"not an archive"), "", UNSOUND),
    "an archive without members": (
        content(end_of_directory(0, 0, 0)),
        "",
        "no image of Б (label 0)",
    ),
    "the first half": (cut(0, 0.5), "", UNSOUND),
    "the second half": (cut(0.5, 1), "", UNSOUND),
    "all but the last byte": (cut(0, 0.9999), "", UNSOUND),
    "a changed byte": (flipped, "Cyrillic/Б/1.png", "Bad CRC-32"),
    "a member that is another": (spliced, "Cyrillic/Д/1.png", "differ"),
    "a wrong start": (patch(42, "<I", 10**6), EXTRA, UNSOUND),
    "a 7z archive": (content(b"7z\xbc\xaf\x27\x1c" + bytes(99)), "", UNSOUND),
    "a pipe as archive": (replace_by(os.mkfifo), "", "no regular file; expected a zip archive"),
    "a device as archive": (
        replace_by(lambda path: path.symlink_to(os.devnull)),
        "",
        "no regular file; expected a zip archive",
    ),
    "a link to nowhere": (
        replace_by(lambda path: path.symlink_to("nowhere")),
        "",
        "no regular file; expected a zip archive",
    ),
    "a folder as archive": (replace_by(Path.mkdir), "", "no image of Б (label 0), Д (label 1)"),
    # images
    "text as an image": (add(EXTRA, b"text"), EXTRA, "bytes that begin with b'text'"),
    "an empty image": (add(EXTRA, b""), EXTRA, "an empty file; expected a PNG"),
    "half an image": (add(EXTRA, PICTURE[:200]), EXTRA, "an image that cannot be read"),
    "a blank image": (add(EXTRA, saved(Image.new("L", (9, 9)))), EXTRA, "a blank image"),
    "notes beside images": (add("Б/notes.txt", b"mine"), "Б/notes.txt", "b'mine'; expected a PNG"),
    "two faults": (
        lambda path: (add("Д/3.png", b"text")(path), add(EXTRA, b"text")(path)),
        EXTRA,
        "; 1 more have faults: ",
    ),
}


def refusal_of(folder) -> str:
    with pytest.raises(ValueError, match=r"(?s).*") as refusal:
        read_source(folder)
    return str(refusal.value)


@pytest.mark.parametrize(("breakage", "member", "found"), BREAKAGES.values(), ids=list(BREAKAGES))
def test_refuses_a_bad_archive(in_archives, own_cache, breakage, member, found):
    path = in_archives / "Cyrillic.zip"
    breakage(path)
    message = refusal_of(in_archives)
    assert re.match(f"{re.escape(str(path))}(/.*)?: found ", message)
    assert member in message.partition(": found ")[0]
    assert found in message
    assert "; expected " in message
    assert message.isprintable()
    assert len(message) < 2 * len(str(in_archives)) + 500
    assert entries(own_cache) == []


def test_table_has_at_least_forty_breakages():
    assert len(BREAKAGES) >= 40


@pytest.mark.parametrize(
    ("limit", "value", "found"),
    [
        ("MOST_FILES", 14, "15 members; expected at most 14"),
        ("MOST_BYTES", 1000, "bytes unpacked; expected at most 1,000"),
    ],
)
def test_an_archive_has_limits_as_a_whole(in_archives, monkeypatch, limit, value, found):
    add(EXTRA)(in_archives / "Cyrillic.zip")
    monkeypatch.setattr(archives, limit, value)
    assert found in refusal_of(in_archives)


def test_light_strokes_on_dark_paper_are_refused(in_archives):
    with zipfile.ZipFile(in_archives / "Latin.zip", "w") as archive:
        for letter in LATIN:
            archive.writestr(f"{letter}/1.png", saved(ImageChops.invert(drawing(letter))))
    message = refusal_of(in_archives)
    assert message.startswith(f"{in_archives / 'Latin.zip'}: found light strokes on dark paper")


def test_a_missing_letter_is_named_with_the_folders_that_may_be_it(in_folders):
    (in_folders / "Cyrillic" / "С").rename(in_folders / "Cyrillic" / "C")
    assert refusal_of(in_folders) == (
        f"{in_folders / 'Cyrillic'}: found no image of С (label 9); expected every letter; "
        "other folders: C U+0043 (1)"
    )


# Folders that are refused


def link_to_folder(letter):
    letter.rename(letter.parents[2] / "outside")
    letter.symlink_to(letter.parents[2] / "outside")


FOLDER_BREAKAGES = {
    "a link to a folder": (link_to_folder, "the link Б; expected"),
    "a link to a file": (
        lambda letter: (letter / "2.png").symlink_to(letter / "1.png"),
        "the link Б/2.png; expected",
    ),
    "a link to nowhere": (lambda letter: (letter / "2.png").symlink_to("no"), "the link Б/2.png"),
    "a link in a circle": (lambda letter: (letter / "2").symlink_to(letter), "the link Б/2;"),
    "a pipe": (lambda letter: os.mkfifo(letter / "2.png"), "the pipe or device Б/2.png; expected"),
    "levels of folders": (
        lambda letter: (letter / "2" / "3").mkdir(parents=True),
        "the folder Б/2/3; expected at most 2 levels of folders",
    ),
    "a name in lines": (lambda letter: os.mkfifo(letter / "2\n.png"), "device Б/2\\n.png;"),
    "no letters": (lambda letter: shutil.rmtree(letter), "no image of Б (label 0); expected"),
    "a large file": (
        lambda letter: os.truncate(letter / "1.png", LARGEST_FILE + 1),
        "more than 8,388,608 bytes",
    ),
    "a terabyte": (lambda letter: os.truncate(letter / "1.png", 10**12), "files or 2,147,483,648"),
    "text": (lambda letter: (letter / "2.png").write_text("text"), "b'text'; expected a PNG"),
}


@pytest.mark.parametrize(
    ("breakage", "found"), FOLDER_BREAKAGES.values(), ids=list(FOLDER_BREAKAGES)
)
def test_refuses_a_bad_folder(tmp_path, breakage, found):
    folder = tmp_path / "letters"
    folder.mkdir()
    breakage(write_folders(folder) / "Cyrillic" / "Б")
    message = refusal_of(folder)
    assert re.match(f"{re.escape(str(folder / 'Cyrillic'))}(/.*)?: found ", message)
    assert found in message
    assert message.isprintable()


def test_a_link_to_an_alphabet_is_not_followed(tmp_path):
    folder = tmp_path / "letters"
    folder.mkdir()
    (write_folders(folder) / "Latin").rename(tmp_path / "outside")
    (folder / "Latin").symlink_to(tmp_path / "outside")
    assert refusal_of(folder).startswith(f"{folder / 'Latin'}: found a link; expected a folder")


@pytest.mark.parametrize(("module", "name"), [(os, "scandir"), (folders, "open")])
def test_refuses_what_may_not_be_read(in_folders, monkeypatch, module, name):
    """The system's refusal is imitated, since an administrator may read everything."""

    def refuse(path, *arguments):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(module, name, refuse, raising=False)
    assert re.match(
        rf"{in_folders}/Cyrillic.*: found it unreadable \(Permission denied\); expected",
        refusal_of(in_folders),
    )


def test_an_archive_beside_its_content_is_refused(in_archives, in_folders):
    assert refusal_of(in_folders) == (
        f"{in_folders}: found Cyrillic and Cyrillic.zip; expected one of them: move the other away"
    )


def test_npy_files_go_before_other_layouts(in_archives):
    (in_archives / "X_cyr.npy").write_bytes(b"")
    with pytest.raises(FileNotFoundError, match=r"labels_cyr.npy"):
        read_source(in_archives)


def test_refuses_a_folder_without_letters(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"found no Cyrillic or Cyrillic.zip; expected "):
        read_source(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"found no such folder; expected one with the cou"):
        read_source(tmp_path / "nowhere")
    (tmp_path / "file.zip").write_bytes(b"")
    with pytest.raises(ValueError, match=r"file.zip: found a file; expected a folder with the cou"):
        read_source(tmp_path / "file.zip")
    write_archives(tmp_path)
    (tmp_path / "Latin.zip").unlink()
    with pytest.raises(FileNotFoundError, match=r"found no Latin or Latin.zip; expected "):
        read_source(tmp_path)


# Time and memory


@pytest.mark.parametrize(
    "name", ["a bomb", "a small bomb", "a directory of gigabytes", "four gigabytes announced"]
)
def test_a_bomb_costs_no_memory(in_archives, name):
    BREAKAGES[name][0](in_archives / "Cyrillic.zip")
    tracemalloc.start()
    try:
        refusal_of(in_archives)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2**20


def test_large_images_take_bounded_memory(tmp_path, own_cache):
    """The largest image that is allowed is decoded by another process, which tells its peak."""
    write_folders(tmp_path)
    image = Image.new("RGBA", (4096, 4096))
    image.paste((0, 0, 0, 255), (1000, 1000, 1100, 1200))
    (tmp_path / "Latin" / "B" / "2.png").write_bytes(saved(image, compress_level=1))
    code = (
        "import resource, sys\n"
        "from assignment4.letters import load_letters\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "load_letters(sys.argv[1])\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    told = subprocess.run(
        [sys.executable, "-c", code, tmp_path], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert int(told.stdout) < 400 * 1024


VALID = {}


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory):
    """A valid folder whose archive is replaced again and again; results are not kept."""
    folder = write_archives(tmp_path_factory.mktemp("fuzzed"))
    VALID["stored"] = (folder / "Cyrillic.zip").read_bytes()
    with zipfile.ZipFile(folder / "Cyrillic.zip", "w", DEFLATED) as archive:
        for name, image in contents("Cyrillic").items():
            archive.writestr(RawInfo(name.encode("cp866")), image, DEFLATED)
    VALID["deflated"] = (folder / "Cyrillic.zip").read_bytes()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sources, "stored", lambda name, key, compute: compute())
        yield folder


PLACES = st.tuples(st.sampled_from(["start", "directory", "end"]), st.integers(-60, 300))


@settings(max_examples=300, deadline=10_000, derandomize=True, database=None)
@given(
    kind=st.sampled_from(["stored", "deflated"]),
    changes=st.lists(
        st.tuples(PLACES, st.integers(0, 6), st.binary(max_size=6)), min_size=1, max_size=4
    ),
)
def test_any_change_of_an_archive_gives_letters_or_a_refusal(fuzzed, kind, changes):
    data = bytearray(VALID[kind])
    for (anchor, offset), length, new in changes:
        anchors = {"start": 0, "directory": data.find(b"PK\x01\x02"), "end": len(data) - 30}
        start = min(max(anchors[anchor] + offset, 0), len(data))
        data[start : start + length] = new
    path = fuzzed / "Cyrillic.zip"
    path.write_bytes(data)
    message = ""
    try:
        images, labels = read_source(fuzzed).arrays["cyrillic"]
    except ValueError as refusal:
        message = str(refusal)
    if message:
        assert re.match(f"{re.escape(str(path))}(/.*)?: found .*; expected ", message)
        assert message.isprintable()
    else:
        assert len(images) == len(labels)
        assert set(labels.tolist()) == set(range(14))


def test_the_russian_letters_hold_the_fourteen():
    assert set(CYRILLIC) < RUSSIAN
    assert len(RUSSIAN) == 33


HANDWRITING = ROOT.parent / "shared" / "handwriting"


@pytest.mark.skipif(not HANDWRITING.is_dir(), reason=f"no handwriting at {HANDWRITING}")
def test_handwriting_in_npy_files_is_read_as_before():
    assert {path.name for path in HANDWRITING.glob("*.npy")} == {
        name for pair in FILES.values() for name in pair
    }
    assert len(load_letters(HANDWRITING).latin) == 317
    assert entries(cache.cache_folder()) == []
