"""TimeMaps of Memento (RFC 7089): all versions of what persists, in the link format or as JSON."""

from __future__ import annotations

import json

from fastapi import APIRouter, Request, Response

from nqf_graph.api.context import Published, format_of
from nqf_graph.api.links import Link
from nqf_graph.api.times import http_date, lineage_links, memento
from nqf_graph.errors import NotFound
from nqf_graph.formats import JSON, LINKS
from nqf_graph.web.addresses import path_of
from nqf_graph.web.versions import Lineage, versions_of

router = APIRouter()

_FORMATS = (LINKS, JSON)


@router.get("/timemap/{path:path}", summary="The versions of what persists, with the days from which they are in force")
@router.head("/timemap/{path:path}", include_in_schema=False)
def timemap(path: str, request: Request, publication: Published) -> Response:
    """The versions of a framework, a level, a descriptor or a standard; addresses are those of this host."""
    form = next((form for form in _FORMATS if path.endswith(f".{form.suffix}")), None)
    stem = path.removesuffix(f".{form.suffix}") if form else path
    form = form or format_of(request, _FORMATS)
    base = publication.settings.base
    lineage = versions_of(publication).by_original.get(f"{base}/id/{stem}")
    if lineage is None:
        raise NotFound("TimeMap of", stem)
    root = str(request.base_url).rstrip("/")
    write = _as_links if form is LINKS else _as_json
    headers = {"Vary": "Accept", "Link": f'</timemap/{path_of(stem)}.json>; rel="alternate"; type="application/json"'}
    return Response(write(lineage, base, root, stem), headers=headers, media_type=form.content_type)


def _as_links(lineage: Lineage, base: str, root: str, path: str) -> str:
    first, last = lineage.versions[0], lineage.versions[-1]
    span = {"from": http_date(first.start), "until": http_date(last.start)}
    itself = Link(f"{root}/timemap/{path_of(path)}", "self", {"type": LINKS.media_type} | span)
    original, gate, _ = lineage_links(lineage, base, root)
    mementos = [
        memento(version, "first " * (version == first) + "last " * (version == last) + "memento", base, root)
        for version in lineage.versions
    ]
    return ",\n".join(map(str, (original, gate, itself, *mementos))) + "\n"


def _as_json(lineage: Lineage, base: str, root: str, path: str) -> str:
    """The members that Memento services use."""
    original, gate, _ = lineage_links(lineage, base, root)
    told = [
        {
            "datetime": version.start.isoformat() + "T00:00:00Z",
            "uri": memento(version, "memento", base, root).target,
            "until": version.end and version.end.isoformat(),
        }
        for version in lineage.versions
    ]
    address = f"{root}/timemap/{path_of(path)}"
    return json.dumps(
        {
            "original_uri": original.target,
            "timegate_uri": gate.target,
            "timemap_uri": {"link_format": f"{address}.link", "json_format": f"{address}.json"},
            "mementos": {"first": told[0], "last": told[-1], "list": told},
        },
        ensure_ascii=False,
        indent=1,
    )
