"""Check the predicted seconds of a replication: on one worker and on two of this machine.

Run as `python benchmarks/replication.py`; it takes a quarter of an hour. A short task of each group
of experiments is carried out with one seed, and its times predict those of another seed, for two
workers as for one, with the same number of threads a worker. The measurement goes to
results/speed.jsonl, from which a chapter reads it. The run fails where a prediction is far off.
"""

from assignment4.book.running_times import describe_machine, keep
from assignment4.replication.check import measure
from assignment4.replication.cost import BENCHMARK

LARGEST_RATIO = 1.5
"""Of measured and predicted seconds, either way."""


def check() -> None:
    """Measure, keep the measurement, and say whether the predictions were near."""
    machine = describe_machine("keras", "numpy", "tensorflow", "distributed")
    found = measure()
    keep(BENCHMARK, {"machine": machine, **found})
    for run in found["runs"]:
        ratio = run["measured"] / run["predicted"]
        print(
            f"workers: {run['workers']}, threads of each: {run['threads']}, predicted: "
            f"{run['predicted']:.0f} s, measured: {run['measured']:.0f} s, ratio {ratio:.2f}"
        )
        assert 1 / LARGEST_RATIO < ratio < LARGEST_RATIO, "the prediction is far off"


if __name__ == "__main__":
    check()
