"""JSON-LD: plain words for programmers, and exactly the statements that the other formats tell.

The oracle is PyLD, a JSON-LD 1.1 processor of others.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from pyld import jsonld
from pyoxigraph import CanonicalizationAlgorithm, Dataset, NamedNode, Quad, RdfFormat, Triple, parse
from starlette.testclient import TestClient

from nqf_graph.formats import JSON_LD, LINK, Context, Word, write_graph
from nqf_graph.publication import Publication
from nqf_graph.web.context import context_of
from tests.conftest import WORLD_BASE
from tests.test_linked_data import minted

XSD = "http://www.w3.org/2001/XMLSchema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
LEVEL = f"{WORLD_BASE}/id/level/2020/3a"


def canonical(quads: Any) -> Dataset:
    """A dataset that equals another one if the two differ in the labels of blank nodes only."""
    dataset = Dataset(Quad(quad.subject, quad.predicate, quad.object) for quad in quads)
    dataset.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return dataset


def expanded(document: bytes) -> Dataset:
    """What PyLD makes of a document."""
    text = jsonld.to_rdf(json.loads(document), {"format": "application/n-quads"})
    return canonical(parse(text.encode(), format=RdfFormat.N_QUADS))


def read(document: bytes, form: RdfFormat) -> Dataset:
    return canonical(parse(document, format=form))


def test_every_document_says_the_same_as_n_triples(world: Publication, client: TestClient) -> None:
    documents = [f"/doc/{name}" for name in minted(world)]
    assert len(documents) > 150
    for address in [*documents, "/ontology", "/shapes", "/prefixes"]:
        told = client.get(f"{address}.jsonld").content
        expected = read(client.get(f"{address}.nt").content, RdfFormat.N_TRIPLES)
        assert expanded(told) == expected, address
        assert read(told, RdfFormat.JSON_LD) == expected, address


@pytest.mark.parametrize("profile", ["skos", "schema", "alt"])
def test_views_say_the_same_as_n_triples(client: TestClient, profile: str) -> None:
    for name in ("level/2020/3a", "framework/aqf/2020", "body/council", "programme/waiter-day", "act/law-12-2019"):
        query = {"_profile": profile}
        told = client.get(f"/doc/{name}.jsonld", params=query).content
        plain = client.get(f"/doc/{name}.nt", params=query).content
        assert expanded(told) == read(plain, RdfFormat.N_TRIPLES), name


def test_plain_words(client: TestClient) -> None:
    document = client.get("/doc/level/2020/3a.jsonld").json()
    assert document["id"] == LEVEL
    assert document["type"] == ["Level"]
    assert document["prefLabel"] == {"ky": "3a деңгээли", "ru": "Уровень 3a", "en": "Level 3a"}
    assert document["rank"] == 3
    assert document["notation"] == "3a"
    assert document["dataStatus"] == "nqf:official"
    assert document["levelOf"] == f"{WORLD_BASE}/id/framework/aqf/2020"
    assert document["source"] == [f"{WORLD_BASE}/id/source/gazette"]
    edition = client.get("/doc/framework/aqf/2010.jsonld").json()
    assert (edition["validFrom"], edition["validUntil"]) == ("2010-01-01", "2019-12-31")
    assert sorted(edition["hasDimension"]) == [f"{WORLD_BASE}/id/dimension/{name}" for name in ("knowledge", "skills")]
    named = {node["id"]: node["prefLabel"] for node in edition["included"] if "prefLabel" in node}
    assert named[f"{WORLD_BASE}/id/dimension/skills"]["ru"] == "Навыки"


def test_a_document_brings_the_words_it_uses_and_no_others(client: TestClient) -> None:
    document = client.get("/doc/level/2020/3a.jsonld").json()
    whole = client.get("/context.jsonld").json()["@context"]
    own = document["@context"]
    assert isinstance(own, dict), "a document is read without fetching another one"
    assert own["@version"] == 1.1
    assert own.items() <= whole.items()
    text = json.dumps({key: value for key, value in document.items() if key != "@context"})
    unused = [word for word in own if word not in text and not word.startswith("@")]
    assert unused == []
    assert "credits" in whole and "credits" not in own


def test_the_context_is_a_document(client: TestClient) -> None:
    response = client.get("/context.jsonld")
    assert response.headers["content-type"] == "application/ld+json"
    context = response.json()["@context"]
    assert context["prefLabel"] == {"@id": f"{SKOS}prefLabel", "@container": "@language"}
    assert context["knownAs"]["@container"] == "@language"  # by its range
    assert context["altLabel"]["@container"] == "@language"  # by a rule
    assert context["definition"]["@container"] == "@language"  # by the vocabulary's own use
    assert context["levelOf"] == {"@id": "https://w3id.org/nqf/ontology#levelOf", "@type": "@id"}
    assert context["hasDimension"]["@container"] == "@set"
    assert context["validFrom"]["@type"] == f"{XSD}date"
    assert context["date_document"]["@type"] == f"{XSD}date"
    assert context["rank"]["@type"] == f"{XSD}integer"
    assert context["Level"] == "https://w3id.org/nqf/ontology#Level"
    assert (context["id"], context["type"]) == ("@id", "@type")
    plain = {"@context": context, "id": "https://example.org/x", "prefLabel": {"ky": "Б"}, "rank": 3}
    [node] = jsonld.expand(plain)
    assert node[f"{SKOS}prefLabel"] == [{"@value": "Б", "@language": "ky"}]


def test_the_context_comes_from_vocabulary_and_rules(world: Publication, country: Publication) -> None:
    """It is a contract: the facts of a country do not change it."""
    ours, theirs = context_of(world).as_json()["@context"], context_of(country).as_json()["@context"]
    assert ours == theirs


ODD = """
@prefix x: <http://x.example/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
x:a a x:Level, <http://y.example/Z>, "odd" ;
  x:name "к"@ky, "e"@en, "e2"@en, "plain", 5, x:b ;
  x:day "2020-01-01"^^xsd:date, "2020"^^xsd:gYear, x:b, "s", "t"@en ;
  x:number 7, 07, 0.9, true, "x"^^xsd:boolean, 12345678901234567890, -3, -0 ;
  x:link x:b, "lit", [ x:plain 1, 2 ; x:list ( 1 x:b "c"@ru ) ] ;
  x:plain "plain", <urn:a:b>, "2020-01-01"^^xsd:date, false .
