"""How cost grows: exponents of power laws, and what is drawn of them."""

import numpy as np
import pytest
from matplotlib import pyplot as plt

from assignment4.book.growth import (
    Growth,
    beside_proportion,
    check_idle_in_growth,
    fit_power_law,
    read_growth,
)
from assignment4.figures.growth import plot_chapters, plot_growth
from assignment4.intervals import Interval

SIZES = [10.0, 20.0, 40.0, 80.0, 160.0]


@pytest.mark.parametrize("exponent", [0.0, 0.5, 1.0, 2.75])
def test_a_power_law_is_found_again(exponent):
    law = fit_power_law(SIZES, [3e-4 * size**exponent for size in SIZES])
    assert law.exponent == pytest.approx((exponent,) * 3, abs=1e-6)
    assert law.factor == pytest.approx(3e-4)
    assert law.at_the_end == pytest.approx(exponent, abs=1e-12)
    assert law.seconds([7.0]) == pytest.approx([3e-4 * 7.0**exponent])


def test_the_interval_is_that_of_a_slope():
    """Least squares, and Student's quantile for three degrees of freedom, by hand."""
    noise = np.array([0.1, -0.2, 0.05, 0.15, -0.1])
    x = np.log(SIZES)
    y = 2 * x + noise
    deviations = x - x.mean()
    slope = deviations @ y / (deviations @ deviations)
    rest = y - y.mean() - slope * deviations
    error = np.sqrt(rest @ rest / 3 / (deviations @ deviations))
    found = fit_power_law(SIZES, np.exp(y)).exponent
    assert found == pytest.approx((slope - 3.18245 * error, slope, slope + 3.18245 * error))
    assert found.lower < 2 < found.upper


def test_intervals_hold_the_exponent_as_often_as_they_say():
    generator = np.random.default_rng(0)
    held = 0
    for _ in range(1000):
        noisy = np.array(SIZES) * np.exp(generator.normal(0, 0.1, len(SIZES)))
        found = fit_power_law(SIZES, noisy).exponent
        held += found.lower <= 1 <= found.upper
    assert 930 <= held <= 970


def test_a_fixed_part_shows_in_the_exponent_at_the_end():
    law = fit_power_law(SIZES, [1 + 0.1 * size for size in SIZES])
    assert law.exponent.estimate < law.at_the_end < 1


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        ((0.5, 0.9), "less than in proportion"),
        ((0.9, 1.1), "1 lies in the interval"),
        ((1.1, 1.3), "more than in proportion"),
    ],
)
def test_an_exponent_is_put_into_words(bounds, words):
    assert beside_proportion(Interval(bounds[0], sum(bounds) / 2, bounds[1])) == words


@pytest.mark.parametrize(
    ("sizes", "seconds", "message"),
    [
        ([1, 2, 3], [1, 2, 3], r"4 sizes or more .* got shapes \(3,\) and \(3,\)"),
        ([1, 2, 3, 4], [1, 2, 3], r"got shapes \(4,\) and \(3,\)"),
        ([1, 2, 3, 4], [1, 2, 0, 4], r"seconds must be positive .* 0\.0"),
        ([-1, 2, 3, 4], [1, 2, 3, 4], r"sizes must be positive and finite, got \[-1\.0"),
        ([1, 2, 3, 4], [1, 2, float("nan"), 4], "seconds must be positive and finite"),
        ([1, 2, 2, 4], [1, 2, 3, 4], "sizes must ascend"),
    ],
)
def test_what_is_no_growth_is_refused(sizes, seconds, message):
    with pytest.raises(ValueError, match=message):
        fit_power_law(sizes, seconds)


def growth(unit: str = "images") -> Growth:
    return Growth(unit, SIZES, [[2 * size, size, 5 * size] for size in SIZES])


def test_a_law_goes_through_the_medians():
    assert growth().medians == [2 * size for size in SIZES]
    assert growth().law().factor == pytest.approx(2)
    measured = {"series": {"walking": growth()._asdict()}}
    assert read_growth(measured) == {"walking": growth()}


def test_a_busy_machine_s_growth_is_refused():
    calm = growth()._replace(rounds=[[1.0, 2.9]] * 5)
    check_idle_in_growth({"walking": calm})
    busy = calm._replace(rounds=[*calm.rounds[:4], [1.0, 4.0]])
    with pytest.raises(ValueError, match=r"walking, 160\.0: the longest round took 4\.0 times"):
        check_idle_in_growth({"walking": busy})


def test_growth_is_drawn_with_its_law():
    axes = plot_growth(plt.figure().subplots(), {"walking": growth()})
    points, law = axes.containers[0].lines[0], axes.lines[-1]
    assert points.get_xydata() == pytest.approx(np.array([SIZES, growth().medians]).T)
    assert law.get_ydata() == pytest.approx(growth().medians)
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("images", "seconds")
    assert axes.get_xticks().tolist() == SIZES
    plt.close("all")


def test_an_axis_counts_one_thing():
    with pytest.raises(ValueError, match=r"\['chapters', 'images'\]"):
        plot_growth(plt.figure().subplots(), {"one": growth(), "other": growth("chapters")})
    plt.close("all")


def test_chapters_are_added_up():
    axes = plot_chapters(plt.figure().subplots(), [1.0, 5.0, 3.0])
    so_far, alike = axes.lines
    assert so_far.get_ydata().tolist() == [0, 1, 6, 9]
    assert alike.get_ydata().tolist() == [0, 3, 6, 9]
    plt.close("all")
