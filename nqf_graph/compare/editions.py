"""Which framework, and which edition of it, is meant?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pyoxigraph import NamedNode

from nqf_graph.compare.reading import Reader
from nqf_graph.errors import BadParameter, CannotLoad, NotFound
from nqf_graph.terms import FOAF

_ID = "framework/"


@dataclass(frozen=True)
class Chosen:
    """A framework, and the edition that is compared: in force on the day, else a draft, else none."""

    framework: str
    edition: str
    is_draft: bool


def day_of(as_of: str | None) -> str:
    """The day that is asked about, today if none is named.  Raises BadParameter for what is no date."""
    if not as_of:
        return date.today().isoformat()
    try:
        return date.fromisoformat(as_of).isoformat()
    except ValueError:
        raise BadParameter("as_of", f"expected a date such as 2020-09-18, found {as_of!r}") from None


def main_framework(reader: Reader) -> str:
    """The framework that the publication is about, as its catalogue says (`foaf:primaryTopic`)."""
    catalogue = reader.publication.catalogue.itself.graph
    for triple in reader.publication.store.triples(catalogue):
        if triple.predicate == FOAF["primaryTopic"] and isinstance(triple.object, NamedNode):
            return triple.object.value
    raise CannotLoad("catalogue", "expected foaf:primaryTopic, the framework that the publication is about")


def choose_edition(reader: Reader, name: str | None, day: str) -> Chosen:
    """The edition that `name` means: a framework (`eqf`, `framework/eqf`, an IRI) or an edition; None is the main one.

    Raises NotFound naming the frameworks that exist.
    """
    rows = list(reader.rows("compare-editions"))
    frameworks = {row["framework"] for row in rows}
    editions = {row["edition"]: row for row in rows if row["edition"]}
    iri = main_framework(reader) if name is None else _iri(reader, name, frameworks | set(editions))
    if iri in editions:
        row = editions[iri]
        return Chosen(row["framework"], iri, not row["from"])
    if iri not in frameworks:
        shorten = reader.publication.asker.shorten
        raise NotFound("framework", name or iri, sorted(shorten(framework) for framework in frameworks))
    own = [row for row in rows if row["framework"] == iri and row["edition"]]
    in_force = [r for r in own if r["from"] and r["from"] <= day and (not r["until"] or day <= r["until"])]
    if in_force:
        return Chosen(iri, in_force[-1]["edition"], False)
    drafts = [row for row in own if not row["from"]]
    if drafts:
        return Chosen(iri, drafts[-1]["edition"], True)
    if own:
        known = [f"{reader.publication.asker.shorten(r['edition'])} (from {r['from']})" for r in own]
        raise NotFound(f"edition on {day} of framework", name or iri, known)
    return Chosen(iri, "", False)


def _iri(reader: Reader, name: str, known: set[str]) -> str:
    """The IRI that a name stands for: itself, an id below the base, or the last part of one."""
    short = name.strip().lstrip("/")
    base = f"{reader.publication.settings.base}/id/"
    options = (short, f"{base}{short}", f"{base}{_ID}{short}")
    return next((option for option in options if option in known), short)
