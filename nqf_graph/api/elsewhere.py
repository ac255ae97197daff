"""What no other address takes: IRIs of ours outside `/id/`, such as named graphs and modules of the vocabulary."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

from nqf_graph.api.context import publication_of
from nqf_graph.api.resources import answer_elsewhere
from nqf_graph.api.vocabulary import module
from nqf_graph.errors import NotFound
from nqf_graph.terms import PROJECT


def install(app: FastAPI) -> None:
    """Let `app` answer for every IRI of ours that the graph mentions, at the path that the IRI has.

    This is what the router turns to when no route fits, so it never stands in the way of one, wherever it is added.
    """
    app.router.default = _answer


async def _answer(scope: Scope, receive: Receive, send: Send) -> None:
    request = Request(scope, receive)
    response = await run_in_threadpool(_respond, request)
    await response(scope, receive, send)


def _respond(request: Request) -> Response:
    publication = publication_of(request)
    roots = (publication.settings.base, PROJECT.iri.rstrip("/"))
    found = module(request, publication)
    for root in roots:
        found = found or answer_elsewhere(request, publication, root)
    if found is None:
        raise NotFound("address", request.scope["path"])
    if request.method in ("GET", "HEAD"):
        return found
    status = 204 if request.method == "OPTIONS" else 405
    return Response(status_code=status, headers={"Allow": "GET, HEAD, OPTIONS"})
