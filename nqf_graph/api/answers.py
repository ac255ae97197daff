"""How answers that join several questions are asked for and written: parameters, JSON, CSV, pages."""

from __future__ import annotations

import json
from typing import Any

from fastapi import Request, Response

from nqf_graph.api.context import VARY
from nqf_graph.errors import BadParameter
from nqf_graph.formats import CSV, HTML, JSON
from nqf_graph.publication import Publication
from nqf_graph.web.comparing import page

_SHARED = frozenset({"lang", "_mediatype"})
_LANGUAGE = {
    "name": "lang", "in": "query", "description": "Language of names and sentences",
    "schema": {"type": "string", "enum": ["ky", "ru", "en"]},
}  # fmt: skip
WRONG: dict[int | str, dict[str, Any]] = {
    400: {"description": "Unusable parameter"},
    404: {"description": "No such thing; says what exists"},
}


def parameter(name: str, description: str, example: str, *, required: bool = False) -> dict[str, Any]:
    """A query parameter, as OpenAPI has it."""
    schema = {"type": "string"}
    return {
        "name": name, "in": "query", "required": required, "description": description, "schema": schema,
        "example": example,
    }  # fmt: skip


def openapi(*parameters: dict[str, Any]) -> dict[str, Any]:
    """The parameters of an operation, `lang` among them."""
    return {"parameters": [*parameters, _LANGUAGE]}


def given_of(request: Request, known: set[str]) -> dict[str, str]:
    """The parameters of the request.  Raises BadParameter for an unknown one."""
    unknown = sorted(set(request.query_params) - known - _SHARED)
    if unknown:
        raise BadParameter(unknown[0], "no such parameter", tuple(sorted(known)))
    return {name: value for name, value in request.query_params.items() if name in known and value}


def json_of(document: dict[str, Any], language: str, more: dict[str, str] | None = None) -> Response:
    """An answer as JSON."""
    body = json.dumps(document, ensure_ascii=False)
    return Response(body, headers=VARY | {"Content-Language": language} | (more or {}), media_type=JSON.media_type)


def csv_of(text: str, language: str) -> Response:
    """An answer as CSV."""
    return Response(text, headers=VARY | {"Content-Language": language}, media_type=CSV.content_type)


def page_of(
    request: Request,
    publication: Publication,
    name: str,
    language: str,
    more: dict[str, str] | None = None,
    **values: Any,
) -> Response:
    """An answer as a page."""
    address = str(request.url.replace(scheme="", netloc="")) if request.url.query else request.url.path
    text = page(publication, name, language, address, values)
    headers = VARY | {"Content-Language": language} | (more or {})
    return Response(text, headers=headers, media_type=HTML.content_type)
