"""How requests write things down: media types, percent-encoding, UTF-8."""

from __future__ import annotations

from urllib.parse import parse_qsl

from fastapi import Request

from nqf_graph.errors import BadParameter

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"


def media_type_of(request: Request) -> str:
    """The media type of the body, without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def pairs_of(text: str, name: str) -> list[tuple[str, str]]:
    """Percent-encoded names and values, decoded once.  Raises BadParameter (for `name`) for what is not UTF-8."""
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict")
    except ValueError as error:
        raise BadParameter(name, f"expected percent-encoded UTF-8 ({error})") from error


def text_of(body: bytes, name: str) -> str:
    """The text of a body.  Raises BadParameter (for `name`) for what is not UTF-8."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadParameter(name, f"expected UTF-8 ({error.reason} at byte {error.start})") from error
