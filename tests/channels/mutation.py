"""Small damages to code, one at a time: for tests that show that other tests would notice.

`damages` yields each as (what was done, the function's new code); `damaged` puts it in place for the length of a `with`.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from types import CodeType, FunctionType
from typing import Any

_OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}


def damages(function: FunctionType) -> Iterator[tuple[str, CodeType]]:
    """Every damage to one function: comparisons, `and`/`or`, `not`, numbers, truths, conditions, raises and returns."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    definition = tree.body[0]
    if isinstance(definition, ast.FunctionDef) and ast.get_docstring(definition):
        del definition.body[0]
    first = function.__code__.co_firstlineno - 1
    for index, node in enumerate(ast.walk(tree)):
        for what, change in _changes(node):
            copy = deepcopy(tree)
            change(list(ast.walk(copy))[index])
            ast.fix_missing_locations(copy)
            namespace = dict(function.__globals__)
            exec(compile(copy, f"<damaged {function.__qualname__}>", "exec"), namespace)
            line = first + getattr(node, "lineno", 0)
            yield f"{function.__qualname__}:{line} {what}: {ast.unparse(node)[:100]}", namespace[function.__name__].__code__


@contextmanager
def damaged(function: FunctionType, code: CodeType) -> Iterator[None]:
    """The function with other code, wherever it is already known."""
    sound = function.__code__
    function.__code__ = code
    try:
        yield
    finally:
        function.__code__ = sound


def _changes(node: ast.AST) -> Iterator[tuple[str, Callable[[Any], None]]]:
    match node:
        case ast.Compare():
            yield "compares otherwise", _other_comparison
        case ast.BoolOp():
            yield "and/or swapped", _other_junction
        case ast.UnaryOp(op=ast.Not()):
            yield "not dropped", lambda copy: setattr(copy, "op", ast.UAdd()) or _bool(copy)
        case ast.If() | ast.IfExp():
            yield "always", lambda copy: setattr(copy, "test", ast.Constant(True))
            yield "never", lambda copy: setattr(copy, "test", ast.Constant(False))
        case ast.Constant(value=bool()):
            yield "truth swapped", lambda copy: setattr(copy, "value", not copy.value)
        case ast.Constant(value=int()):
            yield "one more", lambda copy: setattr(copy, "value", copy.value + 1)
        case ast.Constant(value=str(word)) if word and " " not in word:  # sentences are for people
            yield "another text", lambda copy: setattr(copy, "value", f"{copy.value}x")
        case ast.Return(value=ast.expr()) if not (isinstance(node.value, ast.Constant) and node.value.value is None):
            yield "returns nothing", lambda copy: setattr(copy, "value", ast.Constant(None))
        case ast.FunctionDef() | ast.With() | ast.Try():
            yield from _without_raises(node)


def _bool(copy: ast.UnaryOp) -> None:
    copy.operand = ast.Call(func=ast.Name("bool", ast.Load()), args=[copy.operand], keywords=[])


def _other_comparison(copy: ast.Compare) -> None:
    copy.ops[0] = _OPPOSITE[type(copy.ops[0])]()


def _other_junction(copy: ast.BoolOp) -> None:
    copy.op = ast.Or() if isinstance(copy.op, ast.And) else ast.And()


def _without_raises(node: ast.AST) -> Iterator[tuple[str, Callable[[Any], None]]]:
    """Each `raise` directly below an `if` or in a body, replaced by nothing."""
    if not isinstance(node, ast.FunctionDef):
        return
    for index, inner in enumerate(ast.walk(node)):
        if isinstance(inner, ast.Raise):

            def drop(copy: ast.FunctionDef, index: int = index) -> None:
                raised = list(ast.walk(copy))[index]
                for holder in ast.walk(copy):
                    for body in (getattr(holder, "body", None), getattr(holder, "orelse", None)):
                        if isinstance(body, list) and raised in body:
                            body[body.index(raised)] = ast.Pass()

            yield f"raise dropped ({ast.unparse(inner)[:60]})", drop
