"""The claims of Exercise 2 that rest on results over seeds, by the chapters' bounds and rules.

What is added is how a verdict changes without one seed, and how an interval shrinks with more.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy import stats

from assignment4.encoder_decoder import assessment, classifier_loss, spectrum
from assignment4.encoder_decoder.lattice import PERIODS, dots_are_checkerboard
from assignment4.encoder_decoder.metrics import class_means
from assignment4.intervals import CONFIDENCE, Finding, Interval, all_of, is_above, is_below
from assignment4.letters import Alphabet, normalize
from assignment4.replication.paired_comparisons import with_common_seeds
from assignment4.replication.runs import (
    JUDGED,
    SEEDS,
    gain_in_reading,
    over_seeds,
    read_results,
    readability_over_seeds,
)

Runs = Mapping[str, Sequence[Mapping[str, float]]]
"""The results of experiments by name, each of the same seeds, as `Case.runs` returns them."""

SQUARED, CLASSIFIER = "squared_errors", "classifier_losses"
ABOUT = 0.97
"""The accuracy that the report states, of a network trained through a classifier."""


@dataclass(frozen=True)
class Quantity:
    """A mean over the seeds in words, its 95 % interval, and the bounds that a rule has for it."""

    told: str
    interval: Interval
    bounds: tuple[float, ...]

    @property
    def side(self) -> str:
        """Where it lies: "above", "below", "within", or "not told" where it holds a bound."""
        sides = {is_above(self.interval, bound) for bound in self.bounds}
        if None in sides:
            return "not told"
        return "within" if len(sides) > 1 else "above" if True in sides else "below"

    def with_margin(self, factor: float) -> "Quantity":
        """Return the same with its bounds' margins multiplied.

        The margin of a bound is its distance from the nearer of 0 and 1, and of two bounds on one
        side of a half from their middle.
        """
        middle = sum(self.bounds) / len(self.bounds)
        if len(self.bounds) > 1 and min(self.bounds) > 0.5:
            ideals = [middle] * len(self.bounds)
        else:
            ideals = [round(bound) for bound in self.bounds]
        pairs = zip(self.bounds, ideals, strict=True)
        bounds = tuple(ideal + factor * (bound - ideal) for bound, ideal in pairs)
        return Quantity(self.told, self.interval, bounds)

    @property
    def half_width(self) -> float:
        """How far its interval reaches to either side."""
        return (self.interval.upper - self.interval.lower) / 2


Judged = tuple[list[Quantity], bool | None]
"""The numbers that decide, and the verdict; None where they cannot tell."""


@dataclass(frozen=True)
class Case:
    """A claim by its id, what of it is decided over seeds, and from which experiments of a group.

    `judge` decides from the runs of all of them.
    """

    claim: str
    decided: str
    group: str
    names: tuple[str, ...]
    judge: Callable[[Runs], Judged]

    def runs(self, *, seeds: Sequence[int] = SEEDS, of_gpu: bool = False) -> Runs:
        """Return the stored runs of those seeds that all experiments have."""
        found = {name: read_results(self.group, name, of_gpu=of_gpu) for name in self.names}
        return with_common_seeds(_where(found, lambda seed: seed in seeds))

    def verdict(self, runs: Runs) -> "SeedVerdict":
        """Decide from runs of the same two seeds or more; each is left out where there are more."""
        quantities, holds = self.judge(runs)
        told = "; ".join(f"{one.told} {one.interval}" for one in quantities)
        seeds = [run["seed"] for run in runs[self.names[0]]]
        rest = [_where(runs, lambda seed, one=one: seed != one) for one in seeds]
        without = [self.judge(some)[1] for some in rest] if len(seeds) > 2 else []
        finding = Finding(holds, f"{told}.")
        return SeedVerdict(self.claim, self.decided, len(seeds), quantities, finding, without)


@dataclass(frozen=True)
class SeedVerdict:
    """What so many seeds say of a claim: the numbers, the verdict, and those without each seed."""

    claim: str
    decided: str
    seeds: int
    quantities: list[Quantity]
    finding: Finding
    without_one: list[bool | None]

    @property
    def word(self) -> str:
        """The verdict: "yes", "no" or "open"."""
        return {True: "yes", False: "no", None: "open"}[self.finding.holds]

    @property
    def stays(self) -> int:
        """How often the verdict stays the same where a seed is left out."""
        return sum(one is self.finding.holds for one in self.without_one)


def _where(runs: Runs, chosen: Callable[[int], bool]) -> Runs:
    return {name: [run for run in some if chosen(run["seed"])] for name, some in runs.items()}


def _means(runs: Runs, number: str, *bounds: float) -> list[Quantity]:
    return [
        Quantity(f"{name}: {number}", over_seeds(some, number), bounds)
        for name, some in runs.items()
    ]


def _reading(name: str, runs: Runs) -> list[Quantity]:
    bounds = (assessment.MOST_READ, assessment.LEAST_READ)
    return [_means({name: runs[name]}, number, *bounds)[0] for number in JUDGED]


def _accuracy(runs: Runs) -> Judged:
    bounds = (ABOUT - classifier_loss.LARGEST_DEVIATION, ABOUT + classifier_loss.LARGEST_DEVIATION)
    (found,) = _means(runs, "read by own classifier", *bounds)
    return [found], classifier_loss.is_about(found.interval, ABOUT)


def _readable(decide: Callable[[assessment.Readability], bool | None], runs: Runs) -> Judged:
    ((name, some),) = runs.items()
    return _reading(name, runs), decide(readability_over_seeds(some))


def _no_help(runs: Runs) -> Judged:
    gain = gain_in_reading(*runs.values())
    told = "noise class less none: read, mean of both judges"
    return [Quantity(told, gain, (classifier_loss.LARGEST_GAIN,))], classifier_loss.did_not_help(
        gain
    )


def _uniform(runs: Runs) -> Judged:
    ((_, some),) = runs.items()
    numbers = ("variance share", "largest variance share")
    bound = assessment.LARGEST_VARIANCE_SHARE
    quantities = [one for number in numbers for one in _means(runs, number, bound)]
    return quantities, assessment.is_uniform(np.array([run[numbers[1]] for run in some]))


def _near(number: str, runs: Runs) -> Judged:
    found = _means(runs, number, assessment.LARGEST_DISTANCE)
    return found, all_of([is_below(one.interval, *one.bounds) for one in found])


def _lattice(level: float, runs: Runs) -> Judged:
    """Decide whether the corrected claim holds; None where the claim itself may."""
    shares = {name: np.array([run["lattice share"] for run in some]) for name, some in runs.items()}
    uneven, even, _ = shares.values()
    words, least = "lattice beyond that of letters", (spectrum.LEAST_EXCESS,)
    quantities = [
        Quantity(f"{name}: {words}", spectrum.excess(share, level), least)
        for name, share in shares.items()
    ]
    quantities.append(
        Quantity("kernel 3 less kernel 4: lattice", spectrum.excess(uneven, even), (0.0,))
    )
    stated, corrected = dots_are_checkerboard(shares, level)
    return quantities, corrected.holds if stated.holds is False else None


def level_of_letters(letters: Alphabet) -> float:
    """Return the mean share of variance that letters of all classes have at a lattice's periods."""
    images = normalize(letters.images)
    shares = sum(spectrum.lattice_shares(images, period) for period in PERIODS)
    return float(class_means(shares, letters.labels).mean())


