"""The service benchmark measures right answers only: it runs, small, and each of its checks can stop it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pyoxigraph as ox
import pytest

from benchmarks import wrk
from benchmarks.client import RESULTS, Timed, WrongAnswer
from benchmarks.peers import OURS, RUST, Engine, engines
from benchmarks.processes import megabytes_of, prepared, wait_until_idle
from benchmarks.records import BASE
from benchmarks.same_data import NAME, SameData, same_data
from benchmarks.workloads import LEVELS, check_rows, kyrgyz, works
from tests.conftest import ROOT, require

SIZE = 4_000
WORKS = ["again", "new", "page", "page again", "question", "question again", "turtle"]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "benchmarks.service", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=200)


def small(work: Path) -> subprocess.CompletedProcess[str]:
    size = ("--triples", str(SIZE), "--seconds", "1", "--rounds", "1", "--limit", "1")
    return run(*size, "--only", "ours,oxigraph", "--work", str(work))


@pytest.fixture(scope="module")
def server() -> Engine:
    require(wrk.version() is not None, "wrk")
    engine = engines(None, 4_000)[RUST]
    require(engine.version is not None, "the oxigraph server")
    return engine


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> SameData:
    return same_data(tmp_path_factory.mktemp("work"), SIZE)


def numbers(table: str) -> Iterator[float]:
    for number in re.findall(r"\d[\d,.]*(?= |\))", table):
        yield float(number.replace(",", ""))


def test_a_small_run_prints_every_table_and_a_wrong_name_stops_the_next(server: Engine, data: SameData) -> None:
    work = data.folder.parent
    ended = small(work)
    assert ended.returncode == 0, ended.stderr
    tables = [part for part in ended.stdout.split("\n\n") if part.startswith("|")]
    assert [len(table.splitlines()) - 2 for table in tables] == [2, 7, 5, 2, 2, 4, 2, 4]
    for table in tables:
        assert len({line.count(" | ") for line in table.splitlines()}) == 1, table
    assert all(speed > 0 for line in tables[1].splitlines()[2:6] for speed in numbers(line))
    assert [line.split(" | ")[-1] for line in tables[6].splitlines()[2:]] == ["yes |", "yes |"]
    assert f"{data.triples:,} triples" in ended.stdout
    one_name_wrong(data)
    ended = small(work)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "stopped: oxigraph" in ended.stderr


def one_name_wrong(data: SameData) -> None:
    """Load the Rust server's database anew, with one name out of thousands changed."""
    lines = data.file.read_text(encoding="utf-8").splitlines(keepends=True)
    place = next(place for place, line in enumerate(lines) if f"<{NAME}>" in line and line.startswith(f"<{BASE}task"))
    lines[place] = lines[place].replace('"', '"not ', 1)
    database = data.folder / RUST
    shutil.rmtree(database)
    store = ox.Store(str(database))
    store.load("".join(lines).encode(), format=ox.RdfFormat.N_TRIPLES)
    store.flush()


def test_all_services_get_the_same_triples(data: SameData) -> None:
    whole = [quad.triple for quad in ox.parse(path=str(data.file), format=ox.RdfFormat.N_TRIPLES)]
    assert len(whole) == len(set(whole)) == data.triples
    assert same_data(data.folder.parent, SIZE) == data, "a second run finds them"


def test_failing_requests_stop_the_run(server: Engine, data: SameData) -> None:
    with server.start(data) as running, pytest.raises(WrongAnswer, match="failed"):
        wrk.load(running.port, "/nowhere/@NUMBER@", ["x"], data.folder, begin=0, seconds=1, accept=RESULTS)


def answered(body: object, status: int = HTTPStatus.OK) -> Timed:
    return Timed(status, (body if isinstance(body, str) else json.dumps(body)).encode(), 1, 1)


def row(**cells: str) -> dict[str, dict[str, str]]:
    return {
        name: {"type": "literal", "value": value.partition("@")[0], "xml:lang": value.partition("@")[2]}
        for name, value in cells.items()
    }


def solutions(*rows: dict[str, dict[str, str]]) -> Timed:
    return answered({"head": {}, "results": {"bindings": list(rows)}})


def right_answer(data: SameData, work: str, value: str, service: str) -> Timed:
    if work in ("new", "again"):
        return solutions(*(row(name=f"{text}@{language}") for text, language in data.names[value]))
    if work in ("question", "question again"):
        levels = [(iri, kyrgyz(names)[0]) for iri, names in data.names.items() if iri.startswith(LEVELS)]
        if service == OURS:
            return answered({"rows": [{"level": level, "name": name} for level, name in levels]})
        return solutions(*(row(level=level, name=name) for level, name in levels))
    return answered(" ".join(text for text, _ in data.names[BASE + value]))


