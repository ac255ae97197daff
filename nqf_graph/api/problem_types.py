"""What the types of problem documents mean: each is an IRI of ours, so it answers too."""

from __future__ import annotations

import json

from fastapi import APIRouter, Request, Response

from nqf_graph.api.context import VARY, format_of, language_of
from nqf_graph.api.problems import KINDS, TYPES
from nqf_graph.formats import HTML, JSON
from nqf_graph.web.pages import render

router = APIRouter()


@router.get("/problems", summary="The types of problem documents", tags=["Operations"])
@router.head("/problems", include_in_schema=False)
def problem_types(request: Request) -> Response:
    """Every type with its status and title, as they stand in problem documents."""
    listed = [
        {"type": TYPES + name, "name": name, "status": status, "title": title}
        for status, name, title in sorted(KINDS.values())
    ]
    if format_of(request, (JSON, HTML)) is JSON:
        return Response(json.dumps({"problems": listed}), headers=VARY, media_type=JSON.media_type)
    language = language_of(request)
    page = render("problems", language, "/problems", problems=listed)
    return Response(page, headers=VARY | {"Content-Language": language}, media_type=HTML.content_type)
