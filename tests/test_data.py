"""The real data: folder and catalogue agree, everything conforms, seeded faults are found, the seed is told truly."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
import rdflib
from rdflib import DCTERMS, RDF, SKOS, Namespace

from nqf_graph.publication import Publication, check_files, last_report
from nqf_graph.settings import Settings
from nqf_graph.store import read_catalogue
from nqf_graph.validation import as_graph
from tests.conftest import ROOT, SHARED, require

NQF = Namespace("https://w3id.org/nqf/ontology#")
ELI = Namespace("http://data.europa.eu/eli/ontology#")
BASE = "https://w3id.org/nqf/kg"
KG = Namespace(f"{BASE}/id/")
DATA = ROOT / "data"
EXTRACT = DATA / "reference" / "esco"
"""A folder of files in the format of a publisher, loaded as a whole."""


@pytest.fixture(scope="module")
def graph(country: Publication) -> rdflib.Graph:
    """All published triples as one rdflib graph."""
    return as_graph(triple for name in country.store.graphs() for triple in country.store.triples(name))


def test_folder_and_catalogue_agree() -> None:
    listed = {dataset.file for dataset in read_catalogue(DATA / "catalog.ttl", BASE)}
    folders = [DATA, ROOT / "ontology", ROOT / "shapes"]
    present = {
        f for folder in folders for f in folder.rglob("*") if f.suffix in (".ttl", ".csv") and f.parent != EXTRACT
    }
    assert present | {EXTRACT} == listed


def test_the_data_conform(country: Publication) -> None:
    assert [finding.rule for finding in last_report(country).violations] == []


def test_each_seeded_fault_is_found() -> None:
    """Every failing example of every rule, brought to the real data as an institution's file, is noticed."""
    faults = sorted((ROOT / "tests" / "shapes").glob("R*/fail-*.ttl"))
    rules = {file.parent.name for file in faults}
    assert len(rules) >= 15
    found = {finding.rule for finding in check_files(Settings(store=None), faults).findings}
    assert rules <= found


def test_all_nineteen_facts_of_the_seed_are_claims(graph: rdflib.Graph) -> None:
    for number in range(1, 20):
        claim = KG[f"claim/f{number}"]
        assert (claim, RDF.type, NQF.Assertion) in graph
        assert (claim, DCTERMS.identifier, rdflib.Literal(f"F{number}")) in graph
        assert (claim, DCTERMS.source, KG["source/s1"]) in graph
        assert graph.value(claim, NQF.sourcePlace), number
        assert graph.value(claim, NQF.about), number


def test_the_concept_was_approved_by_resolution_505(graph: rdflib.Graph) -> None:
    act = KG["act/resolution-505-2019"]
    assert (act, NQF.approves, KG["document/nqs-concept"]) in graph
    assert str(graph.value(act, ELI.number)) == "505"
    assert str(graph.value(act, ELI.date_document)) == "2019-09-30"
    assert graph.value(act, ELI.passed_by) == KG["body/government"]


def test_roadmap_and_action_plan_are_one_artefact_in_two_states(graph: rdflib.Graph) -> None:
    plan = KG["document/nqs-action-plan"]
    steps = sorted(graph.objects(plan, NQF.hasStep), key=lambda step: int(str(graph.value(step, NQF.stepPosition))))
    assert [graph.value(step, NQF.stepType) for step in steps] == [NQF.drafted, NQF.approved]
    names = [{str(name) for name in graph.objects(step, NQF.knownAs) if name.language == "ky"} for step in steps]  # type: ignore[attr-defined]
    assert len(names[0]) == len(names[1]) == 1
    assert names[0] != names[1]
    assert graph.value(steps[0], DCTERMS.date) is None
    assert str(graph.value(steps[1], DCTERMS.date)) == "2020-03-16"
    assert str(graph.value(graph.value(steps[1], NQF.byAct), ELI.number)) == "79-б"


def test_no_date_where_the_seed_gives_none(graph: rdflib.Graph) -> None:
    undated = (
        "document/nqf-draft",
        "document/sqf-methodology",
        "document/sqf-pedagogy",
        "document/nqc-concept",
        "document/nqc-act",
    )
    for name in undated:
        steps = list(graph.objects(KG[name], NQF.hasStep))
        assert steps, name
        assert [step for step in steps if graph.value(step, DCTERMS.date)] == [], name
    round_tables = [
        e for e in graph.subjects(RDF.type, NQF.ConsultationEvent) if (e, DCTERMS.source, KG["source/s1"]) in graph
    ]
    assert len(round_tables) == 2
    assert [event for event in round_tables if graph.value(event, DCTERMS.date)] == []


