"""Load by wrk: how many requests a second, and how long one takes, when eight clients ask without a pause."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.client import WrongAnswer

SCRIPT = Path(__file__).with_name("requests.lua")
CLIENTS = 8


@dataclass(frozen=True)
class Load:
    """What wrk measured; `different` is how many of the requests differed from each other."""

    requests: int
    different: int
    seconds: float
    p50: float
    """Milliseconds, as `p99`."""
    p99: float
    bytes_each: float

    @property
    def per_second(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


def version() -> str | None:
    """The version of wrk on this machine; None where it is not installed."""
    if shutil.which("wrk") is None:
        return None
    told = subprocess.run(["wrk", "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"\d[\d.]+", told)
    return found[0] if found else "unknown"


def load(  # noqa: PLR0913
    port: int, template: str, values: Sequence[str], folder: Path, *, begin: int, seconds: int, accept: str
) -> Load:
    """Ask for addresses made from `template` (see requests.lua) for some seconds, beginning with value `begin`.

    Raises WrongAnswer if any answer was not 200 or did not come.
    """
    listed = folder / "values.txt"
    listed.write_text("".join(f"{value}\n" for value in values), encoding="utf-8")
    command = [
        "wrk", "--threads", "1", "--connections", str(CLIENTS), "--duration", f"{seconds}s", "--timeout", "30s",
        "--script", str(SCRIPT), f"http://127.0.0.1:{port}", "--", str(listed), template, str(begin), accept,
    ]  # fmt: skip
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds + 60)
    measured = [line.split()[1:] for line in ended.stdout.splitlines() if line.startswith("measured ")]
    if not measured:
        raise WrongAnswer(f"wrk measured nothing: {ended.stdout[-500:]}{ended.stderr[-500:]}")
    requests, duration, size, p50, p99, failures = map(int, measured[0])
    if failures:
        raise WrongAnswer(f"{failures} of {requests} requests for {template[:100]} failed: {ended.stdout[-500:]}")
    if not requests:
        raise WrongAnswer(f"no request for {template[:100]} was answered within {seconds} s")
    different = requests if "@NUMBER@" in template else min(requests, len(values))
    return Load(requests, different, duration / 1e6, p50 / 1e3, p99 / 1e3, size / requests)
