"""How long the comparison report takes, in each format, with the country alone and with full ESCO beside it.

    python -m benchmarks.reports [FOLDER of an ESCO package] [--with eqf] [--lang ky] [--rounds 5]

Prints a table: median seconds to build the report from the graph, and to write it in each format; those of the
processors do not depend on what else the machine does.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from nqf_graph.importers import read_esco
from nqf_graph.publication import Publication, open_publication
from nqf_graph.report import build, offered, write
from nqf_graph.settings import Settings
from nqf_graph.store import Change

ESCO = Path(__file__).resolve().parents[2] / "shared" / "data" / "esco-1.1.1"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=ESCO)
    parser.add_argument("--with", dest="with_", default="eqf")
    parser.add_argument("--lang", default="ky")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    publication = open_publication(Settings(store=None))
    print("data | part | s | s of the processors | bytes\n---|---|---:|---:|---:")
    for row in measured("country alone", publication, given):
        print(row)
    if not given.folder.is_dir():
        print(f"no ESCO package in {given.folder}: measured without it")
        return
    statements = add_esco(publication, given.folder)
    for row in measured(f"with {statements:,} statements of ESCO", publication, given):
        print(row)


def add_esco(publication: Publication, folder: Path) -> int:
    """Put the package into the store, past the gate: how long a report takes does not depend on how it came there."""
    triples = read_esco(folder).triples
    graph = f"{publication.settings.base}/graph/esco"
    publication.store.apply(Change({graph: list(triples)}, checksums={graph: "benchmark"}))
    return len(triples)


def measured(name: str, publication: Publication, given: argparse.Namespace) -> Iterator[str]:
    """The rows of the table for one state: the first build reads what the rules find, the others have it."""

    def made() -> object:
        return build(publication, given.with_, language=given.lang)

    *first, report = timed(made, 1)
    yield _row(name, "build, first of a state", *first)
    seconds, cpu, report = timed(made, given.rounds)
    yield _row(name, "build", seconds, cpu)
    for form in offered():
        wall, busy, data = timed(lambda form=form: write(report, form), given.rounds)  # type: ignore[misc, arg-type]
        assert isinstance(data, bytes)
        yield _row(name, f"build and write {form.suffix}", seconds + wall, cpu + busy, f"{len(data):,}")


def _row(name: str, part: str, wall: float, cpu: float, size: str = "") -> str:
    return f"{name} | {part} | {wall:.2f} | {cpu:.2f} | {size}"


def timed(work: Callable[[], object], rounds: int) -> tuple[float, float, object]:
    """Median seconds of some rounds, by the clock and of the processors, and the last result."""
    walls, cpus = [], []
    result: object = None
    for _ in range(rounds):
        start, busy = perf_counter(), process_time()
        result = work()
        walls.append(perf_counter() - start)
        cpus.append(process_time() - busy)
    return median(walls), median(cpus), result


if __name__ == "__main__":
    main()
