"""A document as a tree that no format decides: what is written here is the same in HTML, Markdown and PDF."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Span:
    """A piece of text; `link` is an IRI or `#anchor`, `language` its language when that is not the document's.

    `style` is "", "strong", "quiet", "code" or "mark" (something to look at twice).
    """

    text: str
    link: str = ""
    style: str = ""
    language: str = ""
    anchor: str = ""
    """The name by which references lead to this span."""


Spans = tuple[Span, ...]


@dataclass(frozen=True)
class Reference:
    """Where a statement comes from: the short name it is shown by and the anchor of this document it leads to."""

    label: str
    anchor: str


@dataclass(frozen=True)
class Paragraph:
    """Connecting words, which assert nothing about the matter."""

    spans: Spans


@dataclass(frozen=True)
class Statement:
    """A sentence that asserts something about the matter, and what it rests on.  Raises ValueError for nothing."""

    spans: Spans
    references: tuple[Reference, ...]

    def __post_init__(self) -> None:
        if not self.references:
            raise ValueError(f"a statement needs a reference: {''.join(span.text for span in self.spans)!r}")


@dataclass(frozen=True)
class Fact:
    """A name and what it is."""

    name: str
    value: Spans


@dataclass(frozen=True)
class Facts:
    """Facts one below the other."""

    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Table:
    """Rows under columns; `widths` are relative.  A table asserts what is in it, so it has references."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Spans, ...], ...]
    widths: tuple[float, ...]
    references: tuple[Reference, ...] = ()


@dataclass(frozen=True)
class Box:
    """Something set apart: `tone` is "warning", "problem" or "note"."""

    tone: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Listing:
    """Points of a list."""

    points: tuple[Statement | Paragraph, ...]


@dataclass(frozen=True)
class Code:
    """A text to be kept as it is."""

    text: str


@dataclass(frozen=True)
class Section:
    """A part with a heading; `number` is "" where none is shown, `level` counts from 1."""

    number: str
    title: str
    anchor: str
    level: int
    blocks: tuple[Block, ...]


Block = Paragraph | Statement | Facts | Table | Box | Listing | Code | Section


@dataclass(frozen=True)
class Document:
    """A whole document: what stands on its first page, and its sections; `date` is the day it is of."""

    language: str
    title: str
    subtitle: str
    date: str
    labels: dict[str, str]
    """The words that a renderer needs: contents, page."""
    cover: tuple[Block, ...]
    sections: tuple[Section, ...]

    def blocks(self) -> Iterator[Block]:
        """Every block, inner ones after the one they stand in."""
        todo: list[Block] = [*self.cover, *self.sections]
        while todo:
            block = todo.pop(0)
            yield block
            todo[:0] = _inside(block)

    def as_dict(self) -> Json:
        """The document as plain values; each node says its `kind`."""
        return _plain(self)  # type: ignore[no-any-return]


def _inside(block: Block) -> list[Block]:
    match block:
        case Section() | Box():
            return list(block.blocks)
        case Listing():
            return list(block.points)
    return []


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {"kind": type(value).__name__.lower()} | {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return value


def text_of(spans: Spans) -> str:
    """The bare text of spans."""
    return "".join(span.text for span in spans)
