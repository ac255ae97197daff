"""Rows of terms as table cells."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode

from nqf_graph.labels import labels_of
from nqf_graph.publication import Publication
from nqf_graph.store import Rows, Term
from nqf_graph.web.description import term_names
from nqf_graph.web.resource import Namer, Value


def names_of(publication: Publication, terms: Iterable[Term | None], language: str) -> Namer:
    """A namer that knows the labels of these terms."""
    names = dict(term_names(publication))
    nodes = {term.value for term in terms if isinstance(term, NamedNode) and term.value not in names}
    names |= labels_of(publication, nodes)
    return Namer(names, language, publication.settings.base)


Cell = tuple[Value, ...]
"""What stands in one cell: nothing, a value, or several."""


def table_of(publication: Publication, rows: Rows, language: str) -> tuple[tuple[str, ...], list[list[Cell]]]:
    """The columns and cells of an answer: things named in the reader's language and linked to their pages.

    A column that repeats the names of the things beside it is left out.
    """
    terms = [[_parts(term) for term in row] for row in rows.rows]
    name = names_of(publication, {part for row in terms for parts in row for part in parts}, language)
    cells = [[tuple(name(part) for part in parts) for parts in row] for row in terms]
    shown = [at for at in range(len(rows.columns)) if not _repeats(cells, at)]
    return tuple(rows.columns[at] for at in shown), [[row[at] for at in shown] for row in cells]


def _parts(term: Term | None) -> tuple[Term, ...]:
    """A term, or the things that a text of IRIs separated by blanks stands for."""
    if term is None:
        return ()
    if isinstance(term, Literal) and not term.language and "://" in term.value:
        iris = term.value.split(" ")
        if all(iri.startswith(("http://", "https://")) for iri in iris):
            return tuple(NamedNode(iri) for iri in iris)
    return (term,)


def _repeats(cells: list[list[Cell]], at: int) -> bool:
    """Whether a column of texts says only what a linked cell of the same row says already."""
    texts = [(row[at], row) for row in cells if row[at]]
    return bool(texts) and all(
        not cell[0].link and any(other[0].link and other[0].text == cell[0].text for other in row if other)
        for cell, row in texts
    )


def plain_table(rows: Rows, base: str) -> list[list[Cell]]:
    """The cells of an ad-hoc result, things shown by the IRIs that they are."""
    name = Namer({}, "", base)
    return [[() if term is None else (name(term),) for term in row] for row in rows.rows]
