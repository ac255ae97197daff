"""SSSOM/TSV out, in the canonical form: the same set gives the same bytes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nqf_graph.sssom.metadata import write_block
from nqf_graph.sssom.model import (
    Extension,
    MappingSet,
    Record,
    Value,
    condensed,
    needed_version,
    propagated,
    undeclared,
)
from nqf_graph.sssom.slots import ENTITY, MAPPING_SLOTS, SET_SLOTS, Slot
from nqf_graph.sssom.values import Prefixes


def write_tsv(given: MappingSet) -> str:
    """The text of a mapping set.  Raises Unusable for an identifier that no declared prefix shortens.

    Canonical as SSSOM 1.1 has it: metadata first, what all mappings share said there, slots and columns in the
    order of the schema, extension slots in the order of their properties, rows sorted, only the prefixes in use.
    Numbers are not rounded to three digits, as that would lose some.
    """
    whole = condensed(propagated(given))
    prefixes = Prefixes(whole.prefixes)
    version = needed_version(whole)
    slots: dict[str, Any] = {}
    if version != "1.0":
        slots["sssom_version"] = version
    if used := prefixes.used(iris_of(whole)):
        slots["curie_map"] = used
    for name, slot in SET_SLOTS.items():
        if name in whole.slots and name != "sssom_version":
            slots[name] = _shortened(slot, whole.slots[name], prefixes)
    definitions = sorted(whole.definitions, key=lambda definition: definition.iri)
    entities = {definition.name for definition in definitions if definition.is_entity}
    if definitions:
        slots["extension_definitions"] = [_defined(definition, prefixes) for definition in definitions]
    for definition in definitions:
        if definition.name in whole.extensions:
            text = whole.extensions[definition.name]
            slots[definition.name] = prefixes.contract(text) if definition.is_entity else text
    columns = [name for name in MAPPING_SLOTS if any(name in record.slots for record in whole.records)]
    columns += [d.name for d in definitions if any(d.name in record.extensions for record in whole.records)]
    columns = columns or ["subject_id", "predicate_id", "object_id", "mapping_justification"]
    rows = sorted([_cell(record, name, entities, prefixes) for name in columns] for record in whole.records)
    return write_block(slots) + "".join("\t".join(map(_quoted, row)) + "\n" for row in [columns, *rows])


def _defined(definition: Extension, prefixes: Prefixes) -> dict[str, str]:
    """A definition; the property that SSSOM gives a slot without one is left out."""
    given = {"slot_name": definition.name}
    if definition.iri != undeclared(definition.name).iri:
        given["property"] = prefixes.contract(definition.iri)
    return given | {"type_hint": prefixes.contract(definition.type_hint)}


def iris_of(given: MappingSet) -> Iterator[str]:
    """All IRIs of a set that are written as CURIEs."""
    for slots, known in ((given.slots, SET_SLOTS), *((record.slots, MAPPING_SLOTS) for record in given.records)):
        for name, value in slots.items():
            if known[name].kind == ENTITY:
                yield from (value,) if isinstance(value, str) else value
    entities = {definition.name for definition in given.definitions if definition.is_entity}
    for extensions in (given.extensions, *(record.extensions for record in given.records)):
        yield from (value for name, value in extensions.items() if name in entities)
    for definition in given.definitions:
        yield from (definition.iri, definition.type_hint)


def _shortened(slot: Slot, value: Value, prefixes: Prefixes) -> Value:
    if slot.kind != ENTITY:
        return value
    return prefixes.contract(value) if isinstance(value, str) else tuple(sorted(map(prefixes.contract, value)))


def _cell(record: Record, name: str, entities: set[str], prefixes: Prefixes) -> str:
    if name not in MAPPING_SLOTS:
        text = record.extensions.get(name, "")
        return prefixes.contract(text) if text and name in entities else text
    value = _shortened(MAPPING_SLOTS[name], record.slots.get(name, ""), prefixes) if name in record.slots else ""
    return value if isinstance(value, str) else "|".join(map(_escaped, value))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|")


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if any(letter in text for letter in '\t\r\n"') else text
