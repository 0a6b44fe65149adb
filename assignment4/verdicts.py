"""Verdicts of three values: True, False, or None where the data cannot tell."""

from collections.abc import Sequence


def all_of(verdicts: Sequence[bool | None]) -> bool | None:
    """Return False where one verdict is False, else None where one is None, else True."""
    if False in verdicts:
        return False
    return None if None in verdicts else True


def opposite(verdict: bool | None) -> bool | None:
    """Return the other truth value; None stays."""
    return None if verdict is None else not verdict
