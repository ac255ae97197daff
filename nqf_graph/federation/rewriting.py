"""A query with SERVICE parts as one without: the remote answers stand in it as inline data.

VALUES is a join as SERVICE is, so OPTIONAL, UNION, MINUS, EXISTS and subqueries around it mean what they did.  Only
those remote solutions are asked for that fit the local part, which goes out in batches of a VALUES block.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import monotonic
from urllib.parse import urljoin

from pyoxigraph import BlankNode

from nqf_graph.errors import QueryRefused, ServiceFailed
from nqf_graph.federation.allowlist import AllowList, Endpoint
from nqf_graph.federation.client import Client
from nqf_graph.federation.limits import Budget, Limits
from nqf_graph.federation.places import Edit, Place, Places, edited
from nqf_graph.federation.reading import read_query
from nqf_graph.federation.scope import certain, visible
from nqf_graph.federation.solutions import is_sendable, read_json, values
from nqf_graph.federation.syntax import Query
from nqf_graph.federation.texts import local_bindings, remote_question, without_calls
from nqf_graph.guard import calls_a_service, refuse_remote_calls
from nqf_graph.settings import Settings
from nqf_graph.store import Rows
from nqf_graph.store.protocol import Term

Local = Callable[[str], Rows | None]
"""Answers a query that has no SERVICE: its rows, or None when it is not a SELECT."""


class Federation:
    """Answers the SERVICE parts of queries from the endpoints of `allowed`."""

    def __init__(self, allowed: AllowList, limits: Limits | None = None, client: Client | None = None) -> None:
        self._allowed, self._limits, self._client = allowed, limits or Limits(), client or Client()

    @classmethod
    def of(cls, settings: Settings) -> Federation:
        """The federation that the settings describe.  Raises BadParameter for an unusable list of endpoints."""
        limits = Limits(
            settings.service_batch,
            settings.service_requests,
            settings.service_rows,
            settings.service_bytes,
            settings.service_seconds,
        )
        return cls(AllowList.read(settings.service_allow), limits)

    def resolve(self, text: str, local: Local, deadline: float) -> str:
        """The query `text` without SERVICE; a text that has none comes back as it is.

        `local` refuses SERVICE, and answers from one state of the store: the one that will answer the result.
        `deadline` is a time of the monotonic clock.  Raises QueryRefused for an endpoint that is not allowed and for
        more than the limits allow, ServiceFailed for an endpoint that does not answer properly (not for SERVICE
        SILENT), QuerySyntax, and what `local` raises.
        """
        if not calls_a_service(text):
            return text
        if not self._allowed:
            refuse_remote_calls(text)
        query = read_query(text)
        found = Places(query)
        endpoints = [self._allowed.endpoint(_iri(query, place.call.name)) for place in found.all]
        if len(endpoints) > self._limits.requests:
            raise QueryRefused(f"a query may have {self._limits.requests} SERVICE parts")
        local(without_calls(query, found.all))
        budget = Budget(self._limits, deadline)
        answers: list[Edit] = []
        for place, endpoint in zip(found.all, endpoints, strict=True):
            call = _Call(query, place, endpoint, self._client, budget)
            sent = call.bindings(found, answers, local)
            answers.append(_edit(place, call.answer(sent)))
        return edited(text, answers)


class _Call:
    """One SERVICE part with all that is needed to have it answered."""

    def __init__(self, query: Query, place: Place, endpoint: Endpoint, client: Client, budget: Budget) -> None:
        self._query, self._place, self._endpoint = query, place, endpoint
        self._client, self._budget = client, budget

    def bindings(self, found: Places, answered: list[Edit], local: Local) -> Rows | None:
        """The local solutions that a remote one must fit, in variables that both bind; None: anything fits."""
        part = found.local_part(self._place, answered)
        names = sorted(certain(self._place.body) & part.variables) if part else []
        if part is None or not names:
            return None
        most = self._budget.bindings
        rows = local(local_bindings(self._query, part, names, most + 1))
        assert rows is not None, "a SELECT query has rows"
        if len(rows.rows) > most:
            raise QueryRefused(
                f"more than {most:,} local solutions would have to be sent to {self._endpoint.authority}: narrow them "
                "down, or put SERVICE into a subquery, so that it is asked for everything"
            )
        return _sendable(rows)

    def answer(self, sent: Rows | None) -> str:
        """The remote solutions as a VALUES block."""
        columns = visible(self._place.body)
        try:
            rows = [row for block in self._blocks(sent) for row in self._ask(block, columns)]
        except ServiceFailed:
            if not self._place.call.is_silent or monotonic() >= self._budget.deadline:
                raise
            rows = [(None,) * len(columns)]  # SPARQL 1.1 Federated Query, 2.4: one solution that binds nothing
        return values(columns, rows)

    def _blocks(self, sent: Rows | None) -> Iterator[str]:
        """The VALUES blocks to send, one a request."""
        if sent is None or not sent.columns:
            yield ""
            return
        for at in range(0, len(sent.rows), self._budget.batch):
            yield values(sent.columns, sent.rows[at : at + self._budget.batch])

    def _ask(self, block: str, columns: list[str]) -> Iterator[tuple[Term | None, ...]]:
        budget = self._budget
        budget.take_request()
        question = remote_question(self._query, self._place, block, budget.rows + 1)
        data = self._client.ask(self._endpoint, question, budget.bytes, budget.until())
        try:
            rows = read_json(data, origin=f"{self._endpoint}\n{question}")
        except ValueError as error:
            raise ServiceFailed(self._endpoint.authority, f"its answer cannot be read ({error})") from error
        budget.take_answer(len(data), len(rows.rows))
        return (tuple(row.get(name) for name in columns) for row in rows)


def _sendable(rows: Rows) -> Rows:
    """The rows as they can be sent.

    A variable that one of them leaves open fits anything, so it is not sent at all; a remote solution must fit one
    row at most, or it would be counted twice.  A local blank node fits nothing remote.
    """
    kept = [at for at in range(len(rows.columns)) if all(is_sendable(row[at]) for row in rows.rows)]
    found = dict.fromkeys(tuple(row[at] for at in kept) for row in rows.rows)
    named = [row for row in found if not any(isinstance(term, BlankNode) for term in row)]
    return Rows(tuple(rows.columns[at] for at in kept), tuple(named))


def _edit(place: Place, new: str) -> Edit:
    return Edit(place.call.start, place.call.end, f" {new} ")


def _iri(query: Query, name: str) -> str:
    """The IRI that stands after SERVICE.  Raises QueryRefused for a variable."""
    if name[0] in "?$":
        raise QueryRefused(f"SERVICE {name} is not allowed here: name the endpoint by its IRI")
    if not name.startswith("<"):
        prefix, _, local = name.partition(":")
        name = query.prefixes.get(f"{prefix}:", "<>")[:-1] + local.replace("\\", "") + ">"
    return urljoin(query.base[1:-1], name[1:-1])
