"""What is ours goes before what a classification of others says of the same thing, and nothing is stated twice."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

from nqf_graph.terms import DCT, NQF, RDF, SKOS

Stated = Mapping[object, Collection[Triple]]
"""Thing → what other graphs state of it."""


@dataclass(frozen=True)
class LeftOut:
    """A text of a classification that was left out for what another graph says: `reason` is for people."""

    thing: str
    language: str
    text: str
    reason: str


@dataclass(frozen=True)
class Parted:
    """The statements of a classification that its graph holds, and those that it does not."""

    kept: list[Triple]
    repeated: int
    """How many are left out because another graph states them."""
    left_out: list[LeftOut]


def about(triples: Iterable[Triple]) -> dict[object, list[Triple]]:
    """The statements by what they are about."""
    found: dict[object, list[Triple]] = {}
    for triple in triples:
        found.setdefault(triple.subject, []).append(triple)
    return found


def parted(triples: Iterable[Triple], stated: Stated) -> Parted:
    """Which statements does a classification's graph hold, beside what other graphs state?

    Left out are statements that are made there, a preferred name in a language in which the thing has one there, and
    the description of what is made a record of ours there.
    """
    found = Parted([], 0, [])
    repeated = 0
    for triple in triples:
        known = stated.get(triple.subject)
        if known is None:
            found.kept.append(triple)
        elif triple in known:
            repeated += 1
        elif reason := _why_not(triple, known):
            value = triple.object
            assert isinstance(value, Literal) and isinstance(triple.subject, NamedNode)
            found.left_out.append(LeftOut(triple.subject.value, value.language or "", value.value, reason))
        else:
            found.kept.append(triple)
    return Parted(found.kept, repeated, found.left_out)


def _why_not(triple: Triple, known: Collection[Triple]) -> str:
    """Why is a text left out?  "" if it is none, or is not."""
    value = triple.object
    if not isinstance(value, Literal):
        return ""
    if triple.predicate == SKOS["prefLabel"]:
        names = [other.object for other in known if other.predicate == triple.predicate]
        ours = [name.value for name in names if isinstance(name, Literal) and name.language == value.language]
        return f"it is called {ours[0]!r} here" if ours else ""
    if triple.predicate == DCT["description"] and any(_is_record(other) for other in known):
        return "what is a record here has its descriptions in three languages, written here"
    return ""


def _is_record(triple: Triple) -> bool:
    """Whether a statement makes something a thing of our vocabulary."""
    value = triple.object
    return triple.predicate == RDF["type"] and isinstance(value, NamedNode) and value.value.startswith(NQF.iri)
