"""Mutants of chapters: another number or sign in a code cell, of which its checks should tell."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import nbformat

from assignment4.mutation.mutants import mutants_of
from assignment4.mutation.text import Mutant

CHAPTERS = ("exercise1_transposed_convolutions", "exercise3_backpropagation", "exercise4_pca")
"""Those that train nothing."""

NUMBERS = ("axis", "constant", "sign", "slice bound")
"""The kinds of change that are made."""

LEFT_OUT = {"stub", "solution"}
"""Tags of cells that are the reader's, and tried on their own."""


def mutants_of_chapter(path: Path, file: str) -> list[Mutant]:
    """Return all mutants of a chapter.

    Args:
        path: the notebook.
        file: its path from the repository's root.

    Returns:
        The mutants, each with the whole notebook as its source, stored outputs included; a line
        is counted in its cell.
    """
    notebook = nbformat.read(path, as_version=4)
    mutants, counts = [], Counter()
    for cell in notebook.cells:
        if cell.cell_type != "code" or LEFT_OUT & set(cell.metadata.get("tags", [])):
            continue
        before = cell.source
        for mutant in mutants_of(before, file):
            if mutant.operator in NUMBERS:
                cell.source = mutant.source
                text = nbformat.writes(notebook) + "\n"
                first = replace(mutant, source=text, number=1)
                counts[first.id] += 1
                mutants.append(replace(first, number=counts[first.id]))
        cell.source = before
    return mutants
