"""Real clients against a running service: SPARQLWrapper, rdflib's SPARQLStore, curl, Comunica, an Oxigraph server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from rdflib import Graph, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, GET, JSON, POST, POSTDIRECTLY, TURTLE, URLENCODED, XML, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed

from tests.conftest import ROOT, WORLD, WORLD_BASE, free_port, require, serving

pytestmark = pytest.mark.xdist_group("server")  # started once
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


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service whose base is its own address, so that its IRIs can be followed."""
    folder, port = tmp_path_factory.mktemp("home"), free_port()
    address = f"http://127.0.0.1:{port}"
    shutil.copytree(WORLD, folder / "tests" / "world")
    for name in ("ontology", "shapes"):
        (folder / name).symlink_to(ROOT / name)
    for file in (folder / "tests" / "world").iterdir():
        file.write_text(file.read_text(encoding="utf-8").replace(WORLD_BASE, address), encoding="utf-8")
    catalog = str(folder / "tests" / "world" / "catalog.ttl")
    with serving(folder / "store", port, base=address, catalog=catalog):
        yield address


def run(*command: str) -> str:
    """What a command prints; it must end well."""
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_curl(home: str) -> None:
    require(shutil.which("curl") is not None, "curl")
    iri = f"{home}/id/level/2020/3a"
    turtle = run("curl", "-sSfL", "-H", "Accept: text/turtle", iri)
    assert (URIRef(iri), URIRef("http://www.w3.org/2004/02/skos/core#notation"), None) in Graph().parse(data=turtle)
    head = run("curl", "-sSI", iri)
    assert head.startswith("HTTP/1.1 303")
    rows = run("curl", "-sSf", "-H", "Accept: text/csv", "--data-urlencode", f"query={LEVELS}", f"{home}/sparql")
    assert rows.splitlines()[0] == "level"
    document = f"{home}/doc/level/2020/3a.ttl"
    tagged = run("curl", "-sSi", document)
    tag = next(line.partition(": ")[2] for line in tagged.splitlines() if line.lower().startswith("etag"))
    status = run("curl", "-sS", "-o", os.devnull, "-w", "%{http_code}", "-H", f"If-None-Match: {tag}", document)
    assert status == "304"


def test_comunica_queries_the_endpoint(home: str) -> None:
    require(shutil.which("comunica-sparql") is not None, "comunica-sparql (npm @comunica/query-sparql)")
    rows = json.loads(run("comunica-sparql", f"{home}/sparql", LEVELS, "-t", "application/json"))
    expected = wrapper(home, LEVELS)
    expected.setReturnFormat(JSON)
    bindings = expected.queryAndConvert()["results"]["bindings"]
    assert [row["level"] for row in rows] == [row["level"]["value"] for row in bindings]


def test_comunica_follows_links(home: str) -> None:
    """From the framework's IRI alone, by dereferencing: to its editions, and on to their levels."""
    program = "comunica-sparql-link-traversal"
    require(shutil.which(program) is not None, f"{program} (npm @comunica/query-sparql-link-traversal)")
    text = f"""SELECT DISTINCT ?notation WHERE {{
        ?edition <{NQF}editionOf> <{home}/id/framework/aqf> .
        ?level <{NQF}levelOf> ?edition ; <http://www.w3.org/2004/02/skos/core#notation> ?notation }}"""
    rows = json.loads(run(program, "--lenient", f"{home}/id/framework/aqf", text, "-t", "application/json"))
    assert {row["notation"].strip('"') for row in rows} >= {"1", "2", "3", "3a", "3b"}


def test_an_oxigraph_server_asks_by_service(home: str) -> None:
    program = Path(sys.executable).with_name("oxigraph")
    require(program.exists(), "the oxigraph server")
    port = free_port()
    server = subprocess.Popen([program, "serve", "--bind", f"127.0.0.1:{port}"], stderr=subprocess.DEVNULL)
    try:
        text = f"SELECT ?level {{ SERVICE <{home}/sparql> {{ ?level a <{NQF}Level> }} }} ORDER BY ?level"
        address = f"http://127.0.0.1:{port}/query?{urllib.parse.urlencode({'query': text})}"
        for _ in range(100):
            try:
                rows = json.loads(get(address, Accept="application/sparql-results+json")[2])["results"]["bindings"]
                break
            except OSError:
                time.sleep(0.05)
        direct = wrapper(home, LEVELS)
        direct.setReturnFormat(JSON)
        assert rows == direct.queryAndConvert()["results"]["bindings"]
    finally:
        server.terminate()
        server.wait(timeout=20)
