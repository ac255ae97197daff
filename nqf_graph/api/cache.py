"""Answers that are kept until the state they come from changes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Kept:
    """A whole answer: its headers (all that are sent), its entity tag, its bytes."""

    headers: Headers
    tag: bytes
    body: bytes


class Cache:
    """The answers used last, up to `size` bytes in all; one answer takes at most a hundredth of it."""

    def __init__(self, size: int) -> None:
        self._most = size
        self.largest = size // 100
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()
        self._bytes = 0

    def get(self, key: Hashable) -> Kept | None:
        """The answer kept for `key`."""
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
        return kept

    def put(self, key: Hashable, kept: Kept) -> None:
        """Keep an answer; those not used for longest make room."""
        if len(kept.body) > self.largest or key in self._kept:
            return
        self._kept[key] = kept
        self._bytes += _size(kept)
        while self._bytes > self._most:
            _, dropped = self._kept.popitem(last=False)
            self._bytes -= _size(dropped)


def _size(kept: Kept) -> int:
    """Roughly what an answer takes, its key and headers included."""
    return len(kept.body) + 2_000
