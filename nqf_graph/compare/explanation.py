"""An alignment explained: what is said, by whom, on what grounds, which rules hold, and why it is not exact."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pyoxigraph import Literal, NamedNode

from nqf_graph.compare.comparison import DescriptorPair, LevelRef, Named
from nqf_graph.compare.descriptors import Descriptors
from nqf_graph.compare.reading import Reader, in_language, iris, local, number
from nqf_graph.compare.reasons import Reason, reasons
from nqf_graph.compare.relations import inverse
from nqf_graph.compare.wording import relation_name, sentence
from nqf_graph.errors import NotFound
from nqf_graph.publication import Publication
from nqf_graph.terms import DCT, ESCO, NQF, RDF, SKOS


@dataclass(frozen=True)
class Thing:
    """One of the two things."""

    named: Named
    classes: tuple[str, ...]
    notation: str
    description: str
    description_language: str
    status: str
    sources: tuple[Named, ...]
    edition: Named | None
    """The edition that a level belongs to."""
    rank: int | None
    part_of: str
    isco_group: str
    """The IRI of the ISCO-08 group of an occupation."""


@dataclass(frozen=True)
class EvidenceItem:
    """A piece of evidence, and what it says."""

    named: Named
    text: str
    language: str


@dataclass(frozen=True)
class RuleResult:
    """A rule about alignments, and whether this one keeps it."""

    number: str
    title: str
    severity: str
    holds: bool
    message: str
    """What to do, where it does not hold."""


@dataclass(frozen=True)
class Statement:
    """One alignment of the two things."""

    alignment: Named
    relation: str
    """From the first thing to the second; empty where no match is stated."""
    is_no_match: bool
    kind: str
    state: str
    justification: str
    score: float | None
    creators: tuple[Named, ...]
    reviewers: tuple[Named, ...]
    date: str
    status: str
    notes: tuple[str, ...]
    evidence: tuple[EvidenceItem, ...]
    counter_evidence: tuple[EvidenceItem, ...]
    sources: tuple[Named, ...]
    rules: tuple[RuleResult, ...]


@dataclass(frozen=True)
class Nearby:
    """An alignment of one of the two with something else."""

    alignment: Named
    subject: Named
    relation: str
    object: Named
    state: str


@dataclass(frozen=True)
class Explanation:
    """All that the graph knows of how two things stand to one another."""

    language: str
    state: str
    subject: Thing
    object: Thing
    is_aligned: bool
    sentence: str
    statements: tuple[Statement, ...]
    descriptors: tuple[DescriptorPair, ...]
    why_not_exact: tuple[Reason, ...]
    nearby: tuple[Nearby, ...]
    """Where the two are not aligned: what each of them is aligned with."""
    queries: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)


def explain(publication: Publication, subject: str, object_: str, *, language: str = "en") -> Explanation:
    """How do two things stand to one another, who says so, why, and why not more?

    Names are IRIs, prefixed names or ids below the base.  Raises NotFound for a thing of which the graph says nothing.
    """
    return _Explaining(Reader(publication, language)).explanation(subject, object_)


class _Explaining:
    def __init__(self, reader: Reader) -> None:
        self._reader, self._language = reader, reader.language

    def explanation(self, subject: str, object_: str) -> Explanation:
        first, second = self._thing(subject), self._thing(object_)
        rows = list(self._reader.rows("explain-alignments", thing=iris([first.named.iri])))
        pair = {first.named.iri, second.named.iri}
        own = [
            row
            for row in rows
            if {row["subject"], row["object"]} == pair
            or (row["subject"] == first.named.iri and second.edition and row["none_in"] == second.edition.iri)
        ]
        statements = tuple(self._statement(group, first.named.iri) for group in _grouped(own))
        asserted = [s for s in statements if s.state != "rejected" and not s.is_no_match]
        descriptors = self._descriptors(first, second)
        key = (
            "aligned" if asserted else "said-to-have-none" if any(s.is_no_match for s in statements) else "not-aligned"
        )
        relations = ", ".join(dict.fromkeys(relation_name(said.relation, self._language) for said in asserted))
        return Explanation(
            self._language, self._reader.publication.state_id, first, second, bool(asserted),
            sentence(key, self._language, first=first.named.name, second=second.named.name, relation=relations),
            statements, descriptors,
            reasons(self._reader, first, second, asserted, descriptors) if asserted else (),
            () if asserted else self._nearby(rows, second), tuple(self._reader.asked),
        )  # fmt: skip

    def _thing(self, name: str) -> Thing:
        publication = self._reader.publication
        iri = self._iri(name)
        said: dict[NamedNode, list[str]] = {}
        texts: dict[str, str] = {}
        for row, value in self._reader.texts("explain-thing", "value", thing=iris([iri])):
            property_ = NamedNode(row["property"])
            said.setdefault(property_, []).append(row["value"])
            if property_ in (DCT["description"], SKOS["definition"]) and isinstance(value, Literal):
                texts.setdefault(value.language or "", value.value)
        if not said and not publication.store.ask(publication.system("exists", thing=str(NamedNode(iri)))):
            raise NotFound("thing", name, self._like(iri))

        def one(property_: NamedNode) -> str:
            return (said.get(property_) or [""])[0]

        text, language = in_language(texts, self._language)
        edition = one(NQF["levelOf"])
        return Thing(
            self._reader.named(iri), tuple(local(type_) for type_ in said.get(RDF["type"], ())), one(SKOS["notation"]),
            text, language, local(one(NQF["dataStatus"])), self._reader.several(said.get(DCT["source"], ())),
            self._reader.named(edition) if edition else None,
            int(one(NQF["rank"])) if one(NQF["rank"]) else None, one(NQF["subLevelOf"]),
            one(NQF["isco08"]) or one(ESCO["memberOfISCOGroup"]),
        )  # fmt: skip

    def _like(self, iri: str) -> list[str]:
        """Some things whose names begin as this one does: up to its last step, or the last that something shares."""
        publication = self._reader.publication
        stem = iri
        while (stem := stem.rpartition("/")[0]).startswith(f"{publication.settings.base}/id/"):
            rows = self._reader.rows("named-like", stem=str(NamedNode(f"{stem}/")))
            if found := [publication.asker.shorten(row["thing"]) for row in rows]:
                return found
        return []

    def _iri(self, name: str) -> str:
        try:
            return NamedNode(self._reader.publication.asker.iri_of(name.strip())).value
        except ValueError:
            raise NotFound("thing", name) from None

    def _statement(self, rows: Sequence[dict[str, str]], first: str) -> Statement:
        row = rows[0]
        roles: dict[str, list[str]] = {}
        for said in self._reader.sorted_rows("compare-evidence", "role", "thing", alignment=iris([row["alignment"]])):
            roles.setdefault(said["role"], []).append(said["thing"])
        relation = NamedNode(row["relation"]) if row["relation"] else None
        if relation and row["subject"] != first:
            relation = inverse(relation)
        justifications = dict.fromkeys(local(said["justification"]) for said in rows if said["justification"])
        return Statement(
            self._reader.named(row["alignment"]), local(relation.value) if relation else "", bool(row["none_in"]),
            local(row["kind"]), local(row["state"]), ", ".join(justifications), number(row["score"]),
            self._reader.several(said["creator"] for said in rows),
            self._reader.several(said["reviewer"] for said in rows),
            row["date"], local(row["status"]), self._notes(row["alignment"]),
            self._items(roles.get("evidence", ())), self._items(roles.get("counter", ())),
            self._reader.several(roles.get("source", ())), self._rules(row["alignment"]),
        )  # fmt: skip

    def _notes(self, alignment: str) -> tuple[str, ...]:
        texts: dict[str, str] = {}
        for row, note in self._reader.texts("explain-notes", "note", alignment=iris([alignment])):
            if isinstance(note, Literal):
                texts.setdefault(note.language or "", row["note"])
        text, _ = in_language(texts, self._language)
        return (text,) if text else ()

    def _items(self, things: Sequence[str]) -> tuple[EvidenceItem, ...]:
        if not things:
            return ()
        texts: dict[str, dict[str, str]] = {}
        for row, text in self._reader.texts("explain-evidence", "text", thing=iris(things)):
            if isinstance(text, Literal):
                texts.setdefault(row["thing"], {}).setdefault(text.language or "", text.value)
        named = self._reader.several(things)
        return tuple(EvidenceItem(thing, *in_language(texts.get(thing.iri, {}), self._language)) for thing in named)

    def _rules(self, alignment: str) -> tuple[RuleResult, ...]:
        """The rules about alignments, and which of them this one breaks or draws a warning from."""
        publication = self._reader.publication
        broken = {f.rule: f for f in publication.findings.findings if f.focus == alignment}
        found = []
        for rule in publication.rules.values():
            if rule.number.startswith("R5") or rule.number in broken:
                finding = broken.get(rule.number)
                message = finding.message(self._language) if finding else ""
                title = rule.title[self._language]
                found.append(RuleResult(rule.number, title, rule.severity, finding is None, message))
        return tuple(found)

    def _descriptors(self, first: Thing, second: Thing) -> tuple[DescriptorPair, ...]:
        if not first.edition or not second.edition:
            return ()
        read = Descriptors.read(self._reader, [first.edition.iri, second.edition.iri])
        return read.pairs(_level(first), [_level(second)])

    def _nearby(self, rows: Sequence[dict[str, str]], second: Thing) -> tuple[Nearby, ...]:
        others = list(self._reader.rows("explain-alignments", thing=iris([second.named.iri])))
        found = {row["alignment"]: row for row in [*rows, *others] if row["object"]}
        self._reader.learn(value for row in found.values() for value in (row["subject"], row["object"]))
        return tuple(
            Nearby(
                self._reader.named(row["alignment"]), self._reader.named(row["subject"]), local(row["relation"]),
                self._reader.named(row["object"]), local(row["state"]),
            )
            for _, row in sorted(found.items())
        )  # fmt: skip


def _grouped(rows: Iterable[dict[str, str]]) -> list[list[dict[str, str]]]:
    groups: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        groups.setdefault(row["alignment"], []).append(row)
    return list(groups.values())


def _level(thing: Thing) -> LevelRef:
    return LevelRef(
        thing.named.iri, thing.named.id, thing.notation, thing.named.name, thing.rank or 0, thing.status, thing.part_of
    )
