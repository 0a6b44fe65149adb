r"""What a label out of range does to a softmax cross entropy, and the checks of it, Exercise 2 c.

The one-hot code of label 15 in 15 places is the zero vector. For targets t and logits z, with
$q = \operatorname{softmax}(z)$, the loss and its derivative are

$$L = -\sum_k t_k \log q_k, \qquad \frac{\partial L}{\partial z_j} = q_j \sum_k t_k - t_j .$$

For t = 0 both are 0. Where the targets sum to 1 the derivative is $q_j - t_j$, and that is what
TensorFlow's fused function returns for any targets: for t = 0 it is q. A step against it lowers
every logit, the largest most, while the loss stays 0.

Source: report, Exercise 2 c, and its public source. The derivative for targets that sum to 1 is a
standard result (goodfellow2016deep, section 6.2.2.3).
"""

from collections.abc import Callable, Sequence

import assignment4.reproducible  # noqa: F401  (before tensorflow)

import keras
import numpy as np
import sympy
import tensorflow as tf

from assignment4.encoder_decoder.targets import OUTPUTS
from assignment4.tables import Table

ROUNDING = 1e-6
"""The largest difference of gradients in single precision that counts as none."""

Expressions = Sequence[sympy.Expr]


def symbols(places: int) -> tuple[tuple[sympy.Symbol, ...], tuple[sympy.Symbol, ...]]:
    """Return targets t_0, t_1, ... and logits z_0, z_1, ... as real symbols."""
    return sympy.symbols(f"t:{places}", real=True), sympy.symbols(f"z:{places}", real=True)


def symbolic_softmax(logits: Expressions) -> list[sympy.Expr]:
    """Return the probabilities that logits stand for."""
    total = sum(map(sympy.exp, logits))
    return [sympy.exp(logit) / total for logit in logits]


def symbolic_cross_entropy(targets: Expressions, logits: Expressions) -> sympy.Expr:
    r"""Return $-\sum_k t_k (z_k - \log \sum_j e^{z_j})$."""
    total = sympy.log(sum(map(sympy.exp, logits)))
    return -sum(t * (z - total) for t, z in zip(targets, logits, strict=True))


def true_gradient(targets: Expressions, softmax: Expressions) -> list:
    r"""Return $q_j \sum_k t_k - t_j$ for each j, the derivative for any targets."""
    return [q * sum(targets) - t for t, q in zip(targets, softmax, strict=True)]


def fused_gradient(targets: Expressions, softmax: Expressions) -> list:
    """Return $q_j - t_j$ for each j, which TensorFlow takes for the derivative."""
    return [q - t for t, q in zip(targets, softmax, strict=True)]


def is_gradient_of_cross_entropy(
    formula: Callable[[Expressions, Expressions], Expressions],
    *,
    places: int = OUTPUTS,
    sum_to_one: bool = False,
) -> bool:
    """Return True if SymPy proves a formula for the derivative of the cross entropy by the logits.

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


def entropy_growth(softmax: Expressions) -> sympy.Expr:
    r"""Return $\frac{1}{2} \sum_{ij} q_i q_j (q_i - q_j)(\log q_i - \log q_j)$.

    So fast the entropy of the answer grows, in nats, while the logits move with velocity -q. No
    term is negative, since the logarithm rises with its argument; all are 0 only where all
    probabilities are alike.
    """
    terms = (a * b * (a - b) * (sympy.log(a) - sympy.log(b)) for a in softmax for b in softmax)
    return sum(terms) / 2


def is_entropy_growth(growth: Callable[[Expressions], sympy.Expr], *, places: int = 3) -> bool:
    """Return True if SymPy proves that the entropy grows at this rate, with the velocity -q.

    That is the logits' velocity which small steps against the fused gradient come to, for t = 0.
    """
    _, logits = symbols(places)
    softmax = symbolic_softmax(logits)
    entropy = -sum(q * sympy.log(q) for q in softmax)
    found = sum(-q * sympy.diff(entropy, z) for q, z in zip(softmax, logits, strict=True))
    weights = sympy.symbols(f"w:{places}", positive=True)
    logarithms = dict(zip(logits, map(sympy.log, weights), strict=True))
    difference = sympy.expand_log((found - growth(softmax)).subs(logarithms), force=True)
    return sympy.cancel(sympy.together(difference)) == 0


WAYS = {
    "fused": lambda t, z: tf.nn.softmax_cross_entropy_with_logits(labels=t, logits=z),
    "formula": lambda t, z: -tf.reduce_sum(t * tf.nn.log_softmax(z), axis=-1),
    "Keras, of logits": lambda t, z: keras.losses.categorical_crossentropy(t, z, from_logits=True),
    "Keras, of probabilities": lambda t, z: keras.losses.categorical_crossentropy(
        t, tf.nn.softmax(z)
    ),
}
"""The cross entropy of each row as TensorFlow and Keras have it, by name.

