"""A thing's page: what the graph says of it, grouped by property and named in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from pyoxigraph import BlankNode, Literal, NamedNode

from nqf_graph.publication import Publication
from nqf_graph.store import Term
from nqf_graph.terms import DCT, FOAF, NQF, OWL, RDF, RDFS, SKOS, language_order
from nqf_graph.web.addresses import local
from nqf_graph.web.description import Description, term_names
from nqf_graph.web.succession import succession_of
from nqf_graph.web.versions import Lineage

_NAMES = (SKOS["prefLabel"], RDFS["label"], DCT["title"], FOAF["name"])


@dataclass(frozen=True)
class Value:
    """What a cell shows: a text, where it leads if it is a link, and its language when that is not the reader's."""

    text: str
    link: str | None = None
    language: str | None = None


@dataclass(frozen=True)
class Line:
    """A property (named, with its link) and its values; `total` counts those of all pages."""

    property: Value
    values: tuple[Value, ...]
    total: int


@dataclass(frozen=True)
class Notice:
    """Something to know before reading on: a word of `words.toml`, and where to go or the day it is about."""

    word: str
    values: tuple[Value, ...] = ()


@dataclass(frozen=True)
class VersionLine:
    """One version of what the page is about: its name and link, its days, whether it is in force now."""

    name: Value
    start: date
    end: date | None
    is_current: bool


@dataclass(frozen=True)
class Page:
    """All that the template of a thing's page shows."""

    name: str
    iri: str
    types: tuple[Value, ...]
    status: Value | None
    is_official: bool
    notices: tuple[Notice, ...]
    lines: tuple[Line, ...]
    mentions: tuple[Line, ...]
    versions: tuple[VersionLine, ...]
    page: int
    pages: int


class Namer:
    """Names things in one language: by their labels, else by the short form of the IRI."""

    def __init__(
        self,
        names: Mapping[str, Iterable[Literal]],
        language: str,
        base: str,
        shorten: Callable[[str], str] | None = None,
    ) -> None:
        self._names, self._order, self._language, self._base = names, language_order(language), language, base
        self._short = shorten or (lambda iri: iri.removeprefix(f"{base}/id/"))

    def __call__(self, node: object) -> Value:
        """The cell for a term."""
        if isinstance(node, Literal):
            other = node.language if node.language and node.language != self._language else None
            return Value(node.value, None, other)
        if isinstance(node, NamedNode):
            name = self._best(self._names.get(node.value, ()))
            return Value(name or self._short(node.value), self._link(node.value))
        return Value("…" if isinstance(node, BlankNode) else str(node))

    def _best(self, labels: Iterable[Literal]) -> str | None:
        by_language = {label.language or "": label.value for label in labels}
        return next((by_language[tag] for tag in (*self._order, "") if tag in by_language), None)

    def _link(self, iri: str) -> str:
        return local(iri, self._base) or (iri if iri.startswith(("http://", "https://")) else "")


def make_page(description: Description, name: Namer, lineage: Lineage | None, day: date) -> Page:
    """The page of a described thing as read on `day`."""
    statuses = description.objects(NQF["dataStatus"])
    return Page(
        name=name(description.thing).text,
        iri=description.thing.value,
        types=tuple(name(type_) for type_ in description.objects(RDF["type"])),
        status=name(statuses[0]) if statuses else None,
        is_official=NQF["official"] in statuses,
        notices=_notices(description, name, lineage, day),
        lines=_own_lines(description, name),
        mentions=_mention_lines(description, name),
        versions=_versions(name, lineage, day),
        page=description.page,
        pages=description.pages,
    )


def _notices(description: Description, name: Namer, lineage: Lineage | None, day: date) -> tuple[Notice, ...]:
    found = []
    if any(isinstance(value, Literal) and value.value == "true" for value in description.objects(OWL["deprecated"])):
        found.append(Notice("deprecated"))
    ends = [value.value for value in description.objects(NQF["validUntil"]) if isinstance(value, Literal)]
    if ends and max(ends) < day.isoformat():
        found.append(Notice("ended", (Value(max(ends)),)))
    successors = succession_of(description, lineage).successors
    if successors:
        found.append(Notice("replaced_by", tuple(name(successor) for successor in successors)))
    current = lineage and lineage.in_force(day)
    if current and current.thing not in (description.thing, *successors):
        found.append(Notice("in_force_now", (name(current.thing),)))
    return tuple(found)


def _own_lines(description: Description, name: Namer) -> tuple[Line, ...]:
    by_property: dict[NamedNode, set[Term]] = {}
    for quad in description.own:
        if quad.subject == description.thing and quad.predicate != RDF["type"]:
            by_property.setdefault(quad.predicate, set()).add(quad.object)
    return _ordered(name, ((property, nodes, len(nodes)) for property, nodes in by_property.items()))


def _mention_lines(description: Description, name: Namer) -> tuple[Line, ...]:
    return _ordered(
        name, ((found.property, {quad.subject for quad in found.quads}, found.total) for found in description.mentions)
    )


def _ordered(name: Namer, lines: Iterable[tuple[NamedNode, Collection[Term], int]]) -> tuple[Line, ...]:
    """Names first, the rest by what the properties are called."""
    ordered = sorted(lines, key=lambda line: (line[0] not in _NAMES, name(line[0]).text, line[0].value))
    return tuple(
        Line(name(property), tuple(sorted(map(name, nodes), key=_place)), total) for property, nodes, total in ordered
    )


def _place(value: Value) -> tuple[str, str, str]:
    """Where a value stands in its cell: the reader's language first."""
    return value.language or "", value.text, value.link or ""


def _versions(name: Namer, lineage: Lineage | None, day: date) -> tuple[VersionLine, ...]:
    if lineage is None:
        return ()
    current = lineage.in_force(day)
    return tuple(
        VersionLine(name(version.thing), version.start, version.end, version == current) for version in lineage.versions
    )


def namer_of(publication: Publication, description: Description, language: str) -> Namer:
    """A namer that knows what a description names, and the terms of the vocabulary."""
    names = {iri: list(labels) for iri, labels in term_names(publication).items()}
    for quad in description.quads:
        if quad.predicate in _NAMES and isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal):
            names.setdefault(quad.subject.value, []).append(quad.object)
    return Namer(names, language, publication.settings.base, publication.asker.shorten)
