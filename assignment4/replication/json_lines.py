"""Records kept as lines of text, one JSON object a line, oldest first."""

import json
from collections.abc import Collection, Mapping
from pathlib import Path

from assignment4.cache import write_atomically


def read_json_lines(path: Path, fields: Collection[str] = ()) -> list[dict]:
    """Return all records of a file; a missing one has none.

    Args:
        path: of the file.
        fields: what each record has, beside others.

    Raises:
        ValueError: a line is no JSON object or lacks a field; the message names file and line.
    """
    if not path.exists():
        return []
    *lines, rest = path.read_bytes().split(b"\n")
    lines += [rest] * bool(rest)
    return [
        _record(line, fields, f"{path.name}, line {number}")
        for number, line in enumerate(lines, start=1)
    ]


def append_json_line(path: Path, record: Mapping[str, object]) -> None:
    """Add a record to a file, which is rewritten at once: no reader finds half a line."""
    before = path.read_bytes() if path.exists() else b""
    if before and not before.endswith(b"\n"):
        before += b"\n"
    line = json.dumps(record, ensure_ascii=False) + "\n"
    write_atomically(path, before + line.encode())


def _record(line: bytes, fields: Collection[str], where: str) -> dict:
    try:
        record = json.loads(line.decode(), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{where}: no JSON ({error})") from None
    if not isinstance(record, dict):
        raise ValueError(f"{where}: {record!r:.40} is no JSON object")
    if missing := sorted(set(fields) - set(record)):
        raise ValueError(f"{where}: {', '.join(missing)} missing")
    return record


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number")
