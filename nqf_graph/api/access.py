"""Who is calling, and what the call may do."""

from __future__ import annotations

from fastapi import Request

from nqf_graph.errors import TooLarge, WritesOff
from nqf_graph.publication import Publication
from nqf_graph.writes import Key

_THROWN_AWAY = 50_000_000  # bytes


def caller(request: Request, publication: Publication, scope: str) -> Key:
    """The caller's key, which must have `scope`.  Raises WritesOff, Unauthorized or Forbidden."""
    if not publication.keys:
        raise WritesOff
    key = publication.keys.find(request.headers.get("authorization"))
    key.require(scope)
    return key


async def read_body(request: Request, limit: int) -> bytes:
    """The body, which may have at most `limit` bytes.  Raises TooLarge.

    What is too long is received to its end and thrown away, within reason: a client that is cut off in the middle of
    sending would never see why.
    """
    body, size = bytearray(), 0
    async for chunk in request.stream():
        size += len(chunk)
        if size <= limit:
            body += chunk
        elif size > limit + _THROWN_AWAY:
            break
    if size > limit:
        raise TooLarge(size, limit)
    return bytes(body)
