r"""Exercise 4 b: the least error of a projection to k dimensions, proved and searched for.

The proof (Ky Fan's trace minimum). Let $u_1, \dots, u_d$ be orthonormal eigenvectors with
$\lambda_1 \ge \dots \ge \lambda_d$, and $v_{k+1}, \dots, v_d$ any orthonormal vectors to discard.

1. $\sum_i v_i^T \Sigma v_i = \sum_j \lambda_j p_j$ with the weights $p_j = \sum_i (u_j^T v_i)^2$.
2. $p_j \ge 0$, and $1 - p_j = |u_j - \sum_i (v_i^T u_j) v_i|^2 \ge 0$ (Bessel).
3. $\sum_j p_j = d - k$, since $\sum_j (u_j^T v_i)^2 = |v_i|^2 = 1$ (Parseval).
4. By 3, $\sum_j \lambda_j p_j - \sum_{j>k} \lambda_j = \sum_{j \le k} (\lambda_j - \lambda_k) p_j
   + \sum_{j>k} (\lambda_k - \lambda_j)(1 - p_j)$, and by 2 no term is negative.

So no choice has less than $\sum_{j>k} \lambda_j$, and $u_{k+1}, \dots, u_d$ have it. If
$\lambda_k > \lambda_{k+1}$, the sum is 0 only for $p_j = 1$ at every j > k, hence, by 3, for
$p_j = 0$ at every $j \le k$: the discarded vectors span what $u_{k+1}, \dots, u_d$ span. They need
not be these vectors.

The search knows nothing of this: it measures $\sum_l |x_l - W W^T x_l|^2$ on samples, for bases
W of all subsets of eigenvectors, of random subspaces, and of those that descents lead to.

Source: report, Exercise 4 b, after (17). The minimum is Fan's theorem of 1949 (On a theorem of
Weyl concerning eigenvalues of linear transformations I).
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import sympy

from assignment4.pca.components import check_count
from assignment4.pca.inputs import as_samples, checked_number

Weight = Callable[[sympy.MatrixBase, sympy.MatrixBase], sympy.Expr]
"""Gives p_j from u_j and the (d, m) matrix of the discarded vectors."""

Term = Callable[[sympy.Expr, sympy.Expr, sympy.Expr, bool], tuple[sympy.Expr, sympy.Expr]]
"""Gives both factors of the term j of step 4 from lambda_j, lambda_k, p_j, and whether j <= k."""

Choice = Callable[[np.ndarray, int], np.ndarray]
"""Gives the eigenvalues to discard from all of them, in descending order, and k."""

GRADIENT_TOLERANCE = 1e-9
"""A descent ends where no entry of (I - W W^T) S W is larger, relative to lambda_1."""


def weight(direction: sympy.MatrixBase, basis: sympy.MatrixBase) -> sympy.Expr:
    r"""Return $p = \sum_i (u^T v_i)^2$, the squared length of u's projection onto a basis.

    Args:
        direction: (d, 1), the u.
        basis: (d, m), the discarded vectors as columns.
    """
    return sum(((direction.T * basis.col(i))[0] ** 2 for i in range(basis.cols)), sympy.Integer(0))


def excess_term(eigenvalue, threshold, share, kept):
    r"""Return the factors of a term of step 4, $(\lambda_j - \lambda_k, p_j)$ for $j \le k$.

    For j > k they are $(\lambda_k - \lambda_j, 1 - p_j)$.

    Args:
        eigenvalue: $\lambda_j$.
        threshold: $\lambda_k$.
        share: $p_j$.
        kept: whether $j \le k$.
    """
    return (eigenvalue - threshold, share) if kept else (threshold - eigenvalue, 1 - share)


def smallest(eigenvalues: np.ndarray, k: int) -> np.ndarray:
    """Return all eigenvalues but the first k, the report's choice of what to discard.

    Args:
        eigenvalues: (d,), in descending order.
        k: how many to keep, 0 to d.

    Source: report, Exercise 4 b, after (17).
    """
    return eigenvalues[k:]


@dataclass(frozen=True)
class Search:
    """Errors of projections to k dimensions, each measured on all samples.

    Attributes:
        k: the dimension.
        samples: L, how many samples the errors are sums over.
        eigenvalues: (d,) float64, of the covariance with 1/L, in descending order.
        subsets: (n, k) integers, all choices of k eigenvectors to keep, numbered from 0.
        subset_errors: (n,) float64, for each of them.
        random_errors: float64, for subspaces drawn uniformly.
        descent_errors: float64, where gradient descents from the first of these end.
    """

    k: int
    samples: int
    eigenvalues: np.ndarray
    subsets: np.ndarray
    subset_errors: np.ndarray
    random_errors: np.ndarray
    descent_errors: np.ndarray

    @property
    def total(self) -> float:
        """The error of k = 0, L times the sum of all eigenvalues."""
        return self.samples * float(self.eigenvalues.sum())

    @property
    def minimum(self) -> float:
        """L times the sum of the d - k smallest eigenvalues, line (17)."""
        return self.samples * float(smallest(self.eigenvalues, self.k).sum())


def random_samples(count: int, d: int, *, seed: int) -> np.ndarray:
    """Return normal samples of mean zero, with standard deviations from 1 to 2 along the axes.

    Args:
        count: L, at least 1.
        d: their dimension.
        seed: of NumPy's generator.

    Returns:
        (L, d) float64, of mean 0 up to rounding.
    """
    random = np.random.default_rng(seed)
    samples = random.normal(size=(count, d)) * np.linspace(1, 2, d)
    return samples - samples.mean(axis=0)


def reconstruction_errors(samples: np.ndarray, bases: np.ndarray) -> np.ndarray:
    r"""Return $\sum_l |x_l - W W^T x_l|^2$ for every basis W.

    Args:
        samples: (L, d) float64, the x.
        bases: (n, d, k) float64, orthonormal columns.

    Returns:
        (n,) float64.

    Source: report, Exercise 4 b, (5), the left side, with W for V.
    """
    residuals = samples - samples @ bases @ bases.swapaxes(1, 2)
    return np.square(residuals).sum(axis=(1, 2))


def random_bases(count: int, d: int, k: int, *, seed: int) -> np.ndarray:
    """Return bases of subspaces drawn uniformly: QR factors of normal matrices.

    Returns:
        (count, d, k) float64, orthonormal columns.
    """
    return np.linalg.qr(np.random.default_rng(seed).normal(size=(count, d, k))).Q


def descend(samples: np.ndarray, bases: np.ndarray, *, steps: int) -> np.ndarray:
    r"""Follow the error's gradient down from every basis, with a QR factorisation after each step.

    The step is $W \to \mathrm{qr}(W + \eta (I - W W^T) \Sigma W)$, against the gradient
    $-2 L (I - W W^T) \Sigma W$ on the orthonormal bases, $\eta = 1 / \lambda_1$.

    Args:
        samples: (L, d) float64, of mean zero.
        bases: (n, d, k) float64, where to start.
        steps: after how many to end at the latest.

    Returns:
        (n, d, k) float64, orthonormal columns.
    """
    covariance = samples.T @ samples / len(samples)
    largest = np.linalg.eigvalsh(covariance).max()
    for _ in range(steps):
        image = covariance @ bases
        uphill = image - bases @ (bases.swapaxes(1, 2) @ image)
        if np.abs(uphill).max(initial=0) <= GRADIENT_TOLERANCE * largest:
            break
        bases = np.linalg.qr(bases + uphill / largest).Q
    return bases


def search_minimum(
    samples: np.ndarray,
    k: int,
    *,
    subspaces: int = 2000,
    descents: int = 100,
    steps: int = 2000,
    seed: int = 0,
) -> Search:
    """Look for the projection to k dimensions with the least error, in three ways.

    Args:
        samples: (L, d) real, of mean zero; d small, since there are d over k subsets.
        k: the dimension, 0 to d.
        subspaces: how many random ones to measure.
        descents: from how many of them to descend.
        steps: of a descent, at most.
        seed: of the random subspaces.

    Raises:
        ValueError: there are fewer than two samples, they are not (L, d) and finite, or k is not an
            integer from 0 to d.
    """
    samples = as_samples(samples)
    count, d = samples.shape
    check_count(count)
    k = checked_number(k, d)
    eigenvalues, eigenvectors = np.linalg.eigh(samples.T @ samples / count)
    eigenvectors = eigenvectors[:, ::-1]
    subsets = np.array(list(combinations(range(d), k)), int)
    starts = random_bases(subspaces, d, k, seed=seed)
    ends = descend(samples, starts[:descents], steps=steps)
    return Search(
        k=k,
        samples=count,
        eigenvalues=eigenvalues[::-1],
        subsets=subsets,
        subset_errors=reconstruction_errors(samples, eigenvectors.T[subsets].swapaxes(1, 2)),
        random_errors=reconstruction_errors(samples, starts),
        descent_errors=reconstruction_errors(samples, ends),
    )
