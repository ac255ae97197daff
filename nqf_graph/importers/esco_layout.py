"""The layout of ESCO's CSV package: which files there are, which columns they have, what each column means.

Source: `dictionary_en.csv` of the package v1.2.1, which names the RDF property of every column.
"""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import NamedNode

from nqf_graph.terms import DCT, ESCO, ESCO_THINGS, ISO_THES, SKOS

LABELS = {"preferredLabel": SKOS["prefLabel"]}
LABEL_LISTS = {"altLabels": SKOS["altLabel"], "hiddenLabels": SKOS["hiddenLabel"]}
TEXTS = {
    "description": DCT["description"],
    "definition": SKOS["definition"],
    "scopeNote": SKOS["scopeNote"],
    "title": DCT["title"],
}
ADDRESSES = {
    "inScheme": SKOS["inScheme"],
    "hasTopConcept": SKOS["hasTopConcept"],
    "naceCode": ESCO["hasNACECode"],
    "broaderConceptUri": SKOS["broader"],
    "regulatedProfessionNote": ESCO["regulatedProfessionNote"],
}
CODES = {"code": SKOS["notation"], "status": ISO_THES["status"]}
MODIFIED = {"modifiedDate": DCT["modified"]}
TAGS = {"skillType": ESCO["skillType"], "reuseLevel": ESCO["skillReuseLevel"]}

TAG_VALUES = {
    "skillType": {"skill/competence": "skill-type/skill", "knowledge": "skill-type/knowledge"},
    "reuseLevel": {
        name: f"skill-reuse-level/{name}"
        for name in ("transversal", "cross-sector", "sector-specific", "occupation-specific")
    },
}
"""Column → word in the table → what stands for it below http://data.europa.eu/esco/."""

RELATIONS = {
    "essential": (ESCO["relatedEssentialSkill"], ESCO["isEssentialSkillFor"]),
    "optional": (ESCO["relatedOptionalSkill"], ESCO["isOptionalSkillFor"]),
}
"""Word in the table → the property, and its inverse."""

NAMED_BY_HIERARCHY = "skill groups that only the hierarchy names"
TYPES = {
    "occupations": (ESCO["Occupation"], SKOS["Concept"]),
    "skills": (ESCO["Skill"], SKOS["Concept"]),
    "skill groups": (SKOS["Concept"],),
    NAMED_BY_HIERARCHY: (SKOS["Concept"],),
    "ISCO groups": (SKOS["Concept"],),
    "concept schemes": (SKOS["ConceptScheme"],),
}
"""Kind of thing → its classes."""


@dataclass(frozen=True)
class Layout:
    """A kind of file: the beginning of its name, what it holds, and its columns in all versions from 1.1 on."""

    stem: str
    kind: str
    columns: tuple[str, ...]
    needed: tuple[str, ...]
    """Those without which its rows say nothing: less than a whole package may have them alone."""
    core: bool = True
    """Whether a package without it is not whole."""
    rows_may_be_short: bool = False
    """Whether ESCO itself writes rows with fewer cells than columns."""


def _layout(stem: str, kind: str, columns: str, needed: str, **options: bool) -> Layout:
    return Layout(stem, kind, tuple(columns.split()), tuple(needed.split()), **options)


