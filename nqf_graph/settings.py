"""The settings, one table: name, default, help.  Read once from `NQF_*` variables and a `.env` file."""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from pyoxigraph import NamedNode

_PACKAGE = Path(__file__).resolve().parent
_OF_ENDPOINT = (
    "endpoint", "endpoint_update", "endpoint_data", "endpoint_user", "endpoint_password", "endpoint_password_file",
)  # fmt: skip


def _home() -> Path:
    """The folder with ontology/, shapes/, data/ and queries/: inside an installed wheel, else the checkout."""
    installed = _PACKAGE / "share"
    return installed if installed.is_dir() else _PACKAGE.parent


class Settings(BaseSettings):
    """Every setting of nqf-graph.  `Settings()` reads the environment; arguments win over it."""

    model_config = SettingsConfigDict(
        env_prefix="NQF_", env_file=".env", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    base: str = Field(
        default="https://w3id.org/nqf/kg",
        description="Canonical base of the published IRIs; the service answers for it wherever it is hosted",
    )
    cache_bytes: int = Field(
        default=64_000_000, ge=0, description="Memory for answers that are kept until the state changes; 0: none"
    )
    catalog: Path = Field(
        default_factory=lambda: _home() / "data" / "catalog.ttl",
        description="The DCAT catalogue; nothing that it does not list is loaded",
    )
    default_graph: str | None = Field(
        default=None, description="Named graph that writes to the default graph go to; empty: such writes are refused"
    )
    endpoint: str | None = Field(
        default=None, description="SPARQL endpoint of another engine that keeps the data; empty: the embedded store"
    )
    endpoint_copy: int = Field(
        default=2_000_000,
        ge=0,
        description="Most statements that are copied from the endpoint into this process, to check writes and to "
        "answer for an engine that answers wrongly; 0: never",
    )
    endpoint_data: str | None = Field(
        default=None, description="Graph Store Protocol address of the endpoint; empty: it is filled by updates"
    )
    endpoint_dialect: Literal["auto", "standard", "virtuoso"] = Field(
        default="auto",
        description="How far the endpoint is to be trusted; auto: asked by test queries; standard: it answers queries; "
        "virtuoso: it keeps the data, and queries are answered from a copy",
    )
    endpoint_password: SecretStr | None = Field(default=None, description="Password for the endpoint")
    endpoint_password_file: Path | None = Field(
        default=None, description="File with the password for the endpoint, instead of the variable"
    )
    endpoint_timeout: float = Field(default=60, gt=0, description="Seconds within which the endpoint has to answer")
    endpoint_update: str | None = Field(
        default=None, description="Update address of the endpoint; empty: the same as for queries"
    )
    endpoint_user: str | None = Field(default=None, description="User name for the endpoint")
    exports_keep: int = Field(default=2, ge=1, description="States whose dumps are kept below /exports/")
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
    queries_waiting: int = Field(
        default=64, ge=0, description="Ad-hoc queries that may wait for a process; further ones get 503 at once"
    )
    queries: Path = Field(default_factory=lambda: _home() / "queries", description="Folder of the questions (*.rq)")
    query_bytes: int = Field(default=500_000_000, gt=0, description="Largest result of an ad-hoc query, in bytes")
    query_memory: int = Field(
        default=1 << 30, ge=1 << 27, description="Memory (address space) of a process that answers queries, in bytes"
    )
    query_processes: int = Field(
        default=4, ge=1, le=256, description="Processes that answer ad-hoc queries: so many run at once"
    )
    query_rows: int = Field(default=1_000_000, gt=0, description="Largest result of an ad-hoc query, in rows")
    query_seconds: float = Field(default=10, gt=0, description="Time an ad-hoc query may run; then it is killed")
    query_wait: float = Field(
        default=15, ge=0, description="Seconds an ad-hoc query waits for a process before it gets 503"
    )
    rate_exempt: str = Field(
        default="127.0.0.0/8,::1/128", description="Networks whose clients are not limited, separated by commas"
    )
    rate_limit: int = Field(
        default=1_200, ge=0, description="Requests a minute that one client may make (429 above it); 0: no limit"
    )
    request_seconds: float = Field(
        default=20, gt=0, description="Time a client has to send its request, or to take more of its answer"
    )
    service_allow: str = Field(
        default="",
        description="Endpoints that queries may ask by SERVICE: URLs, each with everything below its path, separated "
        "by commas; private+ before one at a private address; empty: SERVICE is refused",
    )
    service_batch: int = Field(default=100, gt=0, description="Solutions sent to such an endpoint with one request")
    service_bytes: int = Field(
        default=10_000_000, gt=0, description="Largest answers of such endpoints to one query together, in bytes"
    )
    service_requests: int = Field(default=50, gt=0, description="Requests to such endpoints for one query")
    service_rows: int = Field(
        default=10_000, gt=0, description="Largest answers of such endpoints to one query together, in rows"
    )
    service_seconds: float = Field(default=10, gt=0, description="Time such an endpoint has to answer one request")
    store: Path | None = Field(
        default=Path(".nqf"), description="Data folder of the embedded store; empty: everything in memory"
    )

    trusted_proxies: str = Field(
        default="", description="Addresses of proxies whose X-Forwarded-For and -Proto are believed, or *; empty: none"
    )

    writes: Literal["own", "any"] = Field(
        default="own",
        description="What writes may state; own: things below the base, each statement in one graph; any: anything",
    )

    @field_validator("store", "keys", "default_graph", *_OF_ENDPOINT, mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("endpoint", "endpoint_update", "endpoint_data")
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        if value is not None:
            parts = urlsplit(value)
            if parts.scheme not in ("http", "https") or not parts.hostname:
                raise ValueError("expected an http or https address")
            if parts.username or parts.password:
                raise ValueError("expected the credentials in NQF_ENDPOINT_USER and NQF_ENDPOINT_PASSWORD_FILE")
        return value

    @model_validator(mode="after")
    def _one_password(self) -> Settings:
        if self.endpoint_password and self.endpoint_password_file:
            raise ValueError("expected either NQF_ENDPOINT_PASSWORD or NQF_ENDPOINT_PASSWORD_FILE")
        return self

    @field_validator("default_graph")
    @classmethod
    def _absolute(cls, value: str | None) -> str | None:
        if value is not None:
            NamedNode(value)  # raises ValueError for what is not an absolute IRI
        return value

    @field_validator("base")
    @classmethod
    def _no_trailing_slash(cls, value: str) -> str:
        return value.rstrip("/")
