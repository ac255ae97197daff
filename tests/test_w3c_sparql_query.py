"""The W3C suites for SPARQL 1.1 queries and their result formats, through the HTTP endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from httpx2 import Response
from rdflib.term import Node
from starlette.testclient import TestClient

from nqf_graph.app import create_app
from nqf_graph.formats import RESULTS_XML, ROWS, TURTLE
from nqf_graph.guard import names_its_dataset
from nqf_graph.publication import open_publication
from nqf_graph.store import Change
from tests.conftest import require
from tests.w3c_results import Table, is_ordered, read_result, same
from tests.w3c_service import BareService, problem_of
from tests.w3c_sparql import (
    BASE,
    QT,
    SPECIFICATIONS,
    Entry,
    entries,
    expected,
    files,
    path_of,
    read_graph,
    suite,
    text_of,
)

pytestmark = pytest.mark.xdist_group("w3c-sparql-query")

QUERY = {"Content-Type": "application/sparql-query"}
FOLDERS = [
    folder
    for name in ("Query Language", "Query Results CSV and TSV", "Query Results JSON", "Federated Query")
    for folder in SPECIFICATIONS[name]
]
FORMATS = {form.suffix: form for form in (*ROWS, TURTLE)}
NOWHERE = "no-such-file"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service that holds every data file of the suites, each in a graph with the file's IRI."""
    require(suite().exists(), f"the W3C SPARQL test suites ({suite()}; set NQF_SHARED)")
    publication = open_publication(BareService(tmp_path_factory.mktemp("w3c")).settings)
    paths = {path for folder in FOLDERS for entry in entries()[folder] for path in data_of(entry)}
    graphs = {BASE + path: read_graph(path) for path in sorted(paths)}
    publication.store.apply(Change(graphs, checksums=dict.fromkeys(graphs, "")))
    with TestClient(create_app(publication)) as client:
        yield client


def data_of(entry: Entry) -> list[str]:
    return [*entry.default(entry.action), *entry.named(entry.action).values()]


@pytest.mark.parametrize("folder", FOLDERS)
def test_suite(client: TestClient, folder: str) -> None:
    assert {entry.name: outcome(client, entry) for entry in entries()[folder]} == expected(folder)


def outcome(client: TestClient, entry: Entry) -> str:
    """What happens to a test: "passed", or what else."""
    match entry.kind:
        case "QueryEvaluationTest" | "CSVResultFormatTest":
            return evaluate(client, entry)
        case "PositiveSyntaxTest11":
            response = ask(client, entry, entry.action)
            return "passed" if response.status_code == 200 else problem_of(response)
        case "NegativeSyntaxTest11":
            told = problem_of(ask(client, entry, entry.action))
            return "passed" if told == "400 query-syntax" else told
    raise ValueError(entry.kind)


def evaluate(client: TestClient, entry: Entry) -> str:
    """Ask in the format in which the expected result is written, and compare."""
    query, wanted = entry.graph.value(entry.action, QT.query), path_of(entry.result)
    content, suffix = files()[wanted], wanted.rpartition(".")[2]
    result = read_result(content, suffix, BASE + wanted)
    # a table that was written down as RDF is asked for in another format
    form = RESULTS_XML if suffix == "ttl" and isinstance(result, Table) else FORMATS[suffix]
    response = ask(client, entry, query, form.media_type)
    if response.status_code != 200:
        return problem_of(response)
    assert response.headers["content-type"] == form.content_type
    found = read_result(response.content, form.suffix, BASE)
    return "passed" if same(found, result, ordered=is_ordered(text_of(query))) else "another result"


def ask(client: TestClient, entry: Entry, query: Node, accept: str = "*/*") -> Response:
    """Send a query as it stands in its file, which a request leaves behind: BASE takes its address along."""
    text = text_of(query)
    graphs = [("default-graph-uri", BASE + path) for path in entry.default(entry.action) or [NOWHERE]]
    graphs += [("named-graph-uri", BASE + path) for path in entry.named(entry.action).values()]
    url = "/sparql" if names_its_dataset(text) else f"/sparql?{urlencode(graphs)}"
    return client.post(url, content=f"BASE <{query}>\n{text}".encode(), headers=QUERY | {"Accept": accept})
