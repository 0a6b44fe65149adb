"""What every chapter of Exercise 2 begins with: divided letters, two judges, and the yardstick."""

from functools import cached_property

import assignment4.reproducible  # noqa: F401  (before keras)

import keras
import numpy as np

from assignment4.encoder_decoder.assessment import (
    Assessment,
    Readability,
    Yardstick,
    readability,
    transcribe,
)
from assignment4.encoder_decoder.classifiers import build_second_judge, train_judge
from assignment4.encoder_decoder.experiments import (
    CLASSIFIER_LOSSES,
    JUDGE_SEED,
    SECOND_JUDGE_SEED,
    SQUARED_ERRORS,
    Parts,
    Run,
)
from assignment4.encoder_decoder.training import DEFAULT_STEPS, training_steps
from assignment4.letters import Alphabet, Letters, load_letters, one_of_each


class Study:
    """The letters of a study, and what networks trained on them are measured with.

    Args:
        letters: both alphabets; the ones in use, if None.
        seed: of the networks, and by way of it of the judges.
        split: how the letters are divided, "as reported" or "by family".

    Attributes:
        letters: both alphabets.
        parts: each of them divided.
        steps: of training through targets; a classifier takes half as many.
        as_stored: whether all is as the stored outputs have it: the book's letters and steps.
    """

    def __init__(
        self, letters: Letters | None = None, *, seed: int = 0, split: str = "as reported"
    ) -> None:
        self.letters = load_letters() if letters is None else letters
        self.parts = Parts.of(self.letters, split)
        self.seed = seed
        self.steps = training_steps()
        self.as_stored = self.letters.embedded and self.steps == DEFAULT_STEPS
        self._runs: dict[str, Run] = {}

    @cached_property
    def judges(self) -> list[keras.Model]:
        """Two classifiers of Latin letters that never see an encoder-decoder."""
        latin = self.parts.latin
        return [
            train_judge(latin, seed=JUDGE_SEED + self.seed),
            train_judge(latin, seed=SECOND_JUDGE_SEED + self.seed, build=build_second_judge),
        ]

    @cached_property
    def yardstick(self) -> Yardstick:
        """What outputs are measured with."""
        return Yardstick(self.judges, self.parts.latin, self.parts.unseen_latin)

    @cached_property
    def shown(self) -> Alphabet:
        """The first unseen Cyrillic letter of each class."""
        return one_of_each(self.parts.unseen_cyrillic)

    def run(self, name: str) -> Run:
        """Return the trained network of an experiment, or train it.

        Args:
            name: of SQUARED_ERRORS or of CLASSIFIER_LOSSES, such as "random letters".
        """
        if name not in self._runs:
            through = name in CLASSIFIER_LOSSES
            experiment = (CLASSIFIER_LOSSES if through else SQUARED_ERRORS)[name]
            steps = self.steps // 2 if through else self.steps
            self._runs[name] = experiment(self.parts, steps, self.seed)
        return self._runs[name]

    def draw(self, model: keras.Model) -> np.ndarray:
        """Return a network's outputs for the letters shown, (14, 28, 28, 1) float32."""
        return transcribe(model, self.shown)

    def assess(self, model: keras.Model) -> Assessment:
        """Measure a network's outputs for all unseen Cyrillic letters."""
        return self.yardstick.measure_outputs(model, self.parts.unseen_cyrillic)

    def readability(self, outputs: Assessment) -> Readability:
        """Return what tells whether outputs can be read."""
        return readability(self.yardstick.letters, outputs)
