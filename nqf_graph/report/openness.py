"""What is still open, collected from findings, levels, disputed records and rules, each with where it comes from."""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import Literal, NamedNode

from nqf_graph.report.asking import Asked
from nqf_graph.report.facts import Facts, last
from nqf_graph.report.model import Item, Levels, Open, RuleResult, Text

RULES = tuple(f"R{number}" for number in range(50, 60))
"""The numbers that rules about alignments have."""
MISSING, DISPUTED = "frameworks/level-gaps", "law/single-source-claims"
ADVICE = "governance/findings"
_UNSETTLED = ("open", "notEvidenced", "partlyMet")


def rules_of(asked: Asked) -> tuple[RuleResult, ...]:
    """The rules about alignments, and what they find in the present state."""
    facts, query = asked.facts, asked(ADVICE)
    found: dict[str, list[tuple[str, str]]] = {}
    for row in asked.rows(ADVICE):
        rule, record, advice = row["rule"], row["record"], row["advice"]
        if isinstance(rule, NamedNode) and isinstance(record, NamedNode):
            told = advice.value if isinstance(advice, Literal) else ""
            found.setdefault(last(rule.value), []).append((record.value, told))
    facts.read(record for number in RULES for record, _ in found.get(number, ()))
    results = []
    for number in RULES:
        rule_ = facts.publication.rules.get(number)
        if rule_ is not None:
            some = tuple(dict.fromkeys((facts.thing(record), told) for record, told in found.get(number, ())))
            results.append(
                RuleResult(number, rule_.iri, rule_.severity, rule_.title[facts.language], some, query.key)
            )  # fmt: skip
    return tuple(results)


def open_of(
    asked: Asked, items: Iterable[Item], levels: Levels, rules: Iterable[RuleResult]
) -> tuple[Open, ...]:  # fmt: skip
    """Every open question, in the order: findings, levels, descriptors, disputes, advice of rules."""
    return (
        *_of_items(asked.facts, items),
        *_of_levels(levels),
        *_of_descriptors(asked),
        *_of_disputes(asked),
        *_of_rules(rules),
    )


def _of_items(facts: Facts, items: Iterable[Item]) -> list[Open]:
    found = []
    for item in items:
        about = facts.thing(item.iri)
        if item.judgement is None:
            found.append(Open("no-finding", about, Text(""), item.queries))
        elif item.result in _UNSETTLED:
            records = (facts.thing(item.judgement.iri),)
            found.append(Open(f"finding-{item.result}", about, item.judgement.text, item.queries, (), records))
        for check in item.checks:
            if check.kind != "no-finding":
                judged = (facts.thing(item.judgement.iri),) if item.judgement else ()
                found.append(Open(f"check-{check.kind}", about, Text(""), check.queries or item.queries, (), judged))
    return found


def _of_levels(levels: Levels) -> list[Open]:
    if not levels.is_connected:
        return []
    gaps = (levels.queries[-1],)
    silent = [
        Open("level-nothing-said", row.level, Text(""), gaps) for row in levels.rows if row.verdict == "nothing-said"
    ]
    none = [
        Open("level-no-match", row.level, Text(""), gaps, (), row.no_match)
        for row in levels.rows
        if row.verdict == "no-match"
    ]
    return silent + none


def _of_descriptors(asked: Asked) -> list[Open]:
    """Levels of the first edition that say nothing in a dimension."""
    query, facts = asked(MISSING), asked.facts
    edition = NamedNode(asked.comparison.edition.iri)
    found: dict[str, list[str]] = {}
    for row in asked.rows(MISSING):
        dimension, level = row["dimension"], row["level"]
        is_ours = row["edition"] == edition
        if is_ours and isinstance(dimension, NamedNode) and isinstance(level, NamedNode):
            found.setdefault(level.value, []).append(facts.name(dimension.value).text)
    facts.read(found)
    return [
        Open("descriptor-missing", facts.thing(level), Text(", ".join(dict.fromkeys(names))), (query.key,))
        for level, names in found.items()
    ]


def _of_disputes(asked: Asked) -> list[Open]:
    """Records with a property on which sources disagree."""
    query, facts = asked(DISPUTED), asked.facts
    found: dict[str, list[str]] = {}
    for row in asked.rows(DISPUTED):
        claim, disputed = row["claim"], row["disputed"]
        if isinstance(claim, NamedNode) and isinstance(disputed, NamedNode):
            found.setdefault(claim.value, []).append(facts.name(disputed.value).text)
    facts.read(found)
    return [
        Open("disputed", facts.thing(claim), Text(", ".join(dict.fromkeys(names))), (query.key,))
        for claim, names in found.items()
    ]


def _of_rules(rules: Iterable[RuleResult]) -> list[Open]:
    return [
        Open("advice", about, Text(message), (rule.query,), (rule.number,))
        for rule in rules
        for about, message in rule.findings
    ]
