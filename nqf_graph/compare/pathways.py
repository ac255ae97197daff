"""Pathways: how does one get from a qualification, a level or a position to another?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from nqf_graph.compare.comparison import Named
from nqf_graph.compare.editions import day_of
from nqf_graph.compare.reading import Reader
from nqf_graph.compare.records import Record
from nqf_graph.compare.standing import Standing, standings
from nqf_graph.compare.steps import Edge, Network, shortest
from nqf_graph.compare.wording import sentence
from nqf_graph.errors import BadParameter, NotFound
from nqf_graph.publication import Publication

PATHWAYS = (
    "path", "step", "kind", "entry", "by", "by_name", "to", "to_name", "level", "credits", "years", "status",
)  # fmt: skip
LONGEST = 10
"""So many steps at most."""
MOST = 20
"""So many ways, and things within reach, are told; all are counted."""


@dataclass(frozen=True)
class Place:
    """Something that can be held: a qualification type, a qualification or a position."""

    named: Named
    level: str
    """The notation of its level; empty where it has none."""
    rank: int | None
    status: str


@dataclass(frozen=True)
class Step:
    """One step of a way."""

    kind: str
    """programme, recognition (experience or validation) or position."""
    entry: Place | None
    """What one has to hold; None where nothing is asked for."""
    by: Named
    """The programme or the route; for a position, itself."""
    to: Place
    credits: str
    """In ECTS points; empty where not stated."""
    years: str
    accreditations: tuple[Named, ...]
    """Accreditations that are valid on the day."""
    recognition: tuple[Named, ...]
    """Routes by experience or validation to the same qualification."""
    status: str
    """The data status of the programme, the route or the position."""
    sources: tuple[Named, ...]


@dataclass(frozen=True)
class Pathways:
    """The ways from one thing to another."""

    language: str
    as_of: str
    state: str
    start: Named
    end: Named
    is_reached: bool
    sentence: str
    """In the reader's language: how many ways there are and of what kind, or that there is none."""
    total: int
    paths: tuple[tuple[Step, ...], ...]
    """The shortest ways by stated steps; where there is none, those that need experience or validation."""
    recognition: tuple[Step, ...]
    """Ways straight to the end by experience or validation."""
    within_reach: tuple[Place, ...]
    """Where no way leads to the end: how far one gets, the highest first."""
    lacking: tuple[Step, ...]
    """Where no way leads to the end: the steps that do, and ask for something that is out of reach or not stated."""
    queries: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)

    def as_records(self) -> list[Record]:
        """One record for each step of each way, with the columns PATHWAYS."""
        return [
            _record(number, at, step) for number, path in enumerate(self.paths, 1) for at, step in enumerate(path, 1)
        ]


def pathways(
    publication: Publication, from_: str, to: str, *, language: str = "en", as_of: str | None = None
) -> Pathways:
    """By which steps does one get from one qualification, type, level or position to another, on a day?

    Names are IRIs, ids below the base or their last part.  A level stands for what is at it.  Raises NotFound naming
    what exists, BadParameter for a name that several things have, or for what is no date.
    """
    reader = Reader(publication, language)
    day = day_of(as_of)
    network = Network.read(reader, day)
    return _Finding(reader, network, _meant(reader, network, "from", from_), _meant(reader, network, "to", to)).told(
        day
    )


def _meant(reader: Reader, network: Network, parameter: str, name: str) -> str:
    known = network.named()
    short = name.strip().strip("/")
    for option in (short, f"{reader.publication.settings.base}/id/{short}"):
        if option in known:
            return option
    shorten = reader.publication.asker.shorten
    alike = [iri for iri in known if short and shorten(iri).endswith(f"/{short}")]
    if len(alike) > 1:
        raise BadParameter(parameter, f"{name!r} is the last part of several names", [shorten(iri) for iri in alike])
    if not alike:
        kind = "qualification, qualification type, level or position"
        raise NotFound(kind, name, [shorten(iri) for iri in known[:100]])
    return alike[0]


