"""`python -m portal preview`: the portal over the invented county, to look at pages without any service."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
import uvicorn
from fastapi import FastAPI

from portal.app import api
from portal.fakes.county import county, served
from shared.settings import Settings

log = structlog.get_logger(__name__)


@asynccontextmanager
async def _beside(app: FastAPI) -> AsyncIterator[str]:
    """An invented service beside the portal, until the portal stops."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, access_log=False))
    running = asyncio.create_task(server.serve())
    while not server.started:
        if running.done():
            await running
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await running


async def preview(settings: Settings) -> None:
    """Serve until interrupted; every invented person's password is `sunlight`."""
    async with served(county(), _beside) as addresses:
        app = api(settings.model_copy(update=addresses))
        config = uvicorn.Config(
            app, host=settings.host_listen, port=settings.port_listen or 8000, log_config=None, access_log=False
        )
        log.info("preview.serving", port=config.port)
        await uvicorn.Server(config).serve()
