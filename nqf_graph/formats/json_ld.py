"""JSON-LD 1.1 for people who write programs: plain words for properties, texts by language, no ceremony.

A document is written straight from its statements, so it costs no more than Turtle; that expanding it gives the same
statements again is what the tests prove, with a JSON-LD processor of others.  The words that a document uses are
written into it: whoever reads it needs no second document, so it can be read offline and never changes its meaning.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from nqf_graph.formats.words import LINK, Context, Json, is_text
from nqf_graph.terms import LANGUAGES, RDF, XSD

_TYPE, _STRING, _INTEGER, _BOOLEAN = RDF["type"], XSD["string"], XSD["integer"].value, XSD["boolean"].value
_PLAIN_INTEGER = re.compile(r"0|-?[1-9]\d{0,14}")
"""Integers that every JSON reader keeps exactly and writes back as they were."""
_NAME = re.compile(r"[\w-]+")


def write_json_ld(
    statements: Iterable[Triple] | Iterable[Quad], context: Context, about: NamedNode | None = None
) -> bytes:
    """The document that says `statements`, in their order, in the words of `context`.

    The node of `about` stands at the top, the others beside it under `included`; without it all stand in a list.
    """
    nodes: dict[str, dict[NamedNode, list[Any]]] = {}
    for statement in statements:
        predicates = nodes.setdefault(_reference(statement.subject), {})
        predicates.setdefault(statement.predicate, []).append(statement.object)
    page = _Page(context)
    top = page.node(about.value, nodes.pop(about.value)) if about and about.value in nodes else {}
    others = [page.node(name, predicates) for name, predicates in nodes.items()]
    entries = context.entries(page.words, page.prefixes)
    parts = [f'"@context": {_json(entries)}', *(f"{_json(key)}: {_json(value)}" for key, value in top.items())]
    if others or not top:
        listed = ",\n".join(map(_json, others))
        parts.append(f'"{context.key("@included") if top else "@graph"}": [\n{listed}\n]')
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode()


class _Page:
    """One document being written; remembers which words and prefixes it has used."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.words: set[str] = set()
        self.prefixes: set[str] = set()

    def node(self, subject: str, predicates: Mapping[NamedNode, Sequence[Any]]) -> Json:
        """The node object of a subject."""
        written: Json = {self._context.key("@id"): self._short(subject)}
        for predicate, values in predicates.items():
            written |= self._types(values) if predicate == _TYPE else self._property(predicate.value, values)
        return written

    def _types(self, values: Sequence[Any]) -> Json:
        """The classes of a node; a text is no class, so it stands under the property."""
        odd = [value for value in values if isinstance(value, Literal)]
        types = [self._word(_reference(value)) for value in values if not isinstance(value, Literal)]
        told = types if self._context.keywords or len(types) > 1 else types[0] if types else None
        return ({self._context.key("@type"): told} if types else {}) | (self._plain(_TYPE.value, odd) if odd else {})

    def _property(self, iri: str, values: Sequence[Any]) -> Json:
        """The values of a property under its word; those that do not fit its map of languages under its IRI."""
        name = self._context.names.get(iri)
        if name is None:
            return self._plain(iri, values)
        word = self._context.words[name]
        if not word.by_language:
            self.words.add(name)
            told = [self._value(value, word.type) for value in values]
            return {name: told if word.repeats or len(told) > 1 else told[0]}
        texts = [value for value in values if is_text(value)]
        others = [value for value in values if not is_text(value)]
        self.words |= {name} if texts else set()
        return ({name: _by_language(texts)} if texts else {}) | (self._plain(iri, others) if others else {})

    def _plain(self, iri: str, values: Sequence[Any]) -> Json:
        """Values under a property without a word."""
        told = [self._value(value, None) for value in values]
        return {self._short(iri): told if len(told) > 1 else told[0]}

    def _word(self, iri: str) -> str:
        """A class by its word, else its short form."""
        name = self._context.names.get(iri)
        if name is None:
            return self._short(iri)
        self.words.add(name)
        return name

    def _short(self, iri: str) -> str:
        """An IRI with a prefix, if one fits."""
        cut = max(iri.rfind("#"), iri.rfind("/")) + 1
        prefix = self._context.of_namespace.get(iri[:cut])
        if prefix is None or not _NAME.fullmatch(iri, cut):
            return iri
        self.prefixes.add(prefix)
        return f"{prefix}:{iri[cut:]}"

    def _value(self, value: Any, type_: str | None) -> Any:
        """A value under a word whose values are of `type_`."""
        if not isinstance(value, Literal):
            short = self._short(_reference(value))
            return short if type_ == LINK else {self._context.key("@id"): short}
        if value.language:
            direction = {"@direction": str(value.direction)} if value.direction else {}
            return {"@value": value.value, "@language": value.language} | direction
        datatype = value.datatype.value
        if value.datatype == _STRING:
            return value.value if type_ is None else {"@value": value.value}
        if type_ in (None, datatype):
            if datatype == _INTEGER and _PLAIN_INTEGER.fullmatch(value.value):
                return int(value.value)
            if datatype == _BOOLEAN and value.value in ("true", "false"):
                return value.value == "true"
            if type_ is not None:
                return value.value
        return {"@value": value.value, "@type": self._short(datatype)}


def _reference(term: Any) -> str:
    """How a node is named: its IRI, or its label if it is blank."""
    if isinstance(term, NamedNode):
        return term.value
    assert isinstance(term, BlankNode), "JSON-LD 1.1 has no statements about statements"
    return str(term)


def _by_language(texts: Iterable[Literal]) -> dict[str, str | list[str]]:
    """Texts by language tag, several of one language as a list."""
    found: dict[str, list[str]] = {}
    for text in texts:
        assert text.language
        found.setdefault(text.language, []).append(text.value)
    tags = [*(tag for tag in LANGUAGES if tag in found), *sorted(found.keys() - set(LANGUAGES))]
    return {tag: found[tag][0] if len(found[tag]) == 1 else found[tag] for tag in tags}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
