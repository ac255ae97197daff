"""The application: a publication behind its addresses."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from nqf_graph import __version__
from nqf_graph.api import (
    comparing,
    discovery,
    elsewhere,
    mappings,
    operations,
    problems,
    questions,
    reports,
    resources,
    scenarios,
    sparql,
    validate,
    vocabulary,
    writes,
)
from nqf_graph.api.front import Front
from nqf_graph.isolation.direct import Direct, Following, Reading
from nqf_graph.publication import Publication
from nqf_graph.store import RemoteStore
from nqf_graph.web.pages import STATIC


class Service(FastAPI):
    """FastAPI behind `front`, which answers some requests before it, as it costs several times what they do."""

    front: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        await self.front(scope, receive, send)

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document."""
        document = super().openapi()
        document["paths"]["/sparql"] = sparql.OPENAPI
        return document


def reading_of(publication: Publication) -> Reading:
    """What answers strangers' queries: processes that can be killed, where the system knows how to confine them."""
    if sys.platform == "win32" or (isinstance(publication.store, RemoteStore) and publication.store.answers_itself):
        return Direct(publication.store)
    from nqf_graph.isolation.pool import Pool  # noqa: PLC0415 - not importable everywhere
    from nqf_graph.isolation.process import Limits  # noqa: PLC0415

    settings = publication.settings
    limits = Limits(settings.query_seconds, settings.query_memory, settings.query_rows, settings.query_bytes)
    newest = publication.snapshots.newest if publication.is_remote else publication.snapshots.present
    pool = Pool(settings.query_processes, settings.queries_waiting, settings.query_wait, limits, lambda: newest()[1])
    return Following(pool, publication.snapshots.present) if publication.is_remote else pool


def create_app(publication: Publication) -> FastAPI:
    """The ASGI application that serves `publication`."""
    reading = reading_of(publication)

    @asynccontextmanager
    async def while_serving(_: FastAPI) -> AsyncIterator[None]:
        await reading.open()
        try:
            yield
        finally:
            await reading.close()

    app = Service(
        lifespan=while_serving,
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
    app.include_router(writes.router)
    app.include_router(validate.router)
    app.include_router(comparing.router)
    app.include_router(scenarios.router)
    questions.add_question_routes(app, publication)
    app.include_router(reports.router)
    app.include_router(mappings.router)
    app.include_router(discovery.router)
    app.include_router(resources.router)
    app.include_router(vocabulary.router)
    elsewhere.install(app)
    app.front = Front(partial(FastAPI.__call__, app), sparql.SparqlEndpoint(publication, reading), publication)
    return app
