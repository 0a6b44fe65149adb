"""The groups of experiments that are repeated over seeds, and how each is carried out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import assignment4.reproducible  # noqa: F401  (before keras)

from assignment4 import cache
from assignment4.auto_encoders.convolutional import AUTO_ENCODERS, run_auto_encoder
from assignment4.encoder_decoder.experiments import (
    ABLATIONS,
    CLASSIFIER_LOSSES,
    SQUARED_ERRORS,
    run_encoder_decoder,
)
from assignment4.encoder_decoder.learning_curves import CURVES, run_further
from assignment4.pca.batches.experiments import BATCH_SIZES, SAMPLES_SEEN, run_batch_size
from assignment4.transfer.experiments import TRANSFERS, run_transfer
from assignment4.transfer.readers import STEPS as STEPS_OF_TRANSFER


@dataclass(frozen=True)
class Group:
    """Experiments whose results lie in one file.

    Attributes:
        experiments: what is run, by name.
        run: carries one out; called with it, both alphabets, and the keywords split, seed and
            steps, it returns numbers by name, `seconds` among them.
        steps: training steps, where no others are asked for.
        split: how the letters are divided, where nothing else is asked for.
    """

    experiments: Mapping[str, object]
    run: Callable[..., dict[str, float]]
    steps: int
    split: str = "as reported"

    def made_by(self) -> dict[str, object]:
        """Return what tells the code behind the group's results; see `cache.made_by`."""
        return cache.made_by(self.run, *self.experiments.values())


STEPS = 800
HALF = STEPS // 2
"""Training steps where a step takes twice as long, or runs are many."""

GROUPS = {
    "squared_errors": Group(SQUARED_ERRORS, run_encoder_decoder, STEPS),
    "classifier_losses": Group(CLASSIFIER_LOSSES, run_encoder_decoder, HALF),
    "ablations": Group(ABLATIONS, run_encoder_decoder, HALF),
    "learning_curves": Group(CURVES, run_further, HALF),
    "auto_encoders": Group(AUTO_ENCODERS, run_auto_encoder, HALF),
    "batch_sizes": Group(BATCH_SIZES, run_batch_size, SAMPLES_SEEN),
    "transfer": Group(TRANSFERS, run_transfer, STEPS_OF_TRANSFER, "by family"),
}
"""By the name of the file of results; what `batch_sizes` counts as steps is samples seen."""
