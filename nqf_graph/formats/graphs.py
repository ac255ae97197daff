"""How a graph is written: by Oxigraph, in an order of ours; JSON-LD by our own context."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, serialize

from nqf_graph.formats.json_ld import write_json_ld
from nqf_graph.formats.media_types import JSON_LD, N_QUADS, N_TRIPLES, TRIG, Format
from nqf_graph.formats.words import Context
from nqf_graph.terms import RDF

_TYPE = RDF["type"]
_NAMESPACE = re.compile(r".*[^\w-](?=[\w-]+$)", re.DOTALL)


def write_graph(
    statements: Iterable[Triple] | Iterable[Quad],
    form: Format,
    prefixes: Mapping[str, str],
    context: Context | None = None,
    about: NamedNode | None = None,
) -> bytes:
    """The bytes of a graph in `form`, one of GRAPHS_AND_DATASETS; equal sets of statements give equal bytes.

    TriG and N-Quads tell the named graphs of quads, the others drop them.  What is said of `about` comes first;
    JSON-LD is written with the words of `context`.
    """
    first = str(about)
    if form in (TRIG, N_QUADS):
        ordered: list[Any] = sorted(statements, key=lambda s: (_graph(s), *_place(s, first)))
    else:
        triples = {statement.triple if isinstance(statement, Quad) else statement for statement in statements}
        ordered = sorted(triples, key=lambda s: _place(s, first))
    if form is JSON_LD:
        return write_json_ld(ordered, context or Context({}, prefixes), about)
    assert isinstance(form.engine, RdfFormat)
    if form in (N_TRIPLES, N_QUADS):
        return to_bytes(ordered, form.engine)
    namespaces = _namespaces(ordered)
    return to_bytes(ordered, form.engine, {prefix: iri for prefix, iri in prefixes.items() if iri in namespaces})


def to_bytes(
    statements: Iterable[Triple] | Iterable[Quad], form: RdfFormat, prefixes: Mapping[str, str] | None = None
) -> bytes:
    """Statements as Oxigraph writes them."""
    return serialize(statements, format=form, prefixes=dict(prefixes or {})) or b""


def _namespaces(statements: Iterable[Triple] | Iterable[Quad]) -> set[str]:
    """The namespaces that would shorten an IRI: what stands before its last name."""
    iris: set[str] = set()
    for statement in statements:
        for term in (statement.subject, statement.predicate, statement.object):
            if isinstance(term, NamedNode):
                iris.add(term.value)
            elif isinstance(term, Literal):
                iris.add(term.datatype.value)
    return {match[0] for match in map(_NAMESPACE.match, iris) if match}


def _place(statement: Triple | Quad, first: str) -> tuple[bool, str, bool, str, str]:
    """Where a statement stands: those of one subject together, its types first."""
    subject, predicate = str(statement.subject), statement.predicate
    return subject != first, subject, predicate != _TYPE, predicate.value, str(statement.object)


def _graph(statement: Triple | Quad) -> str:
    return str(statement.graph_name) if isinstance(statement, Quad) else ""
