"""The rate of the latent search."""

import keras
import numpy as np
import pytest

from assignment4.encoder_decoder import build_decoder
from assignment4.latent_search.search import draw_starts, search


@pytest.mark.parametrize("rate", [1e-3, 0.1])
def test_the_first_step_of_adam_goes_as_far_as_its_rate(rate: float) -> None:
    keras.utils.set_random_seed(0)
    starts = draw_starts(2, seed=0)
    means, constants = np.ones((2, 28, 28, 1)), np.zeros(2)
    found = search(build_decoder(), means, constants, starts, steps=1, learning_rate=rate)
    assert np.abs(found.vectors - starts).max() == pytest.approx(rate, rel=0.01)
