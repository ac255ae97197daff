"""Errors as RFC 9457 problem documents; the only module that knows which error has which status code."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from math import ceil
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Match

from nqf_graph.api.context import language_of
from nqf_graph.errors import (
    BadParameter,
    Busy,
    CannotLoad,
    DataInvalid,
    DataSyntax,
    EndpointFailed,
    EndpointLimit,
    EndpointTimeout,
    Forbidden,
    Gone,
    MethodNotAllowed,
    NotAcceptable,
    NotFound,
    NqfError,
    PreconditionFailed,
    QueryFailed,
    QueryLimit,
    QueryRefused,
    QuerySyntax,
    ServiceFailed,
    StoreInUse,
    TooLarge,
    TooManyRequests,
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
    Busy: (503, "busy", "Too many queries are running"),
    BadParameter: (400, "bad-parameter", "A parameter cannot be used"),
    CannotLoad: (422, "cannot-load", "The data cannot be read"),
    DataInvalid: (422, "data-invalid", "The data break a rule"),
    DataSyntax: (400, "data-syntax", "The data do not parse"),
    EndpointFailed: (502, "endpoint-failed", "The engine behind this service failed"),
    EndpointLimit: (501, "endpoint-limit", "The engine behind this service cannot do this"),
    EndpointTimeout: (504, "endpoint-timeout", "The engine behind this service is late"),
    Forbidden: (403, "forbidden", "The key may not do this"),
    MethodNotAllowed: (405, "method-not-allowed", "The method is not answered here"),
    Gone: (410, "gone", "It was taken away"),
    NotAcceptable: (406, "not-acceptable", "No acceptable format"),
    NotFound: (404, "not-found", "Not found"),
    PreconditionFailed: (412, "precondition-failed", "The state has changed"),
    QueryFailed: (400, "query-failed", "The query could not be evaluated"),
    QueryLimit: (503, "query-limit", "The query needs more than it may"),
    QueryRefused: (403, "query-refused", "The query is not allowed here"),
    QuerySyntax: (400, "query-syntax", "The query does not parse"),
    ServiceFailed: (502, "service-failed", "Another endpoint did not answer properly"),
    StoreInUse: (503, "store-in-use", "The data are being written"),
    TooLarge: (413, "too-large", "The request is too large"),
    TooManyRequests: (429, "too-many-requests", "Too many requests"),
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
        case ServiceFailed():
            found |= {"endpoint": error.endpoint}
        case Gone():
            found |= {"names": error.names, "removed": error.moment, "commit": error.commit}
            found |= {"replacedBy": list(error.replaced_by)}
        case NotAcceptable():
            found |= {"offered": list(error.offered)}
        case UnsupportedFormat():
            found |= {"readable": list(error.readable)}
        case TooLarge() | TooManyRequests():
            found |= {"limit": error.limit}
        case QueryLimit():
            found |= {"limit": error.limit, "value": error.value}
            found["status"] = 413 if error.limit in ("rows", "bytes") else status
        case CannotLoad():
            found |= {"file": error.file, "line": error.line, "column": error.column}
        case DataInvalid():
            found |= {"counts": error.counts, "errors": [dict(finding) for finding in error.findings]}
            found |= {"submission": f"/submissions/{error.submission}"} if error.submission else {}
        case PreconditionFailed():
            found |= {"state": error.present}
    return found


def respond(request: Request, error: NqfError) -> Response:
    """The answer that tells the caller of `error`."""
    problem = problem_of(error)
    for finding in problem.get("errors", ()):
        finding["message"] = finding["messages"].get(language_of(request), "")
    return _respond(request, problem, _headers(error))


def _headers(error: NqfError) -> dict[str, str]:
    match error:
        case Unauthorized():
            return {"WWW-Authenticate": 'Bearer realm="nqf-graph"'}
        case MethodNotAllowed():
            return {"Allow": ", ".join(error.allowed)}
        case Busy() | TooManyRequests():
            return {"Retry-After": str(max(1, ceil(error.seconds)))}
        case QueryLimit(limit="seconds"):
            return {"Retry-After": str(max(1, ceil(error.value)))}
        case StoreInUse():
            return {"Retry-After": "1"}
    return {}


def unforeseen(request: Request, error: Exception) -> Response:
    """The answer to an error of ours, which is logged."""
    logging.getLogger("nqf_graph").error("unforeseen error", exc_info=error)
    document = {"type": "about:blank", "title": "Internal Server Error", "status": 500}
    return _respond(request, document | {"detail": "An error that nobody foresaw; it has been logged."})


async def _unforeseen(request: Request, error: Exception) -> Response:
    return unforeseen(request, error)


def install(app: FastAPI) -> None:
    """Make every error of `app` answer with a problem document."""

    async def ours(request: Request, error: Exception) -> Response:
        assert isinstance(error, NqfError)
        return respond(request, error)

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

    app.add_exception_handler(NqfError, ours)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(Exception, _unforeseen)


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
