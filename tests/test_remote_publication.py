"""The invented country kept by another engine: the same questions, pages, checks and writes."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, parse
from starlette.testclient import TestClient

from nqf_graph.app import create_app
from nqf_graph.formats import CSV, N_QUADS
from nqf_graph.publication import Publication, check, last_report, open_publication, open_published
from nqf_graph.questions import Question
from nqf_graph.store import RemoteStore
from nqf_graph.writes.keys import make_key
from tests.conftest import WORLD, WORLD_BASE
from tests.engines import Engine
from tests.test_questions import QUESTIONS, as_csv_rows, expected_rows, given

EVERY_ENGINE = [
    pytest.param("oxigraph", marks=pytest.mark.xdist_group("oxigraph")),
    pytest.param("virtuoso", marks=pytest.mark.xdist_group("virtuoso")),
]
GRAPH = f"{WORLD_BASE}/graph/remote"
DATA = f"/data?graph={quote(GRAPH, safe='')}"


class Elsewhere:
    """The country at an engine, and its service with a key."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine, self.folder = engine, folder
        self.key = make_key(folder / "keys.toml", "Ministry of Avalon", ["publish"])
        # Virtuoso is filled by the Graph Store Protocol, Oxigraph by updates: both ways are walked
        data = engine.data if engine.kind == "virtuoso" else None
        self.settings = engine.settings(
            base=WORLD_BASE, catalog=WORLD / "catalog.ttl", endpoint_data=data, store=folder / "data",
            keys=folder / "keys.toml",
        )  # fmt: skip
        self.talk: list[str] = []
        self.publication = open_publication(self.settings, self.talk.append)

    @property
    def store(self) -> RemoteStore:
        assert isinstance(self.publication.store, RemoteStore)
        return self.publication.store


@pytest.fixture(scope="session")
def at_oxigraph(oxigraph_server: Engine, tmp_path_factory: pytest.TempPathFactory) -> Elsewhere:
    return Elsewhere(oxigraph_server, tmp_path_factory.mktemp("at-oxigraph"))


@pytest.fixture(scope="session")
def at_virtuoso(virtuoso_server: Engine, tmp_path_factory: pytest.TempPathFactory) -> Elsewhere:
    return Elsewhere(virtuoso_server, tmp_path_factory.mktemp("at-virtuoso"))


@pytest.fixture(params=EVERY_ENGINE)
def there(request: pytest.FixtureRequest) -> Elsewhere:
    found = request.getfixturevalue(f"at_{request.param}")
    assert isinstance(found, Elsewhere)
    return found


@pytest.fixture
def service(there: Elsewhere) -> Iterator[TestClient]:
    with TestClient(create_app(there.publication), base_url="http://testserver", follow_redirects=False) as client:
        yield client


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=lambda question: question.id)
def test_same_rows(question: Question, there: Elsewhere) -> None:
    answer = there.publication.asker.ask(question, given(question))
    assert as_csv_rows(there.store.query(answer.query).write(CSV).decode()) == expected_rows(question)


def test_same_state_graphs_statements_and_findings(there: Elsewhere, world: Publication) -> None:
    assert there.store.state_id == world.store.state_id
    assert there.store.names() == world.store.names()
    assert there.store.graphs() == world.store.graphs()
    ours, theirs = (publication.store.dump(N_QUADS) for publication in (world, there.publication))
    assert named(theirs) == named(ours)
    assert theirs.count(b"\n") == ours.count(b"\n")
    assert check(there.store, there.publication.catalogue) == check(world.store, world.catalogue)
    assert last_report(there.publication) == last_report(world)


def named(dump: bytes) -> set[Quad]:
    """The statements without blank nodes, and without what says when the state was made."""
    quads = (quad for quad in parse(dump, format=RdfFormat.N_QUADS) if "_:" not in str(quad))
    return {quad for quad in quads if "dateTime" not in str(quad.object)}


def test_a_second_start_loads_nothing(there: Elsewhere) -> None:
    talk: list[str] = []
    again = open_publication(there.settings, talk.append)
    files = len(again.catalogue.datasets) + 1
    assert (talk, there.talk[0]) == ([], f"loading {files} of {files} files")
    assert again.store.state_id == open_published(there.settings).store.state_id == there.store.state_id


@pytest.mark.parametrize(
    ("path", "accept"),
    [
        ("/doc/level/2020/3a", "text/turtle"),
        ("/doc/level/2020/3a", "text/html"),
        ("/doc/level/2020/none", "application/json"),
        ("/api/v1/questions/frameworks/levels?framework=framework/aqf", "application/json"),
        ("/ontology", "text/html"),
        ("/ontology.nt", "*/*"),
        ("/rules", "application/json"),
        ("/sparql?query=SELECT%20%3Ft%20%28COUNT%28%2A%29%20AS%20%3Fn%29%20%7B%3Fs%20a%20%3Ft%7D%20GROUP%20BY%20%3Ft%20ORDER%20BY%20%3Ft", "text/csv"),
        ("/sparql?query=SELECT%20%281%2F2%20AS%20%3Fhalf%29%20%7B%7D", "text/html"),
        ("/sparql?query=SELECT", "application/json"),
        ("/?lang=ky", "text/html"),
    ],
)  # fmt: skip
def test_same_pages(there: Elsewhere, service: TestClient, client: TestClient, path: str, accept: str) -> None:
    headers = {"Accept": accept, "Accept-Language": "ky"}
    ours, theirs = client.get(path, headers=headers), service.get(path, headers=headers)
    assert (theirs.status_code, theirs.headers["content-type"]) == (ours.status_code, ours.headers["content-type"])
    assert lines(theirs.text) == lines(ours.text)
    assert theirs.headers.get("etag") == ours.headers.get("etag")


