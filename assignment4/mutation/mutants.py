"""The mutants of a source file: each differs from it by one small change, made in the text.

Docstrings, messages, annotations, decorators and the texts of `__repr__` and `__str__` are left
as they are: nothing computes with them.
"""

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from assignment4.mutation.text import Edit, Mutant, Text

ARITHMETIC = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
    ast.FloorDiv: ("//", "*"),
    ast.Mod: ("%", "//"),
    ast.BitAnd: ("&", "|"),
    ast.BitOr: ("|", "&"),
    ast.LShift: ("<<", ">>"),
    ast.RShift: (">>", "<<"),
}
COMPARISONS = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
}
ORDERINGS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)

ARRAY_FUNCTIONS = {
    "abs",
    "absolute",
    "as_samples",
    "cumsum",
    "flip",
    "normalize",
    "normalize_mean",
    "normalize_stddev",
    "reversed",
    "sign",
    "sort",
    "sorted",
    "sqrt",
    "square",
}
"""Functions of one argument in whose place the argument may stand."""

UNTOUCHED_FIELDS = ("annotation", "returns", "decorator_list", "msg")
UNTOUCHED_NODES = (ast.JoinedStr, ast.Raise)
UNTOUCHED_FUNCTIONS = ("__repr__", "__str__")


def mutants_of(source: str, file: str) -> list[Mutant]:
    """Return all mutants of a source file.

    Args:
        source: the file's text.
        file: its path from the repository's root.

    Returns:
        The mutants in the order of their places, each once.
    """
    text = Text(source)
    edits = sorted(set(_edits(text)), key=lambda edit: (edit[1], edit[2], edit[3]))
    counts: Counter[str] = Counter()
    mutants = []
    for edit in edits:
        mutant = text.mutant(edit, file)
        counts[mutant.id] += 1
        mutants.append(replace(mutant, number=counts[mutant.id]))
    return mutants


def _edits(text: Text) -> Iterator[Edit]:
    for node in _mutable_nodes(text.tree):
        for kind, change in CHANGES.items():
            if isinstance(node, kind):
                yield from change(text, node)


