"""What came before a thing and what has taken its place."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import NamedNode

from nqf_graph.terms import DCT
from nqf_graph.web.description import Description
from nqf_graph.web.versions import Lineage


@dataclass(frozen=True)
class Succession:
    """The predecessors and successors of a thing; both may be several, or none."""

    predecessors: tuple[NamedNode, ...] = ()
    successors: tuple[NamedNode, ...] = ()


def succession_of(description: Description, lineage: Lineage | None) -> Succession:
    """As the graph says (dct:replaces, dct:isReplacedBy, in either direction), else the versions before and after."""
    before = _stated(description, DCT["replaces"], DCT["isReplacedBy"])
    after = _stated(description, DCT["isReplacedBy"], DCT["replaces"])
    if lineage is not None and lineage.original != description.thing:
        previous, following = lineage.beside(description.thing)
        before = before or ((previous.thing,) if previous else ())
        after = after or ((following.thing,) if following else ())
    return Succession(before, after)


def _stated(description: Description, property: NamedNode, inverse: NamedNode) -> tuple[NamedNode, ...]:
    found = [node for node in description.objects(property) if isinstance(node, NamedNode)]
    for mentions in description.mentions:
        if mentions.property == inverse:
            found += [quad.subject for quad in mentions.quads if isinstance(quad.subject, NamedNode)]
    return tuple(dict.fromkeys(found))
