"""The pool of reading processes: limits are kept, the next query is right, nothing is left over."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nqf_graph.errors import Busy, QueryFailed, QueryLimit, QueryRefused, QuerySyntax
from nqf_graph.isolation import pool as pool_module
from nqf_graph.isolation import process
from nqf_graph.isolation.answer import Answer, WrongKind
from nqf_graph.isolation.counting import RowCounter
from nqf_graph.isolation.pool import Pool
from nqf_graph.isolation.process import Limits
from nqf_graph.isolation.spool import IN_MEMORY, Spool
from nqf_graph.isolation.wire import ANSWER, Frames, Job, frame, read_job, write_job

LIMITS = Limits(seconds=1.0, memory=1 << 30, rows=5_000, bytes=2_000_000)
CROSS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l FILTER(?c = ?l && ?f = ?i) }"
ASK = "ASK { ?s ?p ?o }"


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A store with 2,000 statements, of which the texts hold everything that separates rows in some format."""
    folder = tmp_path_factory.mktemp("snapshot") / "store"
    store = ox.Store(str(folder))
    graph = ox.NamedNode("urn:graph")
    texts = ('a,{"b"}', "line\nline", "tab\t", "<result>", 'say "so"', ',{",', "[{", "\\")
    store.extend(
        ox.Quad(ox.NamedNode(f"urn:s{n}"), ox.NamedNode("urn:p"), ox.Literal(f"{n}{texts[n % len(texts)]}"), graph)
        for n in range(2_000)
    )
    store.flush()
    return str(folder)


def with_pool(
    snapshot: str, use: Callable[[Pool], Awaitable[None]], size: int = 1, waiting: int = 8, limits: Limits = LIMITS
) -> None:
    """Run `use` with a pool."""

    async def run() -> None:
        pool = Pool(size, waiting, 20.0, limits, lambda: snapshot)
        await pool.open()
        try:
            await use(pool)
        finally:
            await pool.close()

    asyncio.run(run())


async def whole(answer: Answer) -> bytes:
    """All bytes of an answer."""
    if answer.whole is not None:
        return answer.whole
    assert answer.pieces is not None
    return b"".join([piece async for piece in answer.pieces])


def test_answers_are_those_of_the_engine(snapshot: str) -> None:
    queries = ["SELECT ?s ?o { ?s <urn:p> ?o } ORDER BY ?s", ASK, "SELECT * {} ", "SELECT ?s { ?s <urn:q> ?o }"]
    graphs = ["CONSTRUCT { ?s <urn:p> ?o } WHERE { ?s <urn:p> ?o }", "DESCRIBE <urn:s1>"]
    store = ox.Store.read_only(snapshot)

    async def use(pool: Pool) -> None:
        for text in queries:
            for suffix in ("srj", "srx") if text == ASK else ("srj", "srx", "csv", "tsv"):
                got = await whole(await pool.ask(Job("", text, rows=suffix, boolean=suffix)))
                expected = store.query(text, use_default_graph_as_union=True)
                assert got == expected.serialize(format=ox.QueryResultsFormat.from_extension(suffix)), (text, suffix)
        for text in graphs:
            for suffix in ("nt", "ttl", "rdf", "jsonld", "trig", "nq"):
                got = await whole(await pool.ask(Job("", text, graph=suffix)))
                expected = store.query(text, use_default_graph_as_union=True)
                assert got == expected.serialize(format=ox.RdfFormat.from_extension(suffix)), (text, suffix)

    with_pool(snapshot, use)


@pytest.mark.parametrize(
    ("text", "error", "limit"),
    [
        pytest.param(CROSS, QueryLimit, "seconds", id="cross-product"),
        pytest.param("SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?c ?f", QueryLimit, "memory|seconds", id="sort"),
        pytest.param("ASK {" + "{" * 60_000 + "?s ?p ?o" + "}" * 60_000 + "}", QueryLimit, "depth", id="nesting"),
        pytest.param("SELECT * { ?a <urn:p> ?c . ?d <urn:p> ?f }", QueryLimit, "rows|bytes", id="rows"),
        pytest.param("CONSTRUCT { ?s <urn:q> ?o, ?o2 } WHERE { ?s ?p ?o . ?t ?q ?o2 }", QueryLimit, "bytes", id="bytes"),
        pytest.param("SELECT ?x WHERE {", QuerySyntax, "", id="syntax"),
        pytest.param("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", QueryRefused, "", id="service"),
    ],
)  # fmt: skip
def test_a_query_over_a_limit_ends_and_the_next_is_right(
    snapshot: str, text: str, error: type[Exception], limit: str
) -> None:
    async def use(pool: Pool) -> None:
        with pytest.raises(error) as caught:
            await whole(await pool.ask(Job("", text)))
        if isinstance(caught.value, QueryLimit):
            assert caught.value.limit in limit.split("|")
        assert b"true" in await whole(await pool.ask(Job("", ASK)))

    # Where another limit is to be met first, a slow machine must not meet that of time.
    with_pool(snapshot, use, limits=LIMITS if "seconds" in limit else replace(LIMITS, seconds=30.0))


