"""Incremental validation gives what full validation gives, after any edit."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from functools import cache
from typing import Any

import pyoxigraph as ox
import pytest
from pyoxigraph import Literal, NamedNode, Triple
from rdflib import Graph

from nqf_graph.publication import Publication
from nqf_graph.store import OxigraphStore, Rows
from nqf_graph.store.loading import read
from nqf_graph.terms import NQF, RDF, RDFS, XSD
from nqf_graph.validation.compiled import CompiledShapes, Fallback, compile_shapes, read_subclasses
from nqf_graph.validation.footprint import Footprint
from nqf_graph.validation.incremental import ChangeReport, Incremental
from nqf_graph.validation.report import Report
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


# --- how findings and shapes belong together -------------------------------------------------------------------------

PREFIXES = """
@prefix : <https://example.org/> . @prefix sh: <http://www.w3.org/ns/shacl#> .
"""
ONE_SHAPE = ":one a sh:NodeShape ; sh:targetClass :A ; sh:property :few . :few sh:path :p ; sh:maxCount 1 ; sh:nodeKind sh:IRI ."


def little(turtle: str) -> Incremental:
    graph = Graph().parse(data=PREFIXES + turtle, format="turtle")
    return Incremental.of(graph, compile_shapes(graph, {}), Footprint.of(graph, {}))


def data(turtle: str) -> set[Triple]:
    return {quad.triple for quad in ox.parse(PREFIXES + turtle, format=ox.RdfFormat.TURTLE)}


def validated(incremental: Incremental, before: set[Triple], after: set[Triple], **options: Any) -> ChangeReport:
    """What validating a change gives; that the report is the whole one of the state after is checked on the way."""
    one, other = State(before).after.select, State(after).after.select
    previous = incremental.compiled.validate(one)
    change = incremental.validate_change(previous, after - before, before - after, one, other, **options)
    if not incremental.compiled.fallback:
        assert change.report == incremental.compiled.validate(other)
    return change


def test_findings_of_a_deleted_record_disappear() -> None:
    incremental = little(ONE_SHAPE)
    broken = data(":a a :A ; :p 1 . :b a :A ; :p 2 .")
    change = validated(incremental, broken, data(":b a :A ; :p 2 ."))
    assert [finding.focus for finding in change.report.findings] == ["https://example.org/b"]
    assert (change.full, change.checked) == ({}, 1)


def test_a_record_that_is_no_target_any_more_has_no_findings() -> None:
    incremental = little(ONE_SHAPE)
    assert validated(incremental, data(":a a :A ; :p 1 ."), data(":a a :B ; :p 1 .")).report.conforms


def test_shapes_that_share_a_part_are_checked_together() -> None:
    """A finding names the part, not which of its shapes found it."""
    incremental = little(ONE_SHAPE + " :two a sh:NodeShape ; sh:targetSubjectsOf :q ; sh:property :few .")
    change = validated(incremental, data(":a a :A ; :q 1 ; :p 1 ."), data(":a :q 1 ; :p 1 ."))
    assert [finding.focus for finding in change.report.findings] == ["https://example.org/a"]


def test_a_shape_that_finds_faults_of_other_nodes_runs_in_full() -> None:
    incremental = little(
        ":one a sh:NodeShape ; sh:targetClass :A ; sh:property [ sh:path :p ; sh:property :below ] ."
        ":below sh:path :q ; sh:maxCount 1 ."
    )
    change = validated(incremental, data(":a a :A ; :p :b . :b :q 1 , 2 ."), data(":a a :A . :b :q 1 , 2 ."))
    assert change.report.conforms
    assert change.full == {"https://example.org/one": "it finds faults of other nodes than its targets"}


def test_literals_as_records_run_in_full() -> None:
    incremental = little(":one a sh:NodeShape ; sh:targetObjectsOf :p ; sh:nodeKind sh:IRI .")
    change = validated(incremental, data(":a :p 1 ."), data(":a :p 1 , 2 ."))
    assert {finding.focus for finding in change.report.findings} == {"1", "2"}
    assert list(change.full) == ["https://example.org/one"]


def test_a_shape_without_footprint_runs_in_full() -> None:
    incremental = little(
        ':one a sh:NodeShape ; sh:targetClass :A ; sh:sparql :rule . :rule sh:select "SELECT $this WHERE'
        ' { $this <https://example.org/p> ?value . FILTER(?value < YEAR(NOW())) }" .'
    )
    change = validated(incremental, data(":a a :A ; :p 1 ."), data(":a a :A ."))
    assert change.report.conforms
    [reason] = change.full.values()
    assert reason.startswith("NOW()")


def test_the_day_counts_only_on_another_day() -> None:
    incremental = little(
        ':one a sh:NodeShape ; sh:targetClass :A ; sh:sparql :rule . :rule sh:select "SELECT $this WHERE'
        ' { $this <https://example.org/p> ?value . FILTER(STR(?value) < SUBSTR(STR(NOW()), 1, 10)) }" .'
    )
    before, after = data(':a a :A ; :p "2020-01-01" .'), data(':a a :A ; :p "2020-01-01" . :b a :A .')
    assert validated(incremental, before, after).full == {"https://example.org/one": "it compares with the present day"}
    assert validated(incremental, before, after, new_day=False).full == {}


def test_what_is_not_compiled_goes_to_the_reference() -> None:
    incremental = little(ONE_SHAPE)
    left = replace(
        incremental, compiled=CompiledShapes((), (Fallback("https://example.org/one", "not expressible", True),))
    )
    asked: list[Collection[str]] = []

    def reference(shapes: Collection[str]) -> Report:
        asked.append(shapes)
        return Report(())

    before, after = data(":a a :A ; :p 1 ."), data(":a a :A .")
    assert validated(left, before, after, reference=reference).full == {"https://example.org/one": "not compiled"}
    assert asked == [["https://example.org/one"]]
    with pytest.raises(ValueError, match="pySHACL has to check"):
        validated(left, before, after)


def test_the_report_before_must_be_of_the_same_shapes() -> None:
    incremental = little(ONE_SHAPE)
    other = little(":three a sh:NodeShape ; sh:targetClass :A ; sh:nodeKind sh:Literal .")
    state = State(data(":a a :A ; :p 1 .")).after.select
    with pytest.raises(ValueError, match="of other shapes"):
        incremental.validate_change(other.compiled.validate(state), [], [], state, state)
