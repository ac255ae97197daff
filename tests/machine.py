"""What the tests ask of the machine that they run on."""

from __future__ import annotations

import os
import socket

import pytest


def require(present: bool, what: str) -> None:
    """Skip, saying why, where a tool or reference data are absent; fail where the environment promises them."""
    if not present:
        if os.environ.get("NQF_REQUIRE_TOOLS") == "1":
            pytest.fail(f"{what}: required here and not found")
        pytest.skip(f"{what}: not found on this machine, so this is not checked (2026-11-23)")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