def test_the_nature_of_act_71_is_disputed(graph: rdflib.Graph) -> None:
    act = KG["act/act-71-2019"]
    assert graph.value(act, ELI.type_document) is None
    assert (act, NQF.disputedProperty, ELI.type_document) in graph
    rival = {
        graph.value(claim, NQF.assertedValue)
        for claim in graph.subjects(NQF.about, act)
        if (claim, NQF.aboutProperty, ELI.type_document) in graph
    }
    assert rival == {NQF.law, NQF.presidentialDecree}


def test_the_framework_has_nine_levels_with_7a_and_7b(graph: rdflib.Graph) -> None:
    edition = KG["framework/nqf/2020"]
    levels = list(graph.subjects(NQF.levelOf, edition))
    whole = [level for level in levels if graph.value(level, NQF.subLevelOf) is None]
    parts = [level for level in levels if graph.value(level, NQF.subLevelOf) is not None]
    assert sorted(str(graph.value(level, SKOS.notation)) for level in whole) == list("123456789")
    assert sorted(str(graph.value(level, SKOS.notation)) for level in parts) == ["7a", "7b"]
    assert {str(graph.value(level, NQF.rank)) for level in parts} == {"7"}


def test_nothing_is_officially_at_an_eqf_level(graph: rdflib.Graph) -> None:
    for alignment in graph.subjects(RDF.type, NQF.Alignment):
        assert graph.value(alignment, NQF.dataStatus) != NQF.official
        assert graph.value(alignment, NQF.alignmentKind) == NQF.analystMapping


def test_descriptors_of_the_national_framework_are_illustrative(graph: rdflib.Graph) -> None:
    own = [d for d in graph.subjects(RDF.type, NQF.LevelDescriptor) if str(d).startswith(f"{KG}descriptor/2020/")]
    assert len(own) == 27
    assert {graph.value(descriptor, NQF.dataStatus) for descriptor in own} == {NQF.illustrative}


def test_eqf_is_whole_and_in_our_own_words(graph: rdflib.Graph) -> None:
    levels = list(graph.subjects(NQF.levelOf, KG["framework/eqf/2017"]))
    texts = [d for d in graph.subjects(NQF.describesLevel, None) if graph.value(d, NQF.describesLevel) in levels]
    assert (len(levels), len(texts)) == (8, 24)
    for descriptor in texts:
        assert graph.value(descriptor, NQF.paraphraseOf)
        assert graph.value(descriptor, NQF.dataStatus) != NQF.official


def test_how_much_there_is(graph: rdflib.Graph) -> None:
    least = {
        "OccupationalStandard": 6, "EducationProgramme": 10, "PolicyMeasure": 16, "Deliverable": 8, "Succession": 4,
        "ReferencingCriterion": 10, "ComparisonTopic": 11, "QualificationType": 10, "Source": 60, "LegalAct": 15,
    }  # fmt: skip
    found = Counter(str(kind).removeprefix(str(NQF)) for kind in graph.objects(None, RDF.type))
    assert {name: found[name] for name in least if found[name] < least[name]} == {}
    sectors = {graph.value(s, NQF.sector) for s in graph.subjects(RDF.type, NQF.OccupationalStandard)}
    assert len(sectors) >= 6


def test_every_link_between_records_leads_somewhere(graph: rdflib.Graph) -> None:
    described = {s for s in graph.subjects() if str(s).startswith(str(KG))}
    pointed_at = {o for o in graph.objects() if isinstance(o, rdflib.URIRef) and str(o).startswith(str(KG))}
    assert pointed_at - described == set()


def test_no_latin_letter_hides_in_a_cyrillic_word(graph: rdflib.Graph) -> None:
    mixed = re.compile(r"[A-Za-z][а-яёөүң]|[а-яёөүң][A-Za-z]", re.IGNORECASE)
    texts = [str(o) for o in graph.objects() if isinstance(o, rdflib.Literal) and o.language in ("ky", "ru")]
    assert len(texts) > 2000
    assert [text for text in texts if mixed.search(text)] == []
    assert mixed.search("квaлификация"), "this a is Latin"