CONCEPTS = (
    _layout(
        "ISCOGroups", "ISCO groups",
        "conceptType conceptUri code preferredLabel status altLabels inScheme description",
        "conceptType conceptUri code preferredLabel",
    ),
    _layout(
        "skillGroups", "skill groups",
        "conceptType conceptUri preferredLabel altLabels hiddenLabels status modifiedDate scopeNote inScheme"
        " description code",
        "conceptType conceptUri preferredLabel",
    ),
    _layout(
        "occupations", "occupations",
        "conceptType conceptUri iscoGroup preferredLabel altLabels hiddenLabels status modifiedDate"
        " regulatedProfessionNote scopeNote definition inScheme description code",
        "conceptType conceptUri iscoGroup preferredLabel",
    ),
    _layout(
        "skills", "skills",
        "conceptType conceptUri skillType reuseLevel preferredLabel altLabels hiddenLabels status modifiedDate"
        " scopeNote definition inScheme description",
        "conceptType conceptUri skillType reuseLevel preferredLabel",
    ),
    _layout(
        "conceptSchemes", "concept schemes",
        "conceptType conceptSchemeUri preferredLabel title status description hasTopConcept",
        "conceptType conceptSchemeUri preferredLabel",
        core=False,
    ),
)  # fmt: skip
SCHEME_OF = {
    "digCompSkillsCollection": "digcomp",
    "digitalSkillsCollection": "6c930acd-c104-4ece-acf7-f44fd7333036",
    "greenSkillsCollection": "green",
    "languageSkillsCollection": "skill-language-groups",
    "researchOccupationsCollection": "8ae4b9f3-507e-4057-a145-2f96f0132613",
    "researchSkillsCollection": "research",
    "transversalSkillsCollection": "skill-transversal-groups",
}
"""Collection → the scheme that its concepts are in, below http://data.europa.eu/esco/concept-scheme/."""
COLLECTIONS = tuple(
    _layout(
        stem, "collection entries",
        "conceptType conceptUri preferredLabel status altLabels description broaderConceptUri"
        + ("" if "Occupations" in stem else " skillType reuseLevel"),
        "conceptType conceptUri preferredLabel",
        core=False,
    )
    for stem in SCHEME_OF
)  # fmt: skip
_PAIR = "conceptType conceptUri broaderType broaderUri"
BROADER = (
    _layout("broaderRelationsOccPillar", "broader relations", _PAIR, "conceptUri broaderUri"),
    _layout("broaderRelationsSkillPillar", "broader relations", _PAIR, "conceptUri broaderUri"),
)
HIERARCHY = Layout(
    "skillsHierarchy",
    "hierarchy rows",
    (
        *(f"Level {number} {what}" for number in range(4) for what in ("URI", "preferred term", "code")),
        "Description",
        "Scope note",
    ),
    tuple(f"Level {number} {what}" for number in range(4) for what in ("URI", "preferred term")),
    core=False,
    rows_may_be_short=True,
)
OCCUPATION_SKILLS = _layout(
    "occupationSkillRelations", "occupation-skill relations",
    "occupationUri relationType skillType skillUri", "occupationUri relationType skillUri",
)  # fmt: skip
SKILL_SKILLS = _layout(
    "skillSkillRelations", "skill-skill relations",
    "originalSkillUri originalSkillType relationType relatedSkillType relatedSkillUri",
    "originalSkillUri relationType relatedSkillUri",
)  # fmt: skip
GREEN_SHARE = _layout(
    "greenShareOcc", "green shares", "conceptType conceptUri code preferredLabel greenShare", "conceptUri greenShare",
    core=False,
)  # fmt: skip
"""A share for each occupation and group: ESCO's model has no property for it."""
RECONSTRUCTED = (
    _layout(
        "derived__skill_labels", "skills",
        "conceptUri skillType reuseLevel preferredLabel", "conceptUri skillType reuseLevel preferredLabel",
        core=False,
    ),
    _layout(
        "derived__occupationSkillRelations", OCCUPATION_SKILLS.kind,
        "occupationUri relationType skillUri", "occupationUri relationType skillUri",
        core=False,
    ),
)  # fmt: skip
"""Files that others have put together in place of official ones; read only where less than a whole package will do."""
ALL = (*CONCEPTS, *COLLECTIONS, *RECONSTRUCTED, *BROADER, HIERARCHY, OCCUPATION_SKILLS, SKILL_SKILLS, GREEN_SHARE)
"""All files, in the order in which they are read."""
DICTIONARY = "dictionary"
"""The beginning of the name of the file that describes the columns of the others."""

KNOWN = frozenset(
    (
        *LABELS, *LABEL_LISTS, *TEXTS, *ADDRESSES, *CODES, *MODIFIED, *TAGS,
        "conceptLabel", "broaderLabel", "occupationLabel", "skillLabel", "originalSkillLabel", "relatedSkillLabel",
        "broaderConceptPT", "label_source",
    )
)  # fmt: skip
"""Columns that may be there beside those of the layout: new ones, and labels that repeat those of the concept."""

KIND_TYPES = {
    "occupations": "Occupation",
    "skills": "KnowledgeSkillCompetence",
    "skill groups": "SkillGroup",
    "ISCO groups": "ISCOGroup",
    "concept schemes": "ConceptScheme",
}
"""What a file holds → what its column conceptType says."""


def group_of(code: str) -> NamedNode:
    """The IRI of the ISCO-08 group with this code."""
    return ESCO_THINGS[f"isco/C{code}"]
