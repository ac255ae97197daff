"""The levels of both frameworks in one table, and their descriptors side by side."""

from __future__ import annotations

from nqf_graph.report.document import Block, Paragraph, Section, Span, Spans, Statement, Table
from nqf_graph.report.model import Counterpart, Descriptor, LevelRow, Text, Thing
from nqf_graph.report.wording import Wording, join, names, section, text


def levels_section(say: Wording, number: str) -> Section:
    """Each level with its counterparts, how they are related, by whom and how surely."""
    levels = say.report.levels
    references = say.queries(levels.queries)
    connection = Statement((Span(levels.sentence),), references)
    if not levels.is_connected:
        return section(number, say("section_levels"), "levels", [connection])
    rows = [cells for row in levels.rows for cells in _cells(say, row)]
    words = ("level", "counterpart", "relation", "kind", "status", "score", "grounds")
    columns = tuple(say(f"col_{word}") for word in words)
    table = Table(say("levels_table"), columns, tuple(rows), (2.6, 2.8, 2, 2.7, 2.8, 2, 4.6), references)
    order = say("order_broken", pairs=", ".join(levels.order)) if levels.order else say("order_kept")
    style = "mark" if levels.order else ""
    blocks: list[Block] = [
        connection,
        table,
        Statement((Span(order, style=style),), (*references[:1], *say.rules(["R53"]))),
    ]
    if levels.unmatched:
        told = ", ".join(level.name for level in levels.unmatched)
        blocks.append(Statement((Span(say("unmatched", levels=told)),), references))
    return section(number, say("section_levels"), "levels", blocks)


def _cells(say: Wording, row: LevelRow) -> list[tuple[Spans, ...]]:
    """The rows of a level: one for each counterpart, or one that says why there is none."""
    level = (Span(row.level.name, row.level.iri, "strong", row.level.language),)
    if not row.counterparts:
        style = "mark" if row.verdict == "nothing-said" else "quiet"
        told = (Span(say(f"verdict_{row.verdict}"), style=style),)
        return [(level, told, (), (), (), (), join(filter(None, (names(row.no_match), _rejected(say, row))), "; "))]
    return [(level if not at else (), *_counterpart(say, row, one)) for at, one in enumerate(row.counterparts)]


def _counterpart(say: Wording, row: LevelRow, one: Counterpart) -> tuple[Spans, ...]:
    name: Spans = (Span(one.level.name, one.level.iri, language=one.level.language),)
    if row.shared_with:
        name = (*name, Span(f" ({say('shared', names=', '.join(row.shared_with))})", style="quiet"))
    for word, told in (("via", ", ".join(one.via)), ("inherited", one.inherited_from)):
        name = (*name, Span(f" ({say(word, names=told)})", style="quiet")) if told else name
    relation = say(f"relation_{one.relation}") if one.relation else ""
    link = one.alignments[0].iri if one.alignments else ""
    grounds = (
        _grounds(say("for"), one.evidence), _grounds(say("against"), one.counter_evidence), _rejected(say, row),
    )  # fmt: skip
    return (
        name,
        (Span(relation, link),),
        (Span(one.kind),),
        (Span(one.status),),
        (Span(one.score),),
        join(filter(None, grounds), "; "),
    )


def _rejected(say: Wording, row: LevelRow) -> Spans:
    return _grounds(say("rejected"), row.rejected)


def _grounds(word: str, records: tuple[Thing, ...]) -> Spans:
    return (Span(f"{word}: ", style="quiet"), *names(records)) if records else ()


def descriptors_section(say: Wording, number: str) -> Section:
    """What each level expects, beside what its counterpart expects."""
    blocks: list[Block] = [Paragraph((Span(say("descriptors_note")),))]
    references = say.queries(say.report.levels.queries[1:2])
    compared = say.report.comparison
    for row in say.report.levels.rows:
        if row.descriptors:
            beside = ", ".join(one.level.name for one in row.counterparts) or say("nothing_beside")
            columns = (say("col_dimension"), compared.framework.name, compared.reference.name)
            cells = tuple(_descriptor(descriptor) for descriptor in row.descriptors)
            blocks.append(Table(f"{row.level.name} – {beside}", columns, cells, (2, 5, 5), references))
    return section(number, say("section_descriptors"), "descriptors", blocks)


def _descriptor(descriptor: Descriptor) -> tuple[Spans, ...]:
    left = _said(descriptor.left, descriptor.left_status)
    return (Span(descriptor.dimension),), left, _said(descriptor.right, descriptor.right_status)


def _said(said: Text | None, status: str) -> Spans:
    return (*text(said), Span(f" ({status})", style="quiet")) if said else (Span("–", style="quiet"),)
