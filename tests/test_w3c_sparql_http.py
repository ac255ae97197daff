"""The W3C suites for the SPARQL 1.1 Protocol, Graph Store HTTP Protocol and Service Description: bytes on a real port."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from http.client import HTTPConnection
from urllib.parse import quote

import pyoxigraph as ox
import pytest
from rdflib import RDFS

from nqf_graph.formats import BOOLEANS, GRAPHS, ROWS, to_bytes
from tests.conftest import free_port, require, wait_until_ready
from tests.w3c_exchanges import Exchange, exchanges_of
from tests.w3c_results import read_result, same
from tests.w3c_service import BareService
from tests.w3c_sparql import UT, Entry, entries, expected, path_of, read_graph, suite

pytestmark = pytest.mark.xdist_group("w3c-sparql-http")

KINDS = {"boolean": BOOLEANS, "tabular": ROWS, "RDF": GRAPHS}
STATUSES = {status.phrase.replace(" ", ""): status.value for status in HTTPStatus}


class Answer:
    """A response: its status, its headers by name in lower case, and its body."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status, self.headers, self.body = status, {k.lower(): v for k, v in headers.items()}, body


class Port:
    """A service listening on a port, and a key for it."""

    def __init__(self, number: int, key: dict[str, str]) -> None:
        self.authority, self._number, self._key = f"127.0.0.1:{number}", number, key

    def send(self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Answer:
        """Send exactly this, and the key."""
        connection = HTTPConnection("127.0.0.1", self._number, timeout=30)
        try:
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in {**(headers or {}), **self._key, "Content-Length": str(len(body))}.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            response = connection.getresponse()
            return Answer(response.status, dict(response.headers), response.read())
        finally:
            connection.close()

    def clear(self) -> None:
        """Make the store empty."""
        answer = self.send("POST", "/update", {"Content-Type": "application/sparql-update"}, b"CLEAR ALL")
        assert answer.status == 200, answer.body

    def hold(self, graph: str, path: str) -> None:
        """Put a file of the suites into a graph."""
        text = to_bytes(read_graph(path), ox.RdfFormat.N_TRIPLES)
        answer = self.send(
            "PUT", f"/data?graph={quote(graph, safe='')}", {"Content-Type": "application/n-triples"}, text
        )
        assert answer.status == 201, answer.body


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Port]:
    """A service without rules, started as a user starts it, whose graphs have their own addresses as names."""
    require(suite().exists(), f"the W3C SPARQL test suites ({suite()}; set NQF_SHARED)")
    folder, number = tmp_path_factory.mktemp("w3c"), free_port()
    address = f"http://127.0.0.1:{number}"
    service = BareService(folder, address)
    environment = os.environ | service.environment | {"NQF_STORE": str(folder / "data")}
    command = [sys.executable, "-m", "nqf_graph", "serve", "--port", str(number)]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        wait_until_ready(address, process)
        yield Port(number, service.authorization)
    finally:
        process.terminate()
        process.communicate(timeout=20)


def test_protocol(port: Port) -> None:
    outcomes = {}
    for entry in entries()["protocol"]:
        port.clear()
        for each in entry.graph.objects(entry.node, UT.graphData):
            port.hold(str(entry.graph.value(each, RDFS.label)), path_of(entry.graph.value(each, UT.graph)))
        outcomes[entry.name] = exchange(port, entry)
    assert outcomes == expected("protocol")


def test_graph_store_protocol(port: Port) -> None:
    outcomes = {}
    for entry in entries()["graph-store-protocol"]:
        port.clear()
        outcomes[entry.name] = exchange(port, entry)
    assert outcomes == expected("graph-store-protocol")


def test_graph_store_protocol_as_first_drafted(port: Port) -> None:
    """These tests build on each other."""
    port.clear()
    places: dict[str, str] = {}
    outcomes = {entry.name: exchange(port, entry, places) for entry in entries()["http-rdf-update"]}
    assert outcomes == expected("http-rdf-update")


def exchange(port: Port, entry: Entry, places: dict[str, str] | None = None) -> str:
    """What comes of the exchanges of a test: "passed", or what else at the first one that is not as described.

    `places` are the Location headers received so far, by the words that stand for them.
    """
    places = {} if places is None else places
    for each in exchanges_of(entry):
        path = address_of(each, port, entry)
        body = each.body.replace(b"http://$HOST$/$GRAPHSTORE$", f"http://{port.authority}/graph".encode())
        for word, place in places.items():
            path, body = path.replace(word, place), body.replace(word.encode(), place.encode())
        path = path.removeprefix(f"http://{port.authority}")
        answer = port.send(each.method, path, each.headers, body)
        if (told := judge(each, answer, port)) != "passed":
            return told
        if each.location:
            places[each.location] = answer.headers["location"]
    return "passed"


def address_of(each: Exchange, port: Port, entry: Entry) -> str:
    """The address of the service that the suite's placeholder means."""
    if entry.folder == "protocol":
        is_update = "update" in entry.name and "query" not in each.headers.get("content-type", "")
        return each.path.replace("/sparql/", "/update" if is_update else "/sparql", 1)
    path = each.path.replace("http://$HOST$/$GRAPHSTORE$", f"http://{port.authority}/graph")
    path = path.replace("$GRAPHSTORE$", "/gsp")
    return path.replace("/gsp/", "/graph/", 1) if path.startswith("/gsp/") else path.replace("/gsp", "/data", 1)


def judge(each: Exchange, answer: Answer, port: Port) -> str:
    """Is the answer as described?  200 with an account of a write stands for 204, as the Recommendation allows."""
    status = HTTPStatus.OK if answer.status == HTTPStatus.NO_CONTENT else answer.status
    codes = {code for name in each.statuses for code in codes_of(name)}
    if status not in {HTTPStatus.OK if code == HTTPStatus.NO_CONTENT else code for code in codes}:
        return f"{answer.status} instead of {', '.join(sorted(each.statuses))}"
    media_type = answer.headers.get("content-type", "").partition(";")[0]
    if each.kind and media_type not in {form.media_type for form in KINDS[each.kind]}:
        return f"{media_type} is not {each.kind}"
    if each.content_type and answer.headers.get("content-type") != each.content_type:
        return f"{answer.headers.get('content-type')} instead of {each.content_type}"
    if "content-length" not in answer.headers:
        return "no Content-Length"
    if each.location and "location" not in answer.headers:
        return "no Location"
    if each.boolean is not None:
        suffix = next(form.suffix for form in BOOLEANS if form.media_type == media_type)
        return "passed" if read_result(answer.body, suffix, "") is each.boolean else "the wrong answer"
    if each.content is not None:
        text = each.content.replace("http://$HOST$/$GRAPHSTORE$", f"http://{port.authority}/graph")
        wanted = read_result(text.encode(), "ttl", "http://www.example/")
        return "passed" if same(read_result(answer.body, "ttl", "http://www.example/"), wanted) else "another graph"
    return "passed"


def codes_of(name: str) -> set[int]:
    """The status codes that a name or class means."""
    if name.startswith("StatusCode"):
        return {status.value for status in HTTPStatus if str(status.value)[0] == name[len("StatusCode")]}
    return {STATUSES[name]}
