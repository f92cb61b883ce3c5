"""Publishing's record, read as a service: what the index must hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import aiohttp
import orjson

from shared.calling import ClientToken, SignInRefused
from shared.consuming import DependencyAway
from shared.events import DocumentState, DocumentStatus, Event
from shared.roles import service_client_id
from shared.settings import Settings

TIMEOUT_SECONDS = 60
PAGE = 2000
NO_EVENT = UUID(int=0)
"""Stands for the event of a document that was read from the record and not told by an event."""


@dataclass(frozen=True, slots=True)
class Held:
    """One document as a copy holds it; `changed_at` and `relayed` only of the record's own."""

    id: str
    version: int
    status: str
    content_hash: str
    changed_at: datetime | None = None
    relayed: bool = True

    @property
    def face(self) -> tuple[int, str, str]:
        """What must be equal in every copy."""
        return self.version, self.status, self.content_hash


@dataclass(frozen=True, slots=True)
class Sums:
    """Documents and sum of fingerprints by bucket, as they were when `read_at` was asked."""

    buckets: dict[str, tuple[int, int]]
    read_at: datetime

    @property
    def documents(self) -> int:
        return sum(documents for documents, _ in self.buckets.values())


class Record:
    """Calls publishing with this service's own sign-in. Everything raises DependencyAway."""

    def __init__(self, settings: Settings) -> None:
        self._url = f"{settings.publishing_url}/internal"
        self._token = ClientToken(settings.identity_url, service_client_id(settings.service), settings.client_secret)
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def sums(self) -> Sums:
        """The record by buckets."""
        answer = await self._call("GET", "/buckets")
        buckets = {bucket: (documents, total) for bucket, (documents, total) in answer["buckets"].items()}
        return Sums(buckets, datetime.fromisoformat(answer["read_at"]))

    async def of_buckets(self, buckets: Sequence[str]) -> dict[str, Held]:
        """The documents of these buckets, by id."""
        answer = await self._call("GET", "/compared", params=[("bucket", bucket) for bucket in buckets])
        return {item["id"]: _compared(item) for item in answer["items"]}

    async def page(self, after: str | None) -> tuple[dict[str, Held], str | None]:
        """A page of all documents in order of id, and the `after` of the next one."""
        position = {"after": after} if after else {}
        answer = await self._call("GET", "/compared", params={"limit": PAGE, **position})
        return {item["id"]: _compared(item) for item in answer["items"]}, answer["next"]

    async def states(self, documents: Sequence[str]) -> list[Event]:
        """The present state of these documents, each as the event that would tell it."""
        answer = await self._call("POST", "/states", json={"ids": list(documents)})
        return [_event(item) for item in answer["items"]]

    async def snapshot(self, after: str | None, limit: int) -> tuple[list[Event], str | None]:
        """A page of the whole record in order of id, and the `after` of the next one."""
        position = {"after": after} if after else {}
        answer = await self._call("GET", "/snapshot", params={"limit": limit, **position})
        return [_event(item) for item in answer["items"]], answer["next"]

    async def _call(self, method: str, path: str, **request: Any) -> Any:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS))
        try:
            headers = await self._token.header(self._session)
            async with self._session.request(method, self._url + path, headers=headers, **request) as answer:
                answer.raise_for_status()
                return orjson.loads(await answer.read())
        except (aiohttp.ClientError, SignInRefused, TimeoutError, ValueError) as error:
            raise DependencyAway(f"publishing: {error!r}") from error


def _compared(item: dict[str, Any]) -> Held:
    changed_at = datetime.fromisoformat(item["changed_at"])
    return Held(item["id"], item["version"], item["status"], item["content_hash"], changed_at, item["relayed"])


def _event(item: dict[str, Any]) -> Event:
    state = DocumentState.model_validate(item["state"])
    withdrawn = state.status is DocumentStatus.WITHDRAWN
    kind = "document.withdrawn" if withdrawn else "document.published"
    return Event(kind, state.id, item["version"], state, id=NO_EVENT)
