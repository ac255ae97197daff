"""Two frameworks side by side: level by level, descriptor by descriptor, with what is not known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import product

from nqf_graph.compare.chains import Chain, chains, read_links
from nqf_graph.compare.comparison import (
    Comparison,
    Counterpart,
    Edition,
    Inversion,
    LevelRef,
    LevelRow,
    Named,
    NoMatch,
    Rejected,
)
from nqf_graph.compare.descriptors import Descriptors
from nqf_graph.compare.editions import Chosen, choose_edition, day_of
from nqf_graph.compare.reading import Reader, iris, local, number
from nqf_graph.compare.wording import sentence
from nqf_graph.publication import Publication
from nqf_graph.terms import NQF


def compare(
    publication: Publication, framework: str | None, with_: str, *, language: str = "en", as_of: str | None = None
) -> Comparison:
    """Where does each level of a framework stand in another one, on what evidence, and what is not known?

    `framework` None is the publication's main one.  Alignments are followed in both directions, directly or through
    one other framework.  Raises NotFound naming the frameworks, or the editions, that exist.
    """
    reader = Reader(publication, language)
    day = day_of(as_of)
    left, right = choose_edition(reader, framework, day), choose_edition(reader, with_, day)
    return _Comparing(reader, left, right).comparison(day)


class _Comparing:
    def __init__(self, reader: Reader, left: Chosen, right: Chosen) -> None:
        self._reader, self._left, self._right = reader, left, right
        self._links, self._rejected = read_links(reader)
        self._own = self._levels_of(left.edition)
        self._others = self._levels_of(right.edition)
        self._levels = {level.iri: level for level in (*self._own, *self._others)}

    def comparison(self, day: str) -> Comparison:
        own = {level.iri: self._chains(level.iri) for level in self._own}
        self._roles = self._read_roles(chain for found in own.values() for chain in found)
        descriptors = Descriptors.read(self._reader, [self._left.edition, self._right.edition])
        rows = [self._row(level, own, descriptors) for level in self._own]
        rows = [replace(row, shared_with=_sharing(row, rows)) for row in rows]
        met = {counterpart.level.iri for row in rows for counterpart in row.counterparts}
        everything = [counterpart for row in rows for counterpart in row.counterparts]
        counts: dict[str, int] = {"levels": len(self._own), "otherLevels": len(self._others)} | Counter(
            row.verdict for row in rows
        )
        edition_left, edition_right = self._edition(self._left, self._own), self._edition(self._right, self._others)
        return Comparison(
            self._reader.language, day, self._reader.publication.state_id, edition_left, edition_right,
            bool(everything) or any(row.no_match for row in rows),
            self._sentence(everything, rows, edition_left, edition_right),
            any(not counterpart.via for counterpart in everything), tuple(rows),
            tuple(level for level in self._others if level.iri not in met), _inversions(rows),
            dict(sorted(counts.items())), tuple(self._reader.asked),
        )  # fmt: skip

    def _chains(self, level: str) -> list[Chain]:
        return chains(level, self._left.edition, self._right.edition, self._links)

    def _levels_of(self, edition: str) -> list[LevelRef]:
        if not edition:
            return []
        rows = list(self._reader.rows("compare-levels", edition=iris([edition])))
        self._reader.learn(row["level"] for row in rows)
        unique = {row["level"]: row for row in rows}
        return [self._level(row) for row in unique.values()]

    def _level(self, row: Mapping[str, str]) -> LevelRef:
        named = self._reader.named(row["level"])
        return LevelRef(
            named.iri, named.id, row["notation"], named.name, int(row["rank"]), local(row["status"]), row["whole"]
        )

    def _read_roles(self, found: Iterable[Chain]) -> dict[tuple[str, str], list[str]]:
        """What each alignment rests on: (alignment, evidence | counter | source) → things."""
        self._negative = [
            row
            for row in self._reader.rows("compare-no-matches")
            if row["edition"] == self._right.edition and row["state"] != NQF["rejected"].value
        ]
        alignments = {link.alignment for chain in found for link in chain.links} | {
            row["alignment"] for row in self._negative
        }
        roles: dict[tuple[str, str], list[str]] = {}
        if alignments:
            for row in self._reader.sorted_rows("compare-evidence", "role", "thing", alignment=iris(alignments)):
                roles.setdefault((row["alignment"], row["role"]), []).append(row["thing"])
        self._reader.learn(thing for things in roles.values() for thing in things)
        return roles

    def _row(self, level: LevelRef, own: Mapping[str, list[Chain]], descriptors: Descriptors) -> LevelRow:
        parts = [part.iri for part in self._own if part.part_of == level.iri]
        no_match = tuple(self._no_match(row) for row in self._negative if row["subject"] == level.iri)
        found = [chain for chain in own[level.iri] if len(chain.links) == 1 or not no_match]
        counterparts = [self._counterpart(chain, "") for chain in found]  # what is said of the level wins over chains
        if not counterparts and not no_match and own.get(level.part_of):
            counterparts = [self._counterpart(chain, level.part_of) for chain in own[level.part_of]]
        if counterparts:
            verdict = "matched"
        elif no_match:
            verdict = "no-match"
        else:
            verdict = "in-sub-levels" if any(own[part] for part in parts) else "nothing-said"
        targets = list(dict.fromkeys(counterpart.level.iri for counterpart in counterparts))
        return LevelRow(
            level, verdict, tuple(counterparts), no_match, tuple(self._turned_down(level.iri)), (),
            descriptors.pairs(level, [self._levels[target] for target in targets]),
        )  # fmt: skip

    def _counterpart(self, chain: Chain, inherited_from: str) -> Counterpart:
        alignments = tuple(link.alignment for link in chain.links)
        return Counterpart(
            self._levels[chain.target], chain.relation, chain.kind, chain.state, chain.status, chain.score,
            chain.unknown, alignments, tuple(self._reader.named(link.to_level) for link in chain.links[:-1]),
            inherited_from, self._things(alignments, "evidence"), self._things(alignments, "counter"),
            tuple(named.iri for named in self._things(alignments, "source")),
        )  # fmt: skip

    def _no_match(self, row: Mapping[str, str]) -> NoMatch:
        alignments = (row["alignment"],)
        return NoMatch(
            row["alignment"], local(row["kind"]), local(row["state"]), local(row["status"]), number(row["score"]),
            self._things(alignments, "evidence"), self._things(alignments, "counter"),
            tuple(named.iri for named in self._things(alignments, "source")),
        )  # fmt: skip

    def _things(self, alignments: Iterable[str], role: str) -> tuple[Named, ...]:
        return self._reader.several(thing for each in alignments for thing in self._roles.get((each, role), ()))

    def _turned_down(self, level: str) -> Iterable[Rejected]:
        for link in self._rejected:
            if link.from_level == level and link.to_edition == self._right.edition:
                yield Rejected(link.alignment, self._levels[link.to_level], local(link.relation.value))

    def _edition(self, chosen: Chosen, levels: list[LevelRef]) -> Edition:
        edition = self._reader.named(chosen.edition) if chosen.edition else None
        whole = sum(not level.part_of for level in levels)
        return Edition(self._reader.named(chosen.framework), edition, chosen.is_draft, whole)

    def _sentence(self, found: list[Counterpart], rows: list[LevelRow], left: Edition, right: Edition) -> str:
        language = self._reader.language
        for side in (left, right):
            if side.edition is None:
                return sentence("no-edition", language, name=side.framework.name)
        for side, levels in ((left, self._own), (right, self._others)):
            if not levels and side.edition:
                return sentence("no-levels", language, name=side.edition.name)
        direct = {alignment for c in found if not c.via for alignment in c.alignments}
        direct |= {no_match.alignment for row in rows for no_match in row.no_match}
        if direct:
            return sentence("direct", language, number=len(direct))
        if found:
            return sentence("composed", language, via=", ".join(self._frameworks_on_the_way(found)))
        return sentence("nothing", language)

    def _frameworks_on_the_way(self, found: list[Counterpart]) -> list[str]:
        editions = {link.to_level: link.to_edition for links in self._links.values() for link in links}
        used = sorted({editions[level.iri] for counterpart in found for level in counterpart.via})
        return [self._reader.named(edition).name for edition in used]


def _sharing(row: LevelRow, rows: Iterable[LevelRow]) -> tuple[LevelRef, ...]:
    """The other levels with a counterpart of this one; a level and its own sub-levels do not count."""
    targets = {counterpart.level.iri for counterpart in row.counterparts}
    return tuple(
        other.level
        for other in rows
        if row.level.iri not in (other.level.iri, other.level.part_of)
        and other.level.iri != row.level.part_of
        and targets & {counterpart.level.iri for counterpart in other.counterparts}
    )


def _inversions(rows: Iterable[LevelRow]) -> tuple[Inversion, ...]:
    """Where does a higher level have a lower counterpart?  Only alignments that say where a level stands are judged."""
    placed = [
        (row.level, counterpart.level)
        for row in rows
        for counterpart in row.counterparts
        if counterpart.relation in ("exactMatch", "closeMatch")
    ]
    return tuple(
        Inversion(lower, higher, below, above)
        for (lower, below), (higher, above) in product(placed, repeat=2)
        if lower.rank < higher.rank and below.rank > above.rank
    )
