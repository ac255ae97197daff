"""The media types of graphs, of query results, and of what is around them."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import QueryResultsFormat, RdfFormat

from nqf_graph.terms import FORMATS


@dataclass(frozen=True)
class Format:
    """A way to write something: its media type, the suffix of addresses and files, the W3C's IRI if it has one."""

    media_type: str
    suffix: str
    iri: str = ""
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
HTML = Format("text/html", "html")
JSON = Format("application/json", "json")
LINKS = Format("application/link-format", "link")
MARKDOWN = Format("text/markdown", "md")
PDF = Format("application/pdf", "pdf")

RESULTS_JSON = Format("application/sparql-results+json", "srj", _w3c("SPARQL_Results_JSON"), QueryResultsFormat.JSON)
RESULTS_XML = Format("application/sparql-results+xml", "srx", _w3c("SPARQL_Results_XML"), QueryResultsFormat.XML)
CSV = Format("text/csv", "csv", _w3c("SPARQL_Results_CSV"), QueryResultsFormat.CSV)
TSV = Format("text/tab-separated-values", "tsv", _w3c("SPARQL_Results_TSV"), QueryResultsFormat.TSV)

GRAPHS = (TURTLE, JSON_LD, N_TRIPLES, RDF_XML)
GRAPHS_AND_DATASETS = (*GRAPHS, TRIG, N_QUADS)
ROWS = (RESULTS_JSON, RESULTS_XML, CSV, TSV)
BOOLEANS = (RESULTS_JSON, RESULTS_XML)
