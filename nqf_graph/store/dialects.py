"""How far an engine elsewhere is to be trusted, told by test queries, and what is done about the rest.

What is said of Virtuoso here was measured on 7.2.5.  Many queries come back wrong from it without a sign (a variable
of the group in the FILTER of an OPTIONAL, 1/2, grouping by what is unbound, 2 = 2.0 as the same term, CONSTRUCT cut
at a number of rows), so it keeps the data, and queries are answered from a copy in this process.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad

from nqf_graph.errors import EndpointFailed, EndpointLimit
from nqf_graph.store.answers import RemoteResult
from nqf_graph.store.endpoint import ROWS_ACCEPTED, Endpoint, Reply
from nqf_graph.store.statements import ANSWERS_ASK, SAMPLES
from nqf_graph.terms import RDF, XSD

_BNODE = "nodeID://"
_LONGEST_IRI = 1_800  # bytes; at 1,881 it is cut
_DAY = r"\d{4}-\d\d-\d\d"
_ZONE = r"(?:Z|[+-]\d\d:\d\d)?"
_WHOLE = r"[+-]?\d{1,18}"
_INTEGERS = (
    "integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger", "nonPositiveInteger",
    "negativeInteger", "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte",
)  # fmt: skip
# What comes back as it went in; all other values of XML Schema types are refused.
_KEPT = {
    **{XSD[name]: re.compile(_WHOLE) for name in _INTEGERS},
    XSD["decimal"]: re.compile(r"[+-]?(?=[\d.]{1,16}$)\d{1,15}(?:\.\d{1,14})?"),
    XSD["boolean"]: re.compile("true|false|0|1"),
    XSD["date"]: re.compile(_DAY + _ZONE),
    XSD["dateTime"]: re.compile(rf"{_DAY}T\d\d:\d\d:\d\d(?:\.\d{{1,6}})?{_ZONE}"),
    XSD["gYear"]: re.compile(r"\d{4}"),
    XSD["gYearMonth"]: re.compile(r"\d{4}-\d\d"),
    **{XSD[name]: re.compile(".*", re.DOTALL) for name in ("string", "anyURI", "token", "language")},
}
_NUMBERS_AND_MARKUP = (XSD.iri, RDF["XMLLiteral"].value)


def _as_it_came(reply: Reply) -> Reply:
    return reply


def _keeps(_: Iterable[Quad]) -> None:
    """Everything is kept."""


@dataclass(frozen=True)
class Dialect:
    """What is known of an engine: whether it may answer queries, and how statements are sent to it."""

    name: str
    answers: bool
    """Whether its answers can be passed on."""
    takes_blank_nodes: bool
    """Whether blank nodes may stand in data, and not only in templates."""
    mixes_graphs: bool
    """Whether one operation may name several graphs: Virtuoso forgets to delete some of the statements then."""
    portion: int
    """Most statements of one operation."""
    mend: Callable[[Reply], Reply] = _as_it_came
    """Makes a result in JSON what the standard says."""
    refuse: Callable[[Iterable[Quad]], None] = _keeps
    """Raises EndpointLimit for the first statement that would not come back as it went in."""


def _mend_virtuoso(reply: Reply) -> Reply:
    """ASK is answered with a row, blank nodes and booleans have names and values of their own."""
    if reply.media_type != ROWS_ACCEPTED or not any(
        sign in reply.body for sign in (b"__ASK_RETVAL", b"nodeID://", b"#boolean")
    ):
        return reply
    try:
        document = json.loads(reply.body)
        rows = document["results"]["bindings"]
        if document["head"]["vars"] == ["__ASK_RETVAL"]:
            document = {"head": {}, "boolean": bool(rows) and rows[0]["__ASK_RETVAL"]["value"] == "1"}
        else:
            for row in rows:
                for term in row.values():
                    _mend_term(term)
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise EndpointFailed("its answer breaks off or is no answer") from error
    return Reply(reply.media_type, json.dumps(document).encode())


def _mend_term(term: dict[str, Any]) -> None:
    if term["type"] == "bnode":
        term["value"] = term["value"].removeprefix(_BNODE)
    elif term.get("datatype") == XSD["boolean"].value:
        term["value"] = {"1": "true", "0": "false"}.get(term["value"], term["value"])


def _refuse_virtuoso(quads: Iterable[Quad]) -> None:
    for quad in quads:
        for term in (quad.subject, quad.predicate, quad.object):
            if not _is_kept(term):
                raise EndpointLimit(f"the engine behind this service would not keep {str(term)[:100]} as it is")


def _is_kept(term: object) -> bool:
    if isinstance(term, NamedNode):
        return len(term.value.encode()) <= _LONGEST_IRI
    if isinstance(term, Literal) and term.datatype.value.startswith(_NUMBERS_AND_MARKUP):
        pattern = _KEPT.get(term.datatype)
        return pattern is not None and pattern.fullmatch(term.value) is not None
    return True


STANDARD = Dialect("standard", answers=True, takes_blank_nodes=True, mixes_graphs=True, portion=100_000)
VIRTUOSO = Dialect(
    "virtuoso",
    answers=False,
    takes_blank_nodes=False,
    mixes_graphs=False,
    portion=500,
    mend=_mend_virtuoso,
    refuse=_refuse_virtuoso,
)
DIALECTS = {dialect.name: dialect for dialect in (STANDARD, VIRTUOSO)}


_RIGHT = ([["0.5", "true", "true", "1"]], [[".5", "true", "true", "1"]])


def recognise(endpoint: Endpoint) -> Dialect:
    """Is the engine to be trusted?  STANDARD if it answers a few test queries right, otherwise VIRTUOSO."""
    reply = endpoint.ask(ANSWERS_ASK, "ASK")
    if VIRTUOSO.mend(reply) is not reply:
        return VIRTUOSO
    RemoteResult(reply, "ASK")  # raises for what is no answer
    samples = RemoteResult(endpoint.ask(SAMPLES, "SELECT"), "SELECT").rows()
    assert samples is not None
    found = [[term.value if isinstance(term, Literal) else "" for term in row] for row in samples.rows]
    return STANDARD if found in _RIGHT else VIRTUOSO
