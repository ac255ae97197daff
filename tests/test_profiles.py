"""Views of a thing: Content Negotiation by Profile (W3C), and what the views say."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse
from starlette.testclient import TestClient

from nqf_graph.app import create_app
from nqf_graph.discovery.profiles import read_profiles
from nqf_graph.errors import CannotLoad
from nqf_graph.publication import Publication, open_publication
from nqf_graph.web.profiles import profiles_of, view
from tests.conftest import ROOT, WORLD_BASE, world_settings
from tests.test_versions import links, triples

LEVEL = "/doc/level/2020/3a"
NATIVE = "https://w3id.org/nqf/ontology"
SKOS = "http://www.w3.org/2004/02/skos/core"
SCHEMA = "https://schema.org/"
CTDL = "https://purl.org/ctdl/terms/"
ELM = "http://data.europa.eu/snb/model/ap/loq-constraints"
ALT = "http://www.w3.org/ns/dx/connegp/altr"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
OWN = f"{WORLD_BASE}/id/"


@pytest.mark.parametrize(
    ("accepted", "answered"),
    [
        (f"<{SKOS}>", SKOS),
        (f"<{SKOS}>;q=0.4, <{SCHEMA}>;q=0.9", SCHEMA),
        (f"<urn:unheard:of>, <{SCHEMA}>; q=0.1", SCHEMA),
        (f"<{SCHEMA}>;q=0, <{NATIVE}>;q=0.2", NATIVE),
        ("", NATIVE),
    ],
)
def test_accept_profile(client: TestClient, accepted: str, answered: str) -> None:
    response = client.get(LEVEL, headers={"Accept-Profile": accepted, "Accept": "text/turtle"})
    assert response.status_code == 200
    assert response.headers["content-profile"] == f"<{answered}>"
    assert (answered, {}) in links(response.headers["link"])["profile"]
    assert "Accept-Profile" in response.headers["vary"]


@pytest.mark.parametrize("name", ["skos", SKOS])
def test_the_query_names_a_profile_by_token_or_iri(client: TestClient, name: str) -> None:
    response = client.get(LEVEL, params={"_profile": name}, headers={"Accept-Profile": f"<{SCHEMA}>"})
    assert response.headers["content-profile"] == f"<{SKOS}>"
    assert response.headers["content-location"] == f"{LEVEL}.ttl?_profile=skos"
    assert client.get(response.headers["content-location"]).content == response.content


def test_unknown_profiles_name_what_exists(client: TestClient) -> None:
    refused = client.get(LEVEL, params={"_profile": "elm-2"})
    assert refused.status_code == 400
    assert {"native", "skos", "schema", "alt"} <= set(refused.json()["existing"])
    unacceptable = client.get(LEVEL, headers={"Accept-Profile": "<urn:unheard:of>"})
    assert unacceptable.status_code == 406
    assert {NATIVE, SKOS, SCHEMA, ALT} <= set(unacceptable.json()["offered"])
    assert client.get(f"{LEVEL}.html", params={"_profile": "skos"}).status_code == 406
    assert client.get("/doc/level/2020/99", params={"_profile": "skos"}).status_code == 404


def test_tokens_are_mapped_to_profiles(client: TestClient) -> None:
    found = links(client.head(LEVEL).headers["link"])["type"]
    assert {target for target, _ in found} == {"http://www.w3.org/ns/dx/prof/Profile"}
    told = {attributes["token"]: attributes["anchor"] for _, attributes in found}
    assert told == {"native": NATIVE, "ctdl": CTDL, "elm": ELM, "schema": SCHEMA, "skos": SKOS, "alt": ALT}


def test_the_list_of_views_is_complete_and_every_entry_answers(client: TestClient) -> None:
    told = triples(client.get(f"{LEVEL}.nt", params={"_profile": "alt"}).content)
    made = {o for s, p, o in told if (s, p) == (f"{OWN}level/2020/3a", f"{ALT}#hasRepresentation")}
    assert len(made) == 7 + 4 * 4 + 5
    for iri in made:
        response = client.get(iri.removeprefix(WORLD_BASE))
        if iri.endswith("=elm"):
            assert response.status_code == 406, "ELM has no place for a level"
            continue
        assert response.status_code == 200, iri
        [form] = [o for s, p, o in told if (s, p) == (iri, "http://purl.org/dc/terms/format")]
        [profile] = [o for s, p, o in told if (s, p) == (iri, "http://purl.org/dc/terms/conformsTo")]
        assert response.headers["content-type"].partition(";")[0] == form.strip('"')
        assert response.headers["content-profile"] == f"<{profile}>"
    for language, word in (("ky", "Көрүнүштөр жана"), ("ru", "Представления и"), ("en", "Views and")):
        page = client.get(f"{LEVEL}.html", params={"_profile": "alt", "lang": language})
        assert word in page.text
        assert page.text.count(f'href="{LEVEL}.') == len(made)
    alternates = links(client.get(LEVEL).headers["link"])["alternate"]
    offered = {attributes["profile"] for _, attributes in alternates if "profile" in attributes}
    assert offered == {CTDL, ELM, SKOS, SCHEMA, ALT}


def test_the_skos_view(client: TestClient) -> None:
    core = f"{SKOS}#"
    level = triples(client.get(f"{LEVEL}.nt", params={"_profile": "skos"}).content)
    said = {(p.removeprefix(core), o) for s, p, o in level if s == f"{OWN}level/2020/3a"}
    assert ("http://www.w3.org/1999/02/22-rdf-syntax-ns#type", f"{core}Concept") in said
    assert {("broader", f"{OWN}level/2020/3"), ("inScheme", f"{OWN}framework/aqf/2020"), ("notation", '"3a"')} <= said
    assert ("closeMatch", f"{OWN}level/crf-2015/3") in said, "accepted alignments are mappings"
    other = triples(client.get("/doc/level/2020/3b.nt", params={"_profile": "skos"}).content)
    assert not any(p.endswith("Match") for _, p, _ in other), "proposed ones are not"
    edition = triples(client.get("/doc/framework/aqf/2020.nt", params={"_profile": "skos"}).content)
    scheme = f"{OWN}framework/aqf/2020"
    assert (scheme, "http://www.w3.org/1999/02/22-rdf-syntax-ns#type", f"{core}ConceptScheme") in edition
    tops = {o for s, p, o in edition if (s, p) == (scheme, f"{core}hasTopConcept")}
    assert tops == {f"{OWN}level/2020/{notation}" for notation in "1234"}
    assert foreign_words(level, core) == set()
    assert foreign_words(edition, core) == {f"{RDF}first", f"{RDF}rest"}, "the levels in their order are a list"


def test_the_schema_org_view(client: TestClient) -> None:
    expected = {
        "level/2020/3a": ("DefinedTerm", "inDefinedTermSet"),
        "framework/aqf/2020": ("DefinedTermSet", "hasDefinedTerm"),
        "programme/waiter-day": ("EducationalOccupationalProgram", "educationalCredentialAwarded"),
        "qualification/bachelor-hospitality": ("EducationalOccupationalCredential", "educationalLevel"),
        "body/ministry-education": ("Organization", "dissolutionDate"),
        "occupation/waiter": ("Occupation", "occupationalCategory"),
        "act/law-12-2019": ("Legislation", "legislationIdentifier"),
        "event/forum-2018": ("Event", "name"),
    }
    for name, (kind, property) in expected.items():
        told = triples(client.get(f"/doc/{name}.nt", params={"_profile": "schema"}).content)
        kinds = {o for s, p, o in told if s == f"{OWN}{name}" and p.endswith("#type")}
        assert f"{SCHEMA}{kind}" in kinds, name
        assert {o for s, p, o in told if (s, p) == (f"{OWN}{name}", f"{SCHEMA}{property}")}, name
        assert foreign_words(told, SCHEMA) == set(), name


def foreign_words(told: set[tuple[str, str, str]], namespace: str) -> set[str]:
    """The properties of a view that are of another vocabulary, but for what is said of the document."""
    about_documents = {s for s, p, _ in told if p.endswith("primaryTopic")}
    return {
        p for s, p, _ in told if s not in about_documents and not p.startswith(namespace) and not p.endswith("#type")
    }


def test_every_thing_of_the_country_has_every_view_or_none(country: Publication) -> None:
    """Each view is valid RDF about the thing that was asked for."""
    own = f"{country.settings.base}/id/"
    things = {
        t.subject for g in country.store.names() for t in country.store.triples(g) if isinstance(t.subject, NamedNode)
    }
    ours = sorted((thing for thing in things if thing.value.startswith(own)), key=lambda thing: thing.value)
    for token in ("skos", "schema"):
        seen = [
            thing
            for thing in ours
            if any(t.subject == thing for t in view(country, thing, profiles_of(country)[token]))
        ]
        assert len(seen) > 0.9 * len(ours)


def test_a_view_that_has_no_place_for_the_thing(client: TestClient) -> None:
    refused = client.get("/gazette", params={"_profile": "skos"})  # a web page, of which the graph knows no name
    assert refused.status_code == 406
    assert NATIVE in refused.json()["offered"]


def test_a_file_makes_a_profile(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "queries", tmp_path / "queries")
    (tmp_path / "queries" / "system" / "profiles" / "names.rq").write_text(
        '#+ iri = "https://example.org/profiles/names"\n'
        "#+ title = {ky = 'аты', ru = 'имя', en = 'names only'}\n"
        "CONSTRUCT { ?thing ?named ?name } WHERE {\n"
        "  VALUES ?thing { <https://example.org/x> }\n"
        "  VALUES ?named { <http://www.w3.org/2004/02/skos/core#prefLabel> }\n"
        "  ?thing ?named ?name }\n",
        encoding="utf-8",
    )
    settings = world_settings().model_copy(update={"queries": tmp_path / "queries"})
    publication = open_publication(settings)
    with TestClient(create_app(publication)) as client:
        response = client.get(LEVEL, headers={"Accept-Profile": "<https://example.org/profiles/names>"})
        assert response.headers["content-profile"] == "<https://example.org/profiles/names>"
        found = list(parse(response.content, format=RdfFormat.TURTLE))
        assert len([quad for quad in found if quad.predicate.value.endswith("prefLabel")]) == 3
        assert "names only" in client.get(f"{LEVEL}.html?_profile=alt&lang=en").text


@pytest.mark.parametrize("header", ["", "#+ iri = 5\n", "#+ iri = 'a:b'\n#+ title.en = 'x'\n", "#+ iri = \n"])
def test_a_profile_without_a_proper_header_is_refused(tmp_path: Path, header: str) -> None:
    folder = tmp_path / "system" / "profiles"
    folder.mkdir(parents=True)
    (folder / "broken.rq").write_text(header + "CONSTRUCT WHERE { ?s ?p ?o }", encoding="utf-8")
    with pytest.raises(CannotLoad, match=r"broken\.rq"):
        read_profiles(tmp_path)
