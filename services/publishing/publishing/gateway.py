"""The department gateway's message side: from queue `publishing.submission` to an answer in the outbox.

The broker proves who sends: it refuses a foreign `user_id`, but accepts a message without one, so we do not.
A message that comes back from a retry queue arrives by the default exchange, where departments cannot
publish, and carries the sender it first had in a header.
"""

import asyncio
from collections.abc import Sequence
from contextlib import nullcontext
from typing import Protocol

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from publishing.domain.content import StoredFile
from publishing.domain.department import Department, Sender
from publishing.domain.rules import FileRefused, SubmissionRejected
from publishing.domain.submission import (
    Outcome,
    Submission,
    SubmittedFile,
    Withdrawal,
)
from publishing.handlers.checking import count
from publishing.handlers.submissions import (
    FirstEdition,
    Intake,
    prepared_first_edition,
    take_submission,
    take_withdrawal,
)
from publishing.messages import Asked, Unread, as_far_as_read, outcome_message, parse, read_headers, rejected
from publishing.store.documents import DocumentStore
from publishing.store.files import FileStore
from publishing.store.submissions import SubmissionStore
from publishing.store.tables import delivery
from shared.consuming import SENDER, Message, Refused, is_outage
from shared.events import now
from shared.group_commit import GroupCommit
from shared.outbox import Outbox
from shared.rules import DomainError

SERVICE = "publishing"

LARGE_MESSAGE = 1024 * 1024
LARGE_AT_ONCE = 4
UNKNOWN_SENDER_WAITS = 1
UNKNOWN_COLUMN_WAITS = 2


class NotYetKnown(Exception):
    """Events that would make this message acceptable may still be on their way; it is tried again later."""


class Directory(Protocol):
    """Departments and columns."""

    async def department(self, code: str) -> Department | None: ...

    async def department_of(self, broker_user: str) -> Department | None: ...

    async def has_column(self, code: str) -> bool: ...


class Keeper(Protocol):
    """Stores a file with the text found in it. Raises FileRefused."""

    async def keep(self, name: str, content: bytes, uploaded_by: str) -> StoredFile: ...


