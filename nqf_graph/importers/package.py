"""What an importer has read: the statements, how many things they are about, and every row that states nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pyoxigraph import Triple

Progress = Callable[[str, int, int], None]
"""Told while reading: what is read (a file name), how much of it (bytes or rows), and how much there is."""


def silent(_what: str, _done: int, _total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Skipped:
    """A row that was not imported, or a cell of it.

    `line` is the line of `file` on which the row begins, from 1; 0 where it is not known (statements of RDF).
    """

    file: str
    line: int
    reason: str
    column: str = ""
    """The column (of RDF: the property) of what states nothing, while the rest of its row does; empty: the row."""


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
    """File name → data rows in it (a row with line breaks in its cells counts once); of RDF: statements."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """Kind of thing → how many of them the statements are about, for example occupations → 3007."""
    skipped: tuple[Skipped, ...] = ()
    """Rows and cells that state nothing here, each with its reason."""
    mended: Mapping[str, int] = field(default_factory=dict)
    """What was put right or is worth knowing, in words → how often."""
    missing: tuple[str, ...] = ()
    """Files of a whole package that are not there."""
    used: Mapping[str, int] = field(default_factory=dict)
    """File name → rows that state something."""
    repeated: Mapping[str, int] = field(default_factory=dict)
    """File name → rows that say only what another file says too."""

    @property
    def lost(self) -> Mapping[str, int]:
        """How many rows of which file are neither used nor repeated nor skipped?  None are, or a reader is wrong."""
        skipped = Counter(entry.file for entry in self.skipped if not entry.column)
        left = {
            file: rows - self.used.get(file, 0) - self.repeated.get(file, 0) - skipped[file]
            for file, rows in self.rows.items()
        }
        return {file: number for file, number in left.items() if number}
