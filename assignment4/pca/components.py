"""Exercise 4 b in numbers: principal components by QR and SVD, and the error that they leave."""

from dataclasses import dataclass

import numpy as np

from assignment4.pca.inputs import as_samples, checked_number


@dataclass(frozen=True)
class PrincipalComponents:
    r"""The principal components of L samples of d entries.

    Attributes:
        mean: (d,) float64, the center; the zero vector where the data were not centred.
        vectors: (d, d) float64, orthonormal columns, in each the largest absolute entry positive.
        eigenvalues: (d,) float64, descending, of $\Sigma$ with 1 / L; scikit-learn has 1 / (L - 1).
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
        """The samples' mean, (d,) float64: scikit-learn's name, as are the next ones."""
        return self.mean

    @property
    def components_(self) -> np.ndarray:
        """All components as rows, (d, d) float64."""
        return self.vectors.T

    @property
    def explained_variance_(self) -> np.ndarray:
        """The variance along each component with 1 / L, (d,) float64."""
        return self.eigenvalues

    def keep(self, k: int) -> np.ndarray:
        """Return the first k components as columns, (d, k); ValueError unless k is 0 to d."""
        return self.vectors[:, : checked_number(k, len(self.mean))]

    def transform(self, samples: np.ndarray, k: int | None = None) -> np.ndarray:
        r"""Return $\tilde V^T (x - \bar x)$, (n, k), for (n, d) samples; all without k."""
        kept = self.keep(len(self.mean) if k is None else k)
        return (as_samples(samples, width=len(self.mean)) - self.mean) @ kept

    def inverse_transform(self, codes: np.ndarray) -> np.ndarray:
        r"""Return $\bar x + \tilde V c$, (n, d) float64, for codes c of the first k, (n, k)."""
        return self.mean + codes @ self.keep(codes.shape[1]).T

    def reconstruct(self, samples: np.ndarray, k: int) -> np.ndarray:
        r"""Return $\bar x + \tilde V \tilde V^T (x - \bar x)$, (n, d) float64."""
        return self.inverse_transform(self.transform(samples, k))

    def least_error(self, k: int) -> float:
        r"""Return $L \sum_{i=k+1}^d \lambda_i$, (17), for k = 0 to d; ValueError else."""
        return self.count * float(self.eigenvalues[checked_number(k, len(self.mean)) :][::-1].sum())

    def shares_left(self) -> np.ndarray:
        """Return the shares of variance left out, (d + 1,), 1 to 0; ValueError if there is none."""
        sums = np.append(np.cumsum(self.eigenvalues[::-1])[::-1], 0)
        if not sums[0]:
            raise ValueError(f"all {self.count} samples are equal: there is no variance to share")
        return sums / sums[0]


def principal_components(samples: np.ndarray, *, centred: bool = True) -> PrincipalComponents:
    r"""Return the principal components, the report's (4), of two or more (L, d) finite samples.

    Not centred, those of $\frac{1}{L} \sum_l x_l x_l^T$, with mean 0. Raises ValueError for others.
    """
    samples = as_samples(samples)
    count, d = samples.shape
    check_count(count)
    mean = samples.mean(axis=0) if centred else np.zeros(d)
    return components_of_triangle(np.linalg.qr(samples - mean, mode="r"), mean, count)


def components_of_triangle(
    triangle: np.ndarray, mean: np.ndarray, count: int
) -> PrincipalComponents:
    r"""Return the components of L samples from R, (n, d), of their QR decomposition."""
    _, singular_values, rows = np.linalg.svd(triangle)
    eigenvalues = np.zeros(len(mean))
    eigenvalues[: len(singular_values)] = singular_values**2 / count
    return PrincipalComponents(mean, with_signs(rows.T), eigenvalues, count)


def reconstruction_error(samples: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    r"""Return $\sum_l |x_l - V V^T x_l|^2$, (5), of (L, d) samples as they are, not centred.

    A number for V (d, k), (n,) for a stack (n, d, k); ValueError for other or not finite ones.
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
    """Return columns, in each the first entry of largest absolute value positive."""
    largest = np.abs(vectors).argmax(axis=0)
    return vectors * np.sign(vectors[largest, np.arange(vectors.shape[1])])
