"""What the publication says of itself is true for the state that is served, and can be asked like everything else."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple, parse
from starlette.testclient import TestClient

from nqf_graph.app import create_app
from nqf_graph.discovery import Names
from nqf_graph.discovery.names import GENERATED
from nqf_graph.discovery.words import titles
from nqf_graph.errors import QueryRefused
from nqf_graph.formats import GRAPHS
from nqf_graph.publication import Publication, last_report, open_publication, open_published
from nqf_graph.settings import Settings
from nqf_graph.terms import (
    DCAT,
    DCT,
    FOAF,
    NQF,
    OWL,
    RDF,
    RDFS,
    SCHEMA,
    SH,
    SKOS,
    VOID,
    VOID_EXT,
    XSD,
)
from nqf_graph.writes import Request
from tests.conftest import ROOT, WORLD, WORLD_BASE, published_world, world_settings

DATASET = NamedNode(f"{WORLD_BASE}/void#dataset")
VOID_GRAPH = f"{WORLD_BASE}/graph/void"
OWN = f"{WORLD_BASE}/id/"
TARGETS = {
    "http://data.europa.eu/esco/isco/": "isco",
    "http://data.europa.eu/esco/occupation/": "esco",
    "http://data.europa.eu/esco/skill/": "esco",
}
PREFIXES = f"PREFIX void: <{VOID.iri}> PREFIX x: <{VOID_EXT.iri}> PREFIX dcat: <{DCAT.iri}> PREFIX sh: <{SH.iri}>\n"


@pytest.fixture(scope="module")
def own() -> Publication:
    """The invented country, in a store that a test may write to."""
    return open_publication(world_settings())


def rows(publication: Publication, query: str) -> set[tuple[str, ...]]:
    found = publication.store.select(PREFIXES + query).rows
    return {tuple("" if term is None else str(getattr(term, "value", term)) for term in row) for row in found}


def total(publication: Publication, name: str) -> int:
    whole = publication.description.names.dataset
    ((number,),) = rows(publication, f"SELECT ?n {{ {whole} void:{name} ?n }}")
    return int(number)


# What is stated, and the query that anybody can ask for the same numbers.
PARTITIONS = {
    "graphs": (
        "SELECT ?g ?n { ?whole void:subset ?g . ?g void:triples ?n FILTER NOT EXISTS { ?g void:linkPredicate ?p } }",
        "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g",
    ),
    "properties": (
        "SELECT ?p ?n { ?whole void:propertyPartition ?x . ?x void:property ?p ; void:triples ?n }",
        "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p",
    ),
    "classes": (
        "SELECT ?c ?n { ?whole void:classPartition ?x . ?x void:class ?c ; void:entities ?n }",
        "SELECT ?c (COUNT(DISTINCT ?s) AS ?n) { ?s a ?c FILTER(isIRI(?c)) } GROUP BY ?c",
    ),
    "properties of classes": (
        """SELECT ?c ?p ?n { ?whole void:classPartition ?x . ?x void:class ?c ; void:propertyPartition ?y .
        ?y void:property ?p ; void:triples ?n }""",
        """SELECT ?c ?p (COUNT(*) AS ?n) { { SELECT DISTINCT ?s ?c { ?s a ?c FILTER(isIRI(?c)) } } ?s ?p ?o }
        GROUP BY ?c ?p""",
    ),
    "links between classes": (
        """SELECT ?c ?p ?d ?n { ?whole void:classPartition ?x . ?x void:class ?c ; void:propertyPartition ?y .
        ?y void:property ?p ; void:classPartition ?z . ?z void:class ?d ; void:triples ?n }""",
        """SELECT ?c ?p ?d (COUNT(*) AS ?n) { { SELECT DISTINCT ?s ?c { ?s a ?c FILTER(isIRI(?c)) } } ?s ?p ?o
        { SELECT DISTINCT ?o ?d { ?o a ?d FILTER(isIRI(?d)) } } } GROUP BY ?c ?p ?d""",
    ),
    "datatypes": (
        """SELECT ?c ?p ?d ?n { ?whole void:classPartition ?x . ?x void:class ?c ; void:propertyPartition ?y .
        ?y void:property ?p ; x:datatypePartition ?z . ?z x:datatype ?d ; void:triples ?n }""",
        """SELECT ?c ?p ?d (COUNT(*) AS ?n) { { SELECT DISTINCT ?s ?c { ?s a ?c FILTER(isIRI(?c)) } } ?s ?p ?o
        FILTER(isLiteral(?o)) BIND(DATATYPE(?o) AS ?d) } GROUP BY ?c ?p ?d""",
    ),
}


@pytest.mark.parametrize("name", PARTITIONS)
@pytest.mark.parametrize("of", ["world", "country"])
def test_partitions_are_what_sparql_counts(of: str, name: str, request: pytest.FixtureRequest) -> None:
    publication: Publication = request.getfixturevalue(of)
    stated, counted = PARTITIONS[name]
    found = rows(publication, stated.replace("?whole", str(publication.description.names.dataset)))
    assert found == rows(publication, counted)
    assert len(found) > 15


@pytest.mark.parametrize("of", ["world", "country"])
def test_totals_are_what_sparql_counts(of: str, request: pytest.FixtureRequest) -> None:
    publication: Publication = request.getfixturevalue(of)
    own = f"{publication.settings.base}/id/"
    entities = f'FILTER(isIRI(?s) && STRSTARTS(STR(?s), "{own}"))'
    for name, counted in {
        "triples": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
        "distinctSubjects": "SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }",
        "entities": f"SELECT (COUNT(DISTINCT ?s) AS ?n) {{ ?s ?p ?o {entities} }}",
        "documents": f"SELECT (COUNT(DISTINCT ?s) AS ?n) {{ ?s ?p ?o {entities} }}",
        "classes": "SELECT (COUNT(DISTINCT ?c) AS ?n) { ?s a ?c FILTER(isIRI(?c)) }",
        "properties": "SELECT (COUNT(DISTINCT ?p) AS ?n) { ?s ?p ?o }",
    }.items():
        assert {(str(total(publication, name)),)} == rows(publication, counted), name


def test_links_to_other_datasets_are_counted(world: Publication) -> None:
    counted: dict[tuple[str, str], int] = {}
    for name in world.store.names():
        for triple in world.store.triples(name):
            for space, target in TARGETS.items():
                if str(triple.subject).startswith(f"<{OWN}") and str(triple.object).startswith(f"<{space}"):
                    key = (triple.predicate.value, f"{WORLD_BASE}/void#{target}")
                    counted[key] = counted.get(key, 0) + 1
    stated = rows(
        world,
        f"SELECT ?p ?d ?n {{ {DATASET} void:subset ?l . ?l a void:Linkset ; void:subjectsTarget {DATASET} ; "
        "void:linkPredicate ?p ; void:objectsTarget ?d ; void:triples ?n }",
    )
    assert stated == {(name, target, str(number)) for (name, target), number in counted.items()}
    assert len(stated) >= 2


def test_vocabularies_in_use_are_listed(world: Publication) -> None:
    names = Names(WORLD_BASE, world.prefixes)
    terms = rows(world, "SELECT ?t { { ?s ?t ?o } UNION { ?s a ?t FILTER(isIRI(?t)) } }")
    listed = rows(world, f"SELECT ?v {{ {DATASET} void:vocabulary ?v }}")
    assert listed == {(names.vocabulary(term),) for (term,) in terms}
    assert (NQF.iri,) in listed
    assert names.vocabulary("urn:x:y:Class") == "urn:x:y:"


def test_every_class_of_the_vocabulary_has_an_example(world: Publication) -> None:
    examples = rows(world, "SELECT ?c ?e { ?x void:class ?c ; void:exampleResource ?e FILTER EXISTS { ?e a ?c } }")
    used = rows(
        world, f'SELECT ?c {{ ?s a ?c FILTER(STRSTARTS(STR(?c), "{NQF.iri}") && STRSTARTS(STR(?s), "{OWN}")) }}'
    )
    assert {(kind,) for kind, _ in examples} == used
    assert {(thing,) for _, thing in examples} == rows(world, f"SELECT ?e {{ {DATASET} void:exampleResource ?e }}")
    best = world.store.ask(f"ASK {{ <{dict(examples)[NQF['LegalAct'].value]}> {NQF['dataStatus']} {NQF['official']} }}")
    assert best, "an official thing is a better example"


# ── the numbers stay right, whatever is written ─────────────────────────────

THINGS = [
    *(NamedNode(f"{OWN}x/{number}") for number in range(8)),
    *(BlankNode(f"b{number}") for number in range(3)),
    NamedNode("https://other.example/1"),
    NamedNode(f"{OWN}level/2020/1"),
    NQF["Level"],
    NamedNode(f"{WORLD_BASE}/catalog"),
]
KINDS = [
    NQF["Level"], NQF["Sector"], NQF["Body"], NamedNode("urn:x:Class"), OWL["Class"], VOID["Dataset"], BlankNode("b0"),
    Literal("odd"),
]  # fmt: skip
VALUES = [
    *THINGS,
    Literal("1"),
    Literal("1", datatype=XSD["integer"]),
    Literal("01", datatype=XSD["nonNegativeInteger"]),
    Literal("x", language="KY"),
    NamedNode("http://data.europa.eu/esco/isco/C1"),
    NamedNode("http://data.europa.eu/esco/occupation/a"),
]
PROPERTIES = [SKOS["prefLabel"], NQF["isco08"], NamedNode("urn:p:new"), DCT["source"], VOID["triples"]]
WRITTEN = [NamedNode(f"{WORLD_BASE}/graph/{name}") for name in ("sectors", "new", "other")]


def random_quads(dice: random.Random) -> Iterator[Quad]:
    for _ in range(dice.randrange(12)):
        name = dice.choice([RDF["type"]] * 4 + [NQF["dataStatus"]] * 2 + PROPERTIES)
        values: list[NamedNode | BlankNode | Literal] = list(VALUES)
        if name == RDF["type"]:
            values = list(KINDS)
        elif name == NQF["dataStatus"]:
            values = [NQF["official"], NQF["illustrative"]]
        yield Quad(dice.choice(THINGS), name, dice.choice(values), dice.choice(WRITTEN))


@pytest.mark.parametrize("seed", range(3))
def test_the_description_follows_every_write(own: Publication, seed: int) -> None:
    """It is what counting everything anew gives; the writes go past the rules, so they are as odd as they can be."""
    dice, store, description = random.Random(seed), own.store, own.description
    for step in range(12):
        with store.writing() as recorder:
            present = [
                quad for graph in WRITTEN for quad in recorder.scratch.quads_for_pattern(None, None, None, graph)
            ]
            recorder.remove([quad for quad in present if dice.random() < dice.choice([0, 0.1, 1])])
            recorder.add(random_quads(dice))
            store.commit(recorder, (), description.follow)
        assert {(str(total(own, "triples")),)} == rows(own, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
        if step % 4 == 3:
            followed = {graph: set(store.triples(graph)) for graph in description.graphs}
            assert not description.renew(store), "what is right is left alone"
            assert description.renew(store, always=True)
            assert followed == {graph: set(store.triples(graph)) for graph in description.graphs}


GOOD = f"""<{OWN}sector/beekeeping> a <{NQF.iri}Sector> ;
  <{SKOS.iri}prefLabel> "Бал чарбасы"@ky , "Пчеловодство"@ru , "Beekeeping"@en ;
  <{NQF.iri}dataStatus> <{NQF.iri}illustrative> ; <{DCT.iri}source> ?source ; <{NQF.iri}economicActivity> "A" ."""


@pytest.fixture
def kept(tmp_path: Path) -> Publication:
    """The invented country in a data folder of its own."""
    return open_publication(published_world(tmp_path / "data"))


def write(publication: Publication, name: str = "bees") -> None:
    source = next(iter(publication.store.select(f"SELECT ?s {{ ?s a {NQF['Source']} }} ORDER BY ?s LIMIT 1")))["s"]
    request = Request("put", GOOD.replace("?source", str(source)), f"{WORLD_BASE}/graph/{name}")
    publication.write(request, "Ministry of Avalon")


def test_a_write_through_the_gate_is_described(kept: Publication) -> None:
    kind = "SELECT ?n { ?x void:class <https://w3id.org/nqf/ontology#Sector> ; void:entities ?n }"
    ((before,),) = rows(kept, kind)
    write(kept)
    assert rows(kept, kind) == {(str(int(before) + 1),)}
    assert rows(kept, f"SELECT ?n {{ <{WORLD_BASE}/graph/bees> void:triples ?n }}") == {("7",)}
    assert rows(kept, f"SELECT ?v {{ {DATASET} dcat:version ?v }}") == {(kept.store.state_id,)}
    listed = rows(kept, f"SELECT ?g {{ <{WORLD_BASE}/catalog> dcat:dataset ?g }}")
    assert {(f"{WORLD_BASE}/graph/bees",), (f"{WORLD_BASE}/graph/history",)} <= listed
    published = open_published(kept.settings)
    assert rows(published, kind) == rows(kept, kind), "readers in other processes see it too"


UNTIMELY = (
    GOOD.replace("sector/beekeeping", "programme/honey")
    .replace("Sector>", "EducationProgramme>")
    .replace(
        '<https://w3id.org/nqf/ontology#economicActivity> "A" .',
        f"<{NQF.iri}leadsTo> <{OWN}qualification/waiter> ; <{NQF.iri}atLevel> <{OWN}level/2020/2> ;"
        f" <{NQF.iri}provider> <{OWN}body/college-north> ; <{NQF.iri}basedOn> <{OWN}standard/waiter> ;"
        f" <{NQF.iri}hasOutcome> <{OWN}outcome/waiter-day/orders> ; <{NQF.iri}credits> 20.0 .",
    )
)
"""A programme outside the credit norm."""


def stated_findings(publication: Publication) -> set[tuple[str, str, str]]:
    said = f"{NQF['enforces']} ?r ; sh:focusNode ?f ; sh:sourceShape ?s"
    found = rows(publication, f"SELECT ?r ?f ?s {{ ?x a sh:ValidationResult ; {said} }}")
    listed = rows(publication, f"SELECT ?r ?f ?s {{ ?x a sh:ValidationReport ; sh:result [ {said} ] }}")
    assert found == listed, "what is stated of findings is that of the report"
    return {(rule.rpartition("#")[2], focus, shape) for rule, focus, shape in found}


def test_the_findings_in_the_graph_are_those_of_the_state(kept: Publication) -> None:
    def told(publication: Publication) -> set[tuple[str, str, str]]:
        return {(finding.rule, finding.focus, finding.shape) for finding in last_report(publication).findings}

    before = stated_findings(kept)
    assert before == told(kept) != set()
    graph = f"{WORLD_BASE}/graph/bees"
    source = f"<{OWN}source/project>"
    kept.write(Request("put", UNTIMELY.replace("?source", source), graph), "Ministry of Avalon")
    assert stated_findings(kept) == told(kept)
    assert {rule for rule, focus, _ in stated_findings(kept) - before} == {"R31"}
    assert stated_findings(open_published(kept.settings)) == stated_findings(kept)
    kept.write(Request("delete", graph=graph), "Ministry of Avalon")
    assert stated_findings(kept) == told(kept) == before
    followed = set(kept.store.triples(f"{WORLD_BASE}/graph/findings"))
    assert kept.description.renew(kept.store, lambda: last_report(kept), always=True)
    assert set(kept.store.triples(f"{WORLD_BASE}/graph/findings")) == followed


def test_a_state_without_findings_conforms(kept: Publication) -> None:
    """The report says whether there is anything, whichever way the last finding goes."""

    def conforms() -> set[tuple[str, ...]]:
        return rows(kept, "SELECT ?c { ?x a sh:ValidationReport ; sh:conforms ?c }")

    store, description, findings = kept.store, kept.description, last_report(kept).findings
    assert conforms() == {("false",)}
    for appeared, gone in (((), findings), (findings, ())):
        with store.writing() as recorder:
            recorder.add([Quad(THINGS[len(gone) % 8], RDF["type"], NQF["Duty"], NamedNode(f"{WORLD_BASE}/graph/odd"))])
            store.commit(recorder, (), description.following(appeared, gone, conforms=not appeared))
        assert conforms() == {("false" if appeared else "true",)}
        assert len(rows(kept, "SELECT ?f { ?f a sh:ValidationResult }")) == len(appeared)


def test_the_state_does_not_depend_on_the_description(world: Publication, tmp_path: Path) -> None:
    """Another title of a question changes what is said of it, at the next start, and not the state."""
    queries = tmp_path / "queries"
    shutil.copytree(ROOT / "queries", queries)
    settings = world_settings(tmp_path / "data")
    first = open_publication(settings)
    state, questions = first.store.state_id, set(first.store.triples(first.description.graphs[2]))
    assert state == world.store.state_id
    file = queries / "law" / "approving-act.rq"
    file.write_text(file.read_text(encoding="utf-8").replace("The act that approved", "Which act approved"), "utf-8")
    del first
    changed = Settings(base=WORLD_BASE, catalog=WORLD / "catalog.ttl", store=settings.store, queries=queries)
    second = open_publication(changed)
    assert second.store.state_id == state
    new = {str(triple.object) for triple in set(second.store.triples(second.description.graphs[2])) - questions}
    assert new == {'"Which act approved a document"@en'}
    del second
    for publication in (open_published(changed), open_publication(changed)):
        assert set(publication.store.triples(publication.description.graphs[2])) != questions
        assert rows(publication, "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }") == {(str(total(publication, "triples")),)}


def test_a_description_that_is_not_right_is_written_anew(kept: Publication) -> None:
    def spoil(recorder, before, state) -> None:  # type: ignore[no-untyped-def]
        recorder.clear(NamedNode(VOID_GRAPH))

    before = set(kept.store.triples(VOID_GRAPH))
    assert not kept.description.renew(kept.store)
    kept.store.restate(spoil)
    assert kept.store.triples(VOID_GRAPH) == []
    assert kept.description.renew(kept.store)
    assert set(kept.store.triples(VOID_GRAPH)) == before


def test_the_description_is_not_written_by_others(own: Publication) -> None:
    for name in GENERATED:
        with pytest.raises(QueryRefused):
            write(own, name)
        with pytest.raises(QueryRefused):
            own.write(Request("update", f"CLEAR GRAPH <{WORLD_BASE}/graph/{name}>"), "Ministry of Avalon")


def test_titles_come_in_three_languages() -> None:
    for name in (*GENERATED, "history", "sparql", "api", "dump"):
        assert {title.language for title in titles(name)} == {"ky", "ru", "en"}
        assert len({title.value for title in titles(name)}) == 3


# ── addresses ───────────────────────────────────────────────────────────────


def graph_of(client: TestClient, address: str, media_type: str = "text/turtle") -> set[Triple]:
    response = client.get(address, headers={"Accept": media_type})
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].partition(";")[0] == media_type
    form = RdfFormat.from_media_type(media_type)
    return {quad.triple for quad in parse(response.content, format=form)}


def objects(triples: set[Triple], subject: NamedNode, name: NamedNode) -> set[str]:
    return {str(t.object.value) for t in triples if t.subject == subject and t.predicate == name}  # type: ignore[union-attr]


@pytest.mark.parametrize("address", ["/void", "/catalog"])
def test_descriptions_in_every_format_say_the_same(client: TestClient, address: str) -> None:
    found = [graph_of(client, address, form.media_type) for form in GRAPHS]
    found += [set(map(_triple, parse(client.get(f"{address}.{f.suffix}").content, format=f.engine))) for f in GRAPHS]  # type: ignore[arg-type]
    assert all(triples == found[0] for triples in found)
    assert len(found[0]) > 300
    assert client.get(f"{address}.xlsx").status_code == 406
    assert client.get(address, headers={"Accept": "image/png"}).status_code == 406


def _triple(quad: Quad) -> Triple:
    return quad.triple


def test_void_is_at_its_well_known_place_and_in_the_store(client: TestClient, world: Publication) -> None:
    served = graph_of(client, "/void")
    assert client.get("/.well-known/void").content == client.get("/void").content, "Turtle for who asks for nothing"
    assert client.head("/.well-known/void").headers["content-location"] == "/void"
    stored = {t for t in world.store.triples(VOID_GRAPH) if "/data?graph=" not in str(t)}
    elsewhere = {t for t in stored - served if t.predicate not in (VOID["sparqlEndpoint"], VOID["dataDump"])}
    assert {t.predicate for t in elsewhere} <= {VOID["uriLookupEndpoint"]}
    assert objects(served, DATASET, VOID["sparqlEndpoint"]) == {"http://testserver/sparql"}
    assert objects(served, DATASET, VOID["distinctObjects"]) == {
        number for (number,) in rows(world, "SELECT (COUNT(DISTINCT ?o) AS ?n) { ?s ?p ?o }")
    }
    for address in objects(served, DATASET, VOID["dataDump"]):
        assert client.get(urlsplit(address).path).status_code == 307


def test_the_catalogue_lists_everything_with_its_facts(client: TestClient, world: Publication) -> None:
    found = graph_of(client, "/catalog")
    catalogue = NamedNode(f"{WORLD_BASE}/catalog")
    listed = objects(found, catalogue, DCAT["dataset"])
    assert set(world.store.names()) - {catalogue.value} == listed - {DATASET.value}
    for graph in map(NamedNode, {dataset.graph for dataset in world.catalogue.datasets}):
        for name in ("title", "license", "modified", "publisher"):
            assert objects(found, graph, DCT[name]), (graph, name)
        (file,) = objects(found, graph, DCAT["distribution"])
        (address,) = objects(found, NamedNode(file), DCAT["downloadURL"])
        content = client.get(address.removeprefix("http://testserver")).content
        assert len({q.triple for q in parse(content, format=RdfFormat.TURTLE)}) == len(world.store.triples(graph.value))
    assert objects(found, NamedNode(f"{WORLD_BASE}/graph/law"), DCT["source"]), "what its records rest on"
    endpoints = {
        address
        for service in objects(found, catalogue, DCAT["service"])
        for address in objects(found, NamedNode(service), DCAT["endpointURL"])
        if DATASET.value in objects(found, NamedNode(service), DCAT["servesDataset"])
    }
    assert endpoints == {"http://testserver/sparql", "http://testserver/api/v1/questions"}
    assert objects(found, DATASET, DCAT["version"]) == {world.store.state_id}


def test_the_catalogue_knows_when_a_graph_was_written(kept: Publication) -> None:
    with TestClient(create_app(kept), base_url="http://testserver") as client:
        sectors = NamedNode(f"{WORLD_BASE}/graph/sectors")
        assert objects(graph_of(client, "/catalog"), sectors, DCT["modified"]) == {"2026-11-23"}
        text = f'INSERT DATA {{ GRAPH {sectors} {{ <{OWN}sector/catering> {SKOS["altLabel"]} "Ооз ачкыч"@ky }} }}'
        kept.write(Request("update", text), "Ministry of Avalon")
        times = rows(kept, "SELECT ?t { ?c <http://www.w3.org/ns/prov#endedAtTime> ?t }")
        latest = max(time[0][:10] for time in times)
        assert objects(graph_of(client, "/catalog"), sectors, DCT["modified"]) == {max(latest, "2026-11-23")}


def test_pages_speak_three_languages(client: TestClient, world: Publication) -> None:
    for address in ("/void", "/catalog", "/exports/"):
        pages = set()
        for language in ("ky", "ru", "en"):
            page = client.get(address, params={"lang": language}, headers={"Accept": "text/html"})
            assert f'<html lang="{language}">' in page.text
            assert world.store.state_id in page.text
            pages.add(page.text)
        assert len(pages) == 3


# ── what editors ask ────────────────────────────────────────────────────────


def test_every_question_is_an_example(world: Publication, client: TestClient) -> None:
    label, comment, target = RDFS["label"], RDFS["comment"], SCHEMA["target"]
    executables = rows(
        world,
        f"""SELECT ?x ?text ?group {{ ?x a sh:SPARQLExecutable , sh:SPARQLSelectExecutable ; sh:select ?text ;
        sh:prefixes <https://w3id.org/nqf/prefixes> ; {SCHEMA["keywords"]} ?group ; {target} <{WORLD_BASE}/sparql> }}""",
    )
    assert {iri.removeprefix(f"{OWN}question/") for iri, _, _ in executables} == set(world.questions)
    for iri, text, group in executables:
        question = world.questions[iri.removeprefix(f"{OWN}question/")]
        assert text == question.text and group == question.id.partition("/")[0]
        assert set(world.store.select(text).columns) == set(question.columns)
        for name, texts in ((label, question.title), (comment, question.question)):
            assert rows(world, f"SELECT (LANG(?t) AS ?tag) ?t {{ <{iri}> {name} ?t }}") == set(texts.items())
        path = iri.removeprefix(WORLD_BASE)
        assert client.get(path).headers["location"] == path.replace("/id/", "/doc/")
        (page,) = objects(graph_of(client, path.replace("/id/", "/doc/")), NamedNode(iri), FOAF["page"])
        assert client.head(page.removeprefix(WORLD_BASE)).status_code in (200, 400)


def test_prefixes_are_declared(world: Publication) -> None:
    declared = rows(world, "SELECT ?p ?n { ?list sh:declare [ sh:prefix ?p ; sh:namespace ?n ] }")
    assert dict(declared) == world.prefixes  # type: ignore[arg-type]


def test_autocompletion_finds_what_a_class_has(world: Publication) -> None:
    """The way editors ask: which properties has a class, and where do they lead?"""
    found = rows(
        world,
        f"""SELECT ?property ?other ?datatype {{
          ?part void:class {NQF["Level"]} ; void:propertyPartition ?of . ?of void:property ?property .
          OPTIONAL {{ {{ ?of void:classPartition [ void:class ?other ] }}
                     UNION {{ ?of x:datatypePartition [ x:datatype ?datatype ] }} }} }}""",
    )
    assert (NQF["levelOf"].value, NQF["FrameworkEdition"].value, "") in found
    assert (NQF["rank"].value, "", XSD["integer"].value) in found


# ── crawlers ────────────────────────────────────────────────────────────────


def addresses(xml: str) -> list[tuple[str, str | None]]:
    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    root = ElementTree.fromstring(xml)
    return [(e.findtext("s:loc", "", space), e.findtext("s:lastmod", None, space)) for e in root]


def test_the_sitemap_has_every_page(client: TestClient, world: Publication) -> None:
    response = client.get("/sitemap.xml")
    assert response.headers["content-type"] == "application/xml"
    found = dict(addresses(response.text))
    things = rows(world, f'SELECT DISTINCT ?s {{ ?s ?p ?o FILTER(isIRI(?s) && STRSTARTS(STR(?s), "{OWN}")) }}')
    documents = {f"http://testserver/doc/{quote(iri.removeprefix(OWN), safe='/')}" for (iri,) in things}
    assert documents <= set(found)
    assert found["http://testserver/doc/level/2020/3a"] == "2026-11-23"
    assert found["http://testserver/"] is None
    for address in set(found) - documents:
        assert client.get(address, headers={"Accept": "text/html"}).status_code in (200, 400), address


def test_a_long_sitemap_comes_in_parts(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = addresses(client.get("/sitemap.xml").text)
    for module in ("nqf_graph.api.discovery", "nqf_graph.discovery.sitemap"):
        monkeypatch.setattr(f"{module}.MOST", 100)
    parts = [address for address, _ in addresses(client.get("/sitemap.xml").text)]
    assert len(parts) == -(-len(whole) // 100)
    assert [entry for part in parts for entry in addresses(client.get(part).text)] == whole
    for number in (0, len(parts) + 1):
        assert client.get(f"/sitemap-{number}.xml").status_code == 404


def test_robots_may_read_and_not_ask(client: TestClient) -> None:
    robots = RobotFileParser()
    robots.parse(client.get("/robots.txt").text.splitlines())
    assert robots.site_maps() == ["http://testserver/sitemap.xml"]
    for path in ("/", "/doc/level/2020/3a", "/catalog", "/exports/latest/nqf.nq.gz", "/sparql", "/graph/law"):
        assert robots.can_fetch("*", path), path
    for path in ("/sparql?query=ASK%7B%7D", "/update", "/submissions/1", "/resource?uri=urn:x"):
        assert not robots.can_fetch("*", path), path
