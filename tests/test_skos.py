"""The SKOS export keeps the integrity conditions of the SKOS reference, each asked by a query that can fail."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox
import pytest
from pyoxigraph import Literal, NamedNode, Quad
from starlette.testclient import TestClient

from nqf_graph.app import create_app
from nqf_graph.discovery.profiles import everything
from nqf_graph.publication import Publication
from nqf_graph.terms import RDF, SKOS
from tests.conftest import WORLD_BASE

OWN = f"{WORLD_BASE}/id/"
LEVEL, EDITION = NamedNode(f"{OWN}level/2020/3a"), NamedNode(f"{OWN}framework/aqf/2020")
PREFIX = (
    "PREFIX skos: <http://www.w3.org/2004/02/skos/core#>\nPREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>\n"
)
ABOVE = "(skos:broader|^skos:narrower|skos:broadMatch|^skos:narrowMatch)"
CONDITIONS = {
    "S9": "ASK { ?x a skos:ConceptScheme , skos:Concept }",
    "S13": """ASK { { ?x skos:prefLabel ?l ; skos:altLabel ?l } UNION { ?x skos:prefLabel ?l ; skos:hiddenLabel ?l }
                    UNION { ?x skos:altLabel ?l ; skos:hiddenLabel ?l } }""",
    "S14": "ASK { ?x skos:prefLabel ?a , ?b FILTER(?a != ?b && LANG(?a) = LANG(?b)) }",
    "S27": f"ASK {{ ?x skos:related ?y . {{ ?x {ABOVE}+ ?y }} UNION {{ ?y {ABOVE}+ ?x }} }}",
    "S37": "ASK { ?x a skos:OrderedCollection . { ?x a skos:Concept } UNION { ?x a skos:ConceptScheme } }",
    "S46": """ASK { ?x (skos:exactMatch|^skos:exactMatch) ?y .
                    { ?x (skos:broadMatch|^skos:broadMatch|skos:narrowMatch|^skos:narrowMatch) ?y }
                    UNION { ?x (skos:relatedMatch|^skos:relatedMatch) ?y } }""",
}
BREAKING = {
    "S9": [(EDITION, RDF["type"], SKOS["Concept"])],
    "S13": [(LEVEL, SKOS["altLabel"], Literal("Level 3a", language="en"))],
    "S14": [(LEVEL, SKOS["prefLabel"], Literal("Level three a", language="en"))],
    "S27": [(LEVEL, SKOS["related"], NamedNode(f"{OWN}level/2020/3"))],
    "S37": [(NamedNode(f"{EDITION.value}#order"), RDF["type"], SKOS["Concept"])],
    "S46": [
        (LEVEL, SKOS["exactMatch"], NamedNode("https://example.org/x")),
        (NamedNode("https://example.org/x"), SKOS["broadMatch"], LEVEL),
    ],
}


def store_of(publication: Publication, more: Iterable[tuple[NamedNode, NamedNode, object]] = ()) -> ox.Store:
    """What is exported, and more."""
    profile = publication.description.profiles["skos"]
    selection = everything(publication.store, publication.system, profile, publication.description.names.own)
    store = ox.Store()
    store.extend(Quad(t.subject, t.predicate, t.object) for t in selection.triples)
    store.extend(Quad(s, p, o) for s, p, o in more)  # type: ignore[arg-type]
    return store


@pytest.mark.parametrize("condition", CONDITIONS)
def test_integrity(world: Publication, country: Publication, condition: str) -> None:
    question = PREFIX + CONDITIONS[condition]
    for publication in (world, country):
        assert not store_of(publication).query(question)
    assert store_of(world, BREAKING[condition]).query(question)


def test_the_levels_of_an_edition_are_a_list_in_their_order(world: Publication, country: Publication) -> None:
    store = store_of(world)
    order, cell, found = NamedNode(f"{EDITION.value}#order"), None, []
    for quad in store.quads_for_pattern(order, SKOS["memberList"], None):
        cell = quad.object
    while cell != RDF["nil"]:
        [first] = [quad.object for quad in store.quads_for_pattern(cell, RDF["first"], None)]  # type: ignore[arg-type]
        [cell] = [quad.object for quad in store.quads_for_pattern(cell, RDF["rest"], None)]  # type: ignore[arg-type]
        found.append(str(first).rpartition("/")[2].rstrip(">"))
    assert found == ["1", "2", "3", "3a", "3b", "4"]
    for each in (store, store_of(country)):
        ends = list(each.quads_for_pattern(None, RDF["rest"], RDF["nil"]))
        lists = list(each.quads_for_pattern(None, SKOS["memberList"], None))
        assert len(ends) == len(lists) > 2


def test_what_is_not_official_says_so(world: Publication) -> None:
    store = store_of(world)
    texts = {q.object.value for q in store.quads_for_pattern(NamedNode(f"{OWN}level/2020/4"), SKOS["definition"], None)}
    assert "Autonomy (illustrative): Opens new directions" in texts
    notes = [q.object.value for q in store.quads_for_pattern(LEVEL, SKOS["editorialNote"], None)]
    assert any(note.startswith("official: ") for note in notes)


def test_three_languages_and_notations(country: Publication) -> None:
    store = store_of(country)
    schemes = [quad.subject for quad in store.quads_for_pattern(None, RDF["type"], SKOS["ConceptScheme"])]
    assert schemes
    concepts = {quad.subject for quad in store.quads_for_pattern(None, RDF["type"], SKOS["Concept"])}
    for thing in (*schemes, *concepts):
        tags = {quad.object.language for quad in store.quads_for_pattern(thing, SKOS["prefLabel"], None)}  # type: ignore[union-attr]
        assert {"ky", "ru", "en"} <= tags, thing
    levels = {quad.subject for quad in store.quads_for_pattern(None, SKOS["topConceptOf"], None)}
    assert all(any(store.quads_for_pattern(level, SKOS["notation"], None)) for level in levels)


def test_the_file(world: Publication) -> None:
    with TestClient(create_app(world)) as client:
        response = client.get("/exports/latest/nqf-skos.ttl")
        store = ox.Store()
        store.load(response.content, format=ox.RdfFormat.TURTLE)
        assert set(store) == set(store_of(world))
