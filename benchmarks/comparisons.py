"""How long comparison, coverage, explanation, gaps and pathways take, with the country alone and with full ESCO.

    python -m benchmarks.comparisons [FOLDER or ZIP of an ESCO package] [--rounds 30]

The real data are published in a fresh folder on disk; then the package is imported.  Each answer is asked for over
HTTP in this process, kept answers switched off, so that it is worked out each time; a plain question stands beside
them as a measure of the machine.  Milliseconds; the first answer of a state reads what the later ones have.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from starlette.testclient import TestClient

from nqf_graph.app import create_app
from nqf_graph.importers import readers
from nqf_graph.importing import import_reference
from nqf_graph.publication import open_publication
from nqf_graph.settings import Settings

ESCO = Path(__file__).resolve().parents[2] / "shared" / "data" / "esco-1.1.1"
ADDRESSES = {
    "a plain question": "/api/v1/questions/frameworks/levels?framework=framework/nqf",
    "compare, NQF with EQF": "/api/v1/compare?framework=nqf&with=eqf",
    "compare, NQF with a neighbour": "/api/v1/compare?framework=nqf&with=kz",
    "coverage of a programme": "/api/v1/coverage?programme=programme/illustrative-pedagogy-6",
    "explain a pair": "/api/v1/alignments/explain?subject=level/2020/7a&object=level/eqf-2017/7",
    "gaps": "/api/v1/gaps",
    "list of alignments": "/api/v1/alignments",
}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", nargs="?", type=Path, default=ESCO)
    parser.add_argument("--rounds", type=int, default=30)
    given = parser.parse_args()
    print("| data | answer | first | median | slowest tenth from | CPU, median | × plain question |")
    print("|---|---|---:|---:|---:|---:|---:|")
    with TemporaryDirectory() as folder:
        publication = open_publication(Settings(store=Path(folder) / "data", cache_bytes=0))
        with TestClient(create_app(publication)) as client:
            measure(client, "country alone", given.rounds)
            if not given.source.exists():
                print(f"no ESCO package in {given.source}: measured without it")
                return
            package = readers["esco"](given.source)
            import_reference(publication, package, owner="benchmark")
            measure(client, f"with {len(package.triples):,} statements of ESCO", given.rounds)


def measure(client: TestClient, data: str, rounds: int) -> None:
    """One row for each address."""
    plain = 0.0
    for name, address in ADDRESSES.items():
        walls, cpus = [], []
        for _ in range(rounds + 1):
            start, busy = perf_counter(), process_time()
            answer = client.get(address)
            walls.append(1000 * (perf_counter() - start))
            cpus.append(1000 * (process_time() - busy))
            if not answer.is_success:
                raise SystemExit(f"{address}: {answer.status_code} {answer.text[:200]}")
        first, *later = walls
        plain = plain or median(later)
        tail = sorted(later)[9 * len(later) // 10]
        print(
            f"| {data} | {name} | {first:.0f} | {median(later):.1f} | {tail:.1f} | {median(cpus[1:]):.1f}"
            f" | {median(later) / plain:.1f} |"
        )


if __name__ == "__main__":
    main()
