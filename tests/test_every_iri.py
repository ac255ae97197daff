"""Every IRI of ours that the graph mentions, wherever it stands in a statement, answers for people and for machines."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse
from starlette.testclient import TestClient

from nqf_graph.app import create_app
from nqf_graph.publication import Publication
from nqf_graph.terms import PROJECT
from tests.history import duty, open_with_history, put

PROJECT_ROOT = PROJECT.iri.rstrip("/")
THINGS = ("/id/", "/doc/", "/ontology", "/shapes", "/prefixes")
"""Where things, and documents about them, have their IRIs; the rest are addresses of the service and web pages."""


def own_iris(publication: Publication) -> set[str]:
    """Subjects, predicates, objects and named graphs below the base or in the namespace of the project."""
    found: set[str] = set()
    for graph in publication.store.names():
        found.add(graph)
        for triple in publication.store.triples(graph):
            terms = (triple.subject, triple.predicate, triple.object)
            found |= {term.value for term in terms if isinstance(term, NamedNode)}
    roots = (publication.settings.base, PROJECT_ROOT)
    return {iri for iri in found if iri.startswith(tuple(f"{root}/" for root in roots)) or iri in roots}


def address_of(publication: Publication, iri: str) -> str:
    """Where a service hosted at the base answers for an IRI, as its redirector sends clients on."""
    root = publication.settings.base if iri.startswith(publication.settings.base) else PROJECT_ROOT
    return iri.removeprefix(root).partition("#")[0] or "/"


def follow(client: TestClient, address: str, accept: str) -> tuple[int, str, bytes]:
    """Status, media type and body at the end of the redirects, which stay on this service."""
    for _ in range(3):
        response = client.get(address, headers={"Accept": accept})
        if not response.is_redirect:
            break
        address = response.headers["location"]
        assert address.startswith("/"), address
    return response.status_code, response.headers["content-type"].partition(";")[0], response.content


def mentions(body: bytes, iri: str) -> bool:
    return f"<{iri}>".encode() in body


@pytest.mark.parametrize("name", ["world", "country"])
def test_every_iri_answers(name: str, request: pytest.FixtureRequest) -> None:
    publication: Publication = request.getfixturevalue(name)
    iris = own_iris(publication)
    for part in ("/id/", "/graph/", "/catalog", "/ontology#", "/shapes#", "/ontology/0.1.0", "/shapes/", "/prefixes"):
        assert any(part in iri for iri in iris), f"the data of {name} mention no {part}"
    answers: dict[str, bytes] = {}
    with TestClient(create_app(publication), follow_redirects=False) as client:
        for address in sorted({address_of(publication, iri) for iri in iris}):
            if address.endswith("="):  # the beginning of addresses (void:uriLookupEndpoint)
                continue
            if not address.startswith((*THINGS, "/graph/")):
                assert follow(client, address, "text/html, */*;q=0.1")[0] == 200, address
                continue
            status, media_type, body = follow(client, address, "text/html")
            assert (status, media_type) == (200, "text/html"), address
            assert b"<h1>" in body, address
            status, media_type, answers[address] = follow(client, address, "application/n-triples")
            assert (status, media_type) == (200, "application/n-triples"), address
        pages = {path: client.get(path, headers={"Accept": "text/html"}).text for path in ("/ontology", "/shapes")}
    assert len(answers) > (200 if name == "world" else 800)
    named = {iri for iri in iris if "/graph/" not in iri and not iri.endswith("#")}  # graphs hold, namespaces begin
    told = {iri: answers.get(address_of(publication, iri)) for iri in named}
    assert [iri for iri, body in told.items() if body is not None and not mentions(body, iri)] == []
    for iri in iris:
        fragment = urlsplit(iri).fragment
        if fragment and iri.startswith((f"{PROJECT_ROOT}/ontology", f"{PROJECT_ROOT}/shapes")):
            assert f'id="{fragment}"' in pages[address_of(publication, iri)], iri


def test_a_mention_is_more_than_a_beginning() -> None:
    assert mentions(b"<https://example.org/a> <p> <o> .", "https://example.org/a")
    assert not mentions(b"<https://example.org/ab> <p> <o> .", "https://example.org/a")


def test_the_history_answers_too(tmp_path: Path) -> None:
    publication = open_with_history(tmp_path)
    state = put(publication, duty("beekeeping", "Keeping bees"))
    with TestClient(create_app(publication), follow_redirects=False) as client:
        for path in (f"/id/commit/{state}", "/id/agent/a-college", "/graph/history"):
            status, _, body = follow(client, path, "application/n-triples")
            assert status == 200, path
            assert list(parse(body, format=RdfFormat.N_TRIPLES)), path
            assert follow(client, path, "text/html")[0] == 200, path
