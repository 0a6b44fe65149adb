r"""Exercise 4 b in numbers: principal components of data, and the error of keeping k of them.

The eigenvectors of $\Sigma = \frac{1}{L} \sum_l (x_l - \bar x)(x_l - \bar x)^T$, the report's (4),
are the right singular vectors of the centred data. They are found by a QR decomposition and an SVD
of its triangle, with no $\Sigma$ in between. As by an SVD of all data, an eigenvalue $\lambda$ is
then off by about $\epsilon \sqrt{\lambda_1 \lambda}$. The eigenvalue problem of $\Sigma$ is
quicker to solve, and off by $\epsilon \lambda_1$.

Everything is computed in float64, whatever comes in.
"""

from dataclasses import dataclass

import numpy as np

from assignment4.pca.inputs import as_samples, checked_number


@dataclass(frozen=True)
class PrincipalComponents:
    r"""The principal components of L samples of d entries.

    With the names of scikit-learn's PCA beside the report's. The book divides by L, as the report
    does, and scikit-learn by L - 1: its `explained_variance_` is L / (L - 1) times this one.

    Attributes:
        mean: (d,) float64, the center; the zero vector where the data were not centred.
        vectors: (d, d) float64, orthonormal columns $v_1, \dots, v_d$; in each the entry of largest
            absolute value is positive.
        eigenvalues: (d,) float64, $\lambda_1 \ge \dots \ge \lambda_d \ge 0$ of $\Sigma$ with 1/L.
        count: L.
    """

    mean: np.ndarray
    vectors: np.ndarray
    eigenvalues: np.ndarray
    count: int

    def __repr__(self) -> str:
        return f"PrincipalComponents: {len(self.mean)} of {self.count} samples"

    @property
    def mean_(self) -> np.ndarray:
        """The samples' mean, (d,) float64."""
        return self.mean

    @property
    def components_(self) -> np.ndarray:
        """All components as rows, (d, d) float64."""
        return self.vectors.T

    @property
    def explained_variance_(self) -> np.ndarray:
        """The variance along each component, (d,) float64, the eigenvalues with 1/L."""
        return self.eigenvalues

    def keep(self, k: int) -> np.ndarray:
        """Return the first k components as columns, (d, k) float64.

        Raises:
            ValueError: k is not an integer from 0 to d.
        """
        return self.vectors[:, : checked_number(k, len(self.mean))]

    def transform(self, samples: np.ndarray, k: int | None = None) -> np.ndarray:
        r"""Return $\tilde V^T (x - \bar x)$ for every sample, (n, k) float64.

        Args:
            samples: (n, d) real.
            k: how many components are kept, 0 to d; None for all.

        Raises:
            ValueError: the samples are not (n, d) and finite, or k is not from 0 to d.

        Source: report, Exercise 4 a.
        """
        kept = self.keep(len(self.mean) if k is None else k)
        return (as_samples(samples, width=len(self.mean)) - self.mean) @ kept

    def inverse_transform(self, codes: np.ndarray) -> np.ndarray:
        r"""Return $\bar x + \tilde V c$ for every code c of the first k components, (n, d) float64.

        Args:
            codes: (n, k) real, k up to d.

        Raises:
            ValueError: k is larger than d.

        Source: report, Exercise 4 a.
        """
        return self.mean + codes @ self.keep(codes.shape[1]).T

    def reconstruct(self, samples: np.ndarray, k: int) -> np.ndarray:
        """Return the inverse transform of the transform by k components, (n, d) float64."""
        return self.inverse_transform(self.transform(samples, k))

    def least_error(self, k: int) -> float:
        r"""Return $L \sum_{i=k+1}^d \lambda_i$.

        Args:
            k: how many components are kept, 0 to d; for 0 this is $L \operatorname{tr} \Sigma$.

        Raises:
            ValueError: k is not an integer from 0 to d.

        Source: report, Exercise 4 b, (17).
        """
        return self.count * float(self.eigenvalues[checked_number(k, len(self.mean)) :][::-1].sum())

    def shares_left(self) -> np.ndarray:
        """Return the share of the variance that is left out, for k = 0 to d.

        Returns:
            (d + 1,) float64, from 1 down to 0.

        Raises:
            ValueError: all samples are equal.
        """
        sums = np.append(np.cumsum(self.eigenvalues[::-1])[::-1], 0)
        if not sums[0]:
            raise ValueError(f"all {self.count} samples are equal: there is no variance to share")
        return sums / sums[0]


def principal_components(samples: np.ndarray, *, centred: bool = True) -> PrincipalComponents:
    r"""Return the principal components of samples.

    Args:
        samples: (L, d) real, at least two rows; integers are converted.
        centred: whether the mean is subtracted. Without it the eigenvalues are those of the second
            moment $\frac{1}{L} \sum_l x_l x_l^T$, the right side of (4), and the `mean` is 0.

    Raises:
        ValueError: there are fewer than two samples, or they are not (L, d) and finite.

    Source: report, Exercise 4 b, (4).
    """
    samples = as_samples(samples)
    count, d = samples.shape
    check_count(count)
    mean = samples.mean(axis=0) if centred else np.zeros(d)
    return components_of_triangle(np.linalg.qr(samples - mean, mode="r"), mean, count)


def components_of_triangle(
    triangle: np.ndarray, mean: np.ndarray, count: int
) -> PrincipalComponents:
    r"""Return the principal components of data from the R of their QR decomposition.

    $R^T R = \sum_l (x_l - \bar x)(x_l - \bar x)^T$, so that the right singular vectors of R are the
    eigenvectors of $\Sigma$, and its singular values the roots of $L \lambda_i$.

    Args:
        triangle: (min(L, d), d) or (d, d) float64, the R.
        mean: (d,) float64, what was subtracted.
        count: L.
    """
    _, singular_values, rows = np.linalg.svd(triangle)
    eigenvalues = np.zeros(len(mean))
    eigenvalues[: len(singular_values)] = singular_values**2 / count
    return PrincipalComponents(mean, with_signs(rows.T), eigenvalues, count)


def reconstruction_error(samples: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    r"""Return $\sum_l |x_l - V V^T x_l|^2$, measured on the samples themselves, float64.

    Args:
        samples: (L, d) real; nothing is subtracted from them.
        vectors: (d, k) real, the columns of V, or a stack of such matrices, (n, d, k).

    Returns:
        A number, or (n,) for a stack.

    Raises:
        ValueError: the samples are not (L, d) and finite, or the vectors not of d entries.

    Source: report, Exercise 4 b, (5), the left side.
    """
    samples, vectors = as_samples(samples), np.asarray(vectors, np.float64)
    if vectors.ndim < 2 or vectors.shape[-2] != samples.shape[1]:
        raise ValueError(
            f"samples of {samples.shape[1]} entries need vectors of shape "
            f"({samples.shape[1]}, k), got {vectors.shape}"
        )
    rest = samples - samples @ vectors @ vectors.swapaxes(-1, -2)
    return np.square(rest).sum(axis=(-2, -1))


def check_count(count: int) -> None:
    """Raise ValueError for fewer than two samples."""
    if count < 2:
        raise ValueError(f"principal components need at least 2 samples, got {count}")


def with_signs(vectors: np.ndarray) -> np.ndarray:
    """Return columns, each with the sign that makes its entry of largest absolute value positive.

    Of entries that are equally large the first one decides.
    """
    largest = np.abs(vectors).argmax(axis=0)
    return vectors * np.sign(vectors[largest, np.arange(vectors.shape[1])])
