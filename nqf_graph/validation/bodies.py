"""What the SELECT text of a `sh:sparql` constraint reads, found by walking its algebra."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from rdflib import SH, Graph, URIRef, Variable
from rdflib.paths import Path
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Node

from nqf_graph.validation.parsing import parsed, with_prefixes
from nqf_graph.validation.trails import THIS, NoFootprintError, Step, Triple3, as_text, fresh, is_variable, readings

_THROUGH = frozenset(
    ("SelectQuery", "Project", "Distinct", "Reduced", "Slice", "OrderBy", "Extend", "Filter", "AggregateJoin", "Group")
)
_BOTH = frozenset(("Join", "LeftJoin", "Union"))
_UNSTEADY = re.compile(r"\b(NOW|RAND|UUID|STRUUID|BNODE)\s*\(", re.IGNORECASE)
_TODAY = re.compile(r"SUBSTR\s*\(\s*STR\s*\(\s*NOW\s*\(\s*\)\s*\)\s*,\s*1\s*,\s*10\s*\)", re.IGNORECASE)
_EXISTS = ("Builtin_EXISTS", "Builtin_NOTEXISTS")
Reading = tuple[Triple3, list[Step]]
"""A statement that is read, and the patterns that hold beside it."""


class _Scope:
    """What variables are called: inside a sub-select, one that is not projected is another one.

    $this is the record everywhere: its value is put in place of it before the query runs.
    """

    def __init__(self, this: str, outer: _Scope | None = None, visible: frozenset[str] = frozenset()) -> None:
        self.this = this
        self._outer, self._visible = outer, visible
        self._own: dict[str, str] = {}

    def name(self, variable: str) -> str:
        """What the variable is called here."""
        if variable == THIS:
            return self.this
        if self._outer is None:
            return variable
        if variable in self._visible:
            return self._outer.name(variable)
        if variable not in self._own:
            self._own[variable] = fresh()
        return self._own[variable]


def body_readings(shapes: Graph, constraint: Node, path: Path | URIRef | None, this: str) -> Iterator[Reading]:
    """Each statement that a `sh:sparql` constraint reads, with the patterns that hold beside it.

    `path` stands for $PATH, the variable `this` for the record.  Raises NoFootprintError.
    """
    text = shapes.value(constraint, SH.select)
    if text is None:
        raise NoFootprintError("a SPARQL constraint without sh:select")
    body = str(text)
    if path is not None:
        body = re.sub(r"[$?]PATH\b", path.n3().replace("\\", r"\\"), body)
    if found := _UNSTEADY.search(_TODAY.sub("", body)):
        raise NoFootprintError(f"{found[1].upper()}(): its result changes without a change of the data")
    if re.search(r"[$?]shapesGraph\b", body):
        raise NoFootprintError("$shapesGraph")
    try:
        query = parsed(with_prefixes(shapes, constraint, body)).algebra
    except Exception as error:
        raise NoFootprintError(f"a SELECT that does not parse: {error}") from error
    yield from _visit(query, [], _Scope(this))


def reads_today(shapes: Graph, constraint: Node) -> bool:
    """Does a constraint compare with the day on which it runs (the first ten characters of NOW())?"""
    return bool(_TODAY.search(str(shapes.value(constraint, SH.select))))


def _visit(node: CompValue, beside: list[Step], scope: _Scope) -> Iterator[Reading]:
    """The readings of one node of the algebra; `beside` are patterns that hold whenever it matters."""
    name = node.name
    if name == "BGP":
        steps = _steps(node, scope)
        for index, step in enumerate(steps):
            for read, around in readings(step):
                yield read, [*around, *steps[:index], *steps[index + 1 :], *beside]
    elif name in _BOTH:
        yield from _visit_two(node, beside, scope)
    elif name == "ToMultiSet":
        yield from _visit(node.p, beside, _inner(node.p, scope))
    elif name in _THROUGH:
        yield from _visit(node.p, beside, scope)
        inner = [*_certain(node.p, scope), *beside]
        yield from _inside([node.get("expr"), node.get("A")], inner, scope)
    else:
        raise NoFootprintError(f"{name} in a SELECT")


def _visit_two(node: CompValue, beside: list[Step], scope: _Scope) -> Iterator[Reading]:
    """The readings of a node with two sides.  What is optional says nothing about the other side."""
    left, right = _certain(node.p1, scope), _certain(node.p2, scope)
    if node.name == "Union":
        left = right = []
    yield from _visit(node.p1, [*(right if node.name == "Join" else ()), *beside], scope)
    yield from _visit(node.p2, [*left, *beside], scope)
    if node.name == "LeftJoin":
        yield from _inside(node.expr, [*right, *left, *beside], scope)


def _inside(expression: Any, beside: list[Step], scope: _Scope) -> Iterator[Reading]:
    """The readings of EXISTS and NOT EXISTS anywhere inside an expression."""
    if isinstance(expression, CompValue) and expression.name in _EXISTS:
        yield from _visit(expression.graph, beside, scope)
    elif isinstance(expression, CompValue):
        for key, value in expression.items():
            if key != "_vars":
                yield from _inside(value, beside, scope)
    elif isinstance(expression, list | tuple):
        for value in expression:
            yield from _inside(value, beside, scope)


def _certain(node: CompValue, scope: _Scope) -> list[Step]:
    """The patterns that hold in every solution of a node; of alternatives, none."""
    match node.name:
        case "BGP":
            return _steps(node, scope)
        case "Join":
            return [*_certain(node.p1, scope), *_certain(node.p2, scope)]
        case "LeftJoin":
            return _certain(node.p1, scope)
        case "ToMultiSet":
            return _certain(node.p, _inner(node.p, scope))
    without_keys = node.name == "Group" and not node.expr  # then there is a solution even of nothing
    return _certain(node.p, scope) if node.name in _THROUGH and not without_keys else []


def _steps(node: CompValue, scope: _Scope) -> list[Step]:
    return [
        (_as(s, scope), p if isinstance(p, Path) else _predicate(p, scope), _as(o, scope)) for s, p, o in node.triples
    ]


def _as(node: Node, scope: _Scope) -> str:
    text = as_text(node)
    return scope.name(text) if is_variable(text) else text


def _predicate(node: Any, scope: _Scope) -> Any:
    return Variable(_as(node, scope)[1:]) if isinstance(node, Variable) else node


def _inner(select: CompValue, scope: _Scope) -> _Scope:
    nodes = list(_spine(select))
    if any(node.name == "Slice" for node in nodes):
        raise NoFootprintError("LIMIT or OFFSET in a sub-select")
    projected = next((node.PV for node in nodes if "PV" in node), ())
    return _Scope(scope.this, scope, frozenset(map(as_text, projected)))


def _spine(node: Any) -> Iterator[CompValue]:
    """The nodes of a sub-select down to its patterns."""
    while isinstance(node, CompValue) and node.name in _THROUGH:
        yield node
        node = node.get("p")
