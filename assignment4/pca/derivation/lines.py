"""Exercise 4 b: the lines (4) to (17) in order, and the step to each of them."""

from dataclasses import replace

from assignment4.pca.derivation import covariance, double_sum, remainder
from assignment4.pca.derivation.line import FAMILIES, Line, Step, Value, fault
from assignment4.tables import Table

LINES = {
    one.number: one
    for one in (
        covariance.mean_of_products,
        remainder.difference_of_expansions,
        remainder.norm_of_remainder,
        remainder.product_of_remainders,
        remainder.transposed_terms,
        double_sum.double_sum,
        double_sum.equal_and_different,
        double_sum.equal_indices,
        double_sum.squares,
        covariance.exchanged_sums,
        covariance.transposed_factor,
        covariance.covariance_form,
        covariance.eigenvalue_form,
        covariance.discarded_eigenvalues,
    )
}
"""The lines by the report's numbers."""

STARTS = {4: covariance.covariance, 5: remainder.error}
"""What is derived from no line before."""

SLIPS = (
    covariance.powers_of_deviations,
    covariance.power_of_image,
    covariance.one_image_in_products,
    remainder.error_without_transpose,
    remainder.one_image_in_error,
    double_sum.square_in_double_sum,
    double_sum.square_in_split_sum,
)
"""The misprints of the lines, in the report's order."""


def derive(number: int, value: Value | None = None) -> Step:
    """Return the step to line (4) to (17): its formula, the code that is compared, and the outcome.

    Another form of the line can be tried in its place. Raises ValueError for another number.
    """
    if number not in LINES:
        raise ValueError(f"({number}) is no line of the derivation; they are (4) to (17)")
    line = LINES[number]
    slips = tuple(slip for slip in SLIPS if slip.place == f"({number})")
    if value:
        line, slips = replace(line, value=value, general=None), ()
    return Step(line, STARTS.get(number) or LINES[number - 1], slips)


def splits_as_printed() -> bool:
    """Return True if (10) as printed follows from (9) as printed."""
    nine, ten = double_sum.square_in_double_sum, double_sum.square_in_split_sum
    return not fault(ten.printed_value, nine.printed_value, FAMILIES[""].settings)


def differ_by(first: Line, second: Line, term: Line) -> bool:
    """Return True if first - second is the term, for any vectors and any images."""
    settings = FAMILIES[""].settings
    return not fault(first.value, lambda s: second.value(s) + term.value(s), settings)


def steps() -> Table:
    """Return what each step cites, for what it is checked, in which sizes, and what was found."""
    rows = []
    for number in LINES:
        step = derive(number)
        family = FAMILIES[step.line.cites]
        sizes = ", ".join(f"({d}, {count})" for d, count in family.sizes)
        general = "yes" if step.for_all_sizes else "no"
        rows.append((f"({number})", step.line.cites, family.words, sizes, general))
    return Table(["line", "cites", "checked for", "(d, L), every k", "all d, k, L"], rows)
