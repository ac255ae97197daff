"""Answers as flat records, one a line, for tables of any kind: columns are the same in every language."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from nqf_graph.compare.comparison import Comparison, Counterpart, LevelRow, Named
from nqf_graph.compare.coverage import Coverage

Record = dict[str, str]


def as_csv(records: Sequence[Record], columns: Sequence[str]) -> str:
    """The records as CSV (RFC 4180) with a header."""
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, columns)
    writer.writeheader()
    writer.writerows(records)
    return written.getvalue()


COMPARISON = (
    "level", "notation", "name", "verdict", "counterpart", "counterpart_notation", "relation", "kind", "state",
    "status", "score", "via", "shared_with", "alignments", "evidence", "counter_evidence",
)  # fmt: skip


def of_comparison(comparison: Comparison) -> list[Record]:
    """A record for each counterpart of a level, one for a level without."""
    return [record for row in comparison.rows for record in _of_level(row)]


def _of_level(row: LevelRow) -> Iterable[Record]:
    own = {
        "level": row.level.iri,
        "notation": row.level.notation,
        "name": row.level.name,
        "verdict": row.verdict,
        "shared_with": " ".join(level.notation for level in row.shared_with),
    }
    empty = dict.fromkeys(COMPARISON, "")
    if row.counterparts:
        return [empty | own | _of_counterpart(counterpart) for counterpart in row.counterparts]
    if row.no_match:
        return [
            empty
            | own
            | {
                "kind": said.kind, "state": said.state, "status": said.status, "score": score(said.score),
                "alignments": said.alignment, "evidence": ids(said.evidence),
                "counter_evidence": ids(said.counter_evidence),
            }
            for said in row.no_match
        ]  # fmt: skip
    return [empty | own]


def _of_counterpart(counterpart: Counterpart) -> Record:
    return {
        "counterpart": counterpart.level.iri, "counterpart_notation": counterpart.level.notation,
        "relation": counterpart.relation, "kind": counterpart.kind, "state": counterpart.state,
        "status": counterpart.status, "score": score(counterpart.score),
        "via": " ".join(level.iri for level in counterpart.via), "alignments": " ".join(counterpart.alignments),
        "evidence": ids(counterpart.evidence), "counter_evidence": ids(counterpart.counter_evidence),
    }  # fmt: skip


COVERAGE = (
    "standard", "about", "thing", "name", "verdict", "function", "task", "level", "outcomes", "esco", "status",
)  # fmt: skip


def of_coverage(coverage: Coverage) -> list[Record]:
    """A record for each competence of the standards, each surplus outcome, each essential skill of ESCO."""
    found: list[Record] = []
    for standard in coverage.standards:
        empty = dict.fromkeys(COVERAGE, "") | {"standard": standard.standard.iri}
        found += [
            empty
            | {
                "about": "competence", "thing": entry.competence.iri, "name": entry.competence.name,
                "verdict": entry.verdict, "function": entry.function.iri, "task": entry.task.iri,
                "level": entry.level.iri if entry.level else "", "outcomes": ids(entry.outcomes),
                "esco": ids(match.concept for match in entry.matches), "status": entry.status,
            }
            for entry in standard.required
        ]  # fmt: skip
        found += [
            empty
            | {"about": "outcome", "thing": surplus.outcome.iri, "name": surplus.outcome.name, "verdict": "surplus"}
            | {"status": surplus.status}
            for surplus in standard.surplus
        ]
        found += [
            empty
            | {"about": "esco-skill", "thing": skill.skill.iri, "name": skill.skill.name, "verdict": skill.verdict}
            for skill in standard.essential
        ]
    return found


def ids(things: Iterable[Named]) -> str:
    """IRIs, separated by blanks."""
    return " ".join(thing.iri for thing in things)


def score(number: float | None) -> str:
    """A confidence score, or nothing where none is known."""
    return "" if number is None else f"{number:g}"
