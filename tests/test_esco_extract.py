"""Our extract of ESCO: each row is the publisher's without its texts, and what is aligned is there with what belongs to it."""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

import pytest
import rdflib
from rdflib import SKOS, Namespace

from tests.conftest import ROOT, SHARED, require

EXTRACT = ROOT / "data" / "reference" / "esco"
PACKAGE = SHARED / "data" / "esco-1.1.1"
NQF = Namespace("https://w3id.org/nqf/ontology#")
CONCEPTS = ("occupations_en", "skills_en", "ISCOGroups_en", "skillGroups_en")
RELATIONS = (
    "broaderRelationsOccPillar",
    "broaderRelationsSkillPillar",
    "occupationSkillRelations",
    "skillSkillRelations",
)
FILES = (*CONCEPTS, *RELATIONS, "conceptSchemes_en")
TEXTS = {"altLabels", "hiddenLabels", "scopeNote", "definition", "description", "title", "hasTopConcept"}
"""Columns that the extract leaves empty: sentences, further names, and the long lists of members of a scheme."""

Row = dict[str, str]

csv.field_size_limit(2**24)  # the list of all members of a scheme is one cell
pytestmark = pytest.mark.xdist_group("esco")


def read(text: str) -> tuple[list[str], list[Row]]:
    reader = csv.DictReader(text.splitlines(keepends=True))
    return list(reader.fieldnames or []), list(reader)


@cache
def extract(name: str) -> tuple[list[str], list[Row]]:
    return read((EXTRACT / f"{name}.csv").read_text(encoding="utf-8"))


@cache
def official(name: str) -> tuple[list[str], list[Row]]:
    file = PACKAGE / f"{name}.csv.gz"
    require(file.exists(), "the ESCO package v1.1.1")
    with gzip.open(file, "rt", encoding="utf-8", newline="") as stream:
        return read(stream.read().replace("\r\n", "\n"))


def strangers(rows: Iterable[Row], package: Iterable[Row]) -> list[Row]:
    """The rows that are not in the package, its texts left out."""
    known = {kept(row) for row in package}
    return [row for row in rows if kept(row) not in known or any(row.get(column) for column in TEXTS)]


def kept(row: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((column, value) for column, value in row.items() if column not in TEXTS)


def described() -> set[str]:
    return {row["conceptUri"] for name in CONCEPTS for row in extract(name)[1]}


@cache
def alignments() -> rdflib.Graph:
    graph = rdflib.Graph()
    for file in ("occupations-esco.ttl", "competences-esco.ttl"):
        graph.parse(ROOT / "data" / "mappings" / file)
    return graph


def aligned(part: str) -> set[str]:
    """The ESCO concepts of this kind to which an alignment leads that was not rejected."""
    graph = alignments()
    found = {
        str(target)
        for alignment, target in graph.subject_objects(NQF.alignedObject)
        if graph.value(alignment, NQF.alignmentStatus) != NQF.rejected and f"/esco/{part}/" in str(target)
    }
    assert found, part
    return found


@pytest.mark.parametrize("name", FILES)
def test_every_row_is_the_publishers(name: str) -> None:
    columns, rows = extract(name)
    theirs, package = official(name)
    assert columns == theirs
    assert rows
    assert strangers(rows, package) == []
    assert len({kept(row) for row in rows}) == len(rows)


def test_a_changed_row_is_noticed() -> None:
    _, rows = extract("occupations_en")
    changed = {**rows[0], "iscoGroup": "9999"}
    told = {**rows[0], "description": "A sentence."}
    assert strangers([changed, told, rows[0]], rows) == [changed, told]


def test_relations_join_what_is_described_and_none_is_left_out() -> None:
    here = described()
    for name in RELATIONS:
        ends = [column for column in extract(name)[0] if column.endswith("Uri")]
        rows = extract(name)[1]
        assert [row for row in rows if not {row[end] for end in ends} <= here] == [], name
        if name == "occupationSkillRelations":
            continue
        expected = [kept(row) for row in official(name)[1] if {row[end] for end in ends} <= here]
        assert [kept(row) for row in rows] == expected, name


def test_what_is_aligned_is_there_with_its_essential_skills_and_its_groups() -> None:
    occupations = aligned("occupation")
    here = described()
    assert occupations | aligned("skill") <= here
    essential = {
        (row["occupationUri"], row["skillUri"])
        for row in official("occupationSkillRelations")[1]
        if row["occupationUri"] in occupations and row["relationType"] == "essential"
    }
    rows = {(row["occupationUri"], row["skillUri"]) for row in extract("occupationSkillRelations")[1]}
    assert essential <= rows
    assert {occupation for occupation, _ in rows} == occupations
    above = {row["conceptUri"]: row["broaderUri"] for row in extract("broaderRelationsOccPillar")[1]}
    for occupation in occupations:
        group = occupation
        while group in above:
            group = above[group]
        assert re.fullmatch("http://data.europa.eu/esco/isco/C[0-9]", group), occupation


def test_our_names_of_the_isco_groups_are_the_official_ones() -> None:
    ours = rdflib.Graph().parse(ROOT / "data" / "reference" / "isco.ttl")
    theirs = {row["conceptUri"]: row for row in official("ISCOGroups_en")[1]}
    groups = list(ours.subject_objects(SKOS.notation))
    assert len(groups) > 50
    for group, code in groups:
        name = next(
            str(label) for label in ours.objects(group, SKOS.prefLabel) if getattr(label, "language", "") == "en"
        )
        assert (name, str(code)) == (theirs[str(group)]["preferredLabel"], theirs[str(group)]["code"])


def test_each_esco_concept_that_an_alignment_names_has_that_name() -> None:
    """The comment above an alignment tells the label of its object; a wrong identifier would not be seen otherwise."""
    labels = {row["conceptUri"]: row["preferredLabel"].strip() for name in CONCEPTS[:2] for row in official(name)[1]}
    pattern = re.compile(r"^# ESCO: (.+)\n<alignment/.+(?:\n .+)*?\n    nqf:alignedObject <([^>]+)> ;$", re.MULTILINE)
    named = [pair for file in mapping_files() for pair in pattern.findall(file.read_text(encoding="utf-8"))]
    assert len(named) == len(list(alignments().subjects(NQF.alignedObject))) > 80
    assert [(label, target, labels.get(target)) for label, target in named if labels.get(target) != label] == []


def mapping_files() -> list[Path]:
    return sorted((ROOT / "data" / "mappings").glob("*-esco.ttl"))


def test_no_sentence_of_esco_is_copied() -> None:
    """Eight words in a row of a description of ESCO stand in none of our texts; names are facts and may."""
    rows = [row for name in CONCEPTS for row in official(name)[1]]
    names = {run for row in rows for run in runs(row["preferredLabel"])}
    theirs = {run for row in rows for column in TEXTS for run in runs(row.get(column) or "")} - names
    assert len(theirs) > 300_000
    assert [text for text in our_texts() if not theirs.isdisjoint(runs(text))] == []
    assert not theirs.isdisjoint(runs(f"As it is said: {rows[0]['description']}")), "a copied sentence would be seen"


def our_texts() -> Iterable[str]:
    for file in (f for folder in ("data", "ontology", "shapes") for f in (ROOT / folder).rglob("*.ttl")):
        yield from (str(text) for text in rdflib.Graph().parse(file).objects() if isinstance(text, rdflib.Literal))
    for name in FILES:
        yield from (cell for row in extract(name)[1] for cell in row.values())


def runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", re.sub(r"https?://\S+", " ", text).lower())
    return {tuple(words[i : i + 8]) for i in range(len(words) - 7)}
