"""Alignments of the graph as SSSOM mapping sets: files, command and service."""

from __future__ import annotations

from io import StringIO

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse
from starlette.testclient import TestClient

from nqf_graph.errors import CannotLoad, NotFound
from nqf_graph.exchange import mapping_set, mapping_sets
from nqf_graph.exchange.carried import record_of, said_of, triples_of
from nqf_graph.exchange.files import FORMS, written
from nqf_graph.publication import Publication
from nqf_graph.sssom import MappingSet, Record, read_rdf, read_tsv, write_tsv
from nqf_graph.terms import DCT, NQF, RDF, RDFS, SKOS, XSD
from tests.conftest import WORLD_BASE
from tests.test_cli import Nqf, data_folder, nqf

__all__ = ["data_folder", "nqf"]

ID = f"{WORLD_BASE}/id/"
SET = f"{WORLD_BASE}/graph/alignments"


def stated(publication: Publication, graph: str) -> set[Triple]:
    """What a graph says of its alignments."""
    triples = publication.store.triples(graph)
    about = said_of(triples)
    return {triple for triple in triples if triple.subject in about}


def told(whole: MappingSet) -> set[Triple]:
    """What the records of a set state, by themselves."""
    return {t for record in whole.records for t in triples_of(NamedNode(record.text("record_id")), record, {})}


@pytest.mark.parametrize("name", ["world", "country"])
def test_no_statement_is_lost_on_the_way_out_and_back(name: str, request: pytest.FixtureRequest) -> None:
    publication: Publication = request.getfixturevalue(name)
    sets = mapping_sets(publication)
    assert sets
    for summary in sets:
        whole = mapping_set(publication, summary.name)
        assert len(whole.records) == summary.mappings > 0
        assert told(read_tsv(written(whole, FORMS[0]).decode()).strict()) == stated(publication, summary.graph)
        for form in FORMS[1:]:
            assert told(read_rdf(written(whole, form), form).strict()) == stated(publication, summary.graph)
        assert written(mapping_set(publication, summary.graph), FORMS[0]) == written(whole, FORMS[0])


def test_what_our_model_never_says_is_not_lost_either() -> None:
    node = NamedNode("urn:a")
    triples = [
        Triple(node, RDF["type"], NQF["NoMatch"]),
        Triple(node, NQF["alignedSubject"], NamedNode("urn:s")),
        Triple(node, NQF["noMatchIn"], NamedNode("urn:e")),
        Triple(node, NQF["confidenceScore"], Literal("0.50", datatype=XSD["decimal"])),
        Triple(node, DCT["date"], Literal("2026")),
        Triple(node, SKOS["editorialNote"], Literal("one", language="en")),
        Triple(node, SKOS["editorialNote"], Literal('two\n"quoted" | \\ ; .', language="en")),
        Triple(node, SKOS["prefLabel"], Literal("Bezeichnung", language="de")),
        Triple(node, RDFS["seeAlso"], NamedNode("urn:evidence")),
        Triple(node, NQF["hasEvidence"], NamedNode("urn:evidence")),
        Triple(node, NamedNode("urn:p"), Literal("7", datatype=XSD["integer"])),
        Triple(NamedNode("urn:other"), NamedNode("urn:p"), BlankNode("b")),
    ]
    about = said_of(triples)
    assert list(about) == [node]
    record = record_of(node, about[node], {})
    assert set(triples_of(node, record, {})) == set(triples[:-1])
    assert "confidence" not in record.slots and "comment" not in record.slots
    broken = Record(record.slots, {"ext_statements": "no Turtle"})
    with pytest.raises(CannotLoad, match="expected properties and values in Turtle, found 'no Turtle'"):
        list(triples_of(node, broken, {}))


def test_slots_of_the_invented_country(world: Publication) -> None:
    records = {r.text("record_id").removeprefix(f"{ID}alignment/"): r for r in mapping_set(world, "alignments").records}
    rejected, none, shared = records["4-crf-2"], records["4-none"], records["3a-crf-3"]
    assert rejected.text("predicate_modifier") == "Not"
    assert rejected.text("mapping_justification").endswith("/LexicalMatching")
    assert (none.text("object_id"), none.text("object_source")) == (
        "https://w3id.org/sssom/NoTermFound",
        f"{ID}framework/crf/2015",
    )
    assert none.text("predicate_modifier") == "" and none.text("object_source_version") == "2015-01-01"
    assert (shared.text("subject_label"), shared.text("object_label")) == ("Level 3a", "Reference level 3")
    assert (shared.text("subject_source"), shared.text("confidence")) == (f"{ID}framework/aqf/2020", "0.8")
    assert shared.texts("reviewer_id") == (f"{ID}body/quality-agency",)
    assert shared.texts("see_also") == (f"{ID}evidence/credits", f"{ID}evidence/descriptor-table")
    assert shared.extensions["ext_kind"] == NQF["comparison"].value
    assert records["1-crf-1"].text("mapping_justification").endswith("/BackgroundKnowledgeBasedMatching")


