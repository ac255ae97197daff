"""Data that came with a request: which triples do they state?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import RdfFormat, Triple, parse

from nqf_graph.errors import BadParameter, DataSyntax, UnsupportedFormat
from nqf_graph.formats import GRAPHS, N_TRIPLES, to_bytes
from nqf_graph.store.delta import graph_of

READABLE = tuple(form.media_type for form in GRAPHS)
"""The media types that are read."""


@dataclass(frozen=True)
class Document:
    """A document of a request: its text, its media type, and how errors call it."""

    text: str
    media_type: str
    name: str = "request"


def triples_of(document: Document, base: str) -> list[Triple]:
    """Which triples does a document state?  Blank nodes are its own, relative IRIs resolve against `base`.

    Raises UnsupportedFormat, DataSyntax with the place, and BadParameter for named graphs inside.
    """
    form = RdfFormat.from_media_type(document.media_type)
    if form is None or document.media_type not in READABLE:
        raise UnsupportedFormat(document.media_type, READABLE)
    try:
        quads = list(parse(document.text.encode(), format=form, base_iri=base, rename_blank_nodes=True))
    except SyntaxError as error:
        expected = error.msg.partition(": ")[2] or error.msg
        raise DataSyntax(document.name, expected, error.lineno, error.offset) from error
    if any(graph_of(quad) for quad in quads):
        raise BadParameter("body", "expected one graph: the graph is named in the address")
    return [quad.triple for quad in quads]


def merge(documents: Iterable[Document], base: str) -> Document:
    """One document that states what all of them state."""
    triples = [triple for document in documents for triple in triples_of(document, base)]
    assert isinstance(N_TRIPLES.engine, RdfFormat)
    return Document(to_bytes(triples, N_TRIPLES.engine).decode(), N_TRIPLES.media_type)
