"""Mistakes that training code could contain, each with a name.

Training takes too long to try every mutant; these are the ones that a person might make.
"""

from pathlib import Path
from typing import NamedTuple

from assignment4.mutation.text import Mutant, Text

CLASSIFIERS = "encoder_decoder/classifiers"
LOSSES = "encoder_decoder/losses"
MODELS = "encoder_decoder/models"
OPTIMIZER = "encoder_decoder/optimizer"
TARGETS = "encoder_decoder/targets"
TRAINING = "encoder_decoder/training"
SEARCH = "latent_search/search"
CONVOLUTIONAL = "auto_encoders/convolutional"
LINEAR = "auto_encoders/linear"


class Named(NamedTuple):
    """A mistake.

    Attributes:
        module: of the package, without suffix.
        name: what is wrong with it.
        text: what is replaced; it occurs once in the module.
        replacement: the text in its place.
    """

    module: str
    name: str
    text: str
    replacement: str


NAMED = tuple(
    Named(module, *mistake)
    for module, mistakes in {
        TRAINING: (
            ("sum of squares, not their mean", "ops.mean(distances", "ops.sum(distances"),
            ("absolute error", "ops.square(targets", "ops.abs(targets"),
            (
                "targets of other images",
                "targets - ops.expand_dims(outputs, 1)",
                "targets - ops.expand_dims(outputs[::-1], 1)",
            ),
            ("weight of the loss ignored", "self.weight * ops.mean", "ops.mean"),
            ("weight not in the key", ' | {"weight": self.weight}', ""),
            ("first weights without the seed", "    keras.utils.set_random_seed(seed)\n", ""),
            ("seed not in the key", '        "seed": seed,\n', ""),
            ("steps not in the key", '        "steps": steps,\n', ""),
            ("learning rate not in the key", '        "learning rate": learning_rate,\n', ""),
            ("data not in the key", '        "data": dict(data),\n', ""),
            ("learning rate ignored", "FusedAdam(learning_rate)", "FusedAdam(LEARNING_RATE)"),
            ("resumed from the first step", "range(done, steps", "range(0, steps"),
            ("last batch left out", "batches(first, stop)", "batches(first, stop - 1)"),
            ("moments not resumed", "*model.variables, *optimizer.variables", "*model.variables"),
            ("unfinished state kept", "    cache.remove(_unfinished(model), key)\n", ""),
            ("seconds of the last run only", "seconds += time", "seconds = time"),
            ("any number of steps taken", "or int(value) == 0", ""),
        ),
        OPTIMIZER: (
            ("bias of the moments one step late", "self.iterations + 1", "self.iterations + 2"),
            ("one decay for both biases", "tf.cast(self.beta_1,", "tf.cast(self.beta_2,"),
            ("decay of the other moment", "beta2=self.beta_2", "beta2=self.beta_1"),
            ("one place for both moments", "m=self._momentums", "m=self._velocities"),
            ("another epsilon", "epsilon=self.epsilon", "epsilon=1e-3"),
            ("uphill", "grad=gradient", "grad=-gradient"),
            ("twice the rate", "lr=tf.cast(learning_rate", "lr=tf.cast(2 * learning_rate"),
        ),
        TARGETS: (
            ("targets of all other classes", "labels == label", "labels != label"),
            ("targets of the next class", "np.cumsum(sizes) - sizes", "np.cumsum(sizes)"),
            ("one draw for images and targets", "seed, 2 * step + 1)", "seed, 2 * step)"),
            ("the same images at each step", "seed, 2 * step)[:, 0]", "seed, 0 * step)[:, 0]"),
            (
                "the same places for all images",
                "shape = (batch_size, targets_per_image)",
                "shape = (1, targets_per_image)",
            ),
            (
                "places of the first half only",
                "bits % tf.cast(count, tf.int64)",
                "bits % count // 2",
            ),
            ("answers of other images", "gather(answers, chosen)", "gather(answers, chosen[::-1])"),
            (
                "labels of other images",
                "gather(labels, chosen)\n\n",
                "gather(labels, chosen[::-1])\n\n",
            ),
            ("seed of the draws ignored", "tf.constant(seed, tf.int64), step", "0 * step, step"),
        ),
        MODELS: (
            ("no dropout", "layers.Dropout(architecture.dropout_rate", "layers.Dropout(0.0"),
            ("kernel of 5 x 5", "channels, 3, strides=2", "channels, 5, strides=2"),
            (
                "normalised in the wrong layers",
                '"convolutions" and axes',
                '"convolutions" and not axes',
            ),
            ("sign of the scaled activation", "(1 - self.a)", "(1 + self.a)"),
            ("scale does not start at 0", 'initializer="zeros"', 'initializer="ones"'),
            ("decay of absolute values", "regularizers.L2(decay)", "regularizers.L1(decay)"),
            ("a parameter for each pixel", "shared_axes=list(axes) or None", "shared_axes=None"),
            ("small first weights", "RandomNormal(stddev=1.0)", "RandomNormal(stddev=0.1)"),
            ("kernel size ignored", "size = self.architecture.kernel_size", "size = 3"),
            ("last layer always", "if blocks.architecture.last_layer:", "if True:"),
        ),
        LOSSES: (
            ("classifier trained, too", "self.trainable = False", "self.trainable = True"),
            ("classifier drops units", "self.model(inputs, training=False)", "self.model(inputs)"),
            ("representatives of the inputs", "one_of_each(latin)", "one_of_each(cyrillic)"),
            ("the other means", "if normalized_again else", "if not normalized_again else"),
            (
                "logits taken for probabilities",
                "loss=keras.losses.CategoricalCrossentropy(from_logits=True)",
                "loss=keras.losses.CategoricalCrossentropy()",
            ),
            ("weight of letters ignored", "weight=letters_weight", "weight=LETTERS_WEIGHT"),
            (
                "targets not prepared",
                "prepare(latin.images), latin.labels",
                "normalize(latin.images), latin.labels",
            ),
            (
                "seed of the draws 0",
                "draw_with_labels(images, labels, seed=seed)",
                "draw_with_labels(images, labels, seed=0)",
            ),
            (
                "classifier not in the key",
                '''            "classifier": array_digest(*classifier.get_weights()),
            "architecture"''',
                '            "architecture"',
            ),
            (
                "architecture ignored",
                "functools.partial(build_encoder_decoder, architecture)",
                "build_encoder_decoder",
            ),
            (
                "targets per image ignored",
                "targets_per_image=targets_per_image",
                "targets_per_image=1",
            ),
        ),
        CLASSIFIERS: (
            (
                "noise label ignored",
                "np.full(len(noise), noise_label)",
                "np.full(len(noise), NOISE_LABEL)",
            ),
            (
                "rate of the encoder-decoder",
                "        learning_rate=CLASSIFIER_LEARNING_RATE,\n",
                "",
            ),
            ("noise of one sign", "generator.standard_normal", "generator.random"),
            ("the unlikeliest letter read", ".argmax(axis=1)", ".argmin(axis=1)"),
            (
                "probabilities do not add up",
                "keras.ops.softmax(outputs_of(classifier, images))",
                "keras.ops.sigmoid(outputs_of(classifier, images))",
            ),
            (
                "judge's logits taken for probabilities",
                "SparseCategoricalCrossentropy(from_logits=True)",
                "SparseCategoricalCrossentropy()",
            ),
            ("judge builds what it is not told to", "        build,\n", "        build_judge,\n"),
        ),
        SEARCH: (
            (
                "moments of the last run",
                "            variable.assign(value)\n        images",
                "            pass\n        images",
            ),
            ("letters' variance left out", "axis=(-3, -2, -1)) + constants", "axis=(-3, -2, -1))"),
            (
                "sum over pixels",
                "tf.reduce_mean(tf.square(images",
                "tf.reduce_sum(tf.square(images",
            ),
            ("decoder in training mode", "training=self.training)", "training=True)"),
            ("a step too few", "in tf.range(self.steps)", "in tf.range(self.steps - 1)"),
            ("rate ignored", "optimizers.Adam(learning_rate)", "optimizers.Adam(LEARNING_RATE)"),
            ("seed of starts ignored", "np.random.default_rng(seed)", "np.random.default_rng(0)"),
            (
                "statistics not put back",
                "        variable.assign(value)\n    return",
                "        pass\n    return",
            ),
            ("every class from the first start", "starts[[label]]", "starts[[0]]"),
            ("every class towards the first letter", "means[[label]]", "means[[0]]"),
            ("weights not moved", "[self._vectors, *weights]", "[self._vectors]"),
        ),
        CONVOLUTIONAL: (
            ("code bounded", "layers.Dense(k, name", 'layers.Dense(k, activation="relu", name'),
            ("other letters to give back", "(images, images, seed", "(images, images[::-1], seed"),
            (
                "components of the unseen",
                "principal_components(_as_rows(training_letters))",
                "principal_components(_as_rows(letters))",
            ),
            (
                "letters not normalised",
                "np.square(normalize(letters.images)",
                "np.square((letters.images[..., None])",
            ),
        ),
        LINEAR: (
            (
                "encoder does not start at 0",
                'kernel_initializer="zeros"',
                'kernel_initializer="orthogonal"',
            ),
            (
                "encoder with a bias",
                "layers.Dense(k, use_bias=False",
                "layers.Dense(k, use_bias=True",
            ),
            (
                "product transposed",
                "self.decoder @ self.encoder",
                "self.encoder.T @ self.decoder.T",
            ),
            ("constant rate", "SGD(rate, momentum", "SGD(LEARNING_RATE, momentum"),
            ("no momentum", "momentum=MOMENTUM", "momentum=0.0"),
            ("mixing transposed", "np.linalg.solve(mixing.T,", "np.linalg.solve(mixing,"),
            ("mean of the error", ".decoder.T).sum())", ".decoder.T).mean())"),
            (
                "smallest angle",
                "subspace_angles(columns, others).max()",
                "subspace_angles(columns, others).min()",
            ),
            ("mean not looked at", ".max()) > 1e-3 *", ".max()) > 1e9 *"),
        ),
    }.items()
    for mistake in mistakes
)


def named_mutant(named: Named, root: Path) -> Mutant:
    """Return the mutant of a mistake.

    Args:
        named: the mistake.
        root: the repository's root.

    Raises:
        ValueError: its text does not occur exactly once.
    """
    file = f"assignment4/{named.module}.py"
    source = (root / file).read_text(encoding="utf-8")
    if (count := source.count(named.text)) != 1:
        raise ValueError(f"{named.module}, {named.name}: its text occurs {count} times, not once")
    start = len(source[: source.index(named.text)].encode())
    end = start + len(named.text.encode())
    return Text(source).mutant((named.name, start, end, named.replacement), file)
