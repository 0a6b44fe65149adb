"""Gates on the chapters: what must hold before `pytest --nbval` proves anything.

Each gate takes a notebook and returns its complaints. Below the chapters, each is fed a notebook
that is broken in its own way and must complain.
"""

import ast
import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from statistics import median

import nbformat
import pytest
import yaml
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from assignment4 import ROOT
from assignment4.book.notebooks import chapter_paths, toc_entries

ALLOWED_MARKERS: set[tuple[str, str]] = set()
"""(Chapter, marker): the cells whose execution or comparison may be switched off."""

SILENCING_TAGS = {
    "pytest-validate-ignore-output",
    "raises-exception",
    "remove-stderr",
    "skip-execution",
}
LONGEST_CELL = 12
MEDIAN_CELL = 5
LARGEST_TOLERANCE = 0.3
"""Of a picture; what is stated beyond 0.06 is for one that chooses among a network's outputs."""

SHORTEST_ALTERNATIVE_TEXT = 30
DRAWINGS = re.compile(r"\b(axes|figure|plt)\.|\.get_(x|y|children|lines|texts)")
NUMBERED = re.compile(r"\d+[.)] ")
TRUTH_VALUES = {"True", "False", "np.True_", "np.False_"}


def code_cells(notebook: NotebookNode) -> list[tuple[str, NotebookNode]]:
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return [(f"code cell {number}", cell) for number, cell in enumerate(cells, start=1)]


def wrong_execution_counts(notebook: NotebookNode) -> list[str]:
    counts = [cell.execution_count for _, cell in code_cells(notebook)]
    if counts == list(range(1, len(counts) + 1)):
        return []
    return [f"execution counts are {counts}, not 1, 2, 3 and so on"]


def missing_outputs(notebook: NotebookNode) -> list[str]:
    cells = code_cells(notebook)
    if not cells or any(cell.outputs for _, cell in cells):
        return []
    return ["no cell has a stored output"]


def error_outputs(notebook: NotebookNode) -> list[str]:
    return [
        f"{where}: an error or standard error is stored"
        for where, cell in code_cells(notebook)
        for output in cell.outputs
        if output.output_type == "error" or output.get("name") == "stderr"
    ]


def silencing_markers(notebook: NotebookNode) -> list[str]:
    return [*_metadata_markers(notebook.metadata), *_cell_markers(notebook)]


def _cell_markers(notebook: NotebookNode) -> Iterator[str]:
    for _, cell in code_cells(notebook):
        yield from re.findall(r"NBVAL_\w+|PYTEST_VALIDATE_IGNORE_OUTPUT", cell.source)
        yield from _metadata_markers(cell.metadata)
        for tag in cell.metadata.get("tags", []):
            name = tag.lower().replace("_", "-")
            if name.startswith("nbval") or name in SILENCING_TAGS:
                yield tag


def _metadata_markers(metadata: NotebookNode) -> Iterator[str]:
    for name in metadata.get("mystnb", {}):
        if name.startswith("execution_") or name in ("output_stderr", "remove_code_outputs"):
            yield name


def unasserted_truths(notebook: NotebookNode) -> list[str]:
    complaints = []
    for where, cell in code_cells(notebook):
        try:
            statements = ast.parse(cell.source).body
        except SyntaxError:
            complaints.append(f"{where}: not plain Python")
            continue
        compares = statements and _is_comparison(statements[-1])
        shown = {output.get("data", {}).get("text/plain") for output in cell.outputs}
        if compares or shown & TRUTH_VALUES:
            complaints.append(f"{where}: shows a truth value that it should assert")
    return complaints


def _is_comparison(statement: ast.stmt) -> bool:
    if not isinstance(statement, ast.Expr):
        return False
    value = statement.value
    negated = isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.Not)
    return negated or isinstance(value, (ast.Compare, ast.BoolOp))


