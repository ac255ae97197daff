"""What the service benchmark measured, and the tables that tell it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from platform import python_version
from statistics import median

from benchmarks.client import percentile
from benchmarks.peers import OURS, RDFLIB, RUST, VIRTUOSO, Engine
from benchmarks.strain import Ended, Layer, Probe
from benchmarks.workloads import Work
from benchmarks.wrk import CLIENTS, Load


@dataclass(frozen=True)
class Stream:
    """One transfer of the large result: milliseconds to the first byte and to the last, and its bytes."""

    first: float
    total: float
    size: int


@dataclass
class Measured:
    """All that was measured: for each kind of work and each service, a value for each round."""

    triples: int
    engines: Sequence[Engine]
    works: Mapping[str, Work]
    rounds: int
    seconds: int
    limit: float
    wrk: str
    busy_before: tuple[float, float, float] = field(default_factory=os.getloadavg)
    started: dict[str, float] = field(default_factory=dict)
    megabytes: dict[str, float] = field(default_factory=dict)
    loads: dict[tuple[str, str], list[Load]] = field(default_factory=dict)
    rows: int = 0
    streams: dict[str, list[list[Stream]]] = field(default_factory=dict)
    layers: list[Layer] = field(default_factory=list)
    probes: list[Probe] = field(default_factory=list)
    heavy: Mapping[int, int] = field(default_factory=dict)
    ended: list[Ended] = field(default_factory=list)

    def names(self) -> list[str]:
        """The services, ours first."""
        return [engine.name for engine in self.engines]

    def faster(self, work: str, other: str) -> list[float]:
        """How many times the requests a second of another service ours answers, round by round."""
        pairs = zip(self.loads[work, OURS], self.loads[work, other], strict=True)
        return [ours.per_second / theirs.per_second for ours, theirs in pairs]

    def streamed_faster(self, other: str) -> list[float]:
        """How many times longer another service takes for the large result, round by round."""
        pairs = zip(self.streams[OURS], self.streams[other], strict=True)
        return [_middle(theirs, "total") / _middle(ours, "total") for ours, theirs in pairs]


def tables(found: Measured) -> str:
    """Everything as Markdown."""
    before, after = (", ".join(f"{load:.1f}" for load in loads) for loads in (found.busy_before, os.getloadavg()))
    told = (
        f"{date.today().isoformat()}: {found.triples:,} triples; {os.cpu_count()} processors; load average {before} "
        f"before, {after} after; CPython {python_version()}, wrk {found.wrk}; {found.rounds} rounds, {found.seconds} s "
        f"of the first load and half of that of the others, {CLIENTS} clients."
    )
    parts = [
        told, _services(found), _loads(found), _ratios(found), _streams(found), _layers(found), _probes(found),
        _ended(found), _demands(found),
    ]  # fmt: skip
    return "\n\n".join(parts)


def _services(found: Measured) -> str:
    rows = [
        [engine.name, engine.version or "", f"{found.started[engine.name]:.1f}", f"{found.megabytes[engine.name]:.0f}"]
        for engine in found.engines
    ]
    return _table(["service", "version", "start s (the first time with loading)", "memory MB"], rows)


def _loads(found: Measured) -> str:
    rows = []
    for key, work in found.works.items():
        rows.append([work.title, *(_load(found.loads.get((key, name), ()), work) for name in found.names())])
    table = _table(["requests a second (p50 / p99 ms)", *found.names()], rows)
    return f"{table}\n\n\\* asked more often than there are different ones, so in part asked again."


def _load(loads: Sequence[Load], work: Work) -> str:
    if not loads:
        return "–"
    speed, p50, p99 = (median(getattr(load, name) for load in loads) for name in ("per_second", "p50", "p99"))
    repeated = not work.is_again and any(load.different < load.requests for load in loads)
    return f"{speed:,.0f} ({p50:.2f} / {p99:.1f})" + (" \\*" if repeated else "")


def _ratios(found: Measured) -> str:
    others = found.names()[1:]
    rows = [
        [work.title, *(_times(found.faster(key, name)) for name in others)]
        for key, work in found.works.items()
        if work.for_all
    ]
    rows.append([f"{found.rows:,} rows", *(_times(found.streamed_faster(name)) for name in others)])
    return _table([f"{OURS} is as fast as … (least to most of a round)", *others], rows)


def _streams(found: Measured) -> str:
    rows = []
    for name in found.names():
        rounds = found.streams[name]
        first, total = (median(_middle(times, part) for times in rounds) for part in ("first", "total"))
        rows.append([name, f"{first:.1f}", f"{total:.0f}", f"{rounds[0][0].size / 1e6:.1f}"])
    return _table([f"{found.rows:,} rows to one client", "first byte ms", "all ms", "MB of JSON"], rows)


def _layers(found: Measured) -> str:
    names = list(found.layers[0].alone)
    rows = []
    for layer in found.layers:
        row = [layer.title]
        for name in names:
            alone, added = layer.alone[name], layer.added(name)
            row += [f"{median(alone):.2f}", f"{median(added):.2f} ({percentile(added, 0.95):.2f})"]
        rows.append(row)
    heads = [head for name in names for head in (f"engine in {name} alone, ms", f"{name} adds ms (p95)")]
    return _table(["one client, every text new: medians", *heads], rows)


def _probes(found: Measured) -> str:
    rows = [
        [probe.title, *(f"{percentile(probe.times, part):.1f}" for part in (0.5, 0.99, 1.0)), _statuses(probe.statuses)]
        if probe.times
        else [probe.title, "–", "–", "–", _statuses(probe.statuses)]
        for probe in found.probes
    ]
    table = _table([f"{OURS}, one client", "p50 ms", "p99 ms", "longest ms", "answers"], rows)
    return f"{table}\n\nThe heavy queries were answered: {_statuses(found.heavy)}."


def _ended(found: Measured) -> str:
    rows = [
        [ended.title, f"{found.limit:g}", f"{ended.seconds:.2f}", ended.answer, "yes" if ended.answers_after else "NO"]
        for ended in found.ended
    ]
    return _table(["query without end", "limit s", "ended after s", "answer", "look-ups right after it"], rows)


def _demands(found: Measured) -> str:
    names = found.names()
    rows = []

    def demand(what: str, needs: str, measured: Callable[[], float], right: Callable[[float], bool], unit: str) -> None:
        if needs in names:
            value = measured()
            rows.append([what, f"{value:.2f} {unit}", "yes" if right(value) else "NO"])

    for other, work, least in ((RDFLIB, "new", 4), (VIRTUOSO, "new", 4), (RUST, "new", 0.5), (RUST, "again", 0.8)):
        what = f"{found.works[work].title}: at least {least} × {other}"
        demand(what, other, lambda: median(found.faster(work, other)), lambda value: value >= least, "×")  # noqa: B023
    what = f"{found.rows:,} rows: at least 10 × faster than {RDFLIB}"
    demand(what, RDFLIB, lambda: median(found.streamed_faster(RDFLIB)), lambda value: value >= 10, "×")
    what = f"{found.rows:,} rows: first byte within 10 ms"
    first = median(_middle(times, "first") for times in found.streams[OURS])
    demand(what, OURS, lambda: first, lambda value: value <= 10, "ms")
    added = max(median(layer.added(OURS)) for layer in found.layers)
    demand("our layers add at most 1 ms, median", OURS, lambda: added, lambda value: value <= 1, "ms")
    return _table(["demand", "measured", "met"], rows)


def _times(ratios: Sequence[float]) -> str:
    return f"{median(ratios):.2f} × ({min(ratios):.2f}–{max(ratios):.2f})"


def _middle(times: Sequence[Stream], part: str) -> float:
    return float(median(getattr(stream, part) for stream in times))


def _statuses(counted: Mapping[int, int]) -> str:
    return ", ".join(f"{number} × {status}" for status, number in sorted(counted.items()))


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
