"""Checks of what the noise label of the report's scripts did, Exercise 2 c."""

from collections.abc import Callable, Sequence

import assignment4.reproducible  # noqa: F401  (before tensorflow)

import numpy as np
import sympy

from assignment4.encoder_decoder.cross_entropy import (
    ROUNDING,
    RUNS,
    entropies,
    gradient_formula,
    loss_and_gradient,
    symbolic_cross_entropy,
    symbolic_softmax,
    symbols,
)
from assignment4.encoder_decoder.targets import OUTPUTS

Formula = Callable[[Sequence[sympy.Expr], Sequence[sympy.Expr]], Sequence[sympy.Expr]]
"""Gives the derivative by each logit, from the targets and the probabilities."""


def is_gradient_of_cross_entropy(
    formula: Formula, *, places: int = OUTPUTS, sum_to_one: bool = False
) -> bool:
    """Say whether SymPy proves a formula for the derivative of the cross entropy by the logits.

    Args:
        formula: of targets t and probabilities q, such as `true_gradient` or `fused_gradient`.
        places: the number of logits.
        sum_to_one: whether the last target is 1 less the others; else all are arbitrary.
    """
    targets, logits = symbols(places)
    if sum_to_one:
        targets = (*targets[:-1], 1 - sum(targets[:-1]))
    loss, softmax = symbolic_cross_entropy(targets, logits), symbolic_softmax(logits)
    return all(
        sympy.expand(sympy.numer(sympy.together(sympy.diff(loss, logit) - derivative))) == 0
        for logit, derivative in zip(logits, formula(targets, softmax), strict=True)
    )


def is_entropy_growth(
    growth: Callable[[Sequence[sympy.Expr]], sympy.Expr], *, places: int = 3
) -> bool:
    r"""Say whether SymPy proves that the entropy grows at this rate, with the logits' velocity -q.

    That velocity is what small steps against the fused gradient come to, for t = 0.

    Args:
        growth: of the probabilities, such as `entropy_growth`.
        places: the number of logits.
    """
    _, logits = symbols(places)
    softmax = symbolic_softmax(logits)
    entropy = -sum(q * sympy.log(q) for q in softmax)
    found = sum(-q * sympy.diff(entropy, z) for q, z in zip(softmax, logits, strict=True))
    weights = sympy.symbols(f"w:{places}", positive=True)
    logarithms = dict(zip(logits, map(sympy.log, weights), strict=True))
    difference = sympy.expand_log((found - growth(softmax)).subs(logarithms), force=True)
    return sympy.cancel(sympy.together(difference)) == 0


def is_pushed_silently(targets: np.ndarray, logits: np.ndarray) -> bool:
    """Say whether TensorFlow trains on targets whose loss is 0, and has no other gradient than 0.

    True where the loss is 0 at all these logits, and its written-out form has the gradient 0, but
    the fused function returns the softmax, in whatever way it is run.

    Args:
        targets: (places,) real, the code of one label, such as `one_hot(15)`.
        logits: (n, places) real.
    """
    targets = np.broadcast_to(targets, logits.shape)
    expected = {"formula": "0", "fused": "softmax"}
    for run in RUNS:
        for way, formula in expected.items():
            losses, gradient = loss_and_gradient(way, targets, logits, run=run)
            if losses.any() or gradient_formula(gradient, targets, logits) != formula:
                return False
    return True


def becomes_undecided(losses: np.ndarray, logits: np.ndarray) -> bool:
    """Say whether answers go to all alike, none surer than the one before, behind a loss of 0.

    The last entropy must be within 1 % of the largest one possible, and the first one below it.

    Args:
        losses: (steps,) real.
        logits: (steps, places) real, as `descend` returns them.
    """
    values, largest = entropies(logits), np.log(logits.shape[1])
    rises = (np.diff(values) > -ROUNDING).all()
    return bool(not losses.any() and rises and values[0] < 0.99 * largest <= values[-1])
