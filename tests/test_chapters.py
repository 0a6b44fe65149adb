"""Gates on the chapters: what must hold before `pytest --nbval` proves anything.

Each gate takes a notebook and yields its complaints. Below the chapters, each is fed a notebook
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

SILENCING = re.compile(
    r"nbval.*|pytest-validate-ignore-output|raises-exception|remove-stderr|skip-execution"
)
SILENCING_METADATA = re.compile(r"execution_.*|output_stderr|remove_code_outputs")
FOLDED = {"hide-input", "remove-input"}
LONGEST_CELL = 12
MEDIAN_CELL = 5
LARGEST_TOLERANCE = 0.3
"""Of a picture; what is stated beyond 0.06 is for one that chooses among a network's outputs."""

SHORTEST_ALTERNATIVE_TEXT = 30
DRAWINGS = re.compile(r"\b(axes|figure|plt)\.|\.get_(x|y|children|lines|texts)")
NUMBERED = re.compile(r"\d+[.)] ")
TRUTH_VALUES = {"True", "False", "np.True_", "np.False_"}


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def tags(cell: NotebookNode) -> set[str]:
    return set(cell.metadata.get("tags", []))


def statements(cell: NotebookNode) -> list[ast.stmt]:
    try:
        return ast.parse(cell.source).body
    except SyntaxError:
        return []


def nodes(cells: list[NotebookNode]) -> Iterator[ast.AST]:
    for cell in cells:
        for statement in statements(cell):
            yield from ast.walk(statement)


def wrong_execution_counts(notebook: NotebookNode) -> Iterator[str]:
    counts = [cell.execution_count for cell in code_cells(notebook)]
    if counts != list(range(1, len(counts) + 1)):
        yield f"execution counts are {counts}, not 1, 2, 3 and so on"


def error_outputs(notebook: NotebookNode) -> Iterator[str]:
    for cell in code_cells(notebook):
        for output in cell.outputs:
            if output.output_type == "error" or output.get("name") == "stderr":
                yield f"an error or standard error is stored: {cell.source}"


def silencing_markers(notebook: NotebookNode) -> Iterator[str]:
    for one in (notebook, *code_cells(notebook)):
        yield from filter(SILENCING_METADATA.fullmatch, one.metadata.get("mystnb", {}))
    for cell in code_cells(notebook):
        yield from re.findall(r"NBVAL_\w+|PYTEST_VALIDATE_IGNORE_OUTPUT", cell.source)
        names = (tag.lower().replace("_", "-") for tag in tags(cell))
        yield from filter(SILENCING.fullmatch, names)


def unasserted_truths(notebook: NotebookNode) -> Iterator[str]:
    for cell in code_cells(notebook):
        shown = {output.get("data", {}).get("text/plain") for output in cell.outputs}
        if cell.source and not statements(cell):
            yield f"not plain Python: {cell.source}"
        elif _is_comparison(statements(cell)[-1]) or shown & TRUTH_VALUES:
            yield f"shows a truth value that it should assert: {cell.source}"


def _is_comparison(statement: ast.stmt) -> bool:
    value = statement.value if isinstance(statement, ast.Expr) else None
    negated = isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.Not)
    return negated or isinstance(value, ast.Compare | ast.BoolOp)


def undescribed_images(notebook: NotebookNode) -> Iterator[str]:
    for cell in code_cells(notebook):
        if any("image/" in kind for one in cell.outputs for kind in one.get("data", {})):
            described = cell.metadata.get("mystnb", {})
            if len(described.get("image", {}).get("alt", "")) <= SHORTEST_ALTERNATIVE_TEXT:
                yield f"an image without mystnb: image: alt, or a curt one: {cell.source}"
            for field in ("name", "caption"):
                if not described.get("figure", {}).get(field):
                    yield f"an image without mystnb: figure: {field}: {cell.source}"


def long_cells(notebook: NotebookNode) -> Iterator[str]:
    """Find cells too long to be read at a glance, but for folded ones behind the first."""
    first, *others = code_cells(notebook)
    shown = [cell for cell in others if not FOLDED & tags(cell)]
    for cell in (first, *shown):
        if len(cell.source.splitlines()) > LONGEST_CELL:
            yield f"longer than {LONGEST_CELL} lines: {cell.source}"
    if median([len(cell.source.splitlines()) for cell in shown] or [0]) > MEDIAN_CELL:
        yield f"half of the cells have more than {MEDIAN_CELL} lines"


def scattered_imports(notebook: NotebookNode) -> Iterator[str]:
    """Find imports behind the first cell of code, where a reader looks for them."""
    for node in nodes(code_cells(notebook)[1:]):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield ast.unparse(node)


