"""Mechanical mutants: one small change of a program's syntax tree at a time."""

import ast
import copy
from collections.abc import Iterator
from typing import NamedTuple

_BINARY = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Pow: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
_COMPARE = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}


class Mutant(NamedTuple):
    """A changed program and its key: what was changed, in which line, by text and not by number."""

    key: str
    tree: ast.Module


def mutants(source: str, lines: range) -> Iterator[Mutant]:
    """Every mutant of `source` that changes something in `lines` (1-based), without doubles.

    Docstrings and annotations are left alone: they compute nothing.
    """
    tree, text = ast.parse(source), source.splitlines()
    original, seen = ast.dump(tree), set()
    for index, node in enumerate(ast.walk(tree)):
        line = getattr(node, "lineno", None)
        if line is None or line not in lines:
            continue
        for number in range(len(list(_changes(copy.deepcopy(node))))):
            changed = copy.deepcopy(tree)
            target = _at(changed, index)
            before = _written(target)
            if not _replace(changed, target, list(_changes(target))[number]):
                continue
            ast.fix_missing_locations(changed)
            dump = ast.dump(changed)
            if dump == original or dump in seen:
                continue
            seen.add(dump)
            after = _written(_at_or_removed(changed, index, before))
            key = f"{before} → {after} in {text[line - 1].strip()}"
            yield Mutant(key, changed)


def _at(tree, index):
    return next(node for i, node in enumerate(ast.walk(tree)) if i == index)


def _at_or_removed(tree, index, before):
    try:
        return _at(tree, index)
    except StopIteration:
        return ast.Name(id="…")


def _written(node):
    try:
        text = ast.unparse(node)
    except (AttributeError, RecursionError):
        return type(node).__name__
    first = text.splitlines()[0] if text else type(node).__name__
    return first if len(first) <= 60 else first[:59] + "…"


def _replace(tree, target, new) -> bool:
    """Put `new` in the place of `target`; a removed statement becomes `pass`."""
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if value is target:
                if _computes_nothing(parent, field):
                    return False
                setattr(parent, field, new)
                return True
            if isinstance(value, list) and any(item is target for item in value):
                if _computes_nothing(parent, field):
                    return False
                value[[item is target for item in value].index(True)] = new
                return True
    return False


def _computes_nothing(parent, field):
    return field in {"annotation", "returns", "decorator_list"}


def _changes(node) -> Iterator[ast.AST]:
    """The nodes that may stand where `node` stands."""
    if isinstance(node, ast.BinOp):
        yield from _binary(node)
    elif isinstance(node, ast.AugAssign) and type(node.op) in _BINARY:
        yield ast.AugAssign(node.target, _BINARY[type(node.op)](), node.value)
        yield ast.Pass()
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not | ast.Invert):
        yield node.operand
    elif isinstance(node, ast.Compare) and len(node.ops) == 1:
        for op in _COMPARE.get(type(node.ops[0]), ()):
            yield ast.Compare(node.left, [op()], node.comparators)
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    elif isinstance(node, ast.IfExp):
        yield node.body
        yield node.orelse
    elif isinstance(node, ast.Constant):
        yield from _constant(node)
    elif isinstance(node, ast.Call):
        yield from _call(node)
    elif isinstance(node, ast.Attribute) and node.attr in {"T", "mT"}:
        yield node.value
    elif isinstance(node, ast.If):
        yield ast.If(ast.Constant(True), node.body, node.orelse)
        yield ast.If(ast.Constant(False), node.body, node.orelse)
    elif _is_removable(node):
        yield ast.Pass()


def _is_removable(node):
    docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    statement = isinstance(node, ast.Assign | ast.Expr | ast.For | ast.Continue | ast.Break)
    return statement and not docstring


def _binary(node):
    if type(node.op) in _BINARY:
        yield ast.BinOp(node.left, _BINARY[type(node.op)](), node.right)
    if isinstance(node.op, ast.Sub | ast.Div | ast.MatMult | ast.Pow | ast.FloorDiv):
        yield ast.BinOp(node.right, node.op, node.left)
    yield node.left
    yield node.right


def _constant(node):
    value = node.value
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int | float):
        yield ast.Constant(value + 1)
        yield ast.Constant(value - 1)
        if value not in (0, 1, -1):
            yield ast.Constant(value * 2)
    elif value is None or isinstance(value, str):
        return


def _call(node):
    """Remove the call or an argument, or swap two arguments."""
    if len(node.args) == 1 and not isinstance(node.args[0], ast.Starred):
        yield node.args[0]
    if isinstance(node.func, ast.Attribute):
        yield node.func.value
    if len(node.args) >= 2:
        yield ast.Call(node.func, [node.args[1], node.args[0], *node.args[2:]], node.keywords)
    for i in range(len(node.keywords)):
        yield ast.Call(node.func, node.args, node.keywords[:i] + node.keywords[i + 1 :])
