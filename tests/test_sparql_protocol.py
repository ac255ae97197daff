"""The SPARQL 1.1 Protocol as a table: query form × Accept × way of sending, and what hostile input gets."""

from __future__ import annotations

import json
from urllib.parse import quote, urlencode

import pytest
from pyoxigraph import RdfFormat, parse
from starlette.testclient import TestClient

from tests.conftest import WORLD_BASE

SELECT = "SELECT ?level WHERE { ?level a <https://w3id.org/nqf/ontology#Level> } ORDER BY ?level LIMIT 3"
ASK = "ASK { ?level a <https://w3id.org/nqf/ontology#Level> }"
CONSTRUCT = "CONSTRUCT WHERE { ?level a <https://w3id.org/nqf/ontology#Level> }"
DESCRIBE = "DESCRIBE <https://w3id.org/nqf/ontology#Level>"
GRAPH = f"{WORLD_BASE}/graph/frameworks"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
DIRECT = {"Content-Type": "application/sparql-query"}

ROW_TYPES = {
    "*/*": "application/sparql-results+json",
    "application/sparql-results+json": "application/sparql-results+json",
    "application/sparql-results+xml": "application/sparql-results+xml",
    "text/csv": "text/csv; charset=utf-8",
    "text/tab-separated-values": "text/tab-separated-values; charset=utf-8",
    "application/sparql-results+xml;q=0.5, text/csv;q=0.9": "text/csv; charset=utf-8",
    "application/json;q=0, application/sparql-results+json;q=0.1, */*;q=0.01": "application/sparql-results+json",
    "image/png, application/sparql-results+xml;q=0.2": "application/sparql-results+xml",
}
GRAPH_TYPES = {
    "*/*": "text/turtle; charset=utf-8",
    "text/turtle": "text/turtle; charset=utf-8",
    "application/n-triples": "application/n-triples",
    "application/ld+json": "application/ld+json",
    "application/rdf+xml": "application/rdf+xml",
    "application/trig": "application/trig",
    "application/n-quads": "application/n-quads",
    "text/turtle;q=0.9, */*;q=0.1": "text/turtle; charset=utf-8",
    "application/rdf+xml;q=0.8, application/ld+json": "application/ld+json",
}
TABLE = [(query, accept, given) for query in (SELECT, ASK) for accept, given in ROW_TYPES.items()]
TABLE += [(query, accept, given) for query in (CONSTRUCT, DESCRIBE) for accept, given in GRAPH_TYPES.items()]


@pytest.mark.parametrize(("query", "accept", "given"), TABLE, ids=lambda value: value[:34])
@pytest.mark.parametrize("way", ["get", "form", "direct"])
def test_table(client: TestClient, way: str, query: str, accept: str, given: str) -> None:
    headers = {"Accept": accept}
    match way:
        case "get":
            response = client.get("/sparql", params={"query": query}, headers=headers)
        case "form":
            response = client.post("/sparql", content=urlencode({"query": query}), headers=headers | FORM)
        case _:
            response = client.post("/sparql", content=query.encode(), headers=headers | DIRECT)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == given
    assert "Accept" in response.headers["vary"]
    assert response.content


@pytest.mark.parametrize("accept", GRAPH_TYPES)
def test_graphs_parse_as_what_they_are_called(client: TestClient, accept: str) -> None:
    response = client.get("/sparql", params={"query": CONSTRUCT}, headers={"Accept": accept})
    media_type = response.headers["content-type"].partition(";")[0]
    form = RdfFormat.from_media_type(media_type)
    assert form is not None
    assert len(list(parse(response.content, format=form))) >= 3


def test_head_and_options(client: TestClient) -> None:
    head = client.head("/sparql", params={"query": SELECT})
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == "application/sparql-results+json"
    options = client.options("/sparql")
    assert options.status_code == 204
    assert options.headers["allow"] == "GET, HEAD, POST, OPTIONS"
    assert client.put("/sparql").headers["allow"] == "GET, HEAD, POST, OPTIONS"
    preflight = client.options(
        "/sparql", headers={"Origin": "https://a.example", "Access-Control-Request-Method": "POST"}
    )
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in preflight.headers


def rows(client: TestClient, **parameters: str) -> int:
    response = client.get("/sparql", params=parameters)
    assert response.status_code == 200, response.text
    return len(response.json()["results"]["bindings"])


def test_the_request_chooses_the_dataset(client: TestClient) -> None:
    everything = "SELECT * WHERE { ?s ?p ?o }"
    named = "SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }"
    whole, one = rows(client, query=everything), rows(client, query=everything, **{"default-graph-uri": GRAPH})
    assert 0 < one < whole
    assert rows(client, query=everything, **{"default-graph-uri": "https://example.org/none"}) == 0
    assert rows(client, query=named, **{"named-graph-uri": GRAPH}) == 1
    assert rows(client, query=named) > 5
    text = f"SELECT * FROM <{GRAPH}> WHERE {{ ?s ?p ?o }}"
    assert rows(client, query=text) == one
    direct = client.post(
        f"/sparql?default-graph-uri={quote(GRAPH, safe='')}", content=everything.encode(), headers=DIRECT
    )
    assert len(direct.json()["results"]["bindings"]) == one


