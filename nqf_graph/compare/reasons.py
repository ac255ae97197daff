"""Why is an alignment not exact?  Reasons that follow from the data, each with what it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nqf_graph.compare.comparison import DescriptorPair, Named
from nqf_graph.compare.reading import Reader, iris
from nqf_graph.compare.wording import relation_name, sentence
from nqf_graph.terms import NQF

if TYPE_CHECKING:
    from nqf_graph.compare.explanation import Statement, Thing


@dataclass(frozen=True)
class Reason:
    """A reason: its name, a sentence in the reader's language, the things that it rests on."""

    name: str
    sentence: str
    rests_on: tuple[Named, ...]


def reasons(
    reader: Reader, first: Thing, second: Thing, asserted: Sequence[Statement], descriptors: Sequence[DescriptorPair]
) -> tuple[Reason, ...]:
    """Why is none of the asserted alignments an exact match?  Empty where one is."""
    if any(statement.relation == "exactMatch" for statement in asserted):
        return ()
    found = [
        *_of_statements(reader, asserted),
        *_of_editions(reader, first, second),
        *_of_descriptors(reader, descriptors),
        *_of_sharing(reader, first, second),
        *_of_occupations(reader, first, second),
    ]
    return tuple(dict.fromkeys(found))


def _reason(reader: Reader, name: str, rests_on: Sequence[Named], **values: object) -> Reason:
    return Reason(name, sentence(name, reader.language, **values), tuple(rests_on))


def _of_statements(reader: Reader, asserted: Sequence[Statement]) -> Iterator[Reason]:
    for statement in asserted:
        yield _reason(
            reader, "not-claimed", [statement.alignment], relation=relation_name(statement.relation, reader.language)
        )
        if statement.counter_evidence:
            items = [item.named for item in statement.counter_evidence]
            yield _reason(reader, "counter-evidence", items, names="; ".join(item.name for item in items))
        if not statement.reviewers:
            yield _reason(reader, "not-reviewed", [statement.alignment])
        if statement.status not in ("", "official"):
            status = reader.named(NQF[statement.status].value).name
            yield _reason(reader, "not-official", [statement.alignment], status=status)


def _of_editions(reader: Reader, first: Thing, second: Thing) -> Iterator[Reason]:
    if first.edition and second.edition and first.edition.iri != second.edition.iri:
        editions = [first.edition, second.edition]
        rows = reader.rows("explain-edition", edition=iris(edition.iri for edition in editions))
        levels = {row["edition"]: int(row["levels"]) for row in rows}
        one, other = (levels.get(edition.iri, 0) for edition in editions)
        if one != other:
            yield _reason(reader, "different-number-of-levels", editions, first=one, second=other)


def _of_descriptors(reader: Reader, descriptors: Sequence[DescriptorPair]) -> Iterator[Reason]:
    sides = [side for pair in descriptors for side in (pair.left, pair.right) if side]
    unofficial = {side.descriptor: side for side in sides if side.status != "official"}
    if unofficial:
        reader.learn(unofficial)
        yield _reason(
            reader, "no-official-descriptors", [reader.named(iri) for iri in unofficial], number=len(unofficial)
        )
    alone = [pair.left or pair.right for pair in descriptors if pair.left is None or pair.right is None]
    dimensions = list(dict.fromkeys(side.dimension for side in alone if side))
    if dimensions:
        names = "; ".join(dimension.name for dimension in dimensions)
        yield _reason(reader, "dimension-without-counterpart", dimensions, names=names)


def _of_sharing(reader: Reader, first: Thing, second: Thing) -> Iterator[Reason]:
    rows = list(reader.rows("explain-sharing", object=iris([second.named.iri])))
    others = list(dict.fromkeys(row["subject"] for row in rows if row["subject"] != first.named.iri))
    if others:
        reader.learn(others)
        named = [reader.named(other) for other in others]
        yield _reason(reader, "object-shared", named, names="; ".join(other.name for other in named))


def _of_occupations(reader: Reader, first: Thing, second: Thing) -> Iterator[Reason]:
    if first.isco_group and second.isco_group and first.isco_group != second.isco_group:
        groups = [reader.named(first.isco_group), reader.named(second.isco_group)]
        yield _reason(reader, "groups-differ", groups, first=groups[0].name, second=groups[1].name)
