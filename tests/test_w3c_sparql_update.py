"""The W3C suites for SPARQL 1.1 Update, through the HTTP endpoint."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlencode

import pyoxigraph as ox
import pytest
from httpx2 import Response
from rdflib.term import Node
from starlette.testclient import TestClient

from nqf_graph.app import create_app
from nqf_graph.publication import Publication, open_publication
from nqf_graph.store import Change
from tests.conftest import require
from tests.w3c_results import same_dataset
from tests.w3c_service import DEFAULT_GRAPH, BareService, problem_of
from tests.w3c_sparql import SPECIFICATIONS, UT, Entry, entries, expected, read_graph, suite, text_of

pytestmark = pytest.mark.xdist_group("w3c-sparql-update")

PASSING = {f"http://example.org/g{number}" for number in (1, 2, 3)}
"""Graphs that some tests make, read and drop again."""
UPDATE = {"Content-Type": "application/sparql-update"}


class Endpoint:
    """A service that takes updates, and the publication behind it."""

    def __init__(self, service: BareService, publication: Publication, client: TestClient) -> None:
        self._service, self._client = service, client
        self._store, self._policy = publication.store, publication.policy

    def hold(self, graphs: dict[str, list[ox.Triple]]) -> None:
        """Make `graphs` all that is there."""
        gone = [name for name in self._store.names() if not self._policy.is_fixed(name) and name not in graphs]
        self._store.apply(Change(graphs, tuple(gone), dict.fromkeys(graphs, "")))

    def held(self) -> list[ox.Quad]:
        """What is there, apart from the graphs that are the service's own."""
        answer = self._client.get("/data", headers={"Accept": "application/n-quads"})
        quads = ox.parse(answer.content, format=ox.RdfFormat.N_QUADS)
        return [quad for quad in quads if not self._policy.is_fixed(quad.graph_name.value)]  # type: ignore[union-attr]

    def update(self, text: str, *parameters: tuple[str, str]) -> Response:
        """Send an update."""
        headers = UPDATE | self._service.authorization
        return self._client.post(f"/update?{urlencode(parameters)}", content=text.encode(), headers=headers)


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    """A service without rules, where a named graph stands for the default graph and anything may be stated."""
    require(suite().exists(), f"the W3C SPARQL test suites ({suite()}; set NQF_SHARED)")
    service = BareService(tmp_path_factory.mktemp("w3c"))
    publication = open_publication(service.settings)
    with TestClient(create_app(publication)) as client:
        yield Endpoint(service, publication, client)


@pytest.mark.parametrize("folder", SPECIFICATIONS["Update"])
def test_suite(endpoint: Endpoint, folder: str) -> None:
    assert {entry.name: outcome(endpoint, entry) for entry in entries()[folder]} == expected(folder)


def outcome(endpoint: Endpoint, entry: Entry) -> str:
    """What happens to a test: "passed", or what else."""
    match entry.kind:
        case "UpdateEvaluationTest":
            return evaluate(endpoint, entry)
        case "PositiveUpdateSyntaxTest11":
            response = endpoint.update(text_of(entry.action), ("dry_run", "true"))
            return "passed" if response.status_code == 200 else problem_of(response)
        case "NegativeUpdateSyntaxTest11" | "NegativeSyntaxTest11":
            told = problem_of(endpoint.update(text_of(entry.action), ("dry_run", "true")))
            return "passed" if told == "400 query-syntax" else told
    raise ValueError(entry.kind)


def evaluate(endpoint: Endpoint, entry: Entry) -> str:
    """Run the update on the graphs of the test, and compare what is there afterwards."""
    before, after = graphs_of(entry, entry.action), graphs_of(entry, entry.result)
    endpoint.hold(before)
    request = entry.graph.value(entry.action, UT.request)
    text = text_of(request)
    response = endpoint.update(f"BASE <{request}>\n{text}", *dataset_of(text, {*before, *after}))
    if response.status_code != 200:
        return problem_of(response)
    wanted = [ox.Quad(*triple, ox.NamedNode(name)) for name, triples in after.items() for triple in triples]
    return "passed" if same_dataset(endpoint.held(), wanted) else "another result"


def dataset_of(text: str, graphs: set[str]) -> list[tuple[str, str]]:
    """The request's parameters that let WHERE read the graphs of the test only; WITH and USING say so themselves."""
    if re.search(r"\b(WITH|USING)\b", text, re.IGNORECASE):
        return []
    named = sorted(graphs - {DEFAULT_GRAPH} | PASSING)
    return [("using-graph-uri", DEFAULT_GRAPH), *(("using-named-graph-uri", name) for name in named)]


def graphs_of(entry: Entry, node: Node) -> dict[str, list[ox.Triple]]:
    """The graphs before or after an update."""
    default = [triple for path in entry.default(node) for triple in read_graph(path)]
    named = {name: list(read_graph(path)) for name, path in entry.named(node).items()}
    return {DEFAULT_GRAPH: default} | named
