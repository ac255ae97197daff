"""Errors as RFC 9457 problem documents; the only module that knows which error has which status code."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from nqf_graph.api.context import language_of
from nqf_graph.errors import (
    BadParameter,
    CannotLoad,
    DataInvalid,
    Forbidden,
    NotAcceptable,
    NotFound,
    NqfError,
    PreconditionFailed,
    QueryRefused,
    QuerySyntax,
    StoreInUse,
    TooLarge,
    Unauthorized,
    UnsupportedFormat,
    WritesOff,
)
from nqf_graph.formats import HTML, JSON, choose
from nqf_graph.web.pages import render

MEDIA_TYPE = "application/problem+json"
TYPES = "https://w3id.org/nqf/problems#"

# error class → (status, fragment of the problem type, title)
KINDS: dict[type[NqfError], tuple[int, str, str]] = {
    BadParameter: (400, "bad-parameter", "A parameter cannot be used"),
    CannotLoad: (422, "cannot-load", "The data cannot be read"),
    DataInvalid: (422, "data-invalid", "The data break a rule"),
    Forbidden: (403, "forbidden", "The key may not do this"),
    NotAcceptable: (406, "not-acceptable", "No acceptable format"),
    NotFound: (404, "not-found", "Not found"),
    PreconditionFailed: (412, "precondition-failed", "The state has changed"),
    QueryRefused: (403, "query-refused", "The query is not allowed here"),
    QuerySyntax: (400, "query-syntax", "The query does not parse"),
    StoreInUse: (503, "store-in-use", "The data are being written"),
    TooLarge: (413, "too-large", "The request is too large"),
    Unauthorized: (401, "unauthorized", "A key is needed"),
    UnsupportedFormat: (415, "unsupported-format", "The media type is not read here"),
    WritesOff: (403, "writes-off", "Writing is off"),
}


def problem_of(error: NqfError) -> dict[str, Any]:
    """The problem document of an error, without `instance`."""
    status, fragment, title = KINDS[type(error)]
    found: dict[str, Any] = {"type": TYPES + fragment, "title": title, "status": status, "detail": str(error)}
    match error:
        case QuerySyntax():
            found |= {"line": error.line, "column": error.column}
        case NotFound() | BadParameter():
            found |= {"existing": list(error.existing)}
        case NotAcceptable():
            found |= {"offered": list(error.offered)}
        case UnsupportedFormat():
            found |= {"readable": list(error.readable)}
        case TooLarge():
            found |= {"limit": error.limit}
        case CannotLoad():
            found |= {"file": error.file, "line": error.line, "column": error.column}
        case DataInvalid():
            found |= {"counts": error.counts, "errors": [dict(finding) for finding in error.findings]}
            found |= {"submission": f"/submissions/{error.submission}"} if error.submission else {}
        case PreconditionFailed():
            found |= {"state": error.present}
    return found


def install(app: FastAPI) -> None:
    """Make every error of `app` answer with a problem document."""

    async def ours(request: Request, error: Exception) -> Response:
        assert isinstance(error, NqfError)
        problem = problem_of(error)
        for finding in problem.get("errors", ()):
            finding["message"] = finding["messages"].get(language_of(request), "")
        headers = {"WWW-Authenticate": 'Bearer realm="nqf-graph"'} if isinstance(error, Unauthorized) else None
        return _respond(request, problem, headers)

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        headers = dict(error.headers or {})
        if error.status_code == 405:
            headers = {"Allow": ", ".join(_allowed(request))}
        if error.status_code == 405 and request.method == "OPTIONS":
            return Response(status_code=204, headers=headers)
        title = HTTPStatus(error.status_code).phrase
        detail = f"{request.method} {request.url.path}: {title}"
        document = {"type": "about:blank", "title": title, "status": error.status_code, "detail": detail}
        return _respond(request, document, headers)

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        found = [{"pointer": "/" + "/".join(map(str, e["loc"])), "detail": e["msg"]} for e in error.errors()]
        status, fragment, title = KINDS[BadParameter]
        detail = "; ".join(f"{entry['pointer']}: {entry['detail']}" for entry in found)
        document = {
            "type": TYPES + fragment,
            "title": title,
            "status": status,
            "detail": detail,
            "errors": found,
        }
        return _respond(request, document)

    async def unforeseen(request: Request, error: Exception) -> Response:
        logging.getLogger("nqf_graph").exception("unforeseen error", exc_info=error)
        document = {"type": "about:blank", "title": "Internal Server Error", "status": 500}
        return _respond(request, document | {"detail": "An error that nobody foresaw; it has been logged."})

    app.add_exception_handler(NqfError, ours)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(Exception, unforeseen)


def _respond(request: Request, problem: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    problem = problem | {"instance": request.url.path}
    if _wants_html(request):
        language = language_of(request)
        page = render(
            "problem", language, request.url.path, problem=problem | {"existing": problem.get("existing", [])}
        )
        response = Response(page, problem["status"], headers, HTML.content_type)
    else:
        text = json.dumps(problem, ensure_ascii=False)
        response = Response(text, problem["status"], headers, MEDIA_TYPE)
    response.headers["Vary"] = "Accept, Accept-Language"
    return response


def _allowed(request: Request) -> list[str]:
    """The methods that the address answers."""
    methods = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
    routes = request.app.router.routes
    return [
        m for m in methods if any(r.matches(dict(request.scope) | {"method": m})[0] is Match.FULL for r in routes)
    ] + ["OPTIONS"]


def _wants_html(request: Request) -> bool:
    try:
        return choose(request.headers.get("accept"), (JSON, HTML)) is HTML
    except NotAcceptable:
        return False