Given probabilities, Keras goes back to the logits that they came from, where it can tell: in a
graph, but not where operations run one by one. It then calls the fused function.
"""

RUNS = {"eager": None, "graph": {"jit_compile": False}, "XLA": {"jit_compile": True}}
"""How a function is run: operation by operation, or through `tf.function` with these options."""


def loss_and_gradient(
    way: str, targets: np.ndarray, logits: np.ndarray, *, run: str = "eager"
) -> tuple[np.ndarray, np.ndarray]:
    """Return losses (n,) and the gradient by the logits (n, places) that training would use.

    Args:
        way: a name of WAYS.
        targets: (n, places) real, one-hot codes or others.
        logits: (n, places) real.
        run: a name of RUNS.
    """
    loss = WAYS[way]

    def both(targets, logits):
        with tf.GradientTape() as tape:
            tape.watch(logits)
            losses = loss(targets, logits)
        return losses, tape.gradient(losses, logits)

    if RUNS[run] is not None:
        both = tf.function(both, **RUNS[run])
    losses, gradient = both(tf.constant(targets, tf.float32), tf.constant(logits, tf.float32))
    return losses.numpy(), gradient.numpy()


def gradient_formula(gradient: np.ndarray, targets: np.ndarray, logits: np.ndarray) -> str:
    """Return which formula a gradient follows: "0", "softmax", "softmax - targets" or "another"."""
    softmax = tf.nn.softmax(tf.constant(logits, tf.float32)).numpy()
    formulas = {"0": 0, "softmax": softmax, "softmax - targets": softmax - targets}
    fitting = (
        name for name, value in formulas.items() if np.abs(gradient - value).max() < ROUNDING
    )
    return next(fitting, "another")


def gradient_table(targets: np.ndarray, logits: np.ndarray) -> Table:
    """Return the gradient's formula for each of WAYS in each of RUNS, a row for a way."""
    rows = []
    for way in WAYS:
        results = [loss_and_gradient(way, targets, logits, run=run) for run in RUNS]
        formulas = [gradient_formula(gradient, targets, logits) for _, gradient in results]
        loss = max(float(losses.max()) for losses, _ in results)
        rows.append([way, "0" if loss == 0 else f"≈{loss:.2f}", *formulas])
    return Table(["cross entropy", "largest loss", *RUNS], rows)


def is_pushed_silently(targets: np.ndarray, logits: np.ndarray) -> bool:
    """Return True if TensorFlow trains on targets whose loss is 0, and has no gradient but 0.

    So it is where the loss is 0 at all these logits, and its written-out form has the gradient 0,
    but the fused function returns the softmax, in whatever way it is run.

    Args:
        targets: (places,) real, the code of one label, such as `one_hot(15)`.
        logits: (n, places) real.
    """
    targets = np.broadcast_to(targets, logits.shape)
    for run in RUNS:
        for way, formula in {"formula": "0", "fused": "softmax"}.items():
            losses, gradient = loss_and_gradient(way, targets, logits, run=run)
            if losses.any() or gradient_formula(gradient, targets, logits) != formula:
                return False
    return True


def follow_fused_gradient(
    targets: np.ndarray, logits: np.ndarray, *, steps: int, rate: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """Move free logits against the fused gradient, by so many steps of a learning rate.

    Args:
        targets: (places,) real, the code of one label.
        logits: (places,) real, to start from.
        steps: how many.
        rate: the learning rate.

    Returns:
        Before each step and after the last, losses (steps + 1,) and logits (steps + 1, places).
    """
    path, losses = [np.asarray(logits, np.float32)], []
    for _ in range(steps + 1):
        loss, gradient = loss_and_gradient("fused", targets[np.newaxis], path[-1][np.newaxis])
        losses.append(loss[0])
        path.append(path[-1] - rate * gradient[0])
    return np.array(losses), np.array(path[:-1])


def entropies(logits: np.ndarray) -> np.ndarray:
    r"""Return the entropy $-\sum_k q_k \log q_k$ of each row's softmax, in nats, (n,) float64."""
    logits = logits.astype(np.float64)
    logarithms = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
    return -(np.exp(logarithms) * logarithms).sum(axis=1)


def becomes_undecided(losses: np.ndarray, logits: np.ndarray) -> bool:
    """Return True if answers go to all alike, none surer than the one before, at a loss of 0.

    The last entropy must be within 1 % of the largest one possible, and the first one below it.
    The arguments are as `follow_fused_gradient` returns them.
    """
    values, largest = entropies(logits), np.log(logits.shape[1])
    rises = (np.diff(values) > -ROUNDING).all()
    return bool(not losses.any() and rises and values[0] < 0.99 * largest <= values[-1])
