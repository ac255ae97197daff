"""What a write adds and removes, and how it is kept while operations follow one another."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import pyoxigraph as ox
from pyoxigraph import BlankNode, Quad, Triple


@dataclass(frozen=True)
class Delta:
    """The net effect of a write: statements that were not there before, and statements that are no longer."""

    added: tuple[Quad, ...] = ()
    removed: tuple[Quad, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed)

    @property
    def graphs(self) -> tuple[str, ...]:
        """The named graphs that it touches."""
        return tuple(sorted({graph_of(quad) for quad in (*self.added, *self.removed)}))

    @property
    def has_blank_nodes(self) -> bool:
        """Whether it speaks of things without a name."""
        return any(has_blank_node(quad) for quad in (*self.added, *self.removed))

    @property
    def digest(self) -> str:
        """A hash of the net effect; the order of statements does not matter."""
        return hashlib.sha256(self.as_patch().encode()).hexdigest()

    def as_patch(self) -> str:
        """The statements in RDF Patch notation: a line `D …` for each removed one, `A …` for each added one."""
        lines = sorted(f"D {quad} ." for quad in self.removed) + sorted(f"A {quad} ." for quad in self.added)
        return "".join(f"{line}\n" for line in lines)


class Recorder:
    """Applies statements to a scratch store and keeps the net effect."""

    def __init__(self, scratch: ox.Store) -> None:
        self.scratch = scratch
        self._added: dict[Quad, None] = {}
        self._removed: dict[Quad, None] = {}

    def add(self, quads: Iterable[Quad]) -> None:
        """Add statements; those already there count for nothing."""
        for quad in quads:
            if quad not in self.scratch:
                self.scratch.add(quad)
                if quad in self._removed:
                    del self._removed[quad]
                else:
                    self._added[quad] = None

    def remove(self, quads: Iterable[Quad]) -> None:
        """Remove statements; those not there count for nothing."""
        for quad in quads:
            if quad in self.scratch:
                self.scratch.remove(quad)
                if quad in self._added:
                    del self._added[quad]
                else:
                    self._removed[quad] = None

    def clear(self, graph: ox.NamedNode) -> None:
        """Remove every statement of a named graph."""
        self.remove(list(self.scratch.quads_for_pattern(None, None, None, graph)))

    def delta(self) -> Delta:
        """The net effect so far."""
        return Delta(tuple(self._added), tuple(self._removed))

    def keep(self) -> None:
        """What was recorded is settled: there is nothing to take back any more."""
        self._added, self._removed = {}, {}

    def revert(self) -> None:
        """Make the scratch store what it was."""
        for quad in self._added:
            self.scratch.remove(quad)
        self.scratch.extend(self._removed)
        self.keep()


Follow = Callable[[Recorder, ox.Store, str], None]
"""Changes a recorder's scratch store as follows from the rest: recorder, the store before, the name of the state."""


def nothing_follows(recorder: Recorder, before: ox.Store, state: str) -> None:
    """Nothing follows."""


def in_graph(triples: Iterable[Triple], graph: str) -> list[Quad]:
    """Statements of a named graph."""
    node = ox.NamedNode(graph)
    return [Quad(triple.subject, triple.predicate, triple.object, node) for triple in triples]


def graph_of(quad: Quad) -> str:
    """The IRI of a statement's named graph; "" for the unnamed default graph."""
    return quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""


def has_blank_node(statement: Quad | Triple) -> bool:
    """Whether a statement speaks of a thing without a name."""
    return isinstance(statement.subject, BlankNode) or isinstance(statement.object, BlankNode)


def rewriting(delta: Delta, after: ox.Store) -> tuple[tuple[str, ...], list[Quad], list[Quad]]:
    """How does a store come to hold what `after` holds?  Graphs to drop, then statements to remove, then to add.

    No update can name a blank node that is there already, so a graph in which a statement about one comes or goes
    is written anew, together with the graphs that speak of the same blank nodes.
    """
    added = set(delta.added)

    def is_held(quad: Quad) -> bool:
        nodes = [node for node in (quad.subject, quad.object) if isinstance(node, BlankNode)]
        others = (other for node in nodes for other in _about(after, node) if other not in added)
        return next(others, None) is not None

    anew = {graph_of(quad) for quad in delta.removed if has_blank_node(quad)}
    anew |= {graph_of(quad) for quad in delta.added if has_blank_node(quad) and is_held(quad)}
    anew = _connected(anew, after)
    whole = [quad for graph in sorted(anew) for quad in after.quads_for_pattern(None, None, None, ox.NamedNode(graph))]
    return (
        tuple(sorted(anew)),
        [quad for quad in delta.removed if graph_of(quad) not in anew],
        [quad for quad in delta.added if graph_of(quad) not in anew] + whole,
    )


def _connected(graphs: Iterable[str], store: ox.Store) -> set[str]:
    """These graphs, and all that share blank nodes with them."""
    found, to_do = set(graphs), list(graphs)
    while to_do:
        for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(to_do.pop())):
            for node in (node for node in (quad.subject, quad.object) if isinstance(node, BlankNode)):
                others = {graph_of(other) for other in _about(store, node)} - found
                found |= others
                to_do += others
    return found


def _about(store: ox.Store, node: BlankNode) -> Iterator[Quad]:
    yield from store.quads_for_pattern(node, None, None, None)
    yield from store.quads_for_pattern(None, None, node, None)
