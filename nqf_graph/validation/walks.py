"""Walks trails back over a state of the data, from changed statements to the records they were read for.

Each step asks for what lies next to what is known already, and never for a pattern with two open ends.  A step from
subject to object comes first: it meets few neighbours.  Where only steps from object to subject are left and there are
several, the one that meets the fewest is taken, found by asking for a few rows of each.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from nqf_graph.store import Rows, Term
from nqf_graph.validation.trails import THIS, Trail, Triple3, variables

Select = Callable[[str], Rows]
"""Answers a SELECT query on one state of the data."""
Step = str
"""A pattern between ?node and an ?other that is left open."""
_FIRST_LOOK = 64
_WIDEST = 10_000
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"


class LostError(Exception):
    """The way back is not worth going: too many neighbours, or one without a name for a query (a blank node, say)."""


@lru_cache(maxsize=4096)
def _ways(known: frozenset[str], open_joins: tuple[Triple3, ...]) -> tuple[tuple[Triple3, ...], ...]:
    """How to go on: groups of patterns, one of which is to be taken."""
    forward: list[Triple3] = []
    near = set(known)
    while more := [join for join in open_joins if join not in forward and join[0] in near]:
        forward += more
        near |= variables(*more)
    if forward:
        ways: list[tuple[Triple3, ...]] = [tuple(forward)]
    else:
        ways = [(join,) for join in open_joins if not known.isdisjoint(variables(join))]
    return tuple(_extended(way, known, open_joins) for way in ways) if len(ways) == 1 else tuple(ways)


def _extended(way: tuple[Triple3, ...], known: frozenset[str], open_joins: tuple[Triple3, ...]) -> tuple[Triple3, ...]:
    """A way that leaves no choice is gone to its end in one query."""
    near = known | variables(*way)
    rest = tuple(join for join in open_joins if join not in way)
    if THIS in near or not rest:
        return way
    further = _ways(near, rest)
    return (*way, *further[0]) if len(further) == 1 else way


@dataclass
class Walk:
    """A trail that starts at what was changed: `rows` bind the variables `names` of the trail's reading."""

    trail: Trail
    names: tuple[str, ...]
    rows: set[tuple[Term, ...]]

    @classmethod
    def of(cls, trail: Trail, changed: Iterable[Triple]) -> Walk:
        """The walk from the changed statements."""
        used = variables(*(trail.joins or ())) | {THIS}
        places = [place for place, part in enumerate(trail.read) if part in used and part not in trail.read[:place]]
        rows = {
            tuple((triple.subject, triple.predicate, triple.object)[place] for place in places) for triple in changed
        }
        return cls(trail, tuple(trail.read[place] for place in places), rows)

    def back(self, select: Select) -> set[Term]:
        """Which records were the statements read for?  Raises LostError if finding out has no bounded cost."""
        names, found, open_joins = self.names, self.rows, self.trail.joins
        if open_joins is None:
            raise LostError("nothing ties the statement to a record")
        while THIS not in names and found:
            known = frozenset(names)
            ways = _ways(known, open_joins)
            way = ways[0] if len(ways) == 1 else _narrowest(ways, names, found, select)
            rest = tuple(join for join in open_joins if join not in way)
            keep = _kept(known | variables(*way), rest)
            found = set(select(_query(keep, names, found, way, _WIDEST)).rows)  # type: ignore[arg-type]
            if len(found) == _WIDEST:
                raise LostError(f"{_WIDEST} neighbours or more")
            names, open_joins = keep, rest
        position = names.index(THIS) if found else 0
        return {row[position] for row in found}

    def first_steps(self) -> Iterator[tuple[int, Step]]:
        """What each row has to have next to it: the place in the row, and the pattern with one end left open."""
        for subject, predicate, value in self.trail.joins or ():
            if predicate.startswith("<"):
                if subject in self.names:
                    yield self.names.index(subject), f"?node {predicate} ?other"
                elif value in self.names:
                    yield self.names.index(value), f"?other {predicate} ?node"