def asserted_drawings(notebook: NotebookNode) -> Iterator[str]:
    """Find assertions about what Matplotlib has drawn, which belong into tests."""
    for node in nodes(code_cells(notebook)):
        if isinstance(node, ast.Assert) and DRAWINGS.search(ast.unparse(node)):
            yield ast.unparse(node)


def accidental_lists(notebook: NotebookNode) -> Iterator[str]:
    """Find lines that a number at a line's start makes a list of, in the middle of a sentence."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for before, line in pairwise(cell.source.splitlines()):
                if NUMBERED.match(line) and before.strip() and not NUMBERED.match(before):
                    yield f"{before!r} is followed by {line!r}, which Markdown takes for a list"


def volatile_metadata(notebook: NotebookNode) -> Iterator[str]:
    if any("execution" in cell.metadata for cell in code_cells(notebook)):
        yield "the time of an execution is stored"
    if "version" in notebook.metadata.get("language_info", {}):
        yield "the exact version of Python is stored"


def loose_pictures(notebook: NotebookNode) -> Iterator[str]:
    """Find tolerances without a picture, and those with which any picture would pass."""
    for cell in code_cells(notebook):
        tolerance = cell.metadata.get("picture_tolerance")
        drawn = any("image/png" in output.get("data", {}) for output in cell.outputs)
        if tolerance is not None and not (drawn and 0 < tolerance <= LARGEST_TOLERANCE):
            yield f"picture_tolerance is {tolerance}: {cell.source}"


def execution_problems(root: Path) -> Iterator[str]:
    """Find settings with which a book is built from old outputs, or in spite of an error."""
    settings = yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))
    execution = settings.get("execute") or {}
    needed = {"execute_notebooks": "force", "raise_on_error": True, "stderr_output": "error"}
    forbidden = dict.fromkeys(("allow_errors", "exclude_patterns", "cache"))
    for name, value in (needed | forbidden).items():
        if (execution.get(name) or None) != value:
            yield f"execute: {name} is {execution.get(name)!r}, not {value!r}"


def contents_problems(root: Path) -> Iterator[str]:
    entries = toc_entries(root)
    for entry in entries:
        if not any((root / f"{entry}{suffix}").exists() for suffix in (".ipynb", ".md")):
            yield f"{entry}: in _toc.yml, but there is no such .ipynb or .md"
    for path in sorted((root / "chapters").glob("*.ipynb")):
        if f"chapters/{path.stem}" not in entries:
            yield f"chapters/{path.name}: not in _toc.yml"


Gate = Callable[[NotebookNode], Iterator[str]]
GATES: list[Gate] = [
    wrong_execution_counts,
    error_outputs,
    silencing_markers,
    unasserted_truths,
    undescribed_images,
    long_cells,
    scattered_imports,
    asserted_drawings,
    accidental_lists,
    volatile_metadata,
    loose_pictures,
]


def all_complaints(notebook: NotebookNode) -> dict[str, list[str]]:
    found = {gate.__name__: list(gate(notebook)) for gate in GATES}
    return {name: complaints for name, complaints in found.items() if complaints}


@pytest.mark.parametrize("path", chapter_paths(), ids=lambda path: path.stem)
def test_chapter_passes(path: Path) -> None:
    assert all_complaints(nbformat.read(path, as_version=4)) == {}


def test_the_book_has_every_chapter_and_executes_it_and_stops_at_an_error() -> None:
    assert [*contents_problems(ROOT), *execution_problems(ROOT)] == []


@pytest.fixture
def chapter() -> NotebookNode:
    """A notebook that every gate lets pass."""
    printed = new_output("stream", name="stdout", text="two\n")
    picture = new_output("display_data", {"image/png": "iVBORw0KGgo=", "text/plain": "<Figure>"})
    described = {
        "image": {"alt": "A line that rises from the lower left to the upper right"},
        "figure": {"name": "line", "caption": "A line."},
    }
    return new_notebook(
        cells=[
            new_markdown_cell("# Sound"),
            new_code_cell('print("two")', execution_count=1, outputs=[printed]),
            new_code_cell(
                "plot_line(axes)",
                execution_count=2,
                outputs=[picture],
                metadata={"mystnb": described, "tags": ["check-line"], "picture_tolerance": 0.06},
            ),
        ]
    )


def changed(number: int = 1, **fields: object) -> Callable[[NotebookNode], None]:
    return lambda book: book.cells[number].update(**fields)


def marked(number: int = 1, **entries: object) -> Callable[[NotebookNode], None]:
    return lambda book: book.cells[number].metadata.update(**entries)


def printed(**data: str) -> list[NotebookNode]:
    return [new_output("execute_result", data)]


LONG = "x = 1\n" * 13
BREAKS = [
    (wrong_execution_counts, changed(execution_count=None)),
    (wrong_execution_counts, changed(execution_count=3)),
    (error_outputs, changed(outputs=[new_output("stream", name="stderr", text="a warning")])),
    (error_outputs, changed(outputs=[new_output("error", ename="E", evalue="", traceback=[])])),
    (silencing_markers, changed(source="# NBVAL_SKIP\n1 + 1")),
    (silencing_markers, changed(source="1 + 1  # PYTEST_VALIDATE_IGNORE_OUTPUT")),
    (silencing_markers, marked(tags=["hide-cell", "NBVAL_IGNORE_OUTPUT"])),
    (silencing_markers, marked(tags=["raises-exception"])),
    (silencing_markers, marked(tags=["remove-stderr"])),
    (silencing_markers, marked(tags=["skip-execution"])),
    (silencing_markers, marked(mystnb={"output_stderr": "remove"})),
    (silencing_markers, marked(mystnb={"remove_code_outputs": True})),
    (silencing_markers, lambda book: book.metadata.update(mystnb={"execution_mode": "off"})),
    (unasserted_truths, changed(source="x = 1\nx == 1")),
    (unasserted_truths, changed(source="x = 1\nnot x")),
    (unasserted_truths, changed(source="%%capture\nx = 1")),
    (unasserted_truths, changed(outputs=printed(**{"text/plain": "False"}))),
    (undescribed_images, marked(2, mystnb={"figure": {"name": "a", "caption": "A line."}})),
    (undescribed_images, lambda book: book.cells[2].metadata.mystnb.image.update(alt="A plot")),
    (undescribed_images, lambda book: book.cells[2].metadata.mystnb.figure.update(caption="")),
    (undescribed_images, changed(outputs=printed(**{"image/svg+xml": "<svg/>"}))),
    (long_cells, changed(source=LONG, metadata={"tags": ["hide-input"]})),
    (long_cells, changed(2, source=LONG)),
    (long_cells, changed(2, source="x = 1\n" * 6)),
    (scattered_imports, changed(2, source="import numpy as np")),
    (asserted_drawings, changed(source="assert len(axes.lines) == 29")),
    (accidental_lists, changed(0, source="The mean is below\n1. So it is.")),
    (loose_pictures, marked(picture_tolerance=0.06)),
    (loose_pictures, marked(2, picture_tolerance=0.31)),
    (loose_pictures, marked(2, picture_tolerance=0)),
    (volatile_metadata, marked(execution={"busy": "now"})),
    (volatile_metadata, lambda book: book.metadata.update(language_info={"version": "3.11.2"})),
]


@pytest.mark.parametrize(("gate", "break_it"), BREAKS)
def test_a_gate_stops_a_broken_chapter(gate: Gate, break_it: Callable, chapter) -> None:
    assert all_complaints(chapter) == {}
    assert {gate for gate, _ in BREAKS} == set(GATES), "each gate is seen to stop something"
    break_it(chapter)
    assert list(gate(chapter)) != []


HARMLESS = [
    changed(source="x = 1\nassert x == 1"),
    changed(source="x = 1\nprint(x == 1)"),
    changed(0, source="Two things:\n\n1. One\n2. Two"),
    changed(2, source=LONG, outputs=[], metadata=NotebookNode(tags=["hide-input"])),
]


@pytest.mark.parametrize("change", HARMLESS)
def test_gates_let_pass_what_only_looks_broken(change: Callable, chapter) -> None:
    change(chapter)
    assert all_complaints(chapter) == {}


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ("{}", "execute_notebooks is None, not 'force'"),
        ("{execute_notebooks: cache}", "execute_notebooks is 'cache', not 'force'"),
        ("{allow_errors: true}", "allow_errors is True"),
        ("{exclude_patterns: [chapters/exercise1.ipynb]}", "exclude_patterns is"),
    ],
)
def test_gates_stop_a_book_that_is_not_executed(tmp_path: Path, settings, problem) -> None:
    (tmp_path / "_config.yml").write_text(f"execute: {settings}", encoding="utf-8")
    assert any(f"execute: {problem}" in one for one in execution_problems(tmp_path))


def test_gates_stop_strays_and_gaps(tmp_path: Path) -> None:
    (tmp_path / "chapters").mkdir()
    (tmp_path / "chapters" / "stray.ipynb").touch()
    (tmp_path / "_toc.yml").write_text("format: jb-book\nroot: chapters/gap\n")
    gap, stray = contents_problems(tmp_path)
    assert "chapters/gap" in gap
    assert "chapters/stray" in stray
