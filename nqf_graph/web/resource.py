"""A thing's page: its triples, grouped by property and named in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from nqf_graph.terms import NQF, RDF, RDFS, SKOS, language_order

_NAMES = (SKOS["prefLabel"], RDFS["label"])


@dataclass(frozen=True)
class Value:
    """What a cell shows: a text, where it leads if it is a link, and its language when that is not the reader's."""

    text: str
    link: str | None = None
    language: str | None = None


@dataclass(frozen=True)
class Line:
    """A property (named, with its link) and its values."""

    property: Value
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Page:
    """All that the template of a thing's page shows."""

    name: str
    iri: str
    types: tuple[Value, ...]
    status: Value | None
    is_official: bool
    lines: tuple[Line, ...]
    mentions: tuple[Line, ...]


class Namer:
    """Names things in one language: by their labels, else by the short form of the IRI."""

    def __init__(self, names: Mapping[str, Iterable[Literal]], language: str, base: str) -> None:
        self._names, self._order, self._language, self._base = names, language_order(language), language, base

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

    def _short(self, iri: str) -> str:
        return iri.removeprefix(f"{self._base}/id/")

    def _link(self, iri: str) -> str:
        own = f"{self._base}/id/"
        if iri.startswith(own):
            return f"/doc/{iri.removeprefix(own)}"
        if iri.startswith(NQF.iri):
            return f"/ontology#{iri.removeprefix(NQF.iri)}"
        return iri if iri.startswith(("http://", "https://")) else ""


def make_page(thing: str, triples: Iterable[Triple], name: Namer) -> Page:
    """The page of `thing` from the triples of its description."""
    node = NamedNode(thing)
    own = [t for t in triples if t.subject == node]
    pointing = [t for t in triples if t.object == node and t.subject != node]
    statuses = [t.object for t in own if t.predicate == NQF["dataStatus"]]
    return Page(
        name=name(node).text,
        iri=thing,
        types=tuple(name(t.object) for t in own if t.predicate == RDF["type"]),
        status=name(statuses[0]) if statuses else None,
        is_official=NQF["official"] in statuses,
        lines=_lines(name, ((t.predicate, t.object) for t in own if t.predicate != RDF["type"])),
        mentions=_lines(name, ((t.predicate, t.subject) for t in pointing)),
    )


def _lines(name: Namer, pairs: Iterable[tuple[NamedNode, object]]) -> tuple[Line, ...]:
    by_property: dict[NamedNode, list[Value]] = {}
    for prop, value in pairs:
        by_property.setdefault(prop, []).append(name(value))
    ordered = sorted(by_property.items(), key=lambda item: (item[0] not in _NAMES, name(item[0]).text))
    return tuple(
        Line(name(prop), tuple(sorted(values, key=lambda v: (v.language or "", v.text)))) for prop, values in ordered
    )
