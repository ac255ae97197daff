"""Two versions of a classification: what was added, removed, changed, replaced, and which alignments that touches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from pyoxigraph import Literal, NamedNode, Triple

from nqf_graph.importers import Package
from nqf_graph.publication import Publication
from nqf_graph.terms import DCT, ESCO, ISO_THES, NQF, RDF, SKOS

PROPERTIES: Mapping[NamedNode, str] = {
    SKOS["prefLabel"]: "label",
    SKOS["altLabel"]: "alternative labels",
    SKOS["hiddenLabel"]: "alternative labels",
    DCT["description"]: "description",
    SKOS["definition"]: "description",
    SKOS["scopeNote"]: "description",
    SKOS["broader"]: "broader",
    ESCO["memberOfISCOGroup"]: "broader",
    ESCO["relatedEssentialSkill"]: "relations",
    ESCO["relatedOptionalSkill"]: "relations",
    SKOS["notation"]: "code",
    ESCO["skillType"]: "skill type",
    ESCO["skillReuseLevel"]: "reuse level",
    ISO_THES["status"]: "status",
    DCT["isReplacedBy"]: "replaced by",
}
"""What is compared, and how it is called; the inverse relations say the same from the other end."""
_QUALIFIED = {ESCO["relatedEssentialSkill"]: "essential ", ESCO["relatedOptionalSkill"]: "optional "}
"""Words before values that the name of the property does not tell apart."""
_RETIRED = ("obsolete", "deprecated")


@dataclass(frozen=True)
class Concept:
    """A concept of a version: its name, its kind, and the values of what is compared, as texts."""

    iri: str
    label: str = ""
    kind: str = "concept"
    values: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def of(self, name: str) -> frozenset[str]:
        """The values of one of PROPERTIES."""
        return self.values.get(name, frozenset())

    @property
    def is_retired(self) -> bool:
        """Whether the version itself says that the concept is no longer in use."""
        return any(status.casefold() in _RETIRED for status in self.of("status"))


@dataclass(frozen=True)
class Silence:
    """What an incomplete package cannot tell: `files` are missing."""

    files: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()
    """Kinds of which it does not name all concepts."""
    properties: frozenset[tuple[str, str]] = frozenset()
    """Kind and name of what it does not say, or not of all concepts."""

    def __or__(self, other: Silence) -> Silence:
        files = tuple(sorted({*self.files, *other.files}))
        return Silence(files, self.kinds | other.kinds, self.properties | other.properties)


_OF_SKILLS = ("alternative labels", "description", "status", "code", "skill type", "reuse level")
_OF_OCCUPATIONS = ("label", "alternative labels", "description", "status", "code", "broader")
_TOLD_BY: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "skills_": ("skill", _OF_SKILLS),
    "occupations_": ("occupation", _OF_OCCUPATIONS),
    "broaderRelationsOccPillar": ("occupation", ("broader",)),
    "broaderRelationsSkillPillar": ("skill", ("broader",)),
    "occupationSkillRelations": ("occupation", ("relations",)),
    "skillSkillRelations": ("skill", ("relations",)),
}
"""Beginning of the name of a file of ESCO's package → kind and properties that nothing else tells completely."""
_LISTS = {"skills_": "derived__skill_labels", "occupations_": ""}
"""Files that name all concepts of their kind → what may stand for them."""


def silence_of(package: Package) -> Silence:
    """What can a package not tell, because files of it are missing and no reconstructed ones stand for them?"""
    kinds, properties, files = set(), set(), []
    for stem, (kind, names) in _TOLD_BY.items():
        missing = [file for file in package.missing if file.startswith(stem)]
        if not missing or any(file.startswith(f"derived__{stem}") for file in package.rows):
            continue
        files += missing
        properties |= {(kind, name) for name in names}
        stand_in = _LISTS.get(stem)
        if stand_in is not None and not (stand_in and any(file.startswith(stand_in) for file in package.rows)):
            kinds.add(kind)
    return Silence(tuple(files), frozenset(kinds), frozenset(properties))


Version = Mapping[str, Concept]
"""IRI → concept."""


@dataclass(frozen=True)
class Successor:
    """What took the place of a concept: as the data say (`dct:isReplacedBy`), or `is_probable`, by `reason`."""

    concept: Concept
    reason: str
    is_probable: bool


@dataclass(frozen=True)
class Gone:
    """A concept that is removed or retired, and what took its place, if anything is known or likely."""

    concept: Concept
    is_retired: bool
    """Whether the new version still has it, marked as no longer in use."""
    successors: tuple[Successor, ...]


@dataclass(frozen=True)
class Changed:
    """A concept of both versions: property → values that are new, values that are gone."""

    concept: Concept
    properties: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]


@dataclass(frozen=True)
class Touched:
    """An alignment of ours whose object is not what it was; `happened` is removed, retired or changed."""

    alignment: str
    subject: str
    object: str
    happened: str
    properties: tuple[str, ...] = ()
    """What has changed of it."""
    successors: tuple[Successor, ...] = ()


