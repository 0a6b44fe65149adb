"""The groups of experiments that are repeated over seeds, and how each is carried out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import assignment4.reproducible  # noqa: F401  (before keras)

from assignment4 import batch_sizes
from assignment4.auto_encoders import convolutional
from assignment4.auto_encoders.convolutional import AUTO_ENCODERS, run_auto_encoder
from assignment4.batch_sizes import BATCH_SIZES, run_batch_size
from assignment4.encoder_decoder import training
from assignment4.encoder_decoder.assessment import Yardstick
from assignment4.encoder_decoder.classifiers import build_second_judge, train_judge
from assignment4.experiments import (
    ABLATIONS,
    CLASSIFIER_LOSSES,
    JUDGE_SEED,
    SECOND_JUDGE_SEED,
    SQUARED_ERRORS,
    Experiment,
    Parts,
    measure,
)
from assignment4.letters import Letters
from assignment4.scripts_network import AS_IN_SCRIPTS


@dataclass(frozen=True)
class Group:
    """Experiments whose results lie in one file.

    Attributes:
        experiments: what is run, by name.
        run: carries one out; called with it, both alphabets, and the keywords split, seed and
            steps, it returns numbers by name, `seconds` among them.
        steps: training steps, where no others are asked for.
        code: the modules on which a result depends, beside the letters.
    """

    experiments: Mapping[str, object]
    run: Callable[..., dict[str, float]]
    steps: int
    code: tuple[str, ...]


def run_encoder_decoder(
    experiment: Experiment, letters: Letters, *, split: str, seed: int, steps: int
) -> dict[str, float]:
    """Train and measure one network of Exercise 2, and return its numbers."""
    parts = Parts.of(letters, split)
    judges = [
        train_judge(parts.latin, seed=JUDGE_SEED + seed),
        train_judge(parts.latin, seed=SECOND_JUDGE_SEED + seed, build=build_second_judge),
    ]
    yardstick = Yardstick(judges, parts.latin, parts.unseen_latin)
    run = experiment(parts, steps, seed)
    first, second = yardstick.letters.reading_accuracies
    return {
        "first judge": round(first.estimate, 4),
        "second judge": round(second.estimate, 4),
        **measure(run, yardstick, parts.unseen_cyrillic),
        "seconds": round(run.trained.seconds, 1),
    }


ENCODER_DECODER_CODE = (
    *training.CODE,
    "encoder_decoder/assessment",
    "encoder_decoder/metrics",
    "encoder_decoder/spectrum",
    "experiments",
    "intervals",
    "letters/dataset",
    "letters/normalization",
    "letters/splits",
)
HALF = training.DEFAULT_STEPS // 2
"""Training steps where a step takes twice as long, or runs are many."""

GROUPS = {
    "squared_errors": Group(
        SQUARED_ERRORS, run_encoder_decoder, training.DEFAULT_STEPS, ENCODER_DECODER_CODE
    ),
    "classifier_losses": Group(CLASSIFIER_LOSSES, run_encoder_decoder, HALF, ENCODER_DECODER_CODE),
    "ablations": Group(ABLATIONS, run_encoder_decoder, HALF, ENCODER_DECODER_CODE),
    "as_in_scripts": Group(
        AS_IN_SCRIPTS,
        run_encoder_decoder,
        training.DEFAULT_STEPS,
        (*ENCODER_DECODER_CODE, "scripts_network"),
    ),
    "auto_encoders": Group(AUTO_ENCODERS, run_auto_encoder, HALF, convolutional.CODE),
    "batch_sizes": Group(BATCH_SIZES, run_batch_size, batch_sizes.SAMPLES_SEEN, batch_sizes.CODE),
}
"""By the name of the file of results; what `batch_sizes` counts as steps is samples seen."""
