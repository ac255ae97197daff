"""CTDL as Credential Engine's own examples have it, and as their JSON Schemas allow it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema
import pytest
import rdflib
from pyld import jsonld
from starlette.testclient import TestClient

from nqf_graph.app import create_app
from nqf_graph.discovery.profile_files import written
from nqf_graph.discovery.profiles import everything
from nqf_graph.formats import JSON_LD, N_TRIPLES
from nqf_graph.publication import Publication
from tests.conftest import SHARED, WORLD_BASE, require
from tests.official import shared_json

OWN = f"{WORLD_BASE}/id/"
EXAMPLES = ("EQF", "scqf", "zqf_part", "ACQF", "scqf-eqf-mapping")
NEWER = {"ceterms:Credential", "ceterms:expirationDate", "ceasn:knowledgeEmbodied", "ceasn:abilityEmbodied"}
"""Terms of CTDL that the examples and schemas at hand do not use."""
Node = dict[str, Any]


def export(publication: Publication, form: Any = JSON_LD) -> bytes:
    names, profile = publication.description.names, publication.description.profiles["ctdl"]
    selection = everything(publication.store, publication.system, profile, names.own)
    return written(profile, selection, form, names.prefixes)


def nodes(document: Mapping[str, Any]) -> dict[str, Node]:
    """The nodes of a document by their names, those inside others too."""
    found: dict[str, Node] = {}

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            if "@type" in value and "@value" not in value:
                found[value.get("@id", f"_:{len(found)}")] = value
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)

    walk(document["@graph"])
    return found


def links(found: Mapping[str, Node]) -> set[tuple[str, str, str]]:
    """How classes are linked: class, property, class of the value."""
    return {
        (node["@type"], name, found[value]["@type"])
        for node in found.values()
        for name, values in node.items()
        for value in (values if isinstance(values, list) else [values])
        if isinstance(value, str) and value in found and name != "@id"
    }


@pytest.fixture(scope="module")
def document(world: Publication) -> dict[str, Any]:
    """The file of the invented country."""
    return json.loads(export(world))  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def told(document: dict[str, Any]) -> dict[str, Node]:
    return {name.replace(OWN, ""): node for name, node in nodes(document).items()}


@pytest.fixture(scope="module")
def both(world: Publication, country: Publication) -> list[dict[str, Node]]:
    return [nodes(json.loads(export(publication))) for publication in (world, country)]


def test_the_words_are_those_of_ctdl(both: list[dict[str, Node]]) -> None:
    folder = SHARED / "data" / "ctdl"
    require(folder.exists(), f"the CTDL examples ({folder}; set NQF_SHARED)")
    text = "".join(file.read_text(encoding="utf-8") for file in folder.glob("*.json"))
    known = set(re.findall(r'"(\w+:\w+)"', text))
    for found in both:
        used = {name for node in found.values() for name in (*node, node["@type"]) if not name.startswith("@")}
        assert used - known - NEWER == set()


def test_a_framework_is_built_as_in_the_examples(both: list[dict[str, Node]]) -> None:
    """Every way in which the EQF example links two classes occurs here too, but for a glossary, which we have none."""
    example = links(nodes(shared_json("ctdl/qualifications-framework__EQF.json")))
    expected = {link for link in example if link[1] != "ceterms:hasGlossary"}
    assert ("asn:ProgressionLevel", "ceterms:facetedDescription", "ceasn:Competency") in expected
    assert len(expected) > 7
    for found in both:
        assert expected <= links(found)


def test_levels_stand_in_their_order(told: dict[str, Node]) -> None:
    edition = told["framework/aqf/2020"]
    assert edition["@type"] == "ceterms:QualificationsFramework"
    model = told[edition["asn:hasProgressionModel"].replace(OWN, "")]
    assert len(model["asn:hasProgressionLevel"]) == 6
    assert told["level/2020/3"]["ceterms:precedes"] == f"{OWN}level/2020/4"
    assert told["level/2020/3"]["ceterms:precededBy"] == f"{OWN}level/2020/2"
    assert told["level/2020/3a"]["skos:broader"] == f"{OWN}level/2020/3"
    assert "ceterms:precedes" not in told["level/2020/3a"], "a part has its place by the whole"


def test_an_alignment_map_is_built_as_in_the_example(told: dict[str, Node]) -> None:
    [example] = [
        node
        for node in nodes(shared_json("ctdl/qualifications-framework__scqf-eqf-mapping.json")).values()
        if node["@type"] == "ceterms:AlignmentMap"
    ]
    maps = {name: node for name, node in told.items() if node["@type"] == "ceterms:AlignmentMap"}
    ours = maps.pop("framework/aqf/2020#map-crf-2015")
    assert set(maps) == {"framework/lyf/2018#map-crf-2015"}
    assert {"ceterms:name", "schema:about", "ceterms:compares", "ceterms:hasPart"} <= ours.keys() & example.keys()
    parts = {part.rpartition("/")[2]: told[part.replace(OWN, "")] for part in ours["ceterms:hasPart"]}
    kinds = {key: part["ceterms:alignmentType"] for key, part in parts.items()}
    assert kinds == {
        "1-crf-1": "skos:exactMatch",
        "3a-crf-3": "skos:closeMatch",
        "3b-crf-3": "skos:broadMatch",
        "4-none": "https://purl.org/ctdl/vocabs/align/NoMatch",
    }, "what was rejected is no part"
    for part in example["ceterms:hasPart"]:
        of_ours = parts["4-none" if part["ceterms:alignmentType"] == "align:NoMatch" else "1-crf-1"]
        assert part.keys() <= of_ours.keys()
        assert ("ceterms:targetNode" in part) is ("ceterms:targetNode" in of_ours)
    assert parts["3b-crf-3"]["ceterms:description"]["en"] == "analyst mapping, proposed, inferred"


def test_everything_says_how_official_it_is(both: list[dict[str, Node]]) -> None:
    words = ("official: ", "draft: ", "reported: ", "inferred: ", "illustrative: ")
    own = {
        "ceterms:QualificationsFramework": "ceterms:description",
        "asn:ProgressionLevel": "skos:note",
        "ceasn:Competency": "ceasn:comment",
        "ceterms:Credential": "ceterms:description",
        "ceterms:LearningProgram": "ceterms:description",
    }
    for found in both:
        for name, node in found.items():
            if node["@type"] in own:
                assert node[own[node["@type"]]]["en"].startswith(words), name
                assert set(node[own[node["@type"]]]) == {"ky", "ru", "en"}
    illustrative = [n for n in both[1].values() if str(n.get("ceasn:comment", {}).get("en", "")).startswith("illustr")]
    assert illustrative, "descriptors that are only examples say so"


def test_a_programme_and_its_credential(told: dict[str, Node]) -> None:
    programme = told["programme/waiter-day"]
    assert set(programme["ceterms:inLanguage"]) == {"ky", "ru"}
    assert programme["ceterms:accreditedBy"] == f"{OWN}body/quality-agency"
    assert told["programme/waiter-day#credit"]["schema:value"] == 90
    assert told["programme/waiter-day#duration"]["ceterms:exactDuration"] == "P18M"
    assert told["programme/waiter-day#level-2020-2"]["ceterms:targetNode"] == f"{OWN}level/2020/2"
    conditions = [told[name.replace(OWN, "")] for name in told["qualification/waiter"]["ceterms:requires"]]
    leading = {condition["ceterms:targetLearningOpportunity"] for condition in conditions}
    assert leading == {f"{OWN}programme/waiter-day", f"{OWN}programme/waiter-evening"}
    assert told["body/quality-agency"]["@type"] == "ceterms:QACredentialOrganization"
    assert told["body/college-north"]["@type"] == "ceterms:CredentialOrganization"
    assert told["outcome/waiter-day/orders"]["ceasn:knowledgeEmbodied"] == f"{OWN}competence/menu"


def test_a_foreign_processor_reads_the_same(world: Publication, document: dict[str, Any]) -> None:
    def no_network(url: str, _: Any) -> Any:
        raise AssertionError(f"the context stands inside, and {url} was asked for")

    read = jsonld.to_rdf(document, {"format": "application/n-quads", "documentLoader": no_network})
    mine = rdflib.Graph().parse(data=export(world, N_TRIPLES), format="nt")
    assert set(rdflib.Graph().parse(data=read, format="nt")) == set(mine)
    expanded = jsonld.expand(document, {"documentLoader": no_network})
    assert len(expanded) == len(document["@graph"])


# ── JSON Schemas ────────────────────────────────────────────────────────────

SCHEMAS = {
    "ceasn:Competency": ("competency", "ceasn:Competency"),
    "skos:Concept": ("concept", "skos:Concept"),
    "skos:ConceptScheme": ("conceptScheme", "skos:ConceptScheme"),
    "ceterms:LearningProgram": ("learningOpportunityProfileSchema", "ceterms:LearningOpportunityProfile"),
    "ceterms:CredentialOrganization": ("agentSchema", "ceterms:CredentialOrganization"),
    "ceterms:QACredentialOrganization": ("agentSchema", "ceterms:QACredentialOrganization"),
}
"""Which schema a class has.  That of credentials is older than language maps, which its own example instance uses."""
SINCE = {"asn:hasProgressionLevel", "ceterms:alternateName", "ceterms:audienceLevelType", "ceterms:expirationDate",
         "ceasn:abilityEmbodied", "ceasn:knowledgeEmbodied"}  # fmt: skip
"""Properties that are younger than the schemas at hand, or take several texts in a language since."""


def faults(node: Node, found: Mapping[str, Node]) -> Iterator[str]:
    """What the schema of a node's class finds wrong with each of its values.

    The schemas are for records of the Registry: they demand its identifier and more that only a registrar has, so
    `required` is not asked.
    """
    file, kind = SCHEMAS[node["@type"]]
    schema = shared_json(f"ctdl/json-schema__{file}.json")
    known = schema["definitions"][kind]["properties"]
    for name, value in node.items():
        if name.startswith("@") or name in SINCE:
            continue
        if name not in known:
            yield f"{name}: not known"
            continue
        wanted = {"$schema": schema["$schema"], "definitions": schema["definitions"], **known[name]}
        # a dimension is a concept of every edition that has it
        for each in value if name == "skos:inScheme" and isinstance(value, list) else [value]:
            if not jsonschema.Draft4Validator(wanted).is_valid(
                _shaped(each, known[name], schema["definitions"], found)
            ):
                yield f"{name}: {each!r}"


def _shaped(value: Any, schema: Any, definitions: Any, found: Mapping[str, Node]) -> Any:
    """A value in the form that a schema has for it: a list of one for one, a node for its name.  JSON-LD means the same."""
    while "$ref" in schema:
        schema = definitions[schema["$ref"].removeprefix("#/definitions/")]
    if schema.get("type") == "array":
        values = value if isinstance(value, list) else [value]
        return [_shaped(each, schema["items"], definitions, found) for each in values]
    if schema.get("type") == "object" and isinstance(value, str) and value in found:
        value = {name: inner for name, inner in found[value].items() if name != "@id"}
    if isinstance(value, dict):
        inside = schema.get("properties", {})
        return {name: _shaped(inner, inside.get(name, {}), definitions, found) for name, inner in value.items()}
    return value


def test_the_schemas_accept_it(both: list[dict[str, Node]]) -> None:
    for found in both:
        checked = {node["@type"] for node in found.values() if node["@type"] in SCHEMAS}
        assert len(checked) > 4
        wrong = {
            name: list(faults(node, found))
            for name, node in found.items()
            if node["@type"] in SCHEMAS and any(faults(node, found))
        }
        assert wrong == {}


def test_the_schemas_speak(told: dict[str, Node]) -> None:
    node = told["competence/menu"]
    assert not list(faults(node, told))
    assert list(faults(node | {"ceasn:competencyText": 5}, told)) == ["ceasn:competencyText: 5"]
    assert list(faults(node | {"ceterms:name": {"en": "x"}}, told)) == ["ceterms:name: not known"]
    programme = told["programme/waiter-day"]
    inside = {OWN + name: each for name, each in told.items()}
    assert not list(faults(programme, inside))
    duration = f"{OWN}programme/waiter-day#duration"
    broken = inside | {duration: inside[duration] | {"ceterms:exactDuration": 18}}
    assert list(faults(programme, broken)) == [f"ceterms:estimatedDuration: {duration!r}"]


# ── addresses ───────────────────────────────────────────────────────────────


def test_the_file_and_the_view(world: Publication, document: dict[str, Any]) -> None:
    with TestClient(create_app(world)) as client:
        file = client.get("/exports/latest/nqf-ctdl.jsonld")
        assert file.headers["content-type"] == "application/ld+json"
        assert file.json() == document
        accepted = {"Accept-Profile": "<https://purl.org/ctdl/terms/>", "Accept": "application/ld+json"}
        view = client.get("/doc/level/2020/3a", headers=accepted)
        assert view.headers["content-profile"] == "<https://purl.org/ctdl/terms/>"
        assert view.json()["@type"] == "asn:ProgressionLevel"
        assert view.json()["skos:prefLabel"]["en"] == "Level 3a"
