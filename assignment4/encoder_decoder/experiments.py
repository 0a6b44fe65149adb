"""Every experiment of Exercise 2 that is repeated over seeds, by name."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import assignment4.reproducible  # noqa: F401  (before keras)

import keras
import numpy as np
from keras import layers

from assignment4.encoder_decoder.assessment import Yardstick
from assignment4.encoder_decoder.classifiers import (
    draw_noise,
    read_letters,
    train_classifier,
)
from assignment4.encoder_decoder.judges import train_judges
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
from assignment4.letters.splits import random_order

CLASSIFIER_SEED = 3000
"""Added to a network's seed for that of its classifier."""

ROUNDS = 5
"""How often the outputs of a network are called noise."""


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


def _outputs_called_noise(rounds: int) -> Experiment:
    """Return the experiment in which a network's outputs become the noise of the next classifier.

    In each round the classifier is trained again, on letters and on as many outputs of the networks
    of all rounds before, labelled as noise; then a network is trained through it from the start.
    """

    def run(parts: Parts, steps: int, seed: int) -> Run:
        found = _through_classifier()(parts, steps, seed)
        given, outputs = normalize(parts.cyrillic.images), []
        for _ in range(rounds):
            outputs.append(outputs_of(found.model, given))
            order = random_order(len(outputs) * len(given), seed=(seed, len(outputs)))
            noise = np.concatenate(outputs)[order[: len(parts.latin)]]
            options = {"seed": CLASSIFIER_SEED + seed, "noise": noise}
            classifier = train_classifier(parts.latin, **options)
            trained = train_through_classifier(parts.cyrillic, classifier, steps=steps, seed=seed)
            found = Run(trained, classifier)
        return found

    return run


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
    **{f"outputs called noise, round {r}": _outputs_called_noise(r) for r in range(1, ROUNDS + 1)},
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
    yardstick = Yardstick(train_judges(parts.latin), parts.latin, parts.unseen_latin)
    run = experiment(parts, steps, seed)
    numbers = measure(run, yardstick, parts.unseen_cyrillic)
    return numbers | {"seconds": round(run.trained.seconds, 1)}


def measure(run: Run, yardstick: Yardstick, cyrillic: Alphabet) -> dict[str, float]:
    """Return a run's numbers, on outputs for unseen Cyrillic letters.

    Beside those of `measure_outputs` the accuracies of the network's own classifier, where it has
    one, and the parameters of its activations.
    """
    outputs = outputs_of(run.trained.model, run.prepare(cyrillic.images))
    numbers = {}
    if run.classifier is not None:
        read = read_letters(run.classifier, outputs)
        letters = read_letters(run.classifier, yardstick.letters.images)
        numbers |= {
            "read by own classifier": accuracy(read, cyrillic.labels).estimate,
            "letters read by own classifier": accuracy(letters, yardstick.letters.labels).estimate,
        }
    numbers |= activation_slopes(run.trained.model)
    rounded = {name: round(float(value), 5) for name, value in numbers.items()}
    return measure_outputs(yardstick, outputs, cyrillic.labels) | rounded


def measure_outputs(
    yardstick: Yardstick, outputs: np.ndarray, labels: np.ndarray
) -> dict[str, float]:
    """Return the numbers of outputs, (n, 28, 28, 1), that should be letters of these labels, (n,).

    Accuracies are of the two judges; all other numbers are means, and shares and sharpness are in
    those of unseen Latin letters.
    """
    found = yardstick.measure(outputs, labels)
    judges = zip(("first", "second"), yardstick.letters.reading_accuracies, strict=True)
    numbers = {f"{name} judge": letters.estimate for name, letters in judges}
    read = zip(("first", "second"), found.reading_accuracies, strict=True)
    numbers |= {f"read by {name} judge": share.estimate for name, share in read}
    numbers |= {
        "variance share": found.variance_share.estimate,
        "largest variance share": found.variance_shares.max(),
        "to mean": found.to_mean.mean(),
        "to representative": found.to_representative.mean(),
        "sharpness": found.sharpness.mean(),
        "lattice share": _lattice_share(found.images),
    }
    return {name: round(float(value), 5) for name, value in numbers.items()}


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
