"""ESCO from its RDF: SKOS-XL labels, literals as nodes and association objects become plain statements."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from nqf_graph.errors import CannotLoad
from nqf_graph.importers.files import File
from nqf_graph.importers.package import Package, Progress, Skipped
from nqf_graph.importers.texts import label, prose
from nqf_graph.terms import DCT, ESCO, ESCO_THINGS, ISO_THES, RDF, SKOS, SKOSXL

_FORMATS = {
    ".ttl": RdfFormat.TURTLE, ".nt": RdfFormat.N_TRIPLES, ".rdf": RdfFormat.RDF_XML, ".xml": RdfFormat.RDF_XML,
    ".jsonld": RdfFormat.JSON_LD,
}  # fmt: skip
RDF_SUFFIXES = tuple(_FORMATS)
_XL = {
    SKOSXL["prefLabel"]: SKOS["prefLabel"],
    SKOSXL["altLabel"]: SKOS["altLabel"],
    SKOSXL["hiddenLabel"]: SKOS["hiddenLabel"],
}
_ASSOCIATIONS = {
    ESCO_THINGS["relationship-type/essential-skill"]: (ESCO["relatedEssentialSkill"], ESCO["isEssentialSkillFor"]),
    ESCO_THINGS["relationship-type/optional-skill"]: (ESCO["relatedOptionalSkill"], ESCO["isOptionalSkillFor"]),
}
_INVERSES = {
    ESCO["relatedEssentialSkill"]: ESCO["isEssentialSkillFor"],
    ESCO["relatedOptionalSkill"]: ESCO["isOptionalSkillFor"],
}
_INVERSES |= {inverse: property_ for property_, inverse in _INVERSES.items()}
_PROPERTIES = {
    RDF["type"], SKOS["prefLabel"], SKOS["altLabel"], SKOS["hiddenLabel"], SKOS["definition"], SKOS["scopeNote"],
    SKOS["notation"], SKOS["inScheme"], SKOS["broader"], SKOS["narrower"], SKOS["topConceptOf"], SKOS["hasTopConcept"],
    SKOS["exactMatch"], SKOS["closeMatch"], SKOS["broadMatch"], SKOS["narrowMatch"], SKOS["relatedMatch"],
    DCT["title"], DCT["description"], DCT["created"], DCT["modified"], DCT["replaces"], DCT["isReplacedBy"],
    ISO_THES["status"], ESCO["relatedEssentialSkill"], ESCO["relatedOptionalSkill"], ESCO["isEssentialSkillFor"],
    ESCO["isOptionalSkillFor"], ESCO["memberOfISCOGroup"], ESCO["skillType"], ESCO["skillReuseLevel"],
    ESCO["hasNACECode"], ESCO["regulatedProfessionNote"],
}  # fmt: skip
"""Properties whose statements are taken over as they are; all others are left out and counted."""
_CLASSES = {ESCO["Occupation"], ESCO["Skill"], SKOS["Concept"], SKOS["ConceptScheme"]}
_OTHER_LABELS = (SKOS["altLabel"], SKOS["hiddenLabel"])
_LABELS = (SKOS["prefLabel"], *_OTHER_LABELS)
_DERIVED = {SKOS["broaderTransitive"], SKOS["narrowerTransitive"], ESCO["hasAssociation"]}
"""Properties whose statements follow from others here."""
_CARRIERS = {SKOSXL["Label"], ESCO["NodeLiteral"], ESCO["AssociationObject"]}
"""Classes of nodes that only carry a literal or a relation."""
_KINDS = {ESCO["Occupation"]: "occupations", ESCO["Skill"]: "skills", SKOS["ConceptScheme"]: "concept schemes"}


def read_esco_rdf(files: Sequence[File], version: str, languages: Sequence[str], progress: Progress) -> Package:
    """What do files of ESCO's RDF state, in the plain terms that the CSV package is read to?

    Of texts only those in `languages`, if any are given.  Raises CannotLoad for what does not parse, for a language
    that is not there, and where no concept is.
    """
    triples: dict[Triple, None] = {}
    rows: dict[str, int] = {}
    for file in files:
        progress(file.name, 0, len(file.stored))
        read = _triples_of(file)
        rows[file.name] = len(read)
        triples |= dict.fromkeys(read)
        progress(file.name, len(file.stored), len(file.stored))
    reading = _Reading(triples, files[0].name if len(files) == 1 else "")
    plain = list(reading.disjoint(dict.fromkeys(reading.plain())))
    there = {t.object.language for t in plain if isinstance(t.object, Literal) and t.object.language}
    if absent := sorted(set(languages) - there):
        found = ", ".join(sorted(there)) or "none"
        raise CannotLoad(files[0].shown_as, f"expected texts in {', '.join(absent)}, found {found}")
    if languages:
        plain = [t for t in plain if not (isinstance(t.object, Literal) and t.object.language) or _speaks(t, languages)]
    counts = Counter(
        _KINDS[triple.object]
        for triple in plain
        if triple.predicate == RDF["type"] and isinstance(triple.object, NamedNode) and triple.object in _KINDS
    )
    if not any(triple.predicate == RDF["type"] for triple in plain):
        raise CannotLoad(files[0].shown_as, "expected concepts of ESCO (skos:Concept), found none")
    return Package(
        "esco", version, tuple(sorted(languages or there)), tuple(plain), rows, dict(counts), tuple(reading.skipped),
        dict(sorted(reading.mended.items())), used=rows,
    )  # fmt: skip


def _speaks(triple: Triple, languages: Sequence[str]) -> bool:
    return isinstance(triple.object, Literal) and triple.object.language in languages


def _triples_of(file: File) -> list[Triple]:
    form = next(form for suffix, form in _FORMATS.items() if file.name.endswith(suffix))
    try:
        return [quad.triple for quad in parse(file.content(), format=form, rename_blank_nodes=True)]
    except SyntaxError as error:
        raise CannotLoad(file.shown_as, f"expected {form.name} ({error.msg})", error.lineno, error.offset) from error
    except UnicodeDecodeError as error:
        raise CannotLoad(file.shown_as, f"expected UTF-8 ({error.reason})") from error


class _Reading:
    def __init__(self, triples: Iterable[Triple], file: str) -> None:
        self._file = file
        self.skipped: list[Skipped] = []
        self.mended: Counter[str] = Counter()
        self._about: dict[NamedNode | BlankNode | Triple, dict[NamedNode, list[object]]] = defaultdict(dict)
        for triple in triples:
            self._about[triple.subject].setdefault(triple.predicate, []).append(triple.object)

    def plain(self) -> Iterator[Triple]:
        """The statements about concepts, with what carriers carry in place of the carriers."""
        for subject, said in self._about.items():
            types = said.get(RDF["type"], [])
            if ESCO["AssociationObject"] in types:
                yield from self._association(subject, said)
            elif not isinstance(subject, NamedNode) or _CARRIERS & set(types) or ESCO["nodeLiteral"] in said:
                continue
            else:
                for property_, values in said.items():
                    for value in values:
                        yield from self._statement(subject, property_, value)

    def disjoint(self, triples: Iterable[Triple]) -> Iterator[Triple]:
        """The statements with one preferred label a language, and without other labels that repeat it (SKOS S13)."""
        triples = list(triples)
        preferred: dict[tuple[object, str | None], Literal] = {}
        for t in triples:
            if t.predicate == SKOS["prefLabel"] and isinstance(t.object, Literal):
                preferred.setdefault((t.subject, t.object.language), t.object)
        for t in triples:
            name = preferred.get((t.subject, t.object.language)) if isinstance(t.object, Literal) else None
            if t.predicate == SKOS["prefLabel"] and t.object != name:
                self._skip(t.subject, t.predicate, f"{t.object} is a second preferred label, beside {name}")
            elif t.predicate in _OTHER_LABELS and t.object == name:
                self.mended["preferred label again among other labels, left out there"] += 1
            else:
                yield t

    def _skip(self, subject: object, property_: NamedNode, reason: str) -> None:
        self.skipped.append(Skipped(self._file, 0, f"{subject}: {reason}", property_.value))

    def _statement(self, subject: NamedNode, property_: NamedNode, value: object) -> Iterator[Triple]:
        if property_ in _DERIVED:
            self.mended[f"statement that follows from others: {property_.value}"] += 1
        elif property_ in _XL:
            if isinstance(value, NamedNode | BlankNode):
                for form in self._about.get(value, {}).get(SKOSXL["literalForm"], []):
                    if isinstance(form, Literal):
                        yield Triple(subject, _XL[property_], _clean(form))
        elif property_ == SKOS["notation"] and isinstance(value, Literal):
            yield Triple(subject, property_, Literal(value.value))  # typed and untyped alike: the code as text
        elif isinstance(value, NamedNode) and ESCO["nodeLiteral"] in self._about.get(value, {}):
            yield from self._node_literal(subject, property_, value)
        elif isinstance(value, NamedNode) and property_ == DCT["description"]:
            self._skip(subject, property_, f"no text is given for {value}")
        elif property_ not in _PROPERTIES or (property_ == RDF["type"] and value not in _CLASSES):
            what = value if property_ == RDF["type"] and isinstance(value, NamedNode) else property_
            self.mended[f"statement left out: {what.value}"] += 1
        else:
            yield from self._taken_over(subject, property_, value)

    def _taken_over(self, subject: NamedNode, property_: NamedNode, value: object) -> Iterator[Triple]:
        """A statement that the CSV package could make too."""
        if property_ in _LABELS and isinstance(value, Literal):
            yield Triple(subject, property_, _clean(value))
        elif property_ == SKOS["narrower"] and isinstance(value, NamedNode):
            yield Triple(value, SKOS["broader"], subject)
        elif isinstance(value, Literal) and value.language:
            yield Triple(subject, property_, Literal(prose(value.value), language=value.language))
        elif isinstance(value, NamedNode | Literal):
            yield Triple(subject, property_, value)
            if property_ in _INVERSES and isinstance(value, NamedNode):
                yield Triple(value, _INVERSES[property_], subject)

    def _node_literal(self, subject: NamedNode, property_: NamedNode, node: NamedNode) -> Iterator[Triple]:
        said = self._about[node]
        languages = [tag.value for tag in said.get(ESCO["language"], []) if isinstance(tag, Literal)]
        for text in said[ESCO["nodeLiteral"]]:
            if isinstance(text, Literal):
                yield Triple(subject, property_, Literal(prose(text.value), language=(languages or ["en"])[0]))

    def _association(self, node: object, said: dict[NamedNode, list[object]]) -> Iterator[Triple]:
        froms, tos = said.get(ESCO["isAssociationFor"], []), said.get(ESCO["target"], [])
        kinds = [_ASSOCIATIONS[kind] for kind in said.get(DCT["type"], []) if kind in _ASSOCIATIONS]  # type: ignore[index]
        if not (froms and tos and kinds):
            self._skip(node, RDF["type"], "expected isAssociationFor, target and a known dct:type")
        for from_ in froms:
            for to in tos:
                for property_, inverse in kinds:
                    if isinstance(from_, NamedNode) and isinstance(to, NamedNode):
                        yield Triple(from_, property_, to)
                        yield Triple(to, inverse, from_)


def _clean(text: Literal) -> Literal:
    return Literal(label(text.value), language=text.language)
