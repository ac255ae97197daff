"""Changes of one record of the invented data: what an editor or an institution would send."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import cycle

import pyoxigraph as ox
from pyoxigraph import Literal, NamedNode, Quad, Triple

from benchmarks.records import BASE, PREFIXES

Change = tuple[str, list[Triple], list[Triple]]
"""What it is, the triples it adds, the triples it removes."""


def changes(store: ox.Store, graph: NamedNode, number: int, seed: int = 7) -> Iterator[Change]:
    """`number` changes of `store`, which must have been made by the time the next one is asked for.

    Half of them take statements away, every tenth one a whole programme with all its outcomes.
    """
    editor = _Editor(store, graph, random.Random(seed))
    kinds = (
        editor.programme_added, editor.programme_deleted, editor.level_changed, editor.name_deleted, editor.undone,
        editor.standard_deleted, editor.undone, editor.date_changed, editor.accreditation_deleted, editor.undone,
    )  # fmt: skip
    for kind, _ in zip(cycle(kinds), range(number), strict=False):
        added, removed = kind()
        editor.last = added, removed
        yield kind.__name__.replace("_", " "), added, removed


class _Editor:
    def __init__(self, store: ox.Store, graph: NamedNode, chance: random.Random) -> None:
        self.store, self.graph, self.random = store, graph, chance
        self.last: tuple[list[Triple], list[Triple]] = [], []
        self.numbers = {kind: self._count(kind) for kind in ("programme", "standard", "competence", "step")}

    def programme_added(self) -> tuple[list[Triple], list[Triple]]:
        """A copy of a programme, its outcomes under names of their own."""
        record = self._record("programme")
        outcomes = [t.object for t in record if t.predicate == _nqf("hasOutcome") and isinstance(t.object, NamedNode)]
        names = {
            node: NamedNode(f"{node.value}-copy")
            for node in (record[0].subject, *outcomes)
            if isinstance(node, NamedNode)
        }
        triples = [*record, *(triple for outcome in outcomes for triple in self._about(outcome))]
        return [Triple(names.get(s, s), p, names.get(o, o)) for s, p, o in triples], []

    def programme_deleted(self) -> tuple[list[Triple], list[Triple]]:
        return [], self.last[0]

    def level_changed(self) -> tuple[list[Triple], list[Triple]]:
        [old] = [triple for triple in self._record("qualification") if triple.predicate == _nqf("atLevel")]
        return [Triple(old.subject, old.predicate, NamedNode(f"{BASE}level/2020/9"))], [old]

    def name_deleted(self) -> tuple[list[Triple], list[Triple]]:
        names = [t for t in self._record("competence") if isinstance(t.object, Literal) and t.object.language == "ky"]
        return [], names[:1]

    def undone(self) -> tuple[list[Triple], list[Triple]]:
        return self.last[1], self.last[0]

    def standard_deleted(self) -> tuple[list[Triple], list[Triple]]:
        return [], self._record("standard")

    def date_changed(self) -> tuple[list[Triple], list[Triple]]:
        [old] = [t for t in self._record("step") if t.predicate.value == f"{PREFIXES['dct']}date"]
        days = (Literal(day, datatype=NamedNode(f"{PREFIXES['xsd']}date")) for day in ("2020-02-02", "2020-03-03"))
        earlier = next(day for day in days if day != old.object)
        return [Triple(old.subject, old.predicate, earlier)], [old]

    def accreditation_deleted(self) -> tuple[list[Triple], list[Triple]]:
        return [], self._record("accreditation")

    def _record(self, kind: str) -> list[Triple]:
        counted = {"qualification": "standard", "accreditation": "programme"}.get(kind, kind)
        number = self.random.randrange(self.numbers[counted])
        name = f"{kind}/{number}-2" if kind == "step" else f"{kind}/{number}"
        return self._about(NamedNode(f"{BASE}{name}"))

    def _about(self, subject: NamedNode) -> list[Triple]:
        return [quad.triple for quad in self.store.quads_for_pattern(subject, None, None, self.graph)]

    def _count(self, kind: str) -> int:
        """How many records of a kind there are; they are numbered from 0."""
        number, suffix = 1, "-2" if kind == "step" else ""
        while self._about(NamedNode(f"{BASE}{kind}/{number}{suffix}")):
            number *= 2
        low = number // 2
        while low + 1 < number:
            middle = (low + number) // 2
            low, number = (
                (middle, number) if self._about(NamedNode(f"{BASE}{kind}/{middle}{suffix}")) else (low, middle)
            )
        return number


def make(store: ox.Store, graph: NamedNode, change: Change) -> None:
    """Make the change in a store."""
    _, added, removed = change
    for triple in removed:
        store.remove(Quad(*triple, graph))
    store.extend(Quad(*triple, graph) for triple in added)


def _nqf(name: str) -> NamedNode:
    return NamedNode(f"{PREFIXES['nqf']}{name}")
