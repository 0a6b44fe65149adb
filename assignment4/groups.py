"""The groups of experiments that are repeated over seeds, and how each is carried out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import assignment4.reproducible  # noqa: F401  (before keras)

from assignment4 import batch_sizes, experiments
from assignment4.auto_encoders import convolutional
from assignment4.auto_encoders.convolutional import AUTO_ENCODERS, run_auto_encoder
from assignment4.batch_sizes import BATCH_SIZES, run_batch_size
from assignment4.experiments import (
    ABLATIONS,
    CLASSIFIER_LOSSES,
    SQUARED_ERRORS,
    run_encoder_decoder,
)
from assignment4.scripts_network import AS_IN_SCRIPTS
from assignment4.transfer import experiments as transfer
from assignment4.transfer.experiments import TRANSFERS, run_transfer


@dataclass(frozen=True)
class Group:
    """Experiments whose results lie in one file.

    Attributes:
        experiments: what is run, by name.
        run: carries one out; called with it, both alphabets, and the keywords split, seed and
            steps, it returns numbers by name, `seconds` among them.
        steps: training steps, where no others are asked for.
        code: the modules on which a result depends, beside the letters.
        split: how the letters are divided, where nothing else is asked for.
    """

    experiments: Mapping[str, object]
    run: Callable[..., dict[str, float]]
    steps: int
    code: tuple[str, ...]
    split: str = "as reported"


STEPS = 800
HALF = STEPS // 2
"""Training steps where a step takes twice as long, or runs are many."""

GROUPS = {
    "squared_errors": Group(SQUARED_ERRORS, run_encoder_decoder, STEPS, experiments.CODE),
    "classifier_losses": Group(CLASSIFIER_LOSSES, run_encoder_decoder, HALF, experiments.CODE),
    "ablations": Group(ABLATIONS, run_encoder_decoder, HALF, experiments.CODE),
    "as_in_scripts": Group(
        AS_IN_SCRIPTS,
        run_encoder_decoder,
        STEPS,
        (*experiments.CODE, "scripts_network"),
    ),
    "auto_encoders": Group(AUTO_ENCODERS, run_auto_encoder, HALF, convolutional.CODE),
    "batch_sizes": Group(BATCH_SIZES, run_batch_size, batch_sizes.SAMPLES_SEEN, batch_sizes.CODE),
    "transfer": Group(TRANSFERS, run_transfer, transfer.STEPS, transfer.CODE, "by family"),
}
"""By the name of the file of results; what `batch_sizes` counts as steps is samples seen."""
