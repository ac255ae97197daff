"""Real clients against a running service: SPARQLWrapper, rdflib's SPARQLStore, plain HTTP."""

from __future__ import annotations

import json
import urllib.error
import urllib.request

import pytest
from rdflib import Graph, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, GET, JSON, POST, POSTDIRECTLY, TURTLE, URLENCODED, XML, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

NQF = "https://w3id.org/nqf/ontology#"
LEVELS = f"SELECT ?level WHERE {{ ?level a <{NQF}Level> }} ORDER BY ?level"
FIRST = f"CONSTRUCT {{ ?level a <{NQF}Level> }} WHERE {{ ?level a <{NQF}Level> }}"


def wrapper(server: str, query: str) -> SPARQLWrapper:
    client = SPARQLWrapper(f"{server}/sparql")
    client.setQuery(query)
    return client


@pytest.mark.parametrize(("method", "sending"), [(GET, URLENCODED), (POST, URLENCODED), (POST, POSTDIRECTLY)])
def test_sparqlwrapper_select(server: str, method: str, sending: str) -> None:
    client = wrapper(server, LEVELS)
    client.setMethod(method)
    client.setRequestMethod(sending)
    client.setReturnFormat(JSON)
    found = client.queryAndConvert()["results"]["bindings"]
    assert len(found) > 5
    client.setReturnFormat(XML)
    assert len(client.queryAndConvert().getElementsByTagName("result")) == len(found)
    client.setReturnFormat(CSV)
    assert len(client.queryAndConvert().decode().splitlines()) == len(found) + 1


def test_sparqlwrapper_graphs_and_errors(server: str) -> None:
    client = wrapper(server, FIRST)
    client.setReturnFormat(TURTLE)
    assert len(Graph().parse(data=client.queryAndConvert(), format="turtle")) > 5
    broken = wrapper(server, "SELECT ?s WHERE { ?s ?p }")
    with pytest.raises(QueryBadFormed, match="column"):
        broken.query()


def test_rdflib_sparqlstore(server: str) -> None:
    graph = Graph(SPARQLStore(f"{server}/sparql"))
    levels = [row[0] for row in graph.query(LEVELS)]  # type: ignore[index]
    assert len(levels) > 5
    assert (levels[0], URIRef("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"), URIRef(f"{NQF}Level")) in graph
    assert len(list(graph.triples((levels[0], None, None)))) > 3
    assert bool(graph.query(f"ASK {{ ?s a <{NQF}Level> }}").askAnswer)


def get(url: str, **headers: str) -> tuple[int, str, bytes]:
    request = urllib.request.Request(url, headers={name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.status, response.headers["Content-Type"], response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers["Content-Type"], error.read()


def test_following_an_iri_ends_at_its_document(server: str) -> None:
    status, media_type, body = get(f"{server}/id/framework/aqf", Accept="text/turtle")
    assert (status, media_type) == (200, "text/turtle; charset=utf-8")
    assert b"https://example.org/avalon/id/framework/aqf" in body


def test_problems_over_the_wire(server: str) -> None:
    status, media_type, body = get(f"{server}/id/framework/none")
    assert (status, media_type) == (404, "application/problem+json")
    assert "framework/aqf" in json.loads(body)["existing"]


def test_ready(server: str) -> None:
    assert json.loads(get(f"{server}/ready")[2])["status"] == "ready"
