"""What is assumed of a mapping set that does not say it, and which way round it is read."""

from __future__ import annotations

from dataclasses import dataclass

from nqf_graph.errors import BadParameter
from nqf_graph.terms import NQF

AUTO, OURS_FIRST, THEIRS_FIRST = "auto", "ours-first", "theirs-first"
DIRECTIONS = (AUTO, OURS_FIRST, THEIRS_FIRST)


@dataclass(frozen=True)
class Options:
    """How the rows of a file become alignments.

    `direction` says on which side our own things stand: as subject (`ours-first`), as object (`theirs-first`: sides
    are exchanged, broader becomes narrower), or wherever the thing below our base is (`auto`).
    """

    direction: str = AUTO
    kind: str = NQF["analystMapping"].value
    data_status: str = NQF["reported"].value
    author: str = ""
    """Who made the mappings, where neither a row nor the set says so; an IRI."""
    date: str = ""
    """When, where neither says so; YYYY-MM-DD."""
    justification: str = ""
    """Ours, for words of SEMAPV that none of ours stands for."""
    unknown_objects: bool = False
    """Whether objects may be things that the graph does not know."""
    lenient: bool = False
    """Whether rows with a problem, or that break a rule, are left out instead of stopping the import."""
    owner: str = "nqf align import"
    """Who answers for the write, as kept in its record."""

    def __post_init__(self) -> None:
        if self.direction not in DIRECTIONS:
            raise BadParameter("--direction", f"no direction {self.direction!r}", DIRECTIONS)