def undescribed_images(notebook: NotebookNode) -> list[str]:
    complaints = []
    for where, cell in code_cells(notebook):
        kinds = [kind for output in cell.outputs for kind in output.get("data", {})]
        if not any(kind.startswith("image/") for kind in kinds):
            continue
        described = cell.metadata.get("mystnb", {})
        if len(described.get("image", {}).get("alt", "")) <= SHORTEST_ALTERNATIVE_TEXT:
            complaints.append(f"{where}: an image without mystnb: image: alt, or a curt one")
        for field in ("name", "caption"):
            if not described.get("figure", {}).get(field):
                complaints.append(f"{where}: an image without mystnb: figure: {field}")
    return complaints


def long_cells(notebook: NotebookNode) -> list[str]:
    """Find cells too long to be read at a glance, but for the folded one that imports."""
    lengths = {
        where: len(cell.source.splitlines())
        for where, cell in code_cells(notebook)
        if not {"hide-input", "remove-input"} & set(cell.metadata.get("tags", []))
    }
    complaints = [f"{where}: {n} lines" for where, n in lengths.items() if n > LONGEST_CELL]
    if lengths and median(lengths.values()) > MEDIAN_CELL:
        complaints.append(f"half of the cells have more than {MEDIAN_CELL} lines")
    return complaints


def scattered_imports(notebook: NotebookNode) -> list[str]:
    """Find imports behind the first cell of code, where a reader looks for them."""
    return [
        f"{where}: {ast.unparse(node)}"
        for where, cell in code_cells(notebook)[1:]
        for node in _nodes(cell)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]


def asserted_drawings(notebook: NotebookNode) -> list[str]:
    """Find assertions about what Matplotlib has drawn, which belong into tests."""
    return [
        f"{where}: {ast.unparse(node)}"
        for where, cell in code_cells(notebook)
        for node in _nodes(cell)
        if isinstance(node, ast.Assert) and DRAWINGS.search(ast.unparse(node))
    ]


def _nodes(cell: NotebookNode) -> Iterator[ast.AST]:
    try:
        yield from ast.walk(ast.parse(cell.source))
    except SyntaxError:
        return


def accidental_lists(notebook: NotebookNode) -> list[str]:
    """Find lines that a number at a line's start makes a list of, in the middle of a sentence."""
    return [
        f"{before!r} is followed by {line!r}, which Markdown takes for a list"
        for cell in notebook.cells
        if cell.cell_type == "markdown"
        for before, line in pairwise(cell.source.splitlines())
        if NUMBERED.match(line) and before.strip() and not NUMBERED.match(before)
    ]


def volatile_metadata(notebook: NotebookNode) -> list[str]:
    complaints = [
        f"{where}: the time of its execution is stored"
        for where, cell in code_cells(notebook)
        if "execution" in cell.metadata
    ]
    if "version" in notebook.metadata.get("language_info", {}):
        complaints.append("the exact version of Python is stored")
    return complaints


def loose_pictures(notebook: NotebookNode) -> list[str]:
    """Find tolerances without a picture, and those with which any picture would pass."""
    complaints = []
    for where, cell in code_cells(notebook):
        tolerance = cell.metadata.get("picture_tolerance")
        drawn = any("image/png" in output.get("data", {}) for output in cell.outputs)
        if tolerance is not None and not (drawn and 0 < tolerance <= LARGEST_TOLERANCE):
            complaints.append(f"{where}: picture_tolerance is {tolerance}")
    return complaints


def execution_problems(root: Path) -> list[str]:
    """Find settings with which a book is built from old outputs, or in spite of an error."""
    settings = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    execution = settings.get("execute") or {}
    needed = {"execute_notebooks": "force", "raise_on_error": True, "stderr_output": "error"}
    problems = [
        f"execute: {name} is {execution.get(name)!r}, not {value!r}"
        for name, value in needed.items()
        if execution.get(name) != value
    ]
    forbidden = ("allow_errors", "exclude_patterns", "cache")
    return problems + [f"execute: {name} is set" for name in forbidden if execution.get(name)]


