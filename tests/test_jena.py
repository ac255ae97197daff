"""Jena's SHACL, a third implementation, finds what the compiled shapes find."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from random import Random

import pyoxigraph as ox
import pytest
from pyoxigraph import Triple

from nqf_graph.validation.compiled.checks import Result
from tests import jena_shacl
from tests.conftest import ROOT, require
from tests.jena_shacl import Row
from tests.reference import all_shapes, compiled_for, in_store, ontology, read, select_from, stored
from tests.test_compiled_random import BATCH, EDITS, apart, broken, records_of
from tests.test_shapes import cases

BROKEN_BATCHES = 10
pytestmark = pytest.mark.xdist_group("jena")  # Java starts once


def graphs() -> list[list[Triple]]:
    """All failing cases together, and randomly broken graphs."""
    random = Random(20261123)
    records = records_of(
        "frameworks.ttl", "law.ttl", "alignments.ttl", "programmes.ttl", "standards.ttl", "sectors.ttl"
    )

    def graph(number: int) -> list[Triple]:
        ways = [random.randrange(1000) for _ in range(random.randrange(6))]
        edits = [(random.randrange(len(EDITS)), random.randrange(1000), random.randrange(1000)) for _ in range(4)]
        return apart(broken(records, random.randrange(1000), ways, edits), number, records)

    batches = [[t for number in range(BATCH) for t in graph(number)] for _ in range(BROKEN_BATCHES)]
    return [stored([*ontology(), *data]) for data in [read(*(case.data for case in cases())), *batches]]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[list[Triple], set[Row]]]:
    require(jena_shacl.is_here(), f"Jena and a Java compiler (Debian packages {jena_shacl.PACKAGES})")
    folder = tmp_path_factory.mktemp("jena")
    shapes = jena_shacl.shapes_for_jena(
        stored(read(*(ROOT / "shapes").glob("*.ttl"), ROOT / "ontology" / "prefixes.ttl"))
    )
    data = graphs()
    files = [write(folder / f"data-{number}.nt", triples) for number, triples in enumerate(data)]
    reports = jena_shacl.reports(folder, write(folder / "shapes.nt", shapes), files)
    return [(triples, found) for triples, (found, _) in zip(data, reports, strict=True)]


def write(path: Path, triples: Iterable[Triple]) -> Path:
    ox.serialize(triples, str(path), format=ox.RdfFormat.N_TRIPLES)
    return path


@pytest.mark.parametrize("number", range(1 + BROKEN_BATCHES))
def test_jena_finds_the_same(told: list[tuple[list[Triple], set[Row]]], number: int) -> None:
    triples, expected = told[number]
    select = select_from(in_store(triples))
    found = {row(result) for result in compiled_for(all_shapes(), select).results(select)}
    assert expected
    assert found == expected, (found - expected, expected - found)


def row(result: Result) -> Row:
    value, component, severity = result.value, str(result.component), str(result.severity)
    return plain(result.focus), result.path or "", plain(value) if value else "", str(result.shape), component, severity


def plain(node: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> str:
    if isinstance(node, ox.Literal):
        return f'"{node.value}"@{node.language}' if node.language else node.value
    return "_:" if isinstance(node, ox.BlankNode) else node.value
