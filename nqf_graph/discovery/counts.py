"""What statements count for: the numbers of a VoID description, and how a change of the data changes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

import pyoxigraph as ox
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple

from nqf_graph.discovery.lines import Census, Sort
from nqf_graph.store.delta import Delta, graph_of
from nqf_graph.terms import RDF

_TYPE = RDF["type"]


class Kind(StrEnum):
    """What is counted."""

    TRIPLES = "triples"
    SUBJECTS = "subjects"
    ENTITIES = "entities"
    """Subjects with an IRI of ours."""
    CLASSES = "classes"
    PROPERTIES = "properties"
    GRAPH = "graph"
    """Statements of a named graph."""
    PROPERTY = "property"
    """Statements with a property."""
    CLASS = "class"
    """Things of a class."""
    CLASS_PROPERTY = "class-property"
    """Statements about things of a class with a property."""
    OBJECT_CLASS = "object-class"
    """Of these, the ones that lead to things of a class …"""
    DATATYPE = "datatype"
    """… or to literals of a datatype."""
    LINK = "link"
    """Statements that lead, by a property, from things of ours into another dataset."""


class Key(NamedTuple):
    """What a number is of: its kind, and the IRIs that it is about."""

    kind: Kind
    of: tuple[str, ...] = ()


Counts = Counter[Key]
Subject = NamedNode | BlankNode | Triple
Value = Subject | Literal
_NONE: frozenset[str] = frozenset()


class Tally:
    """Counts statements.  `own` is what IRIs of ours begin with; `spaces` says to which dataset foreign ones belong."""

    def __init__(self, own: str, spaces: Mapping[str, str]) -> None:
        self._own, self._spaces = own, spaces

    def whole(self, store: ox.Store, known: Mapping[str, bytes] | None = None) -> Counts:
        """The numbers of all that a store holds.

        `known` are graphs whose statements are at hand as N-Triples: reading them takes a multiple of counting.
        """
        graphs = {graph.value: graph for graph in store.named_graphs()}
        told = known or {}
        lines = {
            name: told[name] if name in told else store.dump(format=RdfFormat.N_TRIPLES, from_graph=graph) or b""
            for name, graph in graphs.items()
        }
        census = Census(lines, self._own, self._leads)
        found: Counts = Counter()
        for sort, number in census.sorts.items():
            for key in self._keys(sort):
                found[key] += number
        found[Key(Kind.SUBJECTS)] = len(census.subjects)
        own = f"<{self._own}".encode()
        found[Key(Kind.ENTITIES)] = sum(subject.startswith(own) for subject in census.subjects)
        found.update(Key(Kind.CLASS, (kind,)) for kinds in census.types.values() for kind in kinds)
        return found

    def before(self, delta: Delta, store: ox.Store) -> Counts:
        """What all that `delta` can concern counts for in `store`, which holds the data before it."""
        return self._part(delta, delta.removed, store)

    def after(self, delta: Delta, store: ox.Store) -> Counts:
        """The same in a store that holds the data after it.

        The difference of both is the change of the numbers: every other statement counts for the same in both.
        """
        return self._part(delta, delta.added, store)

    def _part(self, delta: Delta, present: Iterable[Quad], store: ox.Store) -> Counts:
        view = _View(store)
        quads = (*delta.added, *delta.removed)
        retyped = {quad.subject for quad in quads if quad.predicate == _TYPE}
        apart = (quad for quad in present if quad.subject not in retyped)
        around = {stored for quad in apart for stored in store.quads_for_pattern(*quad)}
        for thing in retyped:
            around.update(store.quads_for_pattern(thing, None, None))
            around.update(store.quads_for_pattern(None, None, thing))
        found: Counts = Counter()
        for quad in around:
            found.update(self._keys(self._sort(graph_of(quad), quad.subject, quad.predicate, quad.object, view)))
        self._count_things({quad.subject for quad in quads if view.is_subject(quad.subject)}, found)
        found.update(Key(Kind.CLASS, (kind,)) for thing in retyped for kind in view.types(thing))
        return found

    def _sort(self, graph: str, subject: Subject, name: NamedNode, value: Value, view: _View) -> Sort:
        """What a statement counts for depends on: many statements are of one sort."""
        datatype = value.datatype.value if isinstance(value, Literal) else ""
        links: tuple[str, ...] = ()
        if isinstance(value, NamedNode) and self._is_own(subject):
            links = self._leads(value.value)
        return Sort(graph, name.value, view.types(subject), datatype, view.types(value), links)

    def _leads(self, value: str) -> tuple[str, ...]:
        """The other datasets that an IRI belongs to."""
        return tuple(dataset for space, dataset in self._spaces.items() if value.startswith(space))

    def _keys(self, sort: Sort) -> Iterator[Key]:
        """All that one statement of a sort counts for."""
        name = sort.name
        yield Key(Kind.TRIPLES)
        yield Key(Kind.GRAPH, (sort.graph,))
        yield Key(Kind.PROPERTY, (name,))
        for kind in sort.types:
            yield Key(Kind.CLASS_PROPERTY, (kind, name))
            if sort.datatype:
                yield Key(Kind.DATATYPE, (kind, name, sort.datatype))
            for other in sort.value_types:
                yield Key(Kind.OBJECT_CLASS, (kind, name, other))
        for dataset in sort.datasets:
            yield Key(Kind.LINK, (name, dataset))

    def _count_things(self, subjects: Iterable[object], found: Counts) -> None:
        for thing in subjects:
            found[Key(Kind.SUBJECTS)] += 1
            found[Key(Kind.ENTITIES)] += self._is_own(thing)

    def _is_own(self, thing: object) -> bool:
        return isinstance(thing, NamedNode) and thing.value.startswith(self._own)


class _View:
    """A store, asked about things; it remembers their classes."""

    def __init__(self, store: ox.Store) -> None:
        self._store = store
        self._types: dict[object, frozenset[str]] = {}

    def types(self, thing: Subject | Value) -> frozenset[str]:
        """The classes of a thing; a literal has none."""
        if isinstance(thing, Literal | Triple):
            return _NONE
        found = self._types.get(thing)
        if found is None:
            quads = self._store.quads_for_pattern(thing, _TYPE, None)
            found = frozenset(quad.object.value for quad in quads if isinstance(quad.object, NamedNode))
            self._types[thing] = found
        return found

    def is_subject(self, thing: Subject) -> bool:
        """Whether anything is said about a thing."""
        return next(self._store.quads_for_pattern(thing, None, None), None) is not None


def difference(after: Counts, before: Counts) -> Counts:
    """How have the numbers changed?  Only those that have."""
    changed = Counter(after)
    changed.subtract(before)
    return Counter({key: change for key, change in changed.items() if change})
