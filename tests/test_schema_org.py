"""The schema.org export: every property where schema.org has it, and the same in pages for crawlers."""

from __future__ import annotations

import json
import re
from functools import cache

import pytest
import rdflib
from pyoxigraph import Literal, NamedNode, Quad
from pyshacl import validate
from rdflib import RDF, RDFS, SH, XSD, URIRef
from starlette.testclient import TestClient

from nqf_graph.app import create_app
from nqf_graph.discovery.profiles import everything
from nqf_graph.formats import N_TRIPLES, write_graph
from nqf_graph.publication import Publication, open_publication
from nqf_graph.terms import NQF, SKOS
from tests.conftest import WORLD_BASE, published_world
from tests.official import shared_graph

SCHEMA = rdflib.Namespace("https://schema.org/")
OWN = f"{WORLD_BASE}/id/"
LITERALS = {
    "Text": {None, XSD.string, RDF.langString},
    "Integer": {XSD.integer},
    "Number": {XSD.integer, XSD.decimal},
    "Date": {XSD.date},
    "DateTime": {XSD.dateTime},
    "Duration": {None, XSD.string},  # as ISO 8601 writes it, which is how the world uses it
    "URL": set[URIRef | None](),
}


@cache
def vocabulary() -> rdflib.Graph:
    return shared_graph("schemaorg-30.0/schemaorg-current-https.ttl.gz")


def graph_of(publication: Publication) -> rdflib.Graph:
    profile = publication.description.profiles["schema"]
    selection = everything(publication.store, publication.system, profile, publication.description.names.own)
    return rdflib.Graph().parse(data=write_graph(selection.triples, N_TRIPLES, {}), format="nt")


def classes(graph: rdflib.Graph, node: rdflib.term.Node) -> set[str]:
    """The classes of a node, with those above them."""
    found = set()
    for kind in graph.objects(node, RDF.type):
        found |= {str(each).removeprefix(SCHEMA) for each in vocabulary().transitive_objects(kind, RDFS.subClassOf)}
    return found


def misplaced(graph: rdflib.Graph) -> set[tuple[str, str, str]]:
    """Statements whose property is not one of the subject's class, or whose value is none that the property takes."""
    found = set()
    for subject, name, value in graph:
        if name == RDF.type:
            continue
        domain, range_ = (
            {str(each).removeprefix(SCHEMA) for each in vocabulary().objects(name, which)}
            for which in (SCHEMA.domainIncludes, SCHEMA.rangeIncludes)
        )
        if isinstance(value, rdflib.Literal):
            datatype = RDF.langString if value.language else value.datatype
            fits = any(datatype in LITERALS.get(each, ()) for each in range_)
        else:
            fits = bool(classes(graph, value) & range_) or "URL" in range_
        if not classes(graph, subject) & domain or not fits:
            found.add((str(subject), str(name).removeprefix(SCHEMA), str(value)))
    return found


@pytest.fixture(scope="module")
def told(world: Publication) -> rdflib.Graph:
    return graph_of(world)


def test_every_property_is_where_schema_org_has_it(world: Publication, country: Publication) -> None:
    for publication in (world, country):
        found = graph_of(publication)
        assert len(set(found.predicates())) > 15
        assert misplaced(found) == set()


def test_what_is_misplaced_is_found(told: rdflib.Graph) -> None:
    programme, level = URIRef(f"{OWN}programme/waiter-day"), URIRef(f"{OWN}level/2020/2")
    for name, value in (
        (SCHEMA.inLanguage, rdflib.Literal("ky")),  # programmes have no language there
        (SCHEMA.educationalLevel, level),
        (SCHEMA.provider, level),
        (SCHEMA.numberOfCredits, rdflib.Literal("ninety")),
        (SCHEMA.startDate, rdflib.Literal("2021-09-01")),
        (SCHEMA.noSuchProperty, level),
    ):
        broken = rdflib.Graph() + told
        broken.add((programme, name, value))
        assert {(s, p) for s, p, _ in misplaced(broken)} == {(str(programme), str(name).removeprefix(SCHEMA))}


def test_the_generated_shapes_find_no_fault(told: rdflib.Graph) -> None:
    broken = rdflib.Graph() + told
    alignment = URIRef(f"{OWN}qualification/waiter#level-2020-2")
    assert (alignment, RDF.type, None) in broken
    broken.set((alignment, SCHEMA.targetName, alignment))
    broken.set((URIRef(f"{OWN}programme/waiter-day"), SCHEMA.provider, alignment))
    assert faults(told) == set()
    assert faults(broken) == {str(alignment), f"{OWN}programme/waiter-day"}


@cache
def shapes() -> rdflib.Graph:
    """Schema.org's generated shapes, mended.

    As published they cannot be asked: they take texts and numbers for nodes, and call each other in circles.  Here
    literals are literals, and a value has to be of a class in place of passing the class's shape.
    """
    found, name = shared_graph("schemaorg-30.0/schemaorg-shapes.shacl.gz"), "http://schema.org/validation#ValidSchema"
    for kind in LITERALS:
        found.set((URIRef(name + kind), SH.nodeKind, SH.IRIOrLiteral if kind == "URL" else SH.Literal))
    for shape, called in list(found.subject_objects(SH.node)):
        if (kind := str(called).removeprefix(name)) not in LITERALS:
            found.remove((shape, SH.node, called))
            found.add((shape, SH["class"], URIRef(f"http://schema.org/{kind}")))
    return found


