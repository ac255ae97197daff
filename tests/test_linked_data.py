"""Every IRI that we mint answers, in every format, and in the reader's language."""

from __future__ import annotations

import json

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse
from starlette.testclient import TestClient

from nqf_graph.app import create_app
from nqf_graph.publication import Publication
from tests.conftest import WORLD_BASE

LEVEL = "level/aqf-2020/3a"
TYPES = {
    "text/turtle": RdfFormat.TURTLE,
    "application/ld+json": RdfFormat.JSON_LD,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/rdf+xml": RdfFormat.RDF_XML,
}


def minted(publication: Publication) -> list[str]:
    """The ids, below the base, of everything that the graph describes."""
    own = f"{publication.settings.base}/id/"
    subjects = {
        t.subject.value
        for g in publication.store.graphs()
        for t in publication.store.triples(g)
        if isinstance(t.subject, NamedNode)
    }
    return sorted(iri.removeprefix(own) for iri in subjects if iri.startswith(own))


@pytest.fixture(scope="module")
def level(world: Publication) -> str:
    """The id of a sub-level."""
    return next(name for name in minted(world) if name.startswith("level/") and name.endswith("3a"))


def test_every_minted_iri_answers(world: Publication, client: TestClient) -> None:
    names = minted(world)
    assert len(names) > 100
    for name in names:
        redirect = client.get(f"/id/{name}")
        assert redirect.status_code == 303, name
        assert redirect.headers["location"] == f"/doc/{name}"
        response = client.get(f"/doc/{name}", headers={"Accept": "text/turtle"})
        assert response.status_code == 200, name
        assert f"{WORLD_BASE}/id/{name}".encode() in response.content


def test_every_iri_of_the_real_data_answers(country: Publication) -> None:
    names = minted(country)
    assert len(names) > 700
    with TestClient(create_app(country), follow_redirects=False) as client:
        for name in names:
            response = client.get(f"/doc/{name}.nt")
            assert response.status_code == 200, name
            assert f"<{country.settings.base}/id/{name}>".encode() in response.content


@pytest.mark.parametrize(("media_type", "form"), TYPES.items())
def test_formats_say_the_same(client: TestClient, level: str, media_type: str, form: RdfFormat) -> None:
    response = client.get(f"/doc/{level}", headers={"Accept": media_type})
    assert response.headers["content-type"].partition(";")[0] == media_type
    found = {str(quad.triple) for quad in parse(response.content, format=form)}
    reference = client.get(f"/doc/{level}.nt")
    assert found == {str(quad.triple) for quad in parse(reference.content, format=RdfFormat.N_TRIPLES)}


@pytest.mark.parametrize(
    ("suffix", "media_type"),
    [
        ("ttl", "text/turtle"),
        ("jsonld", "application/ld+json"),
        ("nt", "application/n-triples"),
        ("rdf", "application/rdf+xml"),
        ("html", "text/html"),
    ],
)
def test_suffixes_and_the_query_parameter_choose_too(
    client: TestClient, level: str, suffix: str, media_type: str
) -> None:
    for url in (f"/doc/{level}.{suffix}", f"/doc/{level}?_mediatype={media_type}"):
        response = client.get(url, headers={"Accept": "image/png"})
        assert response.status_code == 200, url
        assert response.headers["content-type"].partition(";")[0] == media_type


def test_a_description_has_both_directions_and_names(client: TestClient, level: str) -> None:
    text = client.get(f"/doc/{level}.ttl").text
    assert "nqf:subLevelOf" in text
    assert "nqf:alignedSubject" in text or "nqf:correspondsTo" in text or "nqf:atLevel" in text
    assert text.count("skos:prefLabel") > 1


def test_headers(client: TestClient, level: str) -> None:
    response = client.get(f"/doc/{level}", headers={"Accept": "text/html", "Accept-Language": "ru-RU,ru;q=0.9"})
    assert response.headers["content-language"] == "ru"
    assert "Accept" in response.headers["vary"]
    assert 'rel="alternate"; type="text/turtle"' in response.headers["link"]
    assert response.headers["x-content-type-options"] == "nosniff"
    assert client.head(f"/doc/{level}").status_code == 200
    assert client.options(f"/doc/{level}").status_code == 204


