"""Who is calling, and what the call may do."""

from __future__ import annotations

from fastapi import Request

from nqf_graph.errors import TooLarge, WritesOff
from nqf_graph.publication import Publication
from nqf_graph.writes import Key


def caller(request: Request, publication: Publication, scope: str) -> Key:
    """The caller's key, which must have `scope`.  Raises WritesOff, Unauthorized or Forbidden."""
    if not publication.keys:
        raise WritesOff
    key = publication.keys.find(request.headers.get("authorization"))
    key.require(scope)
    return key


async def read_body(request: Request, limit: int) -> bytes:
    """The body, which may have at most `limit` bytes.  Raises TooLarge as soon as it has more."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise TooLarge(len(body), limit)
    return bytes(body)