x:b x:name "B"@en ; x:link x:a .
[] x:link [] .
"""
WORDS = {
    "Level": Word("http://x.example/Level"),
    "name": Word("http://x.example/name", by_language=True),
    "day": Word("http://x.example/day", f"{XSD}date"),
    "number": Word("http://x.example/number", f"{XSD}integer", repeats=True),
    "link": Word("http://x.example/link", LINK, repeats=True),
    "plain": Word("http://x.example/plain"),
    "x": Word("http://x.example/list"),  # a prefix is called so
    "type": Word("http://x.example/list"),  # a keyword is
}


@pytest.mark.parametrize("way", ["with words", "with prefixes only", "fitted"])
@pytest.mark.parametrize("about", ["http://x.example/a", "http://x.example/nowhere", None])
def test_values_that_do_not_fit_their_word(way: str, about: str | None) -> None:
    triples = [quad.triple for quad in parse(ODD.encode(), format=RdfFormat.TURTLE)]
    prefixes = {"x": "http://x.example/", "xsd": XSD}
    contexts = {"with words": Context(WORDS, prefixes), "fitted": Context.fitting(triples, prefixes)}
    told = write_graph(triples, JSON_LD, prefixes, contexts.get(way), NamedNode(about) if about else None)
    expected = canonical(triples)
    assert expanded(told) == expected
    assert read(told, RdfFormat.JSON_LD) == expected


def test_a_changed_value_is_noticed() -> None:
    def written(text: str) -> Dataset:
        triple = Triple(NamedNode(LEVEL), NamedNode(f"{SKOS}notation"), next(literals(text)))
        return expanded(write_graph([triple], JSON_LD, {}))

    def literals(text: str) -> Any:
        return (quad.object for quad in parse(f"<a:b> <a:c> {text} .".encode(), format=RdfFormat.TURTLE))

    assert written('"3a"') == written('"3a"')
    assert written('"3a"') != written('"3a"@en') != written('"3b"@en')


def test_equal_graphs_give_equal_bytes() -> None:
    text = '@prefix x: <http://x.example/> . x:a a x:Level ; x:name "к"@ky , "e"@en , 5 ; x:link x:b , x:c .'
    triples = [quad.triple for quad in parse(text.encode(), format=RdfFormat.TURTLE)]
    context = Context(WORDS, {"x": "http://x.example/"})
    assert write_graph(triples, JSON_LD, {}, context) == write_graph(triples[::-1], JSON_LD, {}, context)
