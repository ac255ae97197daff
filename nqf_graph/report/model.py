"""What a comparison report says, before it is put into words: findings, levels, open questions and their origins."""

from __future__ import annotations

from dataclasses import dataclass

from nqf_graph.report.document import Spans


@dataclass(frozen=True)
class Thing:
    """Something the graph knows: its IRI, its name in the reader's language, its data status ("" if it has none)."""

    iri: str
    name: str
    language: str = ""
    """The language of the name when it is not the reader's."""
    status: str = ""
    status_name: str = ""
    sources: tuple[str, ...] = ()
    """The IRIs of its sources, where the report cites them."""


@dataclass(frozen=True)
class Text:
    """A text of the graph; `language` is "" when it is the reader's."""

    text: str
    language: str = ""


@dataclass(frozen=True)
class Source:
    """A source: the label it is cited by, its page, its kind, and how sure we are of the records that rest on it."""

    iri: str
    label: str
    name: Text
    page: str
    kind: str
    is_official: bool
    confidences: tuple[str, ...]


@dataclass(frozen=True)
class Query:
    """A question as it was asked for this report, with its answer.

    `key` is the label it is cited by; `statuses` counts the rows by the name of their data status; `official` those
    whose status is official; `problem` says why it could not be asked ("" if it could).
    """

    key: str
    id: str
    title: str
    question: str
    address: str
    parameters: tuple[tuple[str, str], ...]
    text: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Spans, ...], ...]
    total: int
    official: int
    statuses: tuple[tuple[str, int], ...]
    problem: str = ""


@dataclass(frozen=True)
class Judgement:
    """A finding: the result, the text, who judged and when, and what it rests on."""

    iri: str
    result: str
    """The last part of the IRI of the result: met, partlyMet, open or notEvidenced."""
    text: Text
    authors: tuple[Thing, ...]
    date: str
    status: str
    status_name: str
    confidence: str
    sources: tuple[str, ...]
    evidence: tuple[Thing, ...]
    counter_evidence: tuple[Thing, ...]


@dataclass(frozen=True)
class Check:
    """Something that does not fit between a finding and its evidence; `kind` is a word of `words.toml`."""

    kind: str
    queries: tuple[str, ...] = ()


@dataclass(frozen=True)
class Item:
    """A topic or criterion with its judgement; None where there is no finding."""

    iri: str
    set: str
    """topic or criterion."""
    notation: str
    name: Text
    description: Text | None
    note: Text | None
    status: str
    status_name: str
    sources: tuple[str, ...]
    judgement: Judgement | None
    earlier: tuple[Judgement, ...]
    queries: tuple[str, ...]
    checks: tuple[Check, ...]

    @property
    def result(self) -> str:
        """The result of the judgement; without one, what there is none for is not evidenced."""
        return self.judgement.result if self.judgement else "notEvidenced"


@dataclass(frozen=True)
class Counterpart:
    """A level of the other framework, and by what it is said to correspond."""

    level: Thing
    notation: str
    relation: str
    kind: str
    status: str
    score: str
    via: tuple[str, ...]
    inherited_from: str
    """The level whose counterpart this is, if it is not the level's own."""
    alignments: tuple[Thing, ...]
    evidence: tuple[Thing, ...]
    counter_evidence: tuple[Thing, ...]


@dataclass(frozen=True)
class Descriptor:
    """What the two levels say in one dimension; None where one of them says nothing."""

    dimension: str
    left: Text | None
    left_status: str
    right: Text | None
    right_status: str


@dataclass(frozen=True)
class LevelRow:
    """A level of the first framework; `verdict` is matched, no-match, in-sub-levels or nothing-said."""

    level: Thing
    notation: str
    verdict: str
    counterparts: tuple[Counterpart, ...]
    no_match: tuple[Thing, ...]
    rejected: tuple[Thing, ...]
    shared_with: tuple[str, ...]
    descriptors: tuple[Descriptor, ...]


@dataclass(frozen=True)
class Levels:
    """The levels beside each other; `is_connected` is false when no alignment leads from the one to the other."""

    rows: tuple[LevelRow, ...]
    unmatched: tuple[Thing, ...]
    """Levels of the other framework that no level of the first is aligned with."""
    order: tuple[str, ...]
    """Alignments that cross, two by two, as `level → counterpart`; none: the order is kept."""
    is_connected: bool
    sentence: str
    """How the two frameworks are connected, or that nothing connects them."""
    queries: tuple[str, ...]
    """The keys of the queries on order, descriptors, and levels without or with a shared counterpart."""


@dataclass(frozen=True)
class Open:
    """An open question: its kind (a word of `words.toml`), what it is about, and where it comes from."""

    kind: str
    about: Thing
    text: Text
    queries: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    records: tuple[Thing, ...] = ()


@dataclass(frozen=True)
class RuleResult:
    """A rule about alignments, and what it finds: (record, what to do)."""

    number: str
    iri: str
    severity: str
    title: str
    findings: tuple[tuple[Thing, str], ...]
    query: str
    """The key of the query that tells the findings."""


@dataclass(frozen=True)
class Meaning:
    """A word of the vocabulary and its definition."""

    group: str
    name: str
    definition: str
    iri: str


@dataclass(frozen=True)
class Comparison:
    """The two frameworks, their editions and the day."""

    framework: Thing
    edition: Thing
    reference: Thing
    reference_edition: Thing
    as_of: str


@dataclass(frozen=True)
class Report:
    """All that a comparison report says.  Everything in it depends on the graph, the language and the day alone."""

    language: str
    comparison: Comparison
    state: str
    catalogue: str
    publisher: str
    licence: str
    address: str
    command: str
    base: str
    items: tuple[Item, ...]
    levels: Levels
    open: tuple[Open, ...]
    rules: tuple[RuleResult, ...]
    sources: tuple[Source, ...]
    queries: tuple[Query, ...]
    meanings: tuple[Meaning, ...]
    official_alignments: str
    """The key of the query that lists alignments by authorities."""
    findings_query: str

    def query(self, key: str) -> Query:
        """The query that is cited as `key`."""
        return next(query for query in self.queries if query.key == key)

    def of(self, set_: str) -> tuple[Item, ...]:
        """The topics, or the criteria."""
        return tuple(item for item in self.items if item.set == set_)