@pytest.mark.parametrize("service", [OURS, RUST])
@pytest.mark.parametrize("work", WORKS)
def test_right_answers_pass_and_wrong_ones_do_not(data: SameData, work: str, service: str) -> None:
    asked = works(data)[work]
    value = asked.values[0]
    right = right_answer(data, work, value, service)
    assert asked.wrong(service, value, right) == ""
    is_page = work in ("page", "page again", "turtle")
    if is_page:
        assert asked.wrong(service, value, answered("", HTTPStatus.OK)) != ""
        assert asked.wrong(service, value, Timed(HTTPStatus.NOT_FOUND, right.body, 1, 1)) != ""
        return
    empty = answered({"rows": [], "results": {"bindings": []}})
    assert asked.wrong(service, value, empty) != ""
    with pytest.raises(WrongAnswer, match="503"):
        asked.wrong(service, value, Timed(HTTPStatus.SERVICE_UNAVAILABLE, right.body, 1, 1))
    with pytest.raises(WrongAnswer, match="no JSON"):
        asked.wrong(service, value, Timed(HTTPStatus.OK, right.body[:-5], 1, 1))


def test_every_kind_of_work_is_tried_here(data: SameData) -> None:
    assert sorted(works(data)) == WORKS


def many(data: SameData) -> list[dict[str, dict[str, str]]]:
    pairs = [(iri, f"{text}@{language}") for iri, names in data.names.items() for text, language in sorted(names)]
    return [row(thing3=iri, name=name) for iri, name in pairs]


def test_all_rows_pass(data: SameData) -> None:
    rows = many(data)
    assert check_rows(RUST, solutions(*rows), data, 3, 10**6) == len(rows)
    assert check_rows(RUST, solutions(*rows[:7]), data, 3, 7) == 7


@pytest.mark.parametrize("fault", ["one missing", "one twice", "one untrue", "one too many"])
def test_wrong_rows_are_noticed(data: SameData, fault: str) -> None:
    rows = many(data)
    limit = 10**6
    match fault:
        case "one missing":
            rows.pop()
        case "one twice":
            rows[0] = rows[1]
        case "one untrue":
            rows[0] = row(thing3=rows[0]["thing3"]["value"], name="invented@en")
        case "one too many":
            limit = len(rows) - 1
    with pytest.raises(WrongAnswer, match=r"^expected "):
        check_rows(RUST, solutions(*rows), data, 3, limit)


@pytest.mark.parametrize(
    ("only", "said"),
    [("oxigraph", "expected nqf-graph among"), ("ours,rdflib-endpoint", "not installed: rdflib-endpoint")],
    ids=["without ours", "not installed"],
)
def test_a_choice_that_cannot_be_measured_is_refused(server: Engine, tmp_path: Path, only: str, said: str) -> None:
    bare = tmp_path / "bin"
    bare.mkdir()
    (bare / "oxigraph").symlink_to(Path(sys.prefix) / "bin" / "oxigraph")
    ended = run("--only", only, "--peers", str(tmp_path))
    assert (ended.returncode, ended.stdout) == (2, "")
    assert said in ended.stderr


def test_a_load_that_was_cut_off_is_begun_again(tmp_path: Path) -> None:
    def cut_off(folder: Path) -> None:
        (folder / "half").touch()
        raise RuntimeError("cut off")

    def whole(folder: Path) -> None:
        assert not list(folder.iterdir())
        (folder / "whole").touch()

    with pytest.raises(RuntimeError):
        prepared(tmp_path / "database", cut_off)
    assert [path.name for path in prepared(tmp_path / "database", whole).iterdir()] == ["whole"]
    assert prepared(tmp_path / "database", cut_off) == tmp_path / "database", "it is not loaded twice"


def test_memory_and_work_are_told_of_a_process_and_its_children() -> None:
    program = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'x = bytearray(200_000_000); input()'])"
    process = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE)
    try:
        end = time.monotonic() + 30
        while (held := megabytes_of(process.pid)) < 200:
            assert time.monotonic() < end, f"only {held} MB"
            time.sleep(0.05)
        wait_until_idle(process.pid, 30)
    finally:
        process.communicate(b"\n", timeout=20)
    assert megabytes_of(process.pid) == 0


def test_a_busy_process_is_not_idle() -> None:
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        with pytest.raises(RuntimeError, match="still busy"):
            wait_until_idle(process.pid, 0.5)
    finally:
        process.kill()
        process.wait()
