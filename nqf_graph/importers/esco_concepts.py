"""What ESCO's tables say of one concept: its kind, names, texts, codes, tags and places."""

from __future__ import annotations

import re

from pyoxigraph import Literal, NamedNode

from nqf_graph.importers import esco_layout as layout
from nqf_graph.importers.esco_ledger import Ledger
from nqf_graph.importers.tables import Row
from nqf_graph.importers.texts import addresses, label, prose, several
from nqf_graph.terms import ESCO, ESCO_THINGS, RDF, SKOS, XSD

_TYPE, _NAME, _SCHEME, _MEMBER = RDF["type"], SKOS["prefLabel"], SKOS["inScheme"], ESCO["memberOfISCOGroup"]
_DATE_TIME = XSD["dateTime"]
_TAGS = {word: ESCO_THINGS[tag] for values in layout.TAG_VALUES.values() for word, tag in values.items()}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")
_CODE = re.compile(r"\d{1,4}", re.ASCII)


class Concepts:
    """The concepts that have been described so far."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.names: dict[tuple[str, str], str] = {}
        """IRI and language → preferred label, "" where none is given."""
        self.kinds: dict[str, str] = {}
        """IRI → what kind of thing it is, for those that are described in any language."""
        self.schemes: dict[str, set[str]] = {}
        """IRI → the schemes that it is in."""

    def describe(self, node: NamedNode, row: Row, language: str, kind: str, file: str) -> None:
        """State what a row says of a concept."""
        ledger, cells, iri = self._ledger, row.cells, node.value
        if iri not in self.kinds:
            self.kinds[iri] = kind
            ledger.counts[kind] += 1
            for type_ in layout.TYPES[kind]:
                ledger.state(node, _TYPE, type_)
        ledger.languages.add(language)
        name = label(cells["preferredLabel"])
        self.names[iri, language] = name
        if name != cells["preferredLabel"]:
            ledger.mended["preferred label with invisible characters or stray blanks"] += 1
        if name:
            ledger.state(node, _NAME, Literal(name, language=language))
        else:
            ledger.skip(file, row, f"{iri} has no preferred label", "preferredLabel")
        for column, property_ in layout.LABEL_LISTS.items():
            for other in dict.fromkeys(several(cells.get(column, ""))):
                if other == name:
                    ledger.mended[f"preferred label again among {column}, left out there"] += 1
                else:
                    ledger.state(node, property_, Literal(other, language=language))
        for column, property_ in layout.TEXTS.items():
            if text := prose(cells.get(column, "")):
                ledger.state(node, property_, Literal(text, language=language))
        self._codes(node, row, file)
        self._tags(node, row, file)
        self._group(node, row, file)

    def repeats(self, node: NamedNode, row: Row, column: str, language: str, file: str) -> bool:
        """Whether the concept is described in this language already; another name for it in `column` is listed."""
        known = self.names.get((node.value, language))
        if known is None:
            return False
        name = label(row.cells[column])
        if name != known:
            self._ledger.skip(file, row, f"{node.value} is called {known!r} elsewhere, not {name!r}", column)
        return True

    def place_in(self, scheme: str, node: NamedNode, file: str, row: Row, column: str = "inScheme") -> bool:
        """State that a concept is in a scheme, unless that is stated; whether it is new."""
        known = self.schemes.setdefault(node.value, set())
        if scheme in known or (other := self._ledger.node(file, row, scheme, column)) is None:
            return False
        known.add(scheme)
        self._ledger.state(node, _SCHEME, other)
        return True

    def _codes(self, node: NamedNode, row: Row, file: str) -> None:
        """What a row says in codes and addresses, the same in every language."""
        ledger, cells = self._ledger, row.cells
        for column, property_ in layout.CODES.items():
            if code := label(cells.get(column, "")):
                ledger.state(node, property_, Literal(code))
        for column, property_ in layout.MODIFIED.items():
            moment = cells.get(column, "").strip()
            if _MOMENT.fullmatch(moment):
                ledger.state(node, property_, Literal(moment, datatype=_DATE_TIME))
            elif moment:
                ledger.skip(file, row, f"expected a date and time as in 2021-09-02T16:37:00Z, found {moment!r}", column)
        for scheme in addresses(cells.get("inScheme", "")):
            self.place_in(scheme, node, file, row)
        for column, property_ in layout.ADDRESSES.items():
            if column != "inScheme":
                for iri in addresses(cells.get(column, "")):
                    if other := ledger.node(file, row, iri, column):
                        ledger.state(node, property_, other)

    def _tags(self, node: NamedNode, row: Row, file: str) -> None:
        """The kind and the reach of a skill; one skill of v1.0 has two kinds."""
        for column, property_ in layout.TAGS.items():
            words = row.cells.get(column, "").split()
            for word in words:
                if word not in layout.TAG_VALUES[column]:
                    known = ", ".join(layout.TAG_VALUES[column])
                    self._ledger.skip(file, row, f"expected {column} to be one of {known}, found {word!r}", column)
                else:
                    self._ledger.state(node, property_, _TAGS[word])
            if column in row.cells and not words:
                self._ledger.mended[f"no {column} given: {file}"] += 1

    def _group(self, node: NamedNode, row: Row, file: str) -> None:
        """The ISCO-08 group of an occupation; it must be there if any group is."""
        code = row.cells.get("iscoGroup", "").strip()
        if not code:
            return
        group = layout.group_of(code) if _CODE.fullmatch(code) else None
        if group is None:
            self._ledger.skip(file, row, f"expected an ISCO-08 code of one to four digits, found {code!r}", "iscoGroup")
        elif group.value not in self.kinds and "ISCO groups" in self._ledger.counts:
            self._ledger.skip(file, row, f"no file describes the ISCO-08 group {code}", "iscoGroup")
        else:
            self._ledger.state(node, _MEMBER, group)