@dataclass(frozen=True)
class Difference:
    """What distinguishes a new version from an old one, each part in the order of the IRIs."""

    added: tuple[Concept, ...]
    gone: tuple[Gone, ...]
    changed: tuple[Changed, ...]
    touched: tuple[Touched, ...] = ()
    silence: Silence = Silence()
    """What was not compared, because one of the versions does not tell it."""

    @property
    def removed(self) -> tuple[Gone, ...]:
        """The concepts that the new version does not have."""
        return tuple(each for each in self.gone if not each.is_retired)

    @property
    def retired(self) -> tuple[Gone, ...]:
        """The concepts that the new version has, but says are no longer in use."""
        return tuple(each for each in self.gone if each.is_retired)

    @property
    def superseded(self) -> tuple[Gone, ...]:
        """The concepts that are removed or retired and have a known or probable successor."""
        return tuple(each for each in self.gone if each.successors)

    @property
    def breaks_an_alignment(self) -> bool:
        """Whether the object of an alignment is removed."""
        return any(each.happened == "removed" for each in self.touched)


def read_version(triples: Iterable[Triple], languages: Iterable[str] = ()) -> Version:
    """Which concepts do statements describe?  A name in one of `languages` goes before one in another."""
    wanted = [*languages, "en"]
    types: dict[str, set[str]] = {}
    values: dict[str, dict[str, set[str]]] = {}
    names: dict[str, dict[str, str]] = {}
    for triple in triples:
        subject, predicate, value = triple.subject, triple.predicate, triple.object
        if not isinstance(subject, NamedNode):
            continue
        if predicate == RDF["type"] and isinstance(value, NamedNode):
            types.setdefault(subject.value, set()).add(value.value)
        elif (name := PROPERTIES.get(predicate)) is not None:
            values.setdefault(subject.value, {}).setdefault(name, set()).add(
                _QUALIFIED.get(predicate, "") + _text(value)
            )
            if predicate == SKOS["prefLabel"] and isinstance(value, Literal):
                names.setdefault(subject.value, {})[value.language or ""] = value.value
    found = {}
    for iri in sorted(types):
        known = names.get(iri, {})
        label = next((known[tag] for tag in wanted if tag in known), next(iter(known.values()), ""))
        told = {name: frozenset(texts) for name, texts in values.get(iri, {}).items()}
        found[iri] = Concept(iri, label, _kind(types[iri]), told)
    return found


def compare_versions(old: Version, new: Version, silence: Silence = Silence()) -> Difference:
    """What distinguishes `new` from `old`?  Names, codes, texts, places and relations count; dates of change do not.

    What one of them does not tell, by `silence`, is not compared.
    """
    added = [new[iri] for iri in sorted(new.keys() - old.keys()) if new[iri].kind not in silence.kinds]
    likely = _Likely(added)
    gone, changed = [], []
    for iri in sorted(old):
        before, after = old[iri], new.get(iri)
        if after is None and before.kind in silence.kinds:
            continue
        if after is None:
            gone.append(Gone(before, False, _replaced(before, new) or likely.successors(before)))
            continue
        if after.is_retired and not before.is_retired:
            replaced = _replaced(after, new)
            gone.append(Gone(before, True, replaced or likely.successors(before)))
        names = sorted(before.values.keys() | after.values.keys())
        parts = {
            name: (tuple(sorted(after.of(name) - before.of(name))), tuple(sorted(before.of(name) - after.of(name))))
            for name in names
            if before.of(name) != after.of(name) and (before.kind, name) not in silence.properties
        }
        if parts:
            changed.append(Changed(after, parts))
    return Difference(tuple(added), tuple(gone), tuple(changed), silence=silence)


def with_alignments(publication: Publication, difference: Difference) -> Difference:
    """The same difference with the alignments of the publication whose object is removed, retired or changed."""
    gone = {each.concept.iri: each for each in difference.gone}
    changed = {each.concept.iri: each for each in difference.changed}
    found = []
    for row in publication.store.select(publication.system("aligned-objects")):
        alignment, subject, value = (getattr(row[name], "value", "") for name in ("alignment", "subject", "object"))
        properties = tuple(changed[value].properties) if value in changed else ()
        if each := gone.get(value):
            happened = "retired" if each.is_retired else "removed"
            found.append(Touched(alignment, subject, value, happened, properties, each.successors))
        elif properties:
            found.append(Touched(alignment, subject, value, "changed", properties))
    return replace(difference, touched=tuple(found))


class _Likely:
    """New concepts that may be old ones under another IRI: they have the same name or the same code, and kind."""

    def __init__(self, added: Iterable[Concept]) -> None:
        self._by: dict[tuple[str, str, str], list[Concept]] = {}
        for concept in added:
            for key in self._keys(concept):
                self._by.setdefault(key, []).append(concept)

    def successors(self, concept: Concept) -> tuple[Successor, ...]:
        """The new concepts that may have taken the place of `concept`."""
        found: dict[str, Successor] = {}
        for key in self._keys(concept):
            for other in self._by.get(key, ()):
                found.setdefault(other.iri, Successor(other, f"same {key[1]}", True))
        return tuple(found.values())

    @staticmethod
    def _keys(concept: Concept) -> list[tuple[str, str, str]]:
        texts = [("label", text.casefold()) for text in sorted(concept.of("label"))]
        texts += [("code", text) for text in sorted(concept.of("code"))]
        return [(concept.kind, name, text) for name, text in texts]


def _replaced(concept: Concept, new: Version) -> tuple[Successor, ...]:
    return tuple(
        Successor(new.get(iri, Concept(iri)), "replaced by", False) for iri in sorted(concept.of("replaced by"))
    )


def _kind(types: set[str]) -> str:
    for name in ("Occupation", "Skill"):
        if ESCO[name].value in types:
            return name.lower()
    return "level" if NQF["Level"].value in types else "concept"


def _text(value: object) -> str:
    if isinstance(value, Literal) and value.language:
        return f"{value.value}@{value.language}"
    return str(getattr(value, "value", value))
