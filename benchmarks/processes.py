"""Processes of the service benchmark: started with bounded memory, waited for, and ended by their own id."""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def prepared(folder: Path, load: Callable[[Path], None]) -> Path:
    """A folder that `load` has filled, in this run or an earlier one; a load that was cut off is begun again."""
    if not folder.exists():
        draft = folder.with_suffix(".new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        load(draft)
        draft.rename(folder)
    return folder


@contextmanager
def process_in(
    command: list[str], folder: Path, megabytes: int | None, environment: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A process in `folder` with so much address space at most; what it says goes to log.txt.  Ended by its own id."""
    bound = ["prlimit", f"--as={megabytes * 1_000_000}", "--"] if megabytes else []
    with (folder / "log.txt").open("wb") as log:
        process = subprocess.Popen([*bound, *command], cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_ready(
    process: subprocess.Popen[bytes], port: int, path: str, folder: Path, seconds: float = 600
) -> None:
    """Return as soon as `path` answers 200; fail with the end of its log when it stops or takes too long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"{folder.name} stopped with code {process.returncode}: {_last_words(folder)}")
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        try:
            connection.request("GET", path, headers={"Accept": "application/sparql-results+json"})
            if connection.getresponse().status == http.client.OK:
                return
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
        time.sleep(0.05)
    raise RuntimeError(f"{folder.name} did not answer within {seconds} s: {_last_words(folder)}")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _last_words(folder: Path) -> str:
    return (folder / "log.txt").read_text(errors="replace")[-500:]


def megabytes_of(pid: int) -> float:
    """Memory that a process and those below it hold now."""
    pages = sum(int(fields[21]) for fields in _family(pid))
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def wait_until_idle(pid: int, seconds: float = 60) -> None:
    """Return as soon as a process and those below it use less than a tenth of a processor."""
    end, pause = time.monotonic() + seconds, 0.2
    while time.monotonic() < end:
        before = _processor_seconds(pid)
        time.sleep(pause)
        if _processor_seconds(pid) - before < pause / 10:
            return
    raise RuntimeError(f"process {pid} was still busy {seconds} s after the last request")


def _processor_seconds(pid: int) -> float:
    return sum(int(fields[11]) + int(fields[12]) for fields in _family(pid)) / os.sysconf("SC_CLK_TCK")


def _family(pid: int) -> Iterator[list[str]]:
    """What /proc/…/stat tells, from the state on, of a process and those below it that are there now."""
    folder = Path(f"/proc/{pid}")
    try:
        yield (folder / "stat").read_text().rpartition(")")[2].split()
        below = [child for file in folder.glob("task/*/children") for child in file.read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return
    for child in below:
        yield from _family(int(child))
