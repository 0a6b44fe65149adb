"""Problems for the reader: what a chapter's stub is tried with, and what is said of it.

A module for each chapter holds a function for each of its problems. The function takes the reader's
answer and raises AssertionError, with a sentence, where the answer is wrong.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

ROUNDING = 1e-9  # the largest difference between numbers that counts as none


@dataclass(frozen=True)
class Attempt:
    """What came of trying an answer.

    Attributes:
        remark: what is wrong with it; "" if nothing is.
    """

    remark: str = ""

    @property
    def solved(self) -> bool:
        """Whether nothing is wrong."""
        return not self.remark

    def __repr__(self) -> str:
        return "solved" if self.solved else f"not solved yet: {self.remark}"


def attempt(check: Callable[[object], None], answer: object) -> Attempt:
    """Try an answer, such as a function that the reader wrote.

    Args:
        check: raises AssertionError where the answer is wrong.
        answer: what is tried; whatever it raises makes it wrong.
    """
    try:
        check(answer)
    except AssertionError as error:
        return Attempt(str(error) or "the answer is not right")
    except Exception as error:
        return Attempt(f"it raises {type(error).__name__}: {error}")
    return Attempt()


def expect(found: object, expected: object, of: str) -> None:
    """Raise AssertionError unless what was found is what was expected.

    Args:
        found: the answer's value, of any type.
        expected: the right one.
        of: what was asked, such as "lost(10, 3, 3)".
    """
    kinds = {type(found) is bool, type(expected) is bool}
    assert len(kinds) == 1, f"{of} is {found!r}, not {expected!r}"
    assert found == expected, f"{of} is {found!r}, not {expected!r}"


def expect_close(found: object, expected: object, of: str) -> None:
    """Raise AssertionError unless numbers are the expected ones, up to rounding.

    Args:
        found: the answer's value: a number, or an array or sequence of numbers.
        expected: the right ones, in the right shape.
        of: what was asked, such as "saved(0.5, 4)".
    """
    expected = np.asarray(expected, float)
    wanted = _text(expected)
    assert found is not None, f"{of} is None, not {wanted}"
    found = np.asarray(found, float)
    same_shape = found.shape == expected.shape
    assert same_shape, f"{of} has the shape {found.shape}, not {expected.shape}"
    close = np.allclose(found, expected, rtol=0, atol=ROUNDING)
    assert close, f"{of} is {_text(found)}, not {wanted}"


def expect_array(found: object, expected: np.ndarray, of: str) -> None:
    """Raise AssertionError unless an array of the expected shape and values was found.

    Args:
        found: the answer's value, an array or lists of numbers.
        expected: the right one; values may differ by 1e-9 of its largest entry.
        of: what was asked, such as "the gradient by x".
    """
    assert found is not None, f"{of} is None"
    values = np.asarray(found, dtype=float)
    assert values.shape == expected.shape, f"{of} has shape {values.shape}, not {expected.shape}"
    right = np.abs(values - expected).max() <= 1e-9 * np.abs(expected).max()
    assert right, f"{of} has the right shape, {expected.shape}, and wrong values"


def _text(numbers: np.ndarray) -> str:
    return str((np.round(numbers, 4) + 0.0).tolist())
