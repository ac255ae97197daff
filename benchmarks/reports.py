"""How long the comparison report takes, in each format, with the country alone and with full ESCO beside it.

    python -m benchmarks.reports [FOLDER of an ESCO package] [--with eqf] [--lang ky] [--rounds 5]

Prints a table: median seconds to build the report from the graph, and to write it in each format.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from time import perf_counter

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
    print("data | part | s | bytes\n---|---|---:|---:")
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

    first, report = timed(made, 1)
    yield f"{name} | build, first of a state | {first:.2f} |"
    seconds, report = timed(made, given.rounds)
    yield f"{name} | build | {seconds:.2f} |"
    for form in offered():
        written, data = timed(lambda form=form: write(report, form), given.rounds)  # type: ignore[misc, arg-type]
        assert isinstance(data, bytes)
        yield f"{name} | build and write {form.suffix} | {seconds + written:.2f} | {len(data):,}"


def timed(work: Callable[[], object], rounds: int) -> tuple[float, object]:
    """Median seconds of some rounds, and the last result."""
    times = []
    result: object = None
    for _ in range(rounds):
        start = perf_counter()
        result = work()
        times.append(perf_counter() - start)
    return median(times), result


if __name__ == "__main__":
    main()
