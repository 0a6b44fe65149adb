r"""What a line of Exercise 4 b is evaluated on: vectors, images, and how many components are kept.

Entries are rational: rotations are $(I - K)(I + K)^{-1}$, and every value of symbols is allowed.
"""

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import sympy
from sympy.polys.fields import field
from sympy.polys.matrices import DomainMatrix

SIZES = ((2, 1), (2, 2), (2, 3), (3, 1), (3, 2), (3, 3))
"""The pairs of d and L for which lines are evaluated, each with every k from 0 to d."""

RATIONAL_SIZES = SIZES[:4]
"""The same where the vectors are quotients of polynomials, which takes longer."""

Matrices = tuple[sympy.Matrix, sympy.Matrix, sympy.Matrix]


@dataclass(frozen=True)
class Setting:
    """The vectors v_i and images x_l, (d, 1), k, and eigenvalues, (1, 1), where v_i have them."""

    vectors: tuple[np.ndarray, ...]
    images: tuple[np.ndarray, ...]
    eigenvalues: tuple[np.ndarray, ...]
    k: int

    def __repr__(self) -> str:
        return f"d = {len(self.images[0])}, k = {self.k}, L = {self.count}"

    @property
    def count(self) -> int:
        """The number of images, L."""
        return len(self.images)

    @property
    def kept(self) -> np.ndarray:
        """The first k vectors as columns, (d, k)."""
        none = np.zeros((len(self.images[0]), 0), int)
        return np.concatenate([none, *self.vectors[: self.k]], axis=1)

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
    """Return a general orthonormal basis as columns, (d, d), the last turned if reflected."""
    K = sympy.zeros(d)
    for i, j in combinations(range(d), 2):
        K[i, j] = sympy.Symbol(f"t{i + 1}{j + 1}", real=True)
        K[j, i] = -K[i, j]
    plus, minus = (
        DomainMatrix.from_Matrix(sympy.eye(d) + sign * K, field=True) for sign in (1, -1)
    )
    basis = (minus * plus.inv()).to_Matrix()
    return basis * sympy.diag(*[1] * (d - 1), -1 if reflected else 1)


def unit_vectors(d: int, count: int) -> sympy.Matrix:
    """Return vectors of length 1 as columns, (d, count), each with symbols of its own."""
    columns = []
    for t in (symbols_matrix("t", count, d - 1).row(i) for i in range(count)):
        columns.append(sympy.Matrix([*(2 * t), 1 - t.dot(t)]) / (1 + t.dot(t)))
    return sympy.Matrix.hstack(*columns)


def build_setting(
    vectors: sympy.MatrixBase, images: sympy.MatrixBase, eigenvalues: sympy.MatrixBase, k: int
) -> Setting:
    """Return a setting from vectors and images, one a column, and eigenvalues, one a row."""
    symbols = vectors.free_symbols | images.free_symbols | eigenvalues.free_symbols
    rational = field(sorted(symbols, key=str) or [sympy.Symbol("t")], sympy.ZZ)[0]

    def columns(matrix: sympy.MatrixBase) -> tuple[np.ndarray, ...]:
        entries = np.array([rational.from_expr(entry) for entry in matrix], dtype=object)
        return tuple(entries.reshape(matrix.shape).T[:, :, np.newaxis])

    return Setting(columns(vectors), columns(images), columns(eigenvalues.T), k)


def _free(
    bases: Callable[[int], list[sympy.Matrix]], *, centred: bool = False
) -> Callable[[int, int], Iterator[Matrices]]:
    """Return what gives each of some bases with images of symbols, of mean zero if centred."""

    def build(d: int, count: int) -> Iterator[Matrices]:
        images = symbols_matrix("x", d, count)
        if centred:
            images[:, -1] = -images[:, :-1] * sympy.ones(count - 1, 1)
        for vectors in bases(d):
            yield vectors, images, symbols_matrix("l", d, 1)

    return build


def _eigenvectors(d: int, count: int) -> Iterator[Matrices]:
    """Yield eigenvectors of the covariance, of any lengths, 2 d images of mean zero, eigenvalues.

    Images m_1 u_1, -m_1 u_1, m_2 u_2 and so on, with orthonormal u_i, have any covariance.
    """
    U, m, s = cayley_basis(d), symbols_matrix("m", d, 1), symbols_matrix("s", d, 1)
    images = sympy.Matrix.hstack(U * sympy.diag(*m), -U * sympy.diag(*m))
    yield U * sympy.diag(*s), images, m.applyfunc(lambda entry: entry**2 / d)


@dataclass(frozen=True)
class Family:
    """Settings that have certain facts, in words, and no other, for pairs of d and L."""

    words: str
    build: Callable[[int, int], Iterator[Matrices]]
    sizes: tuple[tuple[int, int], ...] = RATIONAL_SIZES

    @functools.cached_property
    def settings(self) -> tuple[Setting, ...]:
        """A setting for each size, basis and k."""
        return tuple(
            build_setting(*matrices, k)
            for d, count in self.sizes
            for matrices in self.build(d, count)
            for k in range(d + 1)
        )


FAMILIES = {
    "": Family("any vectors, any images", _free(lambda d: [symbols_matrix("v", d, d)]), SIZES),
    "(1)": Family("unit vectors at any angles, any images", _free(lambda d: [unit_vectors(d, d)])),
    "(2)": Family(
        "orthogonal vectors of any lengths, any images",
        _free(lambda d: [cayley_basis(d) * sympy.diag(*symbols_matrix("s", d, 1))]),
    ),
    "(3)": Family(
        "orthonormal bases, any images",
        _free(lambda d: [cayley_basis(d), cayley_basis(d, reflected=True)]),
    ),
    "(4)": Family(
        "any vectors, images with mean zero",
        _free(lambda d: [symbols_matrix("v", d, d)], centred=True),
        SIZES,
    ),
    "eigenvectors": Family(
        "eigenvectors of the covariance of any lengths, images with mean zero",
        _eigenvectors,
        ((2, 4), (3, 6)),
    ),
}
"""Where a step is checked, by what it cites."""
