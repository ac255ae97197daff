"""Which frameworks are compared, in which editions, on which day."""

from __future__ import annotations

from datetime import date

from pyoxigraph import Literal

from nqf_graph.compare.comparison import Comparison as Compared
from nqf_graph.compare.comparison import Edition
from nqf_graph.errors import BadParameter
from nqf_graph.publication import Publication
from nqf_graph.report.facts import Facts
from nqf_graph.report.model import Comparison, Thing


def day_of(publication: Publication, as_of: str | None) -> str:
    """The day that is asked for, else the one on which the graph was last changed: the same graph, the same report.

    Raises BadParameter for what is not a date.
    """
    if as_of:
        try:
            return date.fromisoformat(as_of).isoformat()
        except ValueError:
            raise BadParameter("as_of", f"expected a date such as 2020-09-18, found {as_of!r}") from None
    rows = list(publication.store.select(publication.system("report-dates")))
    newest = rows[0]["newest"] if rows else None
    assert isinstance(newest, Literal), "each file of the catalogue has its day"
    return newest.value


def compared_of(facts: Facts, compared: Compared) -> Comparison:
    """The two frameworks and their editions as things.  Raises BadParameter for a framework beside itself."""
    left, right = compared.left, compared.right
    if left.edition == right.edition and left.framework == right.framework:
        raise BadParameter("with", f"{right.framework.id!r} is the framework itself; name another one")
    facts.read([left.framework.iri, right.framework.iri, *(side.edition.iri for side in (left, right) if side.edition)])
    whole = (facts.thing(left.framework.iri), facts.thing(right.framework.iri))
    return Comparison(whole[0], _edition(facts, left), whole[1], _edition(facts, right), compared.as_of)


def _edition(facts: Facts, side: Edition) -> Thing:
    """The edition; the framework itself where there is none."""
    return facts.thing((side.edition or side.framework).iri)