def drop_dead_ends(walks: Iterable[Walk], select: Select) -> None:
    """Take out of the walks the rows that lack a neighbour which the trail demands: one question for all walks."""
    wanted: dict[Step, set[Term]] = {}
    steps = [(walk, list(walk.first_steps())) for walk in walks]
    for walk, firsts in steps:
        for place, step in firsts:
            wanted.setdefault(step, set()).update(row[place] for row in walk.rows)
    parts, asked = [], set()
    for number, (step, nodes) in enumerate(wanted.items()):
        named = [str(node) for node in nodes if isinstance(node, NamedNode)]
        if named:
            asked |= {(step, name) for name in named}
            values = " ".join(f"({name} {number})" for name in named)
            parts.append(f"{{ VALUES (?node ?step) {{ {values} }} FILTER EXISTS {{ {step} }} }}")
    if not parts or len(asked) > _WIDEST:
        return
    numbered = list(wanted)
    rows = select(f"SELECT ?node ?step {{ {' UNION '.join(parts)} }}").rows
    there = {(numbered[int(step.value)], str(node)) for node, step in rows if isinstance(step, Literal)}
    dead = asked - there
    for walk, firsts in steps:
        walk.rows = {row for row in walk.rows if all((step, str(row[place])) not in dead for place, step in firsts)}


def types_of(nodes: Collection[NamedNode], select: Select) -> Iterable[tuple[Term, str]]:
    """The class IRIs of some nodes, one row each."""
    one = ("?node", f"<{_RDF}type>", "?type")
    rows = select(_query(("?node", "?type"), ("?node",), {(node,) for node in nodes}, (one,))).rows
    return [(node, kind.value) for node, kind in rows if node is not None and isinstance(kind, NamedNode)]


def subclass_links(select: Select) -> Iterable[tuple[str, str]]:
    """Every rdfs:subClassOf of a state, as IRIs: class, class above it."""
    rows = select(f"SELECT ?lower ?upper {{ ?lower <{_RDFS}subClassOf> ?upper }}").rows
    return [(a.value, b.value) for a, b in rows if isinstance(a, NamedNode) and isinstance(b, NamedNode)]


def _kept(known: Collection[str], rest: tuple[Triple3, ...]) -> tuple[str, ...]:
    """The variables that the way onward needs; the record is the end of it."""
    return (THIS,) if THIS in known else tuple(sorted(set(known) & variables(*rest)))


def _narrowest(
    ways: tuple[tuple[Triple3, ...], ...], names: tuple[str, ...], found: set[tuple[Term, ...]], select: Select
) -> tuple[Triple3, ...]:
    """The way that meets the fewest neighbours, each counted once however many rows lead to it."""
    limit = _FIRST_LOOK + 2 * len(found)
    starts = [_part(names, found, variables(*way)) for way in ways]
    while True:
        counts = [
            (len(select(_query(_kept(set(near) | variables(*way), way), near, rows, way, limit)).rows), way)
            for way, (near, rows) in zip(ways, starts, strict=True)
        ]
        fewest, way = min(counts, key=lambda pair: pair[0])
        if fewest < limit:
            return way
        if limit >= _WIDEST:
            raise LostError(f"{limit} neighbours or more")
        limit = min(8 * limit, _WIDEST)


def _part(
    names: tuple[str, ...], found: set[tuple[Term, ...]], used: Collection[str]
) -> tuple[tuple[str, ...], set[tuple[Term, ...]]]:
    """The columns of some variables, and the rows that are left of them."""
    places = [place for place, name in enumerate(names) if name in used]
    return tuple(names[place] for place in places), {tuple(row[place] for place in places) for row in found}


def _query(
    wanted: tuple[str, ...],
    names: tuple[str, ...],
    found: set[tuple[Term, ...]],
    way: Iterable[Triple3],
    limit: int = 0,
) -> str:
    rows = " ".join(f"({' '.join(map(_named, row))})" for row in found)
    patterns = " . ".join(" ".join(pattern) for pattern in way)
    text = f"SELECT DISTINCT {' '.join(wanted)} {{ VALUES ({' '.join(names)}) {{ {rows} }} {patterns} }}"
    return f"{text} LIMIT {limit}" if limit else text


def _named(term: Term) -> str:
    if isinstance(term, BlankNode | Triple):
        raise LostError(str(term))
    return str(term)
