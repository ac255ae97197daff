"""From what a report says to the document that says it: first page, summary, and the order of the parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from nqf_graph.report.appendix import appendices
from nqf_graph.report.document import (
    Block,
    Box,
    Document,
    Fact,
    Facts,
    Paragraph,
    Section,
    Span,
    Spans,
    Statement,
    Table,
)
from nqf_graph.report.layout_items import items_section
from nqf_graph.report.layout_levels import descriptors_section, levels_section
from nqf_graph.report.layout_open import open_section
from nqf_graph.report.model import Item, Report
from nqf_graph.report.wording import Wording, item_anchor, section, thing

RESULTS = ("met", "partlyMet", "open", "notEvidenced")


def lay_out(report: Report) -> Document:
    """The document of a report, in the report's language."""
    say = Wording(report)
    compared = report.comparison
    return Document(
        language=report.language,
        title=say("title", left=compared.framework.name, right=compared.reference.name),
        subtitle=say("subtitle", date=compared.as_of),
        date=compared.as_of,
        labels={"contents": say("contents"), "page": say("page")},
        cover=(_cover(report, say), _warning(report, say)),
        sections=(
            _summary(report, say),
            items_section(say, "2", "topic"),
            items_section(say, "3", "criterion"),
            levels_section(say, "4"),
            descriptors_section(say, "5"),
            open_section(say, "6"),
            *appendices(say, 7),
        ),
    )


def _cover(report: Report, say: Wording) -> Facts:
    compared = report.comparison
    return Facts(
        (
            Fact(say("fact_edition"), thing(compared.edition)),
            Fact(say("fact_reference"), thing(compared.reference_edition)),
            Fact(say("fact_as_of"), (Span(compared.as_of),)),
            Fact(say("fact_state"), (Span(report.state, style="code"),)),
            Fact(say("fact_catalogue"), (Span(report.catalogue, f"{report.base}/catalog"),)),
            Fact(say("fact_publisher"), (Span(report.publisher, report.publisher),)),
            Fact(say("fact_licence"), (Span(report.licence, report.licence),)),
            Fact(say("fact_address"), (Span(report.address, report.address),)),
            Fact(say("fact_command"), (Span(report.command, style="code"),)),
        )
    )


def _warning(report: Report, say: Wording) -> Box:
    """What the report is not, and how little of what it rests on is official."""
    official = report.query(report.official_alignments)
    told = say("warning_authority", n=official.total) if official.total else say("warning_no_authority")
    blocks: list[Block] = [
        Paragraph((Span(say("warning_kind")),)),
        Statement((Span(told),), say.queries([official.key])),
    ]
    blocks += _statuses(report, say)
    misfits = [item for item in report.items if misfit(item)]
    if misfits:
        sentence = Span(say("warning_misfits", n=len(misfits)), style="strong")
        blocks.append(Statement((sentence,), tuple(map(say.item, misfits))))
    official_name, example_name = say.results["official"], say.results["illustrative"]
    blocks.append(Paragraph((Span(say("warning_legend", official=official_name, illustrative=example_name)),)))
    return Box("warning", say("warning_title"), tuple(blocks))


def _statuses(report: Report, say: Wording) -> Iterable[Statement]:
    """How many findings, items, alignments and descriptors have which data status?"""
    judged = Counter(item.judgement.status_name for item in report.items if item.judgement)
    items = Counter(item.status_name for item in report.items)
    found = say.queries([report.findings_query])
    counted = [("what_findings", judged, found), ("what_items", items, found)]
    for name, key in zip(("what_alignments", "what_descriptors"), report.levels.queries, strict=False):
        counted.append((name, Counter(dict(report.query(key).statuses)), say.queries([key])))
    for name, counts, references in counted:
        parts = ", ".join(f"{status}: {counts[status]}" for status in sorted(counts))
        if parts:
            sentence = say("warning_statuses", what=say(name), total=sum(counts.values()), parts=parts)
            yield Statement((Span(sentence),), references)


def misfit(item: Item) -> bool:
    """Is there a finding that does not fit its evidence?"""
    return any(check.kind not in ("no-finding", "no-question") for check in item.checks)


def _summary(report: Report, say: Wording) -> Section:
    counts = Counter(item.result for item in report.items)
    numbers = {result: counts[result] for result in RESULTS}
    found = say.queries([report.findings_query])
    blocks: list[Block] = [
        Statement((Span(say("summary_items", n=len(report.items), **numbers)),), found),
        _counts(report, say),
    ]
    levels = report.levels
    if levels.is_connected:
        verdicts = Counter(row.verdict for row in levels.rows)
        sentence = say(
            "summary_levels", n=len(levels.rows) - verdicts["in-sub-levels"], matched=verdicts["matched"],
            none=verdicts["no-match"], silent=verdicts["nothing-said"],
        )  # fmt: skip
    else:
        sentence = levels.sentence
    blocks.append(Statement((Span(sentence),), say.queries(levels.queries)))
    told = say("summary_open", n=len(report.open))
    blocks.append(Paragraph((Span(told, "#open"),)))
    blocks.append(_list(report, say))
    return section("1", say("section_summary"), "summary", blocks)


def _counts(report: Report, say: Wording) -> Table:
    rows: list[tuple[Spans, ...]] = []
    for set_ in ("topic", "criterion"):
        items = report.of(set_)
        counts = Counter(item.result for item in items)
        numbers = [counts[result] for result in RESULTS] + [sum(map(misfit, items)), len(items)]
        rows.append(((Span(say(set_), f"#{set_}"),), *((Span(str(n)),) for n in numbers)))
    columns = (say("col_set"), *(say.results[result] for result in RESULTS), say("col_misfit"), say("col_total"))
    references = say.queries([report.findings_query])
    return Table(say("summary_table"), columns, tuple(rows), (3, 2, 2, 2, 2, 2, 1), references)


def _list(report: Report, say: Wording) -> Table:
    """Every topic and criterion with its result, to find it again."""
    rows = tuple(
        (
            (Span(" ".join((item.notation, item.name.text)).strip(), f"#{item_anchor(item)}"),),
            (Span(say.results[item.result], style="strong"),),
            (Span(say("misfit"), style="mark"),) if misfit(item) else _fits(item, say),
        )
        for item in report.items
    )
    columns = (say("col_item"), say("col_result"), say("col_check"))
    return Table(say("summary_list"), columns, rows, (5, 3, 3), say.queries([report.findings_query]))


def _fits(item: Item, say: Wording) -> Spans:
    if item.judgement is None:
        return (Span(say("check_no-finding"), style="mark"),)
    untested = any(check.kind == "no-question" for check in item.checks)
    return (Span("–" if untested else say("check_ok"), style="quiet"),)
