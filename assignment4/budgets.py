"""How long each chapter may take, as a share of all chapters' time.

A share hardly depends on the machine or its load, as seconds do. It does depend on whether the
networks are trained or come from the cache; a budget is about twice the larger of both shares.
"""

from collections.abc import Mapping

BUDGETS = {
    "intro": 0.15,
    "exercise1_transposed_convolutions": 0.10,
    "exercise2_letters": 0.10,
    "exercise2_architecture": 0.10,
    "exercise2_losses": 0.35,
    "exercise2_classifier_loss": 0.45,
    "exercise2_comparison": 0.40,
    "exercise2_ablations": 0.10,
    "exercise2_latent_search": 0.25,
    "exercise3_backpropagation": 0.10,
    "exercise4_pca": 0.25,
    "exercise4_auto_encoders": 0.30,
    "exercise4_batches": 0.20,
    "transfer": 0.20,
    "replication": 0.10,
    "running_times": 0.05,
    "checking": 0.15,
    "claims": 0.05,
}
"""For each chapter the largest share of the seconds that all chapters take together."""


def over_budget(seconds: Mapping[str, float]) -> list[str]:
    """Return a line for each chapter that took more than its share.

    Args:
        seconds: for each chapter of BUDGETS the seconds that its cells took.
    """
    total = sum(seconds.values())
    return [
        f"{chapter} took {seconds[chapter] / total:.0%} of the chapters' time; "
        f"its budget is {budget:.0%}"
        for chapter, budget in BUDGETS.items()
        if seconds[chapter] > budget * total
    ]
