"""pySHACL as the reference in differential tests, and the graphs that both sides are given.

Mistakes of its libraries are put right here, and only here; `test_compiled.py` shows that they are still there.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pyshacl.shape
import pytest
from pyoxigraph import Triple
from pyshacl.constraints import ALL_CONSTRAINT_PARAMETERS, CONSTRAINT_PARAMETERS_MAP
from pyshacl.constraints.core import property_pair_constraints as pairs
from rdflib import XSD, Graph, Literal
from rdflib.plugins.sparql.sparql import SPARQLError

from nqf_graph.store.protocol import Rows
from nqf_graph.validation.compiled import CompiledShapes, compile_shapes, read_subclasses
from nqf_graph.validation.engine import as_graph, validate
from nqf_graph.validation.report import Report

ROOT = Path(__file__).resolve().parent.parent

Key = tuple[str, str | None, str | None, str, str, str]
"""What makes a finding: record, path, value, constraint, rule and severity."""


def keys(report: Report) -> set[Key]:
    return {(f.focus, f.path, f.value, f.shape, f.rule, f.severity) for f in report.findings}


def read(*paths: Path) -> list[Triple]:
    """The triples of Turtle files."""
    return [
        quad.triple
        for path in paths
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE, base_iri=path.as_uri())
    ]


@cache
def ontology() -> tuple[Triple, ...]:
    """The ontology, which is part of every data graph."""
    return tuple(read(*sorted((ROOT / "ontology").glob("*.ttl"))))


@cache
def all_shapes() -> Graph:
    return shapes_of(*sorted((ROOT / "shapes").glob("*.ttl")))


@cache
def shapes_of(*paths: Path) -> Graph:
    """Shapes as the service has them: written and read by the store."""
    return as_graph(stored(read(*paths, ROOT / "ontology" / "prefixes.ttl")))


def stored(triples: Iterable[Triple]) -> list[Triple]:
    """The triples as the store gives them back: numbers and language tags in one spelling."""
    return [quad.triple for quad in in_store(triples)]


def in_store(triples: Iterable[Triple]) -> ox.Store:
    store = ox.Store()
    store.extend(ox.Quad(triple.subject, triple.predicate, triple.object) for triple in triples)
    return store


def select_from(store: ox.Store) -> Callable[[str], Rows]:
    def select(text: str) -> Rows:
        solutions = store.query(text, use_default_graph_as_union=True)
        assert isinstance(solutions, ox.QuerySolutions)
        columns = tuple(variable.value for variable in solutions.variables)
        return Rows(columns, tuple(tuple(solution[column] for column in columns) for solution in solutions))

    return select


_compiled: dict[tuple[int, frozenset[tuple[str, frozenset[str]]]], CompiledShapes] = {}


def compiled_for(shapes: Graph, select: Callable[[str], Rows]) -> CompiledShapes:
    """The shapes compiled for the class hierarchy of the data, once."""
    subclasses = read_subclasses(select)
    key = id(shapes), frozenset(subclasses.items())
    if key not in _compiled:
        _compiled[key] = compile_shapes(shapes, subclasses)
    assert not _compiled[key].fallback
    return _compiled[key]


def compiled_findings(triples: Iterable[Triple], shapes: Graph) -> set[Key]:
    select = select_from(in_store(triples))
    return keys(compiled_for(shapes, select).validate(select))


def expected_findings(triples: Collection[Triple], shapes: Graph) -> set[Key]:
    """What pySHACL finds, run on a thread of its own: on top of the deep stack of a test runner, Python asks the system
    for memory at every other call.
    """
    with sparql_comparison(), for_pyshacl(triples) as graph, ThreadPoolExecutor(max_workers=1) as thread:
        return keys(thread.submit(validate, graph, shapes).result())


# pySHACL asks of every predicate of a shape, for every focus node, whether it is in this list; a set answers faster.
pyshacl.shape.CONSTRAINT_PARAMS = (frozenset(ALL_CONSTRAINT_PARAMETERS), CONSTRAINT_PARAMETERS_MAP)


@cache
def ontology_for_pyshacl() -> Graph:
    return as_graph(stored(ontology()))


@contextmanager
def for_pyshacl(triples: Collection[Triple]) -> Iterator[Graph]:
    """The triples as a graph; of data with the ontology, the graph of the ontology and the rest, for as long as needed.

    Making a graph of the ontology anew takes longer than validating a small one beside it.
    """
    if not set(ontology()) <= set(triples):
        yield as_graph(stored(triples))
        return
    graph = ontology_for_pyshacl()
    rest = as_graph(stored(set(triples) - set(ontology())))
    size, own = len(graph), [triple for triple in rest if triple not in graph]
    for triple in own:
        graph.add(triple)
    try:
        yield graph
    finally:
        for triple in own:
            graph.remove(triple)
    assert len(graph) == size, "the validator wrote into the data"


# --- comparison as SPARQL defines it ----------------------------------------------------------------------------------

logging.getLogger("rdflib.term").setLevel(logging.CRITICAL)  # it tells of every ill-formed literal, at length

_NUMBERS = {XSD.integer, XSD.decimal, XSD.double, XSD.float}


def comparable(one: Literal, other: Literal) -> bool:
    """Whether SPARQL's `<` has an answer: numbers, or two well-formed values of one datatype."""
    if one.value is None or other.value is None or one.language or other.language:
        return bool(one.language) and one.language == other.language
    kinds = {one.datatype or XSD.string, other.datatype or XSD.string}
    return kinds <= _NUMBERS or len(kinds) == 1


@contextmanager
def sparql_comparison() -> Iterator[None]:
    """Let rdflib refuse to compare what SPARQL cannot compare; it would put literals in the order of their datatypes.

    And let pySHACL report such a pair as sh:lessThan demands ("or where the two values cannot be compared").  And let
    a sum with an ill-formed number be an error, as in SPARQL; rdflib calls itself until the stack is full.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name in ("__lt__", "__gt__", "__le__", "__ge__"):
            patch.setattr(Literal, name, _if_comparable(getattr(Literal, name)))
        for name in ("__add__", "__sub__"):
            patch.setattr(Literal, name, _if_well_formed(getattr(Literal, name)))
        for kind, name in (
            (pairs.LessThanConstraintComponent, "_compare_lt"),
            (pairs.LessThanOrEqualsConstraintComponent, "_compare_ltoe"),
        ):
            patch.setattr(kind, name, _pair_by_pair(getattr(kind, name)))
        yield


def _if_comparable(original: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def compare(self: Literal, other: object) -> Any:
        if isinstance(other, Literal) and not comparable(self, other):
            return NotImplemented
        return original(self, other)

    return compare


def _if_well_formed(original: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def calculate(self: Literal, other: object) -> Any:
        if self.value is None or (isinstance(other, Literal) and other.value is None):
            raise SPARQLError("an ill-formed value")
        return original(self, other)

    return calculate


def _pair_by_pair(original: Callable[..., Any]) -> Callable[..., Any]:
    def compare(self: Any, values: Iterable[Any], others: Iterable[Any], data: Graph, focus: Any) -> Any:
        fails, reports = False, []
        for value in values:
            for other in others:
                try:
                    failed, reported = original(self, {value}, {other}, data, focus)
                except TypeError:
                    failed, reported = True, [self.make_v_result(data, focus, value_node=value)]
                fails = fails or failed
                reports += reported
        return fails, reports

    return compare
