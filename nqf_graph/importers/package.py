"""What an importer has read: the statements, how many things they are about, and every row that states nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pyoxigraph import Triple

Progress = Callable[[str, int, int], None]
"""Told while reading: what is read (a file name), how much of it (bytes or rows), and how much there is."""


def silent(_what: str, _done: int, _total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Skipped:
    """A row that was not imported, or a cell of it: `line` is the line of `file` on which the row begins, from 1."""

    file: str
    line: int
    reason: str


@dataclass(frozen=True)
class Package:
    """A classification as it was read."""

    scheme: str
    """Which one: esco, isco, isced, isced-f or eqf; it names the graph too."""
    version: str
    """As the publisher calls it, for example 1.1.1; empty where the files do not say."""
    languages: tuple[str, ...]
    triples: tuple[Triple, ...]
    """Each statement once."""
    rows: Mapping[str, int] = field(default_factory=dict)
    """File name → data rows in it (a row with line breaks in its cells counts once)."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """Kind of thing → how many of them the statements are about, for example occupations → 3007."""
    skipped: tuple[Skipped, ...] = ()
    """Rows and cells that state nothing here, each with its reason."""
    mended: Mapping[str, int] = field(default_factory=dict)
    """What was put right or is worth knowing, in words → how often."""
    missing: tuple[str, ...] = ()
    """Files of a whole package that are not there."""
