"""A report as JSON-LD: every finding, level, open question, source, rule and query as a node, in plain words."""

from __future__ import annotations

import json
from typing import Any

from nqf_graph.report.model import Counterpart, Item, LevelRow, Open, Query, Report, RuleResult, Source
from nqf_graph.report.wording import Wording, item_anchor
from nqf_graph.terms import DCT, NQF, PROV, SCHEMA, SH, SKOS, XSD

Json = dict[str, Any]


def _link(iri: str) -> Json:
    return {"@id": iri, "@type": "@id"}


def _typed(iri: str, datatype: str) -> Json:
    return {"@id": iri, "@type": XSD[datatype].value}


CONTEXT: Json = {
    "@version": 1.1,
    "id": "@id",
    "type": "@type",
    "nqf": NQF.iri,
    "schema": SCHEMA.iri,
    "skos": SKOS.iri,
    "Report": SCHEMA["Report"].value,
    "Question": SCHEMA["Question"].value,
    "ListItem": SCHEMA["ListItem"].value,
    "PropertyValue": SCHEMA["PropertyValue"].value,
    "Finding": NQF["TopicFinding"].value,
    "ComparisonTopic": NQF["ComparisonTopic"].value,
    "ReferencingCriterion": NQF["ReferencingCriterion"].value,
    "FrameworkEdition": NQF["FrameworkEdition"].value,
    "Level": NQF["Level"].value,
    "Source": NQF["Source"].value,
    "Rule": NQF["Rule"].value,
    "Query": SH["SPARQLSelectExecutable"].value,
    "Activity": PROV["Activity"].value,
    "name": SCHEMA["name"].value,
    "language": SCHEMA["inLanguage"].value,
    "asOf": _typed(SCHEMA["temporalCoverage"].value, "date"),
    "state": SCHEMA["version"].value,
    "publisher": _link(DCT["publisher"].value),
    "license": _link(DCT["license"].value),
    "generatedBy": PROV["wasGeneratedBy"].value,
    "command": SCHEMA["instrument"].value,
    "used": _link(PROV["used"].value),
    "framework": NQF["editionOf"].value,
    "findingAbout": NQF["findingAbout"].value,
    "comparedWith": NQF["comparedWith"].value,
    "findings": {"@id": SCHEMA["hasPart"].value, "@container": "@list"},
    "findingOn": NQF["findingOn"].value,
    "result": _link(NQF["findingResult"].value),
    "text": SCHEMA["text"].value,
    "author": _link(DCT["creator"].value),
    "date": _typed(DCT["date"].value, "date"),
    "dataStatus": _link(NQF["dataStatus"].value),
    "source": _link(DCT["source"].value),
    "evidence": _link(NQF["hasEvidence"].value),
    "counterEvidence": _link(NQF["counterEvidence"].value),
    "query": _link(PROV["wasDerivedFrom"].value),
    "misfit": SCHEMA["comment"].value,
    "notation": SKOS["notation"].value,
    "levels": {"@id": SCHEMA["itemListElement"].value, "@container": "@list"},
    "verdict": SCHEMA["disambiguatingDescription"].value,
    "counterparts": {"@id": SCHEMA["item"].value, "@container": "@set"},
    "counterpart": NQF["alignedObject"].value,
    "relation": _link(NQF["relation"].value),
    "kind": SCHEMA["category"].value,
    "status": SCHEMA["creativeWorkStatus"].value,
    "confidence": _typed(NQF["confidenceScore"].value, "decimal"),
    "alignments": _link(SCHEMA["isBasedOn"].value),
    "order": SCHEMA["award"].value,
    "openQuestions": {"@id": SCHEMA["mentions"].value, "@container": "@list"},
    "identifier": SCHEMA["identifier"].value,
    "about": SCHEMA["about"].value,
    "origin": _link(SCHEMA["citation"].value),
    "sources": {"@id": DCT["references"].value, "@container": "@set"},
    "page": _link(SCHEMA["url"].value),
    "confidenceOfRecords": SCHEMA["reviewRating"].value,
    "rules": {"@id": DCT["conformsTo"].value, "@container": "@set"},
    "queries": {"@id": SCHEMA["isBasedOnUrl"].value, "@container": "@set"},
    "rows": SCHEMA["numberOfItems"].value,
    "details": {"@id": SCHEMA["additionalProperty"].value, "@container": "@set"},
    "value": SCHEMA["value"].value,
    "sparql": SH["select"].value,
    "problem": SCHEMA["error"].value,
}


