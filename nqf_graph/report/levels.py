"""The levels of two editions side by side: counterparts, explicit no-match, shared counterparts, order, descriptors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from nqf_graph.report.asking import Asked
from nqf_graph.report.facts import Facts
from nqf_graph.report.model import Comparison, Counterpart, Descriptor, LevelRow, Levels, Text
from nqf_graph.terms import DCT, NQF

ORDER, DESCRIBED = "international/rank-consistency", "frameworks/descriptor-status"
GAPS = "international/level-counterparts"
_Said = Mapping[tuple[str, str], list[str]]
"""(level, counterpart) → alignments; the counterpart is "" for a statement that there is none."""


@dataclass(frozen=True)
class _Level:
    iri: str
    rank: int
    notation: str
    part_of: str


@dataclass(frozen=True)
class _Sides:
    lefts: list[_Level]
    rights: list[_Level]
    said: _Said
    descriptors: Mapping[str, Mapping[str, str]]


def levels_of(facts: Facts, compared: Comparison, asked: Asked) -> Levels:
    """One row for each level of the first edition in rank order, and what of the other edition stays unmatched."""
    lefts, rights = (_levels(facts, edition.iri) for edition in (compared.edition, compared.reference_edition))
    said = _alignments(facts, compared)
    facts.read({iri for pair, some in said.items() for iri in (*pair, *some)})
    sides = _Sides(lefts, rights, said, _descriptors(facts, compared))
    rows = tuple(_row(facts, level, sides) for level in lefts)
    hit = {counterpart for _, counterpart in said}
    parts = {level.part_of for level in rights if level.iri in hit}
    unmatched = facts.things(level.iri for level in rights if level.iri not in hit | parts)
    return Levels(
        rows=rows,
        unmatched=unmatched if said else (),
        order=_order(asked),
        is_connected=bool(said),
        queries=tuple(asked(id).key for id in (ORDER, DESCRIBED, GAPS)),
    )


def _levels(facts: Facts, edition: str) -> list[_Level]:
    publication = facts.publication
    found = {}
    for row in publication.store.select(publication.system("report-levels", edition=str(NamedNode(edition)))):
        level, rank, notation = row["level"], row["rank"], row["notation"]
        if isinstance(level, NamedNode) and isinstance(rank, Literal) and isinstance(notation, Literal):
            part = getattr(row["part_of"], "value", "")
            found[level.value] = _Level(level.value, int(rank.value), notation.value, part)
    facts.read(found)
    return list(found.values())


def _alignments(facts: Facts, compared: Comparison) -> _Said:
    publication = facts.publication
    query = publication.system(
        "report-alignments",
        edition=str(NamedNode(compared.edition.iri)),
        other=str(NamedNode(compared.reference_edition.iri)),
    )
    said: dict[tuple[str, str], list[str]] = {}
    for row in publication.store.select(query):
        values = [getattr(row[name], "value", "") for name in ("level", "counterpart", "alignment")]
        date = facts.plain(values[2], DCT["date"])
        if date <= compared.as_of:
            said.setdefault((values[0], values[1]), []).append(values[2])
    return said


def _row(facts: Facts, level: _Level, sides: _Sides) -> LevelRow:
    """A level whose sub-levels speak for it says nothing itself, and is not asked to."""
    lefts, rights, said = sides.lefts, sides.rights, sides.said
    matched = [right for right in rights if (level.iri, right.iri) in said]
    none = said.get((level.iri, ""), [])
    parts = [part for part in lefts if part.part_of == level.iri]
    spoken = any(pair[0] == part.iri for part in parts for pair in said)
    related = {level.iri, level.part_of, *(part.iri for part in parts)}
    shared = {
        left.notation
        for left in lefts
        if left.iri not in related and any((left.iri, right.iri) in said for right in matched)
    }
    verdict = "matched" if matched else "no-match" if none else "by-parts" if spoken else "nothing-said"
    for alignment in none:
        facts.cite(alignment)
    return LevelRow(
        level=facts.thing(level.iri),
        notation=level.notation,
        verdict=verdict,
        counterparts=tuple(_counterpart(facts, right, said[level.iri, right.iri]) for right in matched),
        no_match=facts.things(none),
        shared_with=tuple(left.notation for left in lefts if left.notation in shared),
        descriptors=_side_by_side(facts, sides.descriptors, level.iri, [right.iri for right in matched]),
    )


def _counterpart(facts: Facts, right: _Level, alignments: list[str]) -> Counterpart:
    first = alignments[0]
    for alignment in alignments:
        for record in (alignment, *facts.links(alignment, NQF["hasEvidence"])):
            facts.cite(record)

    def named(property_: NamedNode) -> str:
        names = [facts.name(iri).text for iri in facts.links(first, property_)]
        return ", ".join(names)

    relations = facts.links(first, NQF["relation"])
    return Counterpart(
        level=facts.thing(right.iri),
        notation=right.notation,
        relation=relations[0].rpartition("#")[2] if relations else "",
        kind=named(NQF["alignmentKind"]),
        status=named(NQF["alignmentStatus"]),
        score=facts.plain(first, NQF["confidenceScore"]),
        via=(),
        alignments=facts.things(alignments),
        evidence=facts.things(iri for a in alignments for iri in facts.links(a, NQF["hasEvidence"])),
        counter_evidence=facts.things(iri for a in alignments for iri in facts.links(a, NQF["counterEvidence"])),
    )


def _descriptors(facts: Facts, compared: Comparison) -> dict[str, dict[str, str]]:
    """Level → dimension → descriptor ("" where the edition has the dimension and the level says nothing in it)."""
    publication = facts.publication
    editions = " ".join(str(NamedNode(thing.iri)) for thing in (compared.edition, compared.reference_edition))
    dimensions: dict[str, list[str]] = {}
    found: dict[str, dict[str, str]] = {}
    for row in publication.store.select(publication.system("report-descriptors", edition=editions)):
        values = [getattr(row[name], "value", "") for name in ("edition", "dimension", "level", "descriptor")]
        dimensions.setdefault(values[0], []).append(values[1])
        if values[2]:
            found.setdefault(values[2], {})[values[1]] = values[3]
    facts.read({iri for some in found.values() for iri in (*some, *some.values())})
    facts.read({iri for some in dimensions.values() for iri in some})
    for level, told in found.items():
        edition = facts.links(level, NQF["levelOf"])[0]
        for dimension in dimensions.get(edition, ()):
            told.setdefault(dimension, "")
    return found


def _side_by_side(
    facts: Facts, descriptors: Mapping[str, Mapping[str, str]], left: str, rights: Iterable[str]
) -> tuple[Descriptor, ...]:
    """Dimensions with the same words in their names stand beside each other; others stand alone."""
    own = dict(descriptors.get(left, {}))
    rows = []
    for dimension in sorted(own, key=lambda iri: facts.name(iri).text):
        facts.cite(own[dimension])
        rows.append((dimension, own[dimension], ""))
    for right in rights:
        for dimension, descriptor in sorted(descriptors.get(right, {}).items()):
            at = next((n for n, row in enumerate(rows) if not row[2] and _same(facts, row[0], dimension)), None)
            facts.cite(descriptor)
            if at is None:
                rows.append((dimension, "", descriptor))
            else:
                rows[at] = (rows[at][0], rows[at][1], descriptor)
    return tuple(_descriptor(facts, *row) for row in rows)


def _same(facts: Facts, one: str, other: str) -> bool:
    first, second = (set(facts.name(iri).text.casefold().split()) for iri in (one, other))
    return first == second


def _descriptor(facts: Facts, dimension: str, left: str, right: str) -> Descriptor:
    def said(iri: str) -> tuple[Text | None, str]:
        return (facts.text(iri, DCT["description"]), facts.thing(iri).status_name) if iri else (None, "")

    return Descriptor(facts.name(dimension).text, *said(left), *said(right))


def _order(asked: Asked) -> tuple[str, ...]:
    """The alignments that stand in the opposite order to others, as `level → counterpart`."""
    crossed = []
    for row in asked.rows(ORDER):
        inversions = row["inversions"]
        if isinstance(inversions, Literal) and int(inversions.value) and _counts(row["alignment_status"]):
            notation, counterpart = (getattr(row[name], "value", "") for name in ("notation", "counterpart_notation"))
            crossed.append(f"{notation} → {counterpart}")
    return tuple(dict.fromkeys(crossed))


def _counts(status: object) -> bool:
    return status != NQF["rejected"]
