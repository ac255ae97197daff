"""The few terms that the code itself uses; everything else is words in `ontology/` and facts in `data/`."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import NamedNode


@dataclass(frozen=True)
class Namespace:
    """A vocabulary: `DCT["title"]` is its term `title`."""

    iri: str

    def __getitem__(self, name: str) -> NamedNode:
        return NamedNode(self.iri + name)


ALTERNATES = Namespace("http://www.w3.org/ns/dx/connegp/altr#")
DCAT = Namespace("http://www.w3.org/ns/dcat#")
DCT = Namespace("http://purl.org/dc/terms/")
ESCO = Namespace("http://data.europa.eu/esco/model#")
ESCO_THINGS = Namespace("http://data.europa.eu/esco/")
EQF_LEVELS = Namespace("http://data.europa.eu/snb/eqf/")
EUR_LEX = Namespace("https://eur-lex.europa.eu/legal-content/EN/TXT/?uri=CELEX:")
FOAF = Namespace("http://xmlns.com/foaf/0.1/")
FORMATS = Namespace("http://www.w3.org/ns/formats/")
IANA = Namespace("https://www.iana.org/assignments/media-types/")
ISO_THES = Namespace("http://purl.org/iso25964/skos-thes#")
LINKML = Namespace("https://w3id.org/linkml/")
MAPPING_SLOTS = Namespace("https://w3id.org/nqf/sssom#")
NQF = Namespace("https://w3id.org/nqf/ontology#")
OWL = Namespace("http://www.w3.org/2002/07/owl#")
PAV = Namespace("http://purl.org/pav/")
PROF = Namespace("http://www.w3.org/ns/dx/prof/")
PROJECT = Namespace("https://w3id.org/nqf/")
PROV = Namespace("http://www.w3.org/ns/prov#")
RDF = Namespace("http://www.w3.org/1999/02/22-rdf-syntax-ns#")
RDFS = Namespace("http://www.w3.org/2000/01/rdf-schema#")
SCHEMA = Namespace("https://schema.org/")
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
SEMAPV = Namespace("https://w3id.org/semapv/vocab/")
SH = Namespace("http://www.w3.org/ns/shacl#")
SHAPES = Namespace("https://w3id.org/nqf/shapes#")
SKOS = Namespace("http://www.w3.org/2004/02/skos/core#")
SKOSXL = Namespace("http://www.w3.org/2008/05/skos-xl#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
SSSOM = Namespace("https://w3id.org/sssom/")
SSSOM_INVALID = Namespace("http://sssom.invalid/")
VOID = Namespace("http://rdfs.org/ns/void#")
VOID_EXT = Namespace("http://ldf.fi/void-ext#")
XHV = Namespace("http://www.w3.org/1999/xhtml/vocab#")
XSD = Namespace("http://www.w3.org/2001/XMLSchema#")

LANGUAGES = ("ky", "ru", "en")
"""The languages every label has, source language first."""


def language_order(preferred: str) -> tuple[str, ...]:
    """In which order are languages tried for a reader of `preferred`?  The wanted one, then ky, en, ru."""
    return tuple(dict.fromkeys((preferred, "ky", "en", "ru")))
