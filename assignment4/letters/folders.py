"""Folders of images: which files they hold, read one at a time, no link followed."""

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from assignment4.letters.archives import (
    LARGEST_FILE,
    MOST_BYTES,
    MOST_FILES,
    Files,
    is_byproduct,
    shown,
)
from assignment4.letters.faults import faults_of

MOST_LEVELS = 3
"""How deep files are looked for: in the folder of their letter, which may lie in another."""


def open_folder(path: Path) -> Files:
    """Return the files below a folder; byproducts are left out.

    Args:
        path: of the folder.

    Raises:
        ValueError: the folder cannot be read, has more than MOST_FILES files or MOST_BYTES bytes,
            or holds a link, a pipe, a device or more levels than MOST_LEVELS. The message names it.
    """
    with faults_of(path):
        if path.is_symlink():
            raise ValueError("found a link; expected a folder, since links are not followed")
        return dict(_walk(path))


def _walk(folder: Path) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Yield the name of each file below a folder, with a function that returns its bytes."""
    pending, count, size = [folder], 0, 0
    while pending:
        with os.scandir(pending.pop()) as entries:
            for entry in entries:
                name = Path(entry.path).relative_to(folder).as_posix()
                if is_byproduct(name):
                    continue
                _check_kind(entry, name)
                if entry.is_dir():
                    pending.append(Path(entry.path))
                else:
                    size += entry.stat().st_size
                    yield name, partial(_read, entry.path)
                count += 1
                if count > MOST_FILES or size > MOST_BYTES:
                    found = f"more than {MOST_FILES:,} files or {MOST_BYTES:,} bytes"
                    raise ValueError(f"found {found}; expected fewer")


def _check_kind(entry: os.DirEntry, name: str) -> None:
    if entry.is_symlink():
        expected = "a file or a folder, since links are not followed"
        raise ValueError(f"found the link {shown(name)}; expected {expected}")
    if entry.is_dir() and name.count("/") == MOST_LEVELS - 1:
        expected = f"at most {MOST_LEVELS - 1} levels of folders"
        raise ValueError(f"found the folder {shown(name)}; expected {expected}")
    if not entry.is_dir() and not entry.is_file():
        raise ValueError(f"found the pipe or device {shown(name)}; expected a file")


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise ValueError(f"found more than {LARGEST_FILE:,} bytes; expected an image of a letter")
    return content
