"""What a comparison of two frameworks says, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Named:
    """A thing: its IRI, its id for addresses, its name in the reader's language (`language` says in which)."""

    iri: str
    id: str
    name: str
    language: str


@dataclass(frozen=True)
class Edition:
    """An edition of a framework; `edition` is None where the graph has none that could be compared."""

    framework: Named
    edition: Named | None
    is_draft: bool
    levels: int


@dataclass(frozen=True)
class LevelRef:
    """A level of a framework: what it is called, its notation, its rank (sub-levels share one)."""

    iri: str
    id: str
    notation: str
    name: str
    rank: int
    status: str
    part_of: str
    """The IRI of the level that it is a sub-level of, or empty."""


@dataclass(frozen=True)
class Counterpart:
    """A level of the other framework that a level is aligned with, directly or through other frameworks."""

    level: LevelRef
    relation: str
    """As SKOS has it, without the namespace: exactMatch, closeMatch, broadMatch, narrowMatch or relatedMatch."""
    kind: str
    """The weakest kind on the way: referencing, comparison or analystMapping; empty for what a sector itself states."""
    state: str
    """accepted, or proposed where one on the way is."""
    status: str
    """The weakest data status on the way; what is composed is never more than inferred."""
    score: float | None
    """The product of the confidence scores on the way; None where one is unknown."""
    unknown_scores: tuple[str, ...]
    """The alignments on the way that state no score."""
    alignments: tuple[str, ...]
    """The alignments that it is composed of, in order."""
    via: tuple[Named, ...]
    """The levels on the way, each of another framework; empty for a direct alignment."""
    inherited_from: str
    """The IRI of the level or sub-level whose counterpart this is, if it is not the level's own."""
    evidence: tuple[Named, ...]
    counter_evidence: tuple[Named, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True)
class NoMatch:
    """A statement that a level has no counterpart."""

    alignment: str
    kind: str
    state: str
    status: str
    score: float | None
    evidence: tuple[Named, ...]
    counter_evidence: tuple[Named, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Rejected:
    """An alignment that was proposed and turned down: never used, and shown as what speaks against it."""

    alignment: str
    level: LevelRef
    relation: str


@dataclass(frozen=True)
class Side:
    """What a level says in one dimension."""

    level: str
    """The level whose text it is: the level itself, or the one that it is part of."""
    dimension: Named
    descriptor: str
    text: str
    language: str
    status: str


@dataclass(frozen=True)
class DescriptorPair:
    """Descriptors of two levels in dimensions that are aligned; without `right` or `left` one side has none."""

    left: Side | None
    right: Side | None
    relation: str
    """Of the dimensions, without namespace; empty where they are not aligned."""


@dataclass(frozen=True)
class LevelRow:
    """One level of the first framework beside the second one."""

    level: LevelRef
    verdict: str
    """matched, no-match, in-sub-levels (its sub-levels have counterparts) or nothing-said."""
    counterparts: tuple[Counterpart, ...]
    no_match: tuple[NoMatch, ...]
    rejected: tuple[Rejected, ...]
    shared_with: tuple[LevelRef, ...]
    """Levels of the first framework with a counterpart of this one."""
    descriptors: tuple[DescriptorPair, ...]


@dataclass(frozen=True)
class Inversion:
    """Two levels whose counterparts stand the other way round."""

    lower: LevelRef
    higher: LevelRef
    lower_counterpart: LevelRef
    higher_counterpart: LevelRef


@dataclass(frozen=True)
class Comparison:
    """Two frameworks side by side."""

    language: str
    as_of: str
    state: str
    left: Edition
    right: Edition
    is_connected: bool
    sentence: str
    """In the reader's language: how the two are connected, or that nothing connects them."""
    is_direct: bool
    rows: tuple[LevelRow, ...]
    unmatched: tuple[LevelRef, ...]
    """Levels of the second framework that are nobody's counterpart."""
    inversions: tuple[Inversion, ...]
    counts: Mapping[str, int]
    queries: tuple[str, ...]
    """The queries by which it was worked out, by the name of their file below queries/system."""

    def as_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)
