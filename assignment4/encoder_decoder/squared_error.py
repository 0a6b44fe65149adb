r"""The squared error to random letters of a class: in formulas, in numbers, and the checks of both.

A pixel f of an output is compared with a target Y that takes the values $y_1, \dots, y_n$ with
probabilities $p_1, \dots, p_n$. The expected loss is a sum over them, and `reduced` expands such
sums and puts in $\sum_i p_i = 1$. So a proof holds for every n and assumes no rule of probability;
a class has finitely many images.

For a pixel $E (f - Y)^2 = (f - E Y)^2 + \operatorname{Var} Y$. The loss of an image is the mean
over its pixels, so for whole images
$E |f - Y|^2 = |f - E Y|^2 + \operatorname{tr} \operatorname{Var} Y$.

The same sum has three readings: over the images of a class, $p_i = 1/n$; over the classes that an
input may be of, with $p_i$ the probability of class i, $y_i$ the mean of its targets and $v_i$
their variance; over the pixels of one image, $p_i$ again the same for all.

Source: report, Exercise 2 c and e; that the mean is the minimiser is a standard result
(goodfellow2016deep, section 6.2.1.2).
"""

from dataclasses import dataclass

import numpy as np
import sympy

from assignment4.claims import Finding
from assignment4.encoder_decoder.metrics import class_means, within_class_variances
from assignment4.intervals import is_below, mean_interval

ROUNDING = 1e-9
"""The largest relative difference of sums in double precision that counts as none."""

LARGEST_DIFFERENCE = 0.05
"""Between networks that are said to draw the same, in the letters' variance."""

f = sympy.Symbol("f", real=True)
"""One pixel of the output."""

s = sympy.Symbol("s", positive=True)
"""The standard deviation of a mean image, over its pixels."""

n = sympy.Symbol("n", integer=True, positive=True)
i = sympy.Symbol("i", integer=True)
p, y, v = (sympy.IndexedBase(name, real=True) for name in "pyv")


def expectation(expression: sympy.Expr) -> sympy.Expr:
    r"""Return $\sum_{i=1}^n p_i\, e_i$ for an expression e in i."""
    return sympy.Sum(p[i] * expression, (i, 1, n))


def reduced(expression: sympy.Expr) -> sympy.Expr:
    """Return an expression with its sums taken apart, and the sum of all p as 1."""
    expression = sympy.factor_terms(expression.expand())
    return expression.subs(expectation(1), 1).expand()


RANDOM_LOSS = expectation((f - y[i]) ** 2)
MEAN = expectation(y[i])
VARIANCE = expectation((y[i] - MEAN) ** 2)

MIXTURE_LOSS = expectation((f - y[i]) ** 2 + v[i])
"""The expected loss where the class is uncertain: that of each class, by its probability."""

NORMALIZING_COST = reduced(expectation((y[i] / s - y[i]) ** 2)).subs(expectation(y[i] ** 2), s**2)
"""The squared distance from a mean image y, of mean 0, to y / s, which is y normalised again."""


def minimiser(loss: sympy.Expr) -> sympy.Expr:
    """Return the f at which the derivative of a loss is 0, such as MEAN for RANDOM_LOSS."""
    (solution,) = sympy.solve(reduced(sympy.diff(loss, f)), f)
    return solution


def is_minimiser(point: sympy.Expr, loss: sympy.Expr) -> bool:
    """Return True if SymPy proves the slope of a loss in f to be 0 at a point, and it to be convex.

    Such as MEAN for RANDOM_LOSS, or for MIXTURE_LOSS, where the y are the classes' means.
    """
    slope = reduced(sympy.diff(loss, f)).subs(f, point)
    curvature = reduced(sympy.diff(loss, f, 2))
    return reduced(slope) == 0 and curvature.is_positive is True


def splits_into_distance_and_constant(center: sympy.Expr, constant: sympy.Expr) -> bool:
    """Return True if RANDOM_LOSS is (f - center)^2 + constant, for every f.

    Both are without f, such as MEAN and VARIANCE.
    """
    difference = reduced(RANDOM_LOSS - (f - center) ** 2 - constant)
    return difference == 0 and f not in center.free_symbols | constant.free_symbols


def is_cost_of_normalizing(cost: sympy.Expr) -> bool:
    """Return True if to normalise a mean image again moves it by this squared distance a pixel."""
    return sympy.expand(NORMALIZING_COST - cost) == 0


def loss_to_all(images: np.ndarray, letters: np.ndarray) -> np.ndarray:
    r"""Return each image's mean squared error to all letters, (k,) float64.

    $\frac{1}{n} \sum_{i=1}^n \frac{1}{m} \lVert f - y_i \rVert^2$ for n letters of m pixels.

    Raises:
        ValueError: letters, (n, ...), have another shape than images, (k, ...).

    Source: report, Exercise 2 e.
    """
    return sum(_squared_distances(images, letter) for letter in letters) / len(letters)


