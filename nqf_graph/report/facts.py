"""What the graph states of the things a report speaks of, named in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode

from nqf_graph.publication import Publication
from nqf_graph.report.model import Source, Text, Thing
from nqf_graph.terms import DCT, FOAF, NQF, RDFS, SKOS, language_order

_NAMES = (SKOS["prefLabel"], RDFS["label"], DCT["title"], FOAF["name"])
Value = NamedNode | Literal


class Facts:
    """Statements about things, read in batches and remembered; sources are noted when they are cited."""

    def __init__(self, publication: Publication, language: str) -> None:
        self.publication, self.language = publication, language
        self._order = (*language_order(language), "")
        self._known: dict[str, dict[NamedNode, list[Value]]] = {}
        self._cited: dict[str, set[str]] = {}

    def read(self, iris: Iterable[str]) -> None:
        """Read what is stated of these things, all at once."""
        wanted = sorted({iri for iri in iris if iri} - self._known.keys())
        if not wanted:
            return
        self._known |= {iri: {} for iri in wanted}
        things = " ".join(str(NamedNode(iri)) for iri in wanted)
        for row in self.publication.store.select(self.publication.system("report-statements", thing=things)):
            thing, property_, value = row["thing"], row["property"], row["value"]
            if not isinstance(value, NamedNode | Literal):
                continue
            if isinstance(thing, NamedNode) and isinstance(property_, NamedNode):
                self._known[thing.value].setdefault(property_, []).append(value)

    def values(self, iri: str, property_: NamedNode) -> list[Value]:
        """The values of a property, in a fixed order."""
        self.read([iri])
        return sorted(self._known.get(iri, {}).get(property_, []), key=str)

    def links(self, iri: str, property_: NamedNode) -> tuple[str, ...]:
        """The things that a property leads to."""
        return tuple(value.value for value in self.values(iri, property_) if isinstance(value, NamedNode))

    def plain(self, iri: str, property_: NamedNode) -> str:
        """The first value as bare text; "" for none."""
        return next((value.value for value in self.values(iri, property_)), "")

    def text(self, iri: str, property_: NamedNode) -> Text | None:
        """The text in the reader's language, else in the next one of the order of fall-back."""
        texts = [value for value in self.values(iri, property_) if isinstance(value, Literal)]
        return self.best(texts)

    def best(self, texts: Iterable[Literal]) -> Text | None:
        """The text that suits the reader best."""
        by_language = {text.language or "": text.value for text in texts}
        for tag in (*self._order, *sorted(by_language)):
            if tag in by_language:
                return Text(by_language[tag], "" if tag in ("", self.language) else tag)
        return None

    def name(self, iri: str) -> Text:
        """What a thing is called; a short form of its IRI when it has no name."""
        for property_ in _NAMES:
            if found := self.text(iri, property_):
                return found
        return Text(self.publication.asker.shorten(iri))

    def thing(self, iri: str) -> Thing:
        """The thing with name and data status."""
        name, status = self.name(iri), self.plain(iri, NQF["dataStatus"])
        return Thing(iri, name.text, name.language, last(status), self.name(status).text if status else "")

    def things(self, iris: Iterable[str]) -> tuple[Thing, ...]:
        """Several things, in the order of their IRIs."""
        wanted = sorted(set(iris))
        self.read(wanted)
        return tuple(map(self.thing, wanted))

    def cite(self, iri: str) -> tuple[str, ...]:
        """The sources of a record; they are noted with the confidence of the record."""
        sources = self.links(iri, DCT["source"])
        confidence = self.plain(iri, NQF["confidence"])
        for source in sources:
            self._cited.setdefault(source, set()).update({confidence} if confidence else set())
        return sources

    def sources(self) -> tuple[Source, ...]:
        """Every source that was cited, by the label it is cited by."""
        self.read(self._cited)
        found = [self._source(iri, confidences) for iri, confidences in self._cited.items()]
        return tuple(sorted(found, key=lambda source: (_natural(source.label), source.iri)))

    def _source(self, iri: str, confidences: set[str]) -> Source:
        kind = self.plain(iri, NQF["sourceKind"])
        named = tuple(sorted(self.name(confidence).text for confidence in confidences))
        return Source(
            iri, self.label(iri), self.name(iri), self.plain(iri, FOAF["page"]),
            self.name(kind).text if kind else "",
            bool(kind) and self.plain(kind, NQF["countsAsOfficial"]) == "true", named,
        )  # fmt: skip

    def label(self, source: str) -> str:
        """The short name that a source is cited by."""
        return self.plain(source, DCT["identifier"]) or self.publication.asker.shorten(source)


def last(iri: str) -> str:
    """The last part of an IRI."""
    return iri.rpartition("#")[2].rpartition("/")[2]


def _natural(label: str) -> tuple[str, int, str]:
    """Letters first, then the number as a number: S9 before S10."""
    letters = label.rstrip("0123456789")
    digits = label[len(letters) :]
    return letters, int(digits or 0), label
