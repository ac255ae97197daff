"""SPARQL-based constraints and constraint components (SHACL, sections 5 and 6)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from rdflib import RDF, RDFS, SH, Graph, Literal, URIRef
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Node

from nqf_graph.validation.compiled.algebra import CannotRewriteError, Rewriter
from nqf_graph.validation.compiled.paths import expression
from nqf_graph.validation.compiled.sets import Values, Violation, violating_values
from nqf_graph.validation.compiled.targets import is_true
from nqf_graph.validation.compiled.text import CannotCompileError, exists, negation, term
from nqf_graph.validation.parsing import mentioned, parsed, with_prefixes

_PATH = re.compile(r"[$?]PATH\b")
_PROLOGUE = re.compile(r"(?:\s|#[^\n]*\n|PREFIX\s+[^\s<]*\s*<[^>]*>|BASE\s+<[^>]*>)*", re.IGNORECASE)
_BOUND = {"this", "shapesGraph", "currentShape"}


@dataclass(frozen=True)
class SparqlConstraint:
    """One thing that a query says about a shape: its node in the shapes graph, its component, its violations."""

    node: Node | None
    component: Node
    violation: Violation


def sparql_constraints(values: Values, shape: Node) -> Iterator[SparqlConstraint]:
    """The constraints that sh:sparql gives `shape`.  Raises CannotCompileError where SHACL demands a failure."""
    shapes = values.context.shapes
    for node in sorted(shapes.objects(shape, SH.sparql), key=str):
        if not is_true(shapes, node, SH.deactivated):
            known = {"this": values.focus, "currentShape": _constant(shape)}
            violation = _select(values, node, known)
            yield SparqlConstraint(node, SH.SPARQLConstraintComponent, violation)


def custom_constraints(values: Values, shape: Node) -> Iterator[SparqlConstraint]:
    """The constraints that the shapes graph's own constraint components give `shape`."""
    shapes = values.context.shapes
    for component in sorted(_instances(shapes, SH.ConstraintComponent), key=str):
        parameters = _parameters(shapes, component, shape)
        if parameters is None:
            continue
        known = {"this": values.focus, "currentShape": _constant(shape)} | parameters
        special = SH.nodeValidator if values.path is None else SH.propertyValidator
        validator = next((v for prop in (special, SH.validator) for v in shapes.objects(component, prop)), None)
        if validator is None:
            raise CannotCompileError(f"uses {component}, which has no validator for it", supported=False)
        if (validator, SH.ask, None) in shapes:
            violation = _ask(values, validator, known)
        else:
            violation = _select(values, validator, known)
        yield SparqlConstraint(None, component, violation)


def _parameters(shapes: Graph, component: Node, shape: Node) -> dict[str, str] | None:
    """The values of the parameters by name; None when the shape does not use the component."""
    found: dict[str, str] = {}
    declared = list(shapes.objects(component, SH.parameter))
    for parameter in declared:
        path = shapes.value(parameter, SH.path)
        given = None if path is None else shapes.value(shape, path)
        if given is not None:
            found[re.split("[#/]", str(path))[-1]] = _constant(given)
        elif not is_true(shapes, parameter, SH.optional):
            return None
    return found if declared else None


def _instances(shapes: Graph, of: Node) -> set[Node]:
    kinds = shapes.transitive_subjects(RDFS.subClassOf, of)
    return {node for kind in kinds for node in shapes.subjects(RDF.type, kind)}


def _constant(node: Node) -> str:
    """What replaces a variable; a blank node, which no query can name, is left as a variable that nothing binds."""
    return term(node) if isinstance(node, URIRef | Literal) else "?_nameless"


def _select(values: Values, node: Node, known: Mapping[str, str]) -> Violation:
    text, query = _read(values, node, SH.select, _BOUND)
    algebra = query
    while algebra.name in ("SelectQuery", "Distinct", "Reduced", "OrderBy"):
        algebra = algebra.p
    columns = [str(variable) for variable in query.PV]
    if query.name != "SelectQuery" or "this" not in columns:
        raise CannotCompileError("has a query that does not select $this", supported=False)
    rewriter = Rewriter(known, values.context.names, rename=values.focus != "?this")
    shown = {name: rewriter.variable(query.PV[columns.index(name)]) for name in columns}
    try:
        if algebra.name != "Project":
            raise CannotRewriteError(f"uses {algebra.name}")
        pattern = rewriter.pattern(algebra.p)
    except CannotRewriteError as error:
        if values.focus != "?this" or set(known) - {"this"} & mentioned(query):
            raise CannotCompileError(f"has a query for a nested shape that {error}") from error
        prologue = _PROLOGUE.match(text)
        assert prologue is not None
        pattern = f"{{ {text[prologue.end() :]}\n}}"
        shown = {name: f"?{name}" for name in columns}
        return _violation(pattern, shown, known, prologue[0])
    return _violation(pattern, shown, known)


def _violation(pattern: str, shown: Mapping[str, str], known: Collection[str], prologue: str = "") -> Violation:
    columns = [name for name in shown if name not in ("this", "value", "path") and name not in known]
    others = tuple(shown[name] for name in columns)
    return Violation(pattern, "", shown.get("value"), shown.get("path"), others, prologue=prologue)


def _ask(values: Values, node: Node, known: Mapping[str, str]) -> Violation:
    _, query = _read(values, node, SH.ask, {*_BOUND, "value"})

    def fails(value: str) -> str:
        rewriter = Rewriter({**known, "value": value}, values.context.names, rename=True)
        try:
            return negation(exists(rewriter.pattern(query.p.p if query.p.name == "Project" else query.p)))
        except CannotRewriteError as error:
            raise CannotCompileError(f"has a validator that {error}") from error

    return violating_values(values, fails)


def _read(values: Values, node: Node, prop: URIRef, bound: Collection[str]) -> tuple[str, CompValue]:
    """The text of a query with its prefixes and path filled in, and its algebra.

    Raises CannotCompileError for what SHACL forbids when the variables `bound` are bound before.
    """
    shapes = values.context.shapes
    texts = list(shapes.objects(node, prop))
    if len(texts) != 1:
        raise CannotCompileError(f"expected one query at {node}, found {len(texts)}", supported=False)
    body = str(texts[0])
    if values.path is not None:
        path = expression(values.path)
        body = _PATH.sub(lambda _: path, body)
    text = with_prefixes(shapes, node, body)
    try:
        query = parsed(text)
    except Exception as error:  # pyparsing and rdflib raise many kinds; each means that this is no query
        raise CannotCompileError(f"has a query that cannot be read ({error})", supported=False) from None
    for fault in query.faults:
        if not fault.variable or fault.variable in bound:
            raise CannotCompileError(f"has a query {fault.reason}", supported=False)
    return text, query.algebra
