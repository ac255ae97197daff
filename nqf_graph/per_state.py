"""What is worked out once for each published state and then kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from nqf_graph.publication import Publication

T = TypeVar("T")


class PerState(Generic[T]):
    """A function of a publication whose answer holds until the state changes; use it as a decorator."""

    def __init__(self, work_out: Callable[[Publication], T]) -> None:
        self._work_out = work_out
        self._kept: WeakKeyDictionary[object, tuple[str, T]] = WeakKeyDictionary()
        self.__doc__ = work_out.__doc__

    def __call__(self, publication: Publication) -> T:
        """The answer for the present state."""
        state = publication.store.state_id
        kept = self._kept.get(publication.store)
        if kept is None or kept[0] != state:
            kept = state, self._work_out(publication)
            self._kept[publication.store] = kept
        return kept[1]
