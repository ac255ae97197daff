"""How long validation takes: of whole graphs, beside the other engines in the same run, and of one changed record.

    python -m benchmarks.validation                                  10 k, 100 k and 1 M triples, pySHACL up to 100 k
    python -m benchmarks.validation --sizes 1000000 --pyshacl 1000000

Every size runs in a process of its own, so that its memory can be told.  Tables are Markdown.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import os
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyoxigraph as ox
from rdflib import Graph

from benchmarks import changes, jena
from benchmarks.generate import generate
from nqf_graph.store import OxigraphStore
from nqf_graph.validation.compiled import CompiledShapes, compile_shapes, read_subclasses
from nqf_graph.validation.engine import as_graph
from nqf_graph.validation.engine import validate as validate_by_pyshacl
from nqf_graph.validation.footprint import Footprint
from nqf_graph.validation.incremental import Incremental
from nqf_graph.validation.report import Finding, Report

ROOT = Path(__file__).resolve().parents[1]
ONTOLOGY = sorted((ROOT / "ontology").glob("*.ttl"))
SHAPES = [*sorted((ROOT / "shapes").glob("*.ttl")), ROOT / "ontology" / "prefixes.ttl"]
GRAPH = ox.NamedNode("https://example.org/benchmark/graph")
Key = tuple[str, str | None, str | None, str, str]


@dataclass
class Measured:
    """All that is known about one size; times in seconds, memory in megabytes."""

    size: int
    triples: int = 0
    load: float = 0
    loaded: float = 0
    peak: float = 0
    findings: int = 0
    as_seeded: bool = False
    wall: dict[str, float] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)
    same: dict[str, bool] = field(default_factory=dict)
    by_kind: dict[str, list[float]] = field(default_factory=dict)
    in_full: Counter[str] = field(default_factory=Counter)
    checked: list[int] = field(default_factory=list)
    change_is_exact: bool = False


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--pyshacl", type=int, default=100_000, help="largest size at which pySHACL runs too")
    parser.add_argument("--jena", type=int, default=1_000_000, help="largest size at which Jena runs, if it is here")
    parser.add_argument("--faults", type=int, default=3, help="faults per rule")
    parser.add_argument("--changes", type=int, default=50, help="changes of one record at each size")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of a full validation; the median counts")
    given = parser.parse_args()
    context = multiprocessing.get_context("spawn")
    results = []
    for size in given.sizes:
        with context.Pool(1) as pool:
            results.append(pool.apply(measure, (size, given)))
        print(f"{size} triples: done", file=sys.stderr, flush=True)
    print(tables(results))


def measure(size: int, given: argparse.Namespace) -> Measured:
    """Everything about one size."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        data = folder / "data.nt"
        with data.open("w", encoding="utf-8") as out:
            expected = generate(size, out, given.faults)
        found = Measured(size)
        shapes = _shapes()
        before = _memory()
        start = time.perf_counter()
        store = _load(data)
        found.load = time.perf_counter() - start
        found.triples, found.loaded = len(store._store), _memory() - before
        compiled = compile_shapes(shapes, read_subclasses(store.select))
        report = _full(found, compiled, store, given.rounds, before)
        found.as_seeded = Counter(finding.rule for finding in report.findings) == expected
        found.findings = len(report.findings)
        if given.changes:
            footprint = Footprint.of(shapes, read_subclasses(store.select))
            _changes(found, Incremental.of(shapes, compiled, footprint), store, report, given.changes)
        if jena.is_here() and size <= given.jena:
            run = jena.validate(shapes, [*ONTOLOGY, data], given.rounds, folder)
            found.wall["Jena"] = statistics.median(run.seconds[1:] or run.seconds)
            found.same["Jena"] = keys(run.findings) == keys(report.findings)
        if size <= given.pyshacl:
            _pyshacl(found, shapes, data, report)
        return found


def keys(findings: Iterable[Finding]) -> Counter[Key]:
    """What makes two engines' results the same: focus node, path, value, rule and severity, as often."""
    return Counter((f.focus, f.path, f.value, f.rule, f.severity) for f in findings)


def _shapes() -> Graph:
    graph = Graph()
    for file in SHAPES:
        graph.parse(file)
    return graph


def _load(data: Path) -> OxigraphStore:
    store = OxigraphStore()
    store._store.load(path=str(data), format=ox.RdfFormat.N_TRIPLES, to_graph=GRAPH)
    for file in ONTOLOGY:
        store._store.load(path=str(file), format=ox.RdfFormat.TURTLE, to_graph=GRAPH, base_iri="https://example.org/")
    return store


def _full(found: Measured, compiled: CompiledShapes, store: OxigraphStore, rounds: int, before: float) -> Report:
    """Validate everything some times; the memory is the peak while that happens."""
    _forget_peak()
    times = [timed(lambda: compiled.validate(store.select, workers=2)) for _ in range(rounds)]
    found.wall["compiled"] = statistics.median(wall for _, wall, _ in times)
    found.cpu["compiled"] = statistics.median(cpu for _, _, cpu in times)
    found.peak = _peak() - before
    report: Report = times[-1][0]
    return report


