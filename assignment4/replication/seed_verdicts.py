"""The claims of Exercise 2 that rest on results over seeds: their numbers, bounds and verdicts.

The bounds and the rules are those of the chapters, by the same functions. What is added here is how
a verdict changes where one seed is left out, and how an interval shrinks with more of them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy import stats

from assignment4.encoder_decoder.assessment import (
    LARGEST_DISTANCE,
    LARGEST_VARIANCE_SHARE,
    LEAST_READING_ACCURACY,
    LEAST_SHARE_NEAR,
    Readability,
    is_uniform,
)
from assignment4.encoder_decoder.classifier_loss import (
    LARGEST_DEVIATION,
    LARGEST_GAIN,
    did_not_help,
    is_about,
    is_unreadable,
)
from assignment4.encoder_decoder.lattice import PERIODS
from assignment4.encoder_decoder.metrics import class_means
from assignment4.encoder_decoder.spectrum import (
    LEAST_EXCESS,
    comes_from_transposed_convolutions,
    comes_from_uneven_cover,
    excess,
    grows_with_uneven_cover,
    lattice_shares,
)
from assignment4.intervals import CONFIDENCE, Interval, all_of, is_above, is_below
from assignment4.letters import Alphabet, normalize
from assignment4.replication.paired_comparisons import with_common_seeds
from assignment4.replication.runs import (
    difference_over_seeds,
    over_seeds,
    read_results,
    readability_over_seeds,
)

Runs = Sequence[Mapping[str, float]]
"""The results of one experiment, one for each seed, as `read_results` returns them."""

SQUARED, CLASSIFIER = "squared_errors", "classifier_losses"
ABOUT = 0.97
"""The accuracy that the report states, of a network trained through a classifier."""


@dataclass(frozen=True)
class Quantity:
    """A mean over the seeds, beside the bounds that a rule holds it against.

    Attributes:
        told: what it is, in words.
        interval: the mean with Student's 95 % interval.
        bounds: one, or the two ends of a range.
    """

    told: str
    interval: Interval
    bounds: tuple[float, ...]

    @property
    def side(self) -> str:
        """Where it lies: "above", "below", "within", or "not told" where it holds a bound."""
        sides = [is_above(self.interval, bound) for bound in self.bounds]
        if None in sides:
            return "not told"
        if len(set(sides)) > 1:
            return "within"
        return "above" if sides[0] else "below"


@dataclass(frozen=True)
class Case:
    """What is said over seeds of one claim.

    Attributes:
        claim: its id in the ledger.
        experiments: those that it rests on, each a group and a name.
        decided: what of the claim is decided here, in words.
        quantities: from the runs of each experiment, in their order, the numbers.
        rule: from the same, the verdict; None where the runs cannot tell.
    """

    claim: str
    experiments: tuple[tuple[str, str], ...]
    decided: str
    quantities: Callable[..., list[Quantity]]
    rule: Callable[..., bool | None]


def _of_readability(network: str, found: Readability) -> list[Quantity]:
    first, second = found.read
    return [
        Quantity(f"{network}: read by first judge", first, (LEAST_READING_ACCURACY,)),
        Quantity(f"{network}: read by second judge", second, (LEAST_READING_ACCURACY,)),
        Quantity(f"{network}: as near as letters", found.near, (LEAST_SHARE_NEAR,)),
    ]


def _readable(network: str, runs: Runs) -> list[Quantity]:
    return _of_readability(network, readability_over_seeds(runs))


def _variances(runs: Runs) -> list[Quantity]:
    return [
        Quantity(f"random letters: {number}", over_seeds(runs, number), (LARGEST_VARIANCE_SHARE,))
        for number in ("variance share", "largest variance share")
    ]


def _is_uniform(runs: Runs) -> bool | None:
    return is_uniform(np.array([run["largest variance share"] for run in runs]))


def _distance(network: str, number: str, runs: Runs) -> Quantity:
    return Quantity(f"{network}: {number}", over_seeds(runs, number), (LARGEST_DISTANCE,))


def _is_near(number: str, *runs: Runs) -> bool | None:
    return all_of([is_below(over_seeds(some, number), LARGEST_DISTANCE) for some in runs])


def _accuracy(runs: Runs) -> list[Quantity]:
    bounds = (ABOUT - LARGEST_DEVIATION, ABOUT + LARGEST_DEVIATION)
    found = over_seeds(runs, "read by own classifier")
    return [Quantity("classifier: read by own classifier", found, bounds)]


def _gains(meant: Runs, without: Runs) -> list[Interval]:
    return [
        difference_over_seeds(meant, without, f"read by {judge} judge")
        for judge in ("first", "second")
    ]


def _with_noise(meant: Runs, without: Runs) -> list[Quantity]:
    told = [f"noise class less none: read by {judge} judge" for judge in ("first", "second")]
    gains = zip(told, _gains(meant, without), strict=True)
    return [
        *_readable("noise class as meant", meant),
        *(Quantity(name, gain, (0.0, LARGEST_GAIN)) for name, gain in gains),
    ]


def _no_help(meant: Runs, without: Runs) -> bool | None:
    return did_not_help(readability_over_seeds(meant), _gains(meant, without))


def _shares(runs: Runs) -> np.ndarray:
    return np.array([run["lattice share"] for run in runs])


def _lattices(level: float, *networks: Runs) -> list[Quantity]:
    shares = [_shares(runs) for runs in networks]
    names = ("classifier, kernel 3", "classifier, kernel 4", "classifier, resized")
    beyond = [
        Quantity(
            f"{name}: lattice beyond that of letters",
            excess(some, _same(level, some)),
            (LEAST_EXCESS,),
        )
        for name, some in zip(names, shares, strict=True)
    ]
    return [*beyond, Quantity("kernel 3 less kernel 4: lattice", excess(*shares[:2]), (0.0,))]


def _same(level: float, shares: np.ndarray) -> np.ndarray:
    return np.full(len(shares), level)


def _corrected_lattice(level: float, uneven: Runs, even: Runs, resized: Runs) -> bool | None:
    """Return whether the corrected claim holds, unless the claim itself does."""
    first, second, third = map(_shares, (uneven, even, resized))
    reference = _same(level, first)
    if comes_from_uneven_cover(first, second, reference) is not False:
        return None
    both = comes_from_transposed_convolutions([first, second], third, reference)
    return all_of([both, grows_with_uneven_cover(first, second)])


def level_of_letters(letters: Alphabet) -> float:
    """Return the mean share of variance that letters have at the periods of a lattice.

    Args:
        letters: unseen Latin letters of all classes.
    """
    images = normalize(letters.images)
    shares = sum(lattice_shares(images, period) for period in PERIODS)
    return float(class_means(shares, letters.labels).mean())


def cases(level: float) -> list[Case]:
    """Return the claims of Exercise 2 that results over seeds say something of.

    Args:
        level: the `level_of_letters`.
    """
    random, classifier = (SQUARED, "random letters"), (CLASSIFIER, "classifier")
    means = ((SQUARED, "plain mean"), (SQUARED, "normalised mean"))
    lattices = (
        classifier,
        (CLASSIFIER, "classifier, kernel 4"),
        (CLASSIFIER, "classifier, resized"),
    )
    return [
        Case(
            "2c-class-accuracy",
            (classifier,),
            "about 97 % at this length",
            _accuracy,
            lambda runs: is_about(over_seeds(runs, "read by own classifier"), ABOUT),
        ),
        Case(
            "2c-class-unreadable",
            (classifier,),
            "unreadable at this length",
            partial(_readable, "classifier"),
            lambda runs: is_unreadable(readability_over_seeds(runs)),
        ),
        Case(
            "2c-noise-class",
            ((CLASSIFIER, "noise class as meant"), classifier),
            "the whole claim",
            _with_noise,
            _no_help,
        ),
        Case(
            "2c-bright-dots",
            lattices,
            "the corrected claim",
            partial(_lattices, level),
            partial(_corrected_lattice, level),
        ),
        Case(
            "2c-random-works",
            (random,),
            "the whole claim",
            partial(_readable, "random letters"),
            lambda runs: readability_over_seeds(runs).verdict,
        ),
        Case(
            "2c-random-similar", (random,), "in the class that varies most", _variances, _is_uniform
        ),
        Case(
            "2c-representative",
            ((SQUARED, "representative"),),
            "the representative is returned",
            lambda runs: [_distance("representative", "to representative", runs)],
            partial(_is_near, "to representative"),
        ),
        Case(
            "2c-mean",
            means,
            "the mean is returned",
            lambda *runs: [
                _distance(name, "to mean", some)
                for (_, name), some in zip(means, runs, strict=True)
            ],
            partial(_is_near, "to mean"),
        ),
    ]


def runs_of(case: Case, *, of_gpu: bool = False) -> list[list[dict]]:
    """Return the stored runs of a case's experiments, of the seeds that all of them have.

    Args:
        case: one of `cases`.
        of_gpu: whether those of GPUs are read, in place of those of processors.
    """
    found = {name: read_results(group, name, of_gpu=of_gpu) for group, name in case.experiments}
    return list(with_common_seeds(found).values())


def without_one(case: Case, runs: Sequence[Runs]) -> list[bool | None]:
    """Return the verdict of a case with each of its seeds left out in turn.

    Args:
        case: one of `cases`.
        runs: of its experiments, all of the same seeds, three or more.
    """
    seeds = [run["seed"] for run in runs[0]]
    return [
        case.rule(*([run for run in some if run["seed"] != seed] for some in runs))
        for seed in seeds
    ]


def shrinkage(values: int, seeds: int) -> float:
    """Return by which factor Student's interval changes from so many values to so many seeds.

    The half width is t s / sqrt(n). Its quantile t depends on n, and the deviation s is taken to
    stay as it is.

    Raises:
        ValueError: one of the numbers is below 2.
    """
    if min(values, seeds) < 2:
        raise ValueError(f"at least two seeds are needed, got {min(values, seeds)}")
    before, after = (stats.t.ppf((1 + CONFIDENCE) / 2, n - 1) / np.sqrt(n) for n in (values, seeds))
    return float(after / before)


def shrunk(interval: Interval, *, values: int, seeds: int) -> Interval:
    """Return the interval expected of so many seeds, where mean and deviation stay the same."""
    factor = shrinkage(values, seeds)
    lower, estimate, upper = interval
    return Interval(
        estimate - factor * (estimate - lower), estimate, estimate + factor * (upper - estimate)
    )


def range_of_deviation(values: int) -> tuple[float, float]:
    """Return between which multiples of the deviation found the true one lies, by 95 % intervals.

    Args:
        values: how many normally distributed values the deviation was found from, at least 2.
    """
    freedom = values - 1
    tails = ((1 + CONFIDENCE) / 2, (1 - CONFIDENCE) / 2)
    lower, upper = (float(np.sqrt(freedom / stats.chi2.ppf(tail, freedom))) for tail in tails)
    return lower, upper


def seeds_needed(quantity: Quantity, *, values: int, most: int = 1000) -> int | None:
    """Return the least number of seeds whose expected interval leaves out all bounds.

    Args:
        quantity: a mean over so many values.
        values: how many seeds there are; fewer are not considered.
        most: the largest number that is tried.

    Returns:
        The number, or None where even the largest does not do.
    """
    for seeds in range(values, most + 1):
        expected = shrunk(quantity.interval, values=values, seeds=seeds)
        if Quantity(quantity.told, expected, quantity.bounds).side != "not told":
            return seeds
    return None
