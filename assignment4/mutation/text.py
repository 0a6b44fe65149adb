"""A source file in which one small change can be made, and the file after it."""

import ast
import re
from dataclasses import dataclass

Edit = tuple[str, int, int, str]
"""The kind of a change, the first byte of the text that it replaces, the end, and the new text."""


@dataclass(frozen=True)
class Mutant:
    """A source file with one change.

    Attributes:
        file: its path from the repository's root.
        line: where the change begins, counted from 1.
        operator: the kind of the change.
        original: the lines that are changed, on one line.
        mutated: the same after the change.
        source: the whole file after the change.
        number: counts from 1 the mutants of a file in which original and mutated are the same.
    """

    file: str
    line: int
    operator: str
    original: str
    mutated: str
    source: str
    number: int = 1

    @property
    def id(self) -> str:
        """What is changed, wherever in its file; different for every mutant of a file."""
        repeated = f" ({self.number})" if self.number > 1 else ""
        return f"{self.file}: {self.original} -> {self.mutated}{repeated}"


class Text:
    """A source file as bytes, in which the places of its syntax tree count."""

    def __init__(self, source: str) -> None:
        self.bytes = source.encode()
        self.tree = ast.parse(source)
        self.parents = {
            child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)
        }
        lengths = [len(line) for line in self.bytes.splitlines(keepends=True)]
        self.starts = [sum(lengths[:number]) for number in range(len(lengths))]

    def start(self, node: ast.AST) -> int:
        """Return the place of a node's first byte."""
        return self.starts[node.lineno - 1] + node.col_offset

    def end(self, node: ast.AST) -> int:
        """Return the place behind a node's last byte."""
        return self.starts[node.end_lineno - 1] + node.end_col_offset

    def of(self, node: ast.AST) -> str:
        """Return a node's text, without parentheses around it."""
        return self.bytes[self.start(node) : self.end(node)].decode()

    def operand(self, node: ast.AST) -> str:
        """Return a node's text so that it can stand beside any operator."""
        atoms = (ast.Attribute, ast.Call, ast.Constant, ast.Name, ast.Subscript)
        return self.of(node) if isinstance(node, atoms) else f"({self.of(node)})"

    def replace(self, node: ast.AST, operator: str, replacement: str) -> Edit:
        """Return the change that puts another text in a node's place."""
        return operator, self.start(node), self.end(node), replacement

    def replace_between(
        self, left: ast.AST, right: ast.AST, operator: str, signs: tuple[str, str]
    ) -> Edit:
        """Return the change of the sign between two nodes into another."""
        old, new = signs
        gap = self.bytes[self.end(left) : self.start(right)]
        found = re.search(rb"(?:#[^\n]*\n|[^#])*?(" + re.escape(old.encode()) + rb")", gap)
        start = self.end(left) + found.start(1)
        return operator, start, start + len(old.encode()), new

    def mutant(self, edit: Edit, file: str) -> Mutant:
        """Return the file with a change."""
        operator, start, end, replacement = edit
        line = self.bytes.count(b"\n", 0, start)
        first, last = self.starts[line], (self.bytes + b"\n").find(b"\n", end)
        mutated = self.bytes[:start] + replacement.encode() + self.bytes[end:]
        last_mutated = last + len(mutated) - len(self.bytes)
        return Mutant(
            file,
            line + 1,
            operator,
            _on_one_line(self.bytes[first:last]),
            _on_one_line(mutated[first:last_mutated]),
            mutated.decode(),
        )


def _on_one_line(lines: bytes) -> str:
    return " ".join(lines.decode().split())
