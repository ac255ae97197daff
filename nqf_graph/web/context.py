"""The JSON-LD context, read from the vocabulary and the rules: which words there are, what their values look like."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode

from nqf_graph.formats import LINK, Context, Word
from nqf_graph.formats.words import LAST_NAME
from nqf_graph.per_state import PerState
from nqf_graph.publication import Publication
from nqf_graph.terms import NQF, XSD


@PerState
def context_of(publication: Publication) -> Context:
    """The context of a publication's documents; it depends on vocabulary and rules only, not on the facts."""
    said: dict[str, dict[str, set[str]]] = {}
    for row in publication.store.select(publication.system("words")):
        term, aspect, value = row["term"], row["is"], row["value"]
        if isinstance(term, NamedNode) and isinstance(aspect, Literal):
            values = said.setdefault(term.value, {}).setdefault(aspect.value, set())
            values |= {value.value} if isinstance(value, NamedNode) else set()
    words: dict[str, Word] = {}
    for iri in sorted(said, key=lambda iri: (not iri.startswith(NQF.iri), iri)):
        name = LAST_NAME.search(iri)
        if name and name[0] not in words and said[iri].keys() & {"class", "property"}:
            words[name[0]] = _word(iri, said[iri])
    return Context(words, publication.prefixes)


def _word(iri: str, said: dict[str, set[str]]) -> Word:
    """How the values are written: as the declarations say, else as the vocabulary itself uses the property."""
    if "class" in said:
        return Word(iri)
    repeats = "once" not in said
    if "language" in said:
        return Word(iri, by_language=True)
    if "link" in said:
        return Word(iri, LINK, repeats=repeats)
    if "datatype" in said:
        return Word(iri, _only(said["datatype"]), repeats=repeats)
    used = {aspect for aspect in said if aspect.startswith("used-")}
    if used == {"used-language"}:
        return Word(iri, by_language=True)
    if used == {"used-link"}:
        return Word(iri, LINK, repeats=repeats)
    if used == {"used-datatype"}:
        return Word(iri, _only(said["used-datatype"]), repeats=repeats)
    return Word(iri, repeats=repeats)


def _only(datatypes: set[str]) -> str | None:
    """The datatype, unless there are several or it is that of plain texts."""
    found = datatypes - {XSD["string"].value}
    return found.pop() if len(found) == 1 == len(datatypes) else None
