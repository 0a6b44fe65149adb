"""Draws of images and their targets depend on the step, and not on one another."""

import numpy as np
import pytest

from assignment4.encoder_decoder.targets import draw_with_targets

COUNT = 97
IMAGES = np.broadcast_to(np.arange(COUNT)[:, None, None, None], (COUNT, 28, 28, 1)).astype("f4")
"""Of one class; every pixel of an image has its number."""


def drawn(step: int, *, targets_per_image: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers of a step's images, and those of the targets of each."""
    labels = np.zeros(COUNT, int)
    batches = draw_with_targets(
        IMAGES, labels, [IMAGES], seed=3, targets_per_image=targets_per_image, batch_size=50
    )
    ((images, targets),) = batches(step, step + 1)
    return images.numpy()[:, 0, 0, 0], targets.numpy()[:, :, 0, 0, 0]


def test_another_step_draws_other_images_and_targets() -> None:
    images, targets = drawn(0, targets_per_image=4)
    later_images, later_targets = drawn(1, targets_per_image=4)
    assert (images != later_images).mean() > 0.9
    assert (targets != later_targets).mean() > 0.9


def test_each_image_has_targets_of_its_own() -> None:
    _, targets = drawn(0, targets_per_image=4)
    assert len(np.unique(targets, axis=0)) == len(targets)


@pytest.mark.parametrize("step", [0, 7])
def test_which_image_is_drawn_says_nothing_of_its_target(step: int) -> None:
    images, targets = drawn(step, targets_per_image=1)
    assert (images != targets[:, 0]).mean() > 0.9
