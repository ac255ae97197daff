"""What each question costs on the real data, without and with a whole classification beside them.

`python -m benchmarks.questions FOLDER` imports the official CSV package of ESCO in FOLDER into a store of its own.
Every question is asked as its file stands.  Read the ratio: a question about our records should not feel how much
else is there.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from nqf_graph.importers import readers
from nqf_graph.importing import import_reference
from nqf_graph.publication import Publication, open_publication
from nqf_graph.settings import Settings

SLOW = 50.0
"""Milliseconds above which a question is marked."""


def times(publication: Publication, rounds: int) -> dict[str, float]:
    """The median time of every question in milliseconds; the first round is not counted."""
    found: dict[str, float] = {}
    for question in publication.questions.values():
        taken = []
        for _ in range(rounds + 1):
            start = time.perf_counter()
            publication.store.select(question.text)
            taken.append((time.perf_counter() - start) * 1000)
        found[question.id] = median(taken[1:])
    return found


def table(alone: dict[str, float], beside: dict[str, float]) -> str:
    """One row per question, the slowest with the classification first."""
    lines = ["| question | alone, ms | with ESCO, ms | ratio | |", "|---|---|---|---|---|"]
    for name in sorted(alone, key=lambda name: -beside[name]):
        mark = "slow" if beside[name] > SLOW else ""
        ratio = beside[name] / alone[name]
        lines.append(f"| `{name}` | {alone[name]:.2f} | {beside[name]:.2f} | {ratio:.1f} | {mark} |")
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="the official CSV package of ESCO")
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        publication = open_publication(Settings(store=Path(folder)))
        alone = times(publication, given.rounds)
        print("importing …", file=sys.stderr)
        import_reference(publication, readers["esco"](given.folder), owner="benchmark")
        print(table(alone, times(publication, given.rounds)))


if __name__ == "__main__":
    main()
