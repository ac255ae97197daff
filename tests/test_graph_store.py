"""The Graph Store Protocol beyond the W3C suites, the graph that stands for the default graph, what writes may state."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from httpx2 import Response
from pydantic import ValidationError
from pyoxigraph import RdfFormat, parse
from starlette.testclient import TestClient

from nqf_graph.app import create_app
from nqf_graph.errors import NotAcceptable
from nqf_graph.formats import GRAPHS, JSON_LD, TURTLE, choose
from nqf_graph.publication import open_publication
from nqf_graph.settings import Settings
from nqf_graph.writes import Request
from nqf_graph.writes.keys import make_key
from tests.conftest import WORLD, WORLD_BASE
from tests.w3c_service import DEFAULT_GRAPH, BareService, problem_of

BASE = "http://www.example"
TYPE = {"Content-Type": "text/turtle"}
UPDATE = {"Content-Type": "application/sparql-update"}
LINES = {"Accept": "application/n-triples"}
GRAPH = f"/data?graph={quote('http://e/g', safe='')}"


class Store:
    """A client of a service, with a key."""

    def __init__(self, settings: Settings, key: str) -> None:
        self.client = TestClient(create_app(open_publication(settings)), follow_redirects=False)
        self._key = {"Authorization": f"Bearer {key}"}

    def __call__(self, method: str, url: str, content: str | bytes = b"", **headers: str) -> Response:
        body = content.encode() if isinstance(content, str) else content
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.request(method, url, content=body, headers=self._key | given)

    def update(self, text: str, query: str = "") -> Response:
        """Run an update."""
        return self("POST", f"/update{query}", text, **UPDATE)

    def lines(self, url: str) -> list[str]:
        """The statements of a graph."""
        response = self.client.get(url, headers=LINES)
        assert response.status_code == 200, response.text
        return sorted(response.text.splitlines())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A service without rules, where a named graph stands for the default graph."""
    service = BareService(tmp_path)
    yield Store(service.settings, service.key)


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The same, where nothing stands for the default graph."""
    service = BareService(tmp_path_factory.mktemp("strict"))
    yield Store(service.settings.model_copy(update={"default_graph": None}), service.key)


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("403 query-refused", "INSERT DATA { <http://e/s> <http://e/p> 1 }"),
        ("403 query-refused", "DELETE DATA { <http://e/s> <http://e/p> 1 }"),
        ("403 query-refused", "INSERT { ?s ?p 1 } WHERE { ?s ?p ?o }"),
        ("403 query-refused", "CLEAR DEFAULT"),
        ("403 query-refused", "CLEAR NAMED"),
        ("403 query-refused", "DROP ALL"),
        ("403 query-refused", "COPY DEFAULT TO <http://e/g>"),
        ("403 query-refused", "MOVE <http://e/g> TO DEFAULT"),
    ],
)
def test_unless_a_graph_stands_for_it_the_default_graph_is_not_written(strict: Store, status: str, told: str) -> None:
    response = strict.update(told)
    assert problem_of(response) == status
    assert "NQF_DEFAULT_GRAPH" in response.json()["detail"]


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_the_same_by_the_graph_store_protocol(strict: Store, method: str) -> None:
    response = strict(method, "/data?default", "<a:a> <a:b> 1 .", **TYPE)
    assert problem_of(response) == "400 bad-parameter"
    assert "NQF_DEFAULT_GRAPH" in response.json()["detail"]


def test_the_default_graph_is_read_and_written_as_one_graph(store: Store) -> None:
    assert store.lines("/data?default") == []
    assert store("PUT", "/data?default", "<a:a> <a:b> 1 .", **TYPE).status_code == 201
    assert store.update("INSERT DATA { <a:a> <a:b> 2 } ; DELETE DATA { <a:a> <a:b> 1 }").status_code == 200
    two = '<a:a> <a:b> "2"^^<http://www.w3.org/2001/XMLSchema#integer> .'
    assert store.lines("/data?default") == store.lines(f"/data?graph={DEFAULT_GRAPH}") == [two]
    assert store.update("COPY DEFAULT TO <http://e/g> ; CLEAR DEFAULT").status_code == 200
    assert (store.lines("/data?default"), store.lines(GRAPH)) == ([], [two])
    assert store.update("MOVE <http://e/g> TO DEFAULT").status_code == 200
    assert store("DELETE", "/data?default").status_code == 200
    assert store("DELETE", "/data?default").status_code == 200, "it is always there, if only empty"


def test_all_and_named_leave_the_services_own_graphs_alone(store: Store) -> None:
    store.update("INSERT DATA { <a:a> <a:b> 1 . GRAPH <http://e/g> { <a:a> <a:b> 2 } }")
    catalogue = f"/data?graph={quote(f'{BASE}/catalog', safe='')}"
    before = store.lines(catalogue)
    assert store.update("CLEAR NAMED").json()["removed"] == 1
    assert len(store.lines("/data?default")) == 1
    assert store.update("DROP ALL").json()["removed"] == 1
    assert store.lines(catalogue) == before
    history = store.lines(f"/data?graph={quote(f'{BASE}/graph/history', safe='')}")
    assert sum("nqf/ontology#Commit>" in line for line in history) == 3
    protected = store.update(f"CLEAR GRAPH <{BASE}/catalog>")
    assert problem_of(protected) == "403 query-refused"


def test_the_rules_hold_in_the_default_graph_too(tmp_path: Path) -> None:
    key = make_key(tmp_path / "keys.toml", "Ministry", ["publish"])
    edits = f"{WORLD_BASE}/graph/edits"
    given = Settings(base=WORLD_BASE, catalog=WORLD / "catalog.ttl", store=None, rate_limit=0)
    store = Store(given.model_copy(update={"keys": tmp_path / "keys.toml", "default_graph": edits}), key)
    sector = f"<{WORLD_BASE}/id/sector/mute>"
    broken = store.update(f"INSERT DATA {{ {sector} a <https://w3id.org/nqf/ontology#Sector> }}")
    assert problem_of(broken) == "422 data-invalid"
    assert problem_of(store.update("INSERT DATA { <a:a> <a:b> 1 }")) == "422 cannot-load", "not about a thing of ours"


def test_a_default_graph_must_be_an_iri() -> None:
    with pytest.raises(ValidationError, match="default_graph"):
        Settings(default_graph="edits")
    assert Settings(default_graph="").default_graph is None  # type: ignore[arg-type]


def test_the_graphs_to_read_are_named_in_one_place(store: Store) -> None:
    using = "?using-graph-uri=http%3A%2F%2Fe%2Fg"
    for text in ("WITH <a:g> DELETE { ?s ?p 1 } WHERE { ?s ?p 1 }", "DELETE { ?s ?p 1 } USING <a:g> WHERE { ?s ?p 1 }"):
        assert problem_of(store.update(text, using)) == "400 bad-parameter"
        assert store.update(text).status_code == 200


def test_a_prefixed_graph_name_keeps_its_letters(store: Store) -> None:
    text = "PREFIX Ex: <http://e/> INSERT DATA { GRAPH Ex:g { <a:a> <a:b> 1 } } ; CLEAR GRAPH Ex:g"
    assert store.update(text).status_code == 200
    assert store.client.get(GRAPH).status_code == 404


def test_a_graph_that_is_there_is_not_created_again(store: Store) -> None:
    store("PUT", GRAPH, "<a:a> <a:b> 1 .", **TYPE)
    assert problem_of(store.update("CREATE GRAPH <http://e/g>")) == "403 query-refused"
    assert store.update("CREATE SILENT GRAPH <http://e/g> ; CREATE GRAPH <http://e/new>").status_code == 200


def test_load_silent_loads_nothing(store: Store) -> None:
    assert store.update("LOAD SILENT <http://127.0.0.1:1/x> INTO GRAPH <http://e/g>").json()["added"] == 0
    assert problem_of(store.update("LOAD <http://127.0.0.1:1/x>")) == "403 query-refused"
    assert problem_of(store.update("LOAD <http://127.0.0.1:1/x> INTO <http://e/g>")) == "400 query-syntax"


def test_a_graph_answers_at_its_own_address(store: Store) -> None:
    assert store.client.get("/graph/my-college").status_code == 404
    assert store("PUT", "/graph/my-college", "<a:a> <a:b> 1 .", **TYPE).status_code == 201
    assert store("POST", "/graph/my-college", "<a:a> <a:b> 2 .", **TYPE).status_code == 200
    assert len(store.lines("/graph/my-college")) == 2
    iri = quote(f"{BASE}/graph/my-college", safe="")
    assert store.lines("/graph/my-college") == store.lines(f"/data?graph={iri}")
    head = store.client.head("/graph/my-college")
    assert (head.status_code, head.content) == (200, b"")
    assert int(head.headers["content-length"]) > 0
    assert store.client.options("/graph/my-college").headers["allow"] == "GET, HEAD, POST, PUT, DELETE, OPTIONS"
    assert store("DELETE", "/graph/my-college").status_code == 200
    assert store("DELETE", "/graph/my-college").status_code == 404


def test_graphs_of_the_catalogue_answer_at_their_address(client: TestClient) -> None:
    response = client.get("/graph/frameworks", headers=LINES)
    assert response.status_code == 200
    assert len(response.text.splitlines()) > 20
    assert client.put("/graph/frameworks", content=b"").status_code == 403, "writing is off"


def test_post_without_a_graph_makes_one(store: Store) -> None:
    made = store("POST", "/data", "[] <a:b> 1 .", **TYPE)
    assert made.status_code == 201
    place = made.headers["location"]
    assert place.startswith(f"{BASE}/graph/")
    assert len(store.lines(place.removeprefix(BASE))) == 1
    tried = store("POST", "/data?dry_run=true", "[] <a:b> 1 .", **TYPE)
    assert tried.status_code == 200
    assert "location" not in tried.headers
    assert store("PUT", "/data", "[] <a:b> 1 .", **TYPE).status_code == 400
    assert store("POST", "/data?default&graph=a:b", "[] <a:b> 1 .", **TYPE).status_code == 400


def test_without_a_graph_everything_is_read(store: Store) -> None:
    store("PUT", GRAPH, "<a:a> <a:b> 1 .", **TYPE)
    quads = parse(store.client.get("/data", headers={"Accept": "application/trig"}).content, format=RdfFormat.TRIG)
    assert {"http://e/g", f"{BASE}/catalog"} <= {quad.graph_name.value for quad in quads}  # type: ignore[union-attr]


def test_nothing_added_makes_no_graph(store: Store) -> None:
    assert store("PUT", GRAPH, "", **TYPE).status_code == 200
    assert store.client.get(GRAPH).status_code == 404


def form(*parts: tuple[str, str]) -> str:
    """A form of parts, each its header lines and its text."""
    return "".join(f"--x\r\n{head}\r\n\r\n{text}\r\n" for head, text in parts) + "--x--\r\n"


FIELD = 'Content-Disposition: form-data; name="a"'
FILE = 'Content-Disposition: form-data; name="data"; filename="{}"'


def test_the_files_of_a_form_are_merged(store: Store) -> None:
    body = form(
        (f"{FILE.format('a.ttl')}\r\nContent-Type: text/turtle; charset=utf-8", '_:x <a:b> "бал" .'),
        (f"{FILE.format('b.nt')}\r\nContent-Type: application/octet-stream", "_:x <a:b> <a:c> ."),
        (FILE.format("c.jsonld"), '{"@id": "a:a", "a:b": 1}'),
    )
    response = store("POST", GRAPH, body, **{"Content-Type": "multipart/form-data; boundary=x"})
    assert response.status_code == 201, response.text
    lines = store.lines(GRAPH)
    assert len({line.split()[0] for line in lines}) == len(lines) == 3, "each file has blank nodes of its own"
    assert any("бал" in line for line in lines)


@pytest.mark.parametrize(
    ("told", "content_type", "body"),
    [
        ("400 bad-parameter", "multipart/form-data", form((FILE.format("a.ttl"), ""))),
        ("400 bad-parameter", "multipart/form-data; boundary=y", form((FILE.format("a.ttl"), ""))),
        ("415 unsupported-format", "multipart/form-data; boundary=x", form((FILE.format("a.pdf"), ""))),
        ("415 unsupported-format", "multipart/form-data; boundary=x", form((FIELD, ""))),
        ("400 data-syntax", "multipart/form-data; boundary=x", form((FILE.format("a.ttl"), "<a:a>\n oops"))),
        ("415 unsupported-format", "", "<a:a> <a:b> 1 ."),
        ("400 data-syntax", "text/turtle", "<a:a> <a:b>\n oops ."),
    ],
    ids=["no boundary", "another boundary", "a picture", "no file", "broken part", "no type", "broken"],
)
def test_what_cannot_be_read(store: Store, told: str, content_type: str, body: str) -> None:
    response = store("POST", GRAPH, body, **{"Content-Type": content_type})
    assert problem_of(response) == told, response.text
    if told == "400 data-syntax":
        assert response.json()["line"] == 2


@pytest.mark.parametrize("iri", ["college", "not%20an%20iri", "%3Ca%3Aa%3E"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "POST", "DELETE"])
def test_a_graph_is_named_by_an_absolute_iri(store: Store, method: str, iri: str) -> None:
    assert store(method, f"/data?graph={iri}", "", **TYPE).status_code == 400


def test_statements_are_ours_and_stated_once_unless_the_operator_says_otherwise(tmp_path: Path) -> None:
    service = BareService(tmp_path)
    strict = Store(service.settings.model_copy(update={"writes": "own"}), service.key)
    assert "IRIs below" in strict("PUT", GRAPH, "<a:a> <a:b> 1 .", **TYPE).json()["detail"]
    own = f"<{BASE}/id/a> <a:b> 1 ."
    assert strict("PUT", GRAPH, own, **TYPE).status_code == 201
    assert "already stated" in strict("PUT", "/data?default", own, **TYPE).json()["detail"]
    settings = service.settings.model_copy(update={"store": tmp_path / "data"})
    publication = open_publication(settings)
    for graph in ("http://e/g", "http://e/h"):
        publication.write(Request("put", "<a:a> <a:b> 1 .", graph), "Ministry")
    del publication
    (tmp_path / "nothing.ttl").write_text("<a:a> <a:c> 1 .", encoding="utf-8")
    names = open_publication(settings).store.names()
    assert {"http://e/g", "http://e/h", f"{BASE}/graph/nothing"} <= set(names), "a changed file is loaded beside them"


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("text/turtle; charset=utf-8", TURTLE),
        ('text/turtle;charset="UTF-8";q=0.5, application/ld+json;q=0.6', JSON_LD),
        ("application/ld+json;q=0.4;charset=utf8, text/turtle ; charset=UTF-8 ; q=0.7", TURTLE),
    ],
)
def test_all_text_is_utf8(accept: str, form: object) -> None:
    assert choose(accept, GRAPHS) is form


def test_other_parameters_of_a_media_range_count() -> None:
    with pytest.raises(NotAcceptable):
        choose("text/turtle; charset=utf-16", GRAPHS)
