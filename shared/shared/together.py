"""Many events in one transaction, each still acknowledged for itself.

A transaction costs a consumer more than the two or three statements in it. What arrives while one commits
goes into the next; when one event of a batch fails, each is tried alone, so that only the bad one suffers.
"""

from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.consuming import Handler, is_outage
from shared.events import Event
from shared.group_commit import GroupCommit

PACE_SECONDS = 0.2  # what is counted may be a moment late
Apply = Callable[[Sequence[Event], AsyncConnection], Awaitable[None]]


def together(engine: AsyncEngine, apply: Apply) -> Handler:
    """A handler whose effects are `apply`'s, committed with those of other events under way.

    `apply` gets them sorted by subject, so that two workers lock in the same order, and of one subject the
    newest last.
    """

    async def write(events: Sequence[Event]) -> Sequence[None]:
        async with engine.begin() as connection:
            await apply(sorted(events, key=lambda event: (event.subject, event.sequence)), connection)
        return [None] * len(events)

    group: GroupCommit[Event, None] = GroupCommit(write, PACE_SECONDS)

    async def handle(event: Event) -> None:
        try:
            await group.add(event)
        except Exception as error:
            if is_outage(error):
                raise
            await write([event])

    return handle