def _mutable_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and all below it that something computes with."""
    named = isinstance(node, ast.FunctionDef) and node.name in UNTOUCHED_FUNCTIONS
    if named or isinstance(node, UNTOUCHED_NODES):
        return
    yield node
    for field, value in ast.iter_fields(node):
        if field not in UNTOUCHED_FIELDS:
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from _mutable_nodes(child)


def _change_arithmetic(text: Text, node: ast.BinOp) -> Iterator[Edit]:
    left, right = node.left, node.right
    if any(_is_text_or_none(operand) for operand in (left, right)):
        return
    if isinstance(node.op, ast.MatMult):
        swapped = f"{text.operand(right)} @ {text.operand(left)}"
        if ast.dump(left) != ast.dump(right):
            yield text.replace(node, "operand order", swapped)
    elif isinstance(node.op, ast.Pow):
        product = f"({text.operand(left)} * {text.operand(right)})"
        yield text.replace(node, "arithmetic", product)
    elif signs := ARITHMETIC.get(type(node.op)):
        yield text.replace_between(left, right, "arithmetic", signs)


def _is_text_or_none(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return node.value is None or isinstance(node.value, str)
    return isinstance(node, ast.JoinedStr)


def _change_assignment(text: Text, node: ast.AugAssign) -> Iterator[Edit]:
    signs = ARITHMETIC.get(type(node.op))
    if signs and not _is_text_or_none(node.value):
        old, new = (f"{sign}=" for sign in signs)
        yield text.replace_between(node.target, node.value, "arithmetic", (old, new))


def _change_comparison(text: Text, node: ast.Compare) -> Iterator[Edit]:
    operands = [node.left, *node.comparators]
    for left, right, sign in zip(operands, node.comparators, node.ops, strict=False):
        yield text.replace_between(left, right, "comparison", COMPARISONS[type(sign)])


def _change_unary(text: Text, node: ast.UnaryOp) -> Iterator[Edit]:
    kind = "negation" if isinstance(node.op, ast.Not | ast.Invert) else "sign"
    yield text.replace(node, kind, text.operand(node.operand))


def _change_boolean(text: Text, node: ast.BoolOp) -> Iterator[Edit]:
    signs = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
    for left, right in zip(node.values, node.values[1:], strict=False):
        yield text.replace_between(left, right, "boolean operator", signs)


def _negate_test(text: Text, node: ast.If | ast.While | ast.IfExp) -> Iterator[Edit]:
    yield from _negated(text, node.test)


def _negate_filters(text: Text, node: ast.comprehension) -> Iterator[Edit]:
    for condition in node.ifs:
        yield from _negated(text, condition)


def _negated(text: Text, condition: ast.expr) -> Iterator[Edit]:
    """Negate a condition, unless a comparison or a `not` in it does the same."""
    if isinstance(condition, ast.UnaryOp):
        return
    if isinstance(condition, ast.Compare) and len(condition.ops) == 1:
        if isinstance(condition.ops[0], ORDERINGS):
            yield text.replace(condition, "negation", f"not ({text.of(condition)})")
        return
    yield text.replace(condition, "negation", f"not ({text.of(condition)})")


def _change_constant(text: Text, node: ast.Constant) -> Iterator[Edit]:
    if type(node.value) not in (int, float) or node.value + 1 == node.value:
        return
    signed = isinstance(text.parents[node], ast.UnaryOp)
    place = text.parents[node] if not signed else text.parents[text.parents[node]]
    keyword = text.parents[place] if isinstance(place, ast.Tuple) else place
    if isinstance(keyword, ast.keyword) and keyword.arg in ("axis", "axes"):
        yield text.replace(node, "axis", repr(node.value + 1))
        return
    kind = "slice bound" if isinstance(place, ast.Slice) else "constant"
    yield text.replace(node, kind, repr(node.value + 1))
    if node.value and not signed:
        yield text.replace(node, kind, f"-{text.of(node)}")


def _move_bounds(text: Text, node: ast.Slice) -> Iterator[Edit]:
    for bound in (node.lower, node.upper):
        if bound is not None and not _is_number(bound):
            yield text.replace(bound, "slice bound", f"{text.operand(bound)} + 1")


def _is_number(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp):
        return _is_number(node.operand)
    return isinstance(node, ast.Constant)


def _change_call(text: Text, node: ast.Call) -> Iterator[Edit]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else text.of(node.func)
    if name == "range":
        for bound in node.args[:2]:
            if not _is_number(bound) and not isinstance(bound, ast.Starred):
                yield text.replace(bound, "range bound", f"{text.operand(bound)} + 1")
    if name in ARRAY_FUNCTIONS and len(node.args) == 1 and not node.keywords:
        yield text.replace(node, "dropped call", text.operand(node.args[0]))


def _drop_transpose(text: Text, node: ast.Attribute) -> Iterator[Edit]:
    if node.attr == "T":
        end = text.end(node)
        yield "transpose", end - len(".T"), end, ""


def _drop_statement(text: Text, node: ast.Expr) -> Iterator[Edit]:
    if isinstance(node.value, ast.Call):
        yield text.replace(node, "dropped call", "pass")


CHANGES = {
    ast.BinOp: _change_arithmetic,
    ast.AugAssign: _change_assignment,
    ast.Compare: _change_comparison,
    ast.UnaryOp: _change_unary,
    ast.BoolOp: _change_boolean,
    ast.If | ast.While | ast.IfExp: _negate_test,
    ast.comprehension: _negate_filters,
    ast.Constant: _change_constant,
    ast.Slice: _move_bounds,
    ast.Call: _change_call,
    ast.Attribute: _drop_transpose,
    ast.Expr: _drop_statement,
}
"""How each kind of node is changed."""
