"""The compiled shapes give the results of pySHACL, of the W3C test suite, and of the manifests of our rules."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import XSD, Graph, Literal

from nqf_graph.publication import Publication
from nqf_graph.store.protocol import Rows
from nqf_graph.validation.compiled import CompiledShapes, compile_shapes, read_subclasses
from nqf_graph.validation.engine import as_graph, validate
from nqf_graph.validation.footprint import Footprint
from nqf_graph.validation.parsing import parsed
from tests import w3c_shacl
from tests.conftest import ROOT, require
from tests.reference import (
    all_shapes,
    compiled_findings,
    compiled_for,
    expected_findings,
    in_store,
    keys,
    ontology,
    read,
    select_from,
    shapes_of,
)
from tests.test_shapes import CASES, Case, cases

PREFIXES = """
@prefix : <urn:x:> . @prefix sh: <http://www.w3.org/ns/shacl#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""


def compiled(shapes: str) -> CompiledShapes:
    return compile_shapes(Graph().parse(data=PREFIXES + shapes), {})


def store(data: str) -> ox.Store:
    return in_store(quad.triple for quad in ox.parse(PREFIXES + data, format=ox.RdfFormat.TURTLE))


# --- our rules --------------------------------------------------------------------------------------------------------


def test_every_rule_is_compiled() -> None:
    assert compile_shapes(all_shapes(), {}).fallback == ()


def test_a_query_is_parsed_once_for_its_checks_and_its_footprint() -> None:
    compile_shapes(all_shapes(), {})
    parsings = parsed.cache_info().misses
    assert parsings
    Footprint.of(all_shapes(), {})
    compile_shapes(all_shapes(), {"https://w3id.org/nqf/ontology#Record": frozenset()})
    assert parsed.cache_info().misses == parsings


@pytest.mark.parametrize("folder", sorted({case.data.parent for case in cases()}), ids=lambda path: path.name)
def test_the_cases_of_a_rule_give_what_pyshacl_gives(folder: Path) -> None:
    """All rules on all graphs of one rule together."""
    data = [*ontology(), *read(*(path for path in sorted(folder.glob("*.ttl")) if path.name != "manifest.ttl"))]
    assert compiled_findings(data, all_shapes()) == expected_findings(data, all_shapes())


def test_all_cases_together_give_what_pyshacl_gives() -> None:
    data = [*ontology(), *read(*(case.data for case in cases()))]
    found = compiled_findings(data, all_shapes())
    assert found
    assert found == expected_findings(data, all_shapes())


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_a_case_gives_what_its_manifest_says(case: Case) -> None:
    """The manifests are themselves what pySHACL gives; see test_shapes.py."""
    select = select_from(in_store([*ontology(), *read(case.data)]))
    found = compiled_for(shapes_of(case.shapes), select).results(select)
    rows = [
        tuple(
            None if node is None else w3c_shacl.as_node(node).n3() if isinstance(node, NODES) else node.n3()
            for node in (row.focus, row.value, row.constraint or row.shape, row.component, row.severity)
        )
        for row in found
    ]
    assert sorted(rows, key=str) == sorted(
        ((focus, value, *others) for focus, _, value, *others in case.expected.elements()), key=str
    )


NODES = (ox.NamedNode, ox.Literal, ox.BlankNode)


@pytest.mark.parametrize("name", ["world", "country"])
def test_whole_data_give_what_pyshacl_gives(name: str, request: pytest.FixtureRequest) -> None:
    publication: Publication = request.getfixturevalue(name)
    data = [t for each in publication.catalogue if not each.is_shapes for t in publication.store.triples(each.graph)]
    found = compiled_findings(data, publication.shapes)
    assert found == expected_findings(data, publication.shapes)
    everything = compiled_for(publication.shapes, publication.store.select).validate(publication.store.select)
    assert keys(everything) == found  # the shapes and the catalogue beside the data add nothing


