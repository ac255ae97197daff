"""Media types of graphs and query results: which one a caller gets, and how graphs are written in it."""

from nqf_graph.formats.graphs import to_bytes, write_graph
from nqf_graph.formats.media_types import (
    BOOLEANS,
    CSV,
    GRAPHS,
    GRAPHS_AND_DATASETS,
    HTML,
    JSON,
    JSON_LD,
    LINKS,
    N_QUADS,
    N_TRIPLES,
    RDF_XML,
    RESULTS_JSON,
    RESULTS_XML,
    ROWS,
    TRIG,
    TSV,
    TURTLE,
    Format,
)
from nqf_graph.formats.negotiation import choose, choose_language, named
from nqf_graph.formats.words import LINK, Context, Word

__all__ = [
    "BOOLEANS",
    "CSV",
    "GRAPHS",
    "GRAPHS_AND_DATASETS",
    "HTML",
    "JSON",
    "JSON_LD",
    "LINK",
    "LINKS",
    "N_QUADS",
    "N_TRIPLES",
    "RDF_XML",
    "RESULTS_JSON",
    "RESULTS_XML",
    "ROWS",
    "TRIG",
    "TSV",
    "TURTLE",
    "Context",
    "Format",
    "Word",
    "choose",
    "choose_language",
    "named",
    "to_bytes",
    "write_graph",
]
