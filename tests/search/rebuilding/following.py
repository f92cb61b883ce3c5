"""The running rebuild and the last one, as the database tells."""

from search.rebuilding.domain import Rebuild
from search.rebuilding.store import RebuildStore
from tests.search.rebuilding.standing import Standing


async def running(stand: Standing) -> Rebuild | None:
    async with stand.database.connect() as connection:
        return await RebuildStore(connection).running()


async def latest(stand: Standing) -> Rebuild:
    async with stand.database.connect() as connection:
        return (await RebuildStore(connection).latest())[0]


async def ended(stand: Standing) -> bool:
    return await running(stand) is None
