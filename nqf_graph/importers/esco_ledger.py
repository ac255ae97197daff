"""The books of a reading: what is stated, what became of each row, what was put right."""

from __future__ import annotations

from collections import Counter

from pyoxigraph import Literal, NamedNode, Triple

from nqf_graph.importers.package import Skipped
from nqf_graph.importers.tables import Row


class Ledger:
    """What has been read so far."""

    def __init__(self) -> None:
        self.triples: list[Triple] = []
        self.rows: dict[str, int] = {}
        self.used: Counter[str] = Counter()
        self.repeated: Counter[str] = Counter()
        self.skipped: list[Skipped] = []
        self.counts: Counter[str] = Counter()
        self.mended: Counter[str] = Counter()
        self.languages: set[str] = set()
        self._nodes: dict[str, NamedNode] = {}

    def state(self, subject: NamedNode, predicate: NamedNode, value: NamedNode | Literal) -> None:
        """Make a statement."""
        self.triples.append(Triple(subject, predicate, value))

    def node(self, file: str, row: Row, iri: str, column: str = "") -> NamedNode | None:
        """The node of an IRI, made once; None for what is no IRI, which is listed as `skip` does."""
        node = self._nodes.get(iri)
        if node is None:
            try:
                node = NamedNode(iri)
            except ValueError:
                self.skip(file, row, f"expected an IRI, found {iri!r}", column)
                return None
            self._nodes[iri] = node
        return node

    def skip(self, file: str, row: Row, reason: str, column: str = "") -> None:
        """List a row, or the cell of one, that states nothing."""
        self.skipped.append(Skipped(file, row.line, reason, column))
