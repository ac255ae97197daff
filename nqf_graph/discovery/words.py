"""The titles of what the service itself adds to the catalogue."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from pyoxigraph import Literal


@cache
def titles(name: str) -> tuple[Literal, ...]:
    """The title of `name` in every language."""
    with (Path(__file__).resolve().parent / "words.toml").open("rb") as file:
        return tuple(Literal(text, language=tag) for tag, text in tomllib.load(file)[name].items())
