r"""Principal components in one pass over chunks: kept is a triangle, $R^T R$ the sum of squares.

A chunk adds its deviations and a row for its mean's (chan1979updating), joined to R by QR.
"""

import numpy as np
from scipy.linalg.lapack import dtpqrt

from assignment4.pca.components import PrincipalComponents, components_of_triangle
from assignment4.pca.inputs import as_samples

BLOCK = 32
"""How many columns LAPACK eliminates at once."""


class RunningCovariance:
    """The covariance of the `count` samples seen so far, as a triangle, and their `mean`, (d,)."""

    def __init__(self) -> None:
        self.count = 0
        self.mean: np.ndarray | None = None
        self._rest: np.ndarray | None = None
        self._triangle: np.ndarray | None = None

    def update(self, chunk: np.ndarray) -> None:
        """Add (m, d) samples, any m, the same d in every chunk; ValueError else."""
        chunk = as_samples(chunk, width=None if self.mean is None else len(self.mean))
        m, d = chunk.shape
        if not m:
            return
        center, total = chunk.mean(axis=0), self.count + m
        if self.mean is None:
            self.mean, self._rest = center, np.zeros(d)
            self._triangle = np.zeros((d, d), order="F")
        rows = np.empty((m + 1, d), order="F")
        np.subtract(chunk, center, out=rows[:m])
        shift = (center - self.mean) + (rows[:m].mean(axis=0) - self._rest)
        rows[m] = np.sqrt(self.count * m / total) * shift
        self._triangle, *_ = dtpqrt(
            0, min(BLOCK, d), self._triangle, rows, overwrite_a=True, overwrite_b=True
        )
        step = self._rest + m / total * shift
        mean = self.mean + step
        self._rest = step - (mean - self.mean)
        self.mean, self.count = mean, total

    @property
    def numbers_kept(self) -> int:
        """How many numbers are kept of the samples seen: d^2 + 2 d, however many they were."""
        return 0 if self.mean is None else self._triangle.size + self.mean.size + self._rest.size

    def components(self) -> PrincipalComponents:
        """Return the principal components of all samples seen so far, at least two."""
        if self.count < 2:
            raise ValueError(f"principal components need at least 2 samples, got {self.count}")
        return components_of_triangle(self._triangle, self.mean, self.count)
