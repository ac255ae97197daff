"""Are two query results the same?

Up to the names of blank nodes and, where no order was asked for, the order of rows.  Numbers and truth values are the
same when datatype and value are: the engine does not keep how they were written (1.0 becomes 1).
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

import pyoxigraph as ox

from nqf_graph.store.protocol import Term

RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
XSD = "http://www.w3.org/2001/XMLSchema#"
VALUES: dict[str, Callable[[str], str]] = {
    f"{XSD}boolean": lambda text: {"1": "true", "0": "false"}.get(text, text),
    f"{XSD}integer": lambda text: str(int(text)),
    f"{XSD}decimal": lambda text: f"{Decimal(text).normalize():f}",
    f"{XSD}double": lambda text: repr(float(text)),
    f"{XSD}float": lambda text: repr(float(text)),
}
"""Datatype → how the engine's way of writing a value and the suite's become one."""
_ROW = ox.NamedNode("urn:row")

Row = Mapping[str, Term]
"""Variable → value; unbound variables are left out."""


@dataclass(frozen=True)
class Table:
    """The result of a SELECT query."""

    variables: frozenset[str]
    rows: tuple[Row, ...]


Result = bool | Table | tuple[ox.Triple, ...]


def read_result(content: bytes, suffix: str, base: str) -> Result:
    """The result in a document; `suffix` says which format it is in."""
    if suffix == "csv":
        return _read_csv(content.decode())
    if form := ox.QueryResultsFormat.from_extension(suffix):
        found = ox.parse_query_results(content, format=form)
        if isinstance(found, ox.QueryBoolean):
            return bool(found)
        assert isinstance(found, ox.QuerySolutions)
        names = [variable.value for variable in found.variables]
        rows = tuple({name: row[name] for name in names if row[name] is not None} for row in found)
        return Table(frozenset(names), rows)
    form = ox.RdfFormat.from_extension(suffix)
    triples = tuple(q.triple for q in ox.parse(content, format=form, base_iri=base, rename_blank_nodes=True))
    return _read_result_set(triples) if any(t.predicate.value.startswith(RS) for t in triples) else triples


def _read_csv(text: str) -> Table:
    """CSV says of a value only whether it is a blank node."""
    header, *lines = csv.reader(io.StringIO(text, newline=""))
    cells = [dict(zip(header, line, strict=True)) for line in lines]
    rows = tuple({name: _plain(cell) for name, cell in row.items() if cell} for row in cells)
    return Table(frozenset(header), rows)


def _plain(cell: str) -> Term:
    return ox.BlankNode(cell[2:]) if cell.startswith("_:") else ox.Literal(cell)


def _read_result_set(triples: Iterable[ox.Triple]) -> Table:
    """A table written down as RDF, in the vocabulary of the first SPARQL tests."""
    graph = ox.Dataset(ox.Quad(*triple) for triple in triples)

    def objects(subject: Term, name: str) -> list[Term]:
        found = graph.quads_for_subject(subject)  # type: ignore[arg-type]
        return [quad.object for quad in found if quad.predicate.value == RS + name]

    (top,) = {quad.subject for quad in graph if quad.predicate.value == RS + "resultVariable"}
    rows = [
        {objects(each, "variable")[0].value: objects(each, "value")[0] for each in objects(row, "binding")}  # type: ignore[union-attr]
        for row in objects(top, "solution")
    ]
    return Table(frozenset(v.value for v in objects(top, "resultVariable")), tuple(rows))  # type: ignore[union-attr]


def is_ordered(query: str) -> bool:
    """Does the query say in which order its rows come?"""
    return re.search(r"\bORDER\s+BY\b[^{}]*$", re.sub(r"#[^\n]*", "", query), re.IGNORECASE) is not None


def same(found: Result, wanted: Result, *, ordered: bool = False) -> bool:
    """Do two results say the same?  A blank node of one stands for exactly one of the other."""
    match found, wanted:
        case Table(), Table():
            return found.variables == wanted.variables and _key(found, ordered) == _key(wanted, ordered)
        case tuple(), tuple():
            return _canonical(found) == _canonical(wanted)
    return found is wanted  # two booleans


def same_dataset(found: Iterable[ox.Quad], wanted: Iterable[ox.Quad]) -> bool:
    """Do two datasets hold the same graphs, blank nodes shared between them included?"""
    return _canonical(found) == _canonical(wanted)


def _value(term: Term) -> Term:
    """A number or truth value as it is always written; any other term as it is."""
    if not isinstance(term, ox.Literal) or term.datatype.value not in VALUES:
        return term
    try:
        return ox.Literal(VALUES[term.datatype.value](term.value), datatype=term.datatype)
    except (ValueError, ArithmeticError):
        return term  # no number, whatever its datatype says


def _key(table: Table, ordered: bool) -> tuple[object, object]:
    """Rows without blank nodes as they are and how often; the others as a graph, each row a node of its own."""
    counted: Counter[frozenset[object]] = Counter()
    nodes: list[ox.Triple] = []
    for number, cells in enumerate(table.rows):
        row = {name: _value(value) for name, value in cells.items()}
        place = [("", str(number))] if ordered else []
        if any(isinstance(value, ox.BlankNode) for value in row.values()):
            node = ox.BlankNode()
            nodes.append(ox.Triple(node, _ROW, ox.Literal(str(place))))
            nodes += [ox.Triple(node, ox.NamedNode(f"urn:{name}"), value) for name, value in row.items()]
        else:
            counted[frozenset([*row.items(), *place])] += 1
    return counted, _canonical(nodes)


def _canonical(statements: Iterable[ox.Triple] | Iterable[ox.Quad]) -> list[str]:
    quads = (each if isinstance(each, ox.Quad) else ox.Quad(*each) for each in statements)
    dataset = ox.Dataset(ox.Quad(q.subject, q.predicate, _value(q.object), q.graph_name) for q in quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(map(str, dataset))
