"""What the graph knows of the things that alignments join: names, schemes and their versions, justifications."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from pyoxigraph import NamedNode

from nqf_graph.labels import labels_of
from nqf_graph.publication import Publication
from nqf_graph.store import text_of
from nqf_graph.terms import LANGUAGES, language_order


@dataclass(frozen=True)
class Things:
    """Names and schemes of things, by IRI."""

    names: dict[str, dict[str, str]] = field(default_factory=dict)
    schemes: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    """Of things and schemes: their version, or the day since which they are in force."""
    described: frozenset[str] = frozenset()
    aligned: frozenset[str] = frozenset()
    """To what alignments lead already, described or not."""

    def name(self, iri: str, language: str) -> str:
        """The name of a thing in a language, else in the next best one; empty when it has none."""
        names = self.names.get(iri, {})
        order = (*language_order(language), *sorted(names))
        return next((names[tag] for tag in order if tag in names), "")


def things_of(publication: Publication, iris: Iterable[str]) -> Things:
    """What does the graph know of these things?  A thing of several schemes counts for the first."""
    iris = sorted(set(iris))
    nodes = " ".join(str(NamedNode(iri)) for iri in iris)
    if not nodes:
        return Things()
    schemes: dict[str, str] = {}
    versions: dict[str, str] = {}
    described = set()
    for row in publication.store.select(publication.system("mapping-things", thing=nodes)):
        thing, scheme = text_of(row["thing"]), text_of(row["source"])
        described.add(thing)
        if scheme:
            schemes.setdefault(thing, scheme)
        for one, version in ((thing, row["own"]), (scheme, row["version"])):
            if version is not None:
                versions.setdefault(one, text_of(version))
    names: dict[str, dict[str, str]] = {}
    for thing, labels in labels_of(publication, iris).items():
        for name in labels:
            names.setdefault(thing, {}).setdefault(name.language or LANGUAGES[-1], name.value)
    aligned = {text_of(row["object"]) for row in publication.store.select(publication.system("aligned-objects"))}
    return Things(names, schemes, versions, frozenset(described), frozenset(aligned))


@dataclass(frozen=True)
class Justifications:
    """Our justifications and the words of SEMAPV for them."""

    words: dict[str, str]
    """Ours → the nearest word."""
    ours: dict[str, str]
    """A word, also a narrower one → ours."""


def justifications_of(publication: Publication) -> Justifications:
    """How does the ontology tie our justifications to the words of SEMAPV?"""
    words: dict[str, str] = {}
    narrower: dict[str, str] = {}
    for row in publication.store.select(publication.system("mapping-justifications")):
        ours = text_of(row["justification"])
        if row["near"] is not None:
            words.setdefault(ours, text_of(row["near"]))
        else:
            narrower.setdefault(text_of(row["narrower"]), ours)
    return Justifications(words, narrower | {word: ours for ours, word in words.items()})
