"""Problems for the reader: what a chapter's stub is tried with, and what is said of it.

A module for each chapter holds a function for each of its problems. It takes the reader's answer
and raises AssertionError, with a sentence, where the answer is wrong.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Answer = Callable[..., object]
"""A function that the reader wrote."""

ROUNDING = 1e-9  # the largest difference between numbers that counts as none


@dataclass(frozen=True)
class Attempt:
    """What came of trying an answer: a remark on what is wrong with it, "" if nothing is."""

    remark: str = ""

    @property
    def solved(self) -> bool:
        """Whether nothing is wrong."""
        return not self.remark

    def __repr__(self) -> str:
        return "solved" if self.solved else f"not solved yet: {self.remark}"


def attempt(check: Callable[[object], None], answer: object) -> Attempt:
    """Try an answer; whatever it or its check raises makes it wrong."""
    try:
        check(answer)
    except AssertionError as error:
        return Attempt(str(error) or "the answer is not right")
    except Exception as error:
        return Attempt(f"it raises {type(error).__name__}: {error}")
    return Attempt()


def expect(found: object, expected: object, of: str) -> None:
    """Raise AssertionError unless this was found of what was asked, such as "lost(10, 3, 3)"."""
    same = (type(found) is bool) == (type(expected) is bool) and found == expected
    assert same, f"{of} is {found!r}, not {expected!r}"


def expect_close(found: object, expected: object, of: str) -> None:
    """Expect a number or numbers in this shape, up to rounding."""
    expected = np.asarray(expected, float)
    assert found is not None, f"{of} is None, not {_text(expected)}"
    found = _in_shape(found, expected, of)
    close = np.allclose(found, expected, rtol=0, atol=ROUNDING)
    assert close, f"{of} is {_text(found)}, not {_text(expected)}"


def expect_array(found: object, expected: np.ndarray, of: str) -> None:
    """Expect many numbers in this shape, up to rounding relative to the largest."""
    assert found is not None, f"{of} is None"
    found = _in_shape(found, expected, of)
    right = np.abs(found - expected).max() <= ROUNDING * np.abs(expected).max()
    assert right, f"{of} has the right shape, {expected.shape}, and wrong values"


def _in_shape(found: object, expected: np.ndarray, of: str) -> np.ndarray:
    found = np.asarray(found, float)
    same = found.shape == expected.shape
    assert same, f"{of} has the shape {found.shape}, not {expected.shape}"
    return found


def _text(numbers: np.ndarray) -> str:
    return str((np.round(numbers, 4) + 0.0).tolist())
