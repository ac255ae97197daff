"""Every IRI that we mint answers, in every format, and in the reader's language."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse
from starlette.testclient import TestClient

from nqf_graph.app import create_app
from nqf_graph.publication import Publication, open_publication
from nqf_graph.store import Change
from nqf_graph.terms import DCT, NQF, OWL, SKOS
from tests.conftest import WORLD_BASE, world_settings
from tests.history import duty, open_with_history, put
from tests.test_versions import links

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
        for g in publication.store.names()
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
        ("trig", "application/trig"),
        ("nq", "application/n-quads"),
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
    assert client.get("/nowhere", headers={"Accept": "image/png"}).status_code == 404
    assert client.post("/nowhere").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "%25zz",
        "a%00b",
        "a%0Ab",
        "%5B",
        "a%23b",
        "a%3Fb",
        "%FF",
        "..%2F..",
        "%7B%7D",
        "a%5C",
        "%E2%80%AE",
        "x" * 5000,
    ],
)
def test_odd_paths_are_not_found(client: TestClient, path: str) -> None:
    for address in (
        f"/id/{path}",
        f"/doc/{path}",
        f"/doc/{path}.ttl",
        f"/timemap/{path}",
        f"/{path}",
        f"/ontology/{path}",
    ):
        assert client.get(address).status_code == 404, address
    assert client.get(f"/resource?uri={path}").status_code in (400, 404)


def test_not_acceptable_lists_what_is_offered(client: TestClient, level: str) -> None:
    response = client.get(f"/doc/{level}", headers={"Accept": "image/png"})
    assert response.status_code == 406
    assert "text/turtle" in response.json()["offered"]


def test_headers_of_a_negotiated_variant(client: TestClient) -> None:
    asked = {"Accept": "text/html;q=0.2, application/rdf+xml;q=0.9"}
    response = client.get("/doc/level/2020/2", headers=asked)
    assert response.headers["content-location"] == "/doc/level/2020/2.rdf"
    assert response.headers["content-language"] == "ky, ru, en"
    assert {"Accept", "Accept-Language", "Accept-Profile"} <= set(response.headers["vary"].split(", "))
    found = links(response.headers["link"])
    assert found["canonical"] == [(f"{WORLD_BASE}/doc/level/2020/2", {})]
    assert found["describes"] == [(f"{WORLD_BASE}/id/level/2020/2", {})]
    assert found["license"] == [("https://creativecommons.org/licenses/by/4.0/", {})]
    assert found["describedby"] == [("/.well-known/void", {})]
    by_type = {attributes["type"]: target for target, attributes in found["alternate"] if "type" in attributes}
    assert by_type["application/trig"] == "/doc/level/2020/2.trig"
    assert client.get(response.headers["content-location"]).content == response.content
    page = client.get("/doc/level/2020/2?lang=ru", headers={"Accept": "text/html"})
    assert page.headers["content-location"] == "/doc/level/2020/2.html?lang=ru"
    by_suffix = client.get("/doc/level/2020/2.ttl")
    assert "content-location" not in by_suffix.headers
    redirect = client.get("/id/level/2020/2")
    assert links(redirect.headers["link"])["describedby"] == [("/doc/level/2020/2", {})]


@pytest.mark.parametrize(
    "path",
    [
        "/id/level/2020/2",
        "/doc/level/2020/2",
        "/doc/level/2020/2.ttl",
        "/timemap/level/2",
        "/ontology",
        "/ontology/core",
        "/prefixes",
        "/context.jsonld",
        "/resource?uri=nqf:Level",
    ],
)
def test_head_and_options(client: TestClient, path: str) -> None:
    got, head = client.get(path), client.head(path)
    assert head.status_code == got.status_code
    assert head.headers["content-type" if got.status_code == 200 else "location"]
    options = client.options(path)
    assert options.status_code == 204
    assert {"GET", "HEAD", "OPTIONS"} <= set(options.headers["allow"].split(", "))
    assert client.delete(path).status_code == 405


def test_trig_and_n_quads_tell_where_a_statement_is_from(client: TestClient) -> None:
    quads = list(parse(client.get("/doc/level/2020/3a.nq").content, format=RdfFormat.N_QUADS))
    named = {(str(q.predicate), str(q.graph_name)) for q in quads}
    assert (str(SKOS["notation"]), f"<{WORLD_BASE}/graph/frameworks>") in named
    assert (str(NQF["alignedSubject"]), f"<{WORLD_BASE}/graph/alignments>") in named
    trig = set(parse(client.get("/doc/level/2020/3a.trig").content, format=RdfFormat.TRIG))
    assert trig == set(quads)


def test_nested_values_are_told_whole(client: TestClient) -> None:
    told = client.get("/resource", params={"uri": "nqfsh:R62-language", "_mediatype": "application/n-triples"}).text
    assert told.count("rdf-syntax-ns#first") == 3 + 2  # the languages, and the properties of the path
    assert client.get("/prefixes.nt").text.count("shacl#namespace") > 15


def test_deprecated_things_answer_and_point_on(client: TestClient) -> None:
    response = client.get("/doc/duty/school-rules.nt")
    assert response.status_code == 200
    successor = f"{WORLD_BASE}/id/duty/school-standards"
    assert f"<http://purl.org/dc/terms/isReplacedBy> <{successor}>" in response.text
    assert links(response.headers["link"])["successor-version"] == [("/doc/duty/school-standards", {})]
    later = client.get("/doc/duty/school-standards.nt")
    assert links(later.headers["link"])["predecessor-version"] == [("/doc/duty/school-rules", {})]
    for language, word in (("ky", "эскирген"), ("ru", "устарела"), ("en", "deprecated")):
        page = client.get(f"/doc/duty/school-rules.html?lang={language}").text
        assert word in page
        assert 'href="/doc/duty/school-standards"' in page
    assert "deprecated" not in client.get("/doc/duty/school-standards.html?lang=en").text


def test_superseded_editions_answer_and_point_on(client: TestClient) -> None:
    response = client.get("/doc/framework/aqf/2010.nt")
    assert response.status_code == 200
    assert f"<http://purl.org/dc/terms/isReplacedBy> <{WORLD_BASE}/id/framework/aqf/2020>" in response.text
    for language, words in (
        ("ky", ("Мөөнөтү бүткөн", "Анын ордуна:")),
        ("ru", ("Срок действия истёк", "Вместо неё:")),
        ("en", ("No longer valid", "Replaced by:")),
    ):
        page = client.get(f"/doc/framework/aqf/2010.html?lang={language}").text
        assert all(word in page for word in words), language
        assert "2019-12-31" in page
    assert "Replaced by:" not in client.get("/doc/framework/aqf/2020.html?lang=en").text
    assert "No longer valid" in client.get("/doc/body/ministry-education.html?lang=en").text


def test_ids_that_need_care(tmp_path: Path) -> None:
    """Letters beyond ASCII, what is percent-encoded in the IRI itself, and an end like the suffix of a format."""
    publication = open_with_history(tmp_path)
    put(
        publication,
        duty("милдет", "In Kyrgyz"),
        duty("a%20b", "Encoded"),
        duty("x.ttl", "Like a file"),
        duty("q(1)'s", "Signs"),
    )
    with TestClient(create_app(publication), follow_redirects=False) as client:
        for path in ("милдет", "%D0%BC%D0%B8%D0%BB%D0%B4%D0%B5%D1%82", "a%20b", "x.ttl", "q(1)'s"):
            redirect = client.get(f"/id/duty/{path}", headers={"Accept": "text/turtle"})
            assert redirect.status_code == 303, path
            document = client.get(redirect.headers["location"], headers={"Accept": "application/n-triples"})
            assert document.status_code == 200, path
            assert document.headers["link"].isascii()
            assert f"{WORLD_BASE}/id/duty/" in document.text
        assert (
            client.get("/doc/duty/x.ttl", headers={"Accept": "text/html"})
            .headers["content-type"]
            .startswith("text/html")
        )
        assert client.get("/doc/duty/x.ttl.nt").headers["content-type"] == "application/n-triples"


def test_iris_of_ours_lead_to_their_own_address(client: TestClient) -> None:
    for iri, address in (
        (f"{WORLD_BASE}/id/level/2020/1", "/doc/level/2020/1"),
        (f"{WORLD_BASE}/id/level/1", "/doc/level/1"),
        (f"{WORLD_BASE}/catalog", "/catalog"),
        ("https://w3id.org/nqf/ontology/core", "/ontology/core"),
    ):
        response = client.get("/resource", params={"uri": iri, "lang": "ru"})
        assert (response.status_code, response.headers["location"]) == (303, f"{address}?lang=ru"), iri
    assert client.get("/resource", params={"uri": f"{WORLD_BASE}/id/level/99"}).status_code == 404


def test_terms_and_named_graphs_are_described_under_resource(client: TestClient) -> None:
    for uri, expected in (
        ("https://w3id.org/nqf/ontology#atLevel", "rdfs:range"),
        ("nqf:atLevel", "rdfs:range"),
        ("nqfsh:R01-framework", "sh:path"),
        (f"{WORLD_BASE}/graph/frameworks", "dct:title"),
        ("http://data.europa.eu/esco/isco/C5131", "skos:notation"),
    ):
        response = client.get("/resource", params={"uri": uri}, headers={"Accept": "text/turtle"})
        assert response.status_code == 200, uri
        assert expected in response.text, uri
        [(canonical, _)] = links(response.headers["link"])["canonical"]
        assert canonical.startswith(f"{WORLD_BASE}/resource?uri=http"), uri
        assert client.get(response.headers["content-location"]).content == response.content
    page = client.get("/resource", params={"uri": "nqf:atLevel", "lang": "ru"}, headers={"Accept": "text/html"})
    assert '<html lang="ru">' in page.text and "application/trig" in page.text
    graph = client.get("/graph/frameworks", headers={"Accept": "text/html"})
    assert graph.status_code == 200 and "<h1>frameworks</h1>" in graph.text


def test_modules_and_versions_of_the_vocabulary(client: TestClient) -> None:
    core = client.get("/ontology/core", headers={"Accept": "application/n-triples"})
    whole = client.get("/ontology", headers={"Accept": "application/n-triples"})
    assert set(core.text.splitlines()) < set(whole.text.splitlines())
    assert client.get("/ontology/core/0.1.0.nt").content == core.content
    assert client.get("/ontology/0.1.0.nt").content == whole.content
    assert links(client.get("/ontology/0.1.0.nt").headers["link"])["latest-version"] == [("/ontology", {})]
    page = client.get("/ontology/core", headers={"Accept": "text/html"}).text
    assert 'id="Level"' in page and 'id="Sector"' not in page
    assert client.get("/ontology/0.0.9", headers={"Accept": "text/turtle"}).status_code == 404
    assert client.get("/ontology.trig").status_code == 406


def test_a_deprecated_term_is_marked(tmp_path: Path) -> None:
    publication = open_publication(world_settings())
    graph = f"{WORLD_BASE}/graph/ontology-core"
    retired = NamedNode(f"{NQF.iri}termStatus")
    statements = [
        Triple(retired, OWL["deprecated"], Literal(True)),
        Triple(retired, DCT["isReplacedBy"], NQF["dataStatus"]),
    ]
    change = Change({graph: [*publication.store.triples(graph), *statements]}, checksums={graph: "retired"})
    publication.store.apply(change)
    with TestClient(create_app(publication), follow_redirects=False) as client:
        page = client.get("/ontology.html?lang=ru").text
        assert "устарела" in page.partition('id="termStatus"')[2].partition("</dt>")[0]
        assert 'href="#dataStatus"' in page.partition('id="termStatus"')[2].partition("</dd>")[0]
        described = client.get(
            "/resource", params={"uri": "nqf:termStatus", "lang": "ky"}, headers={"Accept": "text/html"}
        )
        assert "эскирген" in described.text


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


def test_the_types_of_problems_answer(client: TestClient) -> None:
    type_ = client.get("/doc/level/2020/99").json()["type"]
    assert type_ == "https://w3id.org/nqf/problems#not-found"
    page = client.get("/problems", headers={"Accept": "text/html", "Accept-Language": "ky"})
    assert 'id="not-found"' in page.text and 'id="gone"' in page.text and "<h1>Каталардын түрлөрү</h1>" in page.text
    listed = {problem["type"]: problem["status"] for problem in client.get("/problems").json()["problems"]}
    assert listed[type_] == 404


def test_the_parameters_are_in_the_openapi_document(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    told = {
        path: {p["name"] for p in paths[path]["get"]["parameters"]}
        for path in ("/id/{path}", "/doc/{path}", "/resource")
    }
    variant = {"_mediatype", "_profile", "lang", "page", "limit"}
    assert told["/id/{path}"] == told["/doc/{path}"] == variant | {"path", "as_of"}
    assert told["/resource"] == variant | {"uri"}
