"""Records kept as lines of text, one JSON object a line, oldest first."""

import json
from collections.abc import Mapping
from pathlib import Path

from assignment4.cache import write_atomically


def read_json_lines(path: Path) -> list[dict]:
    """Return all records of a file; a missing one has none."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def append_json_line(path: Path, record: Mapping[str, object]) -> None:
    """Add a record to a file, which is rewritten at once: no reader finds half a line."""
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    write_atomically(path, (before + json.dumps(record, ensure_ascii=False) + "\n").encode())
