"""Problems for the reader: what a chapter's stub is tried with, and what is said of it.

A module for each chapter holds a function for each of its problems. The function takes the reader's
answer and raises AssertionError, with a sentence, where the answer is wrong.
"""

from collections.abc import Callable
from dataclasses import dataclass


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
