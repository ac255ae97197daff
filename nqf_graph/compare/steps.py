"""Steps from one qualification or position to the next, as the graph states them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pyoxigraph import Literal

from nqf_graph.compare.reading import Reader
from nqf_graph.terms import NQF, XSD

PROGRAMME, RECOGNITION, POSITION = "programme", "recognition", "position"
_STUDY = NQF["educationRoute"].value
_PART = NQF["partialQualification"].value


@dataclass(frozen=True)
class Edge:
    """One step: who holds `start` gets `end` by `by`; `start` is empty where anybody may."""

    kind: str
    start: str
    by: str
    end: str
    credits: str = ""
    years: str = ""
    accreditations: tuple[str, ...] = ()


@dataclass(frozen=True)
class Level:
    """A level, as far as paths need it."""

    iri: str
    rank: int
    notation: str
    whole: str


@dataclass
class Network:
    """All that can be held, and the steps between."""

    levels: dict[str, Level] = field(default_factory=dict)
    level_of: dict[str, str] = field(default_factory=dict)
    """A type, qualification or position → the level at which it stands."""
    type_of: dict[str, str] = field(default_factory=dict)
    """A qualification → its type."""
    partial: set[str] = field(default_factory=set)
    """Qualifications that cover a part only: who holds one does not hold its type."""
    types: set[str] = field(default_factory=set)
    positions: set[str] = field(default_factory=set)
    routes: dict[str, dict[str, str]] = field(default_factory=dict)
    """A type → its routes, each with its kind."""
    edges: list[Edge] = field(default_factory=list)
    open_edges: list[Edge] = field(default_factory=list)
    """Programmes of which no entry requirement is stated: nobody can tell who may take them."""

    @classmethod
    def read(cls, reader: Reader, day: str) -> Network:
        """What the graph states on a day."""
        found = cls()
        for row in reader.rows("pathways-levels"):
            level = Level(row["level"], int(row["rank"]), row["notation"], row["whole"])
            found.levels.setdefault(level.iri, level)
        found._read_types(reader)
        found._read_programmes(reader, day)
        for row in reader.rows("pathways-positions"):
            found._stands(row["position"], row["level"])
            found.positions.add(row["position"])
            if row["next"]:
                found.edges.append(Edge(POSITION, row["position"], row["next"], row["next"]))
        found.edges = list(dict.fromkeys(found.edges))
        return found

    def named(self) -> list[str]:
        """The IRIs at which a path can begin or end, levels last."""
        return [*sorted(self.types), *sorted(self.type_of), *sorted(self.positions), *sorted(self.levels)]

    def at(self, level: str) -> list[str]:
        """The types and positions that stand at a level or at a sub-level of it."""
        places = {level, *(found.iri for found in self.levels.values() if found.whole == level)}
        return sorted(thing for thing in self.types | self.positions if self.level_of.get(thing) in places)

    def also_held(self, thing: str) -> list[str]:
        """What comes with a thing: a qualification that is whole brings its type."""
        type_ = self.type_of.get(thing)
        return [thing, type_] if type_ and thing not in self.partial else [thing]

    def level(self, thing: str) -> Level | None:
        """The level of a thing; a qualification without one of its own stands at that of its type."""
        return self.levels.get(self.level_of.get(thing) or self.level_of.get(self.type_of.get(thing, ""), ""))

    def recognising(self, thing: str) -> Iterator[Edge]:
        """The ways to a type, or to a qualification of it, that ask for no programme: experience and validation."""
        type_ = self.type_of.get(thing) or thing
        for route, kind in self.routes.get(type_, {}).items():
            if kind != _STUDY:
                yield Edge(RECOGNITION, "", route, thing)

    def _stands(self, thing: str, level: str) -> None:
        if level:
            self.level_of.setdefault(thing, level)

    def _read_types(self, reader: Reader) -> None:
        for row in reader.rows("pathways-types"):
            if row["qualification"]:
                self.type_of.setdefault(row["qualification"], row["type"])
                self._stands(row["qualification"], row["level"])
                if row["scope"] == _PART:
                    self.partial.add(row["qualification"])
                continue
            self.types.add(row["type"])
            self._stands(row["type"], row["level"])
            if row["route"]:
                self.routes.setdefault(row["type"], {}).setdefault(row["route"], row["kind"])

    def _read_programmes(self, reader: Reader, day: str) -> None:
        said: dict[tuple[str, str, str], list[dict[str, str]]] = {}
        for row in reader.rows("pathways-programmes", as_of=str(Literal(day, datatype=XSD["date"]))):
            said.setdefault((row["programme"], row["entry"], row["qualification"]), []).append(row)
        for (programme, entry, qualification), rows in said.items():
            vouching = tuple(dict.fromkeys(row["accreditation"] for row in rows if row["accreditation"]))
            edge = Edge(PROGRAMME, entry, programme, qualification, rows[0]["credits"], rows[0]["years"], vouching)
            (self.edges if entry else self.open_edges).append(edge)


def shortest(
    network: Network, starts: Iterable[str], ends: Iterable[str], *, longest: int, recognition: bool
) -> tuple[list[tuple[Edge, ...]], dict[str, int]]:
    """All shortest ways from `starts` to `ends`, and how many steps everything within reach is away.

    With `recognition`, experience and validation count as steps that anybody may take.  Each thing is visited once,
    so circles end.
    """
    goals = set(ends)
    after: dict[str, list[Edge]] = {}
    for edge in network.edges:
        after.setdefault(edge.start, []).append(edge)
    recognised = sorted(network.types | goals) if recognition else []
    anywhere = [edge for thing in recognised for edge in network.recognising(thing)]
    distance = {held: 0 for start in starts for held in network.also_held(start)}
    before: dict[str, list[tuple[str, Edge]]] = {}
    frontier, steps = sorted(distance), 0
    while frontier and steps < longest and not goals & set(distance):
        steps += 1
        reached: dict[str, list[tuple[str, Edge]]] = {}
        for held in frontier:
            for edge in (*after.get(held, ()), *anywhere):
                for gained in network.also_held(edge.end):
                    if gained not in distance:
                        reached.setdefault(gained, []).append((held, edge))
        before |= reached
        distance |= dict.fromkeys(reached, steps)
        frontier = sorted(reached)
    ways = [way for goal in sorted(goals & set(distance)) for way in _ways(goal, before)]
    return sorted(set(ways), key=lambda way: (len(way), [(edge.by, edge.end) for edge in way])), distance


_MOST_WAYS = 1000


def _ways(goal: str, before: dict[str, list[tuple[str, Edge]]]) -> list[tuple[Edge, ...]]:
    """The ways to a thing, from what it was reached from backwards."""
    if goal not in before:
        return [()]
    found: list[tuple[Edge, ...]] = []
    for held, edge in before[goal]:
        found += [(*way, edge) for way in _ways(held, before)]
        if len(found) >= _MOST_WAYS:
            break
    return found[:_MOST_WAYS]
