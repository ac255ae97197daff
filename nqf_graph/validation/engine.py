"""Validation behind one function.  pySHACL decides; its results are told in terms of our rules."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pyoxigraph import RdfFormat, Triple
from rdflib import SH, BNode, Graph, Literal, URIRef
from rdflib.query import Result
from rdflib.term import Node

from nqf_graph.formats import to_bytes
from nqf_graph.terms import language_order
from nqf_graph.validation.report import Finding, Report
from nqf_graph.validation.rules import rule_of, texts

if TYPE_CHECKING:
    from rdflib.plugins.sparql.sparql import Query


class _PreparingGraph(Graph):
    """A graph that parses each query text once.

    pySHACL sends the text of a SPARQL constraint anew for every focus node; parsing it was over nine tenths of the
    time that a validation took.
    """

    def query(self, query_object: str | Query, *args: Any, **options: Any) -> Result:
        """Answer the query, from its parsed form if the text was seen before."""
        prepared = _prepare(_in_order(query_object)) if isinstance(query_object, str) else query_object
        return super().query(prepared, *args, **options)


@lru_cache(maxsize=256)
def _prepare(text: str) -> Query:
    """The parsed query, to be run; running writes into it, so it is not the one that the compiler reads."""
    from rdflib.plugins.sparql import prepareQuery  # noqa: PLC0415 - see `validate`

    from nqf_graph.validation.parsing import on_its_own_thread  # noqa: PLC0415

    return on_its_own_thread(prepareQuery, text)


def _in_order(text: str) -> str:
    """The same text with its prefixes in alphabetical order: pySHACL gives them another one for each shapes graph."""
    prologue, gap, body = text.partition("\n\n")
    lines = prologue.splitlines()
    return "\n".join(sorted(lines)) + gap + body if all(line.startswith("PREFIX ") for line in lines) else text


def as_graph(triples: Iterable[Triple]) -> Graph:
    """The same triples as an rdflib graph, which is what pySHACL reads."""
    return _PreparingGraph().parse(data=to_bytes(triples, RdfFormat.N_TRIPLES), format="nt")


def validate(data: Graph, shapes: Graph) -> Report:
    """Which records of `data` break which rules of `shapes`?

    `data` must contain the ontology (targets follow rdfs:subClassOf); no reasoning is done.  `shapes` is a parsed
    graph: pySHACL changes rdflib's globals for all threads while it parses text, and not when it is given a graph.
    """
    import pyshacl  # noqa: PLC0415 - with its SPARQL parser it takes longer to load than most commands run

    _, results, _ = pyshacl.validate(
        data, shacl_graph=shapes, inference="none", advanced=False, do_owl_imports=False, inplace=True
    )
    if not isinstance(results, Graph):
        raise RuntimeError(f"the validator gave no report: {results}")
    return Report.of(_finding(results, result, shapes) for result in results.objects(None, SH.result))


def _finding(results: Graph, result: Node, shapes: Graph) -> Finding:
    shape = results.value(result, SH.sourceShape)
    constraint = results.value(result, SH.sourceConstraint) or shape
    assert shape is not None and constraint is not None
    focus, path, value = (results.value(result, p) for p in (SH.focusNode, SH.resultPath, SH.value))
    severity = str(results.value(result, SH.resultSeverity) or SH.Violation)
    return Finding(
        rule=rule_of(shapes, constraint),
        severity=severity.rpartition("#")[2],
        focus=_text(focus),
        path=None if path is None else _path(results, path),
        value=None if value is None else _text(value),
        shape=str(constraint),
        messages=_messages(shapes, (constraint, shape), {"this": focus, "value": value, "path": path}),
    )


def _messages(shapes: Graph, nodes: Iterable[Node], values: dict[str, Node | None]) -> tuple[tuple[str, str], ...]:
    """The messages by language, read from the shapes: pySHACL drops the language of SPARQL constraints' messages."""
    found = next(filter(None, (texts(shapes, node, SH.message) for node in nodes)), {})
    for name, value in values.items():
        for mark in "?$":
            found = {tag: text.replace(f"{{{mark}{name}}}", _text(value)) for tag, text in found.items()}
    return tuple((tag, found[tag]) for tag in language_order("ky") if tag in found)


def _text(node: Node | None) -> str:
    if isinstance(node, Literal) and node.language:
        return f'"{node}"@{node.language}'
    return "" if node is None else str(node)


def _path(results: Graph, path: Node) -> str:
    """A property path in SPARQL notation; the common case is one IRI."""
    if isinstance(path, URIRef):
        return str(path)
    for prop, notation in (
        (SH.inversePath, "^{}"), (SH.zeroOrMorePath, "{}*"), (SH.oneOrMorePath, "{}+"), (SH.zeroOrOnePath, "{}?"),
    ):  # fmt: skip
        if (inner := results.value(path, prop)) is not None:
            return notation.format(_path(results, inner))
    if (alternatives := results.value(path, SH.alternativePath)) is not None:
        return "|".join(_path(results, step) for step in results.items(alternatives))
    return "/".join(_path(results, step) for step in results.items(path)) if isinstance(path, BNode) else str(path)