def faults(data: rdflib.Graph) -> set[str]:
    """The nodes that the shapes find fault with."""
    old = rdflib.Graph()
    for triple in (*data, *vocabulary().triples((None, RDFS.subClassOf, None))):
        terms = [URIRef(t.replace(SCHEMA, "http://schema.org/")) if isinstance(t, URIRef) else t for t in triple]
        old.add((terms[0], terms[1], terms[2]))
    _, report, _ = validate(old, shacl_graph=shapes(), do_owl_imports=False, inference="none")
    assert isinstance(report, rdflib.Graph)
    return {str(node) for result in report.objects(None, SH.result) for node in report.objects(result, SH.focusNode)}


def test_what_a_programme_and_a_credential_say(told: rdflib.Graph) -> None:
    programme = URIRef(f"{OWN}programme/waiter-day")
    said = {str(p).removeprefix(SCHEMA): o for p, o in told.predicate_objects(programme)}
    assert said["numberOfCredits"].toPython() == 90
    assert str(said["timeToComplete"]) == "P18M"
    assert said["provider"] == URIRef(f"{OWN}body/college-north")
    assert said["occupationalCategory"] == URIRef("http://data.europa.eu/esco/isco/C5131")
    assert str(told.value(said["occupationalCategory"], SCHEMA.codeValue)) == "5131"
    assert told.value(said["programPrerequisites"], SCHEMA.credentialCategory) == URIRef(f"{OWN}type/basic-certificate")
    bachelor = URIRef(f"{OWN}qualification/bachelor-hospitality")
    assert told.value(bachelor, SCHEMA.credentialCategory) == URIRef(f"{OWN}type/bachelor")
    assert told.value(bachelor, SCHEMA.competencyRequired) == URIRef(f"{OWN}outcome/bachelor-hospitality/service")
    alignment = told.value(bachelor, SCHEMA.educationalAlignment)
    assert str(told.value(alignment, SCHEMA.alignmentType)) == "educationalLevel"
    assert told.value(alignment, SCHEMA.targetUrl) == URIRef(f"{OWN}level/2020/3a")
    partial = URIRef(f"{OWN}qualification/waiter")
    assert told.value(partial, SCHEMA.competencyRequired) is None, "two programmes lead to it, with other outcomes"


def test_credits_that_are_no_whole_number(tmp_path_factory: pytest.TempPathFactory) -> None:
    publication = open_publication(published_world(tmp_path_factory.mktemp("data")))
    graph, programme = NamedNode(f"{WORLD_BASE}/graph/programmes"), NamedNode(f"{OWN}programme/half")
    with publication.store.writing() as recorder:
        decimal = NamedNode(str(XSD.decimal))
        recorder.add([
            Quad(programme, NamedNode(str(RDF.type)), NQF["EducationProgramme"], graph),
            Quad(programme, NQF["credits"], Literal("7.5", datatype=decimal), graph),
            Quad(programme, NQF["durationYears"], Literal("0.33", datatype=decimal), graph),
            Quad(programme, SKOS["prefLabel"], Literal("</script><script>alert(1)</script> & \u2028", language="en"), graph),
        ])  # fmt: skip
        publication.store.commit(recorder, (), publication.description.follow)
    found = graph_of(publication)
    volume = found.value(URIRef(programme.value), SCHEMA.numberOfCredits)
    assert (str(found.value(volume, SCHEMA.value)), str(found.value(volume, SCHEMA.unitText))) == ("7.5", "ECTS")
    assert found.value(URIRef(programme.value), SCHEMA.timeToComplete) is None, "0.33 years are no number of months"
    with TestClient(create_app(publication)) as client:
        page = client.get("/doc/programme/half.html").text
        assert "alert(1)</script>" not in page and "<script>alert" not in page
        assert embedded(page)["@graph"][0]["name"] == "</script><script>alert(1)</script> & \u2028"


# ── pages ───────────────────────────────────────────────────────────────────


def embedded(page: str) -> dict[str, list[dict[str, object]]]:
    [text] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert not re.search(r"[<>&\u2028\u2029]", text)
    return json.loads(text)  # type: ignore[no-any-return]


@pytest.mark.parametrize("language", ["ky", "ru", "en"])
def test_pages_tell_crawlers_in_their_language(client: TestClient, language: str) -> None:
    page = client.get(f"/doc/programme/waiter-day.html?lang={language}").text
    document = embedded(page)
    assert document["@context"] == "https://schema.org"
    first = document["@graph"][0]
    assert (first["@id"], first["@type"]) == (f"{OWN}programme/waiter-day", "EducationalOccupationalProgram")
    names = {"ky": "Официант (күндүзгү)", "ru": "Официант (дневная)", "en": "Waiter (day course)"}
    assert first["name"] == names[language]
    assert first["provider"] == {"@id": f"{OWN}body/college-north"}
    assert first["url"] == "https://learning.example.org/waiter-day"
    assert first["numberOfCredits"] == 90
    assert {node["@id"] for node in document["@graph"]} >= {f"{OWN}body/college-north"}


def test_pages_of_other_things_tell_nothing(client: TestClient) -> None:
    for name, told in (("level/2020/3a", True), ("act/law-12-2019", False), ("sector/fishing", False)):
        page = client.get(f"/doc/{name}.html").text
        assert ('application/ld+json">' in page) is told


def test_the_file(world: Publication) -> None:
    with TestClient(create_app(world)) as client:
        text = client.get("/exports/latest/nqf-schema.jsonld").text
        found = rdflib.Graph().parse(data=text, format="json-ld")
        assert set(found) == set(graph_of(world))
