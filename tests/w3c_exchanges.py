"""HTTP exchanges as the W3C suites describe them: in RDF (HTTP and Content vocabularies), or in prose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from textwrap import dedent

from rdflib import RDFS, Graph, Literal, Namespace
from rdflib.collection import Collection
from rdflib.term import Node

from tests.w3c_sparql import MF, Entry

CNT = Namespace("http://www.w3.org/2011/content#")
HT = Namespace("http://www.w3.org/2011/http#")


@dataclass(frozen=True)
class Exchange:
    """A request, and what has to come back."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    statuses: frozenset[str]
    """Names or classes of status codes: "Created", "StatusCode4xx"."""
    boolean: bool | None = None
    kind: str | None = None
    """What the response holds: "boolean", "tabular" or "RDF"."""
    content_type: str | None = None
    content: str | None = None
    """The graph that has to come back, in `content_type`."""
    location: str | None = field(default=None)
    """What stands for the value of the Location header in later exchanges."""


def exchanges_of(entry: Entry) -> Iterator[Exchange]:
    """What a test exchanges, in order."""
    if entry.action is None:
        yield _from_prose(str(next(c for c in entry.graph.objects(entry.node, RDFS.comment) if "####" in str(c))))
        return
    for request in Collection(entry.graph, entry.graph.value(entry.action, HT.requests)):
        yield _from_rdf(entry.graph, request)


def _from_rdf(graph: Graph, request: Node) -> Exchange:
    response = graph.value(request, HT.resp)
    boolean = graph.value(response, MF.expectedBoolean)
    return Exchange(
        str(graph.value(request, HT.methodName)),
        str(graph.value(request, HT.absolutePath)),
        _headers(graph, request),
        _content(graph, request) or b"",
        frozenset(str(status).rpartition("#")[2] for status in graph.objects(response, MF.expectedStatus)),
        boolean.toPython() if isinstance(boolean, Literal) else None,
        _text(graph.value(response, MF.expectedFormat)),
        _headers(graph, response).get("content-type"),
        (_content(graph, response) or b"").decode() or None,
        _text(graph.value(response, MF.expectedLocation)),
    )


def _text(node: Node | None) -> str | None:
    return None if node is None else str(node)


def _headers(graph: Graph, message: Node | None) -> dict[str, str]:
    listed = graph.value(message, HT.headers)
    nodes = Collection(graph, listed) if listed else ()
    return {str(graph.value(n, HT.fieldName)): str(graph.value(n, HT.fieldValue)) for n in nodes}


def _content(graph: Graph, message: Node | None) -> bytes | None:
    body = graph.value(message, HT.body)
    encoding = graph.value(body, CNT.characterEncoding)
    return None if body is None else str(graph.value(body, CNT.chars)).encode(str(encoding))


def _from_prose(text: str) -> Exchange:
    """An exchange written down as two indented messages below the headings Request and Response."""
    _, request, response = (dedent(part).strip("\n") for part in re.split(r"^#### .*$", text, flags=re.MULTILINE))
    head, _, body = request.partition("\n\n")
    first, *lines = head.splitlines()
    method, path, _ = first.split(" ")
    headers = _fields(lines)
    if headers.get("content-type", "").startswith("multipart/"):
        body = body.replace("\n", "\r\n")
    head, _, content = response.partition("\n\n")
    first, *lines = head.splitlines()
    answered = _fields(lines)
    return Exchange(
        method,
        path,
        {name: value for name, value in headers.items() if name != "host"},
        body.encode(),
        frozenset([first.partition(" ")[2].replace(" ", "")]),
        content_type=answered.get("content-type"),
        content=content or None,
        location=answered.get("location"),
    )


def _fields(lines: list[str]) -> dict[str, str]:
    pairs = (line.partition(":") for line in lines)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
