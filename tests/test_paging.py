"""A level with thousands of programmes: what points to a thing comes page by page, each statement once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse
from starlette.testclient import TestClient

from nqf_graph.app import create_app
from nqf_graph.publication import Publication, open_publication
from nqf_graph.store import Change
from nqf_graph.terms import DCT, NQF, RDF, SKOS
from tests.conftest import WORLD_BASE, world_settings
from tests.test_versions import links

PROGRAMMES = 5_000
LEVEL = f"{WORLD_BASE}/id/level/2020/1"
ADDRESS = "/doc/level/2020/1"
XHV = "http://www.w3.org/1999/xhtml/vocab#"


@pytest.fixture(scope="module")
def crowded() -> Publication:
    """The invented country with PROGRAMMES programmes at one level, and some that merely refer to it."""
    publication = open_publication(world_settings())
    level = NamedNode(LEVEL)
    statements: list[Triple] = []
    for number in range(PROGRAMMES):
        programme = NamedNode(f"{WORLD_BASE}/id/programme/many/{number:04}")
        statements += [
            Triple(programme, RDF["type"], NQF["EducationProgramme"]),
            Triple(programme, SKOS["prefLabel"], Literal(f"Programme {number}", language="en")),
            Triple(programme, NQF["atLevel"], level),
        ]
        if number < 150:
            statements.append(Triple(programme, DCT["references"], level))
    graph = f"{WORLD_BASE}/graph/many"
    publication.store.apply(Change({graph: statements}, checksums={graph: "many"}))
    return publication


@pytest.fixture(scope="module")
def crowd(crowded: Publication) -> Iterator[TestClient]:
    with TestClient(create_app(crowded), follow_redirects=False) as client:
        yield client


def pointing(content: bytes) -> list[tuple[str, str]]:
    """Subject and property of the statements about other things that point to the level."""
    found = (quad.triple for quad in parse(content, format=RdfFormat.N_TRIPLES))
    return [
        (str(t.subject), t.predicate.value)
        for t in found
        if t.object == NamedNode(LEVEL) and t.subject != NamedNode(LEVEL) and "/doc/" not in str(t.subject)
    ]


def expected(publication: Publication) -> Counter[tuple[str, str]]:
    """All of them, as the store has them."""
    level = NamedNode(LEVEL)
    return Counter(
        (str(triple.subject), triple.predicate.value)
        for graph in publication.store.names()
        for triple in publication.store.triples(graph)
        if triple.object == level and isinstance(triple.subject, NamedNode)
    )


@pytest.mark.parametrize("size", [100, 1000])
def test_walking_the_pages_gives_every_statement_once(crowded: Publication, crowd: TestClient, size: int) -> None:
    seen: Counter[tuple[str, str]] = Counter()
    address: str | None = f"{ADDRESS}?limit={size}" if size != 100 else ADDRESS
    walked = 0
    while address:
        response = crowd.get(address, headers={"Accept": "application/n-triples"})
        assert response.status_code == 200, address
        found = pointing(response.content)
        assert max(Counter(property for _, property in found).values()) <= size
        seen.update(found)
        walked += 1
        address = next((target for target, _ in links(response.headers["link"]).get("next", [])), None)
    everything = expected(crowded)
    assert seen == everything
    most = max(Counter(property for _, property in everything.elements()).values())
    assert most > PROGRAMMES
    assert walked == -(-most // size)


def test_a_page_has_its_share_and_no_more(crowd: TestClient) -> None:
    first = crowd.get(f"{ADDRESS}.nt").content
    second = crowd.get(f"{ADDRESS}.nt?page=2").content
    by_property = [Counter(property for _, property in pointing(content)) for content in (first, second)]
    assert [found[NQF["atLevel"].value] for found in by_property] == [100, 100]
    assert [found[DCT["references"].value] for found in by_property] == [100, 50]
    assert by_property[0][NQF["describesLevel"].value] == 2
    assert by_property[1][NQF["describesLevel"].value] == 0
    for content in (first, second):
        assert f'<{LEVEL}> <{SKOS["prefLabel"].value}> "Level 1"@en'.encode() in content, "its own statements are whole"
        assert len(content.splitlines()) < 700
    assert len(pointing(crowd.get(f"{ADDRESS}.nt?limit=7").content)) < 30


def test_pages_are_linked_in_headers_and_in_the_graph(crowd: TestClient) -> None:
    response = crowd.get(f"{ADDRESS}.nt?page=3")
    found = links(response.headers["link"])
    last = found["last"][0][0]
    assert re.fullmatch(rf"{ADDRESS}\?page=\d+", last)
    assert [found[rel][0][0] for rel in ("first", "prev", "next")] == [
        ADDRESS,
        f"{ADDRESS}?page=2",
        f"{ADDRESS}?page=4",
    ]
    about = f"{WORLD_BASE}{ADDRESS}"
    assert f"<{about}?page=3> <{XHV}next> <{about}?page=4> .".encode() in response.content
    assert f"<{about}?page=3> <{XHV}prev> <{about}?page=2> .".encode() in response.content
    assert found["canonical"] == [(f"{about}?page=3", {})]
    end = links(crowd.get(last).headers["link"])
    assert "next" not in end and end["prev"]
    assert "prev" not in links(crowd.get(ADDRESS).headers["link"])


def test_a_person_sees_how_much_there_is(crowd: TestClient) -> None:
    page = crowd.get(f"{ADDRESS}.html?lang=en").text
    assert re.search(r"100 of 5,?0\d\d", page)
    assert f'href="{ADDRESS}?page=2&amp;lang=en"' in page
    assert page.count("/doc/programme/many/") <= 200
    russian = crowd.get(f"{ADDRESS}.html?page=2&lang=ru").text
    assert "показано 100 из" in russian and "предыдущая" in russian


@pytest.mark.parametrize(
    "query", ["page=0", "page=-1", "page=x", "page=1e3", "limit=0", "limit=1001", "limit=", "page=99999999999999999999"]
)
def test_pages_that_cannot_be(crowd: TestClient, query: str) -> None:
    response = crowd.get(f"{ADDRESS}.nt?{query}")
    assert response.status_code == 400
    assert query.partition("=")[0] in response.json()["detail"]


def test_a_page_after_the_last_one(crowd: TestClient, client: TestClient) -> None:
    assert crowd.get(f"{ADDRESS}.nt?page=52").status_code == 404
    assert client.get(f"{ADDRESS}.nt?page=2").status_code == 404
    assert client.get("/doc/level/2020/99?page=2").status_code == 404


def test_few_mentions_need_no_pages(client: TestClient) -> None:
    assert not {"next", "prev", "first"} & links(client.get(ADDRESS.replace("2020/1", "2020/4")).headers["link"]).keys()


def test_classes_and_foreign_things_have_pages_too(crowd: TestClient) -> None:
    asked = {"uri": NQF["EducationProgramme"].value, "_mediatype": "text/turtle"}
    response = crowd.get("/resource", params=asked)
    [(following, _)] = links(response.headers["link"])["next"]
    assert following.startswith("/resource?uri=https%3A%2F%2Fw3id.org") and following.endswith("&page=2")
    assert crowd.get(following, headers={"Accept": "text/turtle"}).status_code == 200
