"""For those who run the service: is it alive, is it ready, what does it serve?"""

from __future__ import annotations

import json

from fastapi import APIRouter, Request, Response
from pyoxigraph import NamedNode

from nqf_graph import __version__
from nqf_graph.api.context import VARY, Published, language_of
from nqf_graph.formats import HTML, JSON, PDF
from nqf_graph.report import offered
from nqf_graph.web.pages import render
from nqf_graph.web.tables import names_of, table_of

router = APIRouter()


@router.get("/health", summary="Is the process alive?", tags=["Operations"])
@router.head("/health", include_in_schema=False)
async def health() -> Response:
    """Answers without touching the store."""
    return Response('{"status": "ok"}', media_type=JSON.media_type)


@router.get("/ready", summary="Are data loaded and checked?", tags=["Operations"])
@router.head("/ready", include_in_schema=False)
def ready(publication: Published) -> Response:
    """The state being served; the process only listens once data are loaded and have passed the rules."""
    store = publication.store
    found = {
        "status": "ready",
        "version": __version__,
        "state": store.state_id,
        "graphs": len(store.graphs()),
    }
    return Response(json.dumps(found), media_type=JSON.media_type)


@router.get("/", include_in_schema=False)
@router.head("/", include_in_schema=False)
def home(request: Request, publication: Published) -> Response:
    """What there is to ask and to see."""
    language = language_of(request)
    _, overview = table_of(publication, publication.store.select(publication.system("overview")), language)
    compared = publication.store.select(publication.system("report-compared"))
    name = names_of(publication, [row["framework"] for row in compared], language)
    reports = {
        publication.asker.shorten(row["framework"].value): name(row["framework"]).text
        for row in compared
        if isinstance(row["framework"], NamedNode)
    }
    page = render(
        "home",
        language,
        "/",
        groups=publication.questions.groups(),
        overview=overview,
        reports=reports,
        has_pdf=PDF in offered(),
        state=publication.store.state_id,
    )
    return Response(page, headers=VARY | {"Content-Language": language}, media_type=HTML.content_type)
