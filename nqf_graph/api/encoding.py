"""How requests write things down: media types, percent-encoding, UTF-8."""

from __future__ import annotations

from dataclasses import dataclass
from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qsl

from fastapi import Request

from nqf_graph.errors import BadParameter
from nqf_graph.formats import GRAPHS

FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
UPDATE = "application/sparql-update"
MULTIPART = "multipart/form-data"


@dataclass(frozen=True)
class Part:
    """A document of a form: its bytes, its media type, and its file name."""

    content: bytes
    media_type: str
    name: str


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


def parts_of(content_type: str, body: bytes) -> list[Part]:
    """The documents of a `multipart/form-data` body.  Raises BadParameter for a body that is none.

    The media type of a part that does not say its own follows from the ending of its file name.
    """
    message = BytesParser(policy=HTTP).parsebytes(f"Content-Type: {content_type}\r\n\r\n".encode("latin-1") + body)
    if not message.is_multipart() or message.defects:
        raise BadParameter("body", "expected multipart/form-data as its boundary says")
    by_ending = {form.suffix: form.media_type for form in GRAPHS}
    parts = []
    for part in message.iter_parts():
        name, media_type = part.get_filename() or "part", part.get_content_type()
        if "content-type" not in part or media_type == "application/octet-stream":
            media_type = by_ending.get(name.rpartition(".")[2], media_type)
        content = part.get_payload(decode=True)
        parts.append(Part(content if isinstance(content, bytes) else b"", media_type, name))
    return parts
