"""All that a store remembers at one time, kept as statements where empty graphs are not kept (any engine elsewhere)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import NamedNode, Quad

from nqf_graph.store.marks import CHECKSUM, EDITED, HEAD, IMPORTED, Mark, mark_of, state_id
from nqf_graph.store.protocol import Change
from nqf_graph.terms import RDF

_MARK = NamedNode("urn:nqf:Mark")


@dataclass(frozen=True)
class Book:
    """The marks of a store.  An EDITED mark has a value here, which tells one content of the graph from the next."""

    marks: frozenset[Mark] = frozenset()

    @classmethod
    def of(cls, names: Iterable[str]) -> Book:
        """The marks among the names of things in the state graph."""
        return cls(frozenset(mark for name in names if (mark := mark_of(name))))

    @property
    def checksums(self) -> dict[str, str]:
        """Graph of the catalogue → checksum of its files."""
        return {mark.graph: mark.value for mark in self.marks if mark.kind == CHECKSUM}

    @property
    def edited(self) -> frozenset[str]:
        """The graphs that a commit has changed since they were loaded, or made."""
        return frozenset(mark.graph for mark in self.marks if mark.kind == EDITED)

    @property
    def imported(self) -> dict[str, str]:
        """The graphs that an import has made → the hash of what it brought."""
        return {mark.graph: mark.value for mark in self.marks if mark.kind == IMPORTED}

    @property
    def graphs(self) -> frozenset[str]:
        """The named graphs of ours, also those that an edit emptied."""
        return frozenset(mark.graph for mark in self.marks if mark.graph)

    @property
    def state_id(self) -> str:
        """The name of the state; the same as an embedded store with the same content has."""
        return state_id(self.checksums, self.head)

    @property
    def head(self) -> str:
        """The end of the chain of commits, "" before the first."""
        return next((mark.value for mark in self.marks if mark.kind == HEAD), "")

    def of_graph(self, graph: str) -> frozenset[Mark]:
        """The marks of one graph: as long as they stay the same, so do its statements."""
        return frozenset(mark for mark in self.marks if mark.graph == graph)

    def statements(self, graph: str) -> frozenset[Quad]:
        """The marks as statements of the state graph."""
        node = NamedNode(graph)
        return frozenset(Quad(NamedNode(mark.name), RDF["type"], _MARK, node) for mark in self.marks)

    def without(self, graphs: Iterable[str]) -> Book:
        """The marks of all other graphs."""
        gone = frozenset(graphs)
        return Book(frozenset(mark for mark in self.marks if mark.graph not in gone))

    def after_change(self, change: Change) -> Book:
        """The marks once graphs were replaced and dropped."""
        kept = self.without((*change.drop, *change.replace))
        return Book(kept.marks | {Mark(CHECKSUM, change.checksums[graph], graph) for graph in change.replace})

    def after_edit(self, graphs: Iterable[str], digest: str, head: str | None = None) -> Book:
        """The marks once an edit with this digest has changed `graphs`; a commit also makes a new `head`."""
        changed = frozenset(graphs)
        kept = {mark for mark in self.marks if not (mark.kind == EDITED and mark.graph in changed)}
        kept |= {Mark(EDITED, self._next(graph, digest), graph) for graph in changed}
        if head is not None:
            kept = {mark for mark in kept if mark.kind != HEAD} | {Mark(HEAD, head)}
        return Book(frozenset(kept))

    def _next(self, graph: str, digest: str) -> str:
        """The value of the mark that an edit makes: it depends on all edits before."""
        before = sorted(mark.name for mark in self.of_graph(graph))
        return hashlib.sha256("\n".join([digest, *before]).encode()).hexdigest()[:16]