def test_messages_are_those_of_the_rules(world: Publication) -> None:
    broken = [*ontology(), *read(CASES / "R02" / "fail-rank-gap.ttl")]
    select = select_from(in_store(broken))
    told = compiled_for(all_shapes(), select).validate(select).findings
    expected = validate(as_graph(broken), all_shapes()).findings
    assert [finding.as_dict() for finding in told] == [finding.as_dict() for finding in expected]
    assert all(finding.message(language) for finding in told for language in ("ky", "ru", "en"))


# --- the W3C suite ----------------------------------------------------------------------------------------------------


def test_the_w3c_suite_passes() -> None:
    require(w3c_shacl.suite().exists(), f"the W3C SHACL test suite ({w3c_shacl.suite()}; set NQF_SHARED)")
    outcomes = {entry.name: w3c_shacl.outcome(entry) for entry in w3c_shacl.entries()}
    assert len(outcomes) == 121
    others = {name: told for name, told in outcomes.items() if told != "passed"}
    assert others == {name: told for name, (told, _) in w3c_shacl.EXCEPTIONS.items()}


def test_the_table_in_the_docs_is_the_measured_one() -> None:
    require(w3c_shacl.suite().exists(), f"the W3C SHACL test suite ({w3c_shacl.suite()}; set NQF_SHARED)")
    text = (ROOT / "docs" / "conformance.md").read_text(encoding="utf-8")
    assert w3c_shacl.table() in text
    assert all(reason in text for _, reason in w3c_shacl.EXCEPTIONS.values())


# --- some of the data -------------------------------------------------------------------------------------------------


def test_focus_gives_the_findings_of_these_nodes() -> None:
    data = in_store([*ontology(), *read(*(case.data for case in cases()))])
    select = select_from(data)
    shapes = compiled_for(all_shapes(), select)
    everything: dict[tuple[str, str], set[object]] = {}
    for check in shapes.checks:
        for result in check.results(select(check.query())):
            everything.setdefault((check.shape, result.focus.value), set()).add((check.source, result))
    some = sorted(everything, key=str)[::7]
    for shape, node in some:
        focus = {shape: [ox.NamedNode(node)]}
        found = {(check, result) for check, result in results_by_source(shapes, select, focus)}
        assert found == everything[shape, node]


def results_by_source(shapes: CompiledShapes, select: object, focus: object) -> Iterator[tuple[object, object]]:
    for result in shapes.results(select, focus):  # type: ignore[arg-type]
        yield result.shape, result


def test_focus_that_is_no_target_is_not_checked() -> None:
    shapes = compiled(":S sh:targetClass :C ; sh:property [ sh:path :p ; sh:minCount 1 ] .")
    data = store(":a a :C . :b a :D .")
    nodes = [ox.NamedNode("urn:x:a"), ox.NamedNode("urn:x:b"), ox.Literal("c")]
    assert [r.focus for r in shapes.results(select_from(data), {"urn:x:S": nodes})] == nodes[:1]
    assert shapes.results(select_from(data), {"urn:x:S": ()}) == shapes.results(select_from(data), {}) == []
    assert len(shapes.results(select_from(data), {"urn:x:S": None})) == 1


def test_focus_may_be_a_blank_node() -> None:
    shapes = compiled(":S sh:targetSubjectsOf :q ; sh:property [ sh:path :p ; sh:minCount 1 ] .")
    data = store("_:one :q 1 . _:other :q 2 . :named :q 3 .")
    one = next(quad.subject for quad in data if quad.object == ox.Literal(1))
    assert [r.focus for r in shapes.results(select_from(data), {"urn:x:S": [one]})] == [one]
    assert len(shapes.results(select_from(data), {"urn:x:S": [one, ox.NamedNode("urn:x:named")]})) == 2


