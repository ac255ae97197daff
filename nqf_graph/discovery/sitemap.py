"""What crawlers are told: which addresses there are, and when they last changed."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote
from xml.sax.saxutils import escape

from pyoxigraph import Literal, NamedNode

from nqf_graph.discovery.facts import Facts
from nqf_graph.discovery.names import Names
from nqf_graph.questions import Questions, SystemQueries
from nqf_graph.store import Store
from nqf_graph.terms import DCT

MOST = 50_000
"""Addresses in one file, at most (sitemaps.org)."""
_PAGES = ("/", "/api/v1/questions", "/ontology", "/rules", "/catalog", "/void", "/exports/", "/sparql")
_HIDDEN = ("/sparql?query=", "/update", "/validate", "/submissions/", "/resource?uri=", "/api/*?")
_SCHEMA = "http://www.sitemaps.org/schemas/sitemap/0.9"


@dataclass(frozen=True)
class Page:
    """A path of the service, and the day of its last change if that is known."""

    path: str
    day: str = ""


class Sitemap:
    """The pages of a publication; those of the last state that was asked for are remembered."""

    def __init__(self, store: Store, names: Names, facts: Facts, questions: Questions, system: SystemQueries) -> None:
        self._store, self._names, self._facts, self._questions, self._system = store, names, facts, questions, system
        self._lock = threading.Lock()
        self._known: tuple[str, Sequence[Page]] = ("", ())

    def pages(self) -> Sequence[Page]:
        """Every page, in an order that stays."""
        with self._lock:
            state = self._store.state_id
            if self._known[0] != state:
                questions = [Page(f"/api/v1/questions/{id}") for id in self._questions]
                self._known = (state, [*map(Page, _PAGES), *questions, *self._documents()])
            return self._known[1]

    def _documents(self) -> list[Page]:
        """The documents about things; each is as new as the newest graph that speaks of its thing."""
        days = changes(self._store, self._system)
        for graph in self._store.names():
            told = [value.value[:10] for value in self._facts.values(NamedNode(graph), DCT["modified"])]
            days[graph] = max([days.get(graph, "")[:10], *told])
        newest: dict[str, str] = {}
        for row in self._store.select(self._system("documents")):
            thing, home = row["thing"], row["graph"]
            if isinstance(thing, NamedNode) and thing.value.startswith(self._names.own) and isinstance(home, NamedNode):
                path = quote(thing.value.removeprefix(self._names.own), safe="/:@!$&()*+,;=~")
                newest[path] = max(newest.get(path, ""), days.get(home.value, ""))
        return [Page(f"/doc/{path}", newest[path]) for path in sorted(newest)]


def changes(store: Store, system: SystemQueries) -> dict[str, str]:
    """When was each graph last written through the service?  Graph → date and time."""
    return {
        row["graph"].value: row["changed"].value
        for row in store.select(system("graph-changes"))
        if isinstance(row["graph"], NamedNode) and isinstance(row["changed"], Literal)
    }


def sitemap(pages: Sequence[Page], here: str) -> str:
    """The sitemap of `pages` (at most MOST), as XML; `here` is the address of the service."""
    entries = "".join(
        f"<url><loc>{escape(here + page.path)}</loc>{f'<lastmod>{page.day}</lastmod>' if page.day else ''}</url>\n"
        for page in pages
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{_SCHEMA}">\n{entries}</urlset>\n'


def sitemap_index(pages: Sequence[Page], here: str) -> str:
    """The list of the sitemaps that `pages` need, as XML."""
    entries = "".join(
        f"<sitemap><loc>{escape(here)}/sitemap-{number}.xml</loc></sitemap>\n"
        for number in range(1, -(-len(pages) // MOST) + 1)
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex xmlns="{_SCHEMA}">\n{entries}</sitemapindex>\n'


def robots(here: str) -> str:
    """What robots may do: everything but asking queries, which are endless."""
    lines = ["User-agent: *", "Allow: /api/*?lang=", *(f"Disallow: {path}" for path in _HIDDEN), "Allow: /"]
    return "\n".join([*lines, "", f"Sitemap: {here}/sitemap.xml", ""])