def contents_problems(root: Path) -> list[str]:
    entries = toc_entries(root)
    missing = [
        f"{entry}: in _toc.yml, but there is no such .ipynb or .md"
        for entry in entries
        if not any((root / f"{entry}{suffix}").exists() for suffix in (".ipynb", ".md"))
    ]
    unlisted = [
        f"chapters/{path.name}: not in _toc.yml"
        for path in sorted((root / "chapters").glob("*.ipynb"))
        if f"chapters/{path.stem}" not in entries
    ]
    return missing + unlisted


Gate = Callable[[NotebookNode], list[str]]
GATES: list[Gate] = [
    wrong_execution_counts,
    missing_outputs,
    error_outputs,
    unasserted_truths,
    undescribed_images,
    long_cells,
    scattered_imports,
    asserted_drawings,
    accidental_lists,
    volatile_metadata,
    loose_pictures,
]


@pytest.mark.parametrize("path", chapter_paths(), ids=lambda path: path.stem)
@pytest.mark.parametrize("gate", GATES, ids=lambda gate: gate.__name__)
def test_chapter_passes(gate: Gate, path: Path) -> None:
    assert gate(nbformat.read(path, as_version=4)) == []


@pytest.mark.parametrize("path", chapter_paths(), ids=lambda path: path.stem)
def test_chapter_silences_nothing_unlisted(path: Path) -> None:
    found = {(path.stem, marker) for marker in silencing_markers(nbformat.read(path, as_version=4))}
    assert found <= ALLOWED_MARKERS


def test_table_of_contents_and_chapters_agree() -> None:
    assert contents_problems(ROOT) == []


def test_a_book_executes_every_chapter_and_stops_at_an_error() -> None:
    assert execution_problems(ROOT) == []


def figure_cell() -> NotebookNode:
    picture = new_output("display_data", {"image/png": "iVBORw0KGgo=", "text/plain": "<Figure>"})
    described = {
        "image": {"alt": "A line that rises from the lower left to the upper right"},
        "figure": {"name": "line", "caption": "A line."},
    }
    return new_code_cell(
        "plot_line(axes)", execution_count=2, outputs=[picture], metadata={"mystnb": described}
    )


@pytest.fixture
def chapter() -> NotebookNode:
    """A notebook that every gate lets pass."""
    printed = new_output("stream", name="stdout", text="two\n")
    first = new_code_cell('print("two")', execution_count=1, outputs=[printed])
    return new_notebook(cells=[new_markdown_cell("# Sound"), first, figure_cell()])


def set_source(source: str) -> Callable[[NotebookNode], None]:
    return lambda notebook: notebook.cells[1].update(source=source)


def set_outputs(*outputs: NotebookNode) -> Callable[[NotebookNode], None]:
    return lambda notebook: notebook.cells[1].update(outputs=list(outputs))


def set_metadata(**entries: object) -> Callable[[NotebookNode], None]:
    return lambda notebook: notebook.cells[1].metadata.update(**entries)


def drop_outputs(notebook: NotebookNode) -> None:
    for _, cell in code_cells(notebook):
        cell.outputs = []


