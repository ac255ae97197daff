"""SERVICE parts of an ad-hoc query, answered before it runs."""

from __future__ import annotations

import asyncio
from time import monotonic

from nqf_graph.federation import Federation, read_json
from nqf_graph.guard import calls_a_service
from nqf_graph.isolation.answer import WrongKind
from nqf_graph.isolation.direct import Reading
from nqf_graph.isolation.wire import Job
from nqf_graph.settings import Settings
from nqf_graph.store import Rows


class Federating:
    """Resolves SERVICE parts; what they need of our own data is read by `reading`, as any ad-hoc query is."""

    def __init__(self, settings: Settings, reading: Reading) -> None:
        self._federation = Federation.of(settings)
        self._seconds, self._reading = settings.query_seconds, reading

    async def resolve(self, job: Job, client: str) -> Job:
        """The job without SERVICE parts, on the state that they were resolved with.

        They may take as long as a query may run.  Raises what `Federation.resolve` raises.
        """
        if not calls_a_service(job.text):
            return job
        pinned = job._replace(folder=self._reading.pin(), rows="srj", boolean=None, graph=None, preview=None)
        loop = asyncio.get_running_loop()

        async def read(text: str) -> Rows | None:
            try:
                answer = await self._reading.ask(pinned._replace(text=text), client)
            except WrongKind:
                return None
            pieces = [piece async for piece in answer.pieces] if answer.pieces else [answer.whole or b""]
            return read_json(b"".join(pieces), origin="")

        def local(text: str) -> Rows | None:
            return asyncio.run_coroutine_threadsafe(read(text), loop).result()

        deadline = monotonic() + self._seconds
        text = await asyncio.to_thread(self._federation.resolve, job.text, local, deadline)
        return job._replace(text=text, folder=pinned.folder)
