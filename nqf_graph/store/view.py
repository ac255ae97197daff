"""One state of the data at an engine that answers for itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from pyoxigraph import RdfFormat, Triple

from nqf_graph.formats import Format, to_bytes
from nqf_graph.store.answers import RemoteGraph, RemoteResult
from nqf_graph.store.asked import read_query
from nqf_graph.store.book import Book
from nqf_graph.store.delta import in_graph
from nqf_graph.store.engine import Engine
from nqf_graph.store.protocol import STORE_DECIDES, DatasetClause, Rows


@dataclass(frozen=True)
class View:
    """The graphs that the marks of `book` name, as the engine has them."""

    engine: Engine
    book: Book

    def query(self, text: str, dataset: DatasetClause = STORE_DECIDES) -> RemoteResult | RemoteGraph:
        """Answer any SPARQL 1.1 query on the graphs of ours."""
        return self.engine.answer(read_query(text, dataset, self.book.graphs))

    def select(self, text: str) -> Rows:
        """Answer a SELECT query."""
        rows = self.query(text).rows()
        assert rows is not None, "not a SELECT query"
        return rows

    def construct(self, text: str) -> list[Triple]:
        """Answer a CONSTRUCT or DESCRIBE query; each triple once."""
        graph = self.query(text)
        assert isinstance(graph, RemoteGraph)
        return graph.triples

    def ask(self, text: str) -> bool:
        """Answer an ASK query."""
        return bool(self.query(text))

    def triples(self, graph: str) -> list[Triple]:
        """Which triples does the named graph hold?"""
        return self.engine.triples(graph) if graph in self.book.graphs else []

    def names(self) -> list[str]:
        """Which named graphs are there?  One that an edit has emptied is none."""
        return list(self._names)

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(graph for graph in sorted(self.book.graphs) if self.engine.holds(graph))

    def dump(self, form: Format) -> bytes:
        """Everything, in one of GRAPHS_AND_DATASETS; formats without named graphs get the union of all graphs."""
        assert isinstance(form.engine, RdfFormat)
        quads = [quad for graph in self.names() for quad in in_graph(self.triples(graph), graph)]
        if form.engine.supports_datasets and form.engine != RdfFormat.JSON_LD:
            return to_bytes(quads, form.engine)
        return to_bytes([quad.triple for quad in quads], form.engine)
