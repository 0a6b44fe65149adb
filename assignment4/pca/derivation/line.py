"""What a line of Exercise 4 b is, a misprint in it, and a step from one line to the next."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from html import escape

import numpy as np

from assignment4.claims import typeset
from assignment4.pca.derivation.index_notation import GeneralLine
from assignment4.pca.derivation.settings import FAMILIES, Setting

Value = Callable[[Setting], np.ndarray]

UNDEFINED = "it has no value"
NO_VALUE = "no value"
HIDDEN = "another value, but not on orthonormal bases"
SHOWN = "another value, on orthonormal bases too"

POWER = "$L$ for the transpose"
TRANSPOSE = "a transpose is missing"
IMAGE = "$x$ for $x_l$"
SECOND = f"{IMAGE}, with the transpose put right"
SQUARE = "a square for a product"


@dataclass(frozen=True)
class Line:
    """One line: its number or 0, its right-hand side as LaTeX, code and for all sizes."""

    number: int
    formula: str
    value: Value
    cites: str = ""
    general: GeneralLine | None = None

    def __repr__(self) -> str:
        return f"({self.number}) {self.formula}" if self.number else self.formula

    def _repr_latex_(self) -> str:
        return rf"$\displaystyle {self.formula}$"


def line(number: int, formula: str, **more: object) -> Callable[[Value], Line]:
    """Make a line of a function that computes it; more are `cites` and `general`."""
    return lambda value: Line(number, formula, value, **more)


@dataclass(frozen=True)
class Slip:
    """A misprint at a line or place: what is printed, all slips in it, and right; and this one."""

    place: str
    printed: str
    right: str
    slip: str
    right_value: Value
    printed_value: Value

    @cached_property
    def effect(self) -> str:
        """NO_VALUE, HIDDEN or SHOWN, as computed for k < d, or "" if it makes no difference."""
        sides = self.printed_value, self.right_value
        discarding = [setting for setting in FAMILIES[""].settings if setting.discarded]
        found = [fault(*sides, [setting]) for setting in discarding]
        if not any(found):
            return ""
        if all(one.startswith(UNDEFINED) for one in found):
            return NO_VALUE
        return SHOWN if fault(*sides, FAMILIES["(3)"].settings) else HIDDEN


def slip(*about: object) -> Callable[[Value], Slip]:
    """Make a misprint of a function that computes what is printed; `about` are the other fields."""
    return lambda value: Slip(*about, value)


def fault(value: Value, previous: Value, settings: Iterable[Setting]) -> str:
    """Return where one form differs from the one before, or has no value; "" if it never does."""
    for setting in settings:
        try:
            difference = value(setting) - previous(setting)
        except ValueError:  # NumPy's for shapes that do not fit
            return f"{UNDEFINED} for {setting}"
        if np.any(difference != 0):
            return f"it differs for {setting}"
    return ""


@dataclass(frozen=True)
class Step:
    """A step to a line, in settings that have what it cites and no more, with both lines' slips."""

    line: Line
    previous: Line
    slips: tuple[Slip, ...] = ()

    @cached_property
    def follows(self) -> bool:
        """Whether the line follows from the one before by nothing else than what it cites."""
        return not self._fault(self.line.value, self.previous.value)

    @property
    def needs_citation(self) -> bool:
        """Whether it does not follow for any vectors and images."""
        return bool(fault(self.line.value, self.previous.value, FAMILIES[""].settings))

    @property
    def for_all_sizes(self) -> bool | None:
        """Whether it follows for symbolic d, k and L; None where that is not asked."""
        lines = self.line.general, self.previous.general
        if None in lines or self.line.cites == "eigenvectors":
            return None
        return lines[0].follows(lines[1])

    @cached_property
    def as_printed(self) -> bool:
        """Whether it follows with the first slip of the line, or else of what it starts from."""
        first = {one.right_value: one.printed_value for one in reversed(self.slips)}
        value, previous = self.line.value, self.previous.value
        if value in first:
            return not self._fault(first[value], previous)
        return not self._fault(value, first.get(previous, previous))

    def _fault(self, value: Value, previous: Value) -> str:
        return fault(value, previous, FAMILIES[self.line.cites].settings)

    def __repr__(self) -> str:
        printed = [f"In print {one.printed} for {one.right}: {one.slip}." for one in self.slips]
        return "\n".join([repr(self.line), self.source, self._outcome(), *printed])

    def _repr_html_(self) -> str:
        cited = self.line.cites if self.line.cites.startswith("(") else ""
        sign = rf"\stackrel{{{cited}}}{{=}}" if cited else "="
        start = "" if self.previous.number else self.previous.formula
        formula = rf"{start} {sign} {self.line.formula} \tag{{{self.line.number}}}"
        printed = [
            f"In print ${one.printed}$ for ${one.right}$: {one.slip}, which gives {one.effect}."
            for one in self.slips
        ]
        sentences = "<br>".join(map(typeset, [self._outcome(), *printed]))
        return (
            rf'<div class="math">\[{escape(formula)}\]</div>'
            f"<pre>{escape(self.source)}</pre><p>{sentences}</p>"
        )

    @property
    def source(self) -> str:
        """The code that is compared, without its head."""
        text = textwrap.dedent(inspect.getsource(self.line.value))
        function = ast.parse(text).body[0]
        if isinstance(function, ast.FunctionDef):
            lines = text.splitlines()[function.body[0].lineno - 1 :]
            text = textwrap.dedent("\n".join(lines))
        return text.strip().removeprefix("return ")

    def _outcome(self) -> str:
        family = FAMILIES[self.line.cites]
        previous = f"({self.previous.number})" if self.previous.number else "what it starts from"
        where = f"from {previous} for {family.words}"
        if where_not := self._fault(self.line.value, self.previous.value):
            return f"It does not follow {where}: {where_not}."
        found = f"It follows {where}, in {len(family.settings)} settings"
        if self.for_all_sizes is not None:
            found += f", and {'' if self.for_all_sizes else 'not '}for all d, k and L"
        if self.line.cites and self.needs_citation:
            found += ". For any vectors and images it does not"
        if self.slips:
            found += f". As printed it {'does' if self.as_printed else 'does not'}"
        return f"{found}."
