"""The slots of SSSOM 1.1 in the order of its schema: what kind of value each takes, and which property it is in RDF."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nqf_graph.terms import DCT, OWL, PAV, PROV, RDF, RDFS, SKOS, SSSOM

TEXT, ENTITY, URI, DATE, NUMBER = "text", "entity reference", "URI", "date", "number"

ENTITY_TYPES = {
    "owl class": OWL["Class"].value,
    "owl object property": OWL["ObjectProperty"].value,
    "owl data property": OWL["DataProperty"].value,
    "owl annotation property": OWL["AnnotationProperty"].value,
    "owl named individual": OWL["NamedIndividual"].value,
    "skos concept": SKOS["Concept"].value,
    "rdfs resource": RDFS["Resource"].value,
    "rdfs class": RDFS["Class"].value,
    "rdfs literal": RDFS["Literal"].value,
    "rdfs datatype": RDFS["Datatype"].value,
    "rdf property": RDF["Property"].value,
    "composed entity expression": SSSOM["ComposedEntityExpression"].value,
}
ENUMERATIONS: Mapping[str, Mapping[str, str]] = {
    "version": {"1.0": SSSOM["version1.0"].value, "1.1": SSSOM["version1.1"].value},
    "entity type": ENTITY_TYPES,
    "modifier": {"Not": SSSOM["NegatedPredicate"].value},
    "cardinality": dict.fromkeys(("1:1", "1:n", "n:1", "n:n", "1:0", "0:1", "0:0"), ""),
}
"""Kind → value → the IRI that stands for it in RDF, as the schema has it; empty where it is a text there too."""
LITERAL = "rdfs literal"
NO_TERM_FOUND = SSSOM["NoTermFound"].value


@dataclass(frozen=True)
class Slot:
    """A slot: its name, the kind of its values, whether it takes several, and its property in RDF."""

    name: str
    kind: str = TEXT
    multivalued: bool = False
    propagated: bool = False
    """Whether a value of the set stands for the same value of every mapping."""
    since: str = "1.0"
    property: str = ""
    limits: tuple[float, float] | None = None


_PROPERTIES = {
    "mapping_set_version": OWL["versionInfo"],
    "mapping_set_source": PROV["wasDerivedFrom"],
    "mapping_set_title": DCT["title"],
    "mapping_set_description": DCT["description"],
    "creator_id": DCT["creator"],
    "license": DCT["license"],
    "mapping_date": DCT["created"],
    "publication_date": DCT["issued"],
    "see_also": RDFS["seeAlso"],
    "comment": RDFS["comment"],
    "subject_id": OWL["annotatedSource"],
    "predicate_id": OWL["annotatedProperty"],
    "object_id": OWL["annotatedTarget"],
    "author_id": PAV["authoredBy"],
}
_KINDS = {
    "sssom_version": "version", "mapping_set_id": URI, "mapping_set_source": URI, "license": URI,
    "mapping_provider": URI, "see_also": URI, "issue_tracker": URI, "mapping_date": DATE, "publication_date": DATE,
    "review_date": DATE, "mapping_set_confidence": NUMBER, "confidence": NUMBER, "reviewer_agreement": NUMBER,
    "similarity_score": NUMBER, "predicate_modifier": "modifier", "mapping_cardinality": "cardinality",
    "subject_type": "entity type", "object_type": "entity type", "predicate_type": "entity type",
} | dict.fromkeys(
    (
        "record_id", "subject_id", "predicate_id", "object_id", "mapping_justification", "author_id", "reviewer_id",
        "creator_id", "subject_source", "object_source", "mapping_source", "mapping_tool_id", "curation_rule",
        "subject_match_field", "object_match_field", "subject_preprocessing", "object_preprocessing",
        "issue_tracker_item",
    ),
    ENTITY,
)  # fmt: skip
_MULTIVALUED = {
    "mapping_set_source", "creator_id", "creator_label", "author_id", "author_label", "reviewer_id", "reviewer_label",
    "cardinality_scope", "subject_match_field", "object_match_field", "match_string", "subject_preprocessing",
    "object_preprocessing", "curation_rule", "curation_rule_text", "see_also",
}  # fmt: skip
_PROPAGATED = {
    "subject_type", "subject_source", "subject_source_version", "object_type", "object_source", "object_source_version",
    "predicate_type", "mapping_provider", "cardinality_scope", "mapping_tool", "mapping_tool_id",
    "mapping_tool_version", "mapping_date", "subject_match_field", "object_match_field", "subject_preprocessing",
    "object_preprocessing", "similarity_measure", "curation_rule", "curation_rule_text",
}  # fmt: skip
_NEW_IN_1_1 = {
    "sssom_version", "mapping_set_confidence", "predicate_type", "cardinality_scope", "mapping_tool_id", "record_id",
    "review_date", "reviewer_agreement",
}  # fmt: skip
_NEW_FOR_SETS = {"similarity_measure", "curation_rule", "curation_rule_text"}
_SET = (
    "sssom_version", "mapping_set_id", "mapping_set_version", "mapping_set_source", "mapping_set_title",
    "mapping_set_description", "mapping_set_confidence", "creator_id", "creator_label", "license", "subject_type",
    "subject_source", "subject_source_version", "object_type", "object_source", "object_source_version",
    "predicate_type", "mapping_provider", "cardinality_scope", "mapping_tool", "mapping_tool_id",
    "mapping_tool_version", "mapping_date", "publication_date", "subject_match_field", "object_match_field",
    "subject_preprocessing", "object_preprocessing", "similarity_measure", "curation_rule", "curation_rule_text",
    "see_also", "issue_tracker", "other", "comment",
)  # fmt: skip
_MAPPING = (
    "record_id", "subject_id", "subject_label", "subject_category", "predicate_id", "predicate_label",
    "predicate_modifier", "object_id", "object_label", "object_category", "mapping_justification", "author_id",
    "author_label", "reviewer_id", "reviewer_label", "creator_id", "creator_label", "license", "subject_type",
    "subject_source", "subject_source_version", "object_type", "object_source", "object_source_version",
    "predicate_type", "mapping_provider", "mapping_source", "mapping_cardinality", "cardinality_scope",
    "mapping_tool", "mapping_tool_id", "mapping_tool_version", "mapping_date", "publication_date", "review_date",
    "confidence", "reviewer_agreement", "curation_rule", "curation_rule_text", "subject_match_field",
    "object_match_field", "match_string", "subject_preprocessing", "object_preprocessing", "similarity_score",
    "similarity_measure", "see_also", "issue_tracker_item", "other", "comment",
)  # fmt: skip
_LIMITS = dict.fromkeys(("mapping_set_confidence", "confidence", "similarity_score"), (0.0, 1.0)) | {
    "reviewer_agreement": (-1.0, 1.0)
}


def _slot(name: str, new: set[str]) -> Slot:
    return Slot(
        name,
        _KINDS.get(name, TEXT),
        name in _MULTIVALUED,
        name in _PROPAGATED,
        "1.1" if name in new else "1.0",
        _PROPERTIES.get(name, SSSOM[name]).value,
        _LIMITS.get(name),
    )


SET_SLOTS: Mapping[str, Slot] = {name: _slot(name, _NEW_IN_1_1 | _NEW_FOR_SETS) for name in _SET}
"""Slots of a mapping set but for `curie_map`, `mappings` and `extension_definitions`."""
MAPPING_SLOTS: Mapping[str, Slot] = {name: _slot(name, _NEW_IN_1_1) for name in _MAPPING}
