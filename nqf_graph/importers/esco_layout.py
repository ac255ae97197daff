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
}
CODES = {"code": SKOS["notation"], "status": ISO_THES["status"]}
MODIFIED = {"modifiedDate": DCT["modified"]}
NOTE = {"regulatedProfessionNote": ESCO["regulatedProfessionNote"]}
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

TYPES = {
    "Occupation": (ESCO["Occupation"], SKOS["Concept"]),
    "KnowledgeSkillCompetence": (ESCO["Skill"], SKOS["Concept"]),
    "SkillGroup": (SKOS["Concept"],),
    "ISCOGroup": (SKOS["Concept"],),
    "ConceptScheme": (SKOS["ConceptScheme"],),
}


@dataclass(frozen=True)
class Layout:
    """A kind of file: the beginning of its name, what it holds, its columns that must be there."""

    stem: str
    kind: str
    columns: tuple[str, ...]
    core: bool = True
    """Whether a package without it is not whole."""


CONCEPTS = (
    Layout("ISCOGroups", "ISCO groups", ("conceptType", "conceptUri", "code", "preferredLabel")),
    Layout("skillGroups", "skill groups", ("conceptType", "conceptUri", "preferredLabel")),
    Layout("occupations", "occupations", ("conceptType", "conceptUri", "iscoGroup", "preferredLabel")),
    Layout("skills", "skills", ("conceptType", "conceptUri", "skillType", "reuseLevel", "preferredLabel")),
    Layout("conceptSchemes", "concept schemes", ("conceptType", "conceptSchemeUri", "preferredLabel"), core=False),
)
COLLECTIONS = tuple(
    Layout(f"{name}Collection", "collection entries", ("conceptType", "conceptUri", "preferredLabel"), core=False)
    for name in (
        "digCompSkills", "digitalSkills", "greenSkills", "languageSkills", "researchOccupations", "researchSkills",
        "transversalSkills",
    )
)  # fmt: skip
BROADER = (
    Layout("broaderRelationsOccPillar", "broader relations", ("conceptType", "conceptUri", "broaderUri")),
    Layout("broaderRelationsSkillPillar", "broader relations", ("conceptType", "conceptUri", "broaderUri")),
)
HIERARCHY = Layout("skillsHierarchy", "hierarchy rows", ("Level 0 URI", "Level 3 URI"), core=False)
OCCUPATION_SKILLS = Layout(
    "occupationSkillRelations", "occupation-skill relations", ("occupationUri", "relationType", "skillUri")
)
SKILL_SKILLS = Layout(
    "skillSkillRelations", "skill-skill relations", ("originalSkillUri", "relationType", "relatedSkillUri")
)
SILENT = (
    Layout("greenShareOcc", "green shares", ("conceptUri", "greenShare"), core=False),
    Layout("dictionary", "columns", ("filename", "data header", "property"), core=False),
)
"""Files that are read for their rows only: ESCO's model has no property for what they say."""
RECONSTRUCTED = (
    Layout("derived__skill_labels", "skills", ("conceptUri", "skillType", "reuseLevel", "preferredLabel"), core=False),
    Layout("derived__occupationSkillRelations", OCCUPATION_SKILLS.kind, OCCUPATION_SKILLS.columns, core=False),
)
"""Files that others have put together in place of official ones; read only where less than a whole package will do."""
ALL = (*CONCEPTS, *COLLECTIONS, *RECONSTRUCTED, HIERARCHY, *BROADER, OCCUPATION_SKILLS, SKILL_SKILLS, *SILENT)
"""All files, in the order in which they are read."""

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