def test_a_result_of_exactly_the_limit_is_whole(snapshot: str) -> None:
    """2,000 × 2 rows and one more each: 5,000 pass, 5,001 do not, in every format."""
    two = "SELECT ?o { { ?s <urn:p> ?o } UNION { ?s <urn:p> ?o } UNION { ?s <urn:p> ?o } } LIMIT "

    async def use(pool: Pool) -> None:
        for suffix in ("srj", "srx", "csv", "tsv"):
            assert len(await whole(await pool.ask(Job("", f"{two}5000", rows=suffix)))) > 5_000
            with pytest.raises(QueryLimit):
                await whole(await pool.ask(Job("", f"{two}5001", rows=suffix)))

    with_pool(snapshot, use)


@pytest.mark.parametrize("suffix", ["srj", "srx", "csv", "tsv"])
@given(
    texts=st.lists(
        st.one_of(
            st.text(alphabet=',{}[]":\\<>result\r\n\tab', max_size=12), st.sampled_from([',{"a":', '[{"', "},{"])
        ),
        min_size=1,
        max_size=30,
    ),
    size=st.integers(1, 40),
)
def test_rows_are_counted_right_whatever_they_hold(suffix: str, texts: list[str], size: int) -> None:
    store = ox.Store()
    store.extend(ox.Quad(ox.BlankNode(), ox.NamedNode("urn:p"), ox.Literal(text)) for text in texts)
    result = store.query("SELECT ?o ?o2 { ?s <urn:p> ?o OPTIONAL { ?s <urn:q> ?o2 } }")
    assert isinstance(result, ox.QuerySolutions)
    written = result.serialize(format=ox.QueryResultsFormat.from_extension(suffix)) or b""
    counter = RowCounter.of(suffix)
    for at in range(0, len(written), size):
        counter.feed(written[at : at + size])
    counted = counter.feed(b"        ")  # what a counter keeps back until it has seen what follows
    assert counted == len(texts)


def test_no_more_run_at_once_than_there_are_processes(snapshot: str) -> None:
    async def use(pool: Pool) -> None:
        asked = [asyncio.create_task(pool.ask(Job("", CROSS), str(n))) for n in range(4)]
        ended = await asyncio.gather(*asked, return_exceptions=True)
        assert sorted(type(error).__name__ for error in ended) == ["Busy", "QueryLimit", "QueryLimit", "QueryLimit"]

    with_pool(snapshot, use, size=1, waiting=2)


def test_one_client_does_not_keep_others_out(snapshot: str) -> None:
    """One client fills the pool and the queue; another one's query does not wait for all of them."""

    async def use(pool: Pool) -> None:
        greedy = [asyncio.create_task(pool.ask(Job("", CROSS), "greedy")) for _ in range(5)]
        await asyncio.sleep(0.1)
        await pool.ask(Job("", ASK), "modest")
        assert not any(task.done() for task in greedy[1:4]), "one process is always left for others"
        with pytest.raises(Busy):
            await greedy[4]  # one runs, and half of the line is the client's
        await asyncio.gather(*greedy, return_exceptions=True)

    with_pool(snapshot, use, size=2, waiting=6)


def test_a_query_nobody_waits_for_is_killed(snapshot: str) -> None:
    async def use(pool: Pool) -> None:
        before = pool.pids
        asked = asyncio.create_task(pool.ask(Job("", CROSS)))
        await asyncio.sleep(0.1)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        assert b"true" in await whole(await pool.ask(Job("", ASK)))
        assert not set(before) & set(pool.pids)

    with_pool(snapshot, use)


