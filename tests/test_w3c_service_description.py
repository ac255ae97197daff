"""The W3C suite for the SPARQL 1.1 Service Description."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from starlette.testclient import TestClient

from nqf_graph.formats import GRAPHS, Format
from nqf_graph.terms import FORMATS, RDF, SD
from tests.conftest import require
from tests.w3c_sparql import entries, expected, suite

# The schema of the vocabulary: property → domain and range; "" where the range is any resource.
SCHEMA = {
    "endpoint": ("Service", ""),
    "feature": ("Service", "Feature"),
    "defaultEntailmentRegime": ("Service", "EntailmentRegime"),
    "defaultSupportedEntailmentProfile": ("Service", "EntailmentProfile"),
    "entailmentRegime": ("NamedGraph", "EntailmentRegime"),
    "supportedEntailmentProfile": ("NamedGraph", "EntailmentProfile"),
    "extensionFunction": ("Service", "Function"),
    "extensionAggregate": ("Service", "Aggregate"),
    "languageExtension": ("Service", "Feature"),
    "supportedLanguage": ("Service", "Language"),
    "propertyFeature": ("Service", "Feature"),
    "defaultDataset": ("Service", "Dataset"),
    "availableGraphs": ("Service", "GraphCollection"),
    "resultFormat": ("Service", "Format"),
    "inputFormat": ("Service", "Format"),
    "defaultGraph": ("Dataset", "Graph"),
    "namedGraph": ("GraphCollection", "NamedGraph"),
    "name": ("NamedGraph", ""),
    "graph": ("NamedGraph", "Graph"),
}
BROADER = {"Dataset": {"GraphCollection"}}
INSTANCES = {
    "Language": {"SPARQL10Query", "SPARQL11Query", "SPARQL11Update"},
    "Feature": {"DereferencesURIs", "UnionDefaultGraph", "RequiresDataset", "EmptyGraphs", "BasicFederatedQuery"},
}
CLASSES = {name for pair in SCHEMA.values() for name in pair if name} | set(BROADER) | {"Service"}


def describe(client: TestClient, form: Format) -> tuple[str, set[ox.Triple]]:
    """The endpoint, and what it says of itself."""
    response = client.get("/sparql", headers={"Accept": form.media_type})
    assert response.headers["content-type"] == form.content_type
    parsed = ox.parse(response.content, format=ox.RdfFormat.from_media_type(form.media_type))
    return str(response.url), {quad.triple for quad in parsed}


def breaches(triples: set[ox.Triple]) -> list[str]:
    """Where a description is not as the vocabulary says."""
    types: dict[object, set[str]] = {}
    for triple in triples:
        if triple.predicate == RDF["type"]:
            name = triple.object.value.removeprefix(SD.iri)  # type: ignore[union-attr]
            types.setdefault(triple.subject, set()).update({name} | BROADER.get(name, set()))
    found = [f"no class {name}" for names in types.values() for name in names - CLASSES if "://" not in name]
    for triple in triples:
        if not triple.predicate.value.startswith(SD.iri):
            continue
        name = triple.predicate.value.removeprefix(SD.iri)
        if name not in SCHEMA:
            found.append(f"no property {name}")
            continue
        domain, range_ = SCHEMA[name]
        if domain not in types.get(triple.subject, set()):
            found.append(f"{triple.subject} has {name} and is no {domain}")
        if isinstance(triple.object, ox.Literal):
            found.append(f"{name} is a literal")
        elif not range_ or range_ in types.get(triple.object, set()):
            continue
        elif range_ == "Format":
            found += [] if triple.object.value.startswith(FORMATS.iri) else [f"{triple.object} is no format"]
        elif triple.object.value.removeprefix(SD.iri) not in INSTANCES.get(range_, set()):
            found.append(f"{triple.object} is no {range_}")
    return found


def test_suite(client: TestClient) -> None:
    require(suite().exists(), f"the W3C SPARQL test suites ({suite()}; set NQF_SHARED)")
    endpoint, triples = describe(client, GRAPHS[0])
    has_endpoint = any(t.predicate == SD["endpoint"] and t.object == ox.NamedNode(endpoint) for t in triples)
    told = {
        "has-endpoint-triple": "passed" if has_endpoint else "no sd:endpoint with this address",
        "returns-rdf": "passed" if triples else "nothing",
        "conforms-to-schema": "; ".join(breaches(triples)) or "passed",
    }
    assert {entry.name: told[entry.name.partition("/")[2]] for entry in entries()["service-description"]} == expected(
        "service-description"
    )


@pytest.mark.parametrize("form", GRAPHS, ids=lambda form: form.suffix)
def test_every_format_says_the_same(client: TestClient, form: Format) -> None:
    _, triples = describe(client, form)
    assert len(triples) == len(describe(client, GRAPHS[0])[1])
    assert breaches(triples) == []


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("<a:s> sd:endpoint <a:s>", "no Service"),
        ('<a:s> a sd:Service ; sd:endpoint "a:s"', "literal"),
        ("<a:s> a sd:Service ; sd:url <a:s>", "no property url"),
        ("<a:s> a sd:Server", "no class Server"),
        ("<a:s> a sd:Service ; sd:supportedLanguage sd:UnionDefaultGraph", "no Language"),
        ("<a:s> a sd:Service ; sd:resultFormat <text/turtle>", "no format"),
    ],
)
def test_a_breach_is_noticed(wrong: str, told: str) -> None:
    text = f"@base <http://example.org/> . @prefix sd: <{SD.iri}> . {wrong} ."
    assert told in " ".join(breaches({quad.triple for quad in ox.parse(text, format=ox.RdfFormat.TURTLE)}))