def class_constants(images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return for each label the variance of its images a pixel, (labels,) float64.

    By so much the loss to all exceeds that to their mean. In double precision.
    """
    return within_class_variances(images.astype(np.float64), labels)


def is_distance_to_mean_plus_constant(
    images: np.ndarray,
    letters: np.ndarray,
    labels: np.ndarray,
    means: np.ndarray,
    constants: np.ndarray,
) -> bool:
    """Return True if, for every class, the loss to all its letters is that to a mean, and a number.

    Args:
        images: (k, ...) real, what is compared with the letters.
        letters: (n, ...) real.
        labels: of the letters, (n,).
        means: one image a class, in float64.
        constants: one number a class.

    Raises:
        ValueError: all images are equal, so that any means would do.
    """
    if (images == images[:1]).all():
        raise ValueError(f"{len(images)} equal images cannot tell a wrong mean from a right one")
    classes = range(labels.max() + 1)
    if means.shape != (len(classes), *letters.shape[1:]) or constants.shape != (len(classes),):
        return False
    return all(
        np.allclose(
            loss_to_all(images, letters[labels == label]),
            _squared_distances(images, means[label]) + constants[label],
            rtol=ROUNDING,
            atol=0,
        )
        for label in classes
    )


def mean_image_deviations(images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    r"""Return for each label the deviation s of its mean image over the pixels, (labels,) float64.

    Where each image has mean 0 and deviation 1, $s^2$ is 1 less the class's constant. To normalise
    the mean image again is to divide it by s. For a random letter of the class the squared error,
    a pixel, is then $1 - s^2 + (1 - s)^2 = 2 (1 - s)$ instead of $1 - s^2$: by the factor
    $2 / (1 + s)$ larger, though smaller than for any other image of mean 0 and deviation 1.
    """
    means = class_means(images.astype(np.float64), labels)
    return means.reshape(len(means), -1).std(axis=1)


TERMS = {
    "to_letters": "to the letters",
    "to_means": "to the plain mean μ",
    "variance": "variance of the letters",
    "shift": "distance of the means",
    "cross": "cross term",
}
"""What a page calls the fields of a `LossDifference`."""


@dataclass(frozen=True)
class LossDifference:
    """The loss of outputs to letters, their loss to mean images, and what lies between.

    All are numbers a pixel, means over the outputs: a class counts by its share of them.

    Attributes:
        to_letters: the mean squared error to all letters of an output's class.
        to_means: the squared error to the mean image of its class.
        variance: the letters' variance around their own class mean m'.
        shift: |m - m'|^2, how far the given mean images m are from those.
        cross: 2 (f - m)(m - m'), with f the outputs; of either sign.
    """

    to_letters: float
    to_means: float
    variance: float
    shift: float
    cross: float


def difference_of_losses(
    outputs: np.ndarray,
    labels: np.ndarray,
    letters: np.ndarray,
    letter_labels: np.ndarray,
    means: np.ndarray,
) -> LossDifference:
    """Return both losses of outputs, (k, ...), and the terms that their difference is made of.

    With the letters, (n, ...), that the class means are of, `shift` and `cross` are 0. With unseen
    letters they are not: there the losses differ by more than a constant, and `cross` depends on
    the outputs.
    """
    letters, outputs = letters.astype(np.float64), outputs.astype(np.float64)
    centers = class_means(letters, letter_labels)
    to_letters = np.zeros(len(outputs))
    for label in np.unique(labels):
        chosen = labels == label
        to_letters[chosen] = loss_to_all(outputs[chosen], letters[letter_labels == label])
    away, moved = outputs - means[labels], (means - centers)[labels]
    return LossDifference(
        to_letters=to_letters.mean(),
        to_means=np.square(away).mean(),
        variance=class_constants(letters, letter_labels)[labels].mean(),
        shift=np.square(moved).mean(),
        cross=2 * (away * moved).mean(),
    )


def losses_differ_by_variance(losses: LossDifference) -> bool:
    """Return True if the loss to letters is the loss to means and the letters' variance.

    That is so with the letters that the means are of, and else by accident only.
    """
    return _are_close(losses.to_letters, losses.to_means + losses.variance)


def losses_differ_by_terms(losses: LossDifference) -> bool:
    """Return True if the loss to letters is the loss to means and all three terms."""
    terms = losses.variance + losses.shift + losses.cross
    return _are_close(losses.to_letters, losses.to_means + terms)


def mixture_weights(outputs: np.ndarray, means: np.ndarray) -> np.ndarray:
    """Return the weights (n, classes) of class means whose sums come closest to n outputs."""
    columns = means.reshape(len(means), -1).T
    return np.linalg.lstsq(columns, outputs.reshape(len(outputs), -1).T)[0].T


def draw_the_same(outputs: np.ndarray, others: np.ndarray, variance: float) -> Finding:
    """Find whether two networks' outputs for the same inputs, (n, 28, 28, 1), hardly differ.

    That is if their mean squared difference, a pixel, is surely below 5 % of a variance of letters.
    """
    difference = mean_interval(np.square(outputs - others).mean(axis=(1, 2, 3)) / variance)
    return Finding(
        is_below(difference, LARGEST_DIFFERENCE),
        f"Their squared difference is {difference} of the letters' variance, needed: surely below "
        f"{LARGEST_DIFFERENCE}.",
    )


def _are_close(found: float, expected: float) -> bool:
    return bool(np.isclose(found, expected, rtol=ROUNDING, atol=0))


def _squared_distances(images: np.ndarray, target: np.ndarray) -> np.ndarray:
    if target.shape != images.shape[1:]:
        raise ValueError(f"images of shape {images.shape[1:]}, compared with one of {target.shape}")
    differences = images.astype(np.float64) - target
    return np.square(differences).reshape(len(images), -1).mean(axis=1)
