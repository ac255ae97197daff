"""Values of slots: what a text must look like for each kind, and how it is written in the one canonical way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from pyoxigraph import NamedNode

from nqf_graph.sssom.slots import DATE, ENTITY, ENUMERATIONS, NUMBER, URI, Slot
from nqf_graph.terms import LINKML, OWL, RDF, RDFS, SEMAPV, SKOS, SSSOM, XSD

BUILT_IN = {
    "linkml": LINKML.iri, "owl": OWL.iri, "rdf": RDF.iri, "rdfs": RDFS.iri, "semapv": SEMAPV.iri, "skos": SKOS.iri,
    "sssom": SSSOM.iri, "xsd": XSD.iri,
}  # fmt: skip
"""Prefixes that every SSSOM file may use without declaring them."""
_PREFIX = re.compile(r"[^\W\d_][\w-]*(\.[\w-]+)*")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


class Unusable(ValueError):
    """A value that its slot does not take; says what was expected and what was found."""


def iri(text: str) -> str:
    """`text`, which must be an absolute IRI.  Raises Unusable."""
    try:
        return NamedNode(text).value
    except ValueError as error:
        raise Unusable(f"expected an absolute IRI, found {text!r}") from error


class Prefixes:
    """Shortens IRIs to CURIEs and back; the longest namespace that fits counts, of equals the first by name."""

    def __init__(self, declared: Mapping[str, str]) -> None:
        """Raises Unusable for a prefix that is no name, or a built-in one with another namespace."""
        for prefix, namespace in declared.items():
            if not _PREFIX.fullmatch(prefix):
                raise Unusable(f"expected a prefix name of letters, digits, - . _, found {prefix!r}")
            if BUILT_IN.get(prefix, namespace) != namespace:
                raise Unusable(f"expected {BUILT_IN[prefix]} for the built-in prefix {prefix}, found {namespace}")
            iri(namespace)
        self._spaces = {**BUILT_IN, **declared}
        self._longest_first = sorted(self._spaces.items(), key=lambda item: (-len(item[1]), item[0]))

    def expand(self, curie: str) -> str:
        """The IRI of a CURIE.  Raises Unusable for an undeclared prefix or a whole IRI."""
        prefix, colon, local = curie.partition(":")
        if colon and local and prefix in self._spaces:
            return iri(self._spaces[prefix] + local)
        if local.startswith("//"):
            raise Unusable(f"expected a CURIE (its prefix declared in curie_map), found the IRI {curie!r}")
        declared = ", ".join(sorted(self._spaces))
        raise Unusable(f"expected a CURIE with one of the declared prefixes ({declared}), found {curie!r}")

    def split(self, iri: str) -> tuple[str, str] | None:
        """Prefix and local part for an IRI; None when no namespace fits."""
        for prefix, namespace in self._longest_first:
            if iri.startswith(namespace) and len(iri) > len(namespace):
                return prefix, iri[len(namespace) :]
        return None

    def contract(self, iri: str) -> str:
        """The CURIE of an IRI.  Raises Unusable when no declared namespace fits."""
        found = self.split(iri)
        if found is None:
            raise Unusable(f"expected a declared prefix for {iri!r}, found none")
        return ":".join(found)

    def used(self, iris: Iterable[str]) -> dict[str, str]:
        """The declared prefixes that shorten any of `iris`, without the built-in ones, by name."""
        names = {found[0] for found in map(self.split, iris) if found}
        return {name: self._spaces[name] for name in sorted(names - BUILT_IN.keys())}


def read_value(slot: Slot, text: str, prefixes: Prefixes) -> str:
    """One value of a slot as the model has it, from a file.  Raises Unusable."""
    match slot.kind:
        case kind if kind == ENTITY:
            return prefixes.expand(text)
        case kind if kind == URI:
            return iri(text)
        case kind if kind == NUMBER:
            return number(text, slot.limits)
        case kind if kind == DATE:
            return day(text)
        case kind if kind in ENUMERATIONS and text not in ENUMERATIONS[kind]:
            raise Unusable(f"expected one of {', '.join(ENUMERATIONS[kind])}, found {text!r}")
    return text


def number(text: str, limits: tuple[float, float] | None = None) -> str:
    """A number in plain decimal notation, without needless zeros.  Raises Unusable."""
    try:
        value = Decimal(text.strip())
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or abs(value.adjusted()) > 40:
        raise Unusable(f"expected a number, found {text!r}")
    if limits and not limits[0] <= value <= limits[1]:
        raise Unusable(f"expected a number from {limits[0]:g} to {limits[1]:g}, found {text!r}")
    plain = format(value, "f")
    plain = plain.rstrip("0").rstrip(".") if "." in plain else plain
    return "0" if plain in ("-0", "") else plain


def day(text: str) -> str:
    """A date as YYYY-MM-DD.  Raises Unusable."""
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    raise Unusable(f"expected a date as YYYY-MM-DD, found {text!r}")
