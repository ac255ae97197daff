"""Mapping sets come in: rows become alignments through the gate, or it is said row by row why not."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple

from nqf_graph.errors import BadParameter
from nqf_graph.exchange import Import, Options, bring, mapping_set, mapping_sets
from nqf_graph.exchange.carried import said_of
from nqf_graph.exchange.files import FORMS, read_file, written
from nqf_graph.formats import to_bytes
from nqf_graph.publication import Publication, open_publication
from nqf_graph.sssom import MappingSet, Reading, Record, read_rdf, read_tsv, write_tsv
from nqf_graph.sssom.slots import NO_TERM_FOUND
from nqf_graph.terms import DCT, NQF, RDF, SEMAPV, SKOS, XSD
from nqf_graph.writes import Request
from tests.conftest import SHARED, WORLD_BASE, require, world_settings
from tests.test_cli import Nqf, data_folder, nqf

__all__ = ["data_folder", "nqf"]

ID = f"{WORLD_BASE}/id/"
SET = f"{WORLD_BASE}/graph/alignments"
FOREIGN = f"{WORLD_BASE}/graph/mappings-levels"
ESCO = "http://data.europa.eu/esco/"
HEAD = f"""\
#curie_map:
#  id: {ID}
#  them: https://them.example/people/
#mapping_set_id: https://them.example/sets/Levels.sssom.tsv
#mapping_set_title: Levels compared by them
#mapping_set_version: "3"
#license: https://creativecommons.org/licenses/by/4.0/
#creator_id:
#  - them:kim
#mapping_date: 2026-11-01
"""
COLUMNS = "subject_id\tpredicate_id\tobject_id\tmapping_justification"
ROW = "id:level/2020/2\tskos:broadMatch\tid:level/crf-2015/2\tsemapv:ManualMappingCuration"


def table(*rows: str, columns: str = COLUMNS, head: str = HEAD) -> Reading:
    return read_tsv(head + "\n".join((columns, *rows)) + "\n", "levels.sssom.tsv")


@pytest.fixture(scope="module")
def fresh() -> Publication:
    """The invented country, to be written to."""
    return open_publication(world_settings())


@pytest.fixture
def own(fresh: Publication) -> Iterator[Publication]:
    """The same, with the graph of imports gone and that of alignments as it was afterwards."""
    before = fresh.store.triples(SET)
    yield fresh
    fresh.write(Request("delete", graph=FOREIGN), "test")
    put(fresh, SET, before)


def put(publication: Publication, graph: str, triples: list[Triple]) -> None:
    text = to_bytes(triples, RdfFormat.N_TRIPLES).decode()
    publication.write(Request("put", text, graph, "application/n-triples", foreign=True), "test")


def said(publication: Publication, graph: str = FOREIGN) -> list[dict[NamedNode, tuple[object, ...]]]:
    return [dict(about) for about in said_of(publication.store.triples(graph)).values()]


def problems(done: Import) -> list[tuple[int, str]]:
    return [(problem.line, str(problem)) for problem in done.problems]


def unknown_rows(text: str) -> list[int]:
    """The lines that lead to ESCO, which the invented country does not have."""
    return [n for n, line in enumerate(text.splitlines(), 1) if line.startswith("id:") and "example-" in line]


def test_what_came_from_here_changes_nothing(own: Publication) -> None:
    state = own.store.state_id
    for form in FORMS:
        text = written(mapping_set(own, "alignments"), form)
        reading = read_tsv(text.decode()) if form is FORMS[0] else read_rdf(text, form)
        done = bring(own, reading, Options())
        assert not done.problems and done.outcome is not None
        assert (done.graph, done.rows, done.outcome.added, done.outcome.removed) == (SET, 9, 0, 0)
    assert own.store.state_id == state


def test_alignments_that_were_lost_come_back_to_the_letter(own: Publication) -> None:
    before = own.store.triples(SET)
    text = written(mapping_set(own, "alignments"), FORMS[0]).decode()
    about = said_of(before)
    put(own, SET, [triple for triple in before if triple.subject not in about])
    assert mapping_sets(own) == []
    strict = bring(own, read_tsv(text), Options())
    assert strict.is_refused and [number for number, _ in problems(strict)] == unknown_rows(text)
    done = bring(own, read_tsv(text), Options(unknown_objects=True))
    assert not done.is_refused and not done.problems
    projected = {
        Triple(NamedNode(f"{ID}level/2020/1"), SKOS["exactMatch"], NamedNode(f"{ID}level/crf-2015/1")),
        Triple(NamedNode(f"{ID}level/2020/3a"), SKOS["closeMatch"], NamedNode(f"{ID}level/crf-2015/3")),
        Triple(NamedNode(f"{ID}level/lyf-2018/1"), SKOS["broadMatch"], NamedNode(f"{ID}level/crf-2015/1")),
        Triple(NamedNode(f"{ID}occupation/waiter"), SKOS["closeMatch"], NamedNode(f"{ESCO}occupation/example-waiter")),
    }
    assert set(own.store.triples(SET)) - projected == set(before) - projected


def test_a_foreign_row_becomes_an_alignment(own: Publication) -> None:
    done = bring(own, table(ROW), Options())
    assert (done.graph, done.rows, done.problems, done.dropped) == (FOREIGN, 1, (), {})
    (about,) = said(own)
    source = NamedNode(f"{ID}source/mapping-set/levels")
    assert about == {
        RDF["type"]: (NQF["Alignment"],),
        NQF["alignedSubject"]: (NamedNode(f"{ID}level/2020/2"),),
        NQF["relation"]: (SKOS["broadMatch"],),
        NQF["alignedObject"]: (NamedNode(f"{ID}level/crf-2015/2"),),
        NQF["alignmentKind"]: (NQF["analystMapping"],),
        NQF["alignmentStatus"]: (NQF["proposed"],),
        NQF["justification"]: (NQF["expertJudgement"],),
        NQF["dataStatus"]: (NQF["reported"],),
        DCT["creator"]: (NamedNode("https://them.example/people/kim"),),
        DCT["date"]: (Literal("2026-11-01", datatype=XSD["date"]),),
        DCT["source"]: (source,),
        SKOS["prefLabel"]: about[SKOS["prefLabel"]],
    }
    assert {(name.language, name.value) for name in about[SKOS["prefLabel"]]} == {  # type: ignore[attr-defined]
        ("ky", "2-деңгээл — Таяныч 2-деңгээл"),
        ("ru", "Уровень 2 — Справочный уровень 2"),
        ("en", "Level 2 — Reference level 2"),
    }
    stated = {(t.predicate, t.object) for t in own.store.triples(FOREIGN) if t.subject == source}
    assert {
        (SKOS["prefLabel"], Literal("Levels compared by them", language="en")),
        (RDF["type"], NQF["Source"]),
    } < stated
    again = bring(own, table(ROW), Options())
    assert again.outcome is not None and (again.outcome.added, again.outcome.removed) == (0, 0)
    other = bring(own, table(ROW.replace("broad", "close")), Options())
    assert other.outcome is not None and len(said(own)) == 2, "another relation is another alignment"


def test_a_dry_run_stores_nothing(own: Publication) -> None:
    state = own.store.state_id
    done = bring(own, table(ROW), Options(), dry_run=True)
    assert done.outcome is not None and done.outcome.added > 10 and not done.is_refused
    assert own.store.state_id == state


@pytest.mark.parametrize(
    ("direction", "row", "relation"),
    [
        ("auto", ROW, "broadMatch"),
        ("ours-first", ROW, "broadMatch"),
        ("theirs-first", "id:level/crf-2015/2\tskos:broadMatch\tid:level/2020/2\tsemapv:LexicalMatching", "narrowMatch"),
        ("theirs-first", "id:level/crf-2015/2\tskos:narrowMatch\tid:level/2020/2\tsemapv:LexicalMatching", "broadMatch"),
        ("theirs-first", "id:level/crf-2015/2\tskos:closeMatch\tid:level/2020/2\tsemapv:LexicalMatching", "closeMatch"),
        ("auto", "esco:concept\tskos:broadMatch\tid:level/2020/2\tsemapv:LexicalMatching", "narrowMatch"),
    ],
)  # fmt: skip
def test_our_things_become_subjects_and_relations_turn_with_them(
    own: Publication, direction: str, row: str, relation: str
) -> None:
    head = HEAD.replace("#  them:", "#  esco: https://esco.example/\n#  them:")
    done = bring(own, table(row, head=head), Options(direction=direction, unknown_objects=True))
    assert problems(done) == []
    (about,) = said(own)
    assert about[NQF["alignedSubject"]] == (NamedNode(f"{ID}level/2020/2"),)
    assert about[NQF["relation"]] == (SKOS[relation],)


def test_no_match_on_either_side(own: Publication) -> None:
    columns = COLUMNS + "\tsubject_source\tobject_source"
    mine = "id:level/2020/2\tskos:exactMatch\tsssom:NoTermFound\tsemapv:ManualMappingCuration\t\tid:framework/crf/2015"
    theirs = (
        "sssom:NoTermFound\tskos:exactMatch\tid:level/crf-2015/1\tsemapv:ManualMappingCuration\tid:framework/aqf/2020\t"
    )
    done = bring(own, table(mine, theirs, columns=columns), Options())
    assert problems(done) == []
    found = {(about[NQF["alignedSubject"]][0], about[NQF["noMatchIn"]][0]) for about in said(own)}
    assert found == {
        (NamedNode(f"{ID}level/2020/2"), NamedNode(f"{ID}framework/crf/2015")),
        (NamedNode(f"{ID}level/crf-2015/1"), NamedNode(f"{ID}framework/aqf/2020")),
    }
    assert all(
        set(about[RDF["type"]]) == {NQF["NoMatch"], NQF["Alignment"]} and NQF["relation"] not in about
        for about in said(own)
    )
    names = {name.value for about in said(own) for name in about[SKOS["prefLabel"]]}  # type: ignore[attr-defined]
    assert "Уровень 2 — нет соответствия: Общая справочная рамка, 2015" in names


def test_rows_that_cannot_be_alignments_are_told_one_by_one(own: Publication) -> None:
    state = own.store.state_id
    columns = "record_id\t" + COLUMNS + "\tpredicate_modifier\tobject_source\tsubject_label\tsubject_type"
    rows = (
        "\t" + ROW + "\t\t\t\t",
        "\t" + ROW.replace("2020/2", "2020/22") + "\t\t\t\t",
        "\t" + ROW.replace("crf-2015/2", "crf-2015/22") + "\t\t\t\t",
        "\t" + ROW.replace("skos:broadMatch", "owl:sameAs") + "\t\t\t\t",
        "\t" + ROW.replace("ManualMappingCuration", "LLMBasedMatching") + "\t\t\t\t",
        "\tthem:1\tskos:exactMatch\tthem:2\tsemapv:ManualMappingCuration\t\t\t\t",
        "\t" + ROW + "\t\t\t\t",
        "\t" + ROW.replace("id:level/crf-2015/2", "sssom:NoTermFound") + "\t\t\t\t",
        "\t" + ROW.replace("id:level/crf-2015/2", "sssom:NoTermFound") + "\tNot\tid:framework/crf/2015\t\t",
        "\t" + ROW.replace("id:level/2020/2", "") + "\t\t\tLevel two\trdfs literal",
        "id:level/2020/1\t" + ROW.replace("2020/2", "2020/3") + "\t\t\t\t",
        "id:alignment/4-none\t" + ROW.replace("broad", "related") + "\t\t\t\t",
        "\t" + ROW.replace("id:level/2020/2", "none:2") + "\t\t\t\t",
    )  # fmt: skip
    reading = table(*rows, columns=columns)
    done = bring(own, reading, Options())
    assert done.is_refused and done.outcome is None and done.rows == 13 and own.store.state_id == state
    assert [(line, text.partition(", found ")[0].partition(" (")[0]) for line, text in problems(done)] == [
        (13, "subject_id: expected something that the graph describes"),
        (14, "object_id: expected something that the graph describes"),
        (
            15,
            "predicate_id: expected one of skos:exactMatch, skos:closeMatch, skos:broadMatch, skos:narrowMatch, skos:relatedMatch",
        ),
        (16, problems(done)[3][1].partition(", found ")[0].partition(" (")[0]),
        (17, f"subject_id: expected something below {ID} on one side"),
        (18, "expected each mapping once"),
        (19, "object_source: expected the edition in which nothing was found"),
        (20, "predicate_modifier: expected none beside https://w3id.org/sssom/NoTermFound"),
        (21, "subject_id: expected an identifier"),
        (22, "record_id: expected an alignment or something new"),
        (23, f"record_id: expected an alignment of {FOREIGN}"),
        (24, "subject_id: expected a CURIE with one of the declared prefixes"),
    ]
    assert "mapping_justification: expected one of https://w3id.org/semapv/" in problems(done)[3][1]
    kept = bring(own, reading, Options(lenient=True))
    assert not kept.is_refused and len(kept.problems) == 12 and len(said(own)) == 1
    assert kept.dropped == {"subject_type": 1}


def test_what_nobody_says_is_asked_for(own: Publication) -> None:
    head = HEAD.partition("#creator_id")[0]
    assert problems(bring(own, table(ROW, head=head), Options())) == [
        (9, "author_id: expected an author in the row, a creator of the set, or --author; found none")
    ]
    assert problems(bring(own, table(ROW, head=head), Options(author="https://them.example/x")))[0][1].startswith(
        "mapping_date: "
    )
    options = Options(
        author="https://them.example/x",
        date="2026-01-01",
        justification=NQF["lexicalSimilarity"].value,
        kind=NQF["comparison"].value,
    )
    done = bring(own, table(ROW.replace("ManualMappingCuration", "LLMBasedMatching"), head=head), options)
    assert problems(done) == []
    (about,) = said(own)
    assert (about[NQF["alignmentKind"]], about[NQF["justification"]]) == (
        (NQF["comparison"],),
        (NQF["lexicalSimilarity"],),
    )
    with pytest.raises(BadParameter, match="--direction"):
        Options(direction="both")


def test_rules_are_told_with_the_row_that_breaks_them(own: Publication) -> None:
    state = own.store.state_id
    two_exact = (
        ROW.replace("broad", "exact"),
        ROW.replace("broad", "exact").replace("crf-2015/2", "crf-2015/1"),
        ROW.replace("broad", "related"),
    )
    done = bring(own, table(*two_exact), Options())
    assert done.is_refused and own.store.state_id == state
    broken = {(found.finding.rule, found.line) for found in done.findings if found.finding.severity == "Violation"}
    assert {rule for rule, _ in broken} >= {"R51", "R52"} and (("R51", 12) in broken or ("R51", 13) in broken)
    assert ("R52", 14) in broken
    kept = bring(own, table(*two_exact), Options(lenient=True))
    assert not kept.is_refused and len(said(own)) == 1
    assert {text[:4] for _, text in problems(kept)} == {"R51:", "R52:"}


def test_a_changed_alignment_replaces_the_one_before_and_its_match(own: Publication) -> None:
    text = written(mapping_set(own, "alignments"), FORMS[0]).decode()
    row = next(line for line in text.splitlines() if line.startswith("id:alignment/3a-crf-3\t"))
    proposed = text.replace(row, row.replace("nqf:accepted", "nqf:proposed"))
    match = Triple(NamedNode(f"{ID}level/2020/3a"), SKOS["closeMatch"], NamedNode(f"{ID}level/crf-2015/3"))
    for given, added, removed in ((proposed, 1, 1), (text, 2, 1), (text, 0, 0), (proposed, 1, 2)):
        done = bring(own, read_tsv(given), Options())
        assert done.outcome is not None and (done.outcome.added, done.outcome.removed) == (added, removed)
        assert (match in own.store.triples(SET)) == (given is text), "what becomes accepted is one SKOS statement too"


# The command


def test_align_import(nqf: Nqf, tmp_path: Path) -> None:
    file = tmp_path / "levels.sssom.tsv"
    file.write_text(HEAD + COLUMNS + "\tmapping_tool\n" + ROW + "\thand\n", encoding="utf-8")
    tried = nqf.again("align", "import", str(file), "--dry-run")
    assert tried.startswith(f"not kept: mapping_tool (1)\n{FOREIGN}: 1 of 1 rows, ")
    assert "1 of 1 rows" in nqf("align", "import", str(file)).stdout
    assert nqf.again("align", "list").count("mappings-levels\t1\t") == 1
    file.write_text(HEAD + COLUMNS + "\n" + ROW.replace("2020/2", "2020/9") + "\n", encoding="utf-8")
    refused = nqf.again("align", "import", str(file), "--graph", "other", code=1)
    expected = f"levels.sssom.tsv:12: subject_id: expected something that the graph describes, found {ID}level/2020/9\n"
    assert refused == expected + f"{WORLD_BASE}/graph/other: refused, nothing was stored; 1 of 1 rows have problems\n"
    assert "0 of 1 rows" in nqf.again("align", "import", str(file), "--graph", "other", "--lenient")
    unknown = nqf("align", "import", str(file), "--kind", "x", code=2).stderr
    assert "there is: analystMapping, comparison, referencing" in unknown
    file.write_text("nothing", encoding="utf-8")
    assert "levels.sssom.tsv:1: expected the metadata block first" in nqf("align", "import", str(file), code=3).stderr


def test_files_are_read_as_their_name_says(tmp_path: Path, world: Publication) -> None:
    for form in FORMS:
        file = tmp_path / f"set.{form.suffix}"
        file.write_bytes(written(mapping_set(world, "alignments"), form))
        assert isinstance(read_file(file).strict(), MappingSet)
    with pytest.raises(BadParameter, match=r"expected a known form of set\.xlsx, found 'xlsx'"):
        read_file(tmp_path / "set.xlsx")


# A map of two frameworks as its publisher hands it out (CTDL): what has no counterpart is said, some share one

MAP = SHARED / "data" / "ctdl" / "qualifications-framework__scqf-eqf-mapping.json"


def ctdl_map(file: Path) -> MappingSet:
    """A CTDL AlignmentMap as a mapping set; its short names are IRIs of the invented country here."""
    (given,) = json.loads(file.read_text(encoding="utf-8"))["@graph"]
    edition = {name: f"{ID}framework/{name}/1" for name in ("scqf", "eqf")}

    def level(short: str) -> str:
        framework, _, name = short.partition(":level")
        return f"{ID}level/{framework}-1/{name}"

    records = []
    for part in given["ceterms:hasPart"]:
        none = part["ceterms:alignmentType"] == "align:NoMatch"
        slots = {
            "subject_id": level(part["ceterms:sourceNode"]),
            "predicate_id": SKOS["exactMatch" if none else part["ceterms:alignmentType"].removeprefix("skos:")].value,
            "object_id": NO_TERM_FOUND if none else level(part["ceterms:targetNode"]),
            "mapping_justification": f"{SEMAPV.iri}BackgroundKnowledgeBasedMatching",
            "subject_source": edition["scqf"],
            "object_source": edition["eqf"],
        }
        records.append(Record(slots))
    slots = {
        "mapping_set_id": given["ceterms:source"],
        "mapping_set_title": given["ceterms:name"]["en"],
        "mapping_set_description": given["ceterms:description"]["en"],
        "license": "https://w3id.org/sssom/license/unspecified",
        "creator_id": (f"{ID}body/council",),
    }
    return MappingSet(slots, tuple(records), {"id": ID})


def framework(name: str, levels: int) -> list[Triple]:
    """A framework with so many levels and nothing else."""
    source = NamedNode(f"{ID}source/reference-body")
    edition = NamedNode(f"{ID}framework/{name}/1")
    stated: list[tuple[NamedNode, NamedNode, NamedNode | Literal]] = [
        (NamedNode(f"{ID}framework/{name}"), RDF["type"], NQF["Framework"]),
        (edition, RDF["type"], NQF["FrameworkEdition"]),
        (edition, NQF["editionOf"], NamedNode(f"{ID}framework/{name}")),
        (edition, NQF["validFrom"], Literal("2012-08-01", datatype=XSD["date"])),
        (edition, NQF["numberOfLevels"], Literal(levels)),
    ]
    for rank in range(1, levels + 1):
        node = NamedNode(f"{ID}level/{name}-1/{rank}")
        stated += [
            (node, RDF["type"], NQF["Level"]),
            (node, NQF["levelOf"], edition),
            (node, NQF["rank"], Literal(rank)),
            (node, SKOS["notation"], Literal(str(rank))),
        ]
    for node in {subject for subject, _, _ in stated}:
        stated += [(node, NQF["dataStatus"], NQF["reported"]), (node, DCT["source"], source)]
        stated += [
            (node, SKOS["prefLabel"], Literal(node.value.removeprefix(ID), language=tag)) for tag in ("ky", "ru", "en")
        ]
    return [Triple(*statement) for statement in stated]


def test_the_map_of_the_scottish_and_the_european_framework(own: Publication) -> None:
    require(MAP.is_file(), str(MAP))
    whole = ctdl_map(MAP)
    assert len(whole.records) == 12
    text = write_tsv(whole)
    assert text.count("\tsssom:NoTermFound\t") == 2
    for form in FORMS[1:]:
        assert write_tsv(replace(read_rdf(written(whole, form), form).strict(), prefixes={"id": ID})) == text
    reading = read_tsv(text)
    assert write_tsv(reading.strict()) == text

    both = f"{WORLD_BASE}/graph/two-frameworks"
    put(own, both, [*framework("scqf", 12), *framework("eqf", 8)])
    done = bring(own, reading, Options(date="2026-11-28"), FOREIGN)
    assert problems(done) == [] and not done.is_refused and done.rows == 12
    by_level = {str(about[NQF["alignedSubject"]][0]).rpartition("/")[2].rstrip(">"): about for about in said(own)}
    none = {level for level, about in by_level.items() if NQF["NoMatch"] in about[RDF["type"]]}
    assert none == {"1", "2"} and all(
        by_level[level][NQF["noMatchIn"]] == (NamedNode(f"{ID}framework/eqf/1"),) for level in none
    )
    counterparts = Counter(
        about[NQF["alignedObject"]][0] for about in by_level.values() if NQF["alignedObject"] in about
    )
    shared = {str(node).rpartition("/")[2].rstrip(">") for node, count in counterparts.items() if count > 1}
    assert shared == {"3", "5", "6"}, "5 and 6 meet level 3, 7 and 8 level 5, 9 and 10 level 6"
    assert f"{ID}level/eqf-1/4" not in {str(node) for node in counterparts}, "nothing meets level 4"
    (summary,) = [summary for summary in mapping_sets(own) if summary.graph == FOREIGN]
    assert (summary.mappings, summary.no_match) == (12, 2)
    back = mapping_set(own, summary.name)
    assert {(r.text("subject_id"), r.text("predicate_id"), r.text("object_id")) for r in back.records} == {
        (r.text("subject_id"), r.text("predicate_id"), r.text("object_id")) for r in whole.records
    }
    own.write(Request("delete", graph=FOREIGN), "test")
    own.write(Request("delete", graph=both), "test")
