"""Media types of graphs and of query results, which one a caller gets, and how it is written.

Negotiation follows RFC 9110: the most specific range that matches an offer gives its quality, the best quality
wins, and of equals the one offered first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pyoxigraph import Quad, QueryResultsFormat, RdfFormat, Triple, serialize
from rdflib import Graph
from werkzeug.datastructures import LanguageAccept, MIMEAccept
from werkzeug.http import parse_accept_header

from nqf_graph.errors import NotAcceptable
from nqf_graph.terms import FORMATS, LANGUAGES, RDF


@dataclass(frozen=True)
class Format:
    """A way to write something: its media type, the suffix of addresses and files, and the W3C format IRI."""

    media_type: str
    suffix: str
    iri: str
    engine: RdfFormat | QueryResultsFormat | None = None

    @property
    def content_type(self) -> str:
        """The value of a Content-Type header; text formats name their encoding."""
        return f"{self.media_type}; charset=utf-8" if self.media_type.startswith("text/") else self.media_type


def _w3c(name: str) -> str:
    return FORMATS[name].value


TURTLE = Format("text/turtle", "ttl", _w3c("Turtle"), RdfFormat.TURTLE)
JSON_LD = Format("application/ld+json", "jsonld", _w3c("JSON-LD"), RdfFormat.JSON_LD)
N_TRIPLES = Format("application/n-triples", "nt", _w3c("N-Triples"), RdfFormat.N_TRIPLES)
RDF_XML = Format("application/rdf+xml", "rdf", _w3c("RDF_XML"), RdfFormat.RDF_XML)
TRIG = Format("application/trig", "trig", _w3c("TriG"), RdfFormat.TRIG)
N_QUADS = Format("application/n-quads", "nq", _w3c("N-Quads"), RdfFormat.N_QUADS)
HTML = Format("text/html", "html", "http://www.w3.org/ns/formats/HTML")
JSON = Format("application/json", "json", "http://www.w3.org/ns/formats/JSON")

RESULTS_JSON = Format("application/sparql-results+json", "srj", _w3c("SPARQL_Results_JSON"), QueryResultsFormat.JSON)
RESULTS_XML = Format("application/sparql-results+xml", "srx", _w3c("SPARQL_Results_XML"), QueryResultsFormat.XML)
CSV = Format("text/csv", "csv", _w3c("SPARQL_Results_CSV"), QueryResultsFormat.CSV)
TSV = Format("text/tab-separated-values", "tsv", _w3c("SPARQL_Results_TSV"), QueryResultsFormat.TSV)

GRAPHS = (TURTLE, JSON_LD, N_TRIPLES, RDF_XML)
GRAPHS_AND_DATASETS = (*GRAPHS, TRIG, N_QUADS)
ROWS = (RESULTS_JSON, RESULTS_XML, CSV, TSV)
BOOLEANS = (RESULTS_JSON, RESULTS_XML)


def choose(accept: str | None, offers: Sequence[Format]) -> Format:
    """Which of `offers` does an `Accept` header want?  No header means the first.

    Raises NotAcceptable when the header rules out every offer.
    """
    if not accept or not accept.strip():
        return offers[0]
    ranges = parse_accept_header(accept, MIMEAccept)
    best = max(offers, key=lambda offer: ranges.quality(offer.media_type))
    if ranges.quality(best.media_type) <= 0:
        raise NotAcceptable(accept, [offer.media_type for offer in offers])
    return best


def named(name: str, offers: Sequence[Format]) -> Format:
    """Which offer is called `name`, a media type or a suffix?  Raises NotAcceptable for any other."""
    for offer in offers:
        if name in (offer.media_type, offer.suffix):
            return offer
    raise NotAcceptable(name, [offer.media_type for offer in offers])


def choose_language(accept_language: str | None, default: str = "en") -> str:
    """Which of LANGUAGES does an `Accept-Language` header want?  `default` when it wants none of them.

    A range counts by its primary subtag: a reader of `ru-RU` is served Russian.
    """
    quality = dict.fromkeys(LANGUAGES, 0.0)
    for tag, q in parse_accept_header(accept_language, LanguageAccept):
        primary = tag.split("-")[0].lower()
        if primary in quality:
            quality[primary] = max(quality[primary], q)
    best = max(quality, key=lambda tag: (quality[tag], tag == default))
    return best if quality[best] > 0 else default


def write_graph(triples: Iterable[Triple], form: Format, prefixes: Mapping[str, str]) -> bytes:
    """The bytes of a graph in `form`, one of GRAPHS_AND_DATASETS; equal sets of triples give equal bytes."""
    ordered = sorted(
        triples, key=lambda t: (str(t.subject), t.predicate != RDF["type"], str(t.predicate), str(t.object))
    )
    if form is JSON_LD:
        return _write_json_ld(ordered, prefixes)
    assert isinstance(form.engine, RdfFormat)
    if form.engine in (RdfFormat.N_TRIPLES, RdfFormat.N_QUADS):
        return to_bytes(ordered, form.engine)
    text = to_bytes(ordered, RdfFormat.N_TRIPLES).decode()
    used = {prefix: iri for prefix, iri in prefixes.items() if re.search(rf"<{re.escape(iri)}[\w-]+>", text)}
    return to_bytes(ordered, form.engine, used)


def to_bytes(
    statements: Iterable[Triple] | Iterable[Quad], form: RdfFormat, prefixes: Mapping[str, str] | None = None
) -> bytes:
    """Statements as Oxigraph writes them."""
    return serialize(statements, format=form, prefixes=dict(prefixes or {})) or b""


def _write_json_ld(triples: Sequence[Triple], prefixes: Mapping[str, str]) -> bytes:
    graph = Graph().parse(data=to_bytes(triples, RdfFormat.N_TRIPLES), format="nt")
    return graph.serialize(format="json-ld", context=dict(prefixes), indent=1, encoding="utf-8")
