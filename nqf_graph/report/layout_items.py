"""The topics and criteria one by one: finding, check, evidence, and the queries behind it."""

from __future__ import annotations

import re

from nqf_graph.report.document import Block, Box, Fact, Facts, Paragraph, Reference, Section, Span, Statement, Table
from nqf_graph.report.model import Check, Item, Judgement, Query
from nqf_graph.report.wording import Wording, item_anchor, names, section, text, thing


def items_section(say: Wording, number: str, set_: str) -> Section:
    """The section of the topics, or of the criteria."""
    parts = [_item(say, number, at, item) for at, item in enumerate(say.report.of(set_), 1)]
    return section(number, say(set_), set_, [Paragraph((Span(say(f"{set_}_intro")),)), *parts])


def _item(say: Wording, number: str, at: int, item: Item) -> Section:
    """One topic or criterion; its own number is told where it differs from its place."""
    judgement = item.judgement
    blocks: list[Block] = [_facts(say, item)]
    if judgement is None:
        sentence = (Span(say("no_finding"), style="strong"),)
        blocks.append(Statement(sentence, say.queries([say.report.findings_query])))
    else:
        references = say.sources(judgement.sources) + say.queries(item.queries)
        blocks.append(Statement(text(judgement.text), references or say.queries([say.report.findings_query])))
    blocks += [_check(say, check, item) for check in item.checks if check.kind != "no-finding"]
    if judgement:
        blocks += _evidence(say, judgement)
    for key in item.queries:
        blocks += _query(say, say.report.query(key))
    blocks += [_earlier(say, earlier) for earlier in item.earlier]
    title = item.name.text if item.notation in ("", str(at)) else f"{item.name.text} ({item.notation})"
    return section(f"{number}.{at}", title, item_anchor(item), blocks)


def _facts(say: Wording, item: Item) -> Facts:
    judgement = item.judgement
    facts = []
    if item.description:
        facts.append(Fact(say("fact_demand"), (*text(item.description), *_cited(say.sources(item.sources)))))
    if item.status_name:
        note = (Span(". "), *text(item.note)) if item.note else ()
        facts.append(Fact(say("fact_item_status"), (Span(item.status_name), *note)))
    facts.append(Fact(say("fact_result"), (Span(say.results[item.result], style="strong"),)))
    if judgement:
        unknown = (Span(say("none_stated"), style="quiet"),)
        facts.append(Fact(say("fact_by"), names(judgement.authors) or unknown))
        facts.append(Fact(say("fact_date"), (Span(judgement.date),) if judgement.date else unknown))
        told = ", ".join(filter(None, (judgement.status_name, judgement.confidence)))
        facts.append(Fact(say("fact_finding_status"), (Span(told, judgement.iri),)))
    return Facts(tuple(facts))


def _cited(references: tuple[Reference, ...]) -> tuple[Span, ...]:
    return tuple(Span(f" [{reference.label}]", f"#{reference.anchor}") for reference in references)


def _check(say: Wording, check: Check, item: Item) -> Box:
    """The place where finding and evidence do not fit, in plain sight."""
    references = say.queries(check.queries or item.queries) or say.queries([say.report.findings_query])
    tone = "note" if check.kind == "no-question" else "problem"
    title = "" if tone == "note" else say("misfit")
    return Box(tone, title, (Statement((Span(say(f"check_{check.kind}")),), references),))


def _evidence(say: Wording, judgement: Judgement) -> list[Block]:
    found: list[Block] = []
    for word, records in (("evidence", judgement.evidence), ("counter_evidence", judgement.counter_evidence)):
        for record in records:
            spans = (Span(say(word), style="strong"), Span(" "), *thing(record))
            found.append(Statement(spans, say.sources(record.sources) or say.queries([say.report.findings_query])))
    return found


def _query(say: Wording, query: Query) -> list[Block]:
    """The question with the number of its rows, and the first of them."""
    found: list[Block] = [say.answer(query)]
    if query.rows:
        whole = len(query.rows) == query.total
        caption = say("rows_all" if whole else "rows_first", key=query.key, n=query.total, shown=len(query.rows))
        widths = tuple(_width(query, at) for at in range(len(query.columns)))
        found.append(Table(caption, query.columns, query.rows, widths, say.queries([query.key])))
    return found


def _width(query: Query, at: int) -> float:
    """Wide columns for long texts, within bounds, and wide enough for the longest word."""
    texts = [query.columns[at], *("".join(span.text for span in row[at]) for row in query.rows)]
    word = max(len(word) for text in texts for word in re.split(r"[\s/]|-(?=\D)", text))
    return round(max(min(word, 20) / 2.6, min(6, max(map(len, texts[1:])) / 8), 1.5), 2)


def _earlier(say: Wording, judgement: Judgement) -> Statement:
    told = say("earlier", date=judgement.date or say("none_stated"), result=say.results[judgement.result])
    spans = (Span(told, judgement.iri, style="quiet"), Span(" "), *text(judgement.text))
    return Statement(spans, say.sources(judgement.sources) or say.queries([say.report.findings_query]))
