"""How fast the service answers, beside other SPARQL services on the same data in the same run.

    python -m benchmarks.service --peers PEERS                             a million triples, all services
    python -m benchmarks.service --triples 20000 --seconds 1 --rounds 1 --only ours,oxigraph

All services run at once and are asked one after the other, round by round; ratios are taken within a round.  What
they answer is checked first: the run stops, without tables, at the first wrong answer.  Tables are Markdown.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import strain, wrk
from benchmarks.client import RESULTS, Client, WrongAnswer
from benchmarks.peers import OURS, RUST, Engine, Running, engines
from benchmarks.same_data import SameData, same_data
from benchmarks.service_tables import Measured, Stream, tables
from benchmarks.workloads import ALL_NAMES, ROWS, Checked, Work, check_rows, works
from nqf_graph.settings import Settings

STREAMED = 2  # times in a round
LAYERED = 300  # queries of a kind


def main() -> None:
    """The command line; exit code 1 for a wrong answer, 2 for what is not installed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--triples", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=int, default=10, help="of each load")
    parser.add_argument("--rounds", type=int, default=3, help="the median counts")
    parser.add_argument("--peers", type=Path, help="virtual environment with rdflib-endpoint and oxigraph")
    parser.add_argument("--only", help="services, separated by commas: ours, oxigraph, rdflib-endpoint, virtuoso")
    parser.add_argument("--work", type=Path, help="folder for data and databases, found again by the next run")
    parser.add_argument("--limit", type=float, help="seconds that a query may run at ours; default: as it comes")
    parser.add_argument("--megabytes", type=int, default=8_000, help="address space that a service may have")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended
    try:
        chosen = _choose(engines(given.peers, given.megabytes, given.limit), given.only)
        with _folder(given.work) as folder:
            data = same_data(folder, given.triples)
            limit = given.limit or float(Settings.model_fields["query_seconds"].default)
            found = Measured(data.triples, chosen, works(data), given.rounds, given.seconds, limit, wrk.version() or "")
            _measure(found, data)
            print(tables(found))
    except WrongAnswer as error:
        print(f"stopped: {error}", file=sys.stderr)
        raise SystemExit(1) from None


def _choose(known: dict[str, Engine], only: str | None) -> list[Engine]:
    """The services to compare: those that are here, or those named, which must be here."""
    names = [OURS if name == "ours" else name for name in only.split(",")] if only else list(known)
    missing = [name for name in names if name not in known or known[name].version is None]
    if wrk.version() is None:
        missing.append("wrk")
    if "wrk" in missing or (only and missing):
        print(f"not installed: {', '.join(missing)}; see benchmarks/peers.py", file=sys.stderr)
        raise SystemExit(2)
    if OURS not in names:
        print(f"expected {OURS} among the services: the others are compared with it", file=sys.stderr)
        raise SystemExit(2)
    for name in missing:
        _say(f"{name} is not installed: left out")
    return [engine for name, engine in known.items() if name in names and name not in missing]


@contextmanager
def _folder(given: Path | None) -> Iterator[Path]:
    if given is not None:
        given.mkdir(parents=True, exist_ok=True)
        yield given
    else:
        with TemporaryDirectory() as name:
            yield Path(name)


def _measure(found: Measured, data: SameData) -> None:
    """Start everything, check everything, then time it."""
    with ExitStack() as stack:
        services = []
        for engine in found.engines:
            start = time.perf_counter()
            services.append(stack.enter_context(engine.start(data)))
            found.started[engine.name] = time.perf_counter() - start
            _say(f"{engine.name} is up after {found.started[engine.name]:.1f} s")
        checked = {
            (key, service.name): work.check(service, "a")
            for service in services
            for key, work in found.works.items()
            if _has(service, work)
        }
        for service in services:
            _stream(found, service, data, 0)
        _say("all answers are right")
        for number in range(found.rounds):
            _loads(found, services, data, number, checked)
            _streams(found, services, data, number)
            _say(f"round {number + 1} of {found.rounds}: done")
        compared = [service for service in services if service.name in (OURS, RUST)]
        found.layers = strain.layers(compared, data, LAYERED)
        found.megabytes = {service.name: service.megabytes() for service in services}
        ours = services[0]
        found.probes, found.heavy = strain.probes(ours, data, found.seconds / 2)
        _say("heavy queries: done")
        found.ended = strain.endless(ours, found.limit, lambda: found.works["new"].check(ours, "e"))


def _has(service: Running, work: Work) -> bool:
    """Whether a service can be given this kind of work."""
    return work.for_all or service.name == OURS


def _loads(
    found: Measured,
    services: Sequence[Running],
    data: SameData,
    number: int,
    checked: Mapping[tuple[str, str], Checked],
) -> None:
    """One round of every kind of work; each goes on where no earlier round has been, so that what is new is new.

    A service that is slow gets the time to answer each client, and each the time to finish before the next is asked.
    """
    for key, work in found.works.items():
        for service in (service for service in services if _has(service, work)):
            template, known = work.template(service), checked[key, service.name]
            begin = (number + 1) * 10**8 if "@NUMBER@" in template else number * len(work.values) // found.rounds
            measured = wrk.load(
                service.port, template, work.values, data.folder, begin=begin, accept=work.accept,
                seconds=max(1, int(found.seconds * work.share), ceil(known.seconds * wrk.CLIENTS * 1.5)),
            )  # fmt: skip
            service.settle()
            if measured.bytes_each < known.size * 0.8:
                raise WrongAnswer(f"{service.name}, {work.title}: only {measured.bytes_each:.0f} bytes an answer")
            work.check(service, "b", begin, samples=1)
            found.loads.setdefault((key, service.name), []).append(measured)


def _streams(found: Measured, services: Sequence[Running], data: SameData, number: int) -> None:
    """One round of the large result, in JSON, to one client."""
    for service in services:
        marks = range((number + 1) * STREAMED, (number + 2) * STREAMED)
        found.streams.setdefault(service.name, []).append([_stream(found, service, data, mark) for mark in marks])


def _stream(found: Measured, service: Running, data: SameData, mark: int) -> Stream:
    query = ALL_NAMES.replace("@NUMBER@", str(mark)).replace("@VALUE@", str(ROWS))
    client = Client(service.port)
    answer = client.get(service.query_path(query), RESULTS)
    client.close()
    try:
        found.rows = check_rows(service.name, answer, data, mark, ROWS)
    except WrongAnswer as error:
        raise WrongAnswer(f"{service.name}, large result, after {answer.total:.0f} ms: {error}") from error
    return Stream(answer.first, answer.total, len(answer.body))


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
