"""Experiments over seeds: which there are, how they are run and kept, and what they say.

A name is looked up when it is asked for: workers, and what reads lines of JSON, need no TensorFlow.
"""

import importlib

_NAMES = {
    "experiments": "GROUPS",
    "provenance": "MEANINGS count_devices",
    "runs": "KNOWN PLAN SEEDS STEPS STEPS_OF_READERS STEPS_OF_THE_REPORT TEN_TIMES_AS_LONG "
    "difference_over_seeds gain_in_reading learning_curve over_seeds read_lines read_results "
    "readability_of_run readability_over_seeds share_of_outputs",
    "seed_verdicts": "cases level_of_letters range_of_deviation seeds_needed shrinkage",
}


def __getattr__(name: str) -> object:
    for module, names in _NAMES.items():
        if name in names.split():
            return getattr(importlib.import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"{__name__} has no {name!r}")
