"""The invented data of the benchmarks: clean but for the seeded faults, which every engine finds, all of them."""

from __future__ import annotations

import io
from collections import Counter
from functools import cache

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, Triple, parse
from rdflib import OWL, RDF, RDFS, SKOS, Graph, Namespace, URIRef

from benchmarks import changes
from benchmarks.generate import generate
from nqf_graph.store import OxigraphStore
from nqf_graph.validation.compiled import compile_shapes, read_subclasses
from nqf_graph.validation.engine import as_graph
from nqf_graph.validation.engine import validate as validate_by_pyshacl
from nqf_graph.validation.report import Report
from nqf_graph.validation.rules import read_rules
from tests.conftest import ROOT

GRAPH = NamedNode("urn:test:data")
NQF = Namespace("https://w3id.org/nqf/ontology#")


@cache
def shapes() -> Graph:
    graph = Graph()
    for path in [*sorted((ROOT / "shapes").glob("*.ttl")), ROOT / "ontology" / "prefixes.ttl"]:
        graph.parse(path)
    return graph


@cache
def ontology() -> list[Triple]:
    paths = sorted((ROOT / "ontology").glob("*.ttl"))
    return [quad.triple for path in paths for quad in parse(path=str(path), base_iri="https://example.org/")]


def made(size: int, faults: int) -> tuple[list[Triple], Counter[str]]:
    out = io.StringIO()
    expected = generate(size, out, faults)
    return [quad.triple for quad in parse(out.getvalue(), format=RdfFormat.N_TRIPLES)], expected


def loaded(triples: list[Triple]) -> OxigraphStore:
    store = OxigraphStore()
    store._store.extend(Quad(*triple, GRAPH) for triple in (*triples, *ontology()))
    return store


def compiled_report(store: OxigraphStore) -> Report:
    return compile_shapes(shapes(), read_subclasses(store.select)).validate(store.select)


def by_rule(report: Report) -> Counter[str]:
    return Counter(finding.rule for finding in report.findings)


def test_small_data_have_exactly_the_seeded_faults_by_both_engines() -> None:
    triples, expected = made(4_000, 1)
    report = validate_by_pyshacl(as_graph([*triples, *ontology()]), shapes())
    assert by_rule(report) == expected
    assert report.findings == compiled_report(loaded(triples)).findings


def test_ten_thousand_triples_have_exactly_the_seeded_faults() -> None:
    triples, expected = made(10_000, 3)
    assert by_rule(compiled_report(loaded(triples))) == expected


def test_clean_data_break_no_rule() -> None:
    triples, expected = made(10_000, 0)
    assert not expected and 0 <= len(triples) - 10_000 < 1_000
    assert compiled_report(loaded(triples)).conforms


def test_every_rule_has_a_fault() -> None:
    assert set(made(4_000, 1)[1]) == set(read_rules(shapes()))


def test_every_class_of_records_occurs() -> None:
    words = as_graph(ontology())
    records = set(words.transitive_subjects(RDFS.subClassOf, NQF.Record)) - {NQF.Record}
    present = {URIRef(t.object.value) for t in made(4_000, 0)[0] if t.predicate.value == str(RDF.type)}  # type: ignore[union-attr]
    assert {record for record in records if (record, RDF.type, OWL.Class) in words} - present == set()


def test_every_statement_is_made_once_and_again_when_asked_again() -> None:
    triples, _ = made(10_000, 2)
    assert len(set(triples)) == len(triples)
    assert made(10_000, 2)[0] == triples


def test_names_are_in_three_languages_and_two_scripts() -> None:
    names = [t.object for t in made(4_000, 0)[0] if t.predicate.value == str(SKOS.prefLabel)]
    assert {name.language for name in names} == {"ky", "ru", "en"}  # type: ignore[union-attr]


@pytest.mark.parametrize("number", [20])
def test_changes_are_changes_of_what_is_there(number: int) -> None:
    store = loaded(made(10_000, 0)[0])._store
    made_ = []
    for change in changes.changes(store, GRAPH, number):
        kind, added, removed = change
        assert added or removed, kind
        assert all(Quad(*triple, GRAPH) in store for triple in removed), kind
        assert not any(Quad(*triple, GRAPH) in store for triple in added), kind
        changes.make(store, GRAPH, change)
        made_.append((bool(added), bool(removed)))
    assert len(made_) == number
    assert sum(removed for _, removed in made_) >= number // 2
