"""How long each chapter may take, as a share of all chapters' time.

A share hardly depends on the machine or its load, as seconds do. It does depend on whether the
networks are trained or come from the cache; a budget holds in both cases.
"""

from collections.abc import Mapping

BUDGETS = {
    "intro": 0.20,
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
