"""The documents about the publication: /void, and /catalog with the dumps of a state."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode, Triple

from nqf_graph.discovery.dcat import localised, updated, version
from nqf_graph.discovery.description import Description
from nqf_graph.discovery.exports import Export
from nqf_graph.discovery.sitemap import changes
from nqf_graph.questions import SystemQueries
from nqf_graph.store import Store
from nqf_graph.terms import DCT, VOID, XSD


def void_document(store: Store, description: Description, system: SystemQueries, here: str) -> list[Triple]:
    """The VoID description, with addresses below `here`; the files of single graphs are left to the catalogue.

    Beside what the store holds it has the number of distinct objects, which cannot be in the store: it would itself
    be an object.
    """
    names = description.names
    (row,) = store.select(system("count-objects"))
    number = row["count"]
    assert isinstance(number, Literal)
    found = [*description.facts.neighbours()]
    found += [t for t in store.triples(names.graph("void").value) if not _is_file(t, names.base)]
    found.append(Triple(names.dataset, VOID["distinctObjects"], Literal(number.value, datatype=XSD["integer"])))
    return localised(found, names.base, here)


def catalogue_document(
    store: Store, description: Description, system: SystemQueries, export: Export, here: str
) -> list[Triple]:
    """The catalogue: what the editor lists, what the service adds, and the dumps of a state with their checksums."""
    names = description.names
    parts = f"{names.dataset.value.removesuffix('dataset')}"
    described = [
        triple
        for triple in store.triples(names.graph("void").value)
        if not any(_is_part(term, parts, names.dataset) for term in (triple.subject, triple.object))
    ]
    listed = [*store.triples(description.facts.catalogue.value), *store.triples(names.graph("dcat").value), *described]
    listed += version(names, description.facts, export, description.dumps)
    for row in store.select(system("graph-sources")):
        graph, source = row["graph"], row["source"]
        if isinstance(graph, NamedNode) and isinstance(source, NamedNode):
            listed.append(Triple(graph, DCT["source"], source))
    return localised(dict.fromkeys(updated(listed, changes(store, system))), names.base, here)


def version_document(description: Description, export: Export, here: str) -> list[Triple]:
    """A state and its dumps, as a version of the publication."""
    names = description.names
    return localised(version(names, description.facts, export, description.dumps), names.base, here)


def _is_file(triple: Triple, base: str) -> bool:
    """Whether a statement is about the file of a graph."""
    terms = (term.value for term in (triple.subject, triple.object) if isinstance(term, NamedNode))
    return any(term.startswith(f"{base}/data?") for term in terms)


def _is_part(term: object, parts: str, whole: NamedNode) -> bool:
    """Whether a term is a partition or a set of links, which the catalogue leaves to the VoID description."""
    return isinstance(term, NamedNode) and term != whole and term.value.startswith(parts)