def to_json_ld(report: Report) -> bytes:
    """The document; the words that it uses stand in its context, so that it can be read offline."""
    compared, say = report.comparison, Wording(report)
    addresses = {query.key: query.address or f"{report.address}#query-{query.key}" for query in report.queries}
    document: Json = {
        "@context": CONTEXT,
        "id": report.address,
        "type": "Report",
        "name": say("title", left=compared.framework.name, right=compared.reference.name),
        "language": report.language,
        "asOf": compared.as_of,
        "state": report.state,
        "publisher": report.publisher,
        "license": report.licence,
        "generatedBy": {"type": "Activity", "command": report.command, "used": sorted(addresses.values())},
        "findingAbout": _edition(compared.edition, compared.framework),
        "comparedWith": _edition(compared.reference_edition, compared.reference),
        "findings": [_finding(item, report, addresses) for item in report.items],
        "levels": [_level(row) for row in report.levels.rows],
        "order": list(report.levels.order),
        "openQuestions": [_open(one, report, addresses) for one in report.open],
        "sources": [_source(source) for source in report.sources],
        "rules": [_rule(rule) for rule in report.rules],
        "queries": [_query(query, addresses) for query in report.queries],
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _edition(edition: Any, framework: Any) -> Json:
    whole = {"id": framework.iri, "name": framework.name}
    return {"id": edition.iri, "type": "FrameworkEdition", "name": edition.name, "framework": whole}


def _finding(item: Item, report: Report, addresses: dict[str, str]) -> Json:
    """A finding; where there is none, the node says so, and has an IRI of this report."""
    judgement = item.judgement
    kind = "ComparisonTopic" if item.set == "topic" else "ReferencingCriterion"
    node: Json = {
        "id": judgement.iri if judgement else f"{report.address}#{item_anchor(item)}",
        "type": "Finding",
        "findingOn": {"id": item.iri, "type": kind, "notation": item.notation, "name": item.name.text},
        "result": NQF[item.result].value,
        "query": [addresses[key] for key in item.queries],
        "misfit": [check.kind for check in item.checks],
    }
    if judgement:
        node |= {"text": judgement.text.text, "author": [author.iri for author in judgement.authors]}
        node |= {"date": judgement.date} if judgement.date else {}
        node |= {"dataStatus": NQF[judgement.status].value} if judgement.status else {}
        node |= {"source": list(judgement.sources), "evidence": [record.iri for record in judgement.evidence]}
        node |= {"counterEvidence": [record.iri for record in judgement.counter_evidence]}
    return node


def _level(row: LevelRow) -> Json:
    return {
        "id": row.level.iri,
        "type": "Level",
        "notation": row.notation,
        "name": row.level.name,
        "verdict": row.verdict,
        "counterparts": [_counterpart(one) for one in row.counterparts],
        "alignments": [alignment.iri for alignment in row.no_match],
    }


def _counterpart(one: Counterpart) -> Json:
    return {
        "type": "ListItem",
        "counterpart": {"id": one.level.iri, "notation": one.notation, "name": one.level.name},
        "relation": SKOS[one.relation].value,
        "kind": one.kind,
        "status": one.status,
        "alignments": [alignment.iri for alignment in one.alignments],
        "evidence": [record.iri for record in one.evidence],
        "counterEvidence": [record.iri for record in one.counter_evidence],
    } | ({"confidence": one.score} if one.score else {})


def _open(one: Open, report: Report, addresses: dict[str, str]) -> Json:
    rules = {rule.number: rule.iri for rule in report.rules}
    origins = [addresses[key] for key in one.queries] + [rules[number] for number in one.rules]
    return {
        "type": "Question",
        "identifier": one.kind,
        "about": {"id": one.about.iri, "name": one.about.name},
        "origin": origins + [record.iri for record in one.records],
    } | ({"text": one.text.text} if one.text.text else {})


def _source(source: Source) -> Json:
    node: Json = {"id": source.iri, "type": "Source", "identifier": source.label, "name": source.name.text}
    node |= {"kind": source.kind, "confidenceOfRecords": list(source.confidences)}
    return node | ({"page": source.page} if source.page else {})


def _rule(rule: RuleResult) -> Json:
    return {
        "id": rule.iri, "type": "Rule", "identifier": rule.number, "name": rule.title, "rows": len(rule.findings),
    }  # fmt: skip


def _query(query: Query, addresses: dict[str, str]) -> Json:
    node: Json = {"id": addresses[query.key], "type": "Query", "identifier": query.id, "name": query.title}
    if query.problem:
        return node | {"problem": query.problem}
    counted = {"type": "PropertyValue", "name": NQF["official"].value, "value": query.official}
    return node | {"text": query.question, "rows": query.total, "details": [counted], "sparql": query.text}
