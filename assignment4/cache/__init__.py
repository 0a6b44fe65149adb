"""Arrays that take long to compute, kept in files that are never trusted blindly.

An entry is a file named after a hash of all that its arrays depend on, its key. It has the SHA-256
of the rest, a NumPy archive of the arrays and the key. What does not match is computed again, and a
line in `log.txt` says so.
"""

import contextlib
import hashlib
import importlib.metadata
import io
import json
import os
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import filelock
import numpy as np
import platformdirs
from tqdm import tqdm

from assignment4.cache.code import made_by

LEFTOVER_SECONDS = 24 * 3600
"""The age at which a temporary file belongs to no write that still goes on."""

Arrays = dict[str, np.ndarray]
Key = Mapping[str, object]


def cache_folder() -> Path:
    """Return the folder that ASSIGNMENT4_CACHE names, else one in the user's cache folder."""
    named = os.environ.get("ASSIGNMENT4_CACHE")
    return Path(os.path.expanduser(named or platformdirs.user_cache_dir("assignment4")))


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def array_digest(*arrays: np.ndarray) -> str:
    """Return the SHA-256 of arrays' shapes, dtypes and values."""
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(f"{array.shape} {array.dtype.str}\0".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()


def versions(*distributions: str) -> dict[str, str]:
    """Return the installed version of each distribution."""
    return {name: importlib.metadata.version(name) for name in distributions}


def stored(name: str, key: Key, compute: Callable[[], Arrays]) -> Arrays:
    """Return the arrays that `compute` gives, from the cache where they are in it.

    The key has all that the arrays depend on, as values that JSON can write; the entry's file
    begins with the name. Of several processes that ask for an entry, one computes it and the others
    wait. OSError: the cache's folder, which the message names, cannot be read or written.
    """
    arrays = read(name, key)
    if arrays is None:
        with _alone(name, key):
            arrays = read(name, key)
            if arrays is None:
                arrays = compute()
                write(name, key, arrays)
    return arrays


def read(name: str, key: Key) -> Arrays | None:
    """Return an entry's arrays, or None where the cache has no sound entry of this key."""
    path = entry_path(name, key)
    content = None
    with refusals_named("read"), contextlib.suppress(FileNotFoundError, NotADirectoryError):
        content = path.read_bytes()
    if content is None:
        return None
    try:
        return _unpack(content, key)
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
        log(f"{path.name} is damaged ({error}) and will be computed again")
        return None


def write(name: str, key: Key, arrays: Arrays) -> None:
    """Write an entry in one step: a reader sees all of it or nothing."""
    path = entry_path(name, key)
    content = _pack(arrays, key)
    with refusals_named():
        _remove_leftovers(path.parent)
        write_atomically(path, content)


def remove(name: str, key: Key) -> None:
    """Remove an entry, if there is one."""
    with refusals_named():
        entry_path(name, key).unlink(missing_ok=True)


def entry_path(name: str, key: Key) -> Path:
    """Return the path of an entry's file, which need not exist."""
    return cache_folder() / f"{name}-{hashlib.sha256(_json(key)).hexdigest()[:32]}.entry"


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file under a temporary name beside it, flush it to disk, then rename it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def log(line: str) -> None:
    """Append a line to the cache's log, and show it where a person is watching."""
    if os.environ.get("ASSIGNMENT4_PROGRESS") != "0":
        print(line, file=sys.stderr)
    path = cache_folder() / "log.txt"
    with refusals_named(), path.open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def progress_bar(total: int, *, description: str) -> tqdm:
    """Return a bar to update; ASSIGNMENT4_PROGRESS=0 in the environment hides it."""
    hidden = os.environ.get("ASSIGNMENT4_PROGRESS") == "0"
    return tqdm(total=total, desc=description, disable=hidden, leave=False)


@contextlib.contextmanager
def refusals_named(action: str = "write to") -> Iterator[None]:
    """Turn a refusal of the system into one that names the cache's folder and says what helps."""
    try:
        yield
    except OSError as error:
        raise OSError(
            f"cannot {action} the cache folder {cache_folder()}: {error.strerror}; "
            "set ASSIGNMENT4_CACHE to a folder with room that can be written"
        ) from error


@contextlib.contextmanager
def _alone(name: str, key: Key) -> Iterator[None]:
    """Hold the lock of an entry; the system takes it from a process that dies."""
    path = entry_path(name, key)
    lock = filelock.FileLock(path.with_name(f".{path.name}.lock"))
    with refusals_named():
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(timeout=0)
        except filelock.Timeout:
            log(f"{path.name} is being computed by another process, which is waited for")
            lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _remove_leftovers(folder: Path) -> None:
    """Remove temporary files of entries whose writing was killed long ago."""
    oldest = time.time() - LEFTOVER_SECONDS
    for path in folder.glob(".*.entry-*"):
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < oldest:
                path.unlink()


def _json(key: Key) -> bytes:
    return json.dumps(key, sort_keys=True, ensure_ascii=False).encode()


def _pack(arrays: Arrays, key: Key) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays, __key__=np.frombuffer(_json(key), np.uint8))
    body = buffer.getvalue()
    return hashlib.sha256(body).hexdigest().encode() + b"\n" + body


def _unpack(content: bytes, key: Key) -> Arrays:
    digest, _, body = content.partition(b"\n")
    if digest != hashlib.sha256(body).hexdigest().encode():
        raise ValueError("its digest does not match")
    with np.load(io.BytesIO(body), allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in archive.files}
    if arrays.pop("__key__").tobytes() != _json(key):
        raise ValueError("it was stored under another key")
    return arrays
