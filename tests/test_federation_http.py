"""SERVICE over HTTP: a service that may ask one endpoint on this machine, and that endpoint."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import WORLD_BASE, free_port, require, serving

NQF = "https://w3id.org/nqf/ontology#"
REMOTE = f"""INSERT DATA {{ <{WORLD_BASE}/id/level/2020/1> <urn:note> "биринчи деңгээл"@ky .
  <{WORLD_BASE}/id/level/2020/2> <urn:note> "экинчи деңгээл"@ky . <urn:elsewhere> <urn:note> "башка"@ky }}"""


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """An Oxigraph server with notes on two of our levels."""
    program = Path(sys.executable).with_name("oxigraph")
    require(program.exists(), "the oxigraph server")
    address = f"http://127.0.0.1:{free_port()}"
    server = subprocess.Popen([program, "serve", "--bind", address.removeprefix("http://")], stderr=subprocess.DEVNULL)
    try:
        request = urllib.request.Request(f"{address}/update", REMOTE.encode())
        request.add_header("Content-Type", "application/sparql-update")
        for _ in range(200):
            try:
                urllib.request.urlopen(request, timeout=10).close()
                break
            except urllib.error.URLError:
                time.sleep(0.05)
        yield f"{address}/query"
    finally:
        server.terminate()
        server.wait(timeout=20)


@pytest.fixture(scope="module")
def federating(endpoint: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service that may ask the endpoint, and nobody else."""
    with serving(tmp_path_factory.mktemp("store"), service_allow=f"private+{endpoint}") as address:
        yield address


def ask(server: str, query: str, accept: str = "application/sparql-results+json") -> tuple[int, str]:
    """Status and body of an answer."""
    request = urllib.request.Request(
        f"{server}/sparql?{urllib.parse.urlencode({'query': query})}", headers={"Accept": accept}
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_a_join_with_the_endpoint(federating: str, endpoint: str) -> None:
    query = f"""SELECT ?level ?note {{ ?level a <{NQF}Level> .
        SERVICE <{endpoint}> {{ ?level <urn:note> ?note }} }} ORDER BY ?level"""
    status, body = ask(federating, query)
    assert status == 200, body
    rows = json.loads(body)["results"]["bindings"]
    assert [row["note"]["value"] for row in rows] == ["биринчи деңгээл", "экинчи деңгээл"]


def test_asked_and_constructed(federating: str, endpoint: str) -> None:
    part = f"SERVICE <{endpoint}> {{ <urn:elsewhere> <urn:note> ?note }}"
    assert json.loads(ask(federating, f"ASK {{ {part} }}")[1])["boolean"] is True
    status, graph = ask(federating, f"CONSTRUCT {{ <urn:x> <urn:note> ?note }} {{ {part} }}", "application/n-triples")
    assert (status, graph) == (200, '<urn:x> <urn:note> "башка"@ky .\n')
    assert "башка" in ask(federating, f"SELECT * {{ {part} }}", "text/html")[1]


def test_nobody_else_is_asked(federating: str, server: str, endpoint: str) -> None:
    other = endpoint.replace("/query", "/other")
    for address in (
        other,
        "http://127.0.0.1:9/",
        "http://169.254.169.254/",
        endpoint.replace("127.0.0.1", "localhost"),
    ):
        status, body = ask(federating, f"SELECT * {{ SERVICE SILENT <{address}> {{ ?s ?p ?o }} }}")
        assert (status, json.loads(body)["type"].partition("#")[2]) == (403, "query-refused"), address
    assert ask(server, f"SELECT * {{ SERVICE <{endpoint}> {{ ?s ?p ?o }} }}")[0] == 403


def test_errors_are_told(federating: str, endpoint: str) -> None:
    status, body = ask(federating, f"SELECT * {{ SERVICE <{endpoint}/none> {{ ?s ?p ?o }} }}")
    assert (status, json.loads(body)["type"].partition("#")[2]) == (502, "service-failed")
    assert ask(federating, f"SELECT * {{ SERVICE <{endpoint}> {{ ?s ?p }} }}")[0] == 400
