"""A mapping set as SSSOM has it: slots with their values, identifiers as whole IRIs, texts as they stand in files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from nqf_graph.sssom.slots import MAPPING_SLOTS, SET_SLOTS
from nqf_graph.terms import LINKML, SSSOM_INVALID, XSD

Value = str | tuple[str, ...]
"""A value of a slot: never empty; those of a slot that takes several are sorted, since RDF keeps no order."""
Slots = Mapping[str, Value]
_ENTITY = LINKML["Uriorcurie"].value.lower()


def several(values: Iterable[str]) -> tuple[str, ...]:
    """Values of a slot that takes several: each once, without empty ones, in order."""
    return tuple(sorted({value for value in values if value}))


@dataclass(frozen=True)
class Extension:
    """A slot that SSSOM does not have: its name, its property, the type of its values."""

    name: str
    iri: str
    """The property that it is in RDF."""
    type_hint: str = XSD["string"].value

    @property
    def is_entity(self) -> bool:
        """Whether its values are IRIs, written as CURIEs."""
        return self.type_hint.lower() == _ENTITY


def undeclared(name: str) -> Extension:
    """The definition of a slot that a file uses without defining it."""
    return Extension(name, SSSOM_INVALID[name].value)


@dataclass(frozen=True)
class Record:
    """One mapping: the values of its slots, and of its extension slots by name."""

    slots: Slots
    extensions: Mapping[str, str] = field(default_factory=dict)
    line: int = field(default=0, compare=False)
    """The line of the file on which it begins, from 1; 0 where it has none."""

    def text(self, slot: str) -> str:
        """The one value of a slot, empty when it has none."""
        value = self.slots.get(slot, "")
        return value if isinstance(value, str) else "|".join(value)

    def texts(self, slot: str) -> tuple[str, ...]:
        """The values of a slot."""
        value = self.slots.get(slot, ())
        return (value,) if isinstance(value, str) else value


@dataclass(frozen=True)
class MappingSet:
    """A set of mappings; `prefixes` shorten IRIs in files, beside the built-in ones."""

    slots: Slots
    records: tuple[Record, ...] = ()
    prefixes: Mapping[str, str] = field(default_factory=dict)
    definitions: tuple[Extension, ...] = ()
    extensions: Mapping[str, str] = field(default_factory=dict)
    """Values of extension slots of the set itself."""

    @property
    def id(self) -> str:
        """The IRI of the set."""
        return str(self.slots["mapping_set_id"])


@dataclass(frozen=True)
class Problem:
    """What is wrong with a row: the slot, what was expected there and what was found; `line` from 1, 0 for RDF."""

    line: int
    slot: str
    message: str

    def __str__(self) -> str:
        return f"{self.slot}: {self.message}" if self.slot else self.message


def propagated(given: MappingSet) -> MappingSet:
    """The set with what it says of all mappings said of each; a slot that any mapping has itself stays as it is."""
    handed = {
        name: value
        for name, value in given.slots.items()
        if SET_SLOTS[name].propagated and not any(name in record.slots for record in given.records)
    }
    if not handed or not given.records:
        return given
    slots = {name: value for name, value in given.slots.items() if name not in handed}
    records = tuple(replace(record, slots={**record.slots, **handed}) for record in given.records)
    return replace(given, slots=slots, records=records)


def condensed(given: MappingSet) -> MappingSet:
    """The set with what all its mappings have in common said once."""
    common = {
        name: value
        for name, value in _common(given.records)
        if SET_SLOTS.get(name) and SET_SLOTS[name].propagated and given.slots.get(name, value) == value
    }
    if not common:
        return given
    records = tuple(
        replace(record, slots={name: value for name, value in record.slots.items() if name not in common})
        for record in given.records
    )
    return replace(given, slots={**given.slots, **common}, records=records)


def _common(records: tuple[Record, ...]) -> Iterator[tuple[str, Value]]:
    if records:
        for name, value in records[0].slots.items():
            if all(record.slots.get(name) == value for record in records):
                yield name, value


def needed_version(given: MappingSet) -> str:
    """The lowest version of SSSOM that has all the slots and values in use; 1.1 where the set says so itself."""
    values = [(SET_SLOTS[name], value) for name, value in given.slots.items()]
    values += [(MAPPING_SLOTS[name], value) for record in given.records for name, value in record.slots.items()]
    new = {"0:0", "composed entity expression"}
    return "1.1" if any(slot.since == "1.1" or value in new for slot, value in values) else "1.0"
