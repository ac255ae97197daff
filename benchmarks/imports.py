"""What the import of a whole classification costs, step by step, and what it leaves small writes and pages with.

    python -m benchmarks.imports ../shared/data/esco-1.1.1
    python -m benchmarks.imports ESCO.zip --again ESCO-next.zip

The real data are published in a fresh folder on disk, and the package is imported into it, in this process and by the
command.  For comparison, the same statements are parsed by rdflib and loaded by the engine alone, in the same run.
Tables are Markdown.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pyoxigraph as ox
import rdflib
from starlette.testclient import TestClient

from nqf_graph.app import create_app
from nqf_graph.formats import to_bytes
from nqf_graph.importers import Package, readers
from nqf_graph.importing import import_reference
from nqf_graph.publication import Publication, open_publication
from nqf_graph.settings import Settings
from nqf_graph.writes import Request

_WRITES = 15
_REQUESTS = 20
_COMMENT = "http://www.w3.org/2000/01/rdf-schema#comment"


class Clock:
    """Wall and processor time of steps that follow each other."""

    def __init__(self) -> None:
        self.steps: dict[str, tuple[float, float]] = {}
        self._name = ""
        self._at = (0.0, 0.0)

    def begin(self, name: str) -> None:
        """The step before is over; "" begins none."""
        now = (time.perf_counter(), time.process_time())
        if self._name:
            before = self.steps.get(self._name, (0.0, 0.0))
            spent = (before[0] + now[0] - self._at[0], before[1] + now[1] - self._at[1])
            self.steps[self._name] = spent
        self._name, self._at = name, now

    def timed(self, name: str, run: Callable[[], object]) -> object:
        """Run something as a step."""
        self.begin(name)
        result = run()
        self.begin("")
        return result


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("source", type=Path, help="the package")
    parser.add_argument("--scheme", default="esco", choices=sorted(readers))
    parser.add_argument("--again", type=Path, help="a second package, imported over the first (it may lack files)")
    given = parser.parse_args()
    load = os.getloadavg()
    with TemporaryDirectory() as name:
        folder = Path(name)
        clock = Clock()
        publication = open_publication(Settings(store=folder / "data"))
        before = small_writes(publication)
        package = read_and_import(publication, given.scheme, given.source, clock)
        after = small_writes(publication)
        steps(f"{given.scheme} {package.version}, {len(package.triples):,} statements", clock)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        if given.again is not None:
            second = Clock()
            read_and_import(publication, given.scheme, given.again, second, partial=True)
            steps("the next version over it", second)
        alone(package, folder, sum(wall for wall, _ in clock.steps.values()))
        print("\n| one small write, median ms | before | after | ratio |\n|---|---|---|---|")
        print(f"| a record added | {before:.1f} | {after:.1f} | {after / before:.2f} |")
        pages(publication, package)
        del publication
        by_command(given.scheme, given.source, folder)
    print(f"\nPeak memory of reading and importing: {memory:,} MB. Load average before: {load[0]:.1f}.")


def read_and_import(
    publication: Publication, scheme: str, source: Path, clock: Clock, *, partial: bool = False
) -> Package:
    """Read and import a package, with the time of each step."""
    clock.begin("reading the files")
    package = readers[scheme](source, partial=partial)
    import_reference(publication, package, owner="benchmark", talk=clock.begin)
    clock.begin("")
    return package


def steps(title: str, clock: Clock) -> None:
    """Print the steps."""
    print(f"\n| {title} | s | CPU s |\n|---|---|---|")
    for name, (wall, cpu) in clock.steps.items():
        print(f"| {name} | {wall:.1f} | {cpu:.1f} |")
    walls, cpus = zip(*clock.steps.values(), strict=True)
    print(f"| together | {sum(walls):.1f} | {sum(cpus):.1f} |")


def alone(package: Package, folder: Path, whole: float) -> None:
    """Print what others need for the same statements, and the ratio to the whole import."""
    lines = to_bytes(package.triples, ox.RdfFormat.N_TRIPLES)
    clock = Clock()
    engine = ox.Store(str(folder / "engine"))
    clock.timed("engine's loader, on disk", lambda: engine.bulk_load(lines, format=ox.RdfFormat.N_TRIPLES))
    clock.timed("rdflib parses them into memory", lambda: rdflib.Graph().parse(data=lines, format="nt"))
    print("\n| the same statements | s | CPU s | the import takes |\n|---|---|---|---|")
    for name, (wall, cpu) in clock.steps.items():
        print(f"| {name} | {wall:.1f} | {cpu:.1f} | {whole / wall:.1f} × |")


def small_writes(publication: Publication) -> float:
    """The median time of one small write, in ms, the first few left out."""
    times = []
    base = publication.settings.base
    for number in range(_WRITES):
        text = f'<{base}/id/note/{time.time_ns()}> <{_COMMENT}> "{number}" .'
        start = time.perf_counter()
        publication.write(Request("post", text, f"{base}/graph/notes"), "benchmark")
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times[3:])


def pages(publication: Publication, package: Package) -> None:
    """Print how long the pages of the things with the most relations take."""
    relations: dict[str, int] = {}
    for triple in package.triples:
        if "SkillFor" in triple.predicate.value or "relatedEssential" in triple.predicate.value:
            relations[str(triple.subject)[1:-1]] = relations.get(str(triple.subject)[1:-1], 0) + 1
    most = {
        kind: max((n, iri) for iri, n in relations.items() if f"/{kind}/" in iri) for kind in ("occupation", "skill")
    }
    print("\n| page | relations | kB | median ms |\n|---|---|---|---|")
    with TestClient(create_app(publication)) as client:
        for kind, (number, iri) in most.items():
            for accept in ("text/html", "text/turtle"):
                times = []
                for turn in range(_REQUESTS):
                    start = time.perf_counter()
                    answer = client.get("/resource", params={"uri": iri, "turn": turn}, headers={"Accept": accept})
                    times.append(1000 * (time.perf_counter() - start))
                    assert answer.status_code == 200, answer.text
                size = len(answer.content) / 1000
                print(f"| {kind}, {accept} | {number} | {size:.0f} | {statistics.median(times):.0f} |")


def by_command(scheme: str, source: Path, folder: Path) -> None:
    """Print how long the command takes, end to end, into a published folder."""
    environment = os.environ | {"NQF_STORE": str(folder / "command")}
    nqf = [sys.executable, "-m", "nqf_graph"]
    subprocess.run([*nqf, "load"], env=environment, check=True, capture_output=True)
    start, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([*nqf, "import", scheme, str(source)], env=environment, check=True, capture_output=True)
    wall, now = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
    print("\n| end to end | s | CPU s | peak MB |\n|---|---|---|---|")
    print(f"| nqf import {scheme} | {wall:.1f} | {cpu:.1f} | {now.ru_maxrss // 1024:,} |")


if __name__ == "__main__":
    main()
