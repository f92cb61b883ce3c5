"""Alerts put together: routes for the API, a consumer and endless tasks for the worker."""

import asyncio

import structlog
from fastapi import APIRouter
from opensearchpy import AsyncOpenSearch
from sqlalchemy.ext.asyncio import AsyncEngine

from search.alerts.api import Desk, alerts_router
from search.alerts.domain import State
from search.alerts.keeping import IndexKeeper
from search.alerts.letters import Writer
from search.alerts.metrics import ALERT_LETTERS_WAITING, ALERT_SUBSCRIPTIONS
from search.alerts.naming import Naming
from search.alerts.noticing import ALERT_PREFETCH, ALERT_QUEUE, Noticer, alert_consumer
from search.alerts.percolator import Percolator
from search.alerts.posting import Postman
from search.alerts.secrets import Secrets
from search.alerts.showing import Showing
from search.alerts.store import count_all, forget_expired
from search.alerts.transport import MailAway, transport_of
from search.curation.names import ColumnNames
from search.index import Names
from shared.consuming import DependencyAway
from shared.crypto import KeyedCrypto
from shared.events import now
from shared.process import Worker
from shared.settings import Settings

log = structlog.get_logger(__name__)

ROUND_SECONDS = 2.0
AWAY_SECONDS = 15.0
KEEP_SECONDS = 30.0


def secrets_of(settings: Settings) -> Secrets | None:
    """None without a key: search works, and alerts say that they are not offered."""
    return Secrets(KeyedCrypto(settings.data_key, "search")) if settings.data_key else None


def alert_routes(
    settings: Settings, engine: AsyncEngine, client: AsyncOpenSearch, names: Names, columns: ColumnNames
) -> APIRouter:
    """The public's and the staff's side of alerts; `columns` gives the names of columns by code."""
    desk = Desk(engine, secrets_of(settings), Naming(client, names, columns).describe, settings.public_url)
    return alerts_router(desk)


def join_alerts(running: Worker, client: AsyncOpenSearch, names: Names) -> None:
    """Let a worker match publications against alerts, and send mails. Raises ValueError for a bad SMTP address."""
    settings, engine = running.settings, running.engine
    percolator = Percolator(client, names)
    keeper = IndexKeeper(engine, percolator)
    running.consumers.add(ALERT_QUEUE, alert_consumer(Noticer(engine, percolator, keeper)), ALERT_PREFETCH)
    secrets = secrets_of(settings)
    if secrets is None:
        log.warning("alerts.off", reason="SUNLIGHT_DATA_KEY is not set")
        return
    transport = transport_of(settings.smtp_url, settings.state)
    writer = Writer(settings.public_url, settings.mail_from, secrets)
    postman = Postman(engine, writer, secrets, Showing(client, names), transport)

    async def post() -> None:
        while True:
            pause = await _one_round(postman)
            await asyncio.sleep(pause)

    async def keep() -> None:
        while True:
            try:
                await keeper.keep()
            except DependencyAway as error:
                log.warning("alerts.index_away", error=str(error))
            await _housekeeping(engine)
            await asyncio.sleep(KEEP_SECONDS)

    running.tasks += [post, keep]


async def _one_round(postman: Postman) -> float:
    """Send what waits; the seconds until the next round."""
    try:
        await postman.round()
    except (MailAway, DependencyAway) as error:
        log.warning("alerts.mail_away", error=str(error))
        return AWAY_SECONDS
    return ROUND_SECONDS


async def _housekeeping(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        expired = await forget_expired(connection, now())
        counts = await count_all(connection)
    if expired:
        log.info("alerts.unconfirmed_forgotten", count=expired)
    ALERT_SUBSCRIPTIONS.labels(State.ACTIVE.value).set(counts.active)
    ALERT_SUBSCRIPTIONS.labels(State.PENDING.value).set(counts.pending)
    ALERT_LETTERS_WAITING.set(counts.letters_waiting)
