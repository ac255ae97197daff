"""The W3C test suites for SPARQL 1.1: what their manifests ask for, what is expected to differ, the table for the docs.

python -m tests.w3c_sparql
"""

from __future__ import annotations

import os
import tarfile
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyoxigraph as ox
from rdflib import RDF, RDFS, Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from tests.reference import ROOT
from tests.w3c_shacl import as_rdflib

ARCHIVE = Path("data/w3c-tests/sparql11.tar.xz")
BASE = "http://www.w3.org/2009/sparql/docs/tests/data-sparql11/"
"""Where the suites are at home; what relative IRIs in their files resolve against."""
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
DIFFERENCES = Path(__file__).with_suffix(".toml")

SPECIFICATIONS = {
    "Query Language": (
        *("aggregates", "bind", "bindings", "cast", "construct", "exists", "functions", "grouping", "negation"),
        *("project-expression", "property-path", "subquery", "syntax-query"),
    ),
    "Query Results CSV and TSV": ("csv-tsv-res",),
    "Query Results JSON": ("json-res",),
    "Update": (
        *("add", "basic-update", "clear", "copy", "delete", "delete-data", "delete-insert", "delete-where", "drop"),
        *("move", "syntax-update-1", "syntax-update-2", "update-silent"),
    ),
    "Protocol": ("protocol",),
    "Service Description": ("service-description",),
    "Graph Store HTTP Protocol": ("graph-store-protocol", "http-rdf-update"),
    "Federated Query": ("service", "syntax-fed"),
}
"""Recommendation → folders of its tests."""
NOT_RUN = {"entailment": "The service offers no entailment regime: what is not stated is not concluded."}
"""Folder → why its tests are not run."""


@dataclass(frozen=True)
class Entry:
    """One test: its name (folder and local name), what it is, and the manifest it stands in."""

    name: str
    kind: str
    node: Node
    graph: Graph

    @property
    def folder(self) -> str:
        """The folder of the suite."""
        return self.name.partition("/")[0]

    @property
    def action(self) -> Node:
        """What is done."""
        return self.graph.value(self.node, MF.action)

    @property
    def result(self) -> Node:
        """What has to come out."""
        return self.graph.value(self.node, MF.result)

    def named(self, node: Node) -> dict[str, str]:
        """The named graphs that an action or a result tells of: name → file."""
        found = {str(iri): path_of(iri) for iri in self.graph.objects(node, QT.graphData)}
        for each in self.graph.objects(node, UT.graphData):
            found[str(self.graph.value(each, RDFS.label))] = path_of(self.graph.value(each, UT.graph))
        return found

    def default(self, node: Node) -> list[str]:
        """The files of the default graph of an action or a result."""
        return [path_of(iri) for prop in (QT.data, UT.data) for iri in self.graph.objects(node, prop)]


def suite() -> Path:
    """The archive of the suites: beside the repository, or where NQF_SHARED says."""
    return Path(os.environ.get("NQF_SHARED") or ROOT.parent / "shared") / ARCHIVE


@cache
def files() -> Mapping[str, bytes]:
    """Every file of the archive by its path below the suites' folder, read into memory: nothing is unpacked."""
    found = {}
    with tarfile.open(suite()) as archive:
        for member in archive:
            if content := archive.extractfile(member):
                found[member.name.partition("/")[2]] = content.read()
    return found


def path_of(iri: Node | None) -> str:
    """The path of the file with this IRI."""
    return str(iri).removeprefix(BASE)


def text_of(iri: Node) -> str:
    """The text of the file with this IRI."""
    return files()[path_of(iri)].decode()


@cache
def read_graph(path: str) -> tuple[ox.Triple, ...]:
    """The triples of a data file; blank nodes are its own."""
    form = ox.RdfFormat.from_extension(path.rpartition(".")[2])
    quads = ox.parse(files()[path], format=form, base_iri=BASE + path, rename_blank_nodes=True)
    return tuple(quad.triple for quad in quads)


@cache
def entries() -> Mapping[str, tuple[Entry, ...]]:
    """Folder → its tests, in the order of the manifest; those that the manifest forgot to list come last."""
    found: dict[str, tuple[Entry, ...]] = {}
    for path in sorted(path for path in files() if path.count("/") == 1 and "/manifest" in path):
        folder = path.partition("/")[0]
        found[folder] = found.get(folder, ()) + tuple(_read_manifest(path))
    return found


def _read_manifest(path: str) -> Iterator[Entry]:
    store = ox.Store()
    store.extend(ox.Quad(*triple) for triple in read_graph(path))
    graph = as_rdflib(store)
    manifest = graph.value(predicate=RDF.type, object=MF.Manifest)
    listed = graph.value(manifest, MF.entries)
    nodes = list(Collection(graph, listed)) if listed else []
    nodes += sorted(set(graph.subjects(MF.name)) - set(nodes))
    for node in nodes:
        kind = graph.value(node, RDF.type)
        assert isinstance(node, URIRef) and isinstance(kind, URIRef)
        yield Entry(f"{path.partition('/')[0]}/{node.fragment}", str(kind.fragment), node, graph)


@cache
def differences() -> Mapping[str, tuple[str, str]]:
    """Tests that do not pass: name → what happens instead, and why.  Every other one must pass."""
    given = tomllib.loads(DIFFERENCES.read_text(encoding="utf-8"))["difference"]
    return {name: (each["outcome"], each["reason"]) for each in given for name in each["tests"]}


def expected(folder: str) -> dict[str, str]:
    """What has to come out of a suite: test → "passed", or what else."""
    return {entry.name: differences().get(entry.name, ("passed", ""))[0] for entry in entries()[folder]}


def summary() -> str:
    """How many tests are run, and how many pass."""
    outcomes = [outcome for folder in entries() if folder not in NOT_RUN for outcome in expected(folder).values()]
    passed = outcomes.count("passed")
    return f"{len(outcomes)} tests, of which {passed} pass and {len(outcomes) - passed} come out otherwise"


def table() -> str:
    """The table of docs/conformance.md: what `expected` says, which the tests hold against what they measure."""
    lines = ["| Recommendation | Suite | Tests | Passed | Others |", "|---|---|---|---|---|"]
    for recommendation, folders in SPECIFICATIONS.items():
        for folder in folders:
            outcomes = expected(folder)
            passed = sum(outcome == "passed" for outcome in outcomes.values())
            others = ", ".join(f"`{n.partition('/')[2]}`" for n, told in outcomes.items() if told != "passed")
            lines.append(f"| {recommendation} | {folder} | {len(outcomes)} | {passed} | {others or '–'} |")
    lines += [f"| Entailment Regimes | {folder} | {len(entries()[folder])} | not run | – |" for folder in NOT_RUN]
    return "\n".join(lines)


def reasons() -> str:
    """The list below the table: which tests differ, how, and why."""
    given = tomllib.loads(DIFFERENCES.read_text(encoding="utf-8"))["difference"]
    lines = [f"* `{folder}`: not run. {reason}" for folder, reason in NOT_RUN.items()]
    for each in given:
        names = ", ".join(f"`{name}`" for name in each["tests"])
        lines.append(f"* {names}: {each['outcome']}. {each['reason']}")
    return "\n".join(lines)


if __name__ == "__main__":
    print(summary(), table(), reasons(), sep="\n\n")
