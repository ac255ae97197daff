"""The application: a publication behind its addresses."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from nqf_graph import __version__
from nqf_graph.api import operations, problems, questions, resources, sparql, validate, vocabulary, writes
from nqf_graph.publication import Publication
from nqf_graph.web.pages import STATIC

_SECURITY = {
    b"x-content-type-options": b"nosniff",
    b"content-security-policy": b"default-src 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'",
    b"referrer-policy": b"strict-origin-when-cross-origin",
}


class SecurityHeaders:
    """Adds the headers that keep a browser from doing more with a response than showing it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; add the headers to the start of the response."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_SECURITY.items()]
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def create_app(publication: Publication) -> FastAPI:
    """The ASGI application that serves `publication`."""
    app = FastAPI(
        title="nqf-graph",
        version=__version__,
        summary="A national qualifications framework as a checked knowledge graph",
        license_info={"name": "Code MIT, data CC BY 4.0"},
        docs_url=None,  # the ready-made pages load scripts from other hosts
        redoc_url=None,
    )
    app.state.publication = publication
    problems.install(app)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.include_router(operations.router)
    app.include_router(sparql.router)
    app.include_router(writes.router)
    app.include_router(validate.router)
    questions.add_question_routes(app, publication)
    app.include_router(resources.router)
    app.include_router(vocabulary.router)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"],
        allow_headers=["Accept", "Accept-Language", "Authorization", "Content-Type", "If-Match"],
        expose_headers=["ETag", "Link", "Location", "X-Total-Count", "Content-Language"],
    )
    app.add_middleware(SecurityHeaders)
    return app
