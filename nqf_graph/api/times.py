"""Which day a caller asks about: `as_of`, or Accept-Datetime of Memento (RFC 7089).

The two differ where nothing was in force.  `as_of` asks what was in force on the day, so the answer is that nothing
was; Accept-Datetime prefers a time, so RFC 7089 has the nearest version served.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from email.utils import format_datetime, parsedate_to_datetime

from fastapi import Request
from pyoxigraph import NamedNode

from nqf_graph.api.links import Link
from nqf_graph.errors import BadParameter, NotFound
from nqf_graph.publication import Publication
from nqf_graph.web.addresses import local, path_of
from nqf_graph.web.versions import Lineage, Version, today

_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def as_of(request: Request) -> date | None:
    """The day of `as_of=`.  Raises BadParameter for what is not a day."""
    text = request.query_params.get("as_of")
    if text is None:
        return None
    try:
        return date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError:
        raise BadParameter("as_of", f"expected a date such as 2020-09-18, found {text!r}") from None


def accepted_day(request: Request) -> date | None:
    """The day (UTC) of Accept-Datetime.  Raises BadParameter for what is not an HTTP date."""
    text = request.headers.get("accept-datetime")
    if text is None:
        return None
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        expected = f"expected an HTTP date such as Fri, 18 Sep 2020 00:00:00 GMT, found {text!r}"
        raise BadParameter("Accept-Datetime", expected) from None
    return moment.astimezone(UTC).date() if moment.tzinfo else moment.date()


def version_asked_for(request: Request, publication: Publication, lineage: Lineage | None) -> Version | None:
    """The version that the request wants by its day; None when it names none or there are no versions.

    Raises BadParameter for a day that cannot be read, NotFound when nothing was in force on the day of `as_of`.
    """
    day, nearest_to = as_of(request), accepted_day(request)
    if lineage is None or (day is None and nearest_to is None):
        return None
    if day is None:
        assert nearest_to is not None
        return lineage.nearest(nearest_to)
    found = lineage.in_force(day)
    if found is None:
        name = publication.asker.shorten(lineage.original.value)
        known = [f"{publication.asker.shorten(v.thing.value)} ({_days(v)})" for v in lineage.versions]
        raise NotFound(f"version in force on {day.isoformat()} of", name, known)
    return found


def http_date(day: date) -> str:
    """The start of a day as HTTP writes dates."""
    return format_datetime(datetime.combine(day, time(), UTC), usegmt=True)


def lineage_links(lineage: Lineage, base: str, root: str = "") -> list[Link]:
    """The links that lead from what persists, and from each of its versions, through time; addresses below `root`."""
    path = lineage.original.value.removeprefix(f"{base}/id/")
    return [
        Link(lineage.original.value, "original"),
        Link(f"{root}/doc/{path_of(path)}", "timegate"),
        Link(f"{root}/timemap/{path_of(path)}", "timemap version-history", {"type": "application/link-format"}),
    ]


def version_links(lineage: Lineage, thing: NamedNode, base: str) -> list[Link]:
    """The links to the other versions, as seen from one of them or from what persists.

    None is called `next`, `prev`, `first` or `last` here, as RFC 7089 would allow: those lead to pages of a document.
    """
    links = [memento(version, "memento", base) for version in lineage.versions if version.thing != thing]
    latest = lineage.current(today())
    return [*links, Link(_address(latest.thing, base), "latest-version")]


def memento(version: Version, rels: str, base: str, root: str = "") -> Link:
    """The link to a version, with the day from which it is in force."""
    return Link(root + _address(version.thing, base), rels, {"datetime": http_date(version.start)})


def _address(thing: NamedNode, base: str) -> str:
    return local(thing.value, base) or thing.value


def _days(version: Version) -> str:
    return f"{version.start.isoformat()} – {version.end.isoformat() if version.end else ''}".strip()
