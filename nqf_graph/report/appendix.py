"""The appendices: sources, rules about alignments, queries in full, what the words mean."""

from __future__ import annotations

from nqf_graph.report.document import Code, Fact, Facts, Section, Span, Spans, Table
from nqf_graph.report.model import Meaning, Query, RuleResult, Source
from nqf_graph.report.wording import Wording, join, section, source_anchor, text


def appendices(say: Wording, first: int) -> tuple[Section, ...]:
    """The appendices, numbered from `first`."""
    return (
        _sources(say, str(first)),
        _rules(say, str(first + 1)),
        _queries(say, str(first + 2)),
        _legend(say, str(first + 3)),
    )


def anchored(anchor: str, label: str, link: str = "") -> Span:
    """A span that references lead to."""
    return Span(label, link, "strong", anchor=anchor)


def _sources(say: Wording, number: str) -> Section:
    columns = tuple(say(f"col_{word}") for word in ("label", "name", "kind", "official", "confidences"))
    rows = tuple(_source(say, source) for source in say.report.sources)
    table = Table(say("sources_table"), columns, rows, (1.5, 6, 3, 2, 4))
    return section(number, say("section_sources"), "sources", [table])


def _source(say: Wording, source: Source) -> tuple[Spans, ...]:
    page: Spans = (Span(" "), Span(source.page, source.page, "quiet")) if source.page else ()
    return (
        (anchored(source_anchor(source.label), source.label, source.iri),),
        (*text(source.name), *page),
        (Span(source.kind),),
        (Span(say("yes" if source.is_official else "no")),),
        (Span(", ".join(source.confidences) or say("none_stated"), style="" if source.confidences else "quiet"),),
    )


def _rules(say: Wording, number: str) -> Section:
    columns = tuple(say(f"col_{word}") for word in ("rule", "demand", "severity", "found"))
    rows = tuple(_rule(say, rule) for rule in say.report.rules)
    references = say.queries(rule.query for rule in say.report.rules)
    table = Table(say("rules_table"), columns, rows, (1, 6, 2, 6), references)
    return section(number, say("section_rules"), "rules", [table])


def _rule(say: Wording, rule: RuleResult) -> tuple[Spans, ...]:
    found = join(
        ((Span(thing.name, thing.iri, language=thing.language), Span(f": {told}")) for thing, told in rule.findings),
        " · ",
    )
    return (
        (anchored(f"rule-{rule.number}", rule.number, rule.iri),),
        (Span(rule.title),),
        (Span(say(f"severity_{rule.severity}")),),
        found or (Span(say("diff_nothing"), style="quiet"),),
    )


def _queries(say: Wording, number: str) -> Section:
    parts = [_query(say, f"{number}.{at}", query) for at, query in enumerate(say.report.queries, 1)]
    return section(number, say("section_queries"), "queries", parts)


def _query(say: Wording, number: str, query: Query) -> Section:
    facts = Facts(
        (
            Fact(say("fact_question"), (Span(query.id, style="code"),)),
            Fact(say("fact_query_address"), (Span(query.address, query.address),)),
            Fact(say("fact_rows"), (Span(str(query.total)),)),
        )
    )
    if query.problem:
        facts = Facts((Fact(say("fact_question"), (Span(query.id, style="code"),)),))
        problem = Facts((Fact("", (Span(say("query_problem", problem=query.problem), style="mark"),)),))
        return section(number, f"{query.key} {query.id}", f"query-{query.key}", [facts, problem])
    return section(number, f"{query.key} {query.title}", f"query-{query.key}", [facts, Code(query.text)])


def _legend(say: Wording, number: str) -> Section:
    groups: dict[str, list[Meaning]] = {}
    for meaning in say.report.meanings:
        groups.setdefault(meaning.group, []).append(meaning)
    columns = (say("col_word"), say("col_meaning"))
    tables = [
        Table(group, columns, tuple(((Span(m.name, m.iri, "strong"),), (Span(m.definition),)) for m in some), (3, 10))
        for group, some in groups.items()
    ]
    return section(number, say("section_legend"), "legend", tables)
