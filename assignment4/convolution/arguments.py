"""What arguments may be: positive integers, pairs of them, and the two paddings."""

import operator
from collections.abc import Sequence

PADDINGS = ("SAME", "VALID")
"""SAME pads with zeros until every s-th pixel has a window; VALID never pads."""


def pair(name: str, value: int | Sequence[int]) -> tuple[int, int]:
    """Return positive integers for height and width, given as two or as one for both.

    Raises:
        ValueError: there are more or fewer than two, or one is no positive integer.
    """
    values = tuple(value) if isinstance(value, Sequence) else (value, value)
    if len(values) != 2:
        raise ValueError(f"{name} must be one number or two, for height and width, got {value}")
    return positive_integer(name, values[0]), positive_integer(name, values[1])


def positive_integer(name: str, value: int) -> int:
    """Return the value as an int.

    Raises:
        ValueError: it is no positive integer.
    """
    try:
        number = operator.index(value)
    except TypeError:
        number = 0
    if number < 1:
        raise ValueError(f"{name} must be a positive integer, got {value!r}")
    return number


def known_padding(padding: str) -> str:
    """Return the padding.

    Raises:
        ValueError: it is none of PADDINGS.
    """
    if padding not in PADDINGS:
        raise ValueError(f"padding must be one of {', '.join(PADDINGS)}, got {padding!r}")
    return padding