class _Finding:
    def __init__(self, reader: Reader, network: Network, start: str, end: str) -> None:
        self._reader, self._network, self._start, self._end = reader, network, start, end
        self._starts, self._ends = (network.at(t) if t in network.levels else [t] for t in (start, end))
        self._standings: Mapping[str, Standing] = {}

    def told(self, day: str) -> Pathways:
        network, starts, ends = self._network, self._starts, self._ends
        ways, near = shortest(network, starts, ends, longest=LONGEST, recognition=False)
        is_stated = bool(ways)
        if not is_stated:
            ways, _ = shortest(network, starts, ends, longest=LONGEST, recognition=True)
        direct = [edge for end in ends for edge in network.recognising(end)]
        reach = [] if is_stated else self._farthest(near)
        goals = {thing for thing in (*ends, *network.type_of) if set(network.also_held(thing)) & set(ends)}
        lacking = [] if is_stated else [e for e in (*network.edges, *network.open_edges) if e.end in goals]
        shown = ways[:MOST]
        self._learn([edge for way in shown for edge in way], [*direct, *lacking], reach)
        return Pathways(
            self._reader.language, day, self._reader.publication.state_id, self._reader.named(self._start),
            self._reader.named(self._end), bool(ways), self._sentence(ways, is_stated=is_stated), len(ways),
            tuple(self._way(way) for way in shown), tuple(self._step(edge) for edge in direct),
            tuple(self._place(thing) for thing in reach), tuple(self._step(edge) for edge in lacking[:MOST]),
            tuple(self._reader.asked),
        )  # fmt: skip

    def _farthest(self, near: Mapping[str, int]) -> list[str]:
        """What can be reached by stated steps, the highest first."""
        reached = [thing for thing, steps in near.items() if steps]

        def height(thing: str) -> tuple[int, int, str]:
            level = self._network.level(thing)
            return (-level.rank if level else 0, near[thing], thing)

        return sorted(reached, key=height)[:MOST]

    def _learn(self, steps: Sequence[Edge], further: Sequence[Edge], reach: Sequence[str]) -> None:
        edges = [*steps, *further]
        things = {self._start, self._end, *reach, *self._starts, *self._ends}
        things |= {thing for edge in edges for thing in (edge.start, edge.by, edge.end, *edge.accreditations)}
        things |= {route for edge in edges for route in self._routes(edge.end)}
        self._reader.learn(things)
        self._standings = standings(self._reader, things)

    def _sentence(self, ways: Sequence[tuple[Edge, ...]], *, is_stated: bool) -> str:
        name = "no-path" if not ways else "by-recognition" if not is_stated else "paths" if ways[0] else "already-there"
        steps = len(ways[0]) if ways else 0
        named = self._reader.named
        return sentence(
            name, self._reader.language, number=len(ways), steps=steps, start=named(self._start).name,
            end=named(self._end).name,
        )  # fmt: skip

    def _routes(self, thing: str) -> list[str]:
        return [edge.by for edge in self._network.recognising(thing)]

    def _way(self, way: Iterable[Edge]) -> tuple[Step, ...]:
        return tuple(self._step(edge) for edge in way)

    def _step(self, edge: Edge) -> Step:
        named, standing = self._reader.named, self._standings.get(edge.by, Standing())
        routes = () if edge.kind == "recognition" else self._routes(edge.end)
        return Step(
            edge.kind, self._place(edge.start) if edge.start else None, named(edge.by), self._place(edge.end),
            edge.credits, edge.years, tuple(map(named, edge.accreditations)), tuple(map(named, routes)),
            standing.status, standing.sources,
        )  # fmt: skip

    def _place(self, thing: str) -> Place:
        level = self._network.level(thing)
        standing = self._standings.get(thing, Standing())
        return Place(
            self._reader.named(thing), level.notation if level else "", level.rank if level else None, standing.status
        )


def _record(number: int, at: int, step: Step) -> Record:
    entry = step.entry.named.iri if step.entry else ""
    values = (
        str(number), str(at), step.kind, entry, step.by.iri, step.by.name, step.to.named.iri, step.to.named.name,
        step.to.level, step.credits, step.years, step.status,
    )  # fmt: skip
    return dict(zip(PATHWAYS, values, strict=True))