def test_pages_speak_three_languages(client: TestClient, level: str) -> None:
    pages = {}
    for language in ("ky", "ru", "en"):
        response = client.get(f"/doc/{level}", params={"lang": language}, headers={"Accept": "text/html"})
        assert f'<html lang="{language}">' in response.text
        pages[language] = response.text
    assert len(set(pages.values())) == 3


def test_what_is_not_official_carries_a_warning(client: TestClient, world: Publication) -> None:
    nqf = "https://w3id.org/nqf/ontology#"
    statuses = {
        row["thing"].value.removeprefix(f"{WORLD_BASE}/id/"): row["status"].value.removeprefix(nqf)  # type: ignore[union-attr]
        for row in world.store.select(f"SELECT ?thing ?status {{ ?thing <{nqf}dataStatus> ?status }}")
    }
    assert {"official", "illustrative"} <= set(statuses.values())
    for status in set(statuses.values()):
        name = next(name for name, found in sorted(statuses.items()) if found == status)
        page = client.get(f"/doc/{name}.html").text
        assert ('class="warning"' in page) is (status != "official"), (name, status)


def test_unknown_things_are_404_with_a_hint(client: TestClient, level: str) -> None:
    folder = level.rpartition("/")[0]
    for url in (f"/id/{folder}/99", f"/doc/{folder}/99", f"/doc/{folder}/99.ttl"):
        response = client.get(url)
        assert response.status_code == 404, url
        document = json.loads(response.content)
        assert response.headers["content-type"] == "application/problem+json"
        assert level in document["existing"]
    page = client.get(f"/id/{folder}/99", headers={"Accept": "text/html"})
    assert page.status_code == 404
    assert level in page.text
    assert client.get("/id/bad%20iri%3E").status_code == 404
    assert client.get("/nowhere").status_code == 404


def test_not_acceptable_lists_what_is_offered(client: TestClient, level: str) -> None:
    response = client.get(f"/doc/{level}", headers={"Accept": "image/png"})
    assert response.status_code == 406
    assert "text/turtle" in response.json()["offered"]


def test_foreign_iris(client: TestClient) -> None:
    response = client.get(
        "/resource", params={"uri": "https://w3id.org/nqf/ontology#Level"}, headers={"Accept": "text/turtle"}
    )
    assert response.status_code == 200
    assert "rdfs:label" in response.text
    assert client.get("/resource", params={"uri": "https://example.org/unheard-of"}).status_code == 404
    assert client.get("/resource", params={"uri": "not an iri"}).status_code == 400
    assert client.get("/resource").status_code == 400


@pytest.mark.parametrize("name", ["ontology", "shapes"])
def test_vocabulary_and_rules(client: TestClient, name: str) -> None:
    sizes = set()
    for media_type, form in TYPES.items():
        response = client.get(f"/{name}", headers={"Accept": media_type})
        assert response.headers["content-type"].partition(";")[0] == media_type
        sizes.add(len(set(parse(response.content, format=form))))
    assert min(sizes) > 500
    assert len(sizes) == 1
    assert client.get(f"/{name}.ttl").status_code == 200
    page = client.get(f"/{name}", headers={"Accept": "text/html"})
    assert "<h1>" in page.text
    assert client.get("/nothing.ttl").status_code == 404


def test_the_rule_register(client: TestClient) -> None:
    rules = client.get("/rules").json()["rules"]
    assert [rule["number"] for rule in rules] == sorted(rule["number"] for rule in rules)
    assert {"R01", "R05", "R40", "R44", "R60", "R64"} <= {rule["number"] for rule in rules}
    assert all(set(rule["title"]) == {"ky", "ru", "en"} and rule["basis"] and rule["owner"] for rule in rules)
    assert "R64" in client.get("/rules", headers={"Accept": "text/html"}).text
