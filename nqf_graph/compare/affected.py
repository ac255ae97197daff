"""What does a change reach?  Alignments, rows of comparisons and programmes, in the states before and after it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nqf_graph.compare.chains import chains, read_links
from nqf_graph.compare.comparison import Named
from nqf_graph.compare.reading import Reader, iris, local

_ASPECTS = ("level", "standard", "qualification", "entry", "outcomes")
_STATED, _WORDED = ("subject", "relation", "object", "none_in", "state"), ("relation", "state")
_Row = dict[str, str]


@dataclass(frozen=True)
class AlignmentChange:
    """An alignment that the change makes, takes away, alters, or whose grounds it touches."""

    alignment: Named
    effect: str
    """added, removed, changed, or touched: it stays, but something that it speaks of or rests on does not."""
    subject: Named
    relation: str
    """As it stands after the change; before it, where the alignment is removed.  Empty for a statement of no match."""
    object: Named | None
    """The edition or classification searched, for a statement of no match; None where nothing is named."""
    state: str
    because_of: tuple[Named, ...]
    """What is touched: the alignment itself, what it aligns, its evidence, a descriptor of a level."""


@dataclass(frozen=True)
class Place:
    """A counterpart as a comparison would tell it."""

    level: Named
    relation: str
    state: str
    status: str
    score: float | None
    via: tuple[Named, ...]


@dataclass(frozen=True)
class RowChange:
    """A level whose counterparts in an edition change, directly or through a third framework."""

    level: Named
    edition: Named
    before: tuple[Place, ...]
    after: tuple[Place, ...]


@dataclass(frozen=True)
class AspectChange:
    """What of a programme changes: level, standard, qualification, entry, outcomes, required, covered."""

    aspect: str
    lost: tuple[Named, ...]
    gained: tuple[Named, ...]
    before: int
    """How many there are before the change."""
    after: int


@dataclass(frozen=True)
class ProgrammeChange:
    """A programme that the change makes (added), takes away (removed) or alters (changed)."""

    programme: Named
    effect: str
    aspects: tuple[AspectChange, ...]


@dataclass(frozen=True)
class Sides:
    """The states before and after a change, ready to be asked."""

    before: Reader
    after: Reader

    def learn(self, things: Iterable[str]) -> None:
        """Find out what things are called, all at once."""
        wanted = [thing for thing in things if thing]
        self.after.learn(wanted)
        self.before.learn(thing for thing in wanted if not self.after.named(thing).language)

    def named(self, thing: str) -> Named:
        """A thing with the name that it has after the change, else before it."""
        found = self.after.named(thing)
        return found if found.language else self.before.named(thing)


def alignment_changes(sides: Sides, touched: Sequence[str]) -> tuple[AlignmentChange, ...]:
    """Which alignments are touched, and how?"""
    because: dict[str, dict[str, None]] = {}
    itself = set()
    for reader in (sides.before, sides.after) if touched else ():
        for row in reader.rows("what-if-alignments", thing=iris(touched)):
            because.setdefault(row["alignment"], {})[row["thing"]] = None
            itself |= {row["alignment"]} if row["role"] == "itself" else set()
    before, after = (_stated(reader, because) for reader in (sides.before, sides.after))
    sides.learn(
        thing for said in (before, after) for row in said.values() for key in _STATED if "://" in (thing := row[key])
    )
    sides.learn([*because, *(thing for found in because.values() for thing in found)])
    found = []
    for alignment in sorted(because):
        if alignment not in before and alignment not in after:
            continue
        row = after.get(alignment) or before[alignment]
        stays = "changed" if alignment in itself else "touched"
        effect = "added" if alignment not in before else "removed" if alignment not in after else stays
        relation, state = (local(row[name]) for name in _WORDED)
        other = row["object"] or row["none_in"]
        found.append(
            AlignmentChange(
                sides.named(alignment), effect, sides.named(row["subject"]), relation,
                sides.named(other) if other else None, state, tuple(map(sides.named, sorted(because[alignment]))),
            )
        )  # fmt: skip
    return tuple(found)


def _stated(reader: Reader, alignments: Iterable[str]) -> dict[str, _Row]:
    wanted = sorted(alignments)
    if not wanted:
        return {}
    return {row["alignment"]: row for row in reader.rows("what-if-alignment", alignment=iris(wanted))}


def row_changes(sides: Sides) -> tuple[RowChange, ...]:
    """Which levels get other counterparts, in which edition?  Every pair of editions is looked at."""
    before, after = _counterparts(sides.before), _counterparts(sides.after)
    changed = sorted(key for key in {*before, *after} if before.get(key) != after.get(key))
    told = [before.get(key, ()) for key in changed] + [after.get(key, ()) for key in changed]
    sides.learn(iri for level_and_edition in changed for iri in level_and_edition)
    sides.learn(iri for found in told for place in found for iri in (place[0], *place[5]))
    return tuple(
        RowChange(
            sides.named(level), sides.named(edition),
            tuple(_place(sides, place) for place in before.get((level, edition), ())),
            tuple(_place(sides, place) for place in after.get((level, edition), ())),
        )
        for level, edition in changed
    )  # fmt: skip


_Told = tuple[str, str, str, str, float | None, tuple[str, ...]]


def _counterparts(reader: Reader) -> dict[tuple[str, str], tuple[_Told, ...]]:
    """(Level, edition) → its counterparts there."""
    links, _ = read_links(reader)
    edition_of = {link.to_level: link.to_edition for found in links.values() for link in found}
    editions = sorted(set(edition_of.values()))
    found = {}
    for level in links:
        for edition in editions:
            if edition == edition_of[level]:
                continue
            ways = chains(level, edition_of[level], edition, links)
            told = [
                (
                    way.target, way.relation, way.state, way.status, way.score,
                    tuple(link.to_level for link in way.links[:-1]),
                )
                for way in ways
            ]  # fmt: skip
            if told:
                found[level, edition] = tuple(told)
    return found


def _place(sides: Sides, told: _Told) -> Place:
    level, relation, state, status, score, via = told
    return Place(sides.named(level), relation, state, status, score, tuple(map(sides.named, via)))


def programme_changes(sides: Sides, touched: Sequence[str]) -> tuple[ProgrammeChange, ...]:
    """Which programmes get another level, standard, qualification, entry or outcomes, or cover more or less?"""
    concerned: set[str] = set()
    for reader in (sides.before, sides.after) if touched else ():
        concerned |= {row["programme"] for row in reader.rows("what-if-programmes", thing=iris(touched))}
    if not concerned:
        return ()
    before, after = (_profiles(reader, concerned) for reader in (sides.before, sides.after))
    found = []
    for programme in sorted(concerned):
        old, new = before.get(programme, {}), after.get(programme, {})
        aspects = tuple(_aspect(sides, name, old, new) for name in (*_ASPECTS, "required", "covered"))
        changed = tuple(aspect for aspect in aspects if aspect.lost or aspect.gained)
        if changed:
            effect = "added" if not old else "removed" if not new else "changed"
            found.append(ProgrammeChange(sides.named(programme), effect, changed))
    return tuple(found)


def _profiles(reader: Reader, programmes: Iterable[str]) -> dict[str, dict[str, set[str]]]:
    found: dict[str, dict[str, set[str]]] = {}
    for row in reader.rows("what-if-programme", programme=iris(programmes)):
        found.setdefault(row["programme"], {}).setdefault(row["aspect"], set()).add(row["value"])
    for profile in found.values():
        profile["covered"] = profile.get("required", set()) & profile.get("developed", set())
    return found


def _aspect(sides: Sides, name: str, old: dict[str, set[str]], new: dict[str, set[str]]) -> AspectChange:
    before, after = old.get(name, set()), new.get(name, set())
    lost, gained = sorted(before - after), sorted(after - before)
    sides.learn([*lost, *gained])
    return AspectChange(name, tuple(map(sides.named, lost)), tuple(map(sides.named, gained)), len(before), len(after))