def cases(level: float) -> list[Case]:
    """Return the claims of Exercise 2 that results say something of, by the `level_of_letters`."""
    kernels = ("classifier", "classifier, kernel 4", "classifier, resized")
    noise = ("noise class as meant", "classifier")
    means = ("plain mean", "normalised mean")
    near_representative = partial(_near, "to representative")
    unreadable = partial(_readable, classifier_loss.is_unreadable)
    readable = partial(_readable, lambda found: found.verdict)
    alone, random = ("classifier",), ("random letters",)
    settings = [
        ("2c-class-accuracy", "about 97 % at this length", CLASSIFIER, alone, _accuracy),
        ("2c-class-unreadable", "unreadable at this length", CLASSIFIER, alone, unreadable),
        ("2c-noise-class", "the whole claim", CLASSIFIER, noise, _no_help),
        ("2c-bright-dots", "the corrected claim", CLASSIFIER, kernels, partial(_lattice, level)),
        ("2c-random-works", "the whole claim", SQUARED, random, readable),
        ("2c-random-similar", "in the class that varies most", SQUARED, random, _uniform),
        ("2c-representative", "it is returned", SQUARED, ("representative",), near_representative),
        ("2c-mean", "the mean is returned", SQUARED, means, partial(_near, "to mean")),
    ]
    return [Case(*one) for one in settings]


def shrinkage(values: int, seeds: int) -> float:
    """Return by which factor Student's interval changes from so many values to so many seeds.

    The half width is t s / sqrt(n), where the quantile t depends on n and s is taken to stay.
    """
    before, after = (stats.t.ppf((1 + CONFIDENCE) / 2, n - 1) / np.sqrt(n) for n in (values, seeds))
    return float(after / before)


def range_of_deviation(values: int) -> tuple[float, float]:
    """Return the 95 % interval of a deviation in multiples of that found from normal values."""
    freedom = values - 1
    tails = ((1 + CONFIDENCE) / 2, (1 - CONFIDENCE) / 2)
    lower, upper = (float(np.sqrt(freedom / stats.chi2.ppf(tail, freedom))) for tail in tails)
    return lower, upper


def seeds_needed(quantity: Quantity, *, values: int, most: int = 1000) -> int | None:
    """Return the least number of seeds whose expected interval leaves out all bounds.

    It is from the number of values that the quantity is a mean of, to the `most`; None if more.
    """
    distance = min(abs(quantity.interval.estimate - bound) for bound in quantity.bounds)
    for seeds in range(values, most + 1):
        if shrinkage(values, seeds) * quantity.half_width < distance:
            return seeds
    return None
