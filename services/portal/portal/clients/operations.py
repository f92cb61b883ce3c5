"""Operations: parked messages of each service, and the depth of every queue from the broker itself."""

from typing import Any
from urllib.parse import quote, urlsplit

import aiohttp
from pydantic import Field

from portal.clients.transport import QUICK_SECONDS, Network, Service, Shape, shaped
from portal.refusals import ServiceAway


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


class Queue(Shape):
    name: str
    messages: int = 0
    consumers: int = 0


async def parked_messages(service: Service, token: str, state: str = "parked") -> list[Parked]:
    answer = await service.get("/internal/parked", {"state": state}, token)
    return [shaped(Parked, service.name, row) for row in answer.body or []]


async def parked_message(service: Service, message_id: str, token: str) -> Parked:
    answer = await service.get(f"/internal/parked/{message_id}", token=token)
    return shaped(Parked, service.name, answer.body)


async def settle_parked(service: Service, message_id: str, decision: str, token: str) -> None:
    """Decide about a parked message: replay it or discard it."""
    await service.post(f"/internal/parked/{message_id}/{decision}", None, token)


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
            raise ServiceAway("消息队列", repr(error)) from error
        found = [shaped(Queue, "消息队列", row) for row in rows]
        return sorted(found, key=lambda queue: (-queue.messages, queue.name))
