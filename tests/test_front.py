"""What every answer has in common: entity tags, kept answers, limits for clients, headers for browsers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from nqf_graph.api import sparql
from nqf_graph.api.cache import Cache, Kept
from nqf_graph.api.clients import RateLimit
from nqf_graph.app import create_app
from nqf_graph.errors import TooManyRequests
from nqf_graph.publication import Publication, open_publication
from nqf_graph.settings import Settings
from nqf_graph.store import Change
from tests.conftest import WORLD, WORLD_BASE, world_settings

LEVEL = "/doc/level/2020/2"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
TAGGED = [
    pytest.param(LEVEL, {"accept": "text/turtle"}, id="document"),
    pytest.param(LEVEL, {"accept": "text/html"}, id="page"),
    pytest.param(f"/sparql?query={COUNT}", {}, id="query"),
    pytest.param("/ontology", {"accept": "text/turtle"}, id="ontology"),
    pytest.param("/api/v1/questions/law/repealed-acts", {}, id="question"),
]


@pytest.fixture
def own() -> Iterator[tuple[TestClient, Publication]]:
    """A service whose state a test may change."""
    publication = open_publication(world_settings())
    with TestClient(create_app(publication), base_url="http://testserver", follow_redirects=False) as client:
        yield client, publication


def change_state(publication: Publication) -> None:
    """Make the next state."""
    publication.store.apply(Change(drop=(f"{WORLD_BASE}/graph/providers",)))


@pytest.mark.parametrize(("address", "headers"), TAGGED)
def test_an_answer_has_a_strong_tag_and_304_confirms_it(
    client: TestClient, address: str, headers: dict[str, str]
) -> None:
    first = client.get(address, headers=headers)
    tag = first.headers["etag"]
    assert tag.startswith('"') and first.headers["cache-control"] == "public, no-cache"
    for known in (tag, f'"x", W/{tag}', "*"):
        again = client.get(address, headers=headers | {"if-none-match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        assert again.headers["vary"] == first.headers["vary"]
        assert "content-length" not in again.headers or again.headers["content-length"] == "0"
    other = client.get(address, headers=headers | {"if-none-match": '"x"'})
    assert (other.status_code, other.content) == (200, first.content)
    head = client.head(address, headers=headers)
    assert (head.headers["etag"], head.content) == (tag, b"")


def test_each_representation_has_its_own_tag(client: TestClient) -> None:
    ways = [{"accept": accept} for accept in ("text/turtle", "application/ld+json", "text/html")]
    ways += [{"accept": "text/html", "accept-language": tag} for tag in ("ky", "ru")]
    tags = [client.get(LEVEL, headers=way).headers["etag"] for way in ways]
    assert len(set(tags)) == len(ways)


def test_a_new_state_has_new_tags_and_new_answers(own: tuple[TestClient, Publication]) -> None:
    client, publication = own
    before = client.get("/sparql", params={"query": COUNT})
    change_state(publication)
    after = client.get("/sparql", params={"query": COUNT}, headers={"if-none-match": before.headers["etag"]})
    assert after.status_code == 200
    assert after.headers["etag"] != before.headers["etag"]
    assert after.content != before.content


@pytest.mark.parametrize("function", ["NOW()", "RAND()", "UUID()", "struuid ( )"])
def test_what_changes_each_time_is_not_kept(client: TestClient, function: str) -> None:
    answers = [client.get("/sparql", params={"query": f"SELECT ({function} AS ?x) {{}}"}) for _ in range(2)]
    assert answers[0].content != answers[1].content
    assert answers[0].headers["cache-control"] == "no-store"
    assert "etag" not in answers[0].headers


def test_errors_and_operations_have_no_tag(client: TestClient) -> None:
    for address in ("/doc/level/2020/99", "/sparql?query=x", "/health", "/ready"):
        assert "etag" not in client.get(address).headers


def test_kept_answers_are_told_apart(client: TestClient) -> None:
    """By everything an answer depends on; an Accept in two lines is a list."""
    address = "/sparql?query=ASK{}"
    lines = [("accept", "text/csv;q=0.1"), ("accept", "application/sparql-results+xml")]
    for _ in range(2):
        assert client.get(address, headers=lines).headers["content-type"] == "application/sparql-results+xml"
        assert client.get(address, headers={"accept": "application/sparql-results+json"}).json()["boolean"] is True
    described = [client.get("/sparql", headers={"accept": "text/turtle", "host": host}) for host in ("a.kg", "b.kg")]
    assert ["//a.kg/sparql" in answer.text for answer in described] == [True, False]


def test_browsers_may_read_from_anywhere_but_not_as_somebody(client: TestClient) -> None:
    answer = client.get(LEVEL, headers={"origin": "https://evil.example", "cookie": "a=b"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    assert "ETag" in answer.headers["access-control-expose-headers"]
    for address in (LEVEL, "/sparql", "/update"):
        asked = {"origin": "https://evil.example", "access-control-request-method": "POST"}
        preflight = client.options(address, headers=asked)
        assert (preflight.status_code, preflight.headers["access-control-allow-origin"]) == (204, "*")
        assert "access-control-allow-credentials" not in preflight.headers


def test_one_client_may_not_ask_for_ever() -> None:
    settings = Settings(base=WORLD_BASE, catalog=WORLD / "catalog.ttl", store=None, rate_limit=3, rate_exempt="")
    publication = open_publication(settings)
    app = create_app(publication)
    with (
        TestClient(app, client=("192.0.2.1", 5)) as greedy,
        TestClient(app, client=("192.0.2.2", 5)) as other,
    ):
        statuses = [greedy.get("/rules").status_code for _ in range(4)]
        assert statuses == [200, 200, 200, 429]
        refused = greedy.get("/sparql?query=ASK{}")
        assert refused.status_code == 429
        assert refused.headers["content-type"] == "application/problem+json"
        assert int(refused.headers["retry-after"]) >= 1
        assert refused.headers["access-control-allow-origin"] == "*"
        assert greedy.get("/health").status_code == 200
        assert other.get("/rules").status_code == 200


def test_limits_do_not_count_for_exempt_networks() -> None:
    limit = RateLimit(1, "10.0.0.0/8, ::1/128")
    for client in ("10.1.2.3", "::1"):
        limit.take(client)
        limit.take(client)
    limit.take("192.0.2.1")
    with pytest.raises(TooManyRequests):
        limit.take("192.0.2.1")


def test_a_cache_keeps_what_was_used_last() -> None:
    cache = Cache(500_000)
    for number in range(200):
        cache.get(0)
        cache.put(number, Kept([], b"", b"x" * 4_000))
    assert cache.get(0) and cache.get(199) and not cache.get(1)
    cache.put("large", Kept([], b"", b"x" * 5_001))
    assert cache.get("large") is None


def test_an_error_nobody_foresaw_is_a_problem_document(monkeypatch: pytest.MonkeyPatch) -> None:
    """At /sparql, which FastAPI does not see, as everywhere."""

    async def fail(*_: object) -> None:
        raise ZeroDivisionError("secret")

    publication = open_publication(world_settings())
    with TestClient(create_app(publication), raise_server_exceptions=False) as client:
        monkeypatch.setattr(sparql.SparqlEndpoint, "_answer", fail)
        answer = client.get("/sparql?query=ASK{}")
        monkeypatch.setattr(publication.store, "names", None)
        others = client.get("/data?graph=urn:x")
    for found in (answer, others):
        assert (found.status_code, found.headers["content-type"]) == (500, "application/problem+json")
        assert "secret" not in found.text