def lines(text: str) -> list[str]:
    """Blank nodes have other names there."""
    return sorted(line for line in text.splitlines() if "_:" not in line)


def test_writes_go_through_the_gate(there: Elsewhere, service: TestClient) -> None:
    headers = {"Authorization": f"Bearer {there.key}", "Content-Type": "text/turtle"}
    before = service.get("/ready").json()["state"]
    source = next(iter(there.store.select("SELECT ?s { ?s a <https://w3id.org/nqf/ontology#Source> } ORDER BY ?s")))[
        "s"
    ]
    sector = f"{WORLD_BASE}/id/sector/remote"
    good = f"""@prefix nqf: <https://w3id.org/nqf/ontology#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<{sector}> a nqf:Sector ; skos:prefLabel "Бал чарбасы"@ky , "Пчеловодство"@ru , "Beekeeping"@en ;
  nqf:dataStatus nqf:illustrative ; <http://purl.org/dc/terms/source> {source} ; nqf:economicActivity "A" ."""
    made = service.put(DATA, content=good.encode(), headers=headers)
    assert made.status_code == 201, made.text
    assert made.json()["added"] == 7
    assert service.get("/ready").json()["state"] == made.json()["nextState"] != before
    assert "Бал чарбасы" in service.get("/doc/sector/remote", headers={"Accept": "text/turtle"}).text
    assert GRAPH in service.get("/sparql", params={"query": "SELECT DISTINCT ?g { GRAPH ?g {?s ?p ?o} }"}).text

    bad = service.post(
        DATA, content=f"<{sector}2> a <https://w3id.org/nqf/ontology#Sector> .".encode(), headers=headers
    )
    assert bad.status_code == 422
    assert {"R60", "R62"} <= {error["rule"] for error in bad.json()["errors"]}
    stale = service.put(DATA, content=b"", headers=headers | {"If-Match": f'"{before}"'})
    assert stale.status_code == 412

    another = RemoteStore.open(there.settings)
    assert another.state_id == made.json()["nextState"], "what was written is there for others"
    assert named(another.dump(N_QUADS)) == named(there.store.dump(N_QUADS))
    update = f"DELETE WHERE {{ GRAPH <{GRAPH}> {{ ?s ?p ?o }} }}"
    gone = service.post("/update", content=update, headers=headers | {"Content-Type": "application/sparql-update"})
    assert gone.status_code == 200, gone.text
    assert gone.json()["removed"] == 7
    assert GRAPH not in there.store.names()


def test_the_write_of_another_process_is_noticed(there: Elsewhere, service: TestClient) -> None:
    """Within two seconds of the last look; the gate then knows the findings of the new state."""
    seen = service.get("/ready").json()["state"]
    other = RemoteStore.open(there.settings)
    graph = f"{WORLD_BASE}/graph/other"
    note = Quad(NamedNode(f"{WORLD_BASE}/id/note"), NamedNode("https://example.org/p"), Literal("x"), NamedNode(graph))
    with other.writing() as recorder:
        recorder.add([note])
        other.commit(recorder)
    there.store.look_again()
    assert service.get("/ready").json()["state"] == other.state_id != seen
    headers = {"Authorization": f"Bearer {there.key}"}
    removed = service.request("DELETE", f"/data?graph={quote(graph, safe='')}", headers=headers)
    assert removed.status_code == 200, removed.text
    other.look_again()
    assert not other.ask("ASK { ?s <https://example.org/p> 'x' }")


def nqf(there: Elsewhere, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    environment = (
        os.environ | there.engine.environment() | {"NQF_BASE": WORLD_BASE, "NQF_CATALOG": str(WORLD / "catalog.ttl")}
    )
    command = [sys.executable, "-m", "nqf_graph", *arguments]
    return subprocess.run(
        command, input=stdin, capture_output=True, text=True, env=environment, check=False, timeout=60
    )


def test_commands_ask_the_engine(there: Elsewhere) -> None:
    asked = nqf(there, "ask", "frameworks/levels", "--framework", "framework/aqf", "--format", "csv")
    assert "3a" in {row["notation"] for row in csv.DictReader(io.StringIO(asked.stdout))}, asked.stderr
    counted = nqf(there, "query", "-", "-f", "srj", stdin="SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    found = json.loads(counted.stdout)["results"]["bindings"][0]["n"]["value"]
    assert int(found) == there.store.dump(N_QUADS).count(b"\n")
    shown = nqf(there, "settings").stdout
    assert f"NQF_ENDPOINT={there.engine.query}\n" in shown
    assert "NQF_ENDPOINT_PASSWORD=**********\n" in shown or there.engine.password is None
    assert "=dba\n" not in shown.replace("NQF_ENDPOINT_USER=dba", "")
