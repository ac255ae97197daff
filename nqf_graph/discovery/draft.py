"""Changes to the graph of a description that are not made yet."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import NamedNode, Quad, Triple

from nqf_graph.store.delta import Delta


class Draft:
    """Statements to add to `graph` and to remove from it; what is both is neither."""

    def __init__(self, graph: NamedNode) -> None:
        self._graph = graph
        self._added: set[Triple] = set()
        self._removed: set[Triple] = set()
        self._exchanged: list[tuple[Triple, Triple]] = []

    def __bool__(self) -> bool:
        return bool(self._added ^ self._removed or self._exchanged)

    def add(self, triples: Iterable[Triple]) -> None:
        """State these."""
        self._added.update(triples)

    def remove(self, triples: Iterable[Triple]) -> None:
        """State these no longer."""
        self._removed.update(triples)

    def exchange(self, old: Triple, new: Triple) -> None:
        """State `new` in place of `old`, which differs in its value only, and in a value that nothing is said of."""
        self._exchanged.append((old, new))

    def exchanges(self) -> Delta:
        """The exchanges as quads; they change no number of statements."""
        return Delta(self._quads(new for _, new in self._exchanged), self._quads(old for old, _ in self._exchanged))

    def delta(self) -> Delta:
        """The other changes as quads."""
        return Delta(self._quads(self._added - self._removed), self._quads(self._removed - self._added))

    def _quads(self, triples: Iterable[Triple]) -> tuple[Quad, ...]:
        return tuple(Quad(t.subject, t.predicate, t.object, self._graph) for t in triples)
