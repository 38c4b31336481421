"""Every setting: what it is called, what it means, and what it is unless somebody says."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from negotiate.forwarded import networks
from negotiate.rate_limit import read_policies

PREFIX = "PARLEY_"
EMBEDDED = "sqlite:///instance/parley.db"
RATE_LIMITS = (
    "reads 6000/minute 200000/hour; writes 1200/minute 30000/hour; "
    "log-ins 30/minute 300/hour; streams 60/minute 1000/hour"
)


class Settings(BaseModel):
    """The settings of a server. An option goes before the environment, that before the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    database_url: str = Field(EMBEDDED, description="SQLAlchemy URL of the database")
    public_url: str = Field("", description="origin that links begin with; empty: they begin at /")
    schema_locations: bool = Field(False, description="XML says where its XSD is")
    secret_key: str = Field("", description="signs cursors; empty: one is kept in the database")
    cache_url: str = Field("", description="Redis of cache and rate limits; empty: without")
    cache_entries: int = Field(500, ge=1, description="representations that a process keeps")
    cameras: str = Field("*=test", description="drivers: `ID=DRIVER:ADDRESS`, `*` for all others")
    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8000, ge=0, lt=65536, description="port to listen on")
    workers: int = Field(1, ge=1, description="processes that serve")
    threads: int = Field(4, ge=4, description="threads of each process")
    max_waiting: int = Field(100, ge=1, description="requests that wait for a thread (503)")
    max_connections: int = Field(1000, ge=1, description="connections of each process")
    max_head: int = Field(64 * 2**10, ge=1, description="bytes of a request line and fields (431)")
    head_seconds: int = Field(10, ge=1, description="seconds for a request to arrive (408)")
    content_seconds: int = Field(30, ge=1, description="seconds more for its content (408)")
    taking_seconds: int = Field(30, ge=1, description="seconds without taking any of an answer")
    max_fields: int = Field(100, ge=1, description="field lines of a request (431)")
    max_members: int = Field(100, ge=1, description="members of a list in a field (431)")
    max_path: int = Field(2**10, ge=1, description="bytes of a path, decoded (414)")
    max_content: int = Field(2**20, ge=1, description="bytes of decoded content (413)")
    max_depth: int = Field(64, ge=1, le=200, description="levels of nesting in content (400)")
    max_query: int = Field(8 * 2**10, ge=1, description="bytes of a query (414)")
    max_parameters: int = Field(100, ge=1, description="parameters of a query (400)")
    max_names: int = Field(50, ge=1, description="names in `fields` and in `expand` (400)")
    max_terms: int = Field(8, ge=1, le=50, description="members that `sort` names (400)")
    max_values: int = Field(100, ge=1, le=1000, description="values of `in` (400)")
    max_pattern: int = Field(200, ge=1, le=4000, description="characters of `like` (400)")
    max_wildcards: int = Field(4, ge=0, le=16, description="`*` in `like` (400)")
    max_codings: int = Field(2, ge=1, le=8, description="content codings, one in another (400)")
    max_selector: int = Field(1000, ge=1, description="characters of `sel` in XML Patch (400)")
    max_operations: int = Field(1000, ge=1, description="operations of a patch (422)")
    cors_origins: str = Field("", description="origins whose scripts may read answers, or `*`")
    cors_seconds: int = Field(600, ge=0, description="seconds that browsers keep a preflight")
    trusted_proxies: str = Field("", description="addresses, networks whose `X-Forwarded-*` counts")
    rate_limits: str = Field(RATE_LIMITS, description="requests of a user or address (429); `off`")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="least that is logged; a request is `info`, one that fails `error`"
    )
    log_format: Literal["auto", "json", "text"] = Field(
        "auto", description="`json`, `text`; `auto`: text on a terminal"
    )
    open_reads: bool = Field(True, description="reading needs no credentials (401)")
    open_writes: bool = Field(False, description="nor does writing: for trials and tests alone")
    token_seconds: int = Field(3600, ge=1, description="seconds that a token lasts")
    max_failed_logins: int = Field(20, ge=1, description="of a user, and of an address (429)")
    failed_login_seconds: int = Field(300, ge=1, description="seconds in which they count")
    task_threads: int = Field(2, ge=0, description="threads of each process that do tasks")
    broker_url: str = Field("", description="Redis or RabbitMQ that hands tasks to workers")
    task_lease: int = Field(30, ge=1, description="seconds until a dead worker's task is taken")
    task_seconds: int = Field(600, ge=1, description="seconds that an attempt at a task may take")
    task_attempts: int = Field(5, ge=1, description="attempts at a task, then it has failed")
    task_kept: int = Field(86400, ge=1, description="seconds that an ended task can be seen")
    metrics_port: int = Field(0, ge=0, lt=65536, description="of a worker's `/metrics`; 0: none")
    max_wait: int = Field(30, ge=0, description="seconds of Prefer: wait")
    idempotency_seconds: int = Field(86400, ge=1, description="seconds of an Idempotency-Key")
    require_preconditions: bool = Field(False, description="writes must say If-Match (428)")
    per_page: int = Field(20, ge=1, description="items on a page, unless a client says")
    max_per_page: int = Field(100, ge=1, description="items on a page at most (400)")

    @field_validator("public_url")
    @classmethod
    def _is_origin(cls, value: str) -> str:
        if value and not re.fullmatch(r"https?://[^/?#\s]+(/[^?#\s]*)?", value):
            raise ValueError("should be an origin such as https://api.example.org")
        return value.rstrip("/")

    @field_validator("cors_origins")
    @classmethod
    def _are_origins(cls, value: str) -> str:
        for each in value.replace(",", " ").split():
            if each != "*" and not re.fullmatch(r"https?://[^/?#\s@A-Z]+", each):
                raise ValueError(f"{each} should be as browsers write it: https://app.example.org")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, value: str) -> str:
        networks(value)
        return value

    @field_validator("rate_limits")
    @classmethod
    def _is_a_policy(cls, value: str) -> str:
        read_policies(value)
        return value

    @model_validator(mode="after")
    def _fits_on_a_page(self) -> Self:
        if self.per_page > self.max_per_page:
            raise ValueError("per_page is more than max_per_page")
        return self

    @classmethod
    def load(cls, environment: Mapping[str, str], **options: Any) -> Self:
        """The settings in force. PARLEY_CONFIG names a TOML file with these names as keys.

        Raises ValueError (pydantic's, or tomllib's) for what cannot be, OSError for a file that
        cannot be read.
        """
        file = environment.get(f"{PREFIX}CONFIG")
        from_file = tomllib.loads(Path(file).read_text()) if file else {}
        found = {name: environment.get(PREFIX + name.upper()) for name in cls.model_fields}
        in_force = {name: value for name, value in found.items() if value}  # empty: not set
        chosen = {name: value for name, value in options.items() if value is not None}
        return cls.model_validate(from_file | in_force | chosen)

    def environment(self) -> dict[str, str]:
        """The variables that carry these settings to another process."""
        return {PREFIX + name.upper(): str(value) for name, value in self}