def test_a_process_killed_from_outside_is_replaced(snapshot: str) -> None:
    async def use(pool: Pool) -> None:
        (victim,) = pool.pids
        os.kill(victim, 9)
        assert b"true" in await whole(await pool.ask(Job("", ASK)))
        assert pool.pids != [victim]

    with_pool(snapshot, use)


def test_a_process_that_does_not_start_is_tried_again(snapshot: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second process cannot be started at first; in the end there are as many as there should be."""
    real, tries = process._spawn, iter([False, True, True, False])

    def sometimes(*given: Any) -> Any:
        if next(tries, False):
            raise OSError("no more processes")
        return real(*given)

    monkeypatch.setattr(process, "_spawn", sometimes)
    monkeypatch.setattr(pool_module, "_RETRY_SECONDS", 0.01)

    async def use(pool: Pool) -> None:
        assert len(pool.pids) == 2
        os.kill(pool.pids[0], 9)
        for _ in range(4):
            assert b"true" in await whole(await pool.ask(Job("", ASK)))
        await asyncio.sleep(0.3)
        assert len(pool.pids) == 2

    with_pool(snapshot, use, size=2)


def test_a_kind_that_is_not_wanted(snapshot: str) -> None:
    async def use(pool: Pool) -> None:
        with pytest.raises(WrongKind):
            await pool.ask(Job("", ASK, boolean=None))

    with_pool(snapshot, use)


def test_a_snapshot_that_is_gone(tmp_path: Path) -> None:
    async def use(pool: Pool) -> None:
        with pytest.raises(Busy):
            await pool.ask(Job("", ASK))

    with_pool(str(tmp_path / "nothing"), use)


def test_a_process_reaches_no_network(snapshot: str) -> None:
    """Were the scan of texts ever wrong, the process still has no way out: it has no network interface but its own."""

    async def use(pool: Pool) -> None:
        (pid,) = pool.pids
        await pool.ask(Job("", ASK))
        theirs, ours = os.readlink(f"/proc/{pid}/ns/net"), os.readlink("/proc/self/ns/net")
        if theirs == ours:
            pytest.skip("this system lets no process leave its network namespace (2026-11-23)")
        interfaces = Path(f"/proc/{pid}/net/dev").read_text(encoding="utf-8").splitlines()[2:]
        assert [line.split(":")[0].strip() for line in interfaces] == ["lo"]

    with_pool(snapshot, use)


def test_a_preview_is_the_beginning(snapshot: str) -> None:
    async def use(pool: Pool) -> None:
        first = await pool.ask(Job("", "SELECT ?s { ?s <urn:p> ?o } ORDER BY ?s", rows="tsv", preview=2))
        assert (first.is_cut, first.whole) == (True, b"?s\n<urn:s0>\n<urn:s1>\n")
        all_of_it = await pool.ask(Job("", "SELECT ?s { ?s <urn:p> ?o } LIMIT 2", rows="tsv", preview=2))
        assert not all_of_it.is_cut

    with_pool(snapshot, use)


@given(st.lists(st.binary(max_size=300), max_size=8), st.integers(1, 50))
def test_frames_survive_any_cutting(contents: list[bytes], size: int) -> None:
    stream = b"".join(frame(ANSWER, content) for content in contents)
    frames = Frames()
    pieces = (stream[at : at + size] for at in range(0, len(stream), size))
    assert [content for piece in pieces for _, content in frames.feed(piece)] == contents


def test_a_job_arrives_as_it_was_sent() -> None:
    job = Job("/x", "SELECT ?ө {}", ("urn:a",), ("urn:b", "urn:c"), "csv", None, "ttl", 5)
    ((_, content),) = Frames().feed(write_job(job))
    assert read_job(content) == job


def test_a_spool_gives_what_was_put_and_keeps_little_in_memory() -> None:
    pieces = [bytes([n % 256]) * 50_000 for n in range(IN_MEMORY // 50_000 * 3)]

    async def run() -> list[bytes]:
        spool = Spool(lambda: None)
        for piece in pieces:
            spool.put(piece)
            assert spool.in_memory <= IN_MEMORY
        spool.end()
        return [piece async for piece in spool]

    assert b"".join(asyncio.run(run())) == b"".join(pieces)


def test_a_spool_that_ends_badly_says_so() -> None:
    async def run() -> None:
        spool = Spool(lambda: None)
        spool.put(b"some")
        spool.end(QueryFailed("no more"))
        with pytest.raises(QueryFailed):
            [piece async for piece in spool]

    asyncio.run(run())
