"""Waiting until a publication is found."""

import asyncio
import time

from sunlight.http import Answer, Api
from sunlight.installation import CommandError

LOOK_AGAIN_SECONDS = 0.05
GIVE_UP_SECONDS = 60.0


async def until_searchable(api: Api, document: str, version: int, since: float) -> float:
    """Seconds since `since` (monotonic) when a search first shows this version or a newer one."""
    while time.monotonic() - since < GIVE_UP_SECONDS:
        try:
            if (await api.get("public", f"/api/items/{document}"))["version"] >= version:
                return time.monotonic() - since
        except Answer as answer:
            if answer.status not in (404, 503):
                raise
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
    raise CommandError(f"{document} 在 {GIVE_UP_SECONDS:.0f} 秒内没有出现在检索中；用 sunlight trace {document} 查看")
