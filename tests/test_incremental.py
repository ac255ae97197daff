"""Incremental validation gives what full validation gives, after any edit."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from functools import cache

import pyoxigraph as ox
import pytest
from pyoxigraph import Literal, NamedNode, Triple
from rdflib import Graph

from nqf_graph.publication import Publication
from nqf_graph.store import OxigraphStore, Rows
from nqf_graph.store.loading import read
from nqf_graph.terms import NQF, RDF, RDFS, XSD
from nqf_graph.validation.compiled import compile_shapes, read_subclasses
from nqf_graph.validation.footprint import Footprint
from nqf_graph.validation.incremental import Incremental
from tests.conftest import ROOT

EDITS, SEEDS = 260, range(4)
GRAPH = NamedNode("urn:test:data")
SUBCLASS, TYPE = RDFS["subClassOf"], RDF["type"]
# Links of the class hierarchy that an edit may take away or add.
LINKS = (
    Triple(NQF["SectoralLevel"], SUBCLASS, NQF["Level"]),
    Triple(NQF["Source"], SUBCLASS, NQF["Record"]),
    Triple(NQF["Knowledge"], SUBCLASS, NQF["Level"]),
)


@cache
def shapes() -> Graph:
    graph = Graph()
    for path in [*sorted((ROOT / "shapes").glob("*.ttl")), ROOT / "ontology" / "prefixes.ttl"]:
        graph.parse(path)
    return graph


@cache
def footprint() -> Footprint:
    return Footprint.of(shapes(), {})


_made: dict[frozenset[Triple], Incremental] = {}


def incremental(select: Callable[[str], Rows], links: frozenset[Triple]) -> Incremental:
    """What validates changes under the present class hierarchy, which is told by `links`."""
    if links not in _made:
        subclasses = read_subclasses(select)
        compiled = compile_shapes(shapes(), subclasses)
        _made[links] = Incremental.of(shapes(), compiled, footprint().with_classes(subclasses))
    return _made[links]


class State:
    """A graph that is edited, and how it was one edit before."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self.triples = set(triples)
        self.before, self.after = self._store(), self._store()

    def _store(self) -> OxigraphStore:
        store = OxigraphStore()
        store._store.extend(ox.Quad(*triple, GRAPH) for triple in self.triples)
        return store

    def edit(self, added: set[Triple], removed: set[Triple]) -> None:
        self.triples = (self.triples - removed) | added
        _change(self.after, added, removed)

    def settle(self, added: set[Triple], removed: set[Triple]) -> None:
        _change(self.before, added, removed)


def _change(store: OxigraphStore, added: Iterable[Triple], removed: Iterable[Triple]) -> None:
    for triple in removed:
        store._store.remove(ox.Quad(*triple, GRAPH))
    store._store.extend(ox.Quad(*triple, GRAPH) for triple in added)


Edit = tuple[set[Triple], set[Triple]]
LITERALS = (
    *(Literal(number, datatype=XSD["integer"]) for number in ("1", "3")),
    *(Literal(day, datatype=XSD["date"]) for day in ("2000-01-01", "2021-06-30", "2090-01-01", "yesterday")),
    *(Literal(word, language=language) for word, language in (("аталыш", "ky"), ("Kат", "ru"), ("word", "en"))),
    Literal("70", datatype=XSD["decimal"]),
    Literal("4"),
)


class Editor:
    """Makes random edits of a state; now and then it goes back to where it began."""

    def __init__(self, state: State, seed: int) -> None:
        self.state = state
        self.random = random.Random(seed)
        self.origin = frozenset(state.triples)
        self.data = [
            triple
            for triple in sorted(state.triples, key=str)
            if str(triple.subject).startswith("<https://example.org")
        ]

    def edit(self) -> Edit:
        kinds = (self.delete, self.alter, self.alter, self.add, self.forget, self.copy, self.retype, self.borrow)
        if self.random.random() < 0.06:
            return self.restore()
        if self.random.random() < 0.03:
            return self.relink()
        return self.random.choice(kinds)()

    def some(self, count: int) -> list[Triple]:
        present = [triple for triple in self.data if triple in self.state.triples]
        return self.random.sample(present, count)

    def delete(self) -> Edit:
        return set(), set(self.some(self.random.randint(1, 3)))

    def alter(self) -> Edit:
        [old] = self.some(1)
        same = [triple.object for triple in self.data if triple.predicate == old.predicate]
        value = self.random.choice([*same, *same, *LITERALS])
        return self.made({Triple(old.subject, old.predicate, value)}, {old})

    def add(self) -> Edit:
        one, other = self.some(2)
        return self.made({Triple(one.subject, other.predicate, other.object)}, set())

    def borrow(self) -> Edit:
        """Any value under any property."""
        one, other, third = self.some(3)
        return self.made({Triple(one.subject, other.predicate, third.object)}, {one})

    def forget(self) -> Edit:
        [one] = self.some(1)
        return set(), {triple for triple in self.state.triples if triple.subject == one.subject}

    def copy(self) -> Edit:
        """A record again under another name, and sometimes everything that leads to it."""
        [one] = self.some(1)
        assert isinstance(one.subject, NamedNode)
        name = NamedNode(f"{one.subject.value}-{self.random.randint(1, 9)}")
        added = {Triple(name, t.predicate, t.object) for t in self.state.triples if t.subject == one.subject}
        if self.random.random() < 0.5:
            added |= {Triple(t.subject, t.predicate, name) for t in self.state.triples if t.object == one.subject}
        return self.made(added, set())

    def retype(self) -> Edit:
        types = [triple for triple in self.data if triple.predicate == TYPE and triple in self.state.triples]
        one, other = self.random.sample(types, 2)
        return self.made({Triple(one.subject, TYPE, other.object)}, {one} if self.random.random() < 0.7 else set())

    def relink(self) -> Edit:
        link = self.random.choice(LINKS)
        return (set(), {link}) if link in self.state.triples else ({link}, set())

    def restore(self) -> Edit:
        return set(self.origin - self.state.triples), set(self.state.triples - self.origin)

    def made(self, added: set[Triple], removed: set[Triple]) -> Edit:
        """Only what is a change."""
        return added - self.state.triples, (removed & self.state.triples) - added


@pytest.fixture(scope="module")
def invented(world: Publication) -> list[Triple]:
    """The invented country with the ontology, in plain triples."""
    found: list[Triple] = []
    for dataset in world.catalogue.datasets:
        if not dataset.is_shapes:
            found += read(dataset.file, dataset.shown_as, world.settings.base, world.prefixes)
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_incremental_is_full_after_every_edit(invented: list[Triple], seed: int) -> None:
    state = State(invented)
    editor = Editor(state, seed)
    links = frozenset(LINKS) & state.triples
    report = incremental(state.after.select, links).compiled.validate(state.after.select)
    broken = repaired = 0
    for number in range(EDITS):
        added, removed = editor.edit()
        state.edit(added, removed)
        links = frozenset(LINKS) & state.triples
        checker = incremental(state.after.select, links)
        change = checker.validate_change(report, added, removed, state.before.select, state.after.select, new_day=False)
        full = checker.compiled.validate(state.after.select, workers=1)
        assert set(change.report.findings) == set(full.findings), (number, added, removed)
        broken += len(set(full.findings) - set(report.findings))
        repaired += len(set(report.findings) - set(full.findings))
        report = full
        state.settle(added, removed)
    assert broken > EDITS
    assert repaired > EDITS // 2
