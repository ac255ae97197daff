"""ESCO from its RDF: SKOS-XL labels, literals as nodes and association objects become plain statements."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, parse

from nqf_graph.errors import CannotLoad
from nqf_graph.importers.files import File
from nqf_graph.importers.package import Package, Progress, Skipped
from nqf_graph.importers.texts import label
from nqf_graph.terms import DCT, ESCO, ESCO_THINGS, RDF, SKOS, SKOSXL

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
_DERIVED = {SKOS["broaderTransitive"], SKOS["narrower"], SKOS["narrowerTransitive"], ESCO["hasAssociation"]}
"""Properties whose statements follow from others here."""
_CARRIERS = {SKOSXL["Label"], ESCO["NodeLiteral"], ESCO["AssociationObject"]}
"""Classes of nodes that only carry a literal or a relation."""
_KINDS = {ESCO["Occupation"]: "occupations", ESCO["Skill"]: "skills", SKOS["ConceptScheme"]: "concept schemes"}


def read_esco_rdf(files: Sequence[File], version: str, progress: Progress) -> Package:
    """What do files of ESCO's RDF state, in the plain terms that the CSV package is read to?"""
    triples: dict[Triple, None] = {}
    rows: dict[str, int] = {}
    for number, file in enumerate(files):
        progress(file.name, number, len(files))
        read = _triples_of(file)
        rows[file.name] = len(read)
        triples |= dict.fromkeys(read)
    progress("", len(files), len(files))
    reading = _Reading(triples)
    plain = tuple(dict.fromkeys(reading.plain()))
    counts = Counter(
        _KINDS[triple.object]
        for triple in plain
        if triple.predicate == RDF["type"] and isinstance(triple.object, NamedNode) and triple.object in _KINDS
    )
    languages = {t.object.language for t in plain if isinstance(t.object, Literal) and t.object.language}
    return Package(
        "esco", version, tuple(sorted(languages)), plain, rows, dict(counts), tuple(reading.skipped),
        dict(sorted(reading.mended.items())),
    )  # fmt: skip


def _triples_of(file: File) -> list[Triple]:
    form = next(form for suffix, form in _FORMATS.items() if file.name.endswith(suffix))
    try:
        return [quad.triple for quad in parse(file.content(), format=form, rename_blank_nodes=True)]
    except SyntaxError as error:
        raise CannotLoad(file.shown_as, f"expected {form.name} ({error.msg})", error.lineno, error.offset) from error
    except UnicodeDecodeError as error:
        raise CannotLoad(file.shown_as, f"expected UTF-8 ({error.reason})") from error


class _Reading:
    def __init__(self, triples: Iterable[Triple]) -> None:
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
                        yield from self._statement(subject, property_, value, values)

    def _statement(
        self, subject: NamedNode, property_: NamedNode, value: object, values: Sequence[object]
    ) -> Iterator[Triple]:
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
            self.skipped.append(Skipped("", 0, f"{subject.value}: no literal is given for {value.value}"))
        elif isinstance(value, Literal) and value.language and property_.value.startswith(SKOS.iri):
            if property_ != SKOS["prefLabel"] or _is_first(value, values):
                yield Triple(subject, property_, _clean(value))
        elif isinstance(value, NamedNode | Literal):
            yield Triple(subject, property_, value)
            if property_ in _INVERSES and isinstance(value, NamedNode):
                yield Triple(value, _INVERSES[property_], subject)

    def _node_literal(self, subject: NamedNode, property_: NamedNode, node: NamedNode) -> Iterator[Triple]:
        said = self._about[node]
        languages = [tag.value for tag in said.get(ESCO["language"], []) if isinstance(tag, Literal)]
        for text in said[ESCO["nodeLiteral"]]:
            if isinstance(text, Literal):
                yield Triple(subject, property_, Literal(text.value, language=(languages or ["en"])[0]))

    def _association(self, node: object, said: dict[NamedNode, list[object]]) -> Iterator[Triple]:
        froms, tos = said.get(ESCO["isAssociationFor"], []), said.get(ESCO["target"], [])
        kinds = [_ASSOCIATIONS[kind] for kind in said.get(DCT["type"], []) if kind in _ASSOCIATIONS]  # type: ignore[index]
        if not (froms and tos and kinds):
            self.skipped.append(Skipped("", 0, f"{node}: expected isAssociationFor, target and a known type"))
        for from_ in froms:
            for to in tos:
                for property_, inverse in kinds:
                    if isinstance(from_, NamedNode) and isinstance(to, NamedNode):
                        yield Triple(from_, property_, to)
                        yield Triple(to, inverse, from_)


def _clean(text: Literal) -> Literal:
    return Literal(label(text.value), language=text.language)


def _is_first(value: Literal, values: Sequence[object]) -> bool:
    """Whether it is the first preferred label in its language: there is one a language."""
    same = [other for other in values if isinstance(other, Literal) and other.language == value.language]
    return same[0] == value
