"""What a data folder says of the last published state to readers in other processes: one file, replaced whole."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nqf_graph.errors import CannotLoad


@dataclass(frozen=True)
class Notice:
    """The name of the state, the folder of its snapshot ("" where another engine keeps the data), its findings."""

    state: str
    folder: str
    findings: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Board:
    """The file of a data folder that holds the notice."""

    file: Path

    @classmethod
    def of(cls, home: Path, *, is_remote: bool) -> Board:
        """The file of the data folder `home`."""
        return cls(home / ("endpoint.json" if is_remote else "published.json"))

    def read(self) -> Notice:
        """The notice.  Raises CannotLoad when there is none."""
        try:
            return Notice(**json.loads(self.file.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            place = str(self.file.parent)
            raise CannotLoad(place, "expected a published state here; start the service once") from error

    def tells_of(self, state: str) -> bool:
        """Is the notice about this state?"""
        return self.file.exists() and self.read().state == state

    def put_up(self, notice: Notice) -> None:
        """Replace the notice in one step."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        draft = self.file.with_suffix(".json.new")
        draft.write_text(json.dumps(notice.__dict__, ensure_ascii=False, indent=1), encoding="utf-8")
        draft.replace(self.file)
