"""Exercise 2: the encoder-decoder, its losses and targets, its training and its judges."""

from assignment4.encoder_decoder import (
    classifier_loss,
    comparison,
    cross_entropy,
    graph,
    judges,
    lattice,
    metrics,
    scripts,
    squared_error,
    targets,
)
from assignment4.encoder_decoder.assessment import (
    Yardstick,
    all_hold,
    are_read_letter_by_letter,
    is_uniform,
    normalize_outputs,
    returns_images,
    varies_little,
)
from assignment4.encoder_decoder.classifiers import (
    CLASSIFIER_STEPS,
    draw_noise,
    probabilities,
    read_letters,
    train_classifier,
    train_small_classifier,
)
from assignment4.encoder_decoder.comparison import describe, gain_in_reading
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
from assignment4.encoder_decoder.study import Study, accuracy_table
from assignment4.encoder_decoder.targets import (
    BATCH_SIZE,
    NOISE_LABEL,
    NOISE_LABEL_OF_SCRIPTS,
    one_hot,
)
from assignment4.encoder_decoder.training import LEARNING_RATE
