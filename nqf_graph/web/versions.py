"""What persists and its versions: which of them is in force on a day (valid time).

A framework persists, its editions follow one another and own their levels and descriptors; a level persists as the
place that each edition gives it.  When a statement was recorded is another matter and not told here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from pyoxigraph import Literal, NamedNode

from nqf_graph.per_state import PerState
from nqf_graph.publication import Publication
from nqf_graph.store import Term


@dataclass(frozen=True)
class Version:
    """A thing that is in force from `start` to `end`, both included; None is open."""

    thing: NamedNode
    start: date
    end: date | None

    def is_in_force(self, day: date) -> bool:
        """Does the day lie between start and end?"""
        return self.start <= day and (self.end is None or day <= self.end)


@dataclass(frozen=True)
class Lineage:
    """What persists under the IRI `original`, and its versions by their start."""

    original: NamedNode
    versions: tuple[Version, ...]

    def in_force(self, day: date) -> Version | None:
        """The version in force on the day; the later one where one ends on the day that another starts."""
        return next((version for version in reversed(self.versions) if version.is_in_force(day)), None)

    def nearest(self, day: date) -> Version:
        """The last version that had started by the day, else the first one."""
        return next((version for version in reversed(self.versions) if version.start <= day), self.versions[0])

    def current(self, day: date) -> Version:
        """The version in force on the day; where none is, the nearest."""
        return self.in_force(day) or self.nearest(day)

    def beside(self, thing: NamedNode) -> tuple[Version | None, Version | None]:
        """The versions before and after one of them."""
        at = next(number for number, version in enumerate(self.versions) if version.thing == thing)
        before = self.versions[at - 1] if at else None
        return before, self.versions[at + 1] if at + 1 < len(self.versions) else None

    def version(self, thing: NamedNode) -> Version:
        """The version that `thing` is."""
        return next(version for version in self.versions if version.thing == thing)


@dataclass(frozen=True)
class Versions:
    """All that is versioned: by the IRI of what persists, and by those of its versions."""

    by_original: dict[str, Lineage]
    by_version: dict[str, Lineage]


@PerState
def versions_of(publication: Publication) -> Versions:
    """What has versions in the present state.

    An IRI below which two families (frameworks) have versions stands for neither.
    """
    own = f"{publication.settings.base}/id/"
    families: dict[str, set[Term | None]] = {}
    found: dict[str, dict[NamedNode, Version]] = {}
    for original, thing, family, start, end in publication.store.select(publication.system("versions")).rows:
        first, last = _day(start), _day(end)
        if not (isinstance(original, NamedNode) and isinstance(thing, NamedNode)) or first is None:
            continue
        if original.value.startswith(own):
            families.setdefault(original.value, set()).add(family)
            found.setdefault(original.value, {}).setdefault(thing, Version(thing, first, last))
    lineages = {
        iri: Lineage(NamedNode(iri), _by_start(versions.values()))
        for iri, versions in found.items()
        if len(families[iri]) == 1
    }
    return Versions(lineages, {v.thing.value: lineage for lineage in lineages.values() for v in lineage.versions})


def today() -> date:
    """The day on which things are in force now (UTC, as in HTTP)."""
    return datetime.now(UTC).date()


def _by_start(versions: Iterable[Version]) -> tuple[Version, ...]:
    return tuple(sorted(versions, key=lambda version: (version.start, version.thing.value)))


def _day(term: Term | None) -> date | None:
    try:
        return date.fromisoformat(term.value[:10]) if isinstance(term, Literal) else None
    except ValueError:
        return None
