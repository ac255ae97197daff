"""An example of every class of the vocabulary: the official thing that comes first by IRI, else the first one."""

from __future__ import annotations

import pyoxigraph as ox
from pyoxigraph import Literal, NamedNode, Triple

from nqf_graph.discovery.counts import Key, Kind
from nqf_graph.discovery.draft import Draft
from nqf_graph.discovery.void import Void
from nqf_graph.questions import SystemQueries
from nqf_graph.store import OxigraphStore
from nqf_graph.store.delta import Delta
from nqf_graph.terms import NQF, RDF, VOID

_TYPE, _STATUS, _EXAMPLE = RDF["type"], NQF["dataStatus"], VOID["exampleResource"]


class Examples:
    """Chooses the examples in a description, each stated of its class and of the dataset."""

    def __init__(self, void: Void, system: SystemQueries) -> None:
        self._void, self._system = void, system

    def begin(self, store: ox.Store, draft: Draft) -> None:
        """State an example of every class, in a description that has none yet."""
        self._state(self._chosen(store), {}, draft)

    def follow(self, delta: Delta, before: ox.Store, after: ox.Store, draft: Draft) -> None:
        """Change the examples that `delta` makes wrong."""
        touched = {quad.subject for quad in (*delta.added, *delta.removed) if quad.predicate in (_TYPE, _STATUS)}
        things = {thing for thing in touched if isinstance(thing, NamedNode) and self._is_own(thing)}
        kinds = {kind for thing in things for store in (before, after) for kind in _kinds(thing, store)}
        changes = {}
        for kind in kinds:
            present = self._stated(kind, after)
            if present is None or present not in things:
                rivals = [thing for thing in things if kind in _kinds(thing, after)]
                chosen = min([*rivals, *filter(None, [present])], key=lambda thing: _rank(thing, after), default=None)
            else:
                chosen = self._chosen(after, kind).get(kind)
            if chosen != present:
                changes[kind] = chosen
        if changes:
            stated = self._all_stated(after)
            wanted = {kind: thing for kind, thing in (stated | changes).items() if thing is not None}
            self._state(wanted, stated, draft)

    def _chosen(self, store: ox.Store, kind: str | None = None) -> dict[str, NamedNode]:
        """The right examples of all classes, or of `kind` alone."""
        terms = {"own": str(Literal(self._void.names.own)), "class": f"<{kind}>" if kind else "UNDEF"}
        return {
            row["class"].value: NamedNode(row["example"].value)
            for row in OxigraphStore.around(store).select(self._system("examples", **terms))
            if isinstance(row["class"], NamedNode) and isinstance(row["example"], Literal)
        }

    def _stated(self, kind: str, store: ox.Store) -> NamedNode | None:
        """The example that the description gives of a class."""
        part = self._void.node(Key(Kind.CLASS, (kind,)))
        quads = store.quads_for_pattern(part, _EXAMPLE, None, self._void.graph)
        return next((quad.object for quad in quads if isinstance(quad.object, NamedNode)), None)

    def _all_stated(self, store: ox.Store) -> dict[str, NamedNode]:
        """The examples of all classes."""
        whole, graph = self._void.names.dataset, self._void.graph
        classes = {
            quad.object.value
            for part in store.quads_for_pattern(whole, VOID["classPartition"], None, graph)
            if isinstance(part.object, NamedNode)
            for quad in store.quads_for_pattern(part.object, VOID["class"], None, graph)
            if isinstance(quad.object, NamedNode)
        }
        found = {kind: self._stated(kind, store) for kind in classes}
        return {kind: thing for kind, thing in found.items() if thing is not None}

    def _state(self, wanted: dict[str, NamedNode], stated: dict[str, NamedNode], draft: Draft) -> None:
        draft.remove(self._triples(stated))
        draft.add(self._triples(wanted))

    def _triples(self, examples: dict[str, NamedNode]) -> list[Triple]:
        parts = [(self._void.node(Key(Kind.CLASS, (kind,))), thing) for kind, thing in examples.items()]
        return [Triple(node, _EXAMPLE, thing) for part, thing in parts for node in (part, self._void.names.dataset)]

    def _is_own(self, thing: NamedNode) -> bool:
        return thing.value.startswith(self._void.names.own)


def _kinds(thing: NamedNode, store: ox.Store) -> set[str]:
    """The classes of the vocabulary that a thing belongs to."""
    quads = store.quads_for_pattern(thing, _TYPE, None)
    return {q.object.value for q in quads if isinstance(q.object, NamedNode) and q.object.value.startswith(NQF.iri)}


def _rank(thing: NamedNode, store: ox.Store) -> tuple[bool, str]:
    """Official things come first, then by IRI."""
    return next(store.quads_for_pattern(thing, _STATUS, NQF["official"]), None) is None, thing.value
