"""The ELM export keeps to the official shapes (LOQ 1.1.0), and these shapes speak when it does not."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import rdflib
from pyoxigraph import Literal, NamedNode, Quad
from pyshacl import validate
from rdflib import RDF, SH, URIRef
from starlette.testclient import TestClient

from nqf_graph.app import create_app
from nqf_graph.discovery.profiles import Selection, everything
from nqf_graph.formats import N_TRIPLES, write_graph
from nqf_graph.publication import Publication, open_publication
from nqf_graph.terms import NQF, SKOS
from tests.conftest import WORLD_BASE, published_world, require
from tests.official import shared_graph

ELM = rdflib.Namespace("http://data.europa.eu/snb/model/elm/")
DCT = rdflib.Namespace("http://purl.org/dc/terms/")
LOQ = "elm-3.1.0/ap__loq__LOQ-constraints.ttl.gz"
VOCABULARIES = "elm-3.1.0/ap__loq__LOQ-constraints-mdr.ttl"
OWN = f"{WORLD_BASE}/id/"
PYTHON = {"(?i)": "", r"[[A-Fa-f0-9]\:\.]": "[A-Fa-f0-9:.]", r"[%[\p{L}\p{Nl}\p{Nd}]]": r"[%\w]"}
"""The profile's regular expressions are Java's; what Python writes otherwise."""


@cache
def shapes(name: str) -> rdflib.Graph:
    """A file of the profile, its regular expressions as Python has them."""
    graph = shared_graph(name)
    for node, pattern in list(graph.subject_objects(SH.pattern)):
        text = str(pattern)
        for java, python in PYTHON.items():
            text = text.replace(java, python)
        graph.set((node, SH.pattern, rdflib.Literal(text)))
        if "(?i)" in str(pattern):
            graph.set((node, SH.flags, rdflib.Literal("i")))
    return graph


def violations(data: rdflib.Graph, name: str = LOQ) -> list[tuple[str, str]]:
    """The nodes and paths of what a file of the profile finds fault with; remote imports are not followed."""
    _, report, _ = validate(data, shacl_graph=shapes(name), do_owl_imports=False, inference="none")
    assert isinstance(report, rdflib.Graph)
    results = report.subjects(RDF.type, SH.ValidationResult)
    return sorted((str(report.value(r, SH.focusNode)), str(report.value(r, SH.resultPath))) for r in results)


def selected(publication: Publication) -> Selection:
    names = publication.description.names
    return everything(publication.store, publication.system, publication.description.profiles["elm"], names.own)


def graph_of(publication: Publication) -> rdflib.Graph:
    text = write_graph(selected(publication).triples, N_TRIPLES, {})
    return rdflib.Graph().parse(data=text, format="nt")


@pytest.fixture(scope="module")
def told(world: Publication) -> rdflib.Graph:
    """All that is exported of the invented country."""
    return graph_of(world)


@pytest.mark.parametrize("name", [LOQ, VOCABULARIES])
def test_both_countries_keep_to_the_profile(world: Publication, country: Publication, name: str) -> None:
    for publication in (world, country):
        found = graph_of(publication)
        assert len(set(found.subjects(RDF.type, ELM.LearningAchievementSpecification))) > 5
        assert violations(found, name) == []


@pytest.mark.parametrize(
    ("subject", "predicate", "value", "shape"),
    [
        ("programme/waiter-evening#opportunity", ELM.defaultLanguage, None, LOQ),
        ("programme/waiter-evening#opportunity", DCT.creator, rdflib.Literal("x"), LOQ),  # shapes are closed
        ("body/college-north", ELM.location, None, LOQ),
        ("accreditation/waiter-day", ELM.accreditingAgent, URIRef(f"{OWN}level/2020/2"), LOQ),
        ("accreditation/waiter-day", DCT.type, None, VOCABULARIES),
    ],
)
def test_the_shapes_speak(
    told: rdflib.Graph, subject: str, predicate: URIRef, value: rdflib.term.Node | None, shape: str
) -> None:
    """Each fault is found at the node that has it."""
    broken = rdflib.Graph() + told
    node = URIRef(OWN + subject)
    assert (node, RDF.type, None) in broken
    broken.remove((node, predicate, None))
    if value is not None:
        broken.add((node, predicate, value))
    assert (str(node), str(predicate)) in violations(broken, shape)


def test_a_homepage_must_be_a_web_address(told: rdflib.Graph) -> None:
    broken = rdflib.Graph() + told
    [page] = broken.objects(URIRef(f"{OWN}programme/waiter-evening#opportunity"), rdflib.FOAF.homepage)
    broken.set((page, ELM.contentUrl, rdflib.Literal("gopher://example.org/", datatype=rdflib.XSD.anyURI)))
    assert violations(broken) != []


def test_what_an_offer_says(told: rdflib.Graph) -> None:
    offer, programme = URIRef(f"{OWN}programme/waiter-evening#opportunity"), URIRef(f"{OWN}programme/waiter-evening")
    assert told.value(offer, ELM.learningAchievementSpecification) == programme
    assert told.value(offer, ELM.providedBy) == URIRef(f"{OWN}body/college-north")
    period = told.value(offer, DCT.temporal)
    assert str(told.value(period, ELM.startDate)) == "2021-09-01T00:00:00"
    assert str(told.value(period, ELM.endDate)) == "2022-06-30T00:00:00"
    assert told.value(programme, ELM.ISCEDFCode) == URIRef("http://data.europa.eu/snb/isced-f/1013")
    credit = told.value(programme, ELM.creditPoint)
    assert str(told.value(credit, ELM.point)) == "60"
    assert told.value(programme, ELM.specialisationOf) == URIRef(f"{OWN}qualification/waiter")
    assert told.value(programme, ELM.educationLevel) == URIRef(f"{OWN}level/2020/2")
    entry = told.value(programme, ELM.entryRequirement)
    assert rdflib.Literal("Basic certificate", lang="en") in set(told.objects(entry, ELM.noteLiteral))
    hospitality = URIRef(f"{OWN}programme/bachelor-hospitality#opportunity")
    assert told.value(hospitality, ELM.duration) == rdflib.Literal("P48M", datatype=rdflib.XSD.duration)


def test_an_outcome_has_the_kind_of_all_its_competences(told: rdflib.Graph) -> None:
    kinds = {
        "waiter-day/orders": "knowledge",
        "pipe-layer/joining": "skill",
        "waiter-evening/orders": None,  # a personal competence is neither
    }
    for outcome, kind in kinds.items():
        found = told.value(URIRef(f"{OWN}outcome/{outcome}"), DCT.type)
        assert found == (kind and URIRef(f"http://data.europa.eu/snb/skill-type/{kind}"))


def test_the_status_of_everything_is_in_plain_sight(country: Publication) -> None:
    """Nothing of ours goes out without the word that says how official it is."""
    found = graph_of(country)
    things = {
        node
        for kind in (ELM.LearningAchievementSpecification, ELM.LearningOutcome, ELM.Organisation, ELM.Accreditation)
        for node in found.subjects(RDF.type, kind)
    }
    for thing in things:
        texts = {str(t) for n in found.objects(thing, ELM.additionalNote) for t in found.objects(n, ELM.noteLiteral)}
        assert any(text.startswith(("official: ", "draft: ", "reported: ", "inferred: ", "illustrative: "))
                   for text in texts), thing  # fmt: skip


def test_no_eqf_level_without_referencing(world: Publication, country: Publication) -> None:
    for publication in (world, country):
        found = graph_of(publication)
        assert not set(found.subjects(RDF.type, ELM.Qualification))
        assert not list(found.triples((None, ELM.EQFLevel, None)))


def test_what_is_left_out_is_listed(world: Publication) -> None:
    selection = selected(world)
    gaps = {gap.node.removeprefix(OWN): gap for gap in selection.left_out}
    assert gaps["programme/pipe-layer#opportunity"].missing == ("http://xmlns.com/foaf/0.1/homepage",)
    assert gaps["programme/waiter-day#opportunity"].several == (f"{ELM}defaultLanguage",)
    assert gaps["body/council"].missing == (f"{ELM}location",)
    left = {str(term) for triple in selection.triples for term in (triple.subject, triple.object)}
    assert not any(f"<{OWN}{node}>" in left for node in gaps)
    assert not any("waiter-day#period" in term for term in left), "with a node goes what hangs on it"
    incomplete = {gap.node.removeprefix(OWN) for gap in selection.incomplete}
    assert "qualification/waiter" in incomplete


# ── with an official referencing ────────────────────────────────────────────


@pytest.fixture
def referenced(tmp_path: Path) -> Iterator[Publication]:
    """The invented country after its level 3a was referenced to level 6 of the EQF; level 2 was merely compared."""
    publication = open_publication(published_world(tmp_path / "data"))
    graph = NamedNode(f"{WORLD_BASE}/graph/alignments")
    with publication.store.writing() as recorder:
        for level, target, kind in (("3a", 6, "referencing"), ("2", 3, "comparison")):
            node = NamedNode(f"{OWN}alignment/{level}-eqf-{target}")
            said = {
                "alignedSubject": NamedNode(f"{OWN}level/2020/{level}"),
                "alignedObject": NamedNode(f"http://data.europa.eu/snb/eqf/{target}"),
                "relation": SKOS["closeMatch"],
                "alignmentKind": NQF[kind],
                "alignmentStatus": NQF["accepted"],
                "dataStatus": NQF["official"],
            }
            recorder.add(Quad(node, NQF[name], value, graph) for name, value in said.items())
        publication.store.commit(recorder, (), publication.description.follow)
    yield publication


def test_an_official_eqf_level_makes_a_qualification(referenced: Publication) -> None:
    found = graph_of(referenced)
    bachelor = URIRef(f"{OWN}qualification/bachelor-hospitality")
    assert set(found.subjects(RDF.type, ELM.Qualification)) == {bachelor}
    assert found.value(bachelor, ELM.EQFLevel) == URIRef("http://data.europa.eu/snb/eqf/6")
    assert found.value(bachelor, ELM.NQFLevel) == URIRef(f"{OWN}level/2020/3a")
    assert found.value(bachelor, ELM.isPartialQualification).toPython() is False  # type: ignore[union-attr]
    assert list(found.objects(bachelor, ELM.learningOutcome)) == [URIRef(f"{OWN}outcome/bachelor-hospitality/service")]
    assert violations(found) == []
    not_listed = {(str(bachelor), str(ELM.NQFLevel)), (f"{OWN}level/2020/3a", str(SKOS["inScheme"].value))}
    assert set(violations(found, VOCABULARIES)) == not_listed, "the EU's list of frameworks does not have this one"


def test_esco_skills_are_related_and_proposals_marked(tmp_path: Path) -> None:
    publication = open_publication(published_world(tmp_path / "data"))
    graph, skill = NamedNode(f"{WORLD_BASE}/graph/alignments"), "http://data.europa.eu/esco/skill/"
    with publication.store.writing() as recorder:
        for name, status in (("menu", "accepted"), ("courtesy", "proposed"), ("pipe-joining", "rejected")):
            node = NamedNode(f"{OWN}alignment/esco-{name}")
            said = {
                NQF["alignedSubject"]: NamedNode(f"{OWN}competence/{name}"),
                NQF["alignedObject"]: NamedNode(skill + name),
                NQF["alignmentStatus"]: NQF[status],
                NQF["alignmentKind"]: NQF["analystMapping"],
                SKOS["prefLabel"]: Literal(f"{name} to ESCO", language="en"),
            }
            recorder.add(Quad(node, property, value, graph) for property, value in said.items())
        publication.store.commit(recorder, (), publication.description.follow)
    found = graph_of(publication)
    related = {(str(s).rpartition("/id/")[2], str(o)) for s, o in found.subject_objects(ELM.relatedESCOSkill)}
    assert related == {
        ("outcome/first-aid/calm", f"{skill}courtesy"),
        ("outcome/waiter-day/orders", f"{skill}example-menu"),
        ("outcome/waiter-day/orders", f"{skill}menu"),
        ("outcome/waiter-evening/orders", f"{skill}courtesy"),
        ("outcome/bachelor-hospitality/service", f"{skill}courtesy"),
    }
    texts = {str(text) for text in found.objects(None, ELM.noteLiteral) if "ESCO" in str(text) and skill in str(text)}
    assert texts == {
        f"courtesy to ESCO (analyst mapping, proposed): {skill}courtesy",
        f"Knowledge of the menu to an ESCO skill (analyst mapping, proposed): {skill}example-menu",
        f"Знание меню — навык ESCO (аналитическое сопоставление, предложено): {skill}example-menu",
        f"Менюну билүү — ESCO көндүмү (аналитикалык шайкештирүү, сунушталган): {skill}example-menu",
    }
    assert violations(found) == violations(found, VOCABULARIES) == []


# ── addresses ───────────────────────────────────────────────────────────────


def test_a_thing_by_profile(client: TestClient) -> None:
    """The view of one thing describes whatever the profile demands beside it, so it is valid by itself."""
    for name in ("programme/waiter-evening", "qualification/waiter", "accreditation/waiter-day", "body/college-north"):
        iri = "http://data.europa.eu/snb/model/ap/loq-constraints"
        response = client.get(f"/doc/{name}", headers={"Accept-Profile": f"<{iri}>", "Accept": "text/turtle"})
        assert (response.status_code, response.headers["content-profile"]) == (200, f"<{iri}>")
        found = rdflib.Graph().parse(data=response.text, format="turtle")
        assert any(str(kind).startswith(str(ELM)) for kind in found.objects(URIRef(OWN + name), RDF.type))
        assert violations(found) == []
    for name in ("level/2020/3a", "body/council"):  # no class for the one, no country for the other
        assert client.get(f"/doc/{name}.ttl?_profile=elm").status_code == 406


def test_with_curl(server: str) -> None:
    """As the documentation says it, against a service on a port."""
    require(shutil.which("curl") is not None, "curl")
    profile = "Accept-Profile: <http://data.europa.eu/snb/model/ap/loq-constraints>"
    for arguments in (
        ["-H", "Accept: text/turtle", "-H", profile, f"{server}/doc/programme/waiter-evening"],
        ["-H", "Accept: text/turtle", "-H", profile, "-L", f"{server}/id/programme/waiter-evening"],
        ["-L", f"{server}/exports/latest/nqf-elm.ttl"],
    ):
        done = subprocess.run(["curl", "-sSf", *arguments], capture_output=True, text=True, check=True, timeout=60)
        found = rdflib.Graph().parse(data=done.stdout, format="turtle")
        assert (URIRef(f"{OWN}programme/waiter-evening#opportunity"), RDF.type, ELM.LearningOpportunity) in found


def test_the_files(world: Publication) -> None:
    with TestClient(create_app(world)) as client:  # follows redirects
        turtle = client.get("/exports/latest/nqf-elm.ttl")
        assert turtle.headers["content-type"] == "text/turtle; charset=utf-8"
        told = rdflib.Graph().parse(data=turtle.text, format="turtle")
        assert violations(told) == []
        again = rdflib.Graph().parse(data=client.get("/exports/latest/nqf-elm.jsonld").text, format="json-ld")
        assert set(again) == set(told)
        listed = client.get("/exports/latest/nqf-elm.left-out.json")
        assert listed.headers["content-type"] == "application/json"
        kinds = {gap["class"] for gap in listed.json()["leftOut"]}
        assert kinds == {str(ELM.Organisation), str(ELM.LearningOpportunity)}
        index = client.get("/exports/", headers={"Accept": "application/json"}).json()
        [entry] = [file for file in index["files"] if file["name"] == "nqf-elm.ttl"]
        assert entry["profile"] == "http://data.europa.eu/snb/model/ap/loq-constraints"
        catalogue = client.get("/catalog", headers={"Accept": "text/turtle"}).text
        described = rdflib.Graph().parse(data=catalogue, format="turtle")
        assert set(described.subjects(DCT.conformsTo, URIRef(entry["profile"])))
        assert json.loads(listed.text)["profile"] == entry["profile"]
