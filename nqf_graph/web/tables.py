"""Rows of terms as table cells."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode

from nqf_graph.publication import Publication
from nqf_graph.store import Rows, Term
from nqf_graph.web.resource import Namer, Value


def names_of(publication: Publication, terms: Iterable[Term | None], language: str) -> Namer:
    """A namer that knows the labels of these terms."""
    nodes = {str(term) for term in terms if isinstance(term, NamedNode)}
    names: dict[str, list[Literal]] = {}
    if nodes:
        for row in publication.store.select(publication.system("names", thing=" ".join(sorted(nodes)))):
            thing, name = row["thing"], row["name"]
            if isinstance(thing, NamedNode) and isinstance(name, Literal):
                names.setdefault(thing.value, []).append(name)
    return Namer(names, language, publication.settings.base)


def table_of(publication: Publication, rows: Rows, language: str) -> list[list[Value | None]]:
    """The cells of an answer, things named in the reader's language and linked to their pages."""
    name = names_of(publication, {term for row in rows.rows for term in row}, language)
    return [[None if term is None else name(term) for term in row] for row in rows.rows]


def plain_table(rows: Rows, base: str) -> list[list[Value | None]]:
    """The cells of an ad-hoc result, things shown by the IRIs that they are."""
    name = Namer({}, "", base)
    return [[None if term is None else name(term) for term in row] for row in rows.rows]
