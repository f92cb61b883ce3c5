"""From a document's publication to what is to be told to whom."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from search.alerts.domain import Frequency, State, due_at
from search.alerts.keeping import IndexKeeper
from search.alerts.metrics import ALERT_MATCH_SECONDS
from search.alerts.percolator import Percolator
from search.alerts.store import TABLE, any_active
from search.alerts.tables import deliveries
from search.columns import load_tree
from search.documents import item_document
from search.store import delivery
from shared.consuming import MessageHandler, of_event
from shared.events import DocumentState, DocumentStatus, Event, now
from shared.inbox import first_delivery

ALERT_QUEUE = "search.alert"
ALERT_PREFETCH = 10
CLOCKS_APART = timedelta(seconds=5)  # the most by which those of two services may differ


class Noticer:
    """Asks the percolator of each publication, and keeps what is to be told, once for each pair."""

    def __init__(self, engine: AsyncEngine, percolator: Percolator, keeper: IndexKeeper) -> None:
        self._engine = engine
        self._percolator = percolator
        self._keeper = keeper
        self._nobody_at = datetime.min.replace(tzinfo=UTC)  # nobody had confirmed any until then

    async def notice(self, event: Event) -> None:
        """Keep a delivery for every subscription that was confirmed before this publication and would find it.

        The queue holds `document.published` only: the first publication, or one after a withdrawal. A revision is
        another event, so nobody is written to again because a word was mended.

        Raises:
            DependencyAway: OpenSearch is away; the event must be delivered again.
        """
        if not _is_news(event):
            return
        await self._keeper.catch_up()
        found = await self._percolator.matches(await self._placed(item_document(event)))
        async with self._engine.begin() as connection:
            if await first_delivery(connection, delivery.inbox, ALERT_QUEUE, event) and found:
                await keep_deliveries(connection, event.subject, event.time, found, now())
        ALERT_MATCH_SECONDS.observe((now() - event.time).total_seconds())

    async def _placed(self, document: dict[str, Any]) -> dict[str, Any]:
        """The document as standing in the columns above its own too.

        A search widens its question to the columns below. An alert's question is kept, and here the document is
        widened instead: so the tree that counts is that of the publication, and a column that moves rewrites nothing.
        """
        if document["column"]:
            async with self._engine.connect() as connection:
                document["column"] = (await load_tree(connection)).path(document["column"])
        return document

    async def nobody_waited(self, published: datetime) -> bool:
        """Whether there is no subscription that was confirmed before this publication.

        When a look finds none at all, that holds for every older publication too, so that a flood costs few looks; a
        younger one is looked at itself, for somebody may have confirmed in between.
        """
        if published < self._nobody_at:
            return True
        looked_at = now()
        async with self._engine.connect() as connection:
            active = await any_active(connection)
        if not active:
            self._nobody_at = max(self._nobody_at, looked_at - CLOCKS_APART)
        return not active


def _is_news(event: Event) -> bool:
    state = event.data
    return isinstance(state, DocumentState) and state.status is DocumentStatus.PUBLISHED


async def keep_deliveries(
    connection: AsyncConnection, document: str, published: datetime, found: list[UUID], at: datetime
) -> None:
    """What is to be told of a document; a pair that is held already stays as it is."""
    daily = TABLE.frequency == Frequency.DAILY
    due: Any = case((daily, literal(due_at(Frequency.DAILY, at))), else_=literal(at))
    told = select(TABLE.id, literal(document), due).where(
        TABLE.id == func.any(found), TABLE.state == State.ACTIVE, TABLE.confirmed_at <= published
    )
    statement = insert(deliveries).from_select(["subscription", "document", "due_at"], told)
    await connection.execute(statement.on_conflict_do_nothing())


def alert_consumer(noticer: Noticer) -> MessageHandler:
    """Events of the alert queue to the noticer; passed over when nobody waited for any."""

    async def handle(event: Event) -> None:
        if not await noticer.nobody_waited(event.time):
            await noticer.notice(event)

    return of_event(handle)
