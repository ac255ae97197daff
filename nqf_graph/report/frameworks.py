"""Which frameworks are compared, in which editions, on which day: names, codes and IRIs as people give them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pyoxigraph import Literal, NamedNode

from nqf_graph.errors import BadParameter, NotFound
from nqf_graph.publication import Publication
from nqf_graph.report.facts import Facts
from nqf_graph.report.model import Comparison


@dataclass(frozen=True)
class _Edition:
    framework: str
    iri: str
    start: str
    end: str

    def holds(self, day: str) -> bool:
        """Is it in force on the day?  One without a start (a draft) never is."""
        return bool(self.start) and self.start <= day and (not self.end or day <= self.end)


def compared_of(facts: Facts, with_: str, framework: str | None, as_of: str | None) -> Comparison:
    """The two frameworks, each in the edition in force on the day, or in the one that is named.

    A framework is named by its code (`eqf`), its id (`framework/eqf`, `framework/eqf/2017`), a prefixed name or its
    IRI; the first one is the catalogue's main framework if none is named.  Without a day, it is the day on which the
    graph was last changed: the same graph then gives the same report.  Raises NotFound naming what exists for an
    unknown framework or one that was not in force, BadParameter for what is not a date or is no comparison.
    """
    publication = facts.publication
    day = day_of(publication, as_of)
    editions = _editions(publication)
    if not with_:
        raise BadParameter("with", "is required: the framework to compare with", _codes(editions))
    main = framework or _main(publication)
    first, second = (_choose(publication, editions, name, day) for name in (main, with_))
    if first.framework == second.framework:
        raise BadParameter("with", f"{with_!r} is the framework itself; name another one", _codes(editions))
    facts.read([first.framework, first.iri, second.framework, second.iri])
    first_thing, second_thing = facts.thing(first.framework), facts.thing(second.framework)
    return Comparison(first_thing, facts.thing(first.iri), second_thing, facts.thing(second.iri), day)


def day_of(publication: Publication, as_of: str | None) -> str:
    """The day that is asked for, else that of the newest change of the graph.  Raises BadParameter."""
    if as_of:
        try:
            return date.fromisoformat(as_of).isoformat()
        except ValueError:
            raise BadParameter("as_of", f"expected a date such as 2020-09-18, found {as_of!r}") from None
    rows = list(publication.store.select(publication.system("report-dates")))
    newest = rows[0]["newest"] if rows else None
    assert isinstance(newest, Literal), "each file of the catalogue has its day"
    return newest.value


def _main(publication: Publication) -> str:
    for row in publication.store.select(publication.system("report-topic")):
        if isinstance(row["framework"], NamedNode):
            return row["framework"].value
    raise BadParameter("framework", "is required: the catalogue names no main framework")


def _editions(publication: Publication) -> list[_Edition]:
    """Every edition; a framework without one is here too, with an empty IRI."""
    found = []
    for row in publication.store.select(publication.system("report-frameworks")):
        values = [getattr(row[name], "value", "") for name in ("framework", "edition", "from", "until")]
        found.append(_Edition(*values))
    return found


def _choose(publication: Publication, editions: list[_Edition], name: str, day: str) -> _Edition:
    iris = _meant(publication, name)
    for edition in editions:
        if edition.iri and edition.iri in iris:
            return edition
    known = [edition for edition in editions if edition.framework in iris]
    if not known:
        raise NotFound("framework", name, _codes(editions))
    valid = [edition for edition in known if edition.holds(day)]
    if not valid:
        existing = [publication.asker.shorten(edition.iri) for edition in known if edition.iri]
        raise NotFound(f"edition in force on {day} of the framework", name, existing)
    return max(valid, key=lambda edition: (edition.start, edition.iri))


def _meant(publication: Publication, name: str) -> tuple[str, ...]:
    """The IRIs that a name may stand for."""
    prefix, colon, local = name.partition(":")
    if "://" in name:
        return (name,)
    if colon and prefix in publication.prefixes:
        return (publication.prefixes[prefix] + local,)
    own = f"{publication.settings.base}/id/"
    return (own + name, f"{own}framework/{name}")


def _codes(editions: list[_Edition]) -> tuple[str, ...]:
    """The names that can be given."""
    return tuple(sorted({edition.framework.rpartition("/")[2] for edition in editions}))
