r"""Exercise 4 c: components learned in steps, from batches of B samples, at several rates at once.

By descent on the mean squared error of the linear auto-encoder $x \mapsto D C x$, or Oja's rule.
"""

from typing import NamedTuple

import numpy as np

STEPS_BETWEEN_QR = 10


class LinearNetworks(NamedTuple):
    """Linear auto-encoders: for each rate C, (rates, k, d), and D, (rates, d, k), float64."""

    encoders: np.ndarray
    decoders: np.ndarray


def draw_order(count: int, seen: int, *, seed: int) -> np.ndarray:
    """Return numbers of samples as they are seen, (seen,): all, shuffled, again and again."""
    generator = np.random.default_rng((seed, 0))
    epochs = -(-seen // count)
    return np.concatenate([generator.permutation(count) for _ in range(epochs)])[:seen]


def draw_start(d: int, k: int, *, seed: int) -> np.ndarray:
    """Return k random orthonormal columns, (d, k) float64."""
    normal = np.random.default_rng((seed, 1)).standard_normal((d, k))
    return np.linalg.qr(normal).Q


def follow_gradient(
    samples: np.ndarray,
    order: np.ndarray,
    start: np.ndarray,
    *,
    batch_size: int,
    rates: np.ndarray,
    falling: bool = False,
) -> LinearNetworks:
    r"""Follow stochastic gradient descent on $\frac{1}{2B} \sum_l |x_l - D C x_l|^2$.

    From D = C^T, the start (d, k), on (L, d) samples of mean zero in an order, whose length B
    divides. A falling rate falls linearly to 0; with too large a one the network ends not finite.
    """
    batches = order.reshape(-1, batch_size)
    k, count = start.shape[1], len(rates)
    decoders = np.repeat(start[np.newaxis], count, axis=0)
    encoders = np.repeat(start.T[np.newaxis], count, axis=0)
    flat = encoders.reshape(count * k, -1)
    rates = np.asarray(rates) / batch_size
    with np.errstate(over="ignore", invalid="ignore"):
        for step, batch in enumerate(batches):
            rate = rates * (1 - step / len(batches)) if falling else rates
            x = samples[batch]
            codes = (flat @ x.T).reshape(count, k, batch_size)
            residuals = x.T - decoders @ codes
            back = rate[:, np.newaxis, np.newaxis] * (decoders.swapaxes(1, 2) @ residuals)
            codes *= rate[:, np.newaxis, np.newaxis]
            decoders += residuals @ codes.swapaxes(1, 2)
            flat += back.reshape(count * k, batch_size) @ x
    return LinearNetworks(encoders, decoders)


def follow_oja(
    samples: np.ndarray, order: np.ndarray, start: np.ndarray, *, batch_size: int, rates: np.ndarray
) -> LinearNetworks:
    r"""Follow Oja's rule, $W \leftarrow W + \frac{\eta}{B} \sum_l x_l x_l^T W$ (oja1985stochastic).

    Only the span decides the next one: W is orthonormalised at every tenth step and after the last.
    """
    k, count = start.shape[1], len(rates)
    columns = np.tile(start, count)
    rates = np.repeat(np.asarray(rates) / batch_size, k)
    for step, batch in enumerate(order.reshape(-1, batch_size), start=1):
        x = samples[batch]
        columns += x.T @ (x @ columns * rates)
        if step % STEPS_BETWEEN_QR == 0:
            columns = np.hstack(_orthonormal(columns, k))
    decoders = _orthonormal(columns, k)
    return LinearNetworks(decoders.swapaxes(1, 2), decoders)


def _orthonormal(columns: np.ndarray, k: int) -> np.ndarray:
    return np.linalg.qr(columns.reshape(len(columns), -1, k).swapaxes(0, 1)).Q


def excess_errors(samples: np.ndarray, networks: LinearNetworks, least_error: float) -> np.ndarray:
    r"""Return $(\sum_l |x_l - D C x_l|^2 - E) / E$ for each network, at most that of D = C = 0."""
    with np.errstate(over="ignore", invalid="ignore"):
        errors = [
            np.square(samples - samples @ encoder.T @ decoder.T).sum()
            for encoder, decoder in zip(*networks, strict=True)
        ]
    return np.fmin(errors, np.square(samples).sum()) / least_error - 1
