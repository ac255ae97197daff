"""What is put right in cells: invisible characters, blanks at the edges, kinds of line breaks."""

from __future__ import annotations

import re

_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff]")
_BLANKS = re.compile("[ \t\u00a0\u2007\u202f]+")
_BETWEEN = re.compile(r"[\s,|]+")


def label(text: str) -> str:
    """A name on one line: without invisible characters, every run of blanks (also no-break ones) as one blank."""
    if text.isascii() and "  " not in text and "\t" not in text:
        return text.strip()
    return _BLANKS.sub(" ", _INVISIBLE.sub("", text)).strip()


def prose(text: str) -> str:
    """A text: without invisible characters, lines ended by a line feed, no blanks at its edges."""
    if not text.isascii():
        text = _INVISIBLE.sub("", text)
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def several(cell: str) -> list[str]:
    """The entries of a cell that lists labels, one on each line (or between bars, as collections have it)."""
    if not cell:
        return []
    parts = cell.split(" | ") if " | " in cell and "\n" not in cell else cell.splitlines()
    return [entry for part in parts if (entry := label(part))]


def addresses(cell: str) -> list[str]:
    """The IRIs of a cell: between line breaks, commas, bars or blanks."""
    return [part for part in _BETWEEN.split(cell) if part] if cell else []
