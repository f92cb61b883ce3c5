"""Waits for real answers, and says why when none comes."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import aiohttp

from launcher.errors import LaunchError
from launcher.stack import Stack

ANSWER_SECONDS = 240
CRASHING_SECONDS = 15
Check = Callable[[], Awaitable[bool]]


async def until_answers(stack: Stack, program: str, check: Check) -> None:
    """Return when the check holds; raise LaunchError with the end of the program's log when it does not."""
    started = time.monotonic()
    while not await check():
        waited = time.monotonic() - started
        if waited > ANSWER_SECONDS or (waited > CRASHING_SECONDS and _keeps_crashing(stack, program)):
            raise LaunchError(_reason(stack, program, waited))
        await asyncio.sleep(0.2)


async def is_ready(url: str) -> bool:
    """Whether a service says of itself that it can work."""
    return await status_of(f"{url}/health/ready") == 200


async def status_of(url: str) -> int:
    """The HTTP status of a page; 0 when nobody answers."""
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=3)) as session,
            session.get(url) as response,
        ):
            return response.status
    except (aiohttp.ClientError, OSError, TimeoutError):
        return 0


def _keeps_crashing(stack: Stack, program: str) -> bool:
    return any(p.name == program and p.state in ("BACKOFF", "FATAL") for p in stack.supervisor.programs())


def _reason(stack: Stack, program: str, waited: float) -> str:
    log = stack.layout.logs / f"{program}.log"
    tail = log.read_text(errors="replace")[-1500:] if log.exists() else "(nothing)"
    return f"{program} did not answer within {waited:.0f} s; the end of {log} says:\n{tail}"
