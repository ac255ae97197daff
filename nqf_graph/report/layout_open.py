"""The open questions, each with where it comes from."""

from __future__ import annotations

from nqf_graph.report.document import Paragraph, Section, Span, Spans, Table
from nqf_graph.report.model import Open
from nqf_graph.report.wording import Wording, cited, join, names, section, text


def open_section(say: Wording, number: str) -> Section:
    """Every open question of the report, as a table."""
    title = say("section_open")
    if not say.report.open:
        return section(number, title, "open", [Paragraph((Span(say("open_none")),))])
    columns = tuple(say(f"col_{word}") for word in ("what", "about", "detail", "origin"))
    rows = tuple(_cells(say, one) for one in say.report.open)
    return section(number, title, "open", [Table(say("open_table"), columns, rows, (3, 3.5, 5, 2.5))])


def kind_of(say: Wording, one: Open) -> str:
    """What is open, in words."""
    return say("open_check" if one.kind.startswith("check-") else f"open_{one.kind}")


def _cells(say: Wording, one: Open) -> tuple[Spans, ...]:
    detail: Spans = (
        (Span(say(one.kind.replace("check-", "check_"))),) if one.kind.startswith("check-") else text(one.text)
    )
    origin = cited((*say.queries(one.queries), *say.rules(one.rules)))
    about = (Span(one.about.name, one.about.iri, language=one.about.language),)
    return (Span(kind_of(say, one)),), about, detail, join(filter(None, (origin, names(one.records))), ", ")