def test_a_triple_in_two_graphs_counts_once() -> None:
    """Oxigraph 0.5 gives a triple of two graphs twice when it joins them."""
    shapes = compiled(
        ":S sh:targetClass :C ; sh:property [ sh:path :p ; sh:maxCount 1 ; sh:minCount 2 ; sh:datatype xsd:date ] ;"
        ' sh:sparql [ sh:select "SELECT $this ?value { $this <urn:x:p> ?value }" ] .'
    )
    data = ox.Store()
    for graph in ("urn:g:1", "urn:g:2"):
        for quad in store(":a a :C ; :p 1 ."):
            data.add(ox.Quad(quad.subject, quad.predicate, quad.object, ox.NamedNode(graph)))
    found = shapes.results(select_from(data))
    assert sorted(str(r.component).rpartition("#")[2] for r in found) == [
        "DatatypeConstraintComponent", "MinCountConstraintComponent", "SPARQLConstraintComponent",
    ]  # fmt: skip


def test_many_suspects_are_checked_as_well_as_few() -> None:
    """A screen that names more nodes than a query should name gives way to the checks themselves."""
    shapes = compiled(
        ":S sh:targetClass :C ; sh:property [ sh:path :p ; sh:minCount 1 ] , [ sh:path :q ; sh:minCount 1 ] ."
    )
    for number in (3, 1500):
        data = store("".join(f":n{i} a :C ; :p 1 . " for i in range(number)))
        assert len(shapes.results(select_from(data))) == number


def test_subclasses_are_read_at_any_depth() -> None:
    data = store(":A rdfs:subClassOf :B . :B rdfs:subClassOf [ rdfs:subClassOf :C ] . :C rdfs:subClassOf :A .")
    below = read_subclasses(select_from(data))
    names = {
        name.removeprefix("urn:x:"): {each.removeprefix("urn:x:") for each in found} for name, found in below.items()
    }
    assert names == {"A": {"B", "C"}, "B": {"A", "C"}, "C": {"A", "B"}}


# --- what cannot be compiled ------------------------------------------------------------------------------------------

LEFT = [
    (":S sh:node :S", "is recursive", True),
    (":S sh:property :P . :P sh:path :p ; sh:node :S", "is recursive", True),
    (":S sh:hasValue []", "names a blank node", True),
    (':S sh:pattern "(?=a)b"', "regular expression", True),
    (":S sh:datatype xsd:int", "turns into xsd:integer", True),
    (":S sh:node :T", "which is no shape", False),
    (":S sh:property [ sh:path ( :p ) ; sh:minCount 1 ]", "fewer than two members", False),
    (":S sh:property [ sh:path :p ; sh:minCount 'one' ]", "expected a whole number", False),
    (":S sh:minCount 1", "is a node shape with", False),
    (":S sh:js []", "which no engine here reads", False),
    (":S sh:sparql [ sh:select 'SELECT $this { MINUS { ?a ?b ?c } }' ]", "with MINUS", False),
    (":S sh:sparql [ sh:select 'SELECT ?other { ?other ?b ?c }' ]", "does not select $this", False),
    (":S sh:sparql [ sh:select 'SELECT $this { $this nqf:p ?x }' ]", "cannot be read", False),
    (":S sh:sparql [ sh:select 'SELECT $this { GRAPH ?g { $this ?b ?c } }' ]", "named graphs", False),
]


@pytest.mark.parametrize(("shape", "reason", "supported"), LEFT, ids=[reason for _, reason, _ in LEFT])
def test_what_is_left_to_others_says_why(shape: str, reason: str, supported: bool) -> None:
    found = compiled(f"{shape} . :S sh:targetClass :C . :Fine sh:targetClass :C ; sh:nodeKind sh:IRI .")
    [left] = found.fallback
    assert (left.shape, left.supported) == ("urn:x:S", supported)
    assert reason in left.reason
    assert [check.shape for check in found.checks] == ["urn:x:Fine"]


# --- queries of constraints: what the rewriting must not change ---------------------------------------------------------

