"""Lists that come in pages: how much there is, and where it goes on."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import Request


def page_links(request: Request, total: int, limit: int, offset: int) -> dict[str, str]:
    """The headers of a page: the number of all rows, and a link to the next page if there is one."""
    headers = {"X-Total-Count": str(total)}
    if offset + limit < total:
        following = urlencode(dict(request.query_params) | {"limit": limit, "offset": offset + limit})
        headers["Link"] = f'<{request.url.path}?{following}>; rel="next"'
    return headers