def _changes(found: Measured, incremental: Incremental, store: OxigraphStore, report: Report, number: int) -> None:
    """Make changes one after the other; what is timed is finding the report of the state after from the one before."""
    before = OxigraphStore()
    before._store.extend(store._store)
    for change in changes.changes(before._store, GRAPH, number):
        kind, added, removed = change
        changes.make(store._store, GRAPH, change)
        states = before.select, store.select
        validate = partial(incremental.validate_change, report, added, removed, *states, new_day=False)
        made, wall, _ = timed(validate)
        report = made.report
        found.by_kind.setdefault(kind, []).append(wall)
        found.in_full.update(made.full)
        found.checked.append(made.checked)
        changes.make(before._store, GRAPH, change)
    found.change_is_exact = set(report.findings) == set(incremental.compiled.validate(store.select).findings)


def _pyshacl(found: Measured, shapes: Graph, data: Path, report: Report) -> None:
    quads = (
        quad.triple
        for file, form in _files(data)
        for quad in ox.parse(path=str(file), format=form, base_iri="https://example.org/")
    )
    graph = as_graph(quads)
    other, found.wall["pySHACL"], found.cpu["pySHACL"] = timed(lambda: validate_by_pyshacl(graph, shapes))
    found.same["pySHACL"] = keys(other.findings) == keys(report.findings)


def _files(data: Path) -> list[tuple[Path, ox.RdfFormat]]:
    return [(data, ox.RdfFormat.N_TRIPLES), *((file, ox.RdfFormat.TURTLE) for file in ONTOLOGY)]


def timed(action: Callable[[], Any]) -> tuple[Any, float, float]:
    """What an action gives, and the seconds it takes: on the wall, and of all processors."""
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    result = action()
    return result, time.perf_counter() - wall, time.process_time() - cpu


def tables(results: list[Measured]) -> str:
    """The results as Markdown."""
    engines = [engine for engine in ("pySHACL", "Jena") if any(engine in result.wall for result in results)]
    lines = ["| triples | findings | as seeded | compiled s (CPU s) |" + "".join(
        f" {engine} s | ratio | same results |" for engine in engines
    )]  # fmt: skip
    lines.append("|---|---|---|---|" + "---|---|---|" * len(engines))
    for result in results:
        ours = result.wall["compiled"]
        row = f"| {result.triples:,} | {result.findings} | {_yes(result.as_seeded)} |"
        row += f" {ours:.3f} ({result.cpu['compiled']:.3f}) |"
        for engine in engines:
            wall = result.wall.get(engine)
            row += (
                " – | – | – |" if wall is None else f" {wall:.2f} | {wall / ours:.0f} × | {_yes(result.same[engine])} |"
            )
        lines.append(row)
    lines += [
        "",
        "| triples | one record: median ms | p95 ms | pairs of shape and record checked, median | same as full |",
    ]
    lines.append("|---|---|---|---|---|")
    for result in results:
        if times := sorted(second * 1e3 for seconds in result.by_kind.values() for second in seconds):
            p95 = times[int(0.95 * (len(times) - 1))]
            lines.append(
                f"| {result.triples:,} | {statistics.median(times):.1f} | {p95:.1f} | "
                f"{statistics.median(result.checked):.0f} | {_yes(result.change_is_exact)} |"
            )
    kinds = list(dict.fromkeys(kind for result in results for kind in result.by_kind))
    lines += [
        "",
        "| median ms of | " + " | ".join(f"{result.triples:,}" for result in results) + " |",
        "|---" * (len(results) + 1) + "|",
    ]
    for kind in kinds:
        lines.append(
            f"| {kind} | "
            + " | ".join(f"{statistics.median(r.by_kind[kind]) * 1e3:.1f}" for r in results if kind in r.by_kind)
            + " |"
        )
    lines += [
        "",
        "| triples | loading s | loaded store MB | peak MB while validating | ratio |",
        "|---|---|---|---|---|",
    ]
    for result in results:
        lines.append(
            f"| {result.triples:,} | {result.load:.2f} | {result.loaded:.0f} | {result.peak:.0f} |"
            f" {result.peak / result.loaded:.2f} |"
        )
    full = Counter[str]()
    for result in results:
        full.update(result.in_full)
    lines += ["", f"Shapes that ran in full for a change: {', '.join(map(str, full.items())) or 'none'}."]
    return "\n".join(lines)


def _yes(value: bool) -> str:
    return "yes" if value else "NO"


def _memory() -> float:
    """Megabytes that this process holds now."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def _peak() -> float:
    """The most megabytes that this process has held since `_forget_peak`."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1e3


if __name__ == "__main__":
    main()