QUERIES = [
    "$this :p ?value . FILTER NOT EXISTS { ?value :q ?x . ?x :r $this }",
    "$this :p ?value . ?value :q ?x . FILTER NOT EXISTS { $this :r ?y . FILTER(?y = ?x) }",
    "$this :p ?value . OPTIONAL { ?value :q ?x . OPTIONAL { ?x :r ?y } FILTER(!BOUND(?y)) } FILTER(!BOUND(?x))",
    "{ $this :p ?value } UNION { ?value :p $this . FILTER(?value != $this) } UNION { $this :q/:r ?value }",
    "$this :p|^:q|:q/:r ?value . FILTER(isIRI(?value) && ?value != $this)",
    "$this :p ?value . { SELECT $this (COUNT(?x) AS ?n) { $this :q ?x } GROUP BY $this } FILTER(?n >= 1)",
    "$this :p ?value . { SELECT DISTINCT $this ?x { $this :q ?x FILTER(?x != $this) } } FILTER(?x != ?value)",
    "$this :p ?x . BIND(IF(isIRI(?x), ?x, $this) AS ?value) FILTER(EXISTS { ?value :q ?z } || ?x = $this)",
    "$this :p ?value . ?other :p ?value . FILTER(STR(?other) < STR($this)) FILTER(?value IN (:a, :b, 1))",
    "$this :p ?value . OPTIONAL { $this :q ?x } OPTIONAL { ?value :r ?x } FILTER(BOUND(?x))",
    "$this (:p/:q)* ?value . FILTER(COALESCE(?value = :a, false) && STRLEN(CONCAT(STR(?value), 'x')) > 1)",
    "$this :p ?value . FILTER(REGEX(STR(?value), 'A$', 'i') && REPLACE('b', 'b', 'c') = SUBSTR('xc', 2, 1))",
]


@pytest.mark.parametrize("query", QUERIES)
def test_a_rewritten_query_keeps_its_meaning(query: str) -> None:
    select = f"PREFIX : <urn:x:> SELECT DISTINCT $this ?value {{ {query} }}"
    shape = f':S sh:targetSubjectsOf :p ; sh:targetNode :a ; sh:sparql [ sh:select """{select}""" ] .'
    graph = Graph().parse(data=PREFIXES + shape)
    triples = [f":{s} :{p} :{o} ." for s in "abcd" for p in "pqr" for o in "abcd"]
    for step in (2, 3, 5, 7, 11):
        data = [quad.triple for quad in store("".join(triples[step // 3 :: step]) + ":a :p 1 , 2 .")]
        found = {key[:3] for key in compiled_findings(data, graph)}
        assert found == {key[:3] for key in expected_findings(data, graph)}


def test_a_rewritten_query_starts_at_the_focus_node() -> None:
    """In the place of a join that the engine would make by scanning a predicate."""
    [check] = compiled(
        ":S sh:targetClass :C ; sh:sparql [ sh:select"
        ' "PREFIX : <urn:x:> SELECT $this { ?a :q ?b . $this :p ?a . FILTER(?a != $this) }" ] .'
    ).checks
    places = [check.query().index(part) for part in ("?this <urn:x:p> ?a", "FILTER((?a != ?this))", "?a <urn:x:q> ?b")]
    assert places == sorted(places)


# --- the reference ----------------------------------------------------------------------------------------------------


def test_rdflib_still_orders_what_cannot_be_compared() -> None:
    """Why tests/reference.py puts comparison right; when this fails, that can go."""
    assert Literal("2020-01-01", datatype=XSD.date) < Literal("1.5", datatype=XSD.decimal)


def test_rdflib_still_falls_over_a_sum_with_an_ill_formed_number() -> None:
    with pytest.raises(RecursionError):
        Literal("abc", datatype=XSD.integer) - Literal(1)


def test_columns_without_rows_are_no_results() -> None:
    [check] = compiled(":S sh:targetClass :C ; sh:nodeKind sh:IRI .").checks
    assert list(check.findings(Rows(("this",), ()))) == []
