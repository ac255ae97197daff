"""An alignment as a SSSOM record and back: which statement goes into which slot, so that none is lost.

What SSSOM has a slot for goes there, what our model adds goes into extension slots of its own, and whatever remains
into one more, as Turtle.  `docs/mappings.md` has the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

from nqf_graph.errors import CannotLoad
from nqf_graph.sssom import Extension, Record
from nqf_graph.sssom.model import Value, several
from nqf_graph.sssom.slots import NO_TERM_FOUND
from nqf_graph.sssom.values import Unusable, number
from nqf_graph.terms import DCT, LANGUAGES, LINKML, MAPPING_SLOTS, NQF, RDF, RDFS, SKOS, XSD

Said = Mapping[NamedNode, tuple[NamedNode | Literal, ...]]
"""What is said of one alignment: property → values."""

V = TypeVar("V")

RELATIONS = tuple(
    SKOS[name] for name in ("exactMatch", "closeMatch", "broadMatch", "narrowMatch", "relatedMatch")
)  # fmt: skip
_THINGS = {
    "ext_kind": NQF["alignmentKind"],
    "ext_status": NQF["alignmentStatus"],
    "ext_justification": NQF["justification"],
    "ext_data_status": NQF["dataStatus"],
    "ext_data_confidence": NQF["confidence"],
}
"""Extension slots with one IRI: the property in SSSOM/RDF is ours."""
_LISTS = {
    "ext_evidence": NQF["hasEvidence"],
    "ext_counter_evidence": NQF["counterEvidence"],
    "ext_sources": DCT["source"],
}
"""Extension slots with several IRIs, separated by spaces."""
_NAMES = {f"ext_name_{tag}": (SKOS["prefLabel"], tag) for tag in LANGUAGES}
_NOTES = {f"ext_note_{tag}": (SKOS["editorialNote"], tag) for tag in LANGUAGES if tag != "en"}
_TEXTS = _NAMES | _NOTES
_REST = "ext_statements"
_FEW = {"author_id": DCT["creator"], "reviewer_id": NQF["reviewedBy"]}


def _definition(name: str) -> Extension:
    if name in _THINGS:
        return Extension(name, _THINGS[name].value, LINKML["Uriorcurie"].value)
    return Extension(name, MAPPING_SLOTS[name.removeprefix("ext_")].value)


DEFINITIONS = {name: _definition(name) for name in (*_THINGS, *_LISTS, *_TEXTS, _REST)}
"""Our extension slots by name."""


def said_of(triples: Iterable[Triple]) -> dict[NamedNode, Said]:
    """What do triples say of each alignment among their subjects?  Alignments are what has an aligned subject."""
    about: dict[NamedNode, dict[NamedNode, list[NamedNode | Literal]]] = {}
    for triple in triples:
        if isinstance(triple.subject, NamedNode) and isinstance(triple.object, NamedNode | Literal):
            about.setdefault(triple.subject, {}).setdefault(triple.predicate, []).append(triple.object)
    return {
        node: {property_: tuple(values) for property_, values in said.items()}
        for node, said in about.items()
        if NQF["alignedSubject"] in said
    }


def record_of(alignment: NamedNode, said: Said, words: Mapping[str, str]) -> Record:
    """The record of an alignment; `words` are the SEMAPV terms of justifications.  `triples_of` gives `said` back."""
    slots: dict[str, Value] = {"record_id": alignment.value}
    searched = _one(said, NQF["noMatchIn"])
    relation, object_ = _one(said, NQF["relation"]), _one(said, NQF["alignedObject"])
    justification, status = _one(said, NQF["justification"]), _one(said, NQF["alignmentStatus"])
    slots["subject_id"] = _one(said, NQF["alignedSubject"])
    slots["predicate_id"] = relation or SKOS["exactMatch"].value
    slots["object_id"] = object_ or NO_TERM_FOUND
    slots["mapping_justification"] = words.get(justification, SEMAPV_UNKNOWN)
    if searched:
        slots["object_source"] = searched
    if status == NQF["rejected"].value and not searched:
        slots["predicate_modifier"] = "Not"
    for name, property_ in _FEW.items():
        slots[name] = several(_iris(said, property_))
    slots["see_also"] = several(_iris(said, NQF["hasEvidence"]) + _iris(said, RDFS["seeAlso"]))
    slots["mapping_date"] = _literal(said, DCT["date"], XSD["date"].value)
    slots["confidence"] = _score(said)
    slots["comment"] = _text(said, SKOS["editorialNote"], "en")
    extensions = {name: _one(said, property_) for name, property_ in _THINGS.items()}
    extensions |= {name: " ".join(sorted(_iris(said, property_))) for name, property_ in _LISTS.items()}
    extensions |= {name: _text(said, *where) for name, where in _TEXTS.items()}
    record = Record(_filled(slots), _filled(extensions))
    expressed = set(triples_of(alignment, record, {}))
    stated = {Triple(alignment, property_, value) for property_, values in said.items() for value in values}
    rest = stated - expressed
    if expressed - stated:  # its types are others than an alignment's usual ones
        rest |= {triple for triple in stated if triple.predicate == RDF["type"]}
    if rest:
        told = " ; ".join(sorted(f"{triple.predicate} {triple.object}" for triple in rest))
        record = Record(record.slots, {**record.extensions, _REST: told}, record.line)
    return record


SEMAPV_UNKNOWN = "https://w3id.org/semapv/vocab/UnspecifiedMatching"


def triples_of(alignment: NamedNode, record: Record, justifications: Mapping[str, str]) -> Iterator[Triple]:
    """What a record states of `alignment`; `justifications` are ours for SEMAPV terms.

    Raises CannotLoad where the remaining statements are not Turtle.
    """
    rest = list(_parsed(alignment, record.extensions.get(_REST, "")))
    yield from rest
    if not any(triple.predicate == RDF["type"] for triple in rest):
        yield Triple(alignment, RDF["type"], NQF["Alignment"])
        if record.text("object_id") == NO_TERM_FOUND:
            yield Triple(alignment, RDF["type"], NQF["NoMatch"])
    for property_, iri in (*_ends(record), *_concepts(record, justifications), *_links(record)):
        yield Triple(alignment, property_, NamedNode(iri))
    for property_, literal in _literals(record):
        yield Triple(alignment, property_, literal)


def _ends(record: Record) -> Iterator[tuple[NamedNode, str]]:
    """What is aligned with what."""
    yield NQF["alignedSubject"], record.text("subject_id")
    if record.text("object_id") != NO_TERM_FOUND:
        yield NQF["relation"], record.text("predicate_id")
        yield NQF["alignedObject"], record.text("object_id")
    elif record.text("object_source"):
        yield NQF["noMatchIn"], record.text("object_source")


def _concepts(record: Record, justifications: Mapping[str, str]) -> Iterator[tuple[NamedNode, str]]:
    """Kind, status and justification: as our slots have them, else as those of SSSOM do."""
    yield from ((_THINGS[name], value) for name, value in record.extensions.items() if name in _THINGS)
    ours = justifications.get(record.text("mapping_justification"))
    if ours and "ext_justification" not in record.extensions:
        yield NQF["justification"], ours
    if "ext_status" not in record.extensions and record.text("predicate_modifier") == "Not":
        yield NQF["alignmentStatus"], NQF["rejected"].value


def _links(record: Record) -> Iterator[tuple[NamedNode, str]]:
    """Who, and what speaks for it or against it."""
    for name, property_ in _FEW.items():
        yield from ((property_, text) for text in record.texts(name))
    for name, property_ in _LISTS.items():
        yield from ((property_, text) for text in record.extensions.get(name, "").split())
    evidence = record.extensions.get("ext_evidence", "").split()
    yield from ((RDFS["seeAlso"], text) for text in record.texts("see_also") if text not in evidence)


def _literals(record: Record) -> Iterator[tuple[NamedNode, Literal]]:
    """Day, score, names and notes."""
    if day := record.text("mapping_date"):
        yield DCT["date"], Literal(day, datatype=XSD["date"])
    if score := record.text("confidence"):
        yield NQF["confidenceScore"], Literal(score, datatype=XSD["decimal"])
    if comment := record.text("comment"):
        yield SKOS["editorialNote"], Literal(comment, language="en")
    for name, (property_, tag) in _TEXTS.items():
        if text := record.extensions.get(name):
            yield property_, Literal(text, language=tag)


def _parsed(alignment: NamedNode, told: str) -> Iterator[Triple]:
    if told:
        try:
            for quad in parse(f"{alignment} {told} .", format=RdfFormat.TURTLE):
                if quad.subject == alignment:
                    yield quad.triple
        except SyntaxError as error:
            raise CannotLoad(_REST, f"expected properties and values in Turtle, found {told[:100]!r}") from error


def _one(said: Said, property_: NamedNode) -> str:
    """The only value, an IRI; empty when there is none, or several."""
    values = said.get(property_, ())
    return values[0].value if len(values) == 1 and isinstance(values[0], NamedNode) else ""


def _iris(said: Said, property_: NamedNode) -> list[str]:
    return [value.value for value in said.get(property_, ()) if isinstance(value, NamedNode)]


def _literal(said: Said, property_: NamedNode, datatype: str) -> str:
    values = said.get(property_, ())
    only = values[0] if len(values) == 1 else None
    return only.value if isinstance(only, Literal) and only.datatype.value == datatype else ""


def _score(said: Said) -> str:
    text = _literal(said, NQF["confidenceScore"], XSD["decimal"].value)
    try:
        return text if text and number(text, (0, 1)) == text else ""
    except Unusable:
        return ""


def _text(said: Said, property_: NamedNode, tag: str) -> str:
    """The only text in a language."""
    texts = [v.value for v in said.get(property_, ()) if isinstance(v, Literal) and v.language == tag]
    return texts[0] if len(texts) == 1 else ""


def _filled(slots: Mapping[str, V]) -> dict[str, V]:
    return {name: value for name, value in slots.items() if value}
