"""The queries that federation puts together: for the local store, for the endpoint, and to try the syntax."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nqf_graph.federation.places import Edit, LocalPart, Place, edited
from nqf_graph.federation.syntax import Query

_NO_ROWS = "VALUES () {}"
_SIGN = re.compile(r"[^\r\n]")


def local_bindings(query: Query, part: LocalPart, names: Sequence[str], most: int) -> str:
    """Which bindings of `names` does the local part have?  At most `most` of them."""
    variables = " ".join(f"?{name}" for name in names)
    return f"{query.prologue}SELECT DISTINCT {variables} {query.dataset}WHERE {part.pattern} LIMIT {most}"


def remote_question(query: Query, place: Place, sent: str, most: int) -> str:
    """What the endpoint is asked: the body of the SERVICE part, joined with the VALUES block `sent`, if any."""
    body = query.text[place.body.start : place.body.end - 1]  # a comment may end the body, so a line ends it too
    return f"{query.prologue}SELECT * WHERE {{ {sent} {body}\n}} }} LIMIT {most}"


def without_calls(query: Query, calls: Sequence[Place]) -> str:
    """The same text, place by place, as a query without result whose syntax the engine can tell.

    GRAPH has the grammar of SERVICE, and a VALUES block without rows ends the evaluation before it begins.
    """
    edits = []
    for call in (place.call for place in calls):
        gap = query.text[call.start + len("GRAPH") : call.inner_start]
        edits.append(Edit(call.start, call.inner_start, "GRAPH" + _SIGN.sub(" ", gap)))
    if (values := query.form.values) is not None:
        rows = query.text[values.inner_start : values.end - 1]
        edits.append(Edit(values.inner_start, values.end - 1, _SIGN.sub(" ", rows)))
        return edited(query.text, edits)
    return f"{edited(query.text, edits)}\n{_NO_ROWS}"
