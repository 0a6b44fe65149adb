"""Exercise 2: the encoder-decoder, its losses and targets, its training and its judges."""

from assignment4.encoder_decoder import (
    classifier_loss,
    comparison,
    cross_entropy,
    graph,
    lattice,
    squared_error,
)
from assignment4.encoder_decoder.assessment import (
    Yardstick,
    all_hold,
    is_uniform,
    normalize_outputs,
    readability,
    returns_images,
    varies_little,
)
from assignment4.encoder_decoder.classifiers import (
    CLASSIFIER_STEPS,
    draw_noise,
    probabilities,
    read_letters,
    train_classifier,
    train_judge,
)
from assignment4.encoder_decoder.comparison import describe, judges_gains
from assignment4.encoder_decoder.experiments import (
    ABLATIONS,
    CLASSIFIER_SEED,
    SQUARED_ERRORS,
    train_its_classifier,
)
from assignment4.encoder_decoder.metrics import (
    accuracy,
    class_means,
    compare_with_look_up,
    does_as_well,
    nearest_mean,
)
from assignment4.encoder_decoder.models import (
    AS_DESCRIBED,
    FOR_CLASSIFIER,
    IMAGE_SHAPE,
    Architecture,
    Blocks,
    build_decoder,
    build_encoder,
    build_encoder_decoder,
    outputs_of,
)
from assignment4.encoder_decoder.spectrum import excess, mean_spectrum
from assignment4.encoder_decoder.squared_error import (
    class_constants,
    is_distance_to_mean_plus_constant,
    splits_into_distance_and_constant,
)
from assignment4.encoder_decoder.study import Study, accuracy_table, nearness_table
from assignment4.encoder_decoder.targets import (
    BATCH_SIZE,
    NOISE_LABEL,
    NOISE_LABEL_OF_SCRIPTS,
    one_hot,
)
from assignment4.encoder_decoder.training import LEARNING_RATE

__all__ = [
    "ABLATIONS",
    "AS_DESCRIBED",
    "BATCH_SIZE",
    "CLASSIFIER_SEED",
    "CLASSIFIER_STEPS",
    "FOR_CLASSIFIER",
    "IMAGE_SHAPE",
    "LEARNING_RATE",
    "NOISE_LABEL",
    "NOISE_LABEL_OF_SCRIPTS",
    "SQUARED_ERRORS",
    "Architecture",
    "Blocks",
    "Study",
    "Yardstick",
    "accuracy",
    "accuracy_table",
    "all_hold",
    "build_decoder",
    "build_encoder",
    "build_encoder_decoder",
    "class_constants",
    "class_means",
    "classifier_loss",
    "compare_with_look_up",
    "comparison",
    "cross_entropy",
    "describe",
    "does_as_well",
    "draw_noise",
    "excess",
    "graph",
    "is_distance_to_mean_plus_constant",
    "is_uniform",
    "judges_gains",
    "lattice",
    "mean_spectrum",
    "nearest_mean",
    "nearness_table",
    "normalize_outputs",
    "one_hot",
    "outputs_of",
    "probabilities",
    "read_letters",
    "readability",
    "returns_images",
    "splits_into_distance_and_constant",
    "squared_error",
    "train_classifier",
    "train_its_classifier",
    "train_judge",
    "varies_little",
]
