"""What a reader of the data answers."""

from __future__ import annotations

from nqf_graph.isolation.spool import Spool


class WrongKind(Exception):
    """The result is of a kind (`rows`, `boolean`, `graph`) for which the job names no format."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(kind)


class Answer:
    """A result: its kind, the suffix of its format, and its bytes, `whole` or (None) in `pieces`.

    `is_cut` says of a preview that it shows less than the whole result.
    """

    def __init__(
        self, kind: str, form: str, whole: bytes | None, pieces: Spool | None = None, *, is_cut: bool = False
    ) -> None:
        self.kind, self.form, self.whole, self.pieces, self.is_cut = kind, form, whole, pieces, is_cut

    def abandon(self) -> None:
        """Nobody wants the rest: end the query if it is still running."""
        if self.pieces is not None:
            self.pieces.abandon()
