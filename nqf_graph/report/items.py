"""The topics and criteria with their findings, and whether a finding fits the evidence that can be asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pyoxigraph import Literal, NamedNode

from nqf_graph.report.asking import Asked
from nqf_graph.report.facts import Facts, last
from nqf_graph.report.model import Check, Comparison, Item, Judgement, Query, Text
from nqf_graph.terms import DCT, NQF, SKOS, XSD

_TOPIC = NQF["ComparisonTopic"].value
_CLAIMS = ("met", "partlyMet")


def items_of(facts: Facts, compared: Comparison, asked: Asked) -> tuple[Item, ...]:
    """Every topic and criterion in the order of their numbers, with what is found on it by the day of the report."""
    publication = facts.publication
    query = publication.system(
        "report-items",
        edition=str(NamedNode(compared.edition.iri)),
        reference=str(NamedNode(compared.reference.iri)),
        as_of=str(Literal(compared.as_of, datatype=XSD["date"])),
    )
    sets: dict[str, str] = {}
    findings: dict[str, list[str]] = {}
    for row in publication.store.select(query):
        item, class_, finding = row["item"], row["class"], row["finding"]
        if isinstance(item, NamedNode) and isinstance(class_, NamedNode):
            sets[item.value] = "topic" if class_.value == _TOPIC else "criterion"
            findings.setdefault(item.value, []).extend([finding.value] if isinstance(finding, NamedNode) else [])
    facts.read({*sets, *(finding for some in findings.values() for finding in some)})
    ordered = sorted(sets, key=lambda iri: (sets[iri] != "topic", _place(facts.plain(iri, SKOS["notation"])), iri))
    return tuple(_item(facts, asked, iri, sets[iri], findings[iri]) for iri in ordered)


def _place(notation: str) -> tuple[int, str]:
    return (int(notation) if notation.isdigit() else 10**6), notation


def _item(facts: Facts, asked: Asked, iri: str, set_: str, findings: Sequence[str]) -> Item:
    judged = sorted((_judgement(facts, finding) for finding in findings), key=lambda found: (found.date, found.iri))
    judgement = judged[-1] if judged else None
    queries = tuple(asked(value.value) for value in facts.values(iri, NQF["evidenceQuestion"]))
    status = facts.plain(iri, NQF["dataStatus"])
    return Item(
        iri=iri,
        set=set_,
        notation=facts.plain(iri, SKOS["notation"]),
        name=facts.name(iri),
        description=facts.text(iri, DCT["description"]),
        note=facts.text(iri, SKOS["editorialNote"]),
        status=last(status),
        status_name=facts.name(status).text if status else "",
        sources=facts.cite(iri),
        judgement=judgement,
        earlier=tuple(reversed(judged[:-1])),
        queries=tuple(query.key for query in queries),
        checks=checks_of(judgement, judged[:-1], queries),
    )


def _judgement(facts: Facts, iri: str) -> Judgement:
    status, confidence = facts.plain(iri, NQF["dataStatus"]), facts.plain(iri, NQF["confidence"])
    evidence, counter = (
        tuple(replace(record, sources=facts.cite(record.iri)) for record in facts.things(facts.links(iri, NQF[word])))
        for word in ("hasEvidence", "counterEvidence")
    )
    return Judgement(
        iri=iri,
        result=last(facts.plain(iri, NQF["findingResult"])),
        text=facts.text(iri, DCT["description"]) or facts.name(iri) or Text(""),
        authors=facts.things(facts.links(iri, DCT["creator"])),
        date=facts.plain(iri, DCT["date"]),
        status=last(status),
        status_name=facts.name(status).text if status else "",
        confidence=facts.name(confidence).text if confidence else "",
        sources=facts.cite(iri),
        evidence=evidence,
        counter_evidence=counter,
    )


def checks_of(judgement: Judgement | None, earlier: Sequence[Judgement], queries: Sequence[Query]) -> tuple[Check, ...]:
    """Where do a finding and the answers to its evidence questions not fit each other?  Nothing: they fit.

    `not-answerable`: a question that cannot be asked.  `no-question`: nothing to test the finding by.  `no-rows`:
    it claims something, and no question gives a row.  `nothing-official`: it claims something, and neither a row nor
    its own evidence rests on an official record.  `rows-after-all`: it says that there is no evidence, and there are
    official rows.  `no-finding`: nobody has judged.  `two-findings`: two findings of one day say different things.
    """
    found = [Check("not-answerable", (query.key,)) for query in queries if query.problem]
    asked = [query for query in queries if not query.problem]
    keys = tuple(query.key for query in asked)
    rows, official = sum(query.total for query in asked), sum(query.official for query in asked)
    supported = official or any(record.status == "official" for record in (judgement.evidence if judgement else ()))
    if judgement is None:
        return (*found, Check("no-finding", keys))
    if not queries:
        found.append(Check("no-question"))
    if judgement.result in _CLAIMS and queries and not rows:
        found.append(Check("no-rows", keys))
    elif judgement.result in _CLAIMS and rows and not supported:
        found.append(Check("nothing-official", keys))
    elif judgement.result == "notEvidenced" and official:
        found.append(Check("rows-after-all", tuple(query.key for query in asked if query.official)))
    if any(other.date == judgement.date and other.result != judgement.result for other in earlier):
        found.append(Check("two-findings"))
    return tuple(found)
