"""Make every small change to a source that a set of rules allows: each is a bug that some test should see.

The rules are the usual ones of mutation testing: another operator, a number one off, a condition negated, a
statement left out, an argument left out, a slice shifted, min for max. Left alone is what no test should
hold: annotations, docstrings and other strings, decorators, what a ``raise`` says, that a zip is ``strict``.
A name that is bound for the first time is not left out either: the NameError would be seen by anything.
"""

import ast
import copy
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

OTHER: dict[type, tuple[type, ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Div, ast.Mult),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
}
_PAIRS = "min max,any all,argmin argmax,amin amax,zeros ones,zeros_like ones_like,sum prod,tanh sigmoid,exp log"
NAMES = {a: b for pair in _PAIRS.split(",") for a, b in (pair.split(), pair.split()[::-1])}


class Place(NamedTuple):
    """A node that may change, and the lines of which one is run where the change can matter."""

    node: ast.AST
    lines: range


@dataclass(frozen=True)
class Mutant:
    """One change to ``file``. ``line`` is the text it stands in, ``change`` the old and the new code."""

    file: str
    line: str
    change: str
    lines: range
    source: str
    place: int
    new: ast.AST

    def tree(self) -> ast.Module:
        """Return the changed source, parsed."""
        tree = ast.parse(self.source)
        _replace(tree, list(_places(tree))[self.place].node, self.new)
        return ast.fix_missing_locations(tree)

    @property
    def key(self) -> tuple[str, str, str]:
        """What names this mutant for as long as its line stays as it is."""
        return self.file, self.line, self.change


def mutants(file: str, source: str) -> Iterator[Mutant]:
    """Yield every mutant of ``source``, in the order of its lines."""
    tree, texts = ast.parse(source), source.splitlines()
    seen: Counter[tuple[str, str]] = Counter()
    for number, (node, lines) in enumerate(_places(tree)):
        for new in _changes(node):
            told = [code.test if isinstance(code, ast.If) else code for code in (node, new)]
            shown = " → ".join(_short(ast.unparse(code)) for code in told)
            where = node.target if isinstance(node, ast.comprehension) else node
            line = texts[getattr(where, "lineno", 1) - 1].strip()
            seen[line, shown] += 1
            again = f" ({seen[line, shown]})" if seen[line, shown] > 1 else ""
            yield Mutant(file, line, shown + again, lines, source, number, new)


def _short(code: str) -> str:
    return code if len(code) <= 90 else f"{code[:42]} … {code[-42:]}"


def _places(tree: ast.Module) -> Iterator[Place]:
    """Walk over what may change; a changed tree is walked in the same order."""

    def walk(node: ast.AST, lines: range, inside: bool) -> Iterator[Place]:
        inside = inside or isinstance(node, ast.FunctionDef)
        if isinstance(node, ast.stmt):  # what stands outside of every function is run by the import, before any test
            lines = _run(node) if inside else range(0)
        yield Place(node, lines)
        if isinstance(node, ast.Raise):
            return
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "decorator_list", "format_spec", "op", "ops", "ctx"):
                continue
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST) and not _is_text(child) and not _is_guard(child):
                    yield from walk(child, lines, inside)

    _name_rebound(tree)
    yield from walk(tree, range(0), False)


def _run(node: ast.stmt) -> range:
    """Return the lines of a statement itself; of a function its body; of what a class or module says, any line."""
    if isinstance(node, ast.FunctionDef):
        return range(node.body[0].lineno, (node.end_lineno or 0) + 1)
    body = getattr(node, "body", None)
    return range(node.lineno, max(body[0].lineno, node.lineno + 1) if body else (node.end_lineno or 0) + 1)


def _is_guard(node: ast.AST) -> bool:
    """Say whether it is ``strict=True`` of a zip: no right program meets what that refuses."""
    return isinstance(node, ast.keyword) and node.arg == "strict"


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _name_rebound(tree: ast.Module) -> None:
    """Mark the assignments whose names have a value before: those can be left out without a NameError."""
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        bound = {arg.arg for arg in ast.walk(function.args) if isinstance(arg, ast.arg)}
        assignments = [node for node in ast.walk(function) if isinstance(node, ast.Assign)]
        for node in sorted(assignments, key=lambda node: node.lineno):
            names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
            node.rebound = names <= bound  # type: ignore[attr-defined]
            bound |= names


