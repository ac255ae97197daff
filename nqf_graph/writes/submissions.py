"""What was handed in and not (yet) published: kept for correction or for review."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nqf_graph.errors import NotFound

PENDING, REJECTED, PUBLISHED = "pending", "rejected", "published"


@dataclass(frozen=True)
class Submission:
    """A write as it came: what was asked, by whom and when, what became of it, and the findings."""

    id: str
    owner: str
    received: str
    status: str
    request: Mapping[str, Any]
    findings: tuple[Mapping[str, Any], ...]
    state: str
    """The state it was checked against, or the one it became."""


class Submissions:
    """Submissions as files of a folder; in memory when there is no folder."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._kept: dict[str, Submission] = {}

    def keep(
        self, owner: str, status: str, request: Mapping[str, Any], findings: tuple[Mapping[str, Any], ...], state: str
    ) -> Submission:
        """Keep a write under a new id."""
        received = datetime.now(UTC).isoformat(timespec="seconds")
        submission = Submission(secrets.token_hex(8), owner, received, status, dict(request), findings, state)
        self._write(submission)
        return submission

    def get(self, id: str) -> Submission:
        """The submission with this id.  Raises NotFound."""
        if self._folder is None:
            if id not in self._kept:
                raise NotFound("submission", id)
            return self._kept[id]
        file = self._file(id)
        if not re.fullmatch(r"[0-9a-f]{16}", id) or not file.is_file():
            raise NotFound("submission", id)
        given = json.loads(file.read_text(encoding="utf-8"))
        return Submission(**given | {"findings": tuple(given["findings"])})

    def settle(self, submission: Submission, state: str) -> Submission:
        """Note that a submission was published and made `state`."""
        settled = replace(submission, status=PUBLISHED, state=state)
        self._write(settled)
        return settled

    def _file(self, id: str) -> Path:
        assert self._folder is not None
        return self._folder / f"{id}.json"

    def _write(self, submission: Submission) -> None:
        if self._folder is None:
            self._kept[submission.id] = submission
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        draft = self._file(submission.id).with_suffix(".new")
        draft.write_text(json.dumps(asdict(submission), ensure_ascii=False, indent=1), encoding="utf-8")
        draft.replace(self._file(submission.id))
