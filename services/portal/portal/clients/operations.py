"""Operations: parked messages of each service, the search index, and the depth of every queue from the broker."""

from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

import aiohttp
from pydantic import Field

from portal.clients.transport import QUICK_SECONDS, Network, Service, Shape, segment, shaped
from portal.refusals import ServiceAway
from portal.translations import N_

MOST_DIFFERENCES = 1000


class Parked(Shape):
    """A message that could not take effect and waits for an operator."""

    id: str
    queue: str = ""
    event_id: str = ""
    subject: str = ""
    reason: str = ""
    attempts: int = 0
    parked_at: str = ""
    state: str = "parked"
    settled_by: str | None = None
    headers: dict[str, Any] = Field(default_factory=dict)
    body: str = ""


class Rebuild(Shape):
    """One rebuild of the index: its step in words, documents written of those expected, why it failed."""

    step: str = ""
    step_label: str = ""
    written: int = 0
    expected: int = 0
    error: str = ""
    changed_at: datetime | None = None
    finished_at: datetime | None = None


class IndexState(Shape):
    """The live index and its latest rebuilds, newest first."""

    live: str | None = None
    rebuild_needed: bool = False
    rebuilds: list[Rebuild] = Field(default_factory=list)


class Difference(Shape):
    kind: str = ""


class Look(Shape):
    looked_at: datetime | None = None


class Repairs(Shape):
    """What reconciliation mended in 90 days, by kind (`labels` names them), and what it could not mend yet."""

    labels: dict[str, str] = Field(default_factory=dict)
    totals: dict[str, int] = Field(default_factory=dict)
    open: list[Difference] = Field(default_factory=list)
    last_look: Look | None = None


class Queue(Shape):
    name: str
    messages: int = 0
    consumers: int = 0


async def parked_messages(service: Service, token: str, state: str = "parked") -> list[Parked]:
    answer = await service.get("/internal/parked", {"state": state}, token)
    return [shaped(Parked, service.name, row) for row in answer.body or []]


async def parked_message(service: Service, message_id: str, token: str) -> Parked:
    answer = await service.get(f"/internal/parked/{segment(message_id)}", token=token)
    return shaped(Parked, service.name, answer.body)


async def settle_parked(service: Service, message_id: str, decision: str, token: str) -> None:
    """Decide about a parked message: replay it or discard it."""
    await service.post(f"/internal/parked/{segment(message_id)}/{segment(decision)}", None, token)


async def index_state(search: Service, token: str) -> IndexState:
    return shaped(IndexState, search.name, (await search.get("/internal/reindex", token=token)).body)


async def index_repairs(search: Service, token: str) -> Repairs:
    answer = await search.get("/internal/repairs", {"limit": MOST_DIFFERENCES}, token)
    return shaped(Repairs, search.name, answer.body)


class Broker:
    """The broker's management API; its address carries user and password."""

    def __init__(self, network: Network, url: str, vhost: str) -> None:
        self._network = network
        self._parts = urlsplit(url)
        self._vhost = vhost

    @property
    def known(self) -> bool:
        return bool(self._parts.hostname)

    async def queues(self) -> list[Queue]:
        """Every queue, the fullest first. Raises ServiceAway."""
        parts = self._parts
        base = f"{parts.scheme}://{parts.hostname}:{parts.port or 15672}"
        auth = aiohttp.BasicAuth(parts.username or "guest", parts.password or "guest")
        url = f"{base}/api/queues/{quote(self._vhost, safe='')}"
        timeout = aiohttp.ClientTimeout(total=QUICK_SECONDS)
        try:
            async with self._network.session.get(url, auth=auth, timeout=timeout) as response:
                response.raise_for_status()
                rows = await response.json()
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise ServiceAway(N_("消息队列"), repr(error)) from error
        found = [shaped(Queue, N_("消息队列"), row) for row in rows]
        return sorted(found, key=lambda queue: (-queue.messages, queue.name))
