"""The networks that several chapters show, trained first, so that no chapter waits for another.

Side by side, each process takes the next of these tests; see conftest.py.
"""

import numpy as np
import pytest

from assignment4.encoder_decoder.study import Study

pytestmark = pytest.mark.slow

NAMES = (
    "classifier and letters",
    "noise class as meant",
    "noise class as in the scripts",
    "classifier, kernel 4",
    "classifier, resized",
    "classifier",
    "random letters",
    "representative",
    "normalised mean",
    "plain mean",
)
"""Those that take longest come first."""


@pytest.mark.parametrize("name", NAMES)
def test_a_network_draws_another_image_for_each_letter(name: str) -> None:
    study = Study()
    images = study.draw(study.run(name).trained.model)
    assert np.isfinite(images).all()
    assert len(np.unique(images.round(3), axis=0)) == 14
