"""What a document says of itself, and what follows from the versions of its thing: stated in no file, true of both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from pyoxigraph import Literal, NamedNode, Quad, Triple

from nqf_graph.publication import Publication
from nqf_graph.terms import DCAT, DCT, FOAF, LANGUAGES, RDF, XHV
from nqf_graph.web.description import Description, licences
from nqf_graph.web.succession import Succession
from nqf_graph.web.versions import Lineage


def of_document(
    about: NamedNode, thing: NamedNode, profile: str, under: Iterable[str] = (), pages: Mapping[str, str] | None = None
) -> list[Triple]:
    """What is said of the document `about` a thing: its topic, profile, licences and, as in HTML, its other pages."""
    if about == thing:
        return []
    told = [
        Triple(about, RDF["type"], FOAF["Document"]),
        Triple(about, FOAF["primaryTopic"], thing),
        Triple(about, DCT["conformsTo"], NamedNode(profile)),
    ]
    told += [Triple(about, DCT["license"], NamedNode(licence)) for licence in under]
    return told + [Triple(about, XHV[rel], NamedNode(page)) for rel, page in (pages or {}).items()]


def of_lineage(thing: NamedNode, lineage: Lineage | None, succession: Succession, day: date) -> list[Triple]:
    """Which versions there are, which is in force on the day, what replaces what."""
    told = [Triple(thing, DCT["isReplacedBy"], successor) for successor in succession.successors]
    told += [Triple(thing, DCT["replaces"], predecessor) for predecessor in succession.predecessors]
    if lineage is None:
        return told
    if thing != lineage.original:
        return [*told, Triple(thing, DCT["isVersionOf"], lineage.original)]
    told += [Triple(thing, DCT["hasVersion"], version.thing) for version in lineage.versions]
    current = lineage.in_force(day)
    return told + ([Triple(thing, DCAT["hasCurrentVersion"], current.thing)] if current else [])


def joined(description: Description, added: Iterable[Triple]) -> list[Quad]:
    """The statements of the graph with those that follow; what the graph states itself is not said again."""
    stated = {quad.triple for quad in description.quads}
    return [*description.quads, *(Quad(*triple) for triple in added if triple not in stated)]


def languages_of(statements: Iterable[Triple | Quad]) -> list[str]:
    """The languages of the texts, ours first."""
    objects = (statement.object for statement in statements)
    found = {term.language for term in objects if isinstance(term, Literal) and term.language}
    return [*(tag for tag in LANGUAGES if tag in found), *sorted(found - set(LANGUAGES))]


def licences_of(publication: Publication, description: Description) -> list[str]:
    """The licences of the named graphs that a description draws on."""
    known = licences(publication)
    graphs = {quad.graph_name.value for quad in description.quads if isinstance(quad.graph_name, NamedNode)}
    return sorted({licence.value for graph in graphs for licence in known.get(graph, ())})