BREAKS = [
    (wrong_execution_counts, lambda book: book.cells[1].update(execution_count=None)),
    (wrong_execution_counts, lambda book: book.cells[1].update(execution_count=3)),
    (missing_outputs, drop_outputs),
    (error_outputs, set_outputs(new_output("stream", name="stderr", text="a warning"))),
    (error_outputs, set_outputs(new_output("error", ename="E", evalue="", traceback=[]))),
    (silencing_markers, set_source("# NBVAL_SKIP\n1 + 1")),
    (silencing_markers, set_source("1 + 1  # PYTEST_VALIDATE_IGNORE_OUTPUT")),
    (silencing_markers, set_metadata(tags=["nbval-skip"])),
    (silencing_markers, set_metadata(tags=["hide-cell", "NBVAL_IGNORE_OUTPUT"])),
    *[(silencing_markers, set_metadata(tags=[tag])) for tag in sorted(SILENCING_TAGS)],
    (silencing_markers, set_metadata(mystnb={"output_stderr": "remove"})),
    (silencing_markers, set_metadata(mystnb={"remove_code_outputs": True})),
    (silencing_markers, set_metadata(mystnb={"execution_allow_errors": True})),
    (silencing_markers, lambda book: book.metadata.update(mystnb={"execution_mode": "off"})),
    (unasserted_truths, set_source("x = 1\nx == 1")),
    (unasserted_truths, set_source("x = 1\nnot x")),
    (unasserted_truths, set_source("%%capture\nx = 1")),
    (unasserted_truths, set_outputs(new_output("execute_result", {"text/plain": "False"}))),
    (undescribed_images, lambda book: book.cells[2].metadata.mystnb.pop("image")),
    (undescribed_images, lambda book: book.cells[2].metadata.mystnb.image.update(alt="A plot")),
    (undescribed_images, lambda book: book.cells[2].metadata.mystnb.figure.update(caption="")),
    (undescribed_images, set_outputs(new_output("execute_result", {"image/svg+xml": "<svg/>"}))),
    (long_cells, set_source("x = 1\n" * 13)),
    (scattered_imports, lambda book: book.cells[2].update(source="import numpy as np")),
    (asserted_drawings, set_source("assert len(axes.lines) == 29")),
    (accidental_lists, lambda book: book.cells[0].update(source="The mean is below\n1. So it is.")),
    (loose_pictures, set_metadata(picture_tolerance=0.06)),
    (loose_pictures, lambda book: book.cells[2].metadata.update(picture_tolerance=0.31)),
    (loose_pictures, lambda book: book.cells[2].metadata.update(picture_tolerance=0)),
    (volatile_metadata, set_metadata(execution={"busy": "now"})),
    (volatile_metadata, lambda book: book.metadata.update(language_info={"version": "3.11.2"})),
]


@pytest.mark.parametrize("gate", [*GATES, silencing_markers], ids=lambda gate: gate.__name__)
def test_gate_passes_a_sound_chapter(gate: Gate, chapter: NotebookNode) -> None:
    assert gate(chapter) == []


@pytest.mark.parametrize(("gate", "break_it"), BREAKS)
def test_gate_stops_a_broken_chapter(gate: Gate, break_it: Callable, chapter: NotebookNode) -> None:
    break_it(chapter)
    assert gate(chapter) != []


def test_every_gate_is_seen_to_stop_something() -> None:
    assert {gate for gate, _ in BREAKS} == {*GATES, silencing_markers}


HARMLESS = [
    (unasserted_truths, set_source("x = 1\nassert x == 1")),
    (unasserted_truths, set_source("x = 1\nprint(x == 1)")),
    (accidental_lists, lambda book: book.cells[0].update(source="Two things:\n\n1. One\n2. Two")),
    (silencing_markers, set_metadata(tags=["hide-cell", "check-sums"])),
    (missing_outputs, set_outputs()),
    (loose_pictures, lambda book: book.cells[2].metadata.update(picture_tolerance=0.06)),
]


@pytest.mark.parametrize(("gate", "change"), HARMLESS)
def test_gate_lets_pass_what_only_looks_broken(
    gate: Gate, change: Callable, chapter: NotebookNode
) -> None:
    change(chapter)
    assert gate(chapter) == []


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ("title: A book", "execute_notebooks is None, not 'force'"),
        ("execute: {execute_notebooks: cache}", "execute_notebooks is 'cache', not 'force'"),
        ("execute: {allow_errors: true}", "allow_errors is set"),
        ("execute: {exclude_patterns: [chapters/exercise1.ipynb]}", "exclude_patterns is set"),
    ],
)
def test_execution_gate_stops_a_book_that_is_not_executed(
    tmp_path: Path, settings: str, problem: str
) -> None:
    (tmp_path / "_config.yml").write_text(settings, encoding="utf-8")
    assert f"execute: {problem}" in execution_problems(tmp_path)


def test_contents_gate_stops_strays_and_gaps(tmp_path: Path) -> None:
    (tmp_path / "chapters").mkdir()
    (tmp_path / "chapters" / "stray.ipynb").touch()
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: chapters/gap\n")
    problems = contents_problems(tmp_path)
    assert len(problems) == 2
    assert "chapters/gap" in problems[0]
    assert "chapters/stray" in problems[1]
