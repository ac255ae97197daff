"""The query parameters of documents, as the OpenAPI document tells them."""

from __future__ import annotations

from typing import Any

from nqf_graph.terms import LANGUAGES
from nqf_graph.web.description import LARGEST_PAGE, PAGE


def _parameter(name: str, description: str, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": {"type": "string"} | schema}


AS_OF = _parameter("as_of", "Of what persists: the version in force on this day", format="date")
VARIANT = (
    _parameter("_mediatype", "Media type or suffix of the format, in place of Accept"),
    _parameter("_profile", "Token or IRI of the view, in place of Accept-Profile; `alt` lists them"),
    _parameter("lang", "Language of names and texts on pages, in place of Accept-Language", enum=list(LANGUAGES)),
    _parameter("page", "Page of what points to the thing", type="integer", minimum=1, default=1),
    _parameter("limit", "Statements of a page for each property", type="integer", maximum=LARGEST_PAGE, default=PAGE),
)
