"""Records kept as lines of text, one JSON object a line, oldest first."""

import json
from collections.abc import Collection, Mapping
from pathlib import Path

from assignment4.cache import write_atomically


def read_json_lines(path: Path, fields: Collection[str] = ()) -> list[dict]:
    """Return all records of a file; a missing one has none.

    ValueError: a line is no JSON object or lacks one of the fields that each has; the message names
    file and line.
    """
    lines = path.read_bytes().removesuffix(b"\n").split(b"\n") if path.exists() else []
    records = []
    for number, line in enumerate(lines, start=1):
        try:
            record = json.loads(line, parse_constant=_refuse)
            missing = sorted(set(fields) - set(record))
        except (ValueError, TypeError, RecursionError) as error:
            raise ValueError(f"{path.name}, line {number}: no JSON object ({error})") from None
        if missing:
            raise ValueError(f"{path.name}, line {number}: {', '.join(missing)} missing")
        records.append(record)
    return records


def append_json_line(path: Path, record: Mapping[str, object]) -> None:
    """Add a record to a file, which is rewritten at once: no reader finds half a line."""
    before = path.read_bytes() if path.exists() else b""
    if before and not before.endswith(b"\n"):
        before += b"\n"
    line = json.dumps(record, ensure_ascii=False) + "\n"
    write_atomically(path, before + line.encode())


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number")
