"""The W3C test suite for SHACL, run through the compiled path: reading, running, and the table for the docs.

python -m tests.w3c_shacl
"""

from __future__ import annotations

import os
import tarfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pyoxigraph as ox
from rdflib import RDF, SH, BNode, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from nqf_graph.store.protocol import Rows, Term
from nqf_graph.validation.compiled import compile_shapes, read_subclasses
from nqf_graph.validation.compiled.paths import read_path, words

ROOT = Path(__file__).resolve().parent.parent
ARCHIVE = Path("data/w3c-tests/shacl-core-and-sparql.tar.xz")
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SHT = Namespace("http://www.w3.org/ns/shacl-test#")

PYSHACL = "goes to pySHACL: "
EXCEPTIONS = {
    "core/property/datatype-ill-formed": PYSHACL + "the store turns xsd:byte into xsd:integer, so the datatype is lost",
    "core/path/path-complex-002": PYSHACL + "",
}
"""Entries that do not run on the compiled path, and why.  Every other one must give the expected report."""

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
            datatype = None if term.language else URIRef(term.datatype.value)
            return Literal(term.value, lang=term.language, datatype=datatype)
    raise TypeError(term)


def select_from(store: ox.Store) -> Callable[[str], Rows]:
    def select(text: str) -> Rows:
        solutions = store.query(text, use_default_graph_as_union=True)
        assert isinstance(solutions, ox.QuerySolutions)
        columns = tuple(variable.value for variable in solutions.variables)
        return Rows(columns, tuple(tuple(solution[column] for column in columns) for solution in solutions))

    return select


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


def actual(entry: Entry) -> Counter[Row]:
    """The results of the compiled path.  Raises NotImplementedError, with the reason, for what it leaves out."""
    select = select_from(load(entry.data))
    compiled = compile_shapes(as_rdflib(load(entry.shapes)), read_subclasses(select))
    for left in compiled.fallback:
        if left.supported:
            raise NotImplementedError(f"{left.shape} {left.reason}")
        raise ValueError(f"{left.shape} {left.reason}")
    rows: Counter[Row] = Counter()
    for result in compiled.results(select):
        value = None if result.value is None else text(as_node(result.value))
        others = (text(each) for each in (result.component, result.shape, result.severity))
        rows[(text(as_node(result.focus)), result.path, value, *others)] += 1
    return rows


def outcome(entry: Entry) -> str:
    """What happens to a test: "passed", or why not."""
    try:
        found = actual(entry)
    except NotImplementedError as error:
        return PYSHACL + str(error)
    except ValueError as error:
        return "passed" if entry.report is None else f"refused: {error}"
    if entry.report is None:
        return "expected a failure"
    wanted = expected(entry)
    if found == wanted:
        return "passed"
    return f"missing {dict(wanted - found)}, not expected {dict(found - wanted)}"


if __name__ == "__main__":
    for entry in entries():
        if (told := outcome(entry)) != "passed":
            print(entry.name, told)
