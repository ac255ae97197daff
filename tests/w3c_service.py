"""A service with nothing of ours in it, for the suites of others: no rules, no facts, a catalogue of one empty file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from httpx2 import Response

from nqf_graph.settings import Settings
from nqf_graph.writes.keys import make_key

DEFAULT_GRAPH = "urn:x-suite:default"
"""The named graph that stands for the default graph."""

CATALOGUE = """
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
<catalog> a dcat:Catalog ; dcat:dataset <graph/nothing> .
<graph/nothing> a dcat:Dataset ; dct:title "Nothing" ; dct:creator <nobody> ; dct:modified "2026-11-23" ;
    dct:license <https://creativecommons.org/publicdomain/zero/1.0/> ;
    <http://spdx.org/rdf/terms#fileName> "nothing.ttl" .
"""


def problem_of(response: Response) -> str:
    """The status of a response, and which problem it tells of."""
    is_problem = response.headers.get("content-type") == "application/problem+json"
    return f"{response.status_code} {response.json()['type'].rpartition('#')[2] if is_problem else ''}".strip()


class BareService:
    """The settings of such a service, and a key that may publish."""

    def __init__(self, folder: Path, base: str = "http://www.example") -> None:
        (folder / "catalog.ttl").write_text(CATALOGUE, encoding="utf-8")
        (folder / "nothing.ttl").write_text("", encoding="utf-8")
        self.key = make_key(folder / "keys.toml", "W3C", ["publish"])
        self.given: dict[str, Any] = {
            "base": base,
            "catalog": folder / "catalog.ttl",
            "keys": folder / "keys.toml",
            "default_graph": DEFAULT_GRAPH,
            "writes": "any",
        }

    @property
    def settings(self) -> Settings:
        """For a service in this process, in memory, that limits nobody."""
        return Settings(store=None, rate_limit=0, **self.given)

    @property
    def environment(self) -> dict[str, str]:
        """For a service in a process of its own."""
        return {f"NQF_{name.upper()}": str(value) for name, value in self.given.items()}

    @property
    def authorization(self) -> dict[str, str]:
        """The header that shows the key."""
        return {"Authorization": f"Bearer {self.key}"}
