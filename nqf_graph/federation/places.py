"""Where the SERVICE parts of a query stand, and which local part may narrow down what is asked of each.

A remote solution matters only if it fits a local one it is joined with.  The elements of the same group are that
local part, and those of the groups around it as long as everything between is a join.  Elements are left out where
what they say could be another thing without the remote answer; leaving out only makes the local part wider.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from nqf_graph.errors import QueryRefused
from nqf_graph.federation.scope import certain_of, is_closed, visible_of
from nqf_graph.federation.syntax import Element, Group, Query, Select
from nqf_graph.guard import TOKEN

# Two evaluations of these give two values.
_VOLATILE = {"RAND", "UUID", "STRUUID", "BNODE", "NOW"}
_JOINS = ("SERVICE", "UNION", "GRAPH")
_READS_LEFT = ("OPTIONAL", "MINUS")


@dataclass(frozen=True)
class Edit:
    """Between `start` and `end`, a text has `new` instead."""

    start: int
    end: int
    new: str


def edited(text: str, edits: list[Edit], start: int = 0, end: int | None = None) -> str:
    """The text from `start` to `end` with its edits; one inside another does not count."""
    pieces, at = [], start
    end = len(text) if end is None else end
    for edit in sorted(edits, key=lambda edit: (edit.start, -edit.end)):
        if at <= edit.start and edit.end <= end:
            pieces += [text[at : edit.start], edit.new]
            at = edit.end
    return "".join([*pieces, text[at:end]])


Way = tuple[tuple[Group, Element], ...]
"""Each group on the way to a SERVICE part with the element that has it inside, from the outermost group inwards."""


@dataclass(frozen=True)
class Place:
    """One SERVICE part and the way to it within its query or subquery."""

    call: Element
    way: Way
    graph: str
    """The name of the graph in which that query or subquery is evaluated, if any."""
    is_correlated: bool
    """Is that query or subquery inside EXISTS or LATERAL, where outer variables have values?"""

    @property
    def body(self) -> Group:
        """The pattern to be evaluated by the endpoint."""
        return self.call.groups[0]


def places(query: Query) -> list[Place]:
    """Every SERVICE part, in the order of the text.  Raises QueryRefused for one inside another."""
    return sorted(_in_select(query.form, "", False), key=lambda place: place.call.start)


def _in_select(select: Select, graph: str, is_correlated: bool) -> Iterator[Place]:
    for group in select.others:
        yield from _in_group(group, (), graph, True)
    if select.where is not None:
        yield from _in_group(select.where, (), graph, is_correlated)


def _in_group(group: Group, way: Way, graph: str, is_correlated: bool) -> Iterator[Place]:
    if group.select is not None:
        yield from _in_select(group.select, _graph_at(way, graph), is_correlated or _has_correlation(way))
    for element in group.elements:
        further = (*way, (group, element))
        inner = [place for each in element.groups for place in _in_group(each, further, graph, is_correlated)]
        if element.kind == "SERVICE":
            if inner:
                raise QueryRefused("SERVICE inside SERVICE is not passed on")
            yield Place(element, further, graph, is_correlated)
        yield from inner


def _graph_at(way: Way, graph: str) -> str:
    return next((element.name for _, element in reversed(way) if element.kind == "GRAPH"), graph)


def _has_correlation(way: Way) -> bool:
    return any(element.kind not in (*_JOINS, *_READS_LEFT) for _, element in way)


@dataclass(frozen=True)
class LocalPart:
    """A pattern for the local store, and the variables it can bind."""

    pattern: str
    variables: frozenset[str]


class Places:
    """The SERVICE parts of a query."""

    def __init__(self, query: Query) -> None:
        self._query = query
        self.all = places(query)
        words = (match for match in TOKEN.finditer(query.text) if match["word"])
        self._volatile = [match.start() for match in words if match["word"].upper() in _VOLATILE]

    def local_part(self, place: Place, answered: list[Edit]) -> LocalPart | None:
        """What narrows down the SERVICE part at `place`; None when nothing does.

        `answered` are the edits for the SERVICE parts before it; those after it are left out.
        """
        unanswered = [other.call.start for other in self.all if other.call.start >= place.call.start]
        unknown = _Offsets(self._volatile + unanswered)
        cuts: list[Edit] = []
        variables: set[str] = set()
        way = place.way
        while way:
            group, element = way[-1]
            if element.kind not in (*_JOINS, *_READS_LEFT):  # of EXISTS, only the group that it is about counts
                cuts, variables = [], set()
            kept = _kept(group, element, unknown)
            cuts += [*_cuts(group, element, kept), *_around(place, way)]
            variables |= {name for each in kept for name in visible_of(each)}
            variables |= set(element.variables if element.kind == "GRAPH" else ())
            way = way[:-1]
            if element.kind not in _JOINS:
                break
        if not variables or place.is_correlated or _has_correlation(way):
            return None
        pattern = edited(self._query.text, [*cuts, *answered], group.start, group.end)
        name = _graph_at(way, place.graph)
        return LocalPart(f"{{ GRAPH {name} {pattern} }}" if name else pattern, frozenset(variables))


class _Offsets:
    """Places in a text whose value is not known: SERVICE parts without answer, functions that never answer the same."""

    def __init__(self, offsets: list[int]) -> None:
        self._offsets = sorted(offsets)

    def in_(self, element: Element) -> bool:
        """Is one of them inside the element?"""
        at = bisect_left(self._offsets, element.start)
        return at < len(self._offsets) and self._offsets[at] < element.end


def _kept(group: Group, inside: Element, unknown: _Offsets) -> list[Element]:
    """The elements of a group that belong to the local part of a SERVICE part in its element `inside`.

    OPTIONAL and MINUS do not: they would not narrow it down by much.  BIND and FILTER do if what they read is bound
    here, so that the remote solution cannot change it.
    """
    kept: list[Element] = []
    bound: set[str] = set()
    for each in group.elements:
        if each is inside or unknown.in_(each):
            continue
        if each.kind in ("TRIPLES", "VALUES", *_JOINS):
            is_kept = each.start < inside.start or inside.kind in (*_JOINS, "FILTER")
            is_kept &= each.kind == "SERVICE" or all(map(is_closed, each.groups))
        else:
            is_kept = each.kind == "BIND" and not each.groups and bound.issuperset(each.reads)
        if is_kept:
            kept.append(each)
            bound |= certain_of(each)
    filters = (each for each in group.elements if each.kind == "FILTER" and each is not inside)
    return kept + [f for f in filters if not f.groups and bound.issuperset(f.reads) and not unknown.in_(f)]


def _cuts(group: Group, inside: Element, kept: list[Element]) -> Iterator[Edit]:
    """What to cut of a group so that, but for its element `inside`, only what is kept is left."""
    starts = {inside.start, *(each.start for each in kept)}
    for each in group.elements:
        if each.start not in starts:
            yield Edit(each.start, each.end if each.kind == "FILTER" else each.stop, _nothing(each))


def _nothing(element: Element) -> str:
    """What says nothing in the place of an element: as it, a filter does not end the triples around it."""
    return "FILTER(true)" if element.kind == "FILTER" else "{}"


def _around(place: Place, way: Way) -> list[Edit]:
    """What to cut of the last element of the way, so that only the group with the SERVICE part is left of it."""
    element = way[-1][1]
    match element.kind:
        case "GRAPH":
            return []
        case "UNION" | "OPTIONAL" | "MINUS":
            inner = place.way[len(way)][0]
            return [Edit(element.start, inner.start, ""), Edit(inner.end, element.stop, "")]
        case _:
            return [Edit(element.start, element.end, _nothing(element))]
