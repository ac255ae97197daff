"""An engine elsewhere, asked and changed in its dialect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from nqf_graph.store import statements
from nqf_graph.store.answers import RemoteGraph, RemoteResult
from nqf_graph.store.asked import Asked
from nqf_graph.store.delta import graph_of, has_blank_node
from nqf_graph.store.dialects import Dialect
from nqf_graph.store.endpoint import Endpoint
from nqf_graph.store.ledger import Ledger
from nqf_graph.store.protocol import STORE_DECIDES, DatasetClause, Rows


@dataclass(frozen=True)
class Engine:
    """What an endpoint holds, whatever its dialect; failures are those of `Endpoint`.

    `state_graph` is where the store there keeps what it remembers.
    """

    endpoint: Endpoint
    dialect: Dialect
    state_graph: str

    def answer(self, asked: Asked) -> RemoteResult | RemoteGraph:
        """The result of a query."""
        reply = self.endpoint.ask(asked.text, asked.kind, asked.dataset)
        if asked.kind in ("CONSTRUCT", "DESCRIBE"):
            return RemoteGraph(reply)
        return RemoteResult(self.dialect.mend(reply), asked.kind)

    def select(self, text: str, dataset: DatasetClause = STORE_DECIDES) -> Rows:
        """The rows of a query of our own."""
        result = self.answer(Asked(text, "SELECT", dataset))
        rows = result.rows()
        assert rows is not None
        return rows

    def ledger(self) -> Ledger:
        """What the store there remembers, and who is writing to it."""
        return Ledger.read(self.select, self.state_graph)

    def triples(self, graph: str) -> list[Triple]:
        """The statements of a graph, read as rows: these say so when they are cut, a graph might not."""
        return [_triple(row) for row in self.select(statements.everything_in(graph)).rows]

    def holds(self, graph: str) -> bool:
        """Is there a statement in the graph?"""
        return bool(self.answer(Asked(statements.anything_in(graph), "ASK", STORE_DECIDES)))

    def count(self, graphs: Iterable[str]) -> int:
        """How many statements do the graphs hold?"""
        found = self.select(statements.COUNT, DatasetClause(tuple(sorted(graphs)), ())).rows[0][0]
        assert isinstance(found, Literal)
        return int(found.value)

    def texts(self, removed: Sequence[Quad], added: Sequence[Quad]) -> Iterator[str]:
        """The updates that remove and add statements."""
        for quads in self._portions(removed):
            yield statements.delete(quads)
        nameless = [] if self.dialect.takes_blank_nodes else [quad for quad in added if has_blank_node(quad)]
        known = [quad for quad in added if not has_blank_node(quad)] if nameless else added
        for quads in self._portions(known):
            yield statements.insert(quads)
        for quads in self._portions(nameless):
            yield statements.insert_by_template(quads)

    def _portions(self, quads: Sequence[Quad]) -> Iterator[list[Quad]]:
        groups: dict[str, list[Quad]] = {}
        for quad in quads:
            groups.setdefault("" if self.dialect.mixes_graphs else graph_of(quad), []).append(quad)
        for group in groups.values():
            yield from statements.portions(group, self.dialect.portion)


def _triple(row: tuple[object, ...]) -> Triple:
    subject, predicate, value = row
    assert isinstance(subject, NamedNode | BlankNode) and isinstance(predicate, NamedNode)
    assert isinstance(value, NamedNode | BlankNode | Literal)
    return Triple(subject, predicate, value)