class Gateway:
    """Takes submissions into the database; the answer commits with the effect it tells of."""

    def __init__(self, engine: AsyncEngine, directory: Directory, keeper: Keeper) -> None:
        self._engine = engine
        self._directory = directory
        self._keeper = keeper
        self._large = asyncio.Semaphore(LARGE_AT_ONCE)
        self._firsts: GroupCommit[FirstEdition, bool] = GroupCommit(self._write_firsts)

    async def receive(self, message: Message) -> None:
        """The handler of queue `publishing.submission`; returns once the answer is in the outbox.

        Raises:
            Refused: nobody may be answered: the sender is not proved.
            NotYetKnown: events on their way may still make the message acceptable.
        """
        sender = await identify(message, self._directory)
        try:
            asked = read_headers(message)
        except SubmissionRejected as rejection:
            await self._reject(as_far_as_read(message), rejection, sender)
            return
        # A large message becomes several times its size while it is taken: only a few may do so at once.
        async with self._large if len(message.body) > LARGE_MESSAGE else nullcontext():
            await self._decide(message, asked, sender)

    async def _decide(self, message: Message, asked: Asked, sender: Sender) -> None:
        try:
            submission = parse(message.body, asked)
            await self._check_column(submission, message.attempts < UNKNOWN_COLUMN_WAITS)
            if not await self._taken_as_first(submission, sender, asked.message_id):
                await self._take(submission, sender, asked.message_id)
        except SubmissionRejected as rejection:
            await self._reject(asked, rejection, sender)
        except DomainError as broken:
            field = str(broken.facts.get("field", ""))
            await self._reject(asked, SubmissionRejected((field, str(broken))), sender)

    async def _reject(self, asked: "Asked | Unread", rejection: SubmissionRejected, sender: Sender) -> None:
        async with self._engine.begin() as connection:
            await _answer(connection, rejected(asked, rejection), sender)

    async def _taken_as_first(self, submission: Submission | Withdrawal, sender: Sender, message_id: str) -> bool:
        """Write the submission together with others if it is the first of its external id, without files."""
        if isinstance(submission, Withdrawal) or submission.attachments:
            return False
        first = await prepared_first_edition(submission, sender, now(), message_id)
        try:
            return await self._firsts.add(first)
        except DBAPIError as error:
            if is_outage(error):
                raise
            return False  # one of the batch cannot be written; alone, each finds out whether it is the one

    async def _write_firsts(self, firsts: Sequence[FirstEdition]) -> list[bool]:
        async with self._engine.begin() as connection:
            new = await SubmissionStore(connection).claim_new([first.key for first in firsts])
            ours = [first for first in firsts if first.document.id in new]
            if ours:
                await DocumentStore(connection).add(*(first.document for first in ours))
                answers = [outcome_message(first.outcome, first.key[0]) for first in ours]
                await connection.execute(delivery.outbox.insert(), answers)
                for first in ours:
                    count(first.findings)
                events = [first.event for first in ours if first.event]
                await Outbox(connection, delivery.outbox, SERVICE).add(*events)
        return [first.document.id in new for first in firsts]

    async def _take(self, submission: Submission | Withdrawal, sender: Sender, message_id: str) -> None:
        await self._keep_files(submission, sender)
        async with self._engine.begin() as connection:
            outcome = await take(submission, sender, connection)
            await _answer(connection, outcome.model_copy(update={"in_reply_to": message_id}), sender)

    async def take_now(self, submission: Submission | Withdrawal, sender: Sender) -> Outcome:
        """The same for a caller who waits for the answer. Raises SubmissionRejected."""
        await self._check_column(submission, may_wait=False)
        await self._keep_files(submission, sender)
        async with self._engine.begin() as connection:
            return await take(submission, sender, connection)

    async def _check_column(self, asked: Submission | Withdrawal, may_wait: bool) -> None:
        if isinstance(asked, Withdrawal) or asked.column is None:
            return
        if not await self._directory.has_column(asked.column):
            raise NotYetKnown(asked.column) if may_wait else SubmissionRejected(("column", "没有这个栏目"))

    async def _keep_files(self, asked: Submission | Withdrawal, sender: Sender) -> None:
        """Store inline files before the transaction: reading them may take longer than a lock should."""
        if isinstance(asked, Submission):
            for place, file in enumerate(asked.attachments):
                if file.content_base64 is not None:
                    await self._keep(place, file, sender)

    async def _keep(self, place: int, file: SubmittedFile, sender: Sender) -> None:
        try:
            await self._keeper.keep(file.name, file.content_base64 or b"", sender.name)
        except FileRefused as error:
            raise SubmissionRejected((f"attachments.{place}", str(error))) from error


async def take(asked: Submission | Withdrawal, sender: Sender, connection: AsyncConnection) -> Outcome:
    """One submission in the connection's transaction."""
    intake = Intake(
        SubmissionStore(connection),
        DocumentStore(connection),
        FileStore(connection),
        Outbox(connection, delivery.outbox, SERVICE),
    )
    if isinstance(asked, Withdrawal):
        return await take_withdrawal(asked, sender, now(), intake)
    return await take_submission(asked, sender, now(), intake)


async def _answer(connection: AsyncConnection, outcome: Outcome, sender: Sender) -> None:
    message = outcome_message(outcome, sender.department)
    await Outbox(connection, delivery.outbox, SERVICE).add_message(message)


async def identify(message: Message, directory: Directory) -> Sender:
    """Who sent the message, by the broker's word. Raises Refused, or NotYetKnown for an unknown user."""
    returned = message.exchange == ""
    user = message.headers.get(SENDER) if returned else message.user_id
    if not isinstance(user, str) or not user:
        raise Refused("no user_id: nobody vouches for the sender")
    code = message.routing_key.partition(".")[0]
    known = await (directory.department_of(user) if returned else directory.department(code))
    sender = known.sender_on_broker(user) if known else None
    if sender is not None:
        return sender
    if await directory.department_of(user) is None and message.attempts < UNKNOWN_SENDER_WAITS:
        raise NotYetKnown(f"no active system uses {user}")
    raise Refused(f"{user} is no active system of the department in {message.routing_key}")
