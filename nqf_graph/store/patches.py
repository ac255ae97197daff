"""RDF Patch: statements that come and go, a line each.

Read are `A` and `D` (added, deleted) with a triple or a quad in the notation of N-Quads, and the lines that only frame
a patch (`H`, `TX`, `TC`).  A patch without graphs adds to the graph of what was handed in, and deletes where it finds.
"""

from __future__ import annotations

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, parse

from nqf_graph.errors import DataSyntax
from nqf_graph.store.delta import Recorder

PATCH = "application/rdf-patch"
SUBMITTED = NamedNode("urn:x-nqf:submitted")
_FRAME = ("H", "TX", "TC")


def record_patch(text: str, recorder: Recorder) -> None:
    """Run a patch, line by line, on the recorder's scratch store.  Raises DataSyntax with the line."""
    for number, line in enumerate(text.splitlines(), 1):
        kind, _, statement = line.strip().partition(" ")
        if kind in _FRAME or not kind or kind.startswith("#"):
            continue
        if kind not in ("A", "D"):
            raise DataSyntax("request", f"expected A or D and a statement, found {kind!r}", number, 1)
        for quad in _statement(statement, number):
            if kind == "A":
                graph = SUBMITTED if isinstance(quad.graph_name, DefaultGraph) else quad.graph_name
                recorder.add([Quad(quad.subject, quad.predicate, quad.object, graph)])
            else:
                graph_name = None if isinstance(quad.graph_name, DefaultGraph) else quad.graph_name
                found = recorder.scratch.quads_for_pattern(quad.subject, quad.predicate, quad.object, graph_name)
                recorder.remove(list(found))


def _statement(text: str, line: int) -> list[Quad]:
    try:
        return list(parse(text.encode(), format=RdfFormat.N_QUADS))
    except SyntaxError as error:
        expected = error.msg.partition(": ")[2] or error.msg
        raise DataSyntax("request", expected, line, error.offset) from error
