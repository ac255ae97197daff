"""SSSOM/RDF in: statements become a mapping set, and what is wrong with its mappings is listed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from nqf_graph.errors import CannotLoad
from nqf_graph.formats import Format
from nqf_graph.sssom.model import Extension, MappingSet, Problem, Record, Value, propagated, several, undeclared
from nqf_graph.sssom.reading import Reading, incomplete
from nqf_graph.sssom.slots import DATE, ENTITY, ENUMERATIONS, MAPPING_SLOTS, NUMBER, SET_SLOTS, URI, Slot
from nqf_graph.sssom.values import BUILT_IN, Unusable, day, iri, number
from nqf_graph.terms import DCT, LINKML, OWL, PAV, RDF, SSSOM, SSSOM_INVALID

_Node = NamedNode | BlankNode
_About = Mapping[str, list[NamedNode | BlankNode | Literal | Triple]]
_NOTHING: _About = {}


def read_rdf_file(file: Path, form: Format) -> Reading:
    """Which mapping set is in a file?  Raises CannotLoad with the place of what does not parse; see `read_rdf`."""
    if not file.is_file():
        raise CannotLoad(str(file), "expected a file here")
    return read_rdf(file.read_bytes(), form, file.name)


def read_rdf(text: bytes, form: Format, name: str = "request") -> Reading:
    """Which mapping set do the statements of a text make?  `name` is how errors call the file.

    Raises CannotLoad for what does not parse, or when there is not exactly one sssom:MappingSet.
    """
    assert isinstance(form.engine, RdfFormat)
    parser = parse(text, format=form.engine, rename_blank_nodes=True)
    try:
        triples = [quad.triple for quad in parser]
    except SyntaxError as error:
        raise CannotLoad(name, error.msg.partition(": ")[2] or error.msg, error.lineno, error.offset) from error
    known = {**BUILT_IN, "dcterms": DCT.iri, "pav": PAV.iri}
    prefixes = {prefix: space for prefix, space in parser.prefixes.items() if prefix and known.get(prefix) != space}
    return read_triples(triples, prefixes, name)


def read_triples(triples: Iterable[Triple], prefixes: Mapping[str, str], name: str = "request") -> Reading:
    """Which mapping set do statements make?  `prefixes` are those that the file declared."""
    about: dict[_Node, dict[str, list[NamedNode | BlankNode | Literal | Triple]]] = {}
    for triple in triples:
        if not isinstance(triple.subject, Triple):
            about.setdefault(triple.subject, {}).setdefault(triple.predicate.value, []).append(triple.object)
    sets = [node for node, said in about.items() if SSSOM["MappingSet"] in said.get(RDF["type"].value, ())]
    if len(sets) != 1:
        raise CannotLoad(name, f"expected exactly one sssom:MappingSet, found {len(sets)}")
    return _Statements(about, dict(prefixes), name).read(sets[0])


class _Statements:
    """Reads nodes as sets, mappings and definitions."""

    def __init__(self, about: Mapping[_Node, _About], prefixes: dict[str, str], name: str) -> None:
        self._about, self._prefixes, self._name = about, prefixes, name
        self._definitions: dict[str, Extension] = {}
        """Property → the slot that stands for it."""

    def read(self, node: _Node) -> Reading:
        """The set that `node` is."""
        said = self._about[node]
        for place in said.get(SSSOM["extension_definitions"].value, ()):
            self._define(self._about.get(place, _NOTHING) if isinstance(place, NamedNode | BlankNode) else _NOTHING)
        try:
            slots, extensions = self._slots(said, SET_SLOTS)
        except Unusable as error:
            raise CannotLoad(self._name, f"metadata of the set: {error}") from error
        if isinstance(node, NamedNode):
            slots["mapping_set_id"] = node.value
        for required in ("mapping_set_id", "license"):
            if required not in slots:
                raise CannotLoad(self._name, f"expected {required} in the metadata of the set, found none")
        records, problems = [], []
        for place in said.get(SSSOM["mappings"].value, ()):
            found = self._record(place)
            if isinstance(found, Record):
                records.append(found)
            else:
                problems.append(found)
        given = propagated(MappingSet(slots, tuple(records), self._prefixes, (), extensions))
        complete = []
        for record in given.records:
            problem = incomplete(record.slots, 0)
            if problem is None:
                complete.append(record)
            else:
                problems.append(self._named(problem, record.text("record_id")))
        used = {name for record in complete for name in record.extensions} | set(extensions)
        definitions = [d for d in self._definitions.values() if d.name in used]
        definitions.sort(key=lambda definition: definition.iri)
        whole = MappingSet(given.slots, tuple(complete), self._prefixes, tuple(definitions), extensions)
        return Reading(whole, tuple(sorted(problems, key=str)), self._name)

    def _record(self, node: object) -> Record | Problem:
        said = self._about.get(node, _NOTHING) if isinstance(node, NamedNode | BlankNode) else _NOTHING
        id = node.value if isinstance(node, NamedNode) else ""
        try:
            slots, extensions = self._slots(said, MAPPING_SLOTS)
        except Unusable as error:
            return self._named(Problem(0, "", str(error)), id)
        if id:
            slots["record_id"] = id
        return Record(slots, extensions)

    @staticmethod
    def _named(problem: Problem, id: str) -> Problem:
        return Problem(0, problem.slot, f"{problem.message} (mapping {id or 'without record_id'})")

    def _define(self, said: _About) -> None:
        """Note the definition of an extension slot, if it is usable."""
        name, property_, hint = (
            getattr(next(iter(said.get(SSSOM[key].value, ())), None), "value", "")
            for key in ("slot_name", "property", "type_hint")
        )
        if name and name not in MAPPING_SLOTS and name not in SET_SLOTS:
            default = undeclared(name)
            definition = Extension(name, property_ or default.iri, hint or default.type_hint)
            self._definitions.setdefault(definition.iri, definition)

    def _slots(self, said: _About, known: Mapping[str, Slot]) -> tuple[dict[str, Value], dict[str, str]]:
        slots: dict[str, Value] = {}
        extensions: dict[str, str] = {}
        by_property = {slot.property: slot for slot in known.values()}
        structure = {RDF["type"].value, SSSOM["mappings"].value, SSSOM["extension_definitions"].value}
        for property_, values in said.items():
            slot = by_property.get(property_)
            if slot is None and property_ in structure:
                continue
            if slot is None:
                definition = self._definition(property_, values)
                extensions[definition.name] = _one(definition.name, [_text(value) for value in values])
                continue
            texts = [_value(slot, value) for value in values]
            slots[slot.name] = several(texts) if slot.multivalued else _one(slot.name, texts)
        return slots, {name: text for name, text in extensions.items() if text}

    def _definition(self, property_: str, values: Iterable[object]) -> Extension:
        """The slot of a property that SSSOM does not have; one that is not defined gets a name from its IRI."""
        if property_ not in self._definitions:
            bare = property_.removeprefix(SSSOM_INVALID.iri)
            last = re.sub(r"\W", "_", re.split(r"[/#]", property_.rstrip("/#"))[-1]) or "value"
            name = bare if bare != property_ else f"ext_{last}"
            taken = {definition.name for definition in self._definitions.values()}
            while name in taken or name in MAPPING_SLOTS or name in SET_SLOTS:
                name += "_"
            first = next(iter(values), None)
            hint = first.datatype.value if isinstance(first, Literal) else LINKML["Uriorcurie"].value
            self._definitions[property_] = Extension(name, property_, hint)
        return self._definitions[property_]


def _one(name: str, texts: list[str]) -> str:
    if len(set(texts)) > 1:
        raise Unusable(f"{name}: expected one value, found {', '.join(sorted(texts))}")
    return texts[0]


def _text(term: object) -> str:
    if isinstance(term, NamedNode | Literal):
        return term.value
    raise Unusable("expected an IRI or a literal, found a blank node")


def _value(slot: Slot, term: object) -> str:
    """A value of a slot as the model has it; IRIs and names of enumerations may also be texts, as older files do."""
    text = _text(term)
    try:
        if slot.kind in (ENTITY, URI):
            return iri(text)
        if slot.kind == NUMBER:
            return number(text, slot.limits)
        if slot.kind == DATE:
            return day(text)
    except Unusable as error:
        raise Unusable(f"{slot.name}: {error}") from error
    if slot.kind in ENUMERATIONS:
        choices = ENUMERATIONS[slot.kind]
        named = {meaning: choice for choice, meaning in choices.items() if meaning}
        also = {OWL["DatatypeProperty"].value: "owl data property"} if "owl class" in choices else {}
        found = text if text in choices else (named | also).get(text)
        if found is None:
            raise Unusable(f"{slot.name}: expected one of {', '.join(choices)}, found {text!r}")
        return found
    return text
