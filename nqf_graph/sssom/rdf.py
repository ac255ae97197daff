"""SSSOM/RDF out: a mapping set as statements, as the RDF chapter of SSSOM 1.1 has it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple

from nqf_graph.formats import GRAPHS, JSON_LD, TRIG, Format, to_bytes, write_graph
from nqf_graph.sssom.model import Extension, MappingSet, Record, Value, needed_version, propagated
from nqf_graph.sssom.slots import DATE, ENTITY, ENUMERATIONS, MAPPING_SLOTS, NUMBER, SET_SLOTS, TEXT, URI, Slot
from nqf_graph.sssom.values import BUILT_IN
from nqf_graph.terms import DCT, OWL, PAV, RDF, SSSOM, XSD

RDF_FORMATS = (*GRAPHS, TRIG)
"""The formats that a mapping set is written in and read from."""
_TYPES = {NUMBER: XSD["double"], DATE: XSD["date"], TEXT: XSD["string"]}


def write_rdf(given: MappingSet, form: Format) -> bytes:
    """The bytes of a mapping set in one of RDF_FORMATS; the same set gives the same bytes.

    Turtle and TriG declare every prefix of the set, so that they can become SSSOM/TSV again.
    """
    triples = to_triples(given)
    declared = {**BUILT_IN, "dcterms": DCT.iri, "pav": PAV.iri, **given.prefixes}
    if form is JSON_LD:
        return write_graph(triples, form, declared)
    assert isinstance(form.engine, RdfFormat)
    return to_bytes(triples, form.engine, declared)


def to_triples(given: MappingSet) -> list[Triple]:
    """The statements of a mapping set, what it says of all mappings said of each; in a fixed order.

    A mapping with a record identifier is that thing, others are blank nodes `m1`, `m2` … in the order of their rows.
    """
    whole = propagated(given)
    version = needed_version(whole)
    slots = {name: value for name, value in whole.slots.items() if name != "sssom_version"}
    if version != "1.0":
        slots["sssom_version"] = version
    node = NamedNode(whole.id)
    definitions = {definition.name: definition for definition in whole.definitions}
    triples = [Triple(node, RDF["type"], SSSOM["MappingSet"])]
    triples += _slots(node, slots, "mapping_set_id", SET_SLOTS.__getitem__)
    triples += _extensions(node, whole.extensions, definitions)
    ordered = sorted(whole.definitions, key=lambda definition: definition.iri)
    places = [BlankNode(f"d{number}") for number, _ in enumerate(ordered, 1)]
    records = sorted(whole.records, key=_place)
    nodes = [_node(record, number) for number, record in enumerate(records, 1)]
    triples += [Triple(node, SSSOM["extension_definitions"], place) for place in places]
    triples += [Triple(node, SSSOM["mappings"], at) for at in nodes]
    for place, definition in zip(places, ordered, strict=True):
        triples += _definition(place, definition)
    for at, record in zip(nodes, records, strict=True):
        triples += _record(at, record, definitions)
    return triples


def _node(record: Record, number: int) -> NamedNode | BlankNode:
    id = record.text("record_id")
    return NamedNode(id) if id else BlankNode(f"m{number}")


def _place(record: Record) -> list[str]:
    return [*(record.text(name) for name in MAPPING_SLOTS), *(f"{k}={v}" for k, v in sorted(record.extensions.items()))]


def _definition(at: BlankNode, definition: Extension) -> Iterator[Triple]:
    yield Triple(at, RDF["type"], SSSOM["ExtensionDefinition"])
    yield Triple(at, SSSOM["slot_name"], Literal(definition.name))
    yield Triple(at, SSSOM["property"], NamedNode(definition.iri))
    yield Triple(at, SSSOM["type_hint"], NamedNode(definition.type_hint))


def _record(at: NamedNode | BlankNode, record: Record, definitions: dict[str, Extension]) -> Iterator[Triple]:
    yield Triple(at, RDF["type"], OWL["Axiom"])
    yield from _slots(at, record.slots, "record_id", MAPPING_SLOTS.__getitem__)
    yield from _extensions(at, record.extensions, definitions)


def _slots(
    at: NamedNode | BlankNode, slots: Mapping[str, Value], itself: str, slot_of: Callable[[str], Slot]
) -> Iterator[Triple]:
    """The values of slots; the slot `itself` is the node and not said of it."""
    for name, value in sorted(slots.items()):
        if name != itself:
            slot = slot_of(name)
            for text in (value,) if isinstance(value, str) else value:
                yield Triple(at, NamedNode(slot.property), _term(slot, text))


def _term(slot: Slot, text: str) -> NamedNode | Literal:
    if slot.kind in (ENTITY, URI):
        return NamedNode(text)
    meaning = ENUMERATIONS.get(slot.kind, {}).get(text)
    return NamedNode(meaning) if meaning else Literal(text, datatype=_TYPES.get(slot.kind, XSD["string"]))


def _extensions(
    at: NamedNode | BlankNode, values: Mapping[str, str], definitions: dict[str, Extension]
) -> Iterator[Triple]:
    for name, text in sorted(values.items()):
        definition = definitions[name]
        hint = NamedNode(definition.type_hint)
        value = NamedNode(text) if definition.is_entity else Literal(text, datatype=hint)
        yield Triple(at, NamedNode(definition.iri), value)
