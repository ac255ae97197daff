"""The levels of two editions side by side, as the comparison gives them, in the words of a report."""

from __future__ import annotations

from nqf_graph.compare import comparison as compared
from nqf_graph.report.asking import Asked
from nqf_graph.report.facts import Facts
from nqf_graph.report.model import Counterpart, Descriptor, LevelRow, Levels, Text, Thing
from nqf_graph.terms import NQF

ORDER, DESCRIBED = "international/rank-consistency", "frameworks/descriptor-status"
GAPS = "international/level-counterparts"


def levels_of(facts: Facts, comparison: compared.Comparison, asked: Asked) -> Levels:
    """One row for each level of the first edition in rank order, and what of the other edition stays unmatched."""
    facts.read(_mentioned(comparison))
    return Levels(
        rows=tuple(_row(facts, row) for row in comparison.rows),
        unmatched=facts.things(level.iri for level in comparison.unmatched) if comparison.is_connected else (),
        order=tuple(dict.fromkeys(_crossing(inversion) for inversion in comparison.inversions)),
        is_connected=comparison.is_connected,
        sentence=comparison.sentence,
        queries=tuple(asked(id).key for id in (ORDER, DESCRIBED, GAPS)),
    )


def _mentioned(comparison: compared.Comparison) -> set[str]:
    """Everything that the rows speak of, to be read at once."""
    found: set[str] = {level.iri for level in comparison.unmatched}
    for row in comparison.rows:
        found |= {row.level.iri, *(no.alignment for no in row.no_match), *(no.alignment for no in row.rejected)}
        for one in row.counterparts:
            things = (*one.via, *one.evidence, *one.counter_evidence)
            found |= {one.level.iri, *one.alignments, *(thing.iri for thing in things)}
        found |= {side.descriptor for pair in row.descriptors for side in (pair.left, pair.right) if side}
    return found


def _crossing(inversion: compared.Inversion) -> str:
    lower, higher = inversion.lower, inversion.higher
    return (
        f"{lower.notation} → {inversion.lower_counterpart.notation}, "
        f"{higher.notation} → {inversion.higher_counterpart.notation}"
    )


def _row(facts: Facts, row: compared.LevelRow) -> LevelRow:
    for no_match in row.no_match:
        facts.cite(no_match.alignment)
    return LevelRow(
        level=facts.thing(row.level.iri),
        notation=row.level.notation,
        verdict=row.verdict,
        counterparts=tuple(_counterpart(facts, one) for one in row.counterparts),
        no_match=facts.things(no_match.alignment for no_match in row.no_match),
        rejected=facts.things(rejected.alignment for rejected in row.rejected),
        shared_with=tuple(level.notation for level in row.shared_with),
        descriptors=tuple(_pair(facts, pair) for pair in row.descriptors),
    )


def _counterpart(facts: Facts, one: compared.Counterpart) -> Counterpart:
    for record in (*one.alignments, *(thing.iri for thing in (*one.evidence, *one.counter_evidence))):
        facts.cite(record)
    return Counterpart(
        level=facts.thing(one.level.iri),
        notation=one.level.notation,
        relation=one.relation,
        kind=_named(facts, one.kind),
        status=_named(facts, one.state),
        score="" if one.score is None else format(round(one.score, 3), "g"),
        via=tuple(level.name for level in one.via),
        inherited_from=facts.name(one.inherited_from).text if one.inherited_from else "",
        alignments=tuple(map(facts.thing, one.alignments)),
        evidence=_things(facts, one.evidence),
        counter_evidence=_things(facts, one.counter_evidence),
    )


def _named(facts: Facts, word: str) -> str:
    """What a word of the vocabulary is called; "" for none."""
    return facts.name(NQF[word].value).text if word else ""


def _things(facts: Facts, several: tuple[compared.Named, ...]) -> tuple[Thing, ...]:
    return facts.things(one.iri for one in several)


def _pair(facts: Facts, pair: compared.DescriptorPair) -> Descriptor:
    sides = [side for side in (pair.left, pair.right) if side]  # one name where both have the same words
    for side in sides:
        facts.cite(side.descriptor)
    names = {frozenset(side.dimension.name.casefold().split()): side.dimension.name for side in reversed(sides)}
    left, right = (_said(facts, side) for side in (pair.left, pair.right))
    return Descriptor(" / ".join(reversed(names.values())), left[0], left[1], right[0], right[1])


def _said(facts: Facts, side: compared.Side | None) -> tuple[Text | None, str]:
    if side is None:
        return None, ""
    language = "" if side.language == facts.language else side.language
    return Text(side.text, language), _named(facts, side.status)
