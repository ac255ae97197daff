"""What things are called."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode

from nqf_graph.publication import Publication


def labels_of(publication: Publication, iris: Iterable[str]) -> dict[str, list[Literal]]:
    """What are these things called?  Labels in every language by IRI, in alphabetical order; none for the nameless.

    They are sorted here: the engine reads each text from disk again whenever it compares two.
    """
    nodes = " ".join(str(NamedNode(iri)) for iri in sorted(set(iris)))
    found: dict[str, set[Literal]] = {}
    for row in publication.store.select(publication.system("names", thing=nodes)) if nodes else ():
        thing, name = row["thing"], row["name"]
        if isinstance(thing, NamedNode) and isinstance(name, Literal):
            found.setdefault(thing.value, set()).add(name)
    return {thing: sorted(names, key=lambda name: (name.value, name.language or "")) for thing, names in found.items()}
