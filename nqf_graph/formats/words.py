"""The words of a JSON-LD context: what stands for which property or class, and how its values are written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pyoxigraph import Literal, NamedNode, Triple

from nqf_graph.terms import RDF, XSD

LINK = "@id"
KEYWORDS = {"id": "@id", "type": "@type", "included": "@included"}
LAST_NAME = re.compile(r"[A-Za-z][\w-]*$")
_LOCAL = re.compile(r"[A-Za-z][\w-]*")

Json = dict[str, Any]


@dataclass(frozen=True)
class Word:
    """What stands for `iri`, a property or a class, and how the property's values are written.

    `type` is LINK for things, a datatype IRI for typed values, None for plain ones; texts `by_language` make a map of
    language tags; a property that `repeats` always has a list.
    """

    iri: str
    type: str | None = None
    by_language: bool = False
    repeats: bool = False

    def definition(self) -> str | Json:
        """The word's entry in a context."""
        if self.by_language:
            return {"@id": self.iri, "@container": "@language"}
        entry = {"@id": self.iri} | ({"@type": self.type} if self.type else {})
        entry |= {"@container": "@set"} if self.repeats else {}
        return entry if len(entry) > 1 else self.iri


class Context:
    """The words for properties and classes, and the prefixes for IRIs without a word."""

    def __init__(
        self, words: Mapping[str, Word], prefixes: Mapping[str, str], keywords: Mapping[str, str] = KEYWORDS
    ) -> None:
        self.prefixes = dict(prefixes)
        self.keywords = dict(keywords)
        self.words = {name: word for name, word in words.items() if name not in KEYWORDS and name not in prefixes}
        self.names = {word.iri: name for name, word in self.words.items()}
        self.of_namespace = {namespace: prefix for prefix, namespace in prefixes.items()}

    @classmethod
    def fitting(cls, triples: Iterable[Triple], prefixes: Mapping[str, str]) -> Context:
        """A context made for one document: the last names of its IRIs as words, the values as they are in it."""
        words: dict[str, Word] = {}
        for word in _words(triples):
            name = LAST_NAME.search(word.iri)
            if name and name[0] not in words:
                words[name[0]] = word
        return cls(words, prefixes)

    @classmethod
    def prefixed(cls, triples: Iterable[Triple], prefixes: Mapping[str, str]) -> Context:
        """The same with prefixed names as words (`skos:prefLabel`), datatypes in the context, and plain keywords."""
        spaces = sorted(prefixes.items(), key=lambda each: -len(each[1]))
        words: dict[str, Word] = {}
        for word in _words(triples, typed=True):
            for prefix, namespace in spaces:
                if word.iri.startswith(namespace) and _LOCAL.fullmatch(word.iri, len(namespace)):
                    words[f"{prefix}:{word.iri[len(namespace) :]}"] = word
                    break
        return cls(words, prefixes, {})

    def key(self, keyword: str) -> str:
        """What stands for a keyword, such as `id` for `@id`."""
        return next((name for name, stands in self.keywords.items() if stands == keyword), keyword)

    def as_json(self) -> Json:
        """The whole context, as a document of its own."""
        return {"@context": self.entries(self.words, self.prefixes)}

    def entries(self, words: Iterable[str], prefixes: Iterable[str]) -> Json:
        """The entries of a context with these words and prefixes."""
        named = {name.partition(":")[0] for name in words if ":" in name}
        entries: Json = {"@version": 1.1} | self.keywords
        entries |= {prefix: self.prefixes[prefix] for prefix in sorted({*prefixes, *named})}
        return entries | {name: self.words[name].definition() for name in sorted(words)}


def _words(triples: Iterable[Triple], *, typed: bool = False) -> list[Word]:
    """A word for each property and class, with the values as they are in the statements.

    `typed`: the datatype that all values of a property have stands in its word.
    """
    values: dict[str, list[Any]] = {}
    for triple in triples:
        if triple.predicate == RDF["type"] and isinstance(triple.object, NamedNode):
            values.setdefault(triple.object.value, [])
        elif triple.predicate != RDF["type"]:
            values.setdefault(triple.predicate.value, []).append(triple.object)
    found = []
    for iri in sorted(values):
        by_language = bool(values[iri]) and all(map(is_text, values[iri]))
        is_link = bool(values[iri]) and all(isinstance(value, NamedNode) for value in values[iri])
        type_ = LINK if is_link else _datatype(values[iri]) if typed else None
        found.append(Word(iri, type_, by_language=by_language))
    return found


def _datatype(values: Iterable[Any]) -> str | None:
    """The datatype of values that all have the same and are no plain texts, numbers or truth values of JSON."""
    types = {value.datatype.value if isinstance(value, Literal) else "" for value in values}
    plain = {"", RDF["langString"].value, *(XSD[name].value for name in ("string", "integer", "boolean"))}
    return types.pop() if len(types) == 1 and not types & plain else None


def is_text(value: Any) -> bool:
    """Is a value a text in some language (that does not also say in which direction it runs)?"""
    return isinstance(value, Literal) and bool(value.language) and not value.direction
