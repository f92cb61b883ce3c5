"""Alerts over a real database and index, with a clock that tests turn and a mailbox they read."""

import email
import email.policy
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from opensearchpy import AsyncOpenSearch
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from search.alerts import subscribing
from search.alerts.domain import Ending, Frequency, Purpose, State
from search.alerts.keeping import IndexKeeper
from search.alerts.letters import Writer
from search.alerts.noticing import Noticer
from search.alerts.percolator import Percolator
from search.alerts.posting import Postman
from search.alerts.secrets import Secrets
from search.alerts.showing import Showing
from search.alerts.store import Subscriptions
from search.alerts.tables import deliveries, letters, subscriptions
from search.alerts.transport import Folder, Transport
from search.documents import item_document
from search.index import Names, write_items
from search.lists.listing import read_listing
from shared.crypto import KeyedCrypto
from shared.events import Event, now

PUBLIC = "https://xxgk.example"
KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
SECRETS = Secrets(KeyedCrypto(KEY, "search"))


def read_mail(raw: bytes) -> EmailMessage:
    read = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(read, EmailMessage)
    return read


def text_of(mail: EmailMessage) -> str:
    return str(mail.get_content())


def token_in(mail: EmailMessage, path: str) -> str:
    """The token of the link to this page."""
    [link] = [each for each in re.findall(r"https://\S+", text_of(mail)) if urlsplit(each).path == path]
    token: str = parse_qs(urlsplit(link).query)["token"][0]
    return token


@dataclass
class Stage:
    """Everything of alerts but HTTP and the broker."""

    engine: AsyncEngine
    client: AsyncOpenSearch
    names: Names
    mailbox: Path
    ahead: timedelta = field(default_factory=timedelta)
    transport: Transport | None = None

    def __post_init__(self) -> None:
        self.percolator = Percolator(self.client, self.names)
        self.keeper = IndexKeeper(self.engine, self.percolator)
        self.showing = Showing(self.client, self.names)

    def clock(self) -> datetime:
        return now() + self.ahead

    @property
    def noticer(self) -> Noticer:
        """A new one each time, as after a restart."""
        return Noticer(self.engine, self.percolator, self.keeper)

    @property
    def postman(self) -> Postman:
        writer = Writer(PUBLIC, "", SECRETS)
        transport = self.transport or Folder(self.mailbox)
        return Postman(self.engine, writer, SECRETS, self.showing, transport, self.clock)

    def mails(self) -> list[EmailMessage]:
        """What was sent, oldest first."""
        files = sorted(self.mailbox.glob("*.eml"))
        return [read_mail(file.read_bytes()) for file in files]

    def mails_to(self, address: str, purpose: str = "") -> list[EmailMessage]:
        return [mail for mail in self.mails() if mail["To"] == address and purpose in str(mail["Subject"])]

    async def ask(self, address: str, frequency: Frequency = Frequency.INSTANT, **params: str) -> None:
        listing = read_listing(list(params.items()))
        async with self.engine.begin() as connection:
            book = Subscriptions(connection)
            described = listing.described()
            await subscribing.subscribe(listing, address, frequency, described, self.clock(), book, SECRETS)

    async def confirm(self, token: str) -> State:
        async with self.engine.begin() as connection:
            found = await subscribing.confirm(token, self.clock(), Subscriptions(connection), SECRETS)
        return found.state

    async def subscribed(self, address: str, frequency: Frequency = Frequency.INSTANT, **params: str) -> UUID:
        """An active subscription, made without mails; its id."""
        await self.ask(address, frequency, **params)
        listing = read_listing(list(params.items()))
        async with self.engine.begin() as connection:
            book = Subscriptions(connection)
            found = await book.find(SECRETS.digest(address), listing, frequency)
            assert found is not None
            await book.activate(found, self.clock())
            await connection.execute(letters.delete().where(letters.c.purpose == Purpose.CONFIRM))
        return found.id

    async def publish(self, *events: Event, indexed: bool = True) -> None:
        """What the two consumers make of these events."""
        noticer = self.noticer
        for event in events:
            if indexed:
                await self.index(event)
            if event.type == "document.published":
                await noticer.notice(event)

    async def index(self, event: Event) -> None:
        assert await write_items(self.client, self.names, [item_document(event)]) == [None]

    async def stop(self, subscription: UUID) -> None:
        async with self.engine.begin() as connection:
            assert await Subscriptions(connection).delete(subscription, Ending.STOPPED)

    async def told(self, subscription: UUID) -> list[str]:
        """Documents kept for this subscription, sent or not."""
        query = select(deliveries.c.document).where(deliveries.c.subscription == subscription)
        async with self.engine.connect() as connection:
            return sorted((await connection.execute(query)).scalars())

    async def rows(self) -> int:
        async with self.engine.connect() as connection:
            return int(await connection.scalar(select(func.count()).select_from(subscriptions)) or 0)
