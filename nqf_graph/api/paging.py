"""Lists that come in pages: how much there is, and where it goes on."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import Request


@dataclass(frozen=True)
class Pages:
    """One page of a list: the number of all rows, the addresses of the pages before and after it, empty if none."""

    total: int
    before: str
    after: str

    @property
    def headers(self) -> dict[str, str]:
        """The number, and a link to the next page if there is one."""
        return {"X-Total-Count": str(self.total)} | ({"Link": f'<{self.after}>; rel="next"'} if self.after else {})


def pages(request: Request, total: int, limit: int, offset: int) -> Pages:
    """Which pages lie around the one that was asked for?"""

    def at(start: int) -> str:
        return f"{request.url.path}?{urlencode(dict(request.query_params) | {'limit': limit, 'offset': start})}"

    before = at(max(0, offset - limit)) if offset else ""
    return Pages(total, before, at(offset + limit) if offset + limit < total else "")
