r"""What a line of Exercise 4 b is evaluated on: vectors, images, and how many components are kept.

Every entry is a rational function of symbols, so that an equation that holds in a setting holds
for all values of its symbols. A family of settings has the facts that its name says and no other:
in `unit_settings` the vectors have length 1 and are not orthogonal. So a step that is checked in
it can have used that fact only.

Bases are described by rational functions. The Cayley transform $V = (I - K)(I + K)^{-1}$ of
a skew K is orthogonal, and gives every rotation without the eigenvalue -1; the others are limits
of these, and a sign of one column turns them into the reflections. $2 t_1, \dots, 2 t_{d-1},
1 - |t|^2$, divided by $1 + |t|^2$, is a unit vector, and every one but $(0, \dots, 0, -1)$, again
a limit. An equation of continuous functions holds in the limits too.
"""

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import sympy
from sympy.polys.fields import field

SIZES = ((2, 1), (2, 2), (2, 3), (3, 1), (3, 2), (3, 3))
"""The pairs of d and L for which lines are evaluated, each with every k from 0 to d."""

RATIONAL_SIZES = ((2, 1), (2, 2), (2, 3), (3, 1))
"""The same where the vectors are quotients of polynomials, which takes longer."""


@dataclass(frozen=True)
class Setting:
    """The vectors v_1, ..., v_d, the images x_1, ..., x_L and k.

    Attributes:
        vectors: d arrays (d, 1) of rational functions.
        images: L arrays (d, 1) of rational functions.
        eigenvalues: d arrays (1, 1) of rational functions; they are those of the covariance in
            `eigenvector_settings`, and any elsewhere.
        k: how many vectors are kept, 0 to d.
    """

    vectors: tuple[np.ndarray, ...]
    images: tuple[np.ndarray, ...]
    eigenvalues: tuple[np.ndarray, ...]
    k: int

    def __repr__(self) -> str:
        return f"d = {self.d}, k = {self.k}, L = {self.count}"

    @property
    def d(self) -> int:
        """The size of an image."""
        return len(self.images[0])

    @property
    def count(self) -> int:
        """The number of images, L."""
        return len(self.images)

    @property
    def kept(self) -> np.ndarray:
        """The first k vectors as columns, (d, k)."""
        return np.concatenate([np.zeros((self.d, 0), int), *self.vectors[: self.k]], axis=1)

    @property
    def discarded(self) -> tuple[np.ndarray, ...]:
        """The vectors from k + 1 on."""
        return self.vectors[self.k :]

    @property
    def discarded_eigenvalues(self) -> tuple[np.ndarray, ...]:
        """The eigenvalues from k + 1 on."""
        return self.eigenvalues[self.k :]

    @property
    def mean(self) -> np.ndarray:
        """The images' mean, (d, 1)."""
        return sum(self.images) / self.count

    @functools.cached_property
    def covariance(self) -> np.ndarray:
        """The covariance S around the mean, with divisor L, (d, d), as (4) defines it."""
        return sum((x - self.mean) @ (x - self.mean).T for x in self.images) / self.count


def symbols_matrix(letter: str, rows: int, columns: int) -> sympy.Matrix:
    """Return a matrix of real symbols, such as x11, x12, ..."""
    return sympy.Matrix(
        rows, columns, lambda i, j: sympy.Symbol(f"{letter}{i + 1}{j + 1}", real=True)
    )


def cayley_basis(d: int, *, reflected: bool = False) -> sympy.Matrix:
    r"""Return a general orthonormal basis as columns, $(I - K)(I + K)^{-1}$ for a skew K.

    Args:
        d: the number of vectors.
        reflected: whether the sign of the last vector is turned.

    Returns:
        (d, d), rational functions of the d (d - 1) / 2 symbols in K.
    """
    K = sympy.zeros(d)
    for i, j in combinations(range(d), 2):
        K[i, j] = sympy.Symbol(f"t{i + 1}{j + 1}", real=True)
        K[j, i] = -K[i, j]
    one = sympy.eye(d)
    signs = sympy.diag(*[1] * (d - 1), -1 if reflected else 1)
    return ((one - K) * (one + K).inv() * signs).applyfunc(sympy.cancel)


def unit_vectors(d: int, count: int) -> sympy.Matrix:
    """Return vectors of length 1 as columns, each with symbols of its own.

    Args:
        d: the number of entries, at least 2.
        count: the number of vectors.

    Returns:
        (d, count), rational functions.
    """
    T = symbols_matrix("t", count, d - 1)
    columns = []
    for i in range(count):
        square = (T[i, :] * T[i, :].T)[0]
        columns.append(sympy.Matrix([*(2 * T[i, :]), 1 - square]) / (1 + square))
    return sympy.Matrix.hstack(*columns)


