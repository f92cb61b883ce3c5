"""All of what a question finds, page by page, from one point in time of the public alias."""

from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from opensearchpy import AsyncOpenSearch
from opensearchpy.exceptions import OpenSearchException

from search.index import Names
from search.lists.reading import answering, hits_of
from search.marking import Query

PAGE = 500
KEEP_ALIVE = "2m"
SECONDS = 20


class Pages:
    """Hits of a query in an order. Close it: a point in time holds files of the index open."""

    def __init__(
        self, client: AsyncOpenSearch, names: Names, query: Query, order: list[Query], fields: list[str]
    ) -> None:
        self._client = client
        self._names = names
        self._pit = ""
        self._body: dict[str, Any] = {"query": query, "size": PAGE, "sort": order, "_source": fields}
        self.total = 0

    async def first(self) -> list[dict[str, Any]]:
        """Open and read the first page; `total` is known then. Raises AnswerAway, Invalid."""
        async with answering():
            opened = await self._client.create_pit(index=self._names.read, params={"keep_alive": KEEP_ALIVE})
        self._pit = opened["pit_id"]
        answer = await self._ask({**self._body, "track_total_hits": True})
        self.total = int(answer["hits"]["total"]["value"])
        return hits_of(answer)

    async def following(self, hits: list[dict[str, Any]], most: int) -> AsyncIterator[list[dict[str, Any]]]:
        """The first page and those after it, up to so many hits in all. Raises AnswerAway."""
        seen = 0
        while hits and seen < most:
            yield hits[: most - seen]
            seen += len(hits)
            if len(hits) < PAGE:
                return
            after = {"search_after": hits[-1]["sort"], "track_total_hits": False}
            hits = hits_of(await self._ask({**self._body, **after}))

    async def _ask(self, body: dict[str, Any]) -> dict[str, Any]:
        held = {**body, "pit": {"id": self._pit, "keep_alive": KEEP_ALIVE}}
        async with answering():
            answer: dict[str, Any] = await self._client.search(body=held, params={"request_timeout": SECONDS})
        return answer

    async def close(self) -> None:
        if self._pit:
            with suppress(OpenSearchException, TimeoutError):
                await self._client.delete_pit(body={"pit_id": [self._pit]})
