"""The first questions after a start are slow: the engine compiles what it runs often. We ask some before people do."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import islice

import structlog

from search.vocabulary import shipped

log = structlog.get_logger(__name__)

QUESTIONS = 30
PAUSE_SECONDS = 0.05

Ask = Callable[[str], Awaitable[object]]


async def warm(ask: Ask) -> int:
    """Ask one question after another, people's between them; how many were answered. Ends when one is not."""
    for number, question in enumerate(islice(sorted(shipped().entries()), QUESTIONS)):
        try:
            await ask(question)
        except Exception as error:
            log.info("warming.ended", answered=number, error=repr(error))
            return number
        await asyncio.sleep(PAUSE_SECONDS)
    return QUESTIONS