def test_no_sentence_of_the_official_wording_is_copied(graph: rdflib.Graph) -> None:
    """Facts are ours to state; sentences are not: no text repeats eight words of the EQF's official wording."""
    wording = SHARED / "data" / "eqf-nqf" / "eqf-level-descriptors.csv"
    require(wording.exists(), "the official EQF wording")
    official = re.findall(r"\w+", wording.read_text(encoding="utf-8").lower())
    runs = {tuple(official[i : i + 8]) for i in range(len(official) - 8)}
    for text in (str(o) for o in graph.objects(None, DCTERMS.description) if getattr(o, "language", "") == "en"):
        words = re.findall(r"\w+", text.lower())
        assert not runs & {tuple(words[i : i + 8]) for i in range(len(words) - 8)}, text


def test_files_are_read_from_the_catalogue_only() -> None:
    assert not list(Path(DATA).rglob("*.nt")), "nothing else is kept in the data folder"


def test_every_topic_and_criterion_has_one_finding_and_a_question_that_exists(graph: rdflib.Graph) -> None:
    asked = {*graph.subjects(RDF.type, NQF.ComparisonTopic), *graph.subjects(RDF.type, NQF.ReferencingCriterion)}
    assert len(asked) == 21
    for matter in asked:
        (finding,) = graph.subjects(NQF.findingOn, matter)
        assert graph.value(finding, NQF.findingAbout) == KG["framework/nqf/2020"]
        assert graph.value(finding, NQF.comparedWith) == KG["framework/eqf"]
        assert graph.value(finding, NQF.dataStatus) in (NQF.inferred, NQF.illustrative)
        assert graph.value(finding, NQF.findingResult) != NQF.met, (
            "nothing is evidenced so far that would fully satisfy one"
        )
        questions = [str(name) for name in graph.objects(matter, NQF.evidenceQuestion)]
        assert questions, matter
        assert [name for name in questions if not (ROOT / "queries" / f"{name}.rq").is_file()] == []


def test_no_mapping_of_ours_is_official_or_reviewed_and_each_says_why_not_exact(graph: rdflib.Graph) -> None:
    foreign = ("http://data.europa.eu/esco/", "https://data.acqf-qcp.africa/")
    mappings = [a for a, o in graph.subject_objects(NQF.alignedObject) if str(o).startswith(foreign)]
    assert len(mappings) > 100
    for mapping in mappings:
        assert graph.value(mapping, NQF.dataStatus) in (NQF.inferred, NQF.illustrative)
        assert graph.value(mapping, NQF.alignmentStatus) in (NQF.proposed, NQF.rejected)
        assert graph.value(mapping, NQF.reviewedBy) is None
        assert graph.value(mapping, NQF.hasEvidence)
        exact = graph.value(mapping, NQF.relation) == SKOS.exactMatch
        assert exact or graph.value(mapping, NQF.counterEvidence), mapping
        if graph.value(mapping, NQF.alignmentStatus) == NQF.rejected:
            assert graph.value(mapping, NQF.counterEvidence)


def test_each_standard_has_aligned_competences_and_each_occupation_an_esco_occupation(graph: rdflib.Graph) -> None:
    standing = {
        subject
        for alignment, subject in graph.subject_objects(NQF.alignedSubject)
        if graph.value(alignment, NQF.alignmentStatus) != NQF.rejected
        and str(graph.value(alignment, NQF.alignedObject)).startswith("http://data.europa.eu/esco/")
    }
    for standard in graph.subjects(RDF.type, NQF.OccupationalStandard):
        tasks = [t for f in graph.objects(standard, NQF.hasFunction) for t in graph.objects(f, NQF.hasTask)]
        competences = {c for task in tasks for c in graph.objects(task, NQF.requiresCompetence)}
        pedagogy = graph.value(standard, NQF.sector) == KG["sector/education"]
        assert len(competences & standing) >= (14 if pedagogy else 2), standard
        assert graph.value(standard, NQF.forOccupation) in standing
    assert {NQF.NoMatch} <= {kind for s in graph.subjects(NQF.noMatchIn) for kind in graph.objects(s, RDF.type)}
