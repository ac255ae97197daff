"""Mapping relations of SKOS: turned round, and one after the other.

What two relations give together (SKOS Reference, section 10; the table is commutative and associative):

* `exactMatch` followed by a relation is that relation: exact matches can be exchanged for one another.
* `broadMatch` twice is `broadMatch`, `narrowMatch` twice is `narrowMatch`.
* Everything else is `relatedMatch`.  `closeMatch` is not transitive by its definition, so two close matches in a row
  say that the ends have to do with one another, not that they are close.
"""

from __future__ import annotations

from functools import reduce

from pyoxigraph import NamedNode

from nqf_graph.terms import NQF, SKOS

EXACT, CLOSE = SKOS["exactMatch"], SKOS["closeMatch"]
BROAD, NARROW, RELATED = SKOS["broadMatch"], SKOS["narrowMatch"], SKOS["relatedMatch"]
CORRESPONDS = NQF["correspondsTo"]
"""A sectoral level stands at one level of the framework that it specialises: it is that level, told for a sector."""

_INVERSE = {BROAD: NARROW, NARROW: BROAD}
_TRANSITIVE = {BROAD, NARROW}


def as_match(relation: NamedNode) -> NamedNode:
    """A relation as one of SKOS; a sectoral level is as high as the one that it corresponds to."""
    return EXACT if relation == CORRESPONDS else relation


def inverse(relation: NamedNode) -> NamedNode:
    """The relation seen from the other side."""
    return _INVERSE.get(relation, relation)


def follow(first: NamedNode, second: NamedNode) -> NamedNode:
    """What holds between A and C, if `first` holds between A and B, and `second` between B and C."""
    if first == EXACT:
        return second
    if second == EXACT:
        return first
    return first if first == second and first in _TRANSITIVE else RELATED


def along(relations: list[NamedNode]) -> NamedNode:
    """What holds between the ends of a chain."""
    return reduce(follow, relations, EXACT)
