"""What every chapter of Exercise 2 begins with: divided letters, two judges, and the yardstick."""

from functools import cached_property

import assignment4.reproducible  # noqa: F401  (before keras)

import keras
import numpy as np

from assignment4.encoder_decoder.assessment import (
    Assessment,
    Readability,
    Yardstick,
    transcribe,
)
from assignment4.encoder_decoder.experiments import (
    CLASSIFIER_LOSSES,
    SQUARED_ERRORS,
    Parts,
    Run,
    train_its_classifier,
)
from assignment4.encoder_decoder.judges import Judge, train_judges
from assignment4.encoder_decoder.metrics import baselines, class_means
from assignment4.encoder_decoder.training import DEFAULT_STEPS, training_steps
from assignment4.letters import ALPHABETS, Alphabet, Letters, load_letters, normalize, one_of_each
from assignment4.tables import Table, table


class Study:
    """The letters of a study, and what networks trained on them are measured with.

    Args:
        letters: both alphabets; the ones in use, if None.
        seed: of the networks, and by way of it of the classifier.
        steps: of training through targets; those that ASSIGNMENT4_STEPS names, or 500, if None.
        split: how the letters are divided, "as reported" or "by family".

    Attributes:
        letters: both alphabets.
        parts: each of them divided.
        seed: as given.
        steps: of training through targets; through a classifier half as many are taken.
        as_stored: whether letters and settings are those of the stored outputs.
    """

    def __init__(
        self,
        letters: Letters | None = None,
        *,
        seed: int = 0,
        steps: int | None = None,
        split: str = "as reported",
    ) -> None:
        self.letters = load_letters() if letters is None else letters
        self.parts = Parts.of(self.letters, split)
        self.seed = seed
        self.steps = training_steps() if steps is None else steps
        settings = (seed, self.steps, split)
        self.as_stored = self.letters.embedded and settings == (0, DEFAULT_STEPS, "as reported")
        self._runs: dict[str, Run] = {}

    @cached_property
    def judges(self) -> list[Judge]:
        """Two calibrated readers of Latin letters that never see an encoder-decoder."""
        return train_judges(self.parts.latin)

    @cached_property
    def classifier(self) -> keras.Model:
        """The report's classifier of Latin letters, as it is before a network is trained by it."""
        return train_its_classifier(self.parts.latin, seed=self.seed)

    @cached_property
    def yardstick(self) -> Yardstick:
        """What outputs are measured with; its `letters` are the measures of unseen letters."""
        return Yardstick(self.judges, self.parts.latin, self.parts.unseen_latin)

    @cached_property
    def targets(self) -> np.ndarray:
        """The normalised Latin training letters, (n, 28, 28, 1) float64."""
        return normalize(self.parts.latin.images).astype(np.float64)

    @cached_property
    def means(self) -> np.ndarray:
        """The plain mean of the targets of each class, (14, 28, 28, 1) float64."""
        return class_means(self.targets, self.parts.latin.labels)

    @cached_property
    def shown(self) -> Alphabet:
        """The first unseen Cyrillic letter of each class."""
        return one_of_each(self.parts.unseen_cyrillic)

    def steps_of(self, name: str) -> int:
        """Return the training steps of an experiment."""
        return self.steps // 2 if name in CLASSIFIER_LOSSES else self.steps

    def run(self, name: str) -> Run:
        """Return the trained network of an experiment, or train it.

        Args:
            name: of SQUARED_ERRORS or of CLASSIFIER_LOSSES, such as "random letters".
        """
        if name not in self._runs:
            experiment = (SQUARED_ERRORS | CLASSIFIER_LOSSES)[name]
            self._runs[name] = experiment(self.parts, self.steps_of(name), self.seed)
        return self._runs[name]

    def draw(self, model: keras.Model, cyrillic: Alphabet | None = None) -> np.ndarray:
        """Return a network's outputs, (n, 28, 28, 1) float32, for letters, or for those shown."""
        return transcribe(model, self.shown if cyrillic is None else cyrillic)

    def assess(self, model: keras.Model) -> Assessment:
        """Measure a network's outputs for all unseen Cyrillic letters."""
        return self.yardstick.measure_outputs(model, self.parts.unseen_cyrillic)

    def readability(self, outputs: Assessment) -> Readability:
        """Return what tells whether outputs can be read."""
        return Readability(self.yardstick.letters.reading_accuracies, outputs.reading_accuracies)


def accuracy_table(study: Study, outputs: Assessment) -> Table:
    """Return who is right on unseen letters: methods that draw nothing, and the judges.

    The judges read outputs for the Cyrillic letters.
    """
    parts, (given, wanted) = study.parts, ALPHABETS.values()
    of_given = baselines(parts.cyrillic, parts.unseen_cyrillic)
    of_wanted = baselines(parts.latin, parts.unseen_latin)
    letters = study.yardstick.letters.reading_accuracies
    return table(
        {
            "right on unseen letters": [*of_given, "first judge", "second judge"],
            f"{given}; judges: outputs for them": [*of_given.values(), *outputs.reading_accuracies],
            wanted: [*of_wanted.values(), *letters],
        }
    )
