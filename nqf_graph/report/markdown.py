"""A document as Markdown (CommonMark with tables), to be read as it stands or turned into something else."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nqf_graph.report.document import (
    Block,
    Box,
    Code,
    Document,
    Facts,
    Listing,
    Paragraph,
    Reference,
    Section,
    Span,
    Spans,
    Statement,
    Table,
)

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~])")
_TICKS = re.compile(r"`+")


def to_markdown(document: Document) -> bytes:
    """The text of a document; anchors are HTML, which Markdown allows."""
    lines = [f"# {escaped(document.title)}", "", escaped(document.subtitle), ""]
    lines += [line for block in document.cover for line in _block(block)]
    lines += [f"## {escaped(document.labels['contents'])}", ""]
    lines += [f"- [{escaped(f'{part.number} {part.title}')}](#{part.anchor})" for part in document.sections] + [""]
    lines += [line for part in document.sections for line in _block(part)]
    return ("\n".join(lines).rstrip("\n") + "\n").encode()


def escaped(text: str) -> str:
    """A text in which no character means anything to Markdown."""
    return _SPECIAL.sub(r"\\\1", text).replace("\n", " ")


def _block(block: Block) -> list[str]:
    match block:
        case Paragraph():
            return [_spans(block.spans), ""]
        case Statement():
            return [_spans(block.spans) + _references(block.references), ""]
        case Facts():
            return [
                f"- {escaped(fact.name)}: {_spans(fact.value)}" if fact.name else f"- {_spans(fact.value)}"
                for fact in block.facts
            ] + [""]
        case Table():
            return _table(block)
        case Box():
            inner = [f"**{escaped(block.title)}**", ""] if block.title else []
            inner += [line for one in block.blocks for line in _block(one)]
            return [f"> {line}".rstrip() for line in inner[:-1]] + [""]
        case Listing():
            return [
                f"- {_spans(point.spans)}{_references(point.references) if isinstance(point, Statement) else ''}"
                for point in block.points
            ] + [""]
        case Code():
            fence = "`" * max(3, *(len(ticks) + 1 for ticks in _TICKS.findall(block.text)), 3)
            return [fence, block.text.rstrip("\n"), fence, ""]
        case Section():
            head = f'{"#" * (block.level + 1)} <a id="{block.anchor}"></a>{escaped(f"{block.number} {block.title}")}'
            return [head, "", *(line for one in block.blocks for line in _block(one))]


def _table(table: Table) -> list[str]:
    rows = [f"| {' | '.join(_spans(cell) or ' ' for cell in row)} |" for row in table.rows]
    head = f"| {' | '.join(map(escaped, table.columns))} |"
    return [
        f"*{escaped(table.caption)}*{_references(table.references)}", "", head, f"|{'---|' * len(table.columns)}",
        *rows, "",
    ]  # fmt: skip


def _references(references: Iterable[Reference]) -> str:
    cited = ", ".join(f"[{escaped(one.label)}](#{one.anchor})" for one in references)
    return f" \\[{cited}\\]" if cited else ""


def _spans(spans: Spans) -> str:
    return "".join(map(_span, spans))


def _span(span: Span) -> str:
    if not span.text.strip():
        return span.text
    text = escaped(span.text)
    if span.style == "code":
        text = f"`` {span.text} ``"
    elif span.style in ("strong", "mark"):
        text = f"**{text}**"
    if span.link:
        text = f"[{text}]({span.link if span.link.startswith('#') else f'<{span.link}>'})"
    if span.language:
        text += f" ({span.language})"
    return f'<a id="{span.anchor}"></a>{text}' if span.anchor else text