def test_sets_say_what_they_hold(world: Publication, country: Publication) -> None:
    (summary,) = mapping_sets(world)
    assert (summary.name, summary.mappings, summary.no_match, summary.rejected) == ("alignments", 9, 1, 1)
    assert {(p.source, p.target, p.mappings, p.no_match) for p in summary.pairs} == {
        (f"{ID}framework/aqf/2020", f"{ID}framework/crf/2015", 5, 1),
        (f"{ID}framework/lyf/2018", f"{ID}framework/crf/2015", 2, 0),
        ("", "", 2, 0),
    }, "an occupation and a competence with ESCO, which the invented country does not have"
    slots = mapping_set(world, "alignments").slots
    assert slots["mapping_set_id"] == SET and slots["mapping_set_version"] == world.store.state_id
    assert slots["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert "nqf-eqf" in {s.name for s in mapping_sets(country)}
    with pytest.raises(NotFound, match="no mapping set 'x'; there is: alignments"):
        mapping_set(world, "x")


def test_sssom_pydantic_reads_our_sets(world: Publication) -> None:
    from sssom_pydantic.io import read  # noqa: PLC0415 - slow to import

    mappings, _, metadata, errors = read(StringIO(write_tsv(mapping_set(world, "alignments"))), return_errors=True)
    assert not errors and len(mappings) == 9
    assert str(metadata.license) == "https://creativecommons.org/licenses/by/4.0/"
    assert {m.object.curie for m in mappings} >= {"sssom:NoTermFound", "id:level/crf-2015/3"}


# The service


def test_the_list_of_sets(client: TestClient, world: Publication) -> None:
    answer = client.get("/api/v1/mappings")
    document = answer.json()
    assert document["total"] == 1 and document["state"] == world.store.state_id and "SELECT" in document["query"]
    (summary,) = document["mappingSets"]
    assert (summary["name"], summary["mappings"], summary["noMatch"], summary["rejected"]) == ("alignments", 9, 1, 1)
    assert summary["files"][0] == {
        "href": "/api/v1/mappings/alignments.sssom.tsv",
        "mediaType": "text/tab-separated-values",
    }
    for file in summary["files"]:
        got = client.get(file["href"])
        assert got.status_code == 200 and got.headers["content-type"].startswith(file["mediaType"])
    page = client.get("/api/v1/mappings?lang=ky", headers={"Accept": "text/html"})
    assert page.status_code == 200 and "Шайкештирүүлөрдүн топтому" in page.text and "alignments.sssom.tsv" in page.text
    assert client.get("/api/v1/mappings?lang=de").status_code == 400


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.suffix)
def test_a_set_by_accept_and_by_suffix(client: TestClient, world: Publication, form: object) -> None:
    media_type, suffix = form.media_type, form.suffix  # type: ignore[attr-defined]
    by_suffix = client.get(f"/api/v1/mappings/alignments.{suffix}")
    by_accept = client.get("/api/v1/mappings/alignments", headers={"Accept": media_type})
    assert by_suffix.status_code == by_accept.status_code == 200
    assert by_suffix.content == by_accept.content == written(mapping_set(world, "alignments"), form)  # type: ignore[arg-type]
    assert by_accept.headers["content-location"] == f"/api/v1/mappings/alignments.{suffix}"
    assert f'alignments.{suffix}"' in by_accept.headers["content-disposition"]
    tag = by_suffix.headers["etag"]
    assert world.store.state_id in tag
    assert client.get(f"/api/v1/mappings/alignments.{suffix}", headers={"If-None-Match": tag}).status_code == 304
    assert client.head(f"/api/v1/mappings/alignments.{suffix}").status_code == 200


def test_sets_and_forms_that_are_not_there(client: TestClient) -> None:
    for path in ("none", "none.sssom.tsv", "alignments.xlsx"):
        answer = client.get(f"/api/v1/mappings/{path}")
        assert answer.status_code == 404 and answer.json()["existing"] == ["alignments"]
    assert client.get("/api/v1/mappings/alignments", headers={"Accept": "image/png"}).status_code == 406
    turtle = client.get("/api/v1/mappings/alignments?_mediatype=ttl").content
    assert list(parse(turtle, format=RdfFormat.TURTLE))


# The command


def test_align_list_and_export(nqf: Nqf, world: Publication) -> None:
    listed = nqf.again("align", "list")
    assert listed == (
        "alignments\t9\talignments\n"
        "    2\t? → ?\n"
        "    5\tframework/aqf/2020 → framework/crf/2015\t1 without match\n"
        "    2\tframework/lyf/2018 → framework/crf/2015\n"
    )
    assert nqf("align", "export").stdout == write_tsv(mapping_set(world, "alignments"))
    assert nqf("align", "export", "--graph", SET, "-f", "nt").stdout.startswith(f"<{SET}> ")
    assert "there is: alignments" in nqf("align", "export", "--set", "x", code=2).stderr
    nqf("align", "export", "-f", "xlsx", code=2)
