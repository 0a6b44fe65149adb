"""Every experiment of Exercise 2 that is repeated over seeds, by name."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import assignment4.reproducible  # noqa: F401  (before keras)

import keras
import numpy as np
from keras import layers

from assignment4.encoder_decoder.assessment import Yardstick, as_near_as_letters
from assignment4.encoder_decoder.classifiers import (
    build_second_judge,
    draw_noise,
    read_letters,
    train_classifier,
    train_judge,
)
from assignment4.encoder_decoder.losses import (
    train_near_letters,
    train_on_means,
    train_on_random_targets,
    train_on_representatives,
    train_through_classifier,
)
from assignment4.encoder_decoder.metrics import accuracy
from assignment4.encoder_decoder.models import (
    AS_DESCRIBED,
    FOR_CLASSIFIER,
    ScaledReLU,
    outputs_of,
)
from assignment4.encoder_decoder.spectrum import lattice_shares
from assignment4.encoder_decoder.targets import NOISE_LABEL, NOISE_LABEL_OF_SCRIPTS
from assignment4.encoder_decoder.training import Trained
from assignment4.letters import SPLITS, Alphabet, Letters, normalize

JUDGE_SEED, SECOND_JUDGE_SEED, CLASSIFIER_SEED = 1000, 2000, 3000
"""Added to a network's seed for those of its judges and of its classifier."""


@dataclass(frozen=True)
class Parts:
    """Both alphabets, divided into training and test part."""

    cyrillic: Alphabet
    unseen_cyrillic: Alphabet
    latin: Alphabet
    unseen_latin: Alphabet

    @classmethod
    def of(cls, letters: Letters, split: str) -> "Parts":
        """Divide letters by the split of that name."""
        divide = SPLITS[split]
        return cls(*divide(letters.cyrillic), *divide(letters.latin))


@dataclass(frozen=True)
class Run:
    """A trained encoder-decoder and what belongs to it.

    Attributes:
        trained: the network, and the seconds that its training took.
        classifier: the one that it was trained through, if any.
        prepare: turns images, (n, 28, 28) uint8, into the network's inputs.
    """

    trained: Trained
    classifier: keras.Model | None = None
    prepare: Callable[[np.ndarray], np.ndarray] = normalize

    @property
    def model(self) -> keras.Model:
        """The network alone."""
        return self.trained.model


Experiment = Callable[[Parts, int, int], Run]
"""Trains for so many steps with a seed."""


def _on_letters(train: Callable[..., Trained], **options) -> Experiment:
    def run(parts: Parts, steps: int, seed: int) -> Run:
        trained = train(parts.cyrillic, parts.latin, steps=steps, seed=seed, **options)
        return Run(trained, prepare=options.get("prepare", normalize))

    return run


def _through_classifier(*, noise_label: int | None = None, **changes) -> Experiment:
    def run(parts: Parts, steps: int, seed: int) -> Run:
        classifier = train_its_classifier(parts.latin, seed=seed, noise_label=noise_label)
        network = {"architecture": replace(FOR_CLASSIFIER, **changes), "steps": steps, "seed": seed}
        return Run(train_through_classifier(parts.cyrillic, classifier, **network), classifier)

    return run


def _near_letters(parts: Parts, steps: int, seed: int) -> Run:
    classifier = train_its_classifier(parts.latin, seed=seed)
    trained = train_near_letters(parts.cyrillic, parts.latin, classifier, steps=steps, seed=seed)
    return Run(trained, classifier)


def train_judges(latin: Alphabet, *, seed: int) -> list[keras.Model]:
    """Train the two judges of encoder-decoders of a seed, on the Latin training part."""
    return [
        train_judge(latin, seed=JUDGE_SEED + seed),
        train_judge(latin, seed=SECOND_JUDGE_SEED + seed, build=build_second_judge),
    ]


def train_its_classifier(
    latin: Alphabet, *, seed: int, noise_label: int | None = None
) -> keras.Model:
    """Train the classifier of an encoder-decoder of a seed, on the Latin training part.

    With a noise label, images of noise are shown to it as well, as many as letters.
    """
    seed += CLASSIFIER_SEED
    if noise_label is None:
        return train_classifier(latin, seed=seed)
    noise = draw_noise(len(latin), seed=seed)
    return train_classifier(latin, seed=seed, noise=noise, noise_label=noise_label)


def _random(**changes) -> Experiment:
    return _on_letters(train_on_random_targets, architecture=replace(AS_DESCRIBED, **changes))


def pixels_from_0_to_1(images: np.ndarray) -> np.ndarray:
    """Return images without the report's normalisation, (n, height, width, 1) float32."""
    return images[..., np.newaxis].astype(np.float32) / 255