def _replace(tree: ast.Module, old: ast.AST, new: ast.AST) -> None:
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, name, ast.copy_location(new, old))
            elif isinstance(value, list) and any(child is old for child in value):
                setattr(parent, name, [ast.copy_location(new, old) if child is old else child for child in value])


def _with(node: ast.AST, **fields: object) -> ast.AST:
    new = copy.deepcopy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what may stand in the place of ``node``."""
    match node:
        case ast.BinOp(op=op) | ast.AugAssign(op=op) | ast.BoolOp(op=op):
            yield from (_with(node, op=other()) for other in OTHER.get(type(op), ()))
        case ast.Compare(ops=[*ops]):
            for k, one in enumerate(ops):
                yield from (_with(node, ops=[*ops[:k], other(), *ops[k + 1 :]]) for other in OTHER[type(one)])
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant()):
            pass  # a number below zero: its digits change
        case ast.UnaryOp(operand=operand):
            yield operand
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int() | float()):
            yield from (ast.Constant(node.value + by) for by in (1, -1))  # type: ignore[operator]
        case ast.Call():
            yield from _calls(node)
        case ast.Slice(lower=lower, upper=upper):
            yield from (_with(node, lower=bound) for bound in _shifted(lower, 1))
            yield from (_with(node, upper=bound) for bound in _shifted(upper, -1))
        case ast.comprehension(ifs=[*ifs]) if ifs:
            yield _with(node, ifs=[])
            yield _with(node, ifs=[ast.UnaryOp(ast.Not(), ast.BoolOp(ast.And(), ifs) if len(ifs) > 1 else ifs[0])])
        case ast.Return(value=ast.Constant(value=None)):
            pass  # a bare return gives the same
        case ast.Return(value=ast.expr()):
            yield ast.Return(None)
        case ast.Raise():
            yield ast.Pass()
        case ast.Expr(value=ast.Call() as call) if not _is_super(call):
            yield ast.Pass()
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield ast.Pass()
        case ast.Assign() if getattr(node, "rebound", False):
            yield ast.Pass()
        case ast.Continue() | ast.Break():
            yield ast.Break() if isinstance(node, ast.Continue) else ast.Continue()
            yield ast.Pass()
        case ast.If(test=test) | ast.IfExp(test=test) if not isinstance(test, ast.Compare | ast.UnaryOp):
            yield _with(node, test=ast.UnaryOp(ast.Not(), test))
    if isinstance(node, ast.AugAssign):
        yield ast.Pass()


def _shifted(bound: ast.expr | None, start: int) -> Iterator[ast.expr]:
    """Yield the bound of a slice one further and one nearer; numbers change on their own."""
    if bound is None:
        yield ast.Constant(start)
    elif not any(isinstance(part, ast.Constant) for part in (bound, getattr(bound, "operand", None))):
        yield from (ast.BinOp(bound, op(), ast.Constant(1)) for op in (ast.Add, ast.Sub))


def _is_super(call: ast.Call) -> bool:
    """Say whether it is the call of a base class, without which everything breaks at once."""
    owner = getattr(call.func, "value", None)
    return isinstance(owner, ast.Call) and getattr(owner.func, "id", "") == "super"


def _calls(node: ast.Call) -> Iterator[ast.AST]:
    """Yield the call with an argument left out, or of the opposite function."""
    if _is_super(node):
        return
    for k, keyword in enumerate(node.keywords):
        if keyword.arg != "device" and not _is_guard(keyword):  # the tests run on one device
            yield _with(node, keywords=[*node.keywords[:k], *node.keywords[k + 1 :]])
    if len(node.args) > 1:
        yield _with(node, args=node.args[:-1])
    if isinstance(node.func, ast.Name) and node.func.id in NAMES:
        yield _with(node, func=ast.Name(NAMES[node.func.id], ast.Load()))
    if isinstance(node.func, ast.Attribute) and node.func.attr in NAMES:
        yield _with(node, func=ast.Attribute(node.func.value, NAMES[node.func.attr], ast.Load()))
