"""One client on one connection: asks, times, and checks what comes."""

from __future__ import annotations

import http.client
import json
import time
from dataclasses import dataclass
from typing import Any, cast

RESULTS = "application/sparql-results+json"


class WrongAnswer(Exception):
    """A service did not answer what is true: its times would mean nothing."""


@dataclass(frozen=True)
class Timed:
    """An answer; milliseconds until the first byte of its body was there, and until all of it was."""

    status: int
    body: bytes
    first: float
    total: float

    def json(self) -> Any:
        """The body as JSON.  Raises WrongAnswer for another status than 200 and for what is no JSON."""
        if self.status != http.client.OK:
            raise WrongAnswer(f"answered {self.status}: {self.body[:500]!r}")
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise WrongAnswer(f"no JSON ({error}): {self.body[-200:]!r}") from error

    def rows(self) -> list[dict[str, dict[str, str]]]:
        """The solutions of SPARQL results in JSON."""
        return cast(list[dict[str, dict[str, str]]], self.json()["results"]["bindings"])


class Client:
    """A connection that is kept; opened again where the service closed it."""

    def __init__(self, port: int, timeout: float = 120) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)

    def get(self, path: str, accept: str = RESULTS) -> Timed:
        """Ask.  Raises OSError or HTTPException where no complete answer comes."""
        start = time.perf_counter()
        self._connection.request("GET", path, headers={"Accept": accept})
        response = self._connection.getresponse()
        body = response.read(1)
        first = time.perf_counter()
        body += response.read()
        end = time.perf_counter()
        return Timed(response.status, body, (first - start) * 1e3, (end - start) * 1e3)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def percentile(values: list[float], part: float) -> float:
    """The value below which so large a part of the sorted values lies."""
    return sorted(values)[int(part * (len(values) - 1))]
