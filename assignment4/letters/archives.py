"""Zip archives of images: which files they hold, read one at a time from memory, none trusted.

Nothing is extracted. An archive's directory is checked as a whole before any member is read.
"""

import io
import os
import re
import stat
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from assignment4.letters.faults import faults_of
from assignment4.letters.pairs import ALPHABETS, CYRILLIC, LATIN

MOST_FILES = 100_000
"""Upper limit on the files of an alphabet; CoMNIST has fewer than 20,000."""

LARGEST_FILE = 8 * 2**20
"""Upper limit on the bytes of a file, unpacked."""

MOST_BYTES = 2 * 2**30
"""Upper limit on the bytes of all files of an alphabet, unpacked."""

LARGEST_RATIO = 400
"""How many times larger than packed a member may be: a bitmap of a letter is 160 times as large."""

LARGEST_DIRECTORY = 10 * 2**20
"""Upper limit on the bytes of an archive's directory, which is read into memory at once."""

RUSSIAN = frozenset("АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ")

_SPELLED = RUSSIAN.union(CYRILLIC, LATIN)

Files = dict[str, Callable[[], bytes]]
"""For the name of each file, such as "Cyrillic/Б/1.png", a function that returns its bytes."""

_USUAL = f"{ALPHABETS['cyrillic']}/{CYRILLIC[0]}/1.png"
_ENCODINGS = ("utf-8", "cp866", "cp1251")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x41
_UTF8 = 0x800
_BYPRODUCTS = re.compile(r"(^|/)(__MACOSX|\._[^/]*|\.DS_Store|Thumbs\.db|desktop\.ini)(/|$)", re.I)


def is_byproduct(name: str) -> bool:
    """Say whether a file is one that Finder or Explorer leaves behind."""
    return bool(_BYPRODUCTS.search(name))


def shown(name: str) -> str:
    """Return a name for one line of a message: control characters escaped, and not too long."""
    name = repr(name)[1:-1]
    return name if len(name) <= 120 else f"{name[:100]}...{name[-17:]}"


def letter_folder(name: str) -> str:
    """Return the name of the folder that a file lies in, composed; empty without a folder."""
    return unicodedata.normalize("NFC", name).rpartition("/")[0].rpartition("/")[2]


@contextmanager
def open_archive(path: Path) -> Iterator[Files]:
    """Open a zip archive and give its files; byproducts and folders are left out.

    Names are UTF-8, or in the one encoding of UTF-8, cp866 and cp1251 in which all their folders
    are spelled with Russian letters or those of the pairs, since older programs do not say which
    they used.

    Args:
        path: of the archive.

    Raises:
        ValueError: the archive cannot be read, is larger than this module's limits, or has a member
            that has no business in it. The message names both. Reading a file raises it, too.
    """
    with ExitStack() as stack:
        with faults_of(path):
            if not path.is_file():
                raise ValueError("found no regular file; expected a zip archive")
            file = stack.enter_context(_Bounded(io.FileIO(path)))
            archive = _open(file)
        for member in archive.infolist():
            with faults_of(f"{path}/{shown(member.orig_filename)}"):
                _check_member(member)
        with faults_of(path):
            files = _files(archive)
        yield files


class _Bounded(io.BufferedReader):
    """A file of which no more than LARGEST_DIRECTORY bytes are read at once."""

    def read(self, size: int | None = -1) -> bytes:
        if size is None or size < 0:
            size = os.fstat(self.fileno()).st_size - self.tell()
        if size > LARGEST_DIRECTORY:
            raise ValueError(f"its directory has more than {LARGEST_DIRECTORY:,} bytes")
        return super().read(size)


def _open(file: _Bounded) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(file)
    except Exception as error:  # a hostile archive raises almost anything
        raise _unreadable(error) from error
    if (count := len(archive.infolist())) > MOST_FILES:
        raise ValueError(f"found {count} members; expected at most {MOST_FILES:,}")
    return archive


def _unreadable(error: Exception) -> ValueError:
    return ValueError(f"found what cannot be read ({error!r:.120}); expected a sound zip archive")


def _check_member(member: zipfile.ZipInfo) -> None:
    name = member.orig_filename
    parts = name.removesuffix("/").split("/")
    if {"", ".", ".."} & set(parts) or re.search(r"[\\\0]|^[A-Za-z]:", name):
        raise ValueError(f"found an unsafe name; expected names such as {_USUAL}")
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise ValueError("found a link, a pipe or a device; expected files and folders")
    if member.flag_bits & _ENCRYPTED:
        raise ValueError("found it encrypted; expected an archive without a password")
    if member.compress_type not in _METHODS:
        found = f"compression method {member.compress_type}"
        raise ValueError(f"found {found}; expected a member stored or deflated")
    if member.file_size > LARGEST_FILE:
        raise ValueError(f"found {member.file_size} bytes; expected at most {LARGEST_FILE:,}")
    if member.file_size > LARGEST_RATIO * max(member.compress_size, 1):
        found = f"{member.file_size} bytes packed into {member.compress_size}"
        raise ValueError(f"found {found}; expected at most {LARGEST_RATIO} times as many")


def _files(archive: zipfile.ZipFile) -> Files:
    members = [
        member
        for member in archive.infolist()
        if not member.is_dir() and not is_byproduct(member.orig_filename)
    ]
    if (total := sum(member.file_size for member in members)) > MOST_BYTES:
        raise ValueError(f"found {total} bytes unpacked; expected at most {MOST_BYTES:,}")
    files = {}
    for name, member in zip(_names(members), members, strict=True):
        if name in files:
            raise ValueError(f"found {shown(name)} twice; expected each name once")
        files[name] = partial(_read, archive, member)
    return files


def _names(members: Sequence[zipfile.ZipInfo]) -> list[str]:
    """Return the members' names, those of unknown encoding in the one that fits all folders."""
    unknown = [not (one.flag_bits & _UTF8 or one.orig_filename.isascii()) for one in members]
    spellings = {}
    for encoding in _ENCODINGS:
        try:
            names = [
                one.orig_filename.encode("cp437").decode(encoding) if old else one.orig_filename
                for one, old in zip(members, unknown, strict=True)
            ]
        except UnicodeDecodeError:
            continue
        folders = tuple(letter_folder(name) for name in names)
        old_folders = {folder for folder, old in zip(folders, unknown, strict=True) if old}
        if all(_is_spelled(folder) for folder in old_folders):
            spellings.setdefault(folders, names)
    if len(spellings) != 1:
        found = "names of folders in an encoding that cannot be told"
        raise ValueError(f"found {found}; expected UTF-8, cp866 or cp1251")
    (names,) = spellings.values()
    return [unicodedata.normalize("NFC", name) for name in names]


def _is_spelled(folder: str) -> bool:
    return all(letter.isascii() or letter.upper() in _SPELLED for letter in folder)


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    try:
        with archive.open(member) as stream:
            content = stream.read(LARGEST_FILE)
        if len(content) != member.file_size:
            raise ValueError(f"{len(content)} bytes where {member.file_size} are announced")
    except Exception as error:  # a hostile archive raises almost anything
        raise _unreadable(error) from error
    return content