def test_a_form_is_decoded_once(client: TestClient) -> None:
    query = "ASK { FILTER(STRLEN('100%25') = 6) }"
    response = client.post("/sparql", content=urlencode({"query": query}), headers=FORM)
    assert response.json()["boolean"] is True
    assert client.get("/sparql", params={"query": query}).json()["boolean"] is True


def test_kyrgyz_letters_arrive(client: TestClient) -> None:
    query = "SELECT ('өүң' AS ?letters) WHERE {}"
    for response in (
        client.get("/sparql", params={"query": query}),
        client.post("/sparql", content=query.encode(), headers=DIRECT),
        client.post("/sparql", content=urlencode({"query": query}), headers=FORM),
    ):
        assert response.json()["results"]["bindings"][0]["letters"]["value"] == "өүң"


def test_without_a_query_the_service_describes_itself(client: TestClient) -> None:
    response = client.get("/sparql", headers={"Accept": "text/turtle"})
    assert response.status_code == 200
    triples = list(parse(response.content, format=RdfFormat.TURTLE))
    described = {quad.predicate.value.rpartition("#")[2] for quad in triples}
    assert {"endpoint", "supportedLanguage", "resultFormat", "feature", "defaultDataset", "namedGraph"} <= described
    features = {quad.object.value.rpartition("#")[2] for quad in triples if quad.predicate.value.endswith("#feature")}
    assert features == {"UnionDefaultGraph"}
    endpoints = {quad.object.value for quad in triples if quad.predicate.value.endswith("#endpoint")}
    assert endpoints == {"http://testserver/sparql"}


def test_people_get_a_form_and_a_table(client: TestClient) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
    form = client.get("/sparql", headers=browser)
    assert form.headers["content-type"] == "text/html; charset=utf-8"
    assert "<textarea" in form.text
    assert "<table>" in client.get("/sparql", params={"query": SELECT}, headers=browser).text
    broken = client.get("/sparql", params={"query": "SELECT"}, headers=browser)
    assert broken.status_code == 400
    assert 'role="alert"' in broken.text


def problem(response: object) -> dict[str, object]:
    assert response.headers["content-type"] == "application/problem+json"  # type: ignore[attr-defined]
    document: dict[str, object] = json.loads(response.content)  # type: ignore[attr-defined]
    assert document["status"] == response.status_code  # type: ignore[attr-defined]
    assert {"type", "title", "detail", "instance"} <= set(document)
    return document


def test_syntax_errors_say_line_and_column(client: TestClient) -> None:
    for query, place in (("SELECT *\nWHERE { ?s ?p }", (2, 16)), ("SELEC", (1, 6)), ("", (1, 1))):
        document = problem(client.get("/sparql", params={"query": query}))
        assert document["status"] == 400
        assert (document["line"], document["column"]) == place


@pytest.mark.parametrize(
    ("status", "method", "url", "headers", "content"),
    [
        (400, "GET", "/sparql?query=ASK%7B%7D&query=ASK%7B%7D", {}, b""),
        (400, "GET", "/sparql?update=DROP%20ALL", {}, b""),
        (400, "GET", "/sparql?query=ASK%7B%7D&default-graph-uri=not%20an%20iri", {}, b""),
        (400, "GET", "/sparql?query=%FF%FE", {}, b""),
        (400, "POST", "/sparql", FORM, b"update=DROP+ALL"),
        (400, "POST", "/sparql", FORM, b"query=INSERT+DATA+%7B%7D"),
        (400, "POST", "/sparql", FORM, b"nothing=here"),
        (400, "POST", "/sparql", DIRECT, b"\xff\xfe"),
        (403, "GET", "/sparql?query=ASK%7BSERVICE%20%3Chttp%3A%2F%2F127.0.0.1%3A1%2F%3E%7B%7D%7D", {}, b""),
        (405, "PUT", "/sparql", {}, b""),
        (405, "DELETE", "/sparql", {}, b""),
        (406, "GET", "/sparql?query=ASK%7B%7D", {"Accept": "image/png"}, b""),
        (406, "GET", "/sparql?query=CONSTRUCT%20WHERE%7B%3Fs%20%3Fp%20%3Fo%7D", {"Accept": "text/csv"}, b""),
        (413, "POST", "/sparql", DIRECT, b"ASK { } #" + b"x" * 200_000),
        (413, "POST", "/sparql", FORM, b"query=" + b"x" * 700_000),
        (415, "POST", "/sparql", {"Content-Type": "application/sparql-update"}, b"DROP ALL"),
        (415, "POST", "/sparql", {"Content-Type": "text/plain"}, b"ASK {}"),
        (415, "POST", "/sparql", {}, b"ASK {}"),
    ],
)
def test_bad_requests(
    client: TestClient, *, status: int, method: str, url: str, headers: dict[str, str], content: bytes
) -> None:
    response = client.request(method, url, headers=headers, content=content)
    assert response.status_code == status, response.text
    problem(response)


def test_nothing_was_written(client: TestClient) -> None:
    before = client.get("/ready").json()["state"]
    client.post("/sparql", content=b"update=INSERT+DATA+%7B%3Ca%3Aa%3E+%3Ca%3Ab%3E+1%7D", headers=FORM)
    assert client.get("/ready").json()["state"] == before
