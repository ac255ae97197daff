"""Solutions between endpoints: SPARQL results JSON as rows, rows as the VALUES block of a query."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from nqf_graph.store import Rows
from nqf_graph.store.protocol import Term

_BLANK = "urn:nqf:remote-blank-node:"


def read_json(data: bytes, origin: str = "") -> Rows:
    """The rows of SPARQL results JSON.  Raises ValueError for anything else, also for triple terms.

    With `origin`, a text that says where the answer is from, a blank node becomes an IRI made of it and the label:
    inline data cannot hold blank nodes, and equal questions give equal names.
    """
    try:
        document = json.loads(data)
        columns = tuple(str(name) for name in document["head"].get("vars", ()))
        bindings = document["results"]["bindings"]
        rows = (tuple(_term(row[name], origin) if name in row else None for name in columns) for row in bindings)
        return Rows(columns, tuple(rows))
    except (AttributeError, KeyError, TypeError, RecursionError) as error:
        raise ValueError("not SPARQL results JSON") from error


def _term(given: dict[str, Any], origin: str) -> Term:
    kind, value = given["type"], given["value"]
    if kind == "uri":
        return NamedNode(value)
    if kind == "bnode":
        if not origin:
            return BlankNode(value)
        return NamedNode(_BLANK + sha256(f"{origin}\n{value}".encode()).hexdigest()[:32])
    if kind not in ("literal", "typed-literal"):
        raise ValueError(f"a term of type {kind} is not read here")
    if language := given.get("xml:lang"):
        return Literal(value, language=language)
    datatype = given.get("datatype")
    return Literal(value, datatype=NamedNode(datatype) if datatype else None)


def is_sendable(term: Term | None) -> bool:
    """Can the term stand in a VALUES block for any SPARQL 1.1 endpoint?"""
    return term is not None and not isinstance(term, Triple) and getattr(term, "direction", None) is None


def values(columns: Sequence[str], rows: Iterable[Sequence[Term | None]]) -> str:
    """The VALUES block that holds the rows."""
    lines = "".join(f"({' '.join('UNDEF' if term is None else str(term) for term in row)})\n" for row in rows)
    return f"VALUES ({' '.join(f'?{name}' for name in columns)}) {{\n{lines}}}"
