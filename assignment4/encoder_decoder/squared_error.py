r"""The squared error to random letters of a class: in formulas, and in numbers.

A pixel f of an output is compared with a target Y that takes the values $y_1, \dots, y_n$ with
probabilities $p_1, \dots, p_n$. The expected loss is a sum over them, and `reduced` expands such
sums and puts in $\sum_i p_i = 1$. So a proof holds for every n and assumes no rule of
probability; a class has finitely many images, and more than finitely many values are not needed.
SymPy's `Expectation` of a random symbol gives the same for any distribution, but there the
linearity of the mean and $E Y^2 - (E Y)^2$ for the variance go in as rules.

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

from assignment4.encoder_decoder.metrics import class_means, within_class_variances

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


def loss_to_all(images: np.ndarray, letters: np.ndarray) -> np.ndarray:
    r"""Return each image's mean squared error to all letters, one after the other.

    $\frac{1}{n} \sum_{i=1}^n \frac{1}{m} \lVert f - y_i \rVert^2$ for n letters of m pixels.

    Args:
        images: (k, ...) real, the f.
        letters: (n, ...) real, the y, each in the shape of an image.

    Returns:
        (k,) float64.

    Raises:
        ValueError: there is no letter, or letters have another shape than images.

    Source: report, Exercise 2 e.
    """
    if not len(letters):
        raise ValueError("there is no letter to compare with")
    return sum(_squared_distances(images, letter) for letter in letters) / len(letters)


def loss_by_mean(images: np.ndarray, mean: np.ndarray, constant: float) -> np.ndarray:
    r"""Return the same from one image and one number, $\frac{1}{m} \lVert f - \bar y \rVert^2 + c$.

    Args:
        images: (k, ...) real, the f.
        mean: (...) real, the mean of the letters.
        constant: their variance, the class's number in `class_constants`.

    Returns:
        (k,) float64.

    Raises:
        ValueError: the mean has another shape than an image.
    """
    return _squared_distances(images, mean) + constant


def class_constants(images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return for each label the variance of its images a pixel, (labels,) float64.

    By so much the loss to all exceeds that to their mean. In double precision.
    """
    return within_class_variances(images.astype(np.float64), labels)


def mean_image_deviations(images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    r"""Return for each label the standard deviation s of its mean image over the pixels.

    Where each image has mean 0 and deviation 1, $s^2$ is 1 less the class's constant. To normalise
    the mean image again is to divide it by s. For a random letter of the class the squared error,
    a pixel, is then $1 - s^2 + (1 - s)^2 = 2 (1 - s)$ instead of $1 - s^2$: by the factor
    $2 / (1 + s)$ larger, though smaller than for any other image of mean 0 and deviation 1.

    Returns:
        (labels,) float64, from 0 to 1.
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

    @property
    def total(self) -> float:
        """The difference of the two losses, as the sum of the three terms."""
        return self.variance + self.shift + self.cross


def difference_of_losses(
    outputs: np.ndarray,
    labels: np.ndarray,
    letters: np.ndarray,
    letter_labels: np.ndarray,
    means: np.ndarray,
) -> LossDifference:
    """Return both losses of outputs, and the terms that their difference is made of.

    With the letters that the means are of, `shift` and `cross` are 0. With unseen letters they
    are not: there the losses differ by more than a constant, and `cross` depends on the outputs.

    Args:
        outputs: (k, ...) real.
        labels: (k,) integers, the class of each output.
        letters: (n, ...) real, with at least one of every class.
        letter_labels: (n,) integers.
        means: (classes, ...) real, such as the `class_means` of training letters; float64, or
            else the terms are as exact as they are.

    Raises:
        ValueError: there are not as many means as classes of letters, or of another shape.
    """
    centers = class_means(letters.astype(np.float64), letter_labels)
    if means.shape != centers.shape:
        raise ValueError(f"means of shape {means.shape}, class means of shape {centers.shape}")
    to_letters = np.zeros(len(outputs))
    for label in np.unique(labels):
        chosen = labels == label
        to_letters[chosen] = loss_to_all(outputs[chosen], letters[letter_labels == label])
    away, moved = outputs - means[labels].astype(np.float64), (means - centers)[labels]
    return LossDifference(
        to_letters=to_letters.mean(),
        to_means=np.square(away).mean(),
        variance=class_constants(letters, letter_labels)[labels].mean(),
        shift=np.square(moved).mean(),
        cross=2 * (away * moved).mean(),
    )


def _squared_distances(images: np.ndarray, target: np.ndarray) -> np.ndarray:
    if target.shape != images.shape[1:]:
        raise ValueError(f"images of shape {images.shape[1:]}, compared with one of {target.shape}")
    differences = images.astype(np.float64) - target
    return np.square(differences).reshape(len(images), -1).mean(axis=1)
