"""How sure are things, and on what do they rest?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from nqf_graph.compare.comparison import Named
from nqf_graph.compare.reading import Reader, iris, local


@dataclass(frozen=True)
class Standing:
    """The data status of a thing, and its sources; empty where nothing is said."""

    status: str = ""
    sources: tuple[Named, ...] = field(default=())


def standings(reader: Reader, things: Iterable[str]) -> dict[str, Standing]:
    """The standing of each of these things, asked at once."""
    wanted = sorted({thing for thing in things if thing})
    if not wanted:
        return {}
    statuses: dict[str, str] = {}
    sources: dict[str, dict[str, None]] = {}
    for row in reader.rows("gaps-status", thing=iris(wanted)):
        statuses.setdefault(row["thing"], local(row["status"]))
        if row["source"]:
            sources.setdefault(row["thing"], {})[row["source"]] = None
    reader.learn(source for found in sources.values() for source in found)
    return {
        thing: Standing(statuses.get(thing, ""), tuple(map(reader.named, sources.get(thing, ())))) for thing in wanted
    }