def unit_eigenvectors(matrix: sympy.MatrixBase) -> sympy.Matrix:
    """Return the eigenvectors that SymPy finds, divided by their norms, as columns.

    Args:
        matrix: (d, d), real and symmetric, such as a covariance of symbols.

    Returns:
        (d, d).
    """
    found = [v for _, _, vectors in matrix.eigenvects() for v in vectors]
    return sympy.Matrix.hstack(*[v / sympy.sqrt((v.T * v)[0]) for v in found])


def build_setting(
    vectors: sympy.MatrixBase, images: sympy.MatrixBase, eigenvalues: sympy.MatrixBase, k: int
) -> Setting:
    """Return a setting from matrices of rational functions, exact ones.

    Args:
        vectors: one a column; d of them, or fewer.
        images: (d, L), one a column.
        eigenvalues: (number of vectors, 1).
        k: how many vectors are kept.

    Raises:
        ValueError: k is negative or larger than the number of vectors, or sizes differ.
    """
    if not 0 <= k <= vectors.cols:
        raise ValueError(f"k = {k} of {vectors.cols} vectors cannot be kept")
    if vectors.rows != images.rows or len(eigenvalues) != vectors.cols:
        raise ValueError(
            f"{vectors.cols} vectors of {vectors.rows} entries do not go with images of "
            f"{images.rows} entries and {len(eigenvalues)} eigenvalues"
        )
    symbols = vectors.free_symbols | images.free_symbols | eigenvalues.free_symbols
    rational = field(sorted(symbols, key=str) or [sympy.Symbol("t")], sympy.ZZ)[0]

    def columns(matrix: sympy.MatrixBase) -> tuple[np.ndarray, ...]:
        entries = np.array([rational.from_expr(entry) for entry in matrix], dtype=object)
        return tuple(entries.reshape(matrix.shape).T[:, :, np.newaxis])

    return Setting(columns(vectors), columns(images), columns(eigenvalues.T), k)


@functools.cache
def arbitrary_settings() -> tuple[Setting, ...]:
    """Return settings in which nothing is known of the vectors nor of the images."""
    return tuple(_settings(lambda d: [symbols_matrix("v", d, d)], SIZES))


@functools.cache
def unit_settings() -> tuple[Setting, ...]:
    """Return settings with (1) alone: vectors of length 1, at any angles."""
    return tuple(_settings(lambda d: [unit_vectors(d, d)], RATIONAL_SIZES))


@functools.cache
def orthogonal_settings() -> tuple[Setting, ...]:
    """Return settings with (2) alone: orthogonal vectors, each of any length."""
    return tuple(
        _settings(
            lambda d: [cayley_basis(d) * sympy.diag(*symbols_matrix("s", d, 1))], RATIONAL_SIZES
        )
    )


@functools.cache
def orthonormal_settings() -> tuple[Setting, ...]:
    """Return settings with (1), (2) and (3): orthonormal bases, reflected ones among them."""
    return tuple(
        _settings(lambda d: [cayley_basis(d), cayley_basis(d, reflected=True)], RATIONAL_SIZES)
    )


@functools.cache
def centred_settings() -> tuple[Setting, ...]:
    """Return settings with any vectors, and images whose mean is zero."""
    return tuple(_settings(lambda d: [symbols_matrix("v", d, d)], SIZES, centred=True))


@functools.cache
def eigenvector_settings() -> tuple[Setting, ...]:
    """Return settings in which the vectors are eigenvectors of the covariance, of any lengths.

    The images are m_1 u_1, -m_1 u_1, m_2 u_2 and so on for an orthonormal basis of u_i, and v_i
    is s_i u_i. So the mean is zero, and the covariance, with the eigenvalues m_i^2 / d, is any.
    """
    found = []
    for d in (2, 3):
        U, m, s = cayley_basis(d), symbols_matrix("m", d, 1), symbols_matrix("s", d, 1)
        images = sympy.Matrix.hstack(U * sympy.diag(*m), -U * sympy.diag(*m))
        eigenvalues = m.applyfunc(lambda entry, d=d: entry**2 / d)
        found += [build_setting(U * sympy.diag(*s), images, eigenvalues, k) for k in range(d + 1)]
    return tuple(found)


def _settings(
    bases: Callable[[int], list[sympy.Matrix]],
    sizes: tuple[tuple[int, int], ...],
    *,
    centred: bool = False,
) -> Iterator[Setting]:
    """Yield a setting for each size and basis, with images of symbols."""
    for d, count in sizes:
        images = symbols_matrix("x", d, count)
        if centred:
            images[:, -1] = -sum((images[:, j] for j in range(count - 1)), sympy.zeros(d, 1))
        for vectors in bases(d):
            for k in range(d + 1):
                yield build_setting(vectors, images, symbols_matrix("l", d, 1), k)
