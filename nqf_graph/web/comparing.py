"""Pages of comparisons: the same answers as over REST, with names, links and words in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pyoxigraph import NamedNode

from nqf_graph.compare.wording import relation_name
from nqf_graph.publication import Publication
from nqf_graph.terms import LANGUAGES, NQF
from nqf_graph.web.addresses import local
from nqf_graph.web.description import term_names
from nqf_graph.web.pages import render, words
from nqf_graph.web.resource import Namer, Value
from nqf_graph.web.tables import names_of


def page(publication: Publication, name: str, language: str, address: str, values: Mapping[str, Any]) -> str:
    """The page `name` (a template) about `values`, which hold the answer."""
    assert language in LANGUAGES
    base = publication.settings.base
    terms = Namer(term_names(publication), language, base)
    said = words(language)

    def link(iri: str) -> str:
        """Where a thing answers here, or its own address."""
        return local(iri, base) or (f"/resource?uri={iri}" if "://" in iri else "")

    def word(term: str) -> str:
        """A term of ours, a relation of SKOS or a verdict in words."""
        if term.endswith("Match"):
            return relation_name(term, language)
        return said.get(f"word_{term}") or terms(NQF[term]).text if term else ""

    return render(
        name,
        language,
        address,
        link=link,
        word=word,
        choices=_choices(publication, language, _PICKED.get(name, ())),
        **(_DEFAULTS | dict(values)),
    )


_DEFAULTS: dict[str, Any] = {
    "given": {}, "comparison": None, "coverage": None, "alignments": (), "explanation": None,
    "gaps": None, "pathways": None, "what_if": None,
}  # fmt: skip
_PICKED = {
    "compare": ("framework",), "coverage": ("programme", "standard"), "gaps": ("sector",), "pathways": ("place",),
}  # fmt: skip
_CLASSES = {
    "framework": ("Framework",), "programme": ("EducationProgramme",), "standard": ("OccupationalStandard",),
    "sector": ("Sector",), "place": ("Level", "QualificationType", "Qualification", "Position"),
}  # fmt: skip


def _choices(publication: Publication, language: str, names: Iterable[str]) -> dict[str, list[Value]]:
    """What a person can pick on a page, named in the reader's language."""
    found = {}
    for name in names:
        rows = (
            row
            for class_ in _CLASSES[name]
            for row in publication.store.select(publication.system("members", type=str(NQF[class_])))
        )
        things = [row["member"] for row in rows]
        namer = names_of(publication, things, language)
        found[name] = [
            Value(namer(thing).text, publication.asker.shorten(thing.value))
            for thing in things
            if isinstance(thing, NamedNode)
        ]
    return found
