"""How often may a client ask?"""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from time import monotonic

from nqf_graph.errors import TooManyRequests

_MOST_CLIENTS = 10_000
_MINUTE = 60.0


class RateLimit:
    """A bucket of requests for each client, filled again within a minute; `exempt` are networks without a limit."""

    def __init__(self, requests_a_minute: int, exempt: str) -> None:
        self._most = requests_a_minute
        self._exempt = [ipaddress.ip_network(part.strip(), strict=False) for part in exempt.split(",") if part.strip()]
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._known_exempt: dict[str, bool] = {}

    def take(self, client: str) -> None:
        """Count a request of `client`.  Raises TooManyRequests."""
        if not self._most or self._is_exempt(client):
            return
        now = monotonic()
        left, since = self._buckets.pop(client, (float(self._most), now))
        left = min(self._most, left + (now - since) * self._most / _MINUTE)
        if left < 1:
            self._buckets[client] = (left, now)
            raise TooManyRequests(self._most, (1 - left) * _MINUTE / self._most)
        self._buckets[client] = (left - 1, now)
        if len(self._buckets) > _MOST_CLIENTS:
            self._buckets.popitem(last=False)

    def _is_exempt(self, client: str) -> bool:
        known = self._known_exempt.get(client)
        if known is None:
            if len(self._known_exempt) > _MOST_CLIENTS:
                self._known_exempt.clear()
            known = self._known_exempt[client] = self._look_up(client)
        return known

    def _look_up(self, client: str) -> bool:
        try:
            address = ipaddress.ip_address(client)
        except ValueError:  # a test client, or a socket file
            return True
        return any(address in network for network in self._exempt)
