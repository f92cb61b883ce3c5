"""Which physical index is live, which is next and which was before: the changes of that, each in one step."""

from typing import Any

from opensearchpy import AsyncOpenSearch
from opensearchpy.exceptions import NotFoundError

from search.index import PUBLISHED_ONLY, Names, create_index, index_behind, outages

UNHURRIED = {"refresh_interval": "-1", "number_of_replicas": 0, "translog.durability": "async"}
GREEN_SECONDS = 60


class Indices:
    """Everything a rebuild does to indices as a whole. Raises DependencyAway."""

    def __init__(self, client: AsyncOpenSearch, names: Names) -> None:
        self._client = client
        self.names = names

    async def behind(self, alias: str) -> str | None:
        """The physical index of an alias, if there is one."""
        with outages():
            return await index_behind(self._client, alias)

    async def add_next(self, physical: str) -> None:
        """The index to be filled: written from its first moment on, searched by nobody, in no hurry to be seen."""
        names = self.names
        await self.drop_next(but=physical)
        aliases: dict[str, Any] = {names.next: {}, names.candidate: PUBLISHED_ONLY}
        with outages():
            await create_index(self._client, names, physical, aliases, **UNHURRIED)

    async def hurry(self, physical: str) -> None:
        """Settings for daily use, and every copy in place if the nodes are there for it."""
        wanted = {"refresh_interval": "1s", "number_of_replicas": self.names.replicas, "translog.durability": "request"}
        with outages():
            await self._client.indices.put_settings(index=physical, body={"index": wanted})
            if self.names.replicas:
                waiting = {"wait_for_status": "green", "timeout": f"{GREEN_SECONDS}s"}
                params = {**waiting, "request_timeout": GREEN_SECONDS + 5, "ignore": 408}
                await self._client.cluster.health(index=physical, params=params)

    async def swap(self, physical: str) -> None:
        """Make an index live and the live one previous, at once for readers and writers; again changes nothing.

        An older previous one is deleted with it.
        """
        names = self.names
        live, previous = await self.behind(names.write), await self.behind(names.previous)
        if live == physical:
            return
        actions: list[dict[str, Any]] = [
            {"add": {"index": physical, "alias": names.read, **PUBLISHED_ONLY}},
            {"add": {"index": physical, "alias": names.write, "is_write_index": True}},
        ]
        if live:
            actions += [{"remove": {"index": live, "alias": alias}} for alias in (names.read, names.write)]
            actions.append({"add": {"index": live, "alias": names.previous}})
        if previous == physical:
            actions.append({"remove": {"index": physical, "alias": names.previous}})
        else:
            actions += [{"remove": {"index": physical, "alias": alias}} for alias in (names.next, names.candidate)]
            actions += [{"remove_index": {"index": previous}}] if previous else []
        with outages():
            await self._client.indices.update_aliases(body={"actions": actions})

    async def drop_next(self, but: str = "") -> None:
        """Delete an index that was being filled and will not be live."""
        await self._drop(self.names.next, but)

    async def drop_previous(self) -> None:
        """Delete the index kept for a rollback."""
        await self._drop(self.names.previous)

    async def _drop(self, alias: str, but: str = "") -> None:
        found = await self.behind(alias)
        if found and found not in (but, await self.behind(self.names.write)):
            with outages():
                try:
                    await self._client.indices.delete(index=found)
                except NotFoundError:
                    return

    async def documents(self, alias: str) -> int:
        """How many documents an index holds, tombstones too."""
        with outages():
            return int((await self._client.count(index=alias))["count"])
