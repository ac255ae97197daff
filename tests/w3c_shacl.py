"""The W3C test suite for SHACL, run through the compiled path: reading, running, and the table for the docs.

python -m tests.w3c_shacl
"""

from __future__ import annotations

import os
import tarfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pyoxigraph as ox
from rdflib import RDF, SH, XSD, BNode, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from nqf_graph.store.protocol import Term
from nqf_graph.validation.compiled import Fallback, compile_shapes, read_subclasses
from nqf_graph.validation.compiled.paths import read_path, words
from tests.reference import ROOT, select_from

ARCHIVE = Path("data/w3c-tests/shacl-core-and-sparql.tar.xz")
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SHT = Namespace("http://www.w3.org/ns/shacl-test#")

EXCEPTIONS = {
    "core/property/datatype-ill-formed": (
        "goes to pySHACL",
        "sh:datatype xsd:byte: the store keeps the number and turns the datatype into xsd:integer",
    ),
    "core/property/uniqueLang-002": (
        "0 missing, 1 too many",
        'sh:uniqueLang "1"^^xsd:boolean must have no effect, but the store and rdflib both read it as true',
    ),
    "sparql/pre-binding/shapesGraph-001": (
        "refused",
        "reads GRAPH $shapesGraph, which SHACL leaves optional and pySHACL does not have either",
    ),
}
"""Tests that do not pass on the compiled path: what happens instead, and why.  Every other one must pass."""

STRING = ox.NamedNode(XSD.string)

Row = tuple[str | None, ...]
"""Focus node, path, value, component, source shape and severity of one result."""


def suite() -> Path:
    """The archive of the suite: beside the repository, or where NQF_SHARED says."""
    return Path(os.environ.get("NQF_SHARED") or ROOT.parent / "shared") / ARCHIVE


@dataclass(frozen=True)
class Entry:
    """One sht:Validate test: what to check against what, and the expected report (None for a failure)."""

    name: str
    data: Path
    shapes: Path
    graph: Graph
    report: Node | None

    @property
    def part(self) -> str:
        """ "core" or "sparql"."""
        return self.name.partition("/")[0]


@cache
def entries() -> tuple[Entry, ...]:
    """Every test of the suite."""
    folder = Path(mkdtemp(prefix="shacl-suite-"))
    with tarfile.open(suite()) as archive:
        archive.extractall(folder, filter="data")
    return tuple(entry for path in sorted(folder.rglob("*.ttl")) for entry in read_entries(folder, path))


def read_entries(folder: Path, path: Path) -> Iterator[Entry]:
    graph = as_rdflib(load(path))
    for node in sorted(graph.subjects(RDF.type, SHT.Validate)):
        action, result = graph.value(node, MF.action), graph.value(node, MF.result)
        data, shapes = (
            Path(str(graph.value(action, prop)).removeprefix("file://")) for prop in (SHT.dataGraph, SHT.shapesGraph)
        )
        name = path.relative_to(folder).with_suffix("").as_posix()
        yield Entry(name, data, shapes, graph, None if result == SHT.Failure else result)


def local(iri: Node | None) -> Path:
    return Path(url2pathname(urlsplit(str(iri)).path))


@cache
def load(path: Path) -> ox.Store:
    """A file in a store, with blank nodes that are the same on every reading."""
    store = ox.Store()
    for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE, base_iri=path.as_uri()):
        store.add(ox.Quad(quad.subject, quad.predicate, quad.object))
    return store


def as_rdflib(store: ox.Store) -> Graph:
    """The same graph for rdflib, blank nodes included."""
    graph = Graph()
    for quad in store:
        graph.add((as_node(quad.subject), as_node(quad.predicate), as_node(quad.object)))
    return graph


def as_node(term: Term) -> Node:
    match term:
        case ox.NamedNode():
            return URIRef(term.value)
        case ox.BlankNode():
            return BNode(term.value)
        case ox.Literal():
            datatype = None if term.language or term.datatype == STRING else URIRef(term.datatype.value)
            return Literal(term.value, lang=term.language, datatype=datatype)
    raise TypeError(term)


def expected(entry: Entry) -> Counter[Row]:
    graph = entry.graph
    rows: Counter[Row] = Counter()
    for result in graph.objects(entry.report, SH.result):
        path = graph.value(result, SH.resultPath)
        parts = (
            graph.value(result, SH[name])
            for name in ("focusNode", "value", "sourceConstraintComponent", "sourceShape", "resultSeverity")
        )
        focus, value, *others = (text(each) for each in parts)
        rows[(focus, None if path is None else words(read_path(graph, path)), value, *others)] += 1
    return rows


def text(node: Node | None) -> str | None:
    if node is None:
        return None
    return node.n3() if not isinstance(node, Literal) or node.datatype else Literal(str(node), lang=node.language).n3()


def actual(entry: Entry) -> tuple[Counter[Row], tuple[Fallback, ...]]:
    """The results of the compiled path, and the shapes that it leaves to others."""
    select = select_from(load(entry.data))
    compiled = compile_shapes(as_rdflib(load(entry.shapes)), read_subclasses(select))
    rows: Counter[Row] = Counter()
    for result in compiled.results(select):
        value = None if result.value is None else text(as_node(result.value))
        others = (text(each) for each in (result.component, result.shape, result.severity))
        rows[(text(as_node(result.focus)), result.path, value, *others)] += 1
    return rows, compiled.fallback


def outcome(entry: Entry) -> str:
    """What happens to a test: "passed", or what else."""
    found, left = actual(entry)
    if left:
        if any(each.supported for each in left):
            return "goes to pySHACL"
        return "passed" if entry.report is None else "refused"
    wanted = expected(entry) if entry.report else Counter()
    missing, extra = sum((wanted - found).values()), sum((found - wanted).values())
    if entry.report is None:
        return "no failure"
    if missing or extra:
        return f"{missing} missing, {extra} too many"
    return "passed"


def table() -> str:
    """The table of docs/conformance.md, measured."""
    lines = ["| Part | Tests | Passed on the compiled path | Others |", "|---|---|---|---|"]
    for part in ("core", "sparql"):
        outcomes = {entry.name: outcome(entry) for entry in entries() if entry.part == part}
        others = [f"`{name}`: {told}" for name, told in outcomes.items() if told != "passed"]
        passed = len(outcomes) - len(others)
        lines.append(f"| {part} | {len(outcomes)} | {passed} | {'; '.join(others) or '–'} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
