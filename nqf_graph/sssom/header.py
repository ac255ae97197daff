"""The metadata of a mapping set: slots, prefixes and extension slots out of a metadata block."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from nqf_graph.sssom.metadata import Block, Entry
from nqf_graph.sssom.model import Extension, MappingSet, Record, Value, several, undeclared
from nqf_graph.sssom.slots import MAPPING_SLOTS, SET_SLOTS, Slot
from nqf_graph.sssom.values import Prefixes, Unusable, read_value
from nqf_graph.terms import SSSOM_INVALID

_NAME = re.compile(r"[^\W\d][\w.-]*")


@dataclass(frozen=True)
class Header:
    """What a metadata block says."""

    slots: Mapping[str, Value]
    declared: Mapping[str, str]
    prefixes: Prefixes
    definitions: tuple[Extension, ...] = ()
    extensions: Mapping[str, str] = ()  # type: ignore[assignment]

    def with_definitions(self, definitions: Iterable[Extension]) -> Header:
        """The same with these extension slots defined."""
        return replace(self, definitions=tuple(definitions))

    def set_of(self, records: Iterable[Record], slots: Mapping[str, Value] | None = None) -> MappingSet:
        """A mapping set with this metadata; only the extension slots that it uses are defined in it."""
        kept = tuple(records)
        used = {name for record in kept for name in record.extensions} | set(self.extensions)
        definitions = tuple(
            sorted((d for d in self.definitions if d.name in used), key=lambda definition: definition.iri)
        )
        return MappingSet(
            self.slots if slots is None else slots, kept, self.declared, definitions, dict(self.extensions)
        )

    def extension_value(self, name: str, text: str) -> str:
        """A value of an extension slot: an IRI where the slot is defined so.  Raises Unusable."""
        definition = next((d for d in self.definitions if d.name == name), undeclared(name))
        return self.prefixes.expand(text) if definition.is_entity else text


def read_header(block: Block) -> Header:
    """What does a metadata block say?  Raises CannotLoad with the place, what was expected and what was found."""
    entries = block.entries()
    declared, prefixes = _prefixes(block, entries.get("curie_map"))
    definitions = {d.name: d for d in _definitions(entries.get("extension_definitions"), prefixes)}
    slots: dict[str, Value] = {}
    texts: dict[str, Entry] = {}
    for name, entry in entries.items():
        if name in SET_SLOTS:
            value = _value(block, SET_SLOTS[name], entry, prefixes)
            if value:
                slots[name] = value
        elif name not in ("curie_map", "extension_definitions"):
            texts[name] = entry
            if name == "mappings" or name in MAPPING_SLOTS or not _NAME.fullmatch(name):
                raise block.error(f"expected a slot of a mapping set, found {name!r}", entry)
            definitions.setdefault(name, undeclared(name))
    for name in ("mapping_set_id", "license"):
        if name not in slots:
            raise block.error(f"expected {name} in the metadata of the set, found {', '.join(entries) or 'nothing'}")
    if slots.get("sssom_version") == "1.0":
        del slots["sssom_version"]
    header = Header(slots, declared, prefixes, tuple(definitions.values()))
    extensions = {}
    for name, entry in texts.items():
        if not isinstance(entry.value, str):
            raise block.error(f"{name}: expected a text, since SSSOM has no such slot; found a list or keys", entry)
        try:
            extensions[name] = header.extension_value(name, entry.value)
        except Unusable as error:
            raise block.error(f"{name}: {error}", entry) from error
    return replace(header, extensions=extensions)


def _prefixes(block: Block, entry: Entry | None) -> tuple[dict[str, str], Prefixes]:
    declared: dict[str, str] = {}
    if entry is not None:
        if not isinstance(entry.value, dict):
            raise block.error("curie_map: expected prefixes with their namespaces", entry)
        for prefix, namespace in entry.value.items():
            if not isinstance(namespace.value, str):
                raise block.error(f"curie_map: expected a namespace for {prefix!r}", namespace)
            declared[prefix] = namespace.value
            try:
                Prefixes({prefix: namespace.value})
            except Unusable as error:
                raise block.error(f"curie_map: {error}", namespace) from error
    return declared, Prefixes(declared)


def _definitions(entry: Entry | None, prefixes: Prefixes) -> list[Extension]:
    """The usable definitions; SSSOM says to pass over the others."""
    found: dict[str, Extension] = {}
    for item in entry.value if entry and isinstance(entry.value, list) else ():
        given = item.value
        if not isinstance(given, dict) or given.keys() - {"slot_name", "property", "type_hint"}:
            continue
        name, *names = (given[key].value if key in given else "" for key in ("slot_name", "property", "type_hint"))
        if not isinstance(name, str) or not _NAME.fullmatch(name) or name in MAPPING_SLOTS or name in SET_SLOTS:
            continue
        try:
            property_, hint = (prefixes.expand(str(text)) if text else "" for text in names)
        except Unusable:
            continue
        default = undeclared(name)
        definition = Extension(name, property_ or SSSOM_INVALID[name].value, hint or default.type_hint)
        if definition.iri not in {other.iri for other in found.values()}:
            found.setdefault(name, definition)
    return list(found.values())


def _value(block: Block, slot: Slot, entry: Entry, prefixes: Prefixes) -> Value:
    """A value, or several; one alone need not be a list."""
    items = entry.value if isinstance(entry.value, list) else [entry]
    texts: list[str] = []
    for item in items:
        if not isinstance(item.value, str) or (isinstance(entry.value, list) and not slot.multivalued):
            raise block.error(f"{slot.name}: expected {'texts' if slot.multivalued else 'one text'}", item)
        try:
            texts.append(read_value(slot, item.value, prefixes))
        except Unusable as error:
            raise block.error(f"{slot.name}: {error}", item) from error
    return several(texts) if slot.multivalued else texts[0]
