"""Renders the templates; every page is a function of data and a language."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from nqf_graph.terms import LANGUAGES

_HERE = Path(__file__).resolve().parent
STATIC = _HERE / "static"


@cache
def words(language: str) -> dict[str, str]:
    """The words of the pages in `language`."""
    with (_HERE / "words.toml").open("rb") as file:
        return {name: texts[language] for name, texts in tomllib.load(file).items()}


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip


def render(name: str, language: str, address: str, **values: Any) -> str:
    """The HTML of the template `name` in `language`; `address` is the path that the language links lead to."""
    template = _environment().get_template(f"{name}.html")
    return template.render(words=words(language), language=language, languages=LANGUAGES, address=address, **values)
