"""What the graph says of a thing: all that it states, what points to it (page by page), what these are called."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from nqf_graph.errors import NotFound
from nqf_graph.per_state import PerState
from nqf_graph.publication import Publication
from nqf_graph.store import Term
from nqf_graph.terms import NQF, RDFS, SHAPES

PAGE = 100
LARGEST_PAGE = 1000


@dataclass(frozen=True)
class Mentions:
    """The statements of one page that point to a thing by one property; `total` counts those of all pages."""

    property: NamedNode
    total: int
    quads: tuple[Quad, ...]


@dataclass(frozen=True)
class Description:
    """All that a document about `thing` says, on page `page` of `pages`."""

    thing: NamedNode
    own: tuple[Quad, ...]
    mentions: tuple[Mentions, ...]
    names: tuple[Quad, ...]
    page: int = 1
    pages: int = 1

    @property
    def quads(self) -> list[Quad]:
        """Every statement, each with its named graph."""
        return [*self.own, *(quad for mentions in self.mentions for quad in mentions.quads), *self.names]

    def objects(self, property: NamedNode) -> list[Term]:
        """What the thing states by one property."""
        return [quad.object for quad in self.own if quad.predicate == property and quad.subject == self.thing]


def describe(
    publication: Publication, thing: NamedNode, page: int = 1, size: int = PAGE, beside: Iterable[NamedNode] = ()
) -> Description | None:
    """What does the graph say of `thing`?  None when it says nothing.

    What points to it comes in pages of `size` statements for each property; things `beside` it are named too.  Raises
    NotFound for a page that is not there.
    """
    own = _stated(publication, thing)
    few = publication.store.select(f"{publication.system('mentions', thing=str(thing))}LIMIT {size + 1}").rows
    if len(few) <= size and page == 1:
        mentions, pages = _grouped(thing, few), 1
    else:
        mentions, pages = _paged(publication, thing, page, size)
    if not own and not mentions:
        return None
    if page > max(pages, 1):
        raise NotFound("page", str(page), tuple(str(number) for number in range(1, min(pages, 20) + 1)))
    nodes = {*beside, *(quad.object for quad in own)} | {q.subject for found in mentions for q in found.quads}
    return Description(thing, tuple(own), mentions, tuple(_called(publication, nodes - {thing})), page, pages)


def is_known(publication: Publication, thing: NamedNode) -> bool:
    """Does the graph say anything of the thing, as subject or as object?"""
    return publication.store.ask(publication.system("exists", thing=str(thing)))


@PerState
def term_names(publication: Publication) -> dict[str, list[Literal]]:
    """What the terms of the vocabulary are called, in every language."""
    names: dict[str, list[Literal]] = {}
    for row in publication.store.select(publication.system("term-names")):
        term, name = row["thing"], row["name"]
        if isinstance(term, NamedNode) and isinstance(name, Literal):
            names.setdefault(term.value, []).append(name)
    return names


@PerState
def licences(publication: Publication) -> dict[str, tuple[NamedNode, ...]]:
    """Under which licences each named graph is published, by its IRI."""
    found: dict[str, tuple[NamedNode, ...]] = {}
    for row in publication.store.select(publication.system("licences")):
        graph, licence = row["graph"], row["licence"]
        if isinstance(graph, NamedNode) and isinstance(licence, NamedNode):
            found[graph.value] = (*found.get(graph.value, ()), licence)
    return found


def _stated(publication: Publication, thing: NamedNode) -> list[Quad]:
    rows = publication.store.select(publication.system("stated", thing=str(thing))).rows
    own = [_quad(thing, property, value, graph) for graph, property, value in rows]
    nameless = [quad for quad in own if isinstance(quad.object, BlankNode)]
    if not nameless:
        return own
    # Nameless nodes are called the same within one answer only, so all that is said of them comes from one.
    graph = nameless[0].graph_name
    inside = publication.store.construct(publication.system("nested", thing=str(thing)))
    named = [quad for quad in own if not isinstance(quad.object, BlankNode)]
    return named + [Quad(t.subject, t.predicate, t.object, graph) for t in _nested(thing, inside)]


def _nested(thing: NamedNode, triples: Iterable[Triple]) -> list[Triple]:
    """The statements that lead from the thing to nameless nodes, and those of the nodes themselves."""
    by_subject: dict[Term, list[Triple]] = {}
    for triple in triples:
        by_subject.setdefault(triple.subject, []).append(triple)
    found = [triple for triple in by_subject.get(thing, ()) if isinstance(triple.object, BlankNode)]
    for triple in found:  # grows while it is read
        if isinstance(triple.object, BlankNode):
            found += by_subject.pop(triple.object, [])
    return found


def _grouped(thing: NamedNode, rows: Iterable[tuple[Term | None, ...]]) -> tuple[Mentions, ...]:
    found: dict[NamedNode, list[Quad]] = {}
    for graph, subject, property in rows:
        assert isinstance(property, NamedNode)
        found.setdefault(property, []).append(_quad(subject, property, thing, graph))
    return tuple(Mentions(property, len(quads), tuple(quads)) for property, quads in found.items())


def _paged(publication: Publication, thing: NamedNode, page: int, size: int) -> tuple[tuple[Mentions, ...], int]:
    """The mentions of one page and the number of pages; only the statements of the page are fetched."""
    found, pages = [], 1
    for property, total in publication.store.select(publication.system("mention-counts", thing=str(thing))).rows:
        assert isinstance(property, NamedNode) and isinstance(total, Literal)
        count = int(total.value)
        pages = max(pages, -(-count // size))
        rows: tuple[tuple[Term | None, ...], ...] = ()
        if (page - 1) * size < count:
            query = publication.system("mentions-page", thing=str(thing), property=str(property))
            rows = publication.store.select(f"{query}LIMIT {size} OFFSET {(page - 1) * size}").rows
        found.append(Mentions(property, count, tuple(_quad(s, property, thing, graph) for graph, s in rows)))
    return tuple(found), pages


def _called(publication: Publication, nodes: Iterable[Term]) -> list[Quad]:
    """The names of things; terms of the vocabulary have theirs in their own document."""
    things = sorted(str(node) for node in nodes if isinstance(node, NamedNode) and not _is_term(node.value))
    if not things:
        return []
    rows = publication.store.select(publication.system("called", thing=" ".join(things))).rows
    return [_quad(thing, property, name, graph) for graph, thing, property, name in rows]


def _is_term(iri: str) -> bool:
    return iri.startswith((NQF.iri, SHAPES.iri, RDFS.iri))


def _quad(subject: Term | None, property: Term | None, value: Term | None, graph: Term | None) -> Quad:
    assert isinstance(subject, NamedNode) and isinstance(property, NamedNode) and isinstance(graph, NamedNode)
    assert value is not None
    return Quad(subject, property, value, graph)
