"""The network as the report's scripts have it, trained on targets: scaled ReLU and N(0, 1) weights.

The chapters train the network that the report's text describes. Whether the scripts' own settings
come as far, and in how many steps, is asked here.
"""

from dataclasses import replace

from assignment4.encoder_decoder.experiments import Experiment, Parts, Run
from assignment4.encoder_decoder.losses import train_on_random_targets
from assignment4.encoder_decoder.models import AS_DESCRIBED

OF_SCRIPTS = replace(AS_DESCRIBED, activation="scaled", initial_weights="standard_normal")


def _run(parts: Parts, steps: int, seed: int) -> Run:
    return Run(
        train_on_random_targets(
            parts.cyrillic, parts.latin, steps=steps, seed=seed, architecture=OF_SCRIPTS
        )
    )


AS_IN_SCRIPTS: dict[str, Experiment] = {"random letters": _run}