SQUARED_ERRORS: dict[str, Experiment] = {
    "random letters": _on_letters(train_on_random_targets),
    "representative": _on_letters(train_on_representatives),
    "normalised mean": _on_letters(train_on_means, normalized_again=True),
    "plain mean": _on_letters(train_on_means, normalized_again=False),
}

CLASSIFIER_LOSSES: dict[str, Experiment] = {
    "classifier": _through_classifier(),
    "classifier, network as described": _through_classifier(**vars(AS_DESCRIBED)),
    "noise class as in the scripts": _through_classifier(noise_label=NOISE_LABEL_OF_SCRIPTS),
    "noise class as meant": _through_classifier(noise_label=NOISE_LABEL),
    "classifier and letters": _near_letters,
    "classifier, kernel 4": _through_classifier(kernel_size=4),
    "classifier, resized": _through_classifier(upsampling="resized"),
}

ABLATIONS: dict[str, Experiment] = {
    "as described": _random(),
    "ReLU": _random(activation="relu"),
    "scaled ReLU": _random(activation="scaled"),
    "no batch normalisation": _random(normalization="none"),
    "no dropout": _random(dropout_rate=0.0),
    "dropout 0.5": _random(dropout_rate=0.5),
    "pixels from 0 to 1": _on_letters(train_on_random_targets, prepare=pixels_from_0_to_1),
    "weights from N(0, 1)": _random(initial_weights="standard_normal"),
    "weights from N(0, 1), no batch normalisation": _random(
        initial_weights="standard_normal", normalization="none"
    ),
}
"""Trained on random letters, each with one change."""


def run_encoder_decoder(
    experiment: Experiment, letters: Letters, *, split: str, seed: int, steps: int
) -> dict[str, float]:
    """Train and measure one network of Exercise 2, and return its numbers."""
    parts = Parts.of(letters, split)
    yardstick = Yardstick(train_judges(parts.latin, seed=seed), parts.latin, parts.unseen_latin)
    run = experiment(parts, steps, seed)
    first, second = yardstick.letters.reading_accuracies
    return {
        "first judge": round(first.estimate, 4),
        "second judge": round(second.estimate, 4),
        **measure(run, yardstick, parts.unseen_cyrillic),
        "seconds": round(run.trained.seconds, 1),
    }


def measure(run: Run, yardstick: Yardstick, cyrillic: Alphabet) -> dict[str, float]:
    """Return a run's numbers, on outputs for unseen Cyrillic letters.

    Accuracies are of the two judges and of the network's own classifier, where it has one; all
    other numbers are means, and shares and sharpness are in those of unseen Latin letters.
    """
    outputs = outputs_of(run.trained.model, run.prepare(cyrillic.images))
    found = yardstick.measure(outputs, cyrillic.labels)
    first, second = found.reading_accuracies
    numbers = {
        "read by first judge": first.estimate,
        "read by second judge": second.estimate,
        "variance share": found.variance_share.estimate,
        "largest variance share": found.variance_shares.max(),
        "to mean": found.to_mean.mean(),
        "to representative": found.to_representative.mean(),
        "to nearest letter": found.to_nearest.mean(),
        "as near as letters": as_near_as_letters(yardstick.letters, found).estimate,
        "sharpness": found.sharpness.mean(),
        "lattice share": _lattice_share(found.images),
    }
    if run.classifier is not None:
        read = read_letters(run.classifier, outputs)
        letters = read_letters(run.classifier, yardstick.letters.images)
        numbers |= {
            "read by own classifier": accuracy(read, cyrillic.labels).estimate,
            "letters read by own classifier": accuracy(letters, yardstick.letters.labels).estimate,
        }
    slopes = activation_slopes(run.trained.model)
    return {name: round(float(value), 5) for name, value in (numbers | slopes).items()}


def _lattice_share(images: np.ndarray) -> float:
    varied = images[images.any(axis=(1, 2, 3))]
    return sum(lattice_shares(varied, period).sum() for period in (2, 4)) / len(images)


def activation_slopes(model: keras.Model) -> dict[str, float]:
    """Return the trained parameters a of the activations: their mean and extremes over all."""
    found = [
        np.ravel(layer.get_weights())
        for part in ("encoder", "decoder")
        for layer in model.get_layer(part).layers
        if isinstance(layer, layers.PReLU | ScaledReLU)
    ]
    if not found:
        return {}
    slopes = np.concatenate(found)
    return {"mean a": slopes.mean(), "least a": slopes.min(), "largest a": slopes.max()}
