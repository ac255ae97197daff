"""On 1,000 and more randomly broken graphs, the compiled shapes find what pySHACL finds.

Each graph is a few linked records of the invented country with a few random edits.  As pySHACL needs a fifth of a
second to get ready, graphs are checked in batches, told apart by the names of their records.
`--hypothesis-profile=thorough` tries ten times as many, other ones every time.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Triple

from tests.conftest import WORLD
from tests.reference import all_shapes, compiled_findings, expected_findings, ontology, read

BATCH = 20
BATCHES = 25
GRAPHS_PER_RUN = 2 * BATCH * BATCHES

checks = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example)
settings.register_profile(
    "default",
    max_examples=BATCHES,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],  # the message names the one graph; making it smaller takes minutes
    suppress_health_check=checks,
)
settings.register_profile("thorough", settings.get_profile("default"), max_examples=10 * BATCHES, derandomize=False)
if settings.get_current_profile_name() != "thorough":
    settings.load_profile("default")

XSD = "http://www.w3.org/2001/XMLSchema#"
TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
CLASS = NamedNode("http://www.w3.org/2002/07/owl#Class")


def typed(value: str, datatype: str) -> Literal:
    return Literal(value, datatype=NamedNode(XSD + datatype))


# Numbers, dates and texts that are wrong almost everywhere: ill-formed, out of range, of another datatype or language.
ODD = [
    *(typed(value, "integer") for value in ("abc", "-1", "0", "3", "12")),
    *(typed(value, "date") for value in ("2020-02-30", "2019-05-01", "2031-05-01", "yesterday")),
    *(typed("2020-01-01T00:00:00", "dateTime"), typed("2020", "gYear"), typed("1", "double")),
    *(typed(value, "decimal") for value in ("1.5", "60", "-0.5")),
    *(typed(value, "boolean") for value in ("true", "false")),
    *(Literal("Деңгээл", language="ky"), Literal("урoвень", language="ru"), Literal("level", language="en")),
    *(Literal("level", language="en-GB"), Literal("Stufe", language="de"), Literal("7a"), Literal("")),
    NamedNode("https://w3id.org/nqf/ontology#official"),
    NamedNode("https://w3id.org/nqf/ontology#draft"),
    NamedNode("https://w3id.org/nqf/ontology#noSuchTerm"),
]

Graph = list[Triple]
Edit = Callable[[Graph, Triple, int, "Records"], Graph]


class Records:
    """The records of some files of the invented country, and how they hang together."""

    def __init__(self, *files: str) -> None:
        self.triples = [t for t in read(*(WORLD / file for file in files)) if isinstance(t.subject, NamedNode)]
        self.about: dict[NamedNode, Graph] = {}
        for triple in self.triples:
            self.about.setdefault(triple.subject, []).append(triple)
        self.near: dict[NamedNode, list[NamedNode]] = {record: [] for record in self.about}
        for triple in self.triples:
            if triple.object in self.about:
                self.near[triple.subject].append(triple.object)
                self.near[triple.object].append(triple.subject)
        self.names = list(self.about)
        self.predicates = sorted({triple.predicate.value for triple in self.triples})
        self.objects = sorted({t.object for t in self.triples if not isinstance(t.object, ox.BlankNode)}, key=str)
        classes = {t.subject for t in ontology() if t.object == CLASS and isinstance(t.subject, NamedNode)}
        self.classes = sorted(classes, key=str)

    def some(self, start: int, ways: list[int]) -> Graph:
        """What is known of a record and of some that are linked to it."""
        found = [self.names[start % len(self.names)]]
        for way in ways:
            if beside := [name for record in found for name in self.near[record] if name not in found]:
                found.append(beside[way % len(beside)])
        return [triple for record in found for triple in self.about[record]]


def replaced(graph: Graph, triple: Triple, *by: Triple) -> Graph:
    return [*(each for each in graph if each is not triple), *by]


EDITS: list[Edit] = [
    lambda graph, t, pick, records: replaced(graph, t),
    lambda graph, t, pick, records: replaced(graph, t, Triple(t.subject, t.predicate, ODD[pick % len(ODD)])),
    lambda graph, t, pick, records: replaced(graph, t, Triple(t.subject, t.predicate, graph[pick % len(graph)].object)),
    lambda graph, t, pick, records: [*graph, Triple(t.subject, t.predicate, ODD[pick % len(ODD)])],
    lambda graph, t, pick, records: [*graph, Triple(graph[pick % len(graph)].subject, t.predicate, t.object)],
    lambda graph, t, pick, records: [*graph, Triple(t.subject, TYPE, records.classes[pick % len(records.classes)])],
    lambda graph, t, pick, records: [
        *graph, Triple(t.subject, t.predicate, records.objects[pick % len(records.objects)])
    ],
    lambda graph, t, pick, records: [
        *graph, Triple(t.subject, NamedNode(records.predicates[pick % len(records.predicates)]), t.object)
    ],
]  # fmt: skip

NUMBER = st.integers(0, 9999)
SKETCH = st.tuples(
    NUMBER,
    st.lists(NUMBER, max_size=6),
    st.lists(st.tuples(st.integers(0, len(EDITS) - 1), NUMBER, NUMBER), max_size=5),
)
"""Where to start, whom to add, what to edit."""


def broken(records: Records, start: int, ways: list[int], edits: list[tuple[int, int, int]]) -> Graph:
    graph = records.some(start, ways)
    for kind, place, pick in edits:
        if graph:
            graph = EDITS[kind](graph, graph[place % len(graph)], pick, records)
    return graph


def apart(graph: Graph, number: int, records: Records) -> Graph:
    """The same graph with names of its own."""

    def own(node: object) -> object:
        return NamedNode(f"{node.value}--{number}") if isinstance(node, NamedNode) and node in records.about else node

    return [Triple(own(t.subject), t.predicate, own(t.object)) for t in graph]  # type: ignore[arg-type]


@cache
def records_of(*files: str) -> Records:
    return Records(*files)


@pytest.mark.parametrize(
    "files",
    [
        ("frameworks.ttl", "law.ttl", "alignments.ttl"),
        ("programmes.ttl", "sectors.ttl", "standards.ttl", "frameworks.ttl"),
    ],
    ids=["frameworks and law", "standards and programmes"],
)
@given(st.lists(SKETCH, min_size=BATCH, max_size=BATCH))
def test_broken_graphs_give_what_pyshacl_gives(files: tuple[str, ...], sketches: list[tuple]) -> None:
    records = records_of(*files)
    graphs = [apart(broken(records, *sketch), number, records) for number, sketch in enumerate(sketches)]
    data = [*ontology(), *(triple for graph in graphs for triple in graph)]
    found, expected = compiled_findings(data, all_shapes()), expected_findings(data, all_shapes())
    wrong = found ^ expected
    guilty = {int(key[0].rpartition("--")[2]) for key in wrong if "--" in key[0]}
    assert not wrong, (found - expected, expected - found, [[str(t) for t in graphs[number]] for number in guilty])


def test_there_are_enough_of_them() -> None:
    assert GRAPHS_PER_RUN >= 1000
