"""The search service beside a running publishing: both on real databases, one broker and one engine."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from opensearchpy import AsyncOpenSearch
from sqlalchemy.ext.asyncio import AsyncEngine

from publishing.domain.department import Sender
from publishing.domain.submission import Submission, Withdrawal
from publishing.gateway import SERVICE, take
from publishing.handlers.submissions import first_edition
from publishing.store.documents import DocumentStore
from publishing.store.submissions import SubmissionStore
from publishing.store.tables import delivery
from search.app import names_of
from search.comparing import Comparison, IndexDigests, compare
from search.index import Names, connect, ensure_index
from search.mending import make_equal
from search.record import Record
from search.writing import IndexWriter
from shared.database import create_engine
from shared.events import now
from shared.outbox import Outbox
from shared.settings import Settings

SENDER = Sender("audit", "审计局", "dept_audit", trusted=True)
WORDS = (
    "供水",
    "道路",
    "校舍",
    "财政",
    "河道",
    "图书馆",
    "粮食",
    "药品",
    "公告",
    "审计",
    "整改",
    "验收",
    "通报",
    "资金",
)
TOGETHER = 200


def text(dice: random.Random, length: int = 12) -> str:
    return "".join(dice.choices(WORDS, k=length))


@dataclass
class Standing:
    """What a test works with; `engine` is publishing's database, `database` the search service's."""

    settings: Settings
    engine: AsyncEngine
    database: AsyncEngine
    client: AsyncOpenSearch
    names: Names
    record: Record
    writer: IndexWriter
    dice: random.Random

    async def publish(self, count: int, tag: str) -> list[str]:
        """Commit new documents and their events as the gateway does; their ids."""
        made: list[str] = []
        for begin in range(0, count, TOGETHER):
            names = [f"{tag}-{number}" for number in range(begin, min(count, begin + TOGETHER))]
            made += await self._commit([self._submission(name, 1) for name in names])
        return made

    def _submission(self, name: str, sequence: int) -> Submission:
        title = f"{text(self.dice, 5)}（{name}，第{sequence}稿）"
        facts = {"kind": "notice", "title": title, "body": text(self.dice, 80)}
        return Submission.model_validate({"external_id": name, "sequence": sequence, **facts})

    async def _commit(self, submissions: Sequence[Submission]) -> list[str]:
        firsts = [first_edition(submission, SENDER, now(), "test") for submission in submissions]
        async with self.engine.begin() as connection:
            await SubmissionStore(connection).claim_new([first.key for first in firsts])
            await DocumentStore(connection).add(*(first.document for first in firsts))
            events = [first.event for first in firsts if first.event]
            await Outbox(connection, delivery.outbox, SERVICE).add(*events)
        return [str(first.document.id) for first in firsts]

    async def revise(self, name: str, sequence: int) -> None:
        async with self.engine.begin() as connection:
            await take(self._submission(name, sequence), SENDER, connection)

    async def withdraw(self, name: str, sequence: int) -> None:
        async with self.engine.begin() as connection:
            await take(Withdrawal(external_id=name, sequence=sequence, reason="内容有误"), SENDER, connection)

    async def fill(self) -> None:
        """Bring the live index to the record without waiting for events."""
        await ensure_index(self.client, self.names)
        await make_equal(self.writer, self.record, self.names.write)

    async def differences(self, alias: str | None = None) -> Comparison:
        """Everything that differs now, each document looked at."""
        index = IndexDigests(self.client, alias or self.names.write)
        await index.refresh()
        return await compare(self.record, index, every_document=True)

    async def are_equal(self) -> bool:
        return not (await self.differences()).differences

    def environment(self) -> dict[str, str]:
        """For a process of the search service."""
        given = self.settings.model_dump(mode="json", exclude_defaults=True)
        own = {f"SUNLIGHT_{name.upper()}": str(value) for name, value in given.items()}
        return {**{name: value for name, value in os.environ.items() if not name.startswith("SUNLIGHT_")}, **own}

    @contextmanager
    def process(self, role: str = "worker") -> Iterator[subprocess.Popen[bytes]]:
        """A process of the service that may be killed; what is left of it is killed at the end."""
        log = self.settings.state / f"{role}.log"
        with log.open("ab") as output:
            command = [sys.executable, "-m", "search", role]
            running = subprocess.Popen(command, env=self.environment(), stdout=output, stderr=output)
        try:
            yield running
        finally:
            if running.poll() is None:
                running.send_signal(signal.SIGKILL)
            running.wait()


@asynccontextmanager
async def standing(settings: Settings, engine: AsyncEngine) -> AsyncIterator[Standing]:
    client, names = connect(settings.opensearch_url), names_of(settings)
    database, record = create_engine(settings.database_url), Record(settings)
    made = Standing(settings, engine, database, client, names, record, IndexWriter(client, names), random.Random(7))
    try:
        yield made
    finally:
        await asyncio.gather(record.close(), client.close(), database.dispose())
