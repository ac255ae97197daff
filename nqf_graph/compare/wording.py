"""The sentences of comparisons."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path


@cache
def _sentences() -> dict[str, dict[str, str]]:
    with Path(__file__).with_name("words.toml").open("rb") as file:
        return tomllib.load(file)


def relation_name(relation: str, language: str) -> str:
    """What a relation of SKOS (`closeMatch`) is called in `language`."""
    return _sentences()[relation][language]


def sentence(name: str, language: str, /, **values: object) -> str:
    """The sentence `name` in `language`, with its values filled in."""
    return _sentences()[name][language].format(**values)
