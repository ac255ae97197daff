"""The settings, one table: name, default, help.  Read once from `NQF_*` variables and a `.env` file."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_PACKAGE = Path(__file__).resolve().parent


def _home() -> Path:
    """The folder with ontology/, shapes/, data/ and queries/: inside an installed wheel, else the checkout."""
    installed = _PACKAGE / "share"
    return installed if installed.is_dir() else _PACKAGE.parent


class Settings(BaseSettings):
    """Every setting of nqf-graph.  `Settings()` reads the environment; arguments win over it."""

    model_config = SettingsConfigDict(env_prefix="NQF_", env_file=".env", extra="ignore", frozen=True)

    base: str = Field(
        default="https://w3id.org/nqf/kg",
        description="Canonical base of the published IRIs; the service answers for it wherever it is hosted",
    )
    catalog: Path = Field(
        default_factory=lambda: _home() / "data" / "catalog.ttl",
        description="The DCAT catalogue; nothing that it does not list is loaded",
    )
    host: str = Field(default="127.0.0.1", description="Address the service listens on")
    keys: Path | None = Field(
        default=None, description="File of API keys (`nqf key`); without it nothing is written over HTTP"
    )
    max_body_bytes: int = Field(
        default=20_000_000, gt=0, description="Longest body of data that is read, in bytes (413 above it)"
    )
    max_query_bytes: int = Field(
        default=200_000, gt=0, description="Longest SPARQL text that is parsed, in bytes (413 above it)"
    )
    port: int = Field(default=8000, ge=0, le=65535, description="Port the service listens on; 0 takes a free one")
    queries: Path = Field(default_factory=lambda: _home() / "queries", description="Folder of the questions (*.rq)")
    store: Path | None = Field(
        default=Path(".nqf"), description="Data folder of the embedded store; empty: everything in memory"
    )

    @field_validator("store", "keys", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("base")
    @classmethod
    def _no_trailing_slash(cls, value: str) -> str:
        return value.rstrip("/")
