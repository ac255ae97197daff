"""One row of a mapping set on its way to an alignment: turned round, checked against the graph, completed."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Triple

from nqf_graph.exchange.carried import RELATIONS, triples_of
from nqf_graph.exchange.options import AUTO, OURS_FIRST, Options
from nqf_graph.exchange.things import Justifications, Things
from nqf_graph.sssom import MappingSet, Record
from nqf_graph.sssom.slots import LITERAL, NO_TERM_FOUND
from nqf_graph.sssom.values import Unusable
from nqf_graph.terms import DCT, LANGUAGES, NQF, SKOS, Namespace

_INVERSE = {
    SKOS["broadMatch"].value: SKOS["narrowMatch"].value,
    SKOS["narrowMatch"].value: SKOS["broadMatch"].value,
}
_AS_IT_STANDS = {"subject": "subject", "object": "object"}
_EXCHANGED = {"subject": "object", "object": "subject"}
_OWN = ("ext_kind", "ext_status")


@dataclass(frozen=True)
class Arrival:
    """What rows are checked against and completed with."""

    set: MappingSet
    options: Options
    things: Things
    justifications: Justifications
    home: Namespace
    """What our own IRIs begin with."""
    slug: str
    """The set in IRIs."""
    alignments: frozenset[str] = frozenset()
    """Which of the records' identifiers the graph has as alignments."""

    @property
    def source(self) -> NamedNode:
        """The source that stands for the file."""
        return self.home[f"source/mapping-set/{self.slug}"]

    def alignment_of(self, record: Record) -> NamedNode:
        """The IRI of the alignment: that of the record if it is ours, else made of what is aligned."""
        id = record.text("record_id")
        if id.startswith(self.home.iri):
            return NamedNode(id)
        names = ("subject_id", "predicate_id", "predicate_modifier", "object_id", "mapping_justification")
        key = [record.text(name) for name in names]
        key += [record.text("object_source")] if record.text("object_id") == NO_TERM_FOUND else []
        return self.home[f"alignment/{self.slug}/{sha256(chr(10).join(key).encode()).hexdigest()[:12]}"]

    def turned(self, record: Record) -> tuple[Record, Mapping[str, str]]:
        """The record with our own thing as its subject, and which side of the file is which side of it.

        Raises Unusable when a side is a literal, or neither side is ours.
        """
        for side in _AS_IT_STANDS:
            if record.text(f"{side}_type") == LITERAL or not record.text(f"{side}_id"):
                raise Unusable(f"{side}_id: expected an identifier, found a literal")
        subject, object_ = record.text("subject_id"), record.text("object_id")
        direction = self.options.direction
        if direction == AUTO:
            if subject.startswith(self.home.iri) or any(name in record.extensions for name in _OWN):
                direction = OURS_FIRST
            elif not object_.startswith(self.home.iri):
                raise Unusable(f"subject_id: expected something below {self.home.iri} on one side, found {subject}")
        return (record, _AS_IT_STANDS) if direction == OURS_FIRST else (_exchanged(record), _EXCHANGED)

    def check(self, record: Record, sides: Mapping[str, str]) -> None:
        """Whether a turned record can be an alignment of the graph.  Raises Unusable with slot, expected and found."""
        id, subject, object_ = (record.text(name) for name in ("record_id", "subject_id", "object_id"))
        ours, theirs = f"{sides['subject']}_id", f"{sides['object']}_id"
        if id in self.things.described and id not in self.alignments:
            raise Unusable(f"record_id: expected an alignment or something new, found {id}")
        if subject not in self.things.described:
            raise Unusable(f"{ours}: expected something that the graph describes, found {subject}")
        if object_ == NO_TERM_FOUND:
            self._check_none(record, f"{sides['object']}_source")
        elif NamedNode(record.text("predicate_id")) not in RELATIONS:
            known = ", ".join(f"skos:{relation.value.partition('#')[2]}" for relation in RELATIONS)
            raise Unusable(f"predicate_id: expected one of {known}, found {record.text('predicate_id')}")
        elif not (object_ in self.things.described | self.things.aligned or self.options.unknown_objects):
            raise Unusable(f"{theirs}: expected something that the graph describes, found {object_}")

    def _check_none(self, record: Record, slot: str) -> None:
        edition = record.text("object_source")
        if edition not in self.things.described:
            expected = f"{slot}: expected the edition in which nothing was found"
            raise Unusable(f"{expected}, found {edition or 'nothing'}")
        if record.text("predicate_modifier"):
            raise Unusable(f"predicate_modifier: expected none beside {NO_TERM_FOUND}, found Not")

    def triples(self, record: Record) -> list[Triple]:
        """What a checked record states, with what it does not say itself.  Raises Unusable for what nobody says."""
        node = self.alignment_of(record)
        record = self._completed(record)
        stated = list(triples_of(node, record, self.justifications.ours))
        said = {triple.predicate for triple in stated}
        usual = {
            NQF["alignmentKind"]: NamedNode(self.options.kind),
            NQF["alignmentStatus"]: NQF["proposed"],
            NQF["dataStatus"]: NamedNode(self.options.data_status),
            DCT["source"]: self.source,
        }
        if NQF["justification"] not in said:
            usual[NQF["justification"]] = NamedNode(self._justification(record))
        stated += [Triple(node, property_, value) for property_, value in usual.items() if property_ not in said]
        tags = {t.object.language for t in stated if t.predicate == SKOS["prefLabel"] and isinstance(t.object, Literal)}
        stated += [Triple(node, SKOS["prefLabel"], name) for name in self._names(record) if name.language not in tags]
        return stated

    def _completed(self, record: Record) -> Record:
        """With author and day, from the row, the set or the options."""
        author = record.texts("author_id") or record.texts("creator_id") or self._of_set("creator_id")
        author = author or ((self.options.author,) if self.options.author else ())
        if not author:
            raise Unusable("author_id: expected an author in the row, a creator of the set, or --author; found none")
        days = (record.text("mapping_date"), record.text("publication_date"), *self._of_set("publication_date"))
        day = next(filter(None, (*days, self.options.date)), "")
        if not day:
            raise Unusable("mapping_date: expected a day in the row or for the set, or --date; found none")
        return replace(record, slots={**record.slots, "author_id": author, "mapping_date": day})

    def _of_set(self, name: str) -> tuple[str, ...]:
        value = self.set.slots.get(name, ())
        return (value,) if isinstance(value, str) else value

    def _justification(self, record: Record) -> str:
        if not self.options.justification:
            known = ", ".join(sorted(self.justifications.ours))
            found = record.text("mapping_justification")
            raise Unusable(f"mapping_justification: expected one of {known}, or --justification; found {found}")
        return self.options.justification

    def _names(self, record: Record) -> Iterator[Literal]:
        """A name in each language, made of the names of both sides."""
        object_ = record.text("object_id")
        kind = "no-match" if object_ == NO_TERM_FOUND else "match"
        other = record.text("object_source") if kind == "no-match" else object_
        for tag in LANGUAGES:
            subject = self.things.name(record.text("subject_id"), tag) or record.text("subject_label")
            target = self.things.name(other, tag) or record.text("object_label")
            names = {"subject": subject or _last(record.text("subject_id")), "object": target or _last(other)}
            yield Literal(_words()[kind][tag].format(**names), language=tag)


def _exchanged(record: Record) -> Record:
    """The record read the other way round: what was broader is narrower."""
    slots = {}
    for name, value in record.slots.items():
        side, _, rest = name.partition("_")
        slots[f"{_EXCHANGED[side]}_{rest}" if side in _EXCHANGED else name] = value
    relation = record.text("predicate_id")
    return replace(record, slots={**slots, "predicate_id": _INVERSE.get(relation, relation)})


def _last(iri: str) -> str:
    return iri.rstrip("/").replace("#", "/").rpartition("/")[2]


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    with Path(__file__).with_name("words.toml").open("rb") as file:
        return tomllib.load(file)
